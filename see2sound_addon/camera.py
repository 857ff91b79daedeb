"""The camera of a picture, measured or assumed."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np


@dataclass
class Camera:
    """A perspective camera in Blender's convention: it looks along its -Z, +X is right, +Y is up.

    `focal`: focal length as a multiple of the picture's width. `aspect`: the picture's height divided by its width.
    `centre`: where the optical axis meets the picture, as fractions x, y of its width and height, y down.
    `pose`: (4, 4) world from camera, metres. `source`: where the field of view came from, for the user to read.
    """

    focal: float
    aspect: float
    centre: tuple[float, float] = (0.5, 0.5)
    pose: np.ndarray = field(default_factory=lambda: np.eye(4))
    source: str = ""

    @classmethod
    def from_field_of_view(cls, horizontal: float, aspect: float, source: str = "") -> Camera:
        """A camera with its horizontal field of view in radians."""
        return cls(focal=0.5 / math.tan(horizontal / 2.0), aspect=aspect, source=source)

    def to_json(self) -> dict[str, Any]:
        """Convert to plain lists and numbers."""
        return {**asdict(self), "pose": self.pose.tolist()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Camera:
        """The inverse of `to_json`."""
        return cls(data["focal"], data["aspect"], tuple(data["centre"]), np.array(data["pose"]), data["source"])

    @property
    def horizontal_field_of_view(self) -> float:
        """Horizontal field of view in radians, for a centred picture."""
        return 2.0 * math.atan(0.5 / self.focal)

    def for_picture(self, aspect: float) -> Camera:
        """The same camera with a picture of another aspect fitted whole into the middle of its frame, as Blender shows it."""
        width = min(1.0, self.aspect / aspect)
        centre = (0.5 + (self.centre[0] - 0.5) / width, 0.5 + (self.centre[1] - 0.5) * self.aspect / (width * aspect))
        return Camera(self.focal / width, aspect, centre, self.pose, self.source)

    def ray(self, x: float, y: float) -> np.ndarray:
        """The unit vector (3,) in the camera's frame towards the point (x, y) of the picture, in fractions, y down."""
        vector = np.array([(x - self.centre[0]) / self.focal, -(y - self.centre[1]) * self.aspect / self.focal, -1.0])
        return vector / np.linalg.norm(vector)

    def pixel(self, point: np.ndarray) -> tuple[float, float]:
        """Where a point (3,) of the camera's frame, in front of it, appears in the picture: the inverse of `ray`."""
        x, y, z = (float(v) for v in point)
        return self.centre[0] - self.focal * x / z, self.centre[1] + self.focal * y / (z * self.aspect)

    def pitch_of_row(self, row: float) -> float:
        """The angle in radians by which the picture's row (fraction, y down) lies above the optical axis."""
        return math.atan(-(row - self.centre[1]) * self.aspect / self.focal)

    def horizon_row(self) -> float | None:
        """The row of the horizon (fraction, y down), by the pose of the camera.

        None for a camera that is rolled, looks steeply up or down, or has the horizon far outside its picture.
        """
        right, up, back = self.pose[2, 0], self.pose[2, 1], self.pose[2, 2]
        if abs(right) > 0.17 or up < 0.2:
            return None
        row = self.centre[1] - back / up * self.focal / self.aspect
        return float(row) if -0.1 <= row <= 1.1 else None

    def world(self, point: np.ndarray) -> np.ndarray:
        """A point (3,) of the camera's frame in the world."""
        return self.pose[:3, :3] @ point + self.pose[:3, 3]
