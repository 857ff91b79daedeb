"""Read Blender cameras as `Camera`."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...errors import See2SoundError
from ...projection import (
    Camera,
    Equidistant,
    Equirectangular,
    Equisolid,
    Orthographic,
    Perspective,
    Projection,
    from_numbers,
    numbers_of,
)
from ..units import kept_frame, metres_per_unit


def read_camera(context: bpy.types.Context, scene: bpy.types.Scene, obj: bpy.types.Object) -> Camera:
    """A camera object with its frame. Errors: `camera-panoramic`, `camera-nowhere`."""
    if obj.type != "CAMERA":
        raise See2SoundError("camera-nowhere", f"{obj.name!r} is no camera.", "Make a camera active.")
    evaluated = obj.evaluated_get(context.evaluated_depsgraph_get())
    pose = np.array([list(row) for row in evaluated.matrix_world.normalized()], np.float64)
    pose[:3, 3] *= metres_per_unit(scene)
    panoramic = obj.data.type == "PANO"
    projection = _panorama(evaluated, scene) if panoramic else _flat(evaluated, scene)
    finite = all(np.isfinite(value).all() for value in (pose, numbers_of(projection)[1]))
    if not (finite and abs(np.linalg.det(pose[:3, :3])) > 0.5):
        raise See2SoundError(
            "camera-nowhere",
            f"The transform of the camera {obj.name!r} is not finite, or its scale is zero.",
            "Correct its location, rotation, scale and drivers.",
        )
    return Camera(projection, pose, f"The field of view is that of the camera {obj.name!r}.")


def camera_at_start(context: bpy.types.Context, scene: bpy.types.Scene, obj: bpy.types.Object) -> Camera:
    """A camera object as it is at the scene's first frame, where pictures begin. Errors: those of `read_camera`."""
    animated = obj.animation_data is not None or obj.data.animation_data is not None or obj.parent is not None
    if not animated:
        return read_camera(context, scene, obj)
    with kept_frame(scene):
        scene.frame_set(scene.frame_start)
        return read_camera(context, scene, obj)


def _flat(evaluated: bpy.types.Object, scene: bpy.types.Scene) -> Projection:
    # Blender's vectors become float32 arrays from NumPy 2 on, which JSON does not know.
    corners = np.array([list(corner) for corner in evaluated.data.view_frame(scene=scene)], np.float64)
    parallel = evaluated.data.type == "ORTHO"
    corners *= metres_per_unit(scene) if parallel else 1.0 / -corners[:, 2:]
    right, top, _ = corners.max(axis=0).tolist()
    left, bottom, _ = corners.min(axis=0).tolist()
    width, height = right - left, top - bottom
    centre = (-left / width, top / height)
    if parallel:
        return Orthographic(width, height / width, centre)
    return Perspective(1.0 / width, height / width, centre)


def _panorama(evaluated: bpy.types.Object, scene: bpy.types.Scene) -> Projection:
    """The projection of a panoramic camera, as Cycles renders it. Error: `camera-panoramic`."""
    data: Any = evaluated.data
    settings = data if hasattr(data, "panorama_type") else data.cycles  # the camera's own since Blender 5.0
    kind = settings.panorama_type
    if kind == "EQUIRECTANGULAR":
        width = settings.longitude_max - settings.longitude_min
        height = settings.latitude_max - settings.latitude_min
        return Equirectangular(width, height / width, (-settings.longitude_min / width, settings.latitude_max / height))
    if kind == "FISHEYE_EQUIDISTANT":
        return Equidistant(settings.fisheye_fov, 1.0)
    if kind == "FISHEYE_EQUISOLID":
        render = scene.render
        aspect = render.resolution_y * render.pixel_aspect_y / (render.resolution_x * render.pixel_aspect_x)
        upright = data.sensor_fit == "VERTICAL" or (data.sensor_fit == "AUTO" and aspect > 1.0)
        sensor = data.sensor_height if data.sensor_fit == "VERTICAL" else data.sensor_width
        longer = aspect if upright else 1.0  # the side that the sensor fits, in widths of the picture
        centre = (0.5 - data.shift_x * longer, 0.5 + data.shift_y * longer / aspect)
        return Equisolid(settings.fisheye_lens / sensor * longer, aspect, centre)
    raise See2SoundError(
        "camera-panoramic",
        f"The panorama type of the camera {evaluated.name!r} is not supported.",
        "Use Equirectangular, Fisheye Equidistant or Fisheye Equisolid, or a perspective or orthographic camera.",
    )


def picture_camera(context: bpy.types.Context, scene: bpy.types.Scene, picture: str) -> Camera | None:
    """The camera that a picture of the scene is seen through: the one that its sources were placed with, else the active one.

    Errors: those of `read_camera`.
    """
    placed = next((obj for obj in scene.objects if obj.type == "SPEAKER" and obj.see2sound.picture == picture), None)
    if placed is not None and placed.see2sound.lens[0] > 0.0:
        return kept_camera(placed)
    return None if scene.camera is None else read_camera(context, scene, scene.camera)


def kept_camera(obj: bpy.types.Object) -> Camera:
    """The camera that a Speaker was placed with."""
    facts = obj.see2sound
    kind = facts.projection or ("ORTHOGRAPHIC" if facts.parallel else "PERSPECTIVE")  # files of before know two kinds
    return Camera(from_numbers(kind, tuple(facts.lens)), np.array([list(row) for row in facts.camera_pose]))
