"""Detours over time: each lasts as long as its corner stays the same, and fades in and out."""

from __future__ import annotations

import numpy as np

from ..soundscene import Detour
from . import around, curves
from .moments import Moments

BLUR = 2
"""Moments to either side over which what is seen is averaged, so that bars and leaves do not flutter."""
FAINT = 20.0
"""dB at 500 Hz by which a way around another side may be weaker than the best one."""
NOTHING, INAUDIBLE = -120.0, -60.0
"""dB of what is not there, and of ways that are left out."""
LEAP, SLACK = 0.3, 0.05
"""A corner that moves by more than this share of its distance, or a way that grows by this many metres more than its ends move,
from one moment to the next, is another one."""
FADE = np.array([0.0, 0.25, 0.5, 0.75])
"""Amplitudes on the way from one detour to the next."""
MOST = 5000
"""Detours of a source: the loudest."""


def decibels(amplitude: np.ndarray) -> np.ndarray:
    """Of amplitudes, not below NOTHING."""
    return np.asarray(np.maximum(20.0 * np.log10(np.maximum(amplitude, 1e-6)), NOTHING))


def detours_over_time(
    ways: around.Found, behind: np.ndarray, moments: Moments, mouths: np.ndarray, hidden: np.ndarray, speed: float
) -> list[Detour]:
    """The detours on each side, each as long as its corner stays the same.

    `ways`: of the moments (k,) at which the middle of a source at `mouths` (n, 3) is `behind` something. `hidden`: (n,) how
    much of a detour counts, 0 to 1.
    """
    straight = np.maximum(_length(mouths[behind] - moments.ears[behind]), 0.1)[:, None]
    # A way that is much longer is weaker by its length, too.
    loss = around.screen_loss(ways.longer, speed) + 20.0 * np.log10(1.0 + ways.longer / straight)[..., None]
    weakness = np.where(ways.exists, loss[..., around.FIVE_HUNDRED], np.inf)
    exists = ways.exists & (weakness <= weakness.min(axis=1, initial=np.inf, keepdims=True) + FAINT)
    found: list[Detour] = []
    for side in range(len(around.SIDES)):
        points = np.concatenate([ways.first[:, side], ways.last[:, side], ways.between[:, side, None]], axis=1)
        amplitude = 10.0 ** (-loss[:, side] / 20.0)
        runs = _runs(np.flatnonzero(exists[:, side]), points, behind, moments, mouths)
        found += [_detour(run, points, amplitude, behind, moments, hidden) for run in runs]
    loud = [one for one in found if one.octaves.max() > INAUDIBLE]
    return sorted(loud, key=lambda one: -float(one.octaves.max()))[:MOST]


def _runs(rows: np.ndarray, points: np.ndarray, behind: np.ndarray, moments: Moments, mouths: np.ndarray) -> list[np.ndarray]:
    """Rows of moments one after the other at which a detour by `points` (k, 7) stays the same.

    Its way changes by no more than listener and source move: a leap would be heard as a glide of the pitch.
    """
    if len(rows) == 0:
        return []
    at, first, last = behind[rows], points[rows, :3], points[rows, 3:6]
    ears, mouths = moments.ears[at], mouths[at]
    stretch = np.searchsorted([part.stop for part in moments.stretches], at, "right")
    whole = _length(first - ears) + points[rows, 6] + _length(last - mouths)
    moved = _length(np.diff(ears, axis=0)) + _length(np.diff(mouths, axis=0))
    leap = _length(np.diff(first, axis=0))
    steady = (np.abs(np.diff(whole)) < 1.2 * moved + SLACK) & (leap < LEAP * _length(first - ears)[1:] + 2.0 * moved + SLACK)
    same = (np.diff(at) == 1) & (np.diff(stretch) == 0) & steady
    return np.split(rows, np.flatnonzero(~same) + 1)


def _length(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(vectors, axis=1))


def _detour(
    run: np.ndarray, points: np.ndarray, amplitude: np.ndarray, behind: np.ndarray, moments: Moments, hidden: np.ndarray
) -> Detour:
    """A detour over a run of moments. Where another one follows, each fades into the other from one moment to the next."""
    at = behind[run]
    inside = next(part for part in moments.stretches if part.start <= at[0] < part.stop)
    begin, end = _held(at, behind, inside)
    rows = run[np.clip(np.arange(begin, end) - at[0], 0, len(run) - 1)]
    corners = curves.smoothed(points[rows], [slice(0, len(rows))], min(BLUR, len(rows) // 2))
    levels, times = hidden[begin:end, None] * amplitude[rows], moments.times[begin:end]
    if begin > inside.start:
        before = times[0] + (FADE - 1.0) * (times[0] - moments.times[begin - 1])
        times, levels = np.concatenate([before, times]), np.concatenate([FADE[:, None] * levels[0], levels])
        corners = np.concatenate([np.repeat(corners[:1], len(FADE), axis=0), corners])
    if end < inside.stop:
        after = times[-1] + (1.0 - FADE[::-1]) * (moments.times[end] - times[-1])
        times, levels = np.concatenate([times, after]), np.concatenate([levels, FADE[::-1, None] * levels[-1]])
        corners = np.concatenate([corners, np.repeat(corners[-1:], len(FADE), axis=0)])
    elif end < len(moments.times):  # until the cut
        times = np.append(times, moments.times[end] - curves.JUST_BEFORE)
        levels, corners = (np.append(values, values[-1:], axis=0) for values in (levels, corners))
    always = begin == 0 and end == len(moments.times)
    values = np.concatenate([corners, decibels(levels)], axis=1)
    lean_times, lean_values = curves.lean(times, values)
    if len(lean_times) == 1 and not always:  # a single moment would stand for all
        lean_times, lean_values = times[[0, -1]], values[[0, -1]]
    return Detour(lean_times, lean_values[:, :3], lean_values[:, 3:6], lean_values[:, 6], lean_values[:, 7:])


def _held(at: np.ndarray, behind: np.ndarray, inside: slice) -> tuple[int, int]:
    """From which moment to which a detour is held: a little longer, where the middle of the source comes into sight."""
    begin, end, hidden = int(at[0]), int(at[-1]) + 1, set(behind.tolist())
    while begin > inside.start and at[0] - begin < BLUR and begin - 1 not in hidden:
        begin -= 1
    while end < inside.stop and end - at[-1] <= BLUR and end not in hidden:
        end += 1
    return begin, end
