"""Where a scene's picture is in a viewport that looks through its camera."""

from __future__ import annotations

import bpy
from bpy_extras import view3d_utils
from mathutils import Vector


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


def from_picture(corners: tuple[Vector, Vector], x: float, y: float) -> tuple[float, float]:
    """The point of the picture, as fractions with y down, at a pixel of the region: the inverse of `on_picture`."""
    low, high = corners
    return (x - low.x) / (high.x - low.x), (high.y - y) / (high.y - low.y)
