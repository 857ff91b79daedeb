"""Read a clip at any moment between its samples.

A windowed sinc whose taps are polynomials of the fraction of a sample (Farrow, "A continuously variable digital delay
element", ISCAS 1988): a clip is filtered once by every polynomial's coefficients, as one matrix product, and each moment
costs as many values as the polynomials have coefficients, not as many as the sinc has taps.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache

import numpy as np

TAPS = 32
KAISER_BETA = 8.0
DEGREE = 6
"""Of the polynomials; with these three the error at 1, 8, 16 and 20 kHz is -85, -89, -82 and -75 dB at 48 kHz."""
COLUMNS = 8
"""Of a filtered chunk: one for each coefficient, and one left empty because eight are gathered faster than seven."""
ROW = 32
"""Samples that a row of the matrix product makes."""
CHUNK_BITS = 13
CHUNK = 1 << CHUNK_BITS
"""Samples of a clip that are filtered at once, at absolute places, so that the result does not depend on block limits."""
RECENT = 48
"""Filtered chunks, 0.2 MB each, that are kept: what one block reads of a source and its reflections."""

QUICKER = (1.0, 1.06, 1.13, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.2, 4.0, 6.0, 10.0)
"""Speeds of reading for which there are kernels: what is read quicker than recorded must lose what would fold back."""
GRID = 64
"""Samples over which the speed of reading is taken to be the same, from the first sample on."""


def windowed_sinc(fraction: np.ndarray, quicker: float = 1.0) -> np.ndarray:
    """(n, TAPS) for fractions (n,) of a sample, unit gain at 0 Hz (Smith, "Digital Audio Resampling", 2002)."""
    offset = np.arange(TAPS)[None] - (TAPS // 2 - 1) - np.asarray(fraction, float)[:, None]
    window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0.0, 1.0 - (offset / (TAPS / 2)) ** 2)))
    rows = np.sinc(offset / quicker) * window
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


@cache
def polynomials(level: int = 0) -> np.ndarray:
    """(DEGREE + 1, TAPS): a tap's coefficients for x = 2 fraction - 1, rising powers, for one of the speeds in QUICKER.

    Fitted at Chebyshev's points and exact at both ends, so that a whole number of samples changes nothing.
    """
    x = np.cos(np.pi * (np.arange(256) + 0.5) / 256)[:, None]
    first, last = windowed_sinc(np.array([0.0, 1.0]), QUICKER[level])
    rest = windowed_sinc((x[:, 0] + 1.0) / 2.0, QUICKER[level]) - (1.0 - x) / 2.0 * first - (1.0 + x) / 2.0 * last
    inner = np.linalg.lstsq((1.0 - x**2) * x ** np.arange(DEGREE - 1), rest, rcond=None)[0]
    fitted = np.zeros((DEGREE + 1, TAPS))
    fitted[0], fitted[1] = (first + last) / 2.0, (last - first) / 2.0
    fitted[:-2] += inner
    fitted[2:] -= inner
    return fitted


@cache
def _row_matrix(level: int) -> np.ndarray:
    """(ROW + TAPS - 1, ROW * COLUMNS) float32: from a stretch of samples to all polynomials' outputs for ROW of them."""
    matrix = np.zeros((ROW + TAPS - 1, ROW, COLUMNS), np.float32)
    for i in range(ROW):
        matrix[i : i + TAPS, i, : DEGREE + 1] = polynomials(level).T
    return matrix.reshape(ROW + TAPS - 1, -1)


def prepare() -> None:
    """Make the kernels for all speeds, which takes a moment, before time matters."""
    for level in range(len(QUICKER)):
        _row_matrix(level)


class Recent:
    """The chunks filtered last, oldest first."""

    def __init__(self) -> None:
        self._chunks: OrderedDict[tuple[int, int, int], np.ndarray] = OrderedDict()

    def get(self, clip: Clip, number: int, level: int) -> np.ndarray:
        """(CHUNK, COLUMNS) of a clip's chunk."""
        key = (id(clip), number, level)
        found = self._chunks.pop(key, None)
        if found is None:
            found = clip.filtered(number, level)
            if len(self._chunks) >= RECENT:
                self._chunks.popitem(last=False)
        self._chunks[key] = found
        return found


