"""Loudspeaker gains: the point source panner of ITU-R BS.2127-1, section 6.1, for many directions at once.

The loudspeakers, with stand-ins where a layer is missing, span a hull of triangles and quadrangles around the listener.
A source sounds from the corners of the one that it lies in; what a stand-in would get goes to real loudspeakers.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np
from scipy.spatial import ConvexHull

from .extent import diverged
from .kernels import kernel
from .kernels.grid import is_steady
from .kernels.hulls import Faces
from .layouts import LAYOUTS, Layout, Loudspeaker

FADE = np.radians(10.0)
"""Over which a spread source fades at its rim."""


class Panner(Protocol):
    """Gains (n, channels) of a layout for unit vectors (n, 3): nothing for low-frequency channels."""

    def __call__(self, direction: np.ndarray) -> np.ndarray:
        """Gains (n, channels) for directions (n, 3), unit vectors."""
        ...


def pan(
    direction: np.ndarray, sharpness: np.ndarray, layout: Layout, divergence: float = 0.0, spread: float = 0.0
) -> np.ndarray:
    """Gains (n, channels) for unit vectors (n, 3) in the listener's frame; nothing for low-frequency channels.

    `sharpness` (n,): 1 pans a point; less goes more and more to all loudspeakers alike, for sources that pass through
    the listener. `divergence` and `spread` (radians): see `soundscene.Source`.
    """
    if len(direction) > 1 and is_steady(direction) and is_steady(sharpness):
        return np.repeat(pan(direction[:1], sharpness[:1], layout, divergence, spread), len(direction), axis=0)
    if divergence == 0.0:
        gains = _spread_gains(direction, layout.name, spread)
    else:
        gains = np.sqrt(
            sum(w * _spread_gains(places, layout.name, spread) ** 2 for w, places in diverged(direction, divergence))
        )
    if sharpness.min() < 1.0:
        focus, everywhere = (sharpness**2)[:, None], np.array([not speaker.is_lfe for speaker in layout.speakers])
        gains = np.sqrt(focus * gains**2 + (1.0 - focus) * everywhere / everywhere.sum())
    return gains


def _spread_gains(direction: np.ndarray, name: str, spread: float) -> np.ndarray:
    """(n, loudspeakers): section 7.3.8.2.2 for an extent as high as it is wide; less than FADE goes over into a point."""
    if spread == 0.0:
        return find_panner(name)(direction)
    points, gains = _everywhere(name)
    apart = np.arccos(np.clip(direction @ points.T, -1.0, 1.0))
    weight = np.clip(1.0 - (apart - max(spread, FADE / 2.0) / 2.0) / FADE, 0.0, 1.0)
    spread_gains = weight @ gains
    spread_gains /= np.linalg.norm(spread_gains, axis=1, keepdims=True)
    share = min(spread / FADE, 1.0)
    point = find_panner(name)(direction) if share < 1.0 else 0.0
    return np.asarray(np.sqrt(share * spread_gains**2 + (1.0 - share) * point**2))


@cache
def _everywhere(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Directions (k, 3) 5 degrees apart, row by row, and a layout's gains for them (k, loudspeakers)."""
    points = [
        unit_vector(azimuth, elevation)
        for elevation in np.linspace(-90.0, 90.0, 37)
        for azimuth in np.linspace(0.0, 360.0, max(1, round(72.0 * np.cos(np.radians(elevation)))), endpoint=False)
    ]
    return np.array(points), find_panner(name)(np.array(points))


def main_directions(layout: Layout) -> np.ndarray:
    """Where a layout's loudspeakers stand, (k, 3), low-frequency channels left out."""
    return np.array([unit_vector(s.azimuth, s.elevation) for s in layout.speakers if not s.is_lfe])


@cache
def find_panner(name: str) -> Panner:
    """The panner of a layout, made at its first use."""
    return StereoPanner() if name == "stereo" else HullPanner(LAYOUTS[name].speakers)


class HullPanner:
    """Every layout but stereo: sections 6.1.2 and 6.1.3."""

    def __init__(self, speakers: tuple[Loudspeaker, ...]) -> None:
        real = [speaker for speaker in speakers if not speaker.is_lfe]
        corners, downmix = _with_stand_ins(real)
        poles = [corner for corner in (np.array([0.0, 0.0, -1.0]), np.array([0.0, 0.0, 1.0])) if _needs_pole(corner, real)]
        points = np.concatenate([corners, poles]) if poles else corners
        faces = _faces(points)
        triangles: list[list[int]] = []
        quadrangles: list[list[int]] = []
        for pole in range(len(corners), len(points)):
            around = sorted(set().union(*(face for face in faces if pole in face)) - {pole})
            downmix = np.concatenate([downmix, downmix[:, around].sum(axis=1, keepdims=True) / np.sqrt(len(around))], axis=1)
            ring = _around(points[around], points[pole])
            ring = [around[i] for i in ring]
            triangles += [[ring[i - 1], ring[i], pole] for i in range(len(ring))]
        for face in faces:
            if max(face) >= len(corners):
                continue
            members = sorted(face)
            if len(face) == 3:
                triangles.append(members)
            else:
                ring = _around(points[members], points[members].mean(axis=0))
                quadrangles.append([members[i] for i in ring])
        self.faces = Faces(
            inverse=np.linalg.inv(points[np.array(triangles)]),
            corners=points[np.array(quadrangles, int).reshape(-1, 4)],
            sides=np.array([_sides(*points[ring]) for ring in quadrangles]).reshape(-1, 2, 3, 3),
            members=np.array([[*face, face[0]] for face in triangles] + quadrangles, np.int32),
            downmix=_with_low(downmix.T, speakers),
        )

    def __call__(self, direction: np.ndarray) -> np.ndarray:
        """Gains (n, channels) for directions (n, 3)."""
        return kernel().pan(direction, self.faces)


