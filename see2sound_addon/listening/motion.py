"""Movement from tracks: speed, turning, when something moves, and curves of few points."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from .observed import Track

STILL = 0.1
"""Metres a second, below which an object counts as still."""
FADE = 0.35
"""Seconds in which a sound comes and goes with its movement."""
STEADY = 0.12
"""Seconds over which speeds are averaged: a driver feels no single frame."""


def velocities(positions: np.ndarray, rate: float) -> np.ndarray:
    """(n, 3) metres a second by central differences."""
    if len(positions) < 2:
        return np.zeros_like(positions)
    return np.gradient(positions, 1.0 / rate, axis=0)


def speeds(track: Track, rate: float) -> np.ndarray:
    """(n,) metres a second."""
    return np.linalg.norm(velocities(track.positions, rate), axis=1)


def smooth(values: np.ndarray, seconds: float, rate: float) -> np.ndarray:
    """(n,) averaged over a time; the ends stay where they are."""
    size = 2 * int(0.5 * seconds * rate) + 1
    if size < 3 or len(values) < size:
        return values
    padded = np.pad(values, size // 2, mode="edge")
    return np.convolve(padded, np.full(size, 1.0 / size), mode="valid")


def angular_velocities(track: Track, rate: float, expected: np.ndarray | None = None) -> np.ndarray:
    """(n, 3) radians a second in the world.

    Two frames show a turn only up to whole turns. `expected`: (n,) angular speeds that choose among these, such as speed
    over radius of a wheel that rolls; without it, `track.turns` does.
    """
    count = len(track.positions)
    if count < 2:
        return np.zeros((count, 3))
    poses = Rotation.from_quat(track.rotations, scalar_first=True)
    turns = (poses[1:] * poses[:-1].inv()).as_rotvec()
    angle = np.linalg.norm(turns, axis=1)
    axis = turns / np.maximum(angle, 1e-12)[:, None]
    between = (np.arange(count - 1) + 0.5) / rate
    if expected is None and len(track.turns):
        expected = np.interp(between, track.turns[:, 0], track.turns[:, 1])
    elif expected is not None:
        expected = 0.5 * (expected[1:] + expected[:-1])
    if expected is not None:
        step = expected / rate
        whole = 2.0 * np.pi
        onward = angle + whole * np.round((step - angle) / whole)
        backward = -angle + whole * np.round((step + angle) / whole)  # the same pose, reached the other way around
        other = np.abs(backward - step) < np.abs(onward - step)
        axis = np.where(other[:, None], -axis, axis)
        angle = np.where(other, backward, onward)
    spins = axis * (angle * rate)[:, None]
    return np.concatenate([spins[:1], 0.5 * (spins[1:] + spins[:-1]), spins[-1:]])


def turns_a_minute(track: Track, rate: float, radius: float = 0.0) -> np.ndarray:
    """(n,) turns a minute of an object. `radius`: of a wheel that rolls on the ground, metres, or 0."""
    expected = speeds(track, rate) / radius if radius > 0.0 and not len(track.turns) else None
    return np.linalg.norm(angular_velocities(track, rate, expected), axis=1) * 60.0 / (2.0 * np.pi)


def moving(speed: np.ndarray, rate: float, least: float = STILL) -> np.ndarray:
    """(n,) whether something moves; pauses and movements shorter than a quarter of a second do not count."""
    on = speed > least
    short = max(1, round(0.25 * rate))
    return ~_without_short(~_without_short(on, short), short)


def _without_short(on: np.ndarray, least: int) -> np.ndarray:
    kept = on.copy()
    for first, last in spans(on):
        if last - first < least and first > 0 and last < len(on):
            kept[first:last] = False
    return kept


def spans(on: np.ndarray) -> list[tuple[int, int]]:
    """Frames from, and up to, where (n,) is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def gate(on: np.ndarray, rate: float, resting: float = 0.0) -> list[tuple[float, float]]:
    """The level over time, as (seconds, gain) points, of what sounds while (n,) is true; `resting`: its gain elsewhere."""
    if on.all():
        return []
    if not on.any():
        return [(0.0, resting)]
    points: list[tuple[float, float]] = []
    for first, last in spans(on):
        begin, end = first / rate, (last - 1) / rate
        if first > 0:
            points += [(max(begin - FADE, points[-1][0] + 1e-3 if points else 0.0), resting), (begin, 1.0)]
        elif not points:
            points.append((0.0, 1.0))
        if last < len(on):
            points += [(end, 1.0), (end + FADE, resting)]
    return _in_order(points)


def _in_order(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without points that a fade of the one before reaches beyond."""
    out: list[tuple[float, float]] = []
    for time, value in points:
        while out and out[-1][0] >= time:
            out.pop()
        out.append((time, value))
    return out


def curve(values: np.ndarray, rate: float, within: float) -> list[tuple[float, float]]:
    """(n,) as few (seconds, value) points, between which straight lines stay `within` of the values (Ramer 1972)."""
    if np.ptp(values) <= within:
        return [(0.0, float(np.mean(values)))]
    kept, todo = {0, len(values) - 1}, [(0, len(values) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        inner = np.arange(first + 1, last)
        line = values[first] + (values[last] - values[first]) * (inner - first) / (last - first)
        off = np.abs(values[first + 1 : last] - line)
        worst = int(off.argmax())
        if off[worst] > within:
            middle = first + 1 + worst
            kept.add(middle)
            todo += [(first, middle), (middle, last)]
    return [(number / rate, float(values[number])) for number in sorted(kept)]
