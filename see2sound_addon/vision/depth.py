"""Depth: one distance in metres for each pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..projection import Camera
from .view import View

FAR = 150.0
"""Metres: nothing is put farther away, for beyond it a picture hardly tells distances apart."""


@dataclass(frozen=True)
class Measured:
    """Distances (height, width) that were measured in the picture, not by the ground. `doubt`: standard deviation of their
    natural logarithm."""

    distances: np.ndarray
    doubt: float


class DepthEstimator(Protocol):
    """Distances along each pixel's ray in metres, (height, width) float32 at the size of `view.small`."""

    def __call__(self, view: View, camera: Camera, camera_height: float) -> np.ndarray | Measured:
        """Distances (height, width) float32 in metres along the rays of the picture: as sure as the ground, or measured."""
        ...


def depth_from_ground(view: View, camera: Camera, camera_height: float) -> np.ndarray:
    """The embedded estimator: the ground plane under a camera of known height; FAR at and above the horizon."""
    origins, directions = camera.rays(*view.small.shape[:2])
    up = camera.up(view.horizon.row)
    distance = (camera_height + origins @ up) / np.maximum(-(directions @ up), 1e-6)
    return np.clip(distance, 0.0, FAR).astype(np.float32)


DEPTH_ESTIMATORS: dict[str, DepthEstimator] = {"ground": depth_from_ground}
