"""What was found in a picture, drawn over it where the viewport looks through the camera."""

import blf
import bpy
import gpu
from bpy_extras import view3d_utils
from gpu_extras.batch import batch_for_shader
from mathutils import Vector

from ..see2sound_addon.blender import sources

CHOSEN, OTHERS, SILENT = (1.0, 0.65, 0.2, 1.0), (0.35, 0.8, 1.0, 0.9), (0.6, 0.6, 0.6, 0.7)
"""RGBA: the active object's colour in Blender's themes, one that is seen on most pictures, and grey for what is muted."""
TEXT = 12
WIDTH = 2.0
_handles: list[object] = []


def register() -> None:
    if not bpy.app.background:
        _handles.append(bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL"))


def unregister() -> None:
    while _handles:
        bpy.types.SpaceView3D.draw_handler_remove(_handles.pop(), "WINDOW")


def _draw() -> None:
    context = bpy.context
    view, scene, space = context.region_data, context.scene, context.space_data
    camera = space.camera if space.use_local_camera else scene.camera
    hidden = view is None or view.view_perspective != "CAMERA" or camera is None or camera.type != "CAMERA"
    if hidden or not context.space_data.overlay.show_overlays or not scene.see2sound.show_outlines:
        return
    found = [thing for thing in sources.sources(scene) if thing.see2sound.picture == scene.see2sound.picture != ""]
    if not found:
        return
    corners = picture_corners(scene, camera, context.region, view, found[0].see2sound.lens[1])
    if corners is None:
        return
    active = sources.active_source(scene)
    scale = context.preferences.system.ui_scale
    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    gpu.state.blend_set("ALPHA")
    for thing in found:
        facts = thing.see2sound
        colour = CHOSEN if thing == active else SILENT if facts.muted else OTHERS
        ring = [on_picture(corners, x, y) for x, y in facts.outline]
        if facts.extent != "ambient" and any(value for point in facts.outline for value in point):
            shader.bind()
            shader.uniform_float("viewportSize", (context.region.width, context.region.height))
            shader.uniform_float("lineWidth", WIDTH * scale)
            shader.uniform_float("color", colour)
            batch_for_shader(shader, "LINE_STRIP", {"pos": [(*point, 0.0) for point in [*ring, ring[0]]]}).draw(shader)
        _write(facts.label or "unknown", on_picture(corners, facts.box[0], facts.box[1]), colour, scale)
    gpu.state.blend_set("NONE")


def _write(text: str, place: Vector, colour: tuple[float, ...], scale: float) -> None:
    blf.size(0, TEXT * scale)
    blf.color(0, *colour)
    blf.enable(0, blf.SHADOW)
    blf.shadow(0, 3, 0.0, 0.0, 0.0, 0.9)
    blf.position(0, place.x, place.y + 4.0 * scale, 0.0)
    blf.draw(0, text)
    blf.disable(0, blf.SHADOW)


def picture_corners(
    scene: bpy.types.Scene,
    camera: bpy.types.Object,
    region: bpy.types.Region,
    view: bpy.types.RegionView3D,
    aspect: float,
) -> tuple[Vector, Vector] | None:
    """Where the picture is in a region that looks through the camera: its lower left and upper right corner, in pixels.

    The picture is fitted whole into the camera's frame, as its background is. `aspect`: its height over its width. None where
    the frame is not in front of the view.
    """
    pose = camera.matrix_world.normalized()
    frame = [view3d_utils.location_3d_to_region_2d(region, view, pose @ c) for c in camera.data.view_frame(scene=scene)]
    if any(corner is None for corner in frame):
        return None
    low = Vector((min(c.x for c in frame), min(c.y for c in frame)))
    high = Vector((max(c.x for c in frame), max(c.y for c in frame)))
    size, middle = high - low, (low + high) / 2.0
    fitted = Vector((size.x, size.x * aspect)) if size.x * aspect <= size.y else Vector((size.y / aspect, size.y))
    return middle - fitted / 2.0, middle + fitted / 2.0


def on_picture(corners: tuple[Vector, Vector], x: float, y: float) -> Vector:
    """A point of the picture, as fractions with y down, in pixels of the region."""
    low, high = corners
    return Vector((low.x + x * (high.x - low.x), high.y - y * (high.y - low.y)))
