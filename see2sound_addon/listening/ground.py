"""The ground below what moves."""

from __future__ import annotations

import numpy as np

from .observed import FindSurfaces, SceneObject

MOST_RAYS = 1000
"""For one foot or body, to the ground under its way."""


def heights_below(origins: np.ndarray, down: np.ndarray, find: FindSurfaces, past: frozenset[str]) -> np.ndarray:
    """(n,) how far along -`down` the surface below each of (n, 3) lies, -inf without one; rays at MOST_RAYS frames at most.

    Between these frames the surface is taken to run straight.
    """
    count = len(origins)
    frames = np.unique(np.linspace(0, count - 1, min(count, MOST_RAYS)).astype(int))
    met = find(origins[frames], np.tile(down, (len(frames), 1)), frames, past)
    heights = -(origins[frames] @ down) - met.distances
    return heights if len(frames) == count else np.interp(np.arange(count), frames, heights)


ROUND = 1.15
"""Of half its size: how far the farthest point of a round body may be from its centre; that of a cube is at 1.7."""


def is_ball(obj: SceneObject) -> bool:
    """Whether the surface of an object is one radius from its centre."""
    return bool(np.ptp(obj.size) < 0.1 * obj.size.max()) and _is_round(obj)


def is_wheel_shaped(obj: SceneObject) -> bool:
    """Whether an object is round about an axis, as a ball or a wheel is."""
    _, middle, large = np.sort(obj.size)
    return bool(large - middle < 0.1 * large) and _is_round(obj)


def _is_round(obj: SceneObject) -> bool:
    return obj.reach < ROUND * 0.5 * float(obj.size.max())
