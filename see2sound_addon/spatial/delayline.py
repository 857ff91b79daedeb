"""Read a clip at any moment between its samples."""

from __future__ import annotations

from functools import cache

import numpy as np

TAPS = 32
CHUNK = 4096
"""Samples read at once: their windows and kernels, 1 MB, stay in a core's cache."""
PHASES = 16384
"""So many that the nearest one will do, without interpolating between them."""
KAISER_BETA = 8.0
"""Its error at 1, 8, 16 and 20 kHz is -85, -85, -80 and -74 dB at 48 kHz."""


QUICKER = (1.0, 1.06, 1.13, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.2, 4.0, 6.0, 10.0)
"""Speeds of reading for which there are kernels: what is read quicker than recorded must lose what would fold back."""
QUICK_PHASES = 2048
GRID = 64
"""Samples over which the speed of reading is taken to be the same, from the first sample on."""


def _make_kernels(phases: int, quicker: float) -> np.ndarray:
    """(phases + 1, TAPS) windowed sinc, each row with unit gain at 0 Hz (Smith, "Digital Audio Resampling", 2002)."""
    fraction = np.arange(phases + 1)[:, None] / phases
    offset = np.arange(TAPS)[None] - (TAPS // 2 - 1) - fraction
    window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0.0, 1.0 - (offset / (TAPS / 2)) ** 2))) / np.i0(KAISER_BETA)
    rows = np.sinc(offset / quicker) * window
    return (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)


@cache
def kernels(level: int = 0) -> np.ndarray:
    """The kernels for one of the speeds in QUICKER, made at their first use (2 MB for the first, 0.3 MB for each other)."""
    return _make_kernels(QUICK_PHASES if level else PHASES, QUICKER[level])


class Clip:
    """A mono signal that may loop, silent outside itself where it does not.

    `samples`: (n,) float32.
    """

    def __init__(self, samples: np.ndarray, loop: bool) -> None:
        self.length, self.loop = len(samples), loop
        margin = TAPS
        before = after = np.zeros(margin, np.float32)
        if loop:
            laps = -(-margin // self.length)
            before, after = np.tile(samples, laps)[-margin:], np.tile(samples, laps)[:margin]
        self._padded = np.concatenate([before, samples.astype(np.float32, copy=False), after])
        self._windows = np.lib.stride_tricks.sliding_window_view(self._padded, TAPS)
        self._first = margin - (TAPS // 2 - 1)

    def read(self, moments: np.ndarray) -> np.ndarray:
        """The signal at `moments` (n,), float64 in samples from its beginning; (n,) float32."""
        whole = np.floor(moments)
        if self.loop:
            start = np.mod(whole, self.length).astype(np.int64) + self._first
            audible = None
        else:
            audible = (whole > -TAPS // 2) & (whole < self.length + TAPS // 2)
            if not audible.any():
                return np.zeros(len(moments), np.float32)
            start = np.clip(whole, -TAPS // 2, self.length + TAPS // 2 - 1).astype(np.int64) + self._first
        fraction = moments - whole
        values = np.empty(len(moments), np.float32)
        levels = _levels(moments)
        for level in np.unique(levels):
            if (levels == level).all():
                self._interpolate(values, slice(None), start, fraction, int(level))
            else:
                self._interpolate(values, np.flatnonzero(levels == level), start, fraction, int(level))
        return values if audible is None else np.where(audible, values, np.float32(0.0))

    def _interpolate(
        self, values: np.ndarray, which: slice | np.ndarray, start: np.ndarray, fraction: np.ndarray, level: int
    ) -> None:
        """Fill `which` of `values` from windows that begin at `start`, `fraction` of a sample on."""
        table = kernels(level)
        first, phase = start[which], np.rint(fraction[which] * (len(table) - 1)).astype(np.int64)
        if phase[0] == phase[-1] and first[-1] - first[0] == len(first) - 1 and (phase == phase[0]).all():
            span = self._padded[first[0] : first[-1] + TAPS]
            values[which] = np.convolve(span, table[phase[0]][::-1], "valid")
            return
        found = np.empty(len(first), np.float32)
        for begin in range(0, len(first), CHUNK):
            part = slice(begin, begin + CHUNK)
            np.einsum("nk,nk->n", self._windows[first[part]], table[phase[part]], out=found[part])
        values[which] = found


def _levels(moments: np.ndarray) -> np.ndarray:
    """Which of QUICKER each moment needs, (n,): the first that is at least as quick as it is read."""
    if len(moments) < GRID:
        return np.zeros(len(moments), np.int64)
    whole = moments[: len(moments) // GRID * GRID].reshape(-1, GRID)
    speed = np.abs(whole[:, -1] - whole[:, 0]) / (GRID - 1)
    level = np.minimum(np.searchsorted(QUICKER, speed - 0.02), len(QUICKER) - 1)
    return np.repeat(level, GRID) if len(moments) % GRID == 0 else np.resize(np.repeat(level, GRID), len(moments))
