"""Smooth paths through uncertain positions: what an object of some inertia most likely did.

A path p of n positions minimises

    sum (p_i - z_i)^T W_i (p_i - z_i)  +  sum a_i^T S_i^-1 a_i,   a_i = (p_(i+1) - 2 p_i + p_(i-1)) / dt^(3/2)

z are measured positions, W their precision: high across the line of sight, low along it. The second sum is the prior of a
velocity that changes as white noise of the spectral density S does (the nearly-constant-velocity model of Bar-Shalom, Li and
Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, 6.2.2): across the line of sight as fast as the
picture shows it, along it as what has mass does, for there a change is heard. A straight way at a constant speed costs nothing,
and neither does one that was not seen in between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

ACROSS = 0.006
"""Radians: standard deviation of a direction from a box."""
ALONG = 2.0
"""Distances of one object err together from frame to frame, so each counts for less."""
AGILITY = 3.0
"""Metres per second to the power of three halves: how much the velocity of what walks or drives changes in a second."""
AGILITY_FAR = 0.25
"""The same across the line of sight for each metre of distance: what is far, and is followed, turns as fast as what is near."""
STILL_ANGLE, STILL_GROWTH = 0.015, 0.25
"""Radians from the mean direction, and change of the logarithm of the distance, below which an object stands still."""
FASTEST, FIERCEST = 70.0, 200.0
"""Metres per second, and per second squared, towards the listener: more would be heard as a jump."""
ROUNDS = 12
"""How often the agility is halved until a path keeps to that."""


def smooth_path(
    times: np.ndarray, directions: np.ndarray, metres: np.ndarray, doubts: np.ndarray, seen: np.ndarray
) -> np.ndarray:
    """Positions (n, 3) relative to the camera, metres, at increasing `times` (n,) seconds.

    `directions`: (n, 3) unit vectors. `metres`, `doubts`: (n,) distances, and the standard deviations of their logarithms.
    `seen`: (n,) bool; what was not seen counts for nothing. What stands still has the same position all the time.
    """
    if len(times) < 3:
        return np.asarray(directions * metres[:, None])
    if seen.any() and _stands(times[seen], directions[seen], metres[seen]):
        middle = directions[seen].mean(axis=0)
        return np.tile(middle / np.linalg.norm(middle) * np.exp(np.log(metres[seen]).mean()), (len(times), 1))
    across = AGILITY + AGILITY_FAR * float(np.median(metres[seen] if seen.any() else metres))
    along = AGILITY
    path = np.asarray(directions * metres[:, None])
    for _ in range(ROUNDS):
        path = _most_likely(times, directions, metres, doubts, seen, (across, along))
        path *= _scale(path, metres, doubts, seen)
        speed, change = radial_motion(times, path)
        if np.abs(speed).max() < FASTEST and np.abs(change).max(initial=0.0) < FIERCEST:
            break
        across, along, doubts = across / 2.0, along / 2.0, doubts * 1.5
    return path


def _stands(times: np.ndarray, directions: np.ndarray, metres: np.ndarray) -> bool:
    """Whether neither direction nor distance changes by more than they are uncertain."""
    middle = directions.mean(axis=0)
    apart = np.arccos(np.clip(directions @ (middle / np.linalg.norm(middle)), -1.0, 1.0))
    if np.percentile(apart, 95) > STILL_ANGLE:
        return False
    since = times - times.mean()
    trend = float((since * np.log(metres)).sum() / max(float((since**2).sum()), 1e-9))
    return abs(trend) * float(np.ptp(times)) < STILL_GROWTH


def _scale(path: np.ndarray, metres: np.ndarray, doubts: np.ndarray, seen: np.ndarray) -> float:
    """Errors across the line of sight are smaller on a smaller path, which draws it towards the camera; this undoes that."""
    weights = np.where(seen, 1.0, 1e-6) / doubts**2
    ratios = np.log(metres / np.maximum(np.linalg.norm(path, axis=1), 1e-6))
    return math.exp(float(np.average(ratios, weights=weights)))


def radial_motion(times: np.ndarray, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Speed away from the camera at the origin, and its change, (n,): what Doppler's effect makes audible."""
    speed = np.gradient(np.linalg.norm(path, axis=1), times)
    return speed, np.gradient(speed, times)


