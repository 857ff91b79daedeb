"""Read Blender cameras as `Camera`."""

from __future__ import annotations

import bpy
import numpy as np

from ...errors import See2SoundError
from ...projection import Camera, Orthographic, Perspective, Projection
from ..units import metres_per_unit


def read_camera(context: bpy.types.Context, scene: bpy.types.Scene, obj: bpy.types.Object) -> Camera:
    """A camera object with its frame. Errors: `camera-panoramic`, `camera-nowhere`."""
    if obj.type != "CAMERA" or obj.data.type not in {"PERSP", "ORTHO"}:
        raise See2SoundError(
            "camera-panoramic",
            f"The active camera {obj.name!r} is neither a perspective nor an orthographic camera.",
            "Set its type to Perspective or Orthographic, or make another camera active.",
        )
    evaluated = obj.evaluated_get(context.evaluated_depsgraph_get())
    # Blender's vectors become float32 arrays from NumPy 2 on, which JSON does not know.
    corners = np.array([list(corner) for corner in evaluated.data.view_frame(scene=scene)], np.float64)
    parallel = obj.data.type == "ORTHO"
    corners *= metres_per_unit(scene) if parallel else 1.0 / -corners[:, 2:]
    right, top, _ = corners.max(axis=0).tolist()
    left, bottom, _ = corners.min(axis=0).tolist()
    width, height = right - left, top - bottom
    pose = np.array([list(row) for row in evaluated.matrix_world.normalized()], np.float64)
    pose[:3, 3] *= metres_per_unit(scene)
    if not (np.isfinite(pose).all() and np.isfinite(corners).all() and abs(np.linalg.det(pose[:3, :3])) > 0.5):
        raise See2SoundError(
            "camera-nowhere",
            f"The transform of the camera {obj.name!r} is not finite, or its scale is zero.",
            "Correct its location, rotation, scale and drivers.",
        )
    centre = (-left / width, top / height)
    projection: Projection = Perspective(1.0 / width, height / width, centre)
    if parallel:
        projection = Orthographic(width, height / width, centre)
    return Camera(projection, pose, f"The field of view is that of the camera {obj.name!r}.")


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
    focal, aspect, x, y = obj.see2sound.lens
    projection = (Orthographic if obj.see2sound.parallel else Perspective)(focal, aspect, (x, y))
    return Camera(projection, np.array([list(row) for row in obj.see2sound.camera_pose]))
