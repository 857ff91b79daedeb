"""From a region's mask to a direction, and with a distance to a place."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..camera import Camera


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
    return camera.world(camera.ray(*centre) * metres)


def area_radius(camera: Camera, box: tuple[float, float, float, float], metres: float) -> float:
    """Metres: half the width that a box (fractions) has at a distance."""
    x0, y0, x1, y1 = box
    left, right = camera.ray(x0, (y0 + y1) / 2.0), camera.ray(x1, (y0 + y1) / 2.0)
    half = np.arccos(np.clip(left @ right, -1.0, 1.0)) / 2.0
    return float(metres * np.tan(min(half, 1.4)))
