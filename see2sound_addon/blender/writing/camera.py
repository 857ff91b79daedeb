"""Make, set and remove the cameras of pictures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ...findings import Footage
from ...projection import Camera, Equirectangular, Perspective
from ..reading.picture import shows
from ..sources import beside_blend, same_file
from ..units import metres_per_unit
from . import footage as moving
from . import tracks


def own_camera(scene: bpy.types.Scene, picture: str) -> bpy.types.Object | None:
    """The camera that was made for a picture, or None."""
    own = (obj for obj in scene.objects if is_own(obj) and obj.library is None)
    return next((obj for obj in own if same_file(obj.see2sound.picture, picture)), None)


def is_own(obj: bpy.types.Object) -> bool:
    """Whether a camera was made for a picture."""
    return bool(obj.type == "CAMERA" and obj.see2sound.picture)


def is_as_made(obj: bpy.types.Object) -> bool:
    """Whether a picture's camera has its pose and lens still, so that it may be set anew."""
    facts = obj.see2sound
    data = obj.data.animation_data
    animated = not tracks.is_as_set(obj) or (data is not None and data.action is not None)
    if animated or obj.parent is not None or len(obj.constraints) > 0 or abs(obj.data.angle - facts.lens[0]) >= 1e-5:
        return False
    pose, kept = (np.array([list(row) for row in matrix]) for matrix in (obj.matrix_basis, facts.camera_pose))
    if facts.set_keys:  # it turns with its picture, at its place
        return bool(np.abs(pose[:3, 3] - kept[:3, 3]).max() < 1e-4)
    return bool(np.abs(pose - kept).max() < 1e-4)


def make_camera(scene: bpy.types.Scene, camera: Camera, size: tuple[int, int], picture: str) -> bpy.types.Object:
    """A camera for a picture of `size` pixels, active from now on.

    In a scene without a camera the render takes on the picture's shape. Elsewhere the frame stays, and the picture is
    fitted into it.
    """
    data = bpy.data.cameras.new("See2Sound Camera")
    data.sensor_fit = "HORIZONTAL"
    obj = bpy.data.objects.new("See2Sound Camera", data)
    scene.collection.objects.link(obj)
    if not any(other.type == "CAMERA" and other != obj for other in scene.objects):
        scene.render.pixel_aspect_x = scene.render.pixel_aspect_y = 1.0
        scale = min(1.0, 1920.0 / max(size))
        scene.render.resolution_x = max(4, 2 * math.floor(size[0] * scale / 2.0 + 0.5))
        scene.render.resolution_y = max(4, 2 * math.floor(size[1] * scale / 2.0 + 0.5))
    set_camera(obj, scene, camera, picture)
    return obj


def set_camera(obj: bpy.types.Object, scene: bpy.types.Scene, camera: Camera, picture: str) -> None:
    """Pose and lens of a picture's camera, so that the picture, fitted whole into its frame, has the directions it had."""
    if isinstance(camera.projection, Equirectangular):
        _make_panoramic(obj.data)
    render = scene.render
    frame = render.resolution_y * render.pixel_aspect_y / (render.resolution_x * render.pixel_aspect_x)
    share = min(1.0, frame / camera.projection.aspect)  # of the frame's width that the picture fills
    if isinstance(camera.projection, Perspective):
        obj.data.type = "PERSP"
        obj.data.angle = 2.0 * math.atan(math.tan(camera.projection.field_of_view / 2.0) / share)
    pose = Matrix(camera.pose.tolist())
    pose.translation /= metres_per_unit(scene)
    obj.matrix_world = pose
    facts = obj.see2sound
    facts.picture, facts.lens, facts.camera_pose = picture, (obj.data.angle, 0.0, 0.0, 0.0), [list(row) for row in pose]


def _make_panoramic(data: Any) -> None:
    """A camera that renders all directions, with Cycles."""
    data.type = "PANO"
    settings = data if hasattr(data, "panorama_type") else data.cycles  # the camera's own since Blender 5.0
    settings.panorama_type = "EQUIRECTANGULAR"
    settings.longitude_min, settings.longitude_max = -math.pi, math.pi
    settings.latitude_min, settings.latitude_max = -math.pi / 2.0, math.pi / 2.0


def remove_own(scene: bpy.types.Scene, picture: str) -> None:
    """Delete the cameras of other pictures than this one, but for those that an artist has changed."""
    for obj in list(scene.objects):
        if is_own(obj) and obj.library is None and not same_file(obj.see2sound.picture, picture) and is_as_made(obj):
            data = obj.data
            bpy.data.objects.remove(obj)
            if data.users == 0:
                bpy.data.cameras.remove(data)  # type: ignore[arg-type]


def show_picture(
    obj: bpy.types.Object,
    scene: bpy.types.Scene,
    path: str,
    footage: Footage | None,
    others: set[str],
    replace: bool,
) -> None:
    """The picture as the camera's background, behind the scene and fitted whole into the frame; a moving one plays.

    `others`: pictures whose backgrounds are taken away (`replace`) or hidden. Error: `footage-unplayable`.
    """
    data: Any = obj.data
    if data.library is not None:
        return
    number = 1
    if footage is None:
        image = bpy.data.images.load(path, check_existing=True)
        image.filepath = beside_blend(Path(path))
    else:
        image, number = moving.load_footage(Path(path))
    background = None
    for one in list(data.background_images):
        if one.image == image:
            background = one
        elif one.image is not None and any(shows(one.image, other) for other in others):
            if replace:
                data.background_images.remove(one)
            else:
                one.show_background_image = False
    if background is None:
        background = data.background_images.new()
        background.image = image
    background.frame_method = "FIT"
    background.display_depth = "BACK"
    background.alpha = 1.0
    background.show_background_image = True
    if footage is not None:
        moving.play(background, data, scene, footage, number)
    data.show_background_images = True
