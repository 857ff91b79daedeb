"""The camera of a picture: its pose, and the projection from directions to points of the picture.

Points are fractions x, y of the picture's width and height, y down. A camera's frame is Blender's: +X is right, +Y is up, and
it looks along -Z.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace

import numpy as np

ROLLED = 0.17
"""Sine of the roll from which on rows of a picture are not level."""
STEEP = 0.2
"""A camera whose up axis has a smaller upward part looks too steeply up or down for a horizon in its picture."""
NEAR_PICTURE = 0.1
"""Fraction of the height by which a horizon may lie outside the picture."""
LOWEST = 0.2
"""Metres above the ground from which on the height of a scene's camera is believed."""


class Projection(ABC):
    """How a camera maps points of its frame to points of its picture.

    A projection whose rays do not meet in one point, such as an orthographic one, has an origin for each ray. Other
    projections, such as equirectangular and fisheye ones, need the same methods. `aspect`: the picture's height divided by its
    width, in the same unit of length.
    """

    aspect: float

    @abstractmethod
    def rays(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Origins (n, 3) in metres and unit directions (n, 3) of the rays through points (n, 2), in the camera's frame."""

    @abstractmethod
    def points(self, places: np.ndarray) -> np.ndarray:
        """Where places (n, 3) of the camera's frame appear in the picture, (n, 2): the inverse of `rays`."""

    @abstractmethod
    def elevation(self, row: float) -> float | None:
        """The angle in radians by which a row lies above the optical axis; None if all rows look in the same direction."""

    @abstractmethod
    def row(self, elevation: float) -> float | None:
        """The row that lies an angle in radians above the optical axis: the inverse of `elevation`."""

    @abstractmethod
    def fitted(self, aspect: float) -> Projection:
        """The projection of a picture of another aspect that is fitted whole into the middle of the frame, as in Blender."""

    @property
    @abstractmethod
    def field_of_view(self) -> float:
        """Horizontal field of view in radians, for a centred picture; 0 for parallel rays."""


def _fit(aspect: float, picture: float, centre: tuple[float, float]) -> tuple[float, tuple[float, float]]:
    """The share of a frame's width that a picture fills, and the optical centre as a point of the picture."""
    width = min(1.0, aspect / picture)
    return width, (0.5 + (centre[0] - 0.5) / width, 0.5 + (centre[1] - 0.5) * aspect / (width * picture))


@dataclass(frozen=True)
class Perspective(Projection):
    """A pinhole camera.

    `focal`: focal length as a multiple of the picture's width. `centre`: where the optical axis meets the picture.
    """

    focal: float
    aspect: float
    centre: tuple[float, float] = (0.5, 0.5)

    def rays(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All from the camera's origin."""
        x = (points[:, 0] - self.centre[0]) / self.focal
        y = -(points[:, 1] - self.centre[1]) * self.aspect / self.focal
        directions = np.stack([x, y, np.full(len(points), -1.0)], axis=1)
        return np.zeros_like(directions), directions / np.linalg.norm(directions, axis=1, keepdims=True)

    def points(self, places: np.ndarray) -> np.ndarray:
        """Of places in front of the camera."""
        x, y, z = places.T
        return np.stack([self.centre[0] - self.focal * x / z, self.centre[1] + self.focal * y / (z * self.aspect)], axis=1)

    def elevation(self, row: float) -> float | None:
        """Above the optical axis, in the middle of the picture."""
        return math.atan(-(row - self.centre[1]) * self.aspect / self.focal)

    def row(self, elevation: float) -> float | None:
        """The inverse of `elevation`."""
        return self.centre[1] - math.tan(elevation) * self.focal / self.aspect

    def fitted(self, aspect: float) -> Perspective:
        """The same rays, for a picture of another aspect."""
        width, centre = _fit(self.aspect, aspect, self.centre)
        return Perspective(self.focal / width, aspect, centre)

    @property
    def field_of_view(self) -> float:
        """Horizontal, radians."""
        return 2.0 * math.atan(0.5 / self.focal)

    @classmethod
    def of_view(cls, horizontal: float, aspect: float) -> Perspective:
        """From a horizontal field of view in radians."""
        return cls(0.5 / math.tan(horizontal / 2.0), aspect)


@dataclass(frozen=True)
class Orthographic(Projection):
    """A camera with parallel rays. `width`: of what the picture shows, metres. `centre`: the point of the optical axis."""

    width: float
    aspect: float
    centre: tuple[float, float] = (0.5, 0.5)

    def rays(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Parallel to the optical axis, from the plane through the camera."""
        x = (points[:, 0] - self.centre[0]) * self.width
        y = -(points[:, 1] - self.centre[1]) * self.aspect * self.width
        zeros = np.zeros(len(points))
        return np.stack([x, y, zeros], axis=1), np.stack([zeros, zeros, zeros - 1.0], axis=1)

    def points(self, places: np.ndarray) -> np.ndarray:
        """Of places at any distance."""
        x, y, _ = places.T
        return np.stack([self.centre[0] + x / self.width, self.centre[1] - y / (self.width * self.aspect)], axis=1)

    def elevation(self, row: float) -> float | None:
        """None: there is no horizon."""
        return None

    def row(self, elevation: float) -> float | None:
        """None: there is no horizon."""
        return None

    def fitted(self, aspect: float) -> Orthographic:
        """The same rays, for a picture of another aspect."""
        width, centre = _fit(self.aspect, aspect, self.centre)
        return Orthographic(self.width * width, aspect, centre)

    @property
    def field_of_view(self) -> float:
        """0."""
        return 0.0


@dataclass
class Camera:
    """A projection with its pose.

    `pose`: (4, 4) world from camera, metres. `note`: where the field of view came from, for the user.
    """

    projection: Projection
    pose: np.ndarray = field(default_factory=lambda: np.eye(4))
    note: str = ""

    def fitted(self, aspect: float) -> Camera:
        """The same camera with a picture of another aspect fitted whole into the middle of its frame."""
        return replace(self, projection=self.projection.fitted(aspect))

    def ray(self, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
        """Origin (3,) and unit direction (3,) of the ray through a point of the picture, in the camera's frame."""
        origins, directions = self.projection.rays(np.array([[x, y]]))
        return origins[0], directions[0]

    def rays(self, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Origins and directions (height, width, 3) through the centres of the pixels of a picture."""
        rows, columns = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
        points = np.stack(np.broadcast_arrays(columns[None], rows[:, None]), axis=-1).reshape(-1, 2)
        origins, directions = self.projection.rays(points)
        return origins.reshape(height, width, 3), directions.reshape(height, width, 3)

    def world(self, point: np.ndarray) -> np.ndarray:
        """A point (3,) of the camera's frame in the world."""
        return self.pose[:3, :3] @ point + self.pose[:3, 3]

    def up(self, horizon_row: float) -> np.ndarray:
        """The world's up axis (3,) in the camera's frame: by the row of the horizon, or by the pose if there is none."""
        tilt = self.projection.elevation(horizon_row)
        return self.pose[2, :3].copy() if tilt is None else np.array([0.0, math.cos(tilt), math.sin(tilt)])

    def height(self) -> float | None:
        """Metres above the ground at height 0; None if that is too low to be meant."""
        metres = float(self.pose[2, 3])
        return metres if metres > LOWEST else None

    def horizon_row(self) -> float | None:
        """The row of the horizon by the pose of the camera.

        None for a camera that is rolled, looks steeply up or down, or has the horizon far outside its picture.
        """
        right, up, back = self.pose[2, 0], self.pose[2, 1], self.pose[2, 2]
        if abs(right) > ROLLED or up < STEEP:
            return None
        row = self.projection.row(math.atan2(back, up))
        return row if row is not None and -NEAR_PICTURE <= row <= 1.0 + NEAR_PICTURE else None
