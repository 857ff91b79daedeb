"""Blender cameras to ours and back."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from ..camera import Camera
from ..errors import See2SoundError
from .units import metres_per_unit


def read_camera(context: bpy.types.Context, scene: bpy.types.Scene) -> Camera | None:
    """The scene's active camera with its frame, or None if it has none. Error: `camera-not-perspective`."""
    thing = scene.camera
    if thing is None:
        return None
    if thing.type != "CAMERA" or thing.data.type != "PERSP":
        raise See2SoundError(
            "camera-not-perspective",
            f"The active camera {thing.name!r} is not a perspective camera.",
            "Set its type to Perspective, or make another camera active.",
        )
    evaluated = thing.evaluated_get(context.evaluated_depsgraph_get())
    corners = [np.array(corner) for corner in evaluated.data.view_frame(scene=scene)]
    corners = [corner / -corner[2] for corner in corners]
    right, left = max(c[0] for c in corners), min(c[0] for c in corners)
    top, bottom = max(c[1] for c in corners), min(c[1] for c in corners)
    width, height = right - left, top - bottom
    pose = np.array(evaluated.matrix_world.normalized())
    pose[:3, 3] *= metres_per_unit(scene)
    return Camera(
        focal=1.0 / width,
        aspect=height / width,
        centre=(-left / width, top / height),
        pose=pose,
        source=f"The field of view is that of the camera {thing.name!r}.",
    )


def make_camera(scene: bpy.types.Scene, camera: Camera, size: tuple[int, int]) -> bpy.types.Object:
    """A new active camera for a scene without one; the render takes on the picture's shape (`size`, pixels)."""
    data = bpy.data.cameras.new("See2Sound Camera")
    data.sensor_fit = "HORIZONTAL"
    data.angle = camera.horizontal_field_of_view
    thing = bpy.data.objects.new("See2Sound Camera", data)
    scene.collection.objects.link(thing)
    pose = Matrix(camera.pose.tolist())
    pose.translation /= metres_per_unit(scene)
    thing.matrix_world = pose
    scene.camera = thing
    scene.render.pixel_aspect_x = scene.render.pixel_aspect_y = 1.0
    scale = min(1.0, 1920.0 / max(size))
    scene.render.resolution_x = max(4, 2 * math.floor(size[0] * scale / 2.0 + 0.5))
    scene.render.resolution_y = max(4, 2 * math.floor(size[1] * scale / 2.0 + 0.5))
    return thing


def show_picture(thing: bpy.types.Object, path: str) -> None:
    """The picture as the camera's background, behind the scene and fitted whole into the frame."""
    image = bpy.data.images.load(path, check_existing=True)
    if bpy.data.filepath and Path(path).drive == Path(bpy.data.filepath).drive:
        image.filepath = bpy.path.relpath(path)
    data = thing.data
    if data.library is not None:
        return
    background = next((b for b in data.background_images if b.image == image), None)
    if background is None:
        background = data.background_images.new()
        background.image = image
    background.frame_method = "FIT"
    background.display_depth = "BACK"
    background.alpha = 1.0
    background.show_background_image = True
    data.show_background_images = True
