"""The sinc that clips are read with between their samples.

A windowed sinc. Its taps are polynomials of the fraction of a sample (Farrow, "A continuously variable digital delay
element", ISCAS 1988).
"""

from __future__ import annotations

from functools import cache

import numpy as np

TAPS = 32
KAISER_BETA = 8.0
DEGREE = 6
"""Of the polynomials; with these three the error at 1, 8, 16 and 20 kHz is -85, -89, -82 and -75 dB at 48 kHz."""
QUICKER = (1.0, 1.06, 1.13, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.2, 4.0, 6.0, 10.0)
"""Speeds of reading for which there are kernels: what is read quicker than recorded must lose what would fold back."""


def windowed_sinc(fraction: np.ndarray, quicker: float = 1.0) -> np.ndarray:
    """(n, TAPS) for fractions (n,) of a sample, unit gain at 0 Hz (Smith, "Digital Audio Resampling", 2002)."""
    offset = np.arange(TAPS)[None] - (TAPS // 2 - 1) - np.asarray(fraction, float)[:, None]
    window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0.0, 1.0 - (offset / (TAPS / 2)) ** 2)))
    window *= np.abs(offset) < TAPS / 2  # or a fraction of 1 would not be the next sample's fraction of 0
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
def phase_table(phases: int) -> np.ndarray:
    """(len(QUICKER), phases + 1, TAPS) float32: the polynomials at evenly spaced fractions from 0 to 1.

    Between 2048 of them straight lines are right to 1e-7. Each row begins at a cache line.
    """
    x = np.linspace(-1.0, 1.0, phases + 1)
    made = aligned((len(QUICKER), phases + 1, TAPS))
    for level in range(len(QUICKER)):
        made[level] = np.vander(x, DEGREE + 1, increasing=True) @ polynomials(level)
    return made


def aligned(shape: tuple[int, ...]) -> np.ndarray:
    """Float32 zeros that begin at a multiple of 64 bytes."""
    room = np.zeros(int(np.prod(shape)) + 16, np.float32)
    skipped = -room.ctypes.data % 64 // 4
    return room[skipped : skipped + int(np.prod(shape))].reshape(shape)
