"""Depth: one distance in metres for each pixel."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from ..camera import Camera
from .view import View

FAR = 150.0
"""Metres: nothing is put farther away, for beyond it a picture hardly tells distances apart."""


class DepthEstimator(Protocol):
    """Distances along each pixel's ray in metres, (height, width) float32 at the size of `view.small`."""

    def __call__(self, view: View, camera: Camera, camera_height: float) -> np.ndarray:
        """Distances (height, width) float32 in metres along the rays of the picture."""
        ...


def depth_from_ground(view: View, camera: Camera, camera_height: float) -> np.ndarray:
    """The embedded estimator: the ground plane under a camera of known height; FAR at and above the horizon."""
    height, width = view.small.shape[:2]
    x = ((np.arange(width) + 0.5) / width - camera.centre[0]) / camera.focal
    y = -((np.arange(height) + 0.5) / height - camera.centre[1]) * camera.aspect / camera.focal
    tilt = camera.pitch_of_row(view.horizon.row)
    # The world's up in the camera's frame, the camera being level sideways; how deep a ray of z = -1 falls.
    falls = -(y * math.cos(tilt) - math.sin(tilt))
    length = np.sqrt(x[None] ** 2 + y[:, None] ** 2 + 1.0)
    distance = camera_height / np.maximum(falls, 1e-6)[:, None] * length
    return np.minimum(distance, FAR).astype(np.float32)


DEPTH_ESTIMATORS: dict[str, DepthEstimator] = {"ground": depth_from_ground}
