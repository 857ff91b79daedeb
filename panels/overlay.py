"""Overlay of the viewport: outlines over the picture in the camera's view, and labels of sources."""

import blf
import bpy
import gpu
from bpy_extras import view3d_utils
from gpu_extras.batch import batch_for_shader
from mathutils import Vector

from ..see2sound_addon.blender import sources
from ..see2sound_addon.blender.drawing import draw_ring
from ..see2sound_addon.blender.reading.frame import on_picture, picture_corners

CHOSEN, OTHERS, MUTED = (1.0, 0.65, 0.2, 1.0), (0.35, 0.8, 1.0, 1.0), (0.65, 0.65, 0.65, 1.0)
"""RGBA: the active object's colour in Blender's themes, one that is seen on most pictures, and grey for what is muted."""
PLATE = (0.0, 0.0, 0.0, 0.6)
"""RGBA behind texts."""
TEXT, EDGE = 12, 3
MOST_LABELS = 100
WIDTH = 2.0
_handles: list[object] = []


def register() -> None:
    """Add the overlay to all 3D viewports."""
    if not bpy.app.background:
        _handles.append(bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL"))


def unregister() -> None:
    """Remove the overlay."""
    while _handles:
        bpy.types.SpaceView3D.draw_handler_remove(_handles.pop(), "WINDOW")


def _draw() -> None:
    context = bpy.context
    view, scene, space = context.region_data, context.scene, context.space_data
    if view is None or not space.overlay.show_overlays or not scene.see2sound.show_outlines:  # type: ignore[attr-defined]
        return
    objects = sources.sources(scene)
    if not objects:
        return
    active, scale = sources.active_source(scene), context.preferences.system.ui_scale
    corners = _picture_in_view(context, objects)
    labels = []
    gpu.state.blend_set("ALPHA")
    for obj in objects:
        facts = obj.see2sound
        colour = CHOSEN if obj == active else MUTED if facts.muted else OTHERS
        elsewhere = facts.shown_at and facts.shown_at != scene.frame_current  # of a moving picture, in another frame
        if corners is not None and facts.picture == scene.see2sound.picture and not elsewhere:
            ring = [on_picture(corners, x, y) for x, y in facts.outline]
            if facts.extent != "ambient" and any(value for point in facts.outline for value in point):
                draw_ring(context.region, ring, colour, WIDTH * scale)
            place = on_picture(corners, facts.box[0], facts.box[1])
        elif obj.visible_get():
            place = view3d_utils.location_3d_to_region_2d(context.region, view, obj.matrix_world.translation)
        else:
            place = None
        if place is not None:
            labels.append((facts.label or "unknown", place, colour))
    _draw_labels(labels, scale)  # type: ignore[arg-type]
    gpu.state.blend_set("NONE")


def _picture_in_view(context: bpy.types.Context, objects: list[bpy.types.Object]) -> tuple[Vector, Vector] | None:
    """The corners of the scene's picture where the viewport looks through its camera, else None."""
    scene, space, view = context.scene, context.space_data, context.region_data
    camera = space.camera if space.use_local_camera else scene.camera  # type: ignore[attr-defined]
    found = [obj for obj in objects if obj.see2sound.picture == scene.see2sound.picture != ""]
    if not found or view.view_perspective != "CAMERA" or camera is None or camera.type != "CAMERA":
        return None
    return picture_corners(scene, camera, context.region, view, found[0].see2sound.lens[1])


def _draw_labels(labels: list[tuple[str, Vector, tuple[float, ...]]], scale: float) -> None:
    """Texts on dark plates, which are read on any picture; a plate moves down until it covers none that is there already."""
    blf.size(0, TEXT * scale)
    plates: list[tuple[float, float, float, float]] = []
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    for text, place, colour in sorted(labels, key=lambda label: -label[1].y)[:MOST_LABELS]:
        width, height = blf.dimensions(0, text)[0] + 2.0 * EDGE * scale, (TEXT + 2.0 * EDGE) * scale
        plate = free_plate((place.x, place.y + 2.0 * scale, width, height), plates)
        plates.append(plate)
        x, y = plate[:2]
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        shader.bind()
        shader.uniform_float("color", PLATE)
        batch_for_shader(shader, "TRIS", {"pos": corners}, indices=((0, 1, 2), (0, 2, 3))).draw(shader)
        blf.color(0, *colour)
        blf.position(0, x + EDGE * scale, y + (EDGE + 1.0) * scale, 0.0)
        blf.draw(0, text)


def free_plate(
    plate: tuple[float, float, float, float], taken: list[tuple[float, float, float, float]]
) -> tuple[float, float, float, float]:
    """A plate (x, y, width, height) at its place, or as far below as it must be to cover none of those `taken`."""
    x, y, width, height = plate
    for _ in range(len(taken) + 1):
        under = [t for t in taken if x < t[0] + t[2] and t[0] < x + width and y < t[1] + t[3] and t[1] < y + height]
        if not under:
            break
        y = min(t[1] for t in under) - height
    return x, y, width, height
