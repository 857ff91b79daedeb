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
LEAP = 0.3
"""A corner that moves by more than this share of its distance, from one moment to the next, is another one."""


def decibels(amplitude: np.ndarray) -> np.ndarray:
    """Of amplitudes, not below NOTHING."""
    return np.asarray(np.maximum(20.0 * np.log10(np.maximum(amplitude, 1e-6)), NOTHING))


def detours_over_time(
    ways: around.Found, behind: np.ndarray, moments: Moments, hidden: np.ndarray, speed: float
) -> list[Detour]:
    """The detours on each side, each as long as its corner stays the same. `hidden`: (n,) how much of each counts, 0 to 1."""
    loss = around.screen_loss(ways.longer, speed)
    weakness = np.where(ways.exists, loss[..., 2], np.inf)
    exists = ways.exists & (weakness <= weakness.min(axis=1, initial=np.inf, keepdims=True) + FAINT)
    found: list[Detour] = []
    for side in range(len(around.SIDES)):
        rows = np.flatnonzero(exists[:, side])
        runs = _runs(rows, ways.first[:, side], behind, moments)
        made = [_detour(ways, loss, side, run, behind, moments, hidden) for run in runs]
        found += [one for one in made if one.octaves.max() > INAUDIBLE]
    return found


def _runs(rows: np.ndarray, corners: np.ndarray, behind: np.ndarray, moments: Moments) -> list[np.ndarray]:
    """Rows of moments one after the other at which a corner (k, 3) stays the same."""
    if len(rows) == 0:
        return []
    at, corner = behind[rows], corners[rows]
    stretch = np.searchsorted([part.stop for part in moments.stretches], at, "right")
    leap = np.linalg.norm(np.diff(corner, axis=0), axis=1)
    steps = np.linalg.norm(np.diff(moments.ears[at], axis=0), axis=1)
    near = np.linalg.norm(corner[1:] - moments.ears[at[1:]], axis=1)
    same = (np.diff(at) == 1) & (np.diff(stretch) == 0) & (leap < LEAP * near + 2.0 * steps + 0.1)
    return np.split(rows, np.flatnonzero(~same) + 1)


def _detour(
    ways: around.Found, loss: np.ndarray, side: int, run: np.ndarray, behind: np.ndarray, moments: Moments, hidden: np.ndarray
) -> Detour:
    """A detour over a run of moments; it fades before and after it, its corners held."""
    at = behind[run]
    inside = next(part for part in moments.stretches if part.start <= at[0] < part.stop)
    begin, end = max(inside.start, at[0] - BLUR), min(inside.stop, at[-1] + 1 + BLUR)
    rows = run[np.clip(np.arange(begin, end) - at[0], 0, len(run) - 1)]
    whole = [slice(0, len(rows))]
    first, last, between = (
        curves.smoothed(values[rows, side], whole, min(BLUR, len(rows) // 2))
        for values in (ways.first, ways.last, ways.between)
    )
    octaves = decibels(hidden[begin:end, None] * 10.0 ** (-loss[rows, side] / 20.0))
    # What begins or ends within the scene does so softly; at its edges and at cuts it is there at once.
    if begin > inside.start:
        octaves[0] = NOTHING
    if end < inside.stop:
        octaves[-1] = NOTHING
    times = moments.times[begin:end]
    if end == inside.stop < len(moments.times):
        times = np.append(times, moments.times[end] - curves.JUST_BEFORE)
        first, last, between, octaves = (np.append(v, v[-1:], axis=0) for v in (first, last, between, octaves))
    values = np.concatenate([first, last, between[:, None], octaves], axis=1)
    times, values = curves.lean(times, values)
    return Detour(times, values[:, :3], values[:, 3:6], values[:, 6], values[:, 7:])
