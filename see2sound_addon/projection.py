"""The camera of a picture: its pose, and the projection from directions to points of the picture.

Points are fractions x, y of the picture's width and height, y down. A camera's frame is Blender's: +X is right, +Y is up, and
it looks along -Z.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, replace

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

    A projection whose rays do not meet in one point, such as an orthographic one, has an origin for each ray. `aspect`: the
    picture's height divided by its width, in the same unit of length, or of angle for an equirectangular one. `panoramic`:
    whether it may show more than a plane in front of the camera does.
    """

    aspect: float
    panoramic = False

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


@dataclass(frozen=True)
class Equirectangular(Projection):
    """Columns are longitudes and rows are latitudes, evenly spaced.

    `width`: the longitudes from the left to the right edge, radians; a full turn for a picture of all directions. `centre`: the
    point of the optical axis.
    """

    width: float = 2.0 * math.pi
    aspect: float = 0.5
    centre: tuple[float, float] = (0.5, 0.5)
    panoramic = True

    def rays(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All from the camera's origin."""
        longitude = (points[:, 0] - self.centre[0]) * self.width
        latitude = -(points[:, 1] - self.centre[1]) * self.width * self.aspect
        level = np.cos(latitude)
        directions = np.stack([np.sin(longitude) * level, np.sin(latitude), -np.cos(longitude) * level], axis=1)
        return np.zeros_like(directions), directions

    def points(self, places: np.ndarray) -> np.ndarray:
        """Of places in all directions. A full turn wraps around at its edges."""
        x, y, z = places.T
        longitude, latitude = np.arctan2(x, -z), np.arctan2(y, np.hypot(x, z))
        return np.stack(
            [self.centre[0] + longitude / self.width, self.centre[1] - latitude / (self.width * self.aspect)], axis=1
        )

    def elevation(self, row: float) -> float | None:
        """In all columns."""
        return -(row - self.centre[1]) * self.width * self.aspect

    def row(self, elevation: float) -> float | None:
        """The inverse of `elevation`."""
        return self.centre[1] - elevation / (self.width * self.aspect)

    def fitted(self, aspect: float) -> Equirectangular:
        """The same: the angles of a panorama do not depend on the shape of its pixels."""
        return self

    @property
    def field_of_view(self) -> float:
        """All longitudes."""
        return self.width

    @property
    def wraps(self) -> bool:
        """Whether the left edge shows what the right one does."""
        return self.width > 2.0 * math.pi - 1e-3


class _Fisheye(Projection):
    """Directions lie around the centre, at a distance that tells their angle from the optical axis."""

    centre: tuple[float, float]
    panoramic = True

    @abstractmethod
    def angle(self, reach: np.ndarray) -> np.ndarray:
        """Angles from the optical axis, by distances from the centre in widths of the picture."""

    @abstractmethod
    def reach(self, angle: np.ndarray) -> np.ndarray:
        """The inverse of `angle`."""

    def rays(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All from the camera's origin."""
        across, up = points[:, 0] - self.centre[0], -(points[:, 1] - self.centre[1]) * self.aspect
        reach = np.hypot(across, up)
        angle, turn = self.angle(reach), np.arctan2(up, across)
        directions = np.stack([np.sin(angle) * np.cos(turn), np.sin(angle) * np.sin(turn), -np.cos(angle)], axis=1)
        return np.zeros_like(directions), directions

    def points(self, places: np.ndarray) -> np.ndarray:
        """Of places in all directions but straight behind."""
        x, y, z = places.T
        level = np.hypot(x, y)
        reach = self.reach(np.arctan2(level, -z))
        safe = np.maximum(level, 1e-12)
        return np.stack([self.centre[0] + reach * x / safe, self.centre[1] - reach * y / (safe * self.aspect)], axis=1)

    def elevation(self, row: float) -> float | None:
        """In the column of the centre."""
        up = -(row - self.centre[1]) * self.aspect
        return math.copysign(float(self.angle(np.array([abs(up)]))[0]), up)

    def row(self, elevation: float) -> float | None:
        """The inverse of `elevation`."""
        reach = float(self.reach(np.array([abs(elevation)]))[0])
        return self.centre[1] - math.copysign(reach, elevation) / self.aspect

    @property
    def field_of_view(self) -> float:
        """Across the width, for a centred picture."""
        return min(2.0 * float(self.angle(np.array([0.5]))[0]), 2.0 * math.pi)


@dataclass(frozen=True)
class Equidistant(_Fisheye):
    """A fisheye whose angles grow evenly from the centre. `width`: the angle that a width of the picture spans, radians.

    As in Blender, its circle is stretched with the picture, so `aspect` is that of angles: 1.
    """

    width: float
    aspect: float
    centre: tuple[float, float] = (0.5, 0.5)

    def angle(self, reach: np.ndarray) -> np.ndarray:
        """In proportion."""
        return np.asarray(reach * self.width)

    def reach(self, angle: np.ndarray) -> np.ndarray:
        """In proportion."""
        return np.asarray(angle / self.width)

    def fitted(self, aspect: float) -> Equidistant:
        """The same: its circle is stretched with the picture."""
        return self


@dataclass(frozen=True)
class Equisolid(_Fisheye):
    """A fisheye that shows equal solid angles as equal areas. `focal`: focal length as a multiple of the picture's width."""

    focal: float
    aspect: float
    centre: tuple[float, float] = (0.5, 0.5)

    def angle(self, reach: np.ndarray) -> np.ndarray:
        """2 arcsin(reach / 2 f)."""
        return np.asarray(2.0 * np.arcsin(np.clip(reach / (2.0 * self.focal), -1.0, 1.0)))

    def reach(self, angle: np.ndarray) -> np.ndarray:
        """2 f sin(angle / 2)."""
        return np.asarray(2.0 * self.focal * np.sin(angle / 2.0))

    def fitted(self, aspect: float) -> Equisolid:
        """The same rays, for a picture of another aspect."""
        width, centre = _fit(self.aspect, aspect, self.centre)
        return Equisolid(self.focal / width, aspect, centre)


KINDS: dict[str, type[Projection]] = {
    "PERSPECTIVE": Perspective, "ORTHOGRAPHIC": Orthographic, "EQUIRECTANGULAR": Equirectangular, "EQUIDISTANT": Equidistant,
    "EQUISOLID": Equisolid,
}  # fmt: skip


def numbers_of(projection: Projection) -> tuple[str, tuple[float, float, float, float]]:
    """The kind of a projection, a key of KINDS, and the four numbers that make it; to be kept in files."""
    kind = next(name for name, known in KINDS.items() if type(projection) is known)
    first, aspect, centre = (getattr(projection, item.name) for item in fields(projection))  # type: ignore[arg-type]
    return kind, (float(first), float(aspect), *centre)


def from_numbers(kind: str, numbers: tuple[float, float, float, float]) -> Projection:
    """The inverse of `numbers_of`."""
    first, aspect, x, y = numbers
    return KINDS[kind](first, aspect, (x, y))  # type: ignore[call-arg]


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
