"""From directions to places in the cube of Cartesian positions, by ITU-R BS.2127-1, section 10.1.

The loudspeakers at 0, 30 and 110 degrees are the middle of the front and the corners; from 30 degrees of elevation on a source
moves inwards on the ceiling.
"""

from __future__ import annotations

import numpy as np

CORNERS = ((0.0, (0.0, 1.0)), (-30.0, (1.0, 1.0)), (-110.0, (1.0, -1.0)), (110.0, (-1.0, -1.0)), (30.0, (-1.0, 1.0)))
"""Azimuths, clockwise, and where they lie: x to the right, y to the front."""
TOP, TOP_IN_CUBE = 30.0, 45.0
"""Degrees of elevation of the ceiling's edge, on the sphere and in the cube."""


def cube_of(directions: np.ndarray) -> np.ndarray:
    """(n, 3) x right, y front, z up, each -1 to 1, of unit vectors (n, 3) x front, y left, z up."""
    azimuth = np.degrees(np.arctan2(directions[:, 1], directions[:, 0]))
    elevation = np.degrees(np.arcsin(np.clip(directions[:, 2], -1.0, 1.0)))
    steep = np.abs(elevation) > TOP
    bent = np.where(
        steep,
        TOP_IN_CUBE + (90.0 - TOP_IN_CUBE) * (np.abs(elevation) - TOP) / (90.0 - TOP),
        TOP_IN_CUBE * np.abs(elevation) / TOP,
    )
    height = np.where(steep, 1.0, np.tan(np.radians(np.minimum(bent, TOP_IN_CUBE))))
    outwards = np.where(steep, np.tan(np.radians(np.maximum(90.0 - bent, 0.0))), 1.0)
    return np.column_stack([_on_square(azimuth) * outwards[:, None], height * np.sign(elevation)])


def _on_square(azimuth: np.ndarray) -> np.ndarray:
    """(n, 2) on the edge of the square."""
    out = np.empty((len(azimuth), 2))
    for number, (left, left_place) in enumerate(CORNERS):
        right, right_place = CORNERS[(number + 1) % len(CORNERS)]
        width = (left - right) % 360.0
        along = (left - azimuth) % 360.0  # clockwise from the left edge of the sector
        here = along <= width
        share = _linear(along[here], width)
        out[here] = np.array(left_place) * (1.0 - share)[:, None] + np.array(right_place) * share[:, None]
    return out


def _linear(along: np.ndarray, width: float) -> np.ndarray:
    """How far on its edge a direction lies that a panner has between both ends with constant power."""
    middle = width / 2.0
    right = 0.5 * (1.0 + np.tan(np.radians(along - middle)) / np.tan(np.radians(middle)))
    return np.asarray(np.arctan2(right, 1.0 - right) * 2.0 / np.pi)
