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


def direction_of(places: np.ndarray) -> np.ndarray:
    """(n, 3) unit vectors, x front, y left, z up, that `cube_of` has at (n, 3) on the cube, or inside it on the way there."""
    flat = np.abs(places[:, :2]).max(axis=1)
    largest = np.maximum(np.maximum(flat, np.abs(places[:, 2])), 1e-9)
    flat, height = flat / largest, np.abs(places[:, 2]) / largest
    bent = np.where(height >= 1.0 - 1e-12, 90.0 - np.degrees(np.arctan(flat)), np.degrees(np.arctan(height)))
    elevation = np.where(
        bent > TOP_IN_CUBE, TOP + (bent - TOP_IN_CUBE) * (90.0 - TOP) / (90.0 - TOP_IN_CUBE), bent * TOP / TOP_IN_CUBE
    )
    azimuth, elevation = np.radians(_off_square(places[:, :2])), np.radians(elevation * np.sign(places[:, 2]))
    return np.column_stack([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)])


def _off_square(places: np.ndarray) -> np.ndarray:
    """Azimuths (n,) in degrees of places (n, 2) in any distance: the reverse of `_on_square`."""
    turn = np.degrees(np.arctan2(-places[:, 0], places[:, 1]))
    out = np.zeros(len(places))
    for number, (left, left_place) in enumerate(CORNERS):
        right, right_place = CORNERS[(number + 1) % len(CORNERS)]
        begin, end = (np.degrees(np.arctan2(-x, y)) for x, y in (left_place, right_place))
        here = (begin - turn) % 360.0 <= (begin - end) % 360.0 + 1e-9
        a, b = np.array(left_place), np.array(right_place)
        way = b - a
        # Where the ray meets the edge from a to b.
        x, y = places[here].T
        share = np.clip((a[0] * y - a[1] * x) / (way[1] * x - way[0] * y + 1e-300), 0.0, 1.0)
        ratio = np.tan(share * np.pi / 2.0)
        gain = ratio / (1.0 + ratio)
        width = (left - right) % 360.0
        along = np.degrees(np.arctan((2.0 * gain - 1.0) * np.tan(np.radians(width / 2.0)))) + width / 2.0
        out[here] = left - along
    return (out + 180.0) % 360.0 - 180.0


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