class Clip:
    """A mono signal that may loop, silent outside itself where it does not.

    `samples`: (n,) float32. `recent`: shared by clips that are read in turns.
    """

    def __init__(self, samples: np.ndarray, loop: bool, recent: Recent | None = None) -> None:
        self.samples, self.length, self.loop = samples.astype(np.float32, copy=False), len(samples), loop
        self._recent = recent or Recent()

    def read(self, moments: np.ndarray) -> np.ndarray:
        """The signal at `moments` (n,), float64 in samples from its beginning; (n,) float32."""
        floor = np.floor(moments)
        x = (moments - floor).astype(np.float32)
        x *= 2.0
        x -= 1.0
        whole = floor.astype(np.int64)
        if self.loop:
            whole -= self.length * int(whole.min() // self.length)
            if whole.max() >= self.length:
                whole %= self.length
        else:
            np.clip(whole, -TAPS, self.length + TAPS, out=whole)
        values = np.zeros(len(moments), np.float32)
        levels = _levels(moments)
        for level in np.unique(levels):
            if (levels == level).all():
                self._interpolate(values, slice(None), whole, x, int(level))
            else:
                which = np.flatnonzero(np.repeat(levels == level, GRID)[: len(moments)])
                self._interpolate(values, which, whole, x, int(level))
        return values

    def _interpolate(self, values: np.ndarray, which: slice | np.ndarray, whole: np.ndarray, x: np.ndarray, level: int) -> None:
        """Fill `which` of `values` from the samples at and around `whole`, x on from -1 there to 1 at the next."""
        here, x = whole[which], x[which]
        number, within = here >> CHUNK_BITS, here & (CHUNK - 1)
        edges = np.flatnonzero(np.diff(number)) + 1
        found = np.empty(len(here), np.float32)
        for begin, end in zip([0, *edges.tolist()], [*edges.tolist(), len(here)], strict=True):
            powers = self._recent.get(self, int(number[begin]), level).take(within[begin:end], axis=0)
            found[begin:end] = _horner(powers, x[begin:end])
        values[which] = found

    def filtered(self, number: int, level: int) -> np.ndarray:
        """(CHUNK, COLUMNS) float32: the samples of a chunk, filtered by each of the polynomials' coefficients."""
        first = number * CHUNK - (TAPS // 2 - 1)
        stretch = self.stretch(first, CHUNK + TAPS - 1)
        rows = np.lib.stride_tricks.sliding_window_view(stretch, ROW + TAPS - 1)[::ROW]
        return (np.ascontiguousarray(rows) @ _row_matrix(level)).reshape(CHUNK, COLUMNS)

    def stretch(self, first: int, count: int) -> np.ndarray:
        """`count` samples from the `first` on, as they are."""
        if self.loop:
            begin = first % self.length  # NumPy's own wrapping walks one length at a time
            return self.samples.take(np.arange(begin, begin + count) % self.length)
        stretch = np.zeros(count, np.float32)
        begin, end = max(first, 0), min(first + count, self.length)
        if begin < end:
            stretch[begin - first : end - first] = self.samples[begin:end]
        return stretch


def _horner(coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(n,) from (n, COLUMNS) and (n,)."""
    value = coefficients[:, DEGREE] * x
    for power in range(DEGREE - 1, 0, -1):
        value += coefficients[:, power]
        value *= x
    value += coefficients[:, 0]
    return value


def _levels(moments: np.ndarray) -> np.ndarray:
    """Which of QUICKER each GRID of moments needs, (n / GRID,) rounded up: the first at least as quick as it is read."""
    if len(moments) < GRID:
        return np.zeros(1, np.int64)
    whole = moments[: len(moments) // GRID * GRID].reshape(-1, GRID)
    speed = np.abs(whole[:, -1] - whole[:, 0]) / (GRID - 1)
    level = np.minimum(np.searchsorted(QUICKER, speed - 0.02), len(QUICKER) - 1)
    return level if len(moments) % GRID == 0 else np.append(level, level[-1])