def _most_likely(
    times: np.ndarray,
    directions: np.ndarray,
    metres: np.ndarray,
    doubts: np.ndarray,
    seen: np.ndarray,
    agility: tuple[float, float],
) -> np.ndarray:
    """The path (n, 3) that minimises the sums. `agility`: across and along the line of sight."""
    outer = directions[:, :, None] * directions[:, None, :]
    weights = np.where(seen, 1.0, 1e-6)
    across, along = weights / (ACROSS * metres) ** 2, weights / (ALONG * doubts * metres) ** 2
    precision = across[:, None, None] * (np.eye(3) - outer) + along[:, None, None] * outer
    right = np.einsum("nij,nj->ni", precision, directions * metres[:, None])
    blocks = np.zeros((3, len(times), 3, 3))  # of the matrix: on the diagonal, and one and two beside it
    blocks[0] = precision
    # Velocities are differences over uneven steps, and they change from step to step.
    steps = np.diff(times)
    rows = np.stack([1.0 / steps[:-1], -1.0 / steps[:-1] - 1.0 / steps[1:], 1.0 / steps[1:]])
    inner = outer[1:-1]
    prior = (np.eye(3) - inner) / agility[0] ** 2 + inner / agility[1] ** 2
    prior /= ((steps[1:] + steps[:-1]) / 2.0)[:, None, None]
    for a in range(3):
        for b in range(a, 3):
            blocks[b - a, a : len(times) - 2 + a] += (rows[a] * rows[b])[:, None, None] * prior
    return _solve(blocks, right)


def _solve(blocks: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve a symmetric system of blocks (3, n, 3, 3), on the diagonal and beside it, for (n, 3)."""
    count = len(right)
    banded = np.zeros((9, 3 * count))  # the diagonal is the last row, as LAPACK wants it
    for beside in range(3):
        for i in range(3):
            for j in range(3):
                above = 3 * beside + j - i
                if above >= 0:
                    columns = 3 * (np.arange(count - beside) + beside) + j
                    banded[8 - above, columns] = blocks[beside, : count - beside, i, j]
    return np.asarray(solveh_banded(banded, right.ravel(), check_finite=False)).reshape(count, 3)


@dataclass(frozen=True)
class Audible:
    """A time in which a source sounds, seconds, with how long it fades in before and out after."""

    start: float
    end: float
    fade_in: float
    fade_out: float


SILENCE, HALFWAY = -120.0, -18.0
"""DB: of a source that is not there, and in the middle of a fade."""


def fades(audible: list[Audible]) -> tuple[np.ndarray, np.ndarray]:
    """Times and levels in dB (n,) of a source that sounds now and then. Times increase strictly."""
    points: list[tuple[float, float]] = []
    for one in audible:
        if one.fade_in > 0.0:
            points += [(one.start - one.fade_in, SILENCE), (one.start - one.fade_in / 2.0, HALFWAY)]
        points += [(one.start, 0.0), (one.end, 0.0)]
        if one.fade_out > 0.0:
            points += [(one.end + one.fade_out / 2.0, HALFWAY), (one.end + one.fade_out, SILENCE)]
    kept: list[tuple[float, float]] = []
    for time, level in points:
        kept.append((max(time, kept[-1][0] + 1e-4) if kept else time, level))
    spread = np.array(kept)
    return spread[:, 0], spread[:, 1]


def movement_levels(steps: np.ndarray, range_db: float) -> np.ndarray:
    """DB (n,) from -range_db to 0 that follow how much an object moves, `steps` (n,): full where it moves most."""
    most = float(np.percentile(steps, 95)) if len(steps) else 0.0
    if most <= 1e-6:
        return np.zeros(len(steps))
    return np.asarray(20.0 * np.log10(np.clip(steps / most, 10.0 ** (-range_db / 20.0), 1.0)))


def onsets(times: np.ndarray, steps: np.ndarray, least: float = 0.15, apart: float = 0.25) -> np.ndarray:
    """Seconds and strengths (k, 2) of the moments at which an object starts to move, or moves faster.

    `steps`: (n,) movement in heights of the object a second. `least`: a rise that counts. `apart`: seconds between two.
    """
    if len(times) < 4:
        return np.zeros((0, 2))
    rate = (len(times) - 1) / max(times[-1] - times[0], 1e-9)
    width = max(1, round(0.1 * rate))
    smooth = np.convolve(np.pad(steps, width, mode="edge"), np.ones(2 * width + 1) / (2 * width + 1), mode="valid")
    rise = np.diff(smooth, prepend=smooth[0])
    found: list[tuple[float, float]] = []
    start = 0
    for number in range(1, len(rise)):
        if rise[number] > 0.0 >= rise[number - 1]:
            start = number
        ends = number + 1 == len(rise) or rise[number + 1] <= 0.0
        gain = smooth[number] - smooth[start - 1 if start else 0]
        if rise[number] > 0.0 and ends and gain > least and (not found or times[start] - found[-1][0] >= apart):
            found.append((float(times[start]), float(gain)))
    if not found:
        return np.zeros((0, 2))
    spread = np.array(found)
    spread[:, 1] = np.clip(spread[:, 1] / max(float(np.percentile(spread[:, 1], 90)), math.ulp(1.0)), 0.1, 1.0)
    return spread
