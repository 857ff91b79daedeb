"""Curves over the moments of a trace: smoothed between cuts, and with no more points than they need."""

from __future__ import annotations

import numpy as np

JUST_BEFORE = 1e-4
"""Seconds before a cut at which what was before ends."""


def smoothed(values: np.ndarray, stretches: list[slice], reach: int) -> np.ndarray:
    """Values (n, ...) averaged over `reach` moments to either side, the nearer ones more; not across cuts."""
    if reach == 0:
        return values
    weights = np.hanning(2 * reach + 3)[1:-1]
    weights /= weights.sum()
    made = np.empty_like(values, dtype=float)
    for stretch in stretches:
        part = values[stretch]
        padded = np.concatenate([np.repeat(part[:1], reach, axis=0), part, np.repeat(part[-1:], reach, axis=0)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
        made[stretch] = windows @ weights
    return made


def with_jumps(times: np.ndarray, values: np.ndarray, stretches: list[slice]) -> tuple[np.ndarray, np.ndarray]:
    """The curve with each stretch's last value held until just before the next one begins."""
    ends = [stretch.stop for stretch in stretches[:-1] if times[stretch.stop] - times[stretch.stop - 1] > 2 * JUST_BEFORE]
    times_more = np.insert(times, ends, [times[end] - JUST_BEFORE for end in ends])
    return times_more, np.insert(values, ends, values[np.array(ends, int) - 1], axis=0) if ends else values


def lean(times: np.ndarray, values: np.ndarray, tolerance: float = 1e-3) -> tuple[np.ndarray, np.ndarray]:
    """The curve without points at which it stays as it is; one point where it never changes."""
    flat = values.reshape(len(values), -1)
    if len(times) == 0 or np.ptp(flat, axis=0).max() <= tolerance:
        return times[:1], values[:1]
    kept = [0]
    for number in range(1, len(times)):
        if np.abs(flat[number] - flat[kept[-1]]).max() > tolerance:
            kept += [number - 1, number]  # it stays until here, and then changes
    kept = sorted({*kept, len(times) - 1})
    return times[kept], values[kept]
