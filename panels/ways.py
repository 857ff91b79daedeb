"""Overlays: the ways of the active source's sound in the viewport, and where it is hidden along the time line."""

from typing import Any

import bpy
import gpu
from gpu_extras.batch import batch_for_shader

from ..see2sound_addon.blender import sources
from ..see2sound_addon.blender.units import metres_per_unit

STRAIGHT, HIDDEN = (0.45, 0.9, 0.45, 0.9), (0.95, 0.3, 0.25, 0.9)
"""RGBA of a straight way that is free, and of one that is hidden."""
DETOUR, REFLECTION = (1.0, 0.75, 0.2, 0.9), (0.45, 0.7, 1.0, 0.5)
OLD = 0.35
"""How much is seen of ways that are out of date."""
BAR = 4.0
"""Pixels of the time line's bar."""
_handles: list[tuple[object, object]] = []


def register() -> None:
    """Add both overlays."""
    if bpy.app.background:
        return
    for space, draw, event in (
        (bpy.types.SpaceView3D, _draw_ways, "POST_VIEW"),
        (bpy.types.SpaceDopeSheetEditor, _draw_hidden, "POST_PIXEL"),
    ):
        _handles.append((space, space.draw_handler_add(draw, (), "WINDOW", event)))


def unregister() -> None:
    """Remove both."""
    while _handles:
        space, handle = _handles.pop()
        space.draw_handler_remove(handle, "WINDOW")  # type: ignore[attr-defined]


def _chosen(scene: bpy.types.Scene) -> str:
    """The id of the source whose ways are shown, or ""."""
    room = scene.see2sound.room
    active = sources.active_source(scene) if room.kind == "scene" and room.show_rays and room.traced else None
    return "" if active is None else active.see2sound.source_id


def _draw_ways() -> None:
    context = bpy.context
    scene, space = context.scene, context.space_data
    name = _chosen(scene) if space.overlay.show_overlays else ""  # type: ignore[attr-defined]
    if not name:
        return
    from ..see2sound_addon.blender.room import shown

    scale = 1.0 / metres_per_unit(scene)
    gpu.state.blend_set("ALPHA")
    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    shader.bind()
    viewport: Any = gpu.state.viewport_get()
    shader.uniform_float("viewportSize", viewport[2:])
    for way in shown.ways_now(scene, name):
        colour = {"detour": DETOUR, "reflection": REFLECTION}.get(way.kind)
        if colour is None:
            colour = STRAIGHT if way.is_free else HIDDEN
        shader.uniform_float("lineWidth", 1.0 if way.kind == "reflection" else 2.0)
        shader.uniform_float("color", (*colour[:3], colour[3] * (OLD if scene.see2sound.room.trace_outdated else 1.0)))
        points = [tuple(point * scale) for point in way.points]
        batch_for_shader(shader, "LINE_STRIP", {"pos": points}).draw(shader)
    gpu.state.blend_set("NONE")


def _draw_hidden() -> None:
    context = bpy.context
    name = _chosen(context.scene)
    if not name:
        return
    from ..see2sound_addon.blender.room import shown

    region, scale = context.region, context.preferences.system.ui_scale
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    shader.bind()
    shader.uniform_float("color", HIDDEN)
    for begin, end in shown.hidden_frames(context.scene, name):
        ends: list[Any] = [region.view2d.view_to_region(frame, 0.0, clip=False) for frame in (begin, end)]
        left, right = max(ends[0][0], 0), min(max(ends[1][0], ends[0][0] + 1), region.width)
        corners = ((left, 0.0), (right, 0.0), (right, BAR * scale), (left, BAR * scale))
        batch_for_shader(shader, "TRIS", {"pos": corners}, indices=((0, 1, 2), (0, 2, 3))).draw(shader)
