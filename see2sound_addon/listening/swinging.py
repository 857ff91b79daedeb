"""What turns to and fro, and what begins to move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .motion import angular_velocities, moving, spans
from .observed import Track

LEAST_SWING = 0.03
"""Radians between two turning points."""


@dataclass(frozen=True)
class Swing:
    """A turning to and fro. `angles`: (n,) radians about its axis. `extremes`: seconds at which it turns back."""

    angles: np.ndarray
    extremes: list[float]
    passes: list[float]


def swing(track: Track, rate: float) -> Swing | None:
    """How a track turns to and fro about one axis, or None if it does not turn."""
    if not track.moves:
        return None
    spins = angular_velocities(track, rate)
    power = np.linalg.norm(spins, axis=1)
    if power.max() < LEAST_SWING:
        return None
    _, _, axes = np.linalg.svd(spins, full_matrices=False)
    around = spins @ axes[0]
    steps = 0.5 * (around[1:] + around[:-1]) / rate
    angles = np.concatenate([[0.0], np.cumsum(steps)])
    if np.ptp(angles) < LEAST_SWING:
        return None
    return Swing(angles, *_turning_points(angles, rate))


def _turning_points(angles: np.ndarray, rate: float) -> tuple[list[float], list[float]]:
    """Seconds of the extremes of (n,), by a parabola through three samples, and of the passes through its middle."""
    slope = np.diff(angles)
    extremes, last = [], angles[0]
    for k in range(1, len(angles) - 1):
        if slope[k - 1] * slope[k] < 0.0 and abs(angles[k] - last) > LEAST_SWING:
            bend = slope[k] - slope[k - 1]
            extremes.append((k - 0.5 * (slope[k] + slope[k - 1]) / bend) / rate)
            last = angles[k]
    middle = angles - 0.5 * (angles.max() + angles.min())
    crossed = np.flatnonzero(middle[:-1] * middle[1:] < 0.0)
    passes = [float((k + middle[k] / (middle[k] - middle[k + 1])) / rate) for k in crossed]
    return [float(time) for time in extremes], passes


def begins_to_move(amount: np.ndarray, rate: float, least: float) -> list[tuple[float, float]]:
    """(seconds, strength) of each beginning of a movement. `amount`: (n,) speed; `least`: below which it counts as still."""
    on = moving(amount, rate, least)
    return [(first / rate, float(np.clip(amount[first:last].max() / (10.0 * least), 0.2, 1.0))) for first, last in spans(on)]
