"""Directions and positions from the mask of a region and a distance."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..projection import Camera
from ..shapes import AREA_SPLITS

BORDER = 0.012
"""Fraction of the picture: a region that comes this near to its edge goes on outside it."""
WIDEST = 1.4
"""Radians: half the angle of the widest area; wider ones would have no end."""
MOST_RELIEF = 3.0
"""How many times nearer or farther than its centre a part of a region may be."""


def visible_centre(mask: np.ndarray) -> tuple[float, float]:
    """The middle of a mask (height, width) bool as fractions x, y; the nearest point well inside where it lies outside."""
    height, width = mask.shape
    rows, columns = np.nonzero(mask)
    row, column = rows.mean(), columns.mean()
    if not mask[round(row), round(column)]:
        depth = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
        rows, columns = np.nonzero(depth > 0.5 * depth.max())
        nearest = ((rows - row) ** 2 + (columns - column) ** 2).argmin()
        row, column = rows[nearest], columns[nearest]
    return float((column + 0.5) / width), float((row + 0.5) / height)


def place(camera: Camera, centre: tuple[float, float], metres: float) -> np.ndarray:
    """The world position (3,) at a distance along the ray through a point of the picture."""
    origin, direction = camera.ray(*centre)
    return camera.world(origin + direction * metres)


def distance_to_ground(camera: Camera, centre: tuple[float, float]) -> float:
    """Metres along the ray through a point of the picture to the ground at height 0; infinite where it never gets there."""
    origin, direction = camera.ray(*centre)
    height, fall = float(camera.world(origin)[2]), -float((camera.pose[:3, :3] @ direction)[2])
    return height / fall if height > 0.0 and fall > 1e-9 else float("inf")


def nearest_standing(camera: Camera, box: tuple[float, float, float, float], centre: tuple[float, float]) -> float:
    """Metres along the ray through the centre of an object at which its foot, the bottom of its box, is on the ground.

    Farther away it would stand below the ground. Infinite where the foot is above the horizon, or outside the picture.
    """
    if box[3] > 1.0 - BORDER:
        return float("inf")
    foot = distance_to_ground(camera, (centre[0], box[3]))
    _, down = camera.ray(centre[0], box[3])
    _, along = camera.ray(*centre)
    level = [float(np.linalg.norm((camera.pose[:3, :3] @ ray)[:2])) for ray in (down, along)]
    if not np.isfinite(foot) or level[1] < 1e-6:  # it is looked at from straight above
        return float("inf")
    return foot * level[0] / level[1]


def area_radius(camera: Camera, box: tuple[float, float, float, float], metres: float) -> float:
    """Metres: half the width that a box (fractions) has at a distance."""
    x0, y0, x1, y1 = box
    (start, left), (end, right) = camera.ray(x0, (y0 + y1) / 2.0), camera.ray(x1, (y0 + y1) / 2.0)
    half = np.arccos(np.clip(left @ right, -1.0, 1.0)) / 2.0
    return float(metres * np.tan(min(half, WIDEST)) + np.linalg.norm(end - start) / 2.0)


def region_points(
    mask: np.ndarray, camera: Camera, depth: np.ndarray, centre: tuple[float, float], metres: float
) -> np.ndarray:
    """Points (k, 3) in the world, metres, spread over a region (height, width) bool whose `centre` is `metres` away.

    The region is halved along its longer side again and again; each part's middle has the distance that `depth`, of any
    scale, tells relative to the centre's.
    """
    parts = [np.argwhere(mask)]
    for _ in range(AREA_SPLITS):
        parts = [half for part in parts for half in _halves(part)]
    height, width = mask.shape
    here = depth[min(int(centre[1] * height), height - 1), min(int(centre[0] * width), width - 1)]
    points = []
    for part in parts:
        row, column = part[((part - part.mean(axis=0)) ** 2).sum(axis=1).argmin()]
        ratio = depth[row, column] / here if np.isfinite(depth[row, column]) and np.isfinite(here) and here > 0.0 else 1.0
        away = metres * float(np.clip(ratio, 1.0 / MOST_RELIEF, MOST_RELIEF))
        points.append(place(camera, ((column + 0.5) / width, (row + 0.5) / height), away))
    return np.array(points)


def _halves(part: np.ndarray) -> list[np.ndarray]:
    if len(part) < 2:
        return [part]
    axis = int(np.ptp(part, axis=0).argmax())
    order = np.argsort(part[:, axis], kind="stable")
    return [part[order[: len(part) // 2]], part[order[len(part) // 2 :]]]