def _with_low(gains: np.ndarray, speakers: tuple[Loudspeaker, ...]) -> np.ndarray:
    """(n, channels) of gains (n, loudspeakers) that leave out the low-frequency channels."""
    channels = np.zeros((len(gains), len(speakers)))
    channels[:, [not speaker.is_lfe for speaker in speakers]] = gains
    return channels


class StereoPanner:
    """Two loudspeakers: 0+5+0 mixed down so that the velocity vector of the centre stays, 3 dB quieter at the back."""

    downmix = np.array([
        [1.0, 0.0, np.sqrt(1.0 / 3.0), 0.0, np.sqrt(0.5), 0.0],
        [0.0, 1.0, np.sqrt(1.0 / 3.0), 0.0, 0.0, np.sqrt(0.5)],
    ])  # fmt: skip

    def __call__(self, direction: np.ndarray) -> np.ndarray:
        """Gains (n, 2) for directions (n, 3): those of 5.1, folded down."""
        five = find_panner("5.1")(direction)
        gains = five @ self.downmix.T
        gains /= np.linalg.norm(gains, axis=1, keepdims=True)
        front, back = five[:, :3].max(axis=1), five[:, 4:].max(axis=1)
        return gains * (0.5 ** (0.5 * back / (front + back)))[:, None]


def unit_vector(azimuth: float, elevation: float) -> np.ndarray:
    """(3,) of angles in degrees, x front, y left, z up."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])


def _with_stand_ins(real: list[Loudspeaker]) -> tuple[np.ndarray, np.ndarray]:
    """Corners (n, 3) of the hull and their downmix (real, n) to real loudspeakers.

    Above and below each loudspeaker of the middle layer that the upper or lower layer does not reach (its widest azimuth
    and 40 degrees more) stands one that hands its gain down to it: section 6.1.3.1.
    """
    corners = [unit_vector(speaker.azimuth, speaker.elevation) for speaker in real]
    downmix = list(np.eye(len(real)))
    middle = [i for i, speaker in enumerate(real) if abs(speaker.elevation) <= 10.0]
    for usual, low, high in ((-30.0, -70.0, -10.0), (30.0, 10.0, 70.0)):
        layer = [speaker for speaker in real if low <= speaker.elevation <= high]
        limit = max(abs(speaker.azimuth) for speaker in layer) + 40.0 if layer else 0.0
        elevation = float(np.mean([speaker.elevation for speaker in layer])) if layer else usual
        for i in middle:
            if abs(real[i].azimuth) >= limit - 1e-5:
                corners.append(unit_vector(real[i].azimuth, elevation))
                downmix.append(np.eye(len(real))[i])
    return np.array(corners), np.array(downmix).T


def _needs_pole(pole: np.ndarray, real: list[Loudspeaker]) -> bool:
    """Under foot always; overhead only where no loudspeaker is, or may be by the layout's tolerances (UH+180)."""
    return pole[2] < 0.0 or not any(speaker.label in ("T+000", "UH+180") for speaker in real)


def _faces(points: np.ndarray) -> list[set[int]]:
    """The faces of the convex hull, triangles of one plane joined."""
    hull = ConvexHull(points)
    faces: list[tuple[np.ndarray, set[int]]] = []
    for plane, triangle in zip(hull.equations, hull.simplices, strict=True):
        joined = next((face for known, face in faces if np.abs(known - plane).max() < 1e-6), None)
        if joined is None:
            faces.append((plane, {int(v) for v in triangle}))
        else:
            joined.update(int(v) for v in triangle)
    return [face for _, face in faces]


def _around(points: np.ndarray, axis: np.ndarray) -> list[int]:
    """The order of points (n, 3) by angle around an axis (3,)."""
    axis = axis / np.linalg.norm(axis)
    first = points[0] - (points[0] @ axis) * axis
    first /= np.linalg.norm(first)
    angle = np.arctan2(points @ np.cross(axis, first), points @ first)
    return [int(i) for i in np.argsort(angle)]


def _sides(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """(2, 3, 3) for bilinear gains between the four corners of a ring: section 6.1.2.3.

    Along one pair of opposite sides a direction must lie in the plane of two points at the same share x of them:
    det(a + x (b - a), d + x (c - d), direction) = 0, a quadratic in x; likewise along the other pair.
    """
    return np.stack([_quadratic(a, b, c, d), _quadratic(b, c, d, a)])


def _quadratic(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """(3, 3): a direction times this are the coefficients of x squared, x and 1."""
    first, second = b - a, c - d
    return np.stack([np.cross(first, second), np.cross(a, second) + np.cross(first, d), np.cross(a, d)], axis=1)
