"""Zero-phase filters with one gain for each octave."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import fft

from ..materials import BANDS

REACH = 512
"""Samples that a filter spreads a sound to either side, a multiple of STEP."""


def band_weights(frequency: np.ndarray) -> np.ndarray:
    """(bands, n) how much of each octave's gain counts at frequencies (n,) in Hz; of sum 1.

    Between two octaves' middles a gain goes over into the next along the logarithm of frequency.
    """
    place = np.clip(np.log2(np.maximum(frequency, 1e-3) / BANDS[0]), 0.0, len(BANDS) - 1.0)
    return np.maximum(0.0, 1.0 - np.abs(place[None] - np.arange(len(BANDS))[:, None]))


@cache
def band_filters(rate: float) -> np.ndarray:
    """(bands, 2 REACH + 1): they add up to one sample at REACH, so that equal gains change nothing; see `band_weights`."""
    size = 1 << 14
    weights = band_weights(fft.rfftfreq(size, 1.0 / rate))
    impulse = np.roll(fft.irfft(weights, size, axis=1), REACH, axis=1)[:, : 2 * REACH + 1]
    return np.asarray(impulse * np.hanning(2 * REACH + 3)[1:-1])


@cache
def _spectra(rate: float, size: int) -> np.ndarray:
    return fft.rfft(band_filters(rate).astype(np.float32), size, axis=1)


def filter_bands(signal: np.ndarray, gains: np.ndarray, rate: float) -> np.ndarray:
    """The middle (n - 2 REACH,) of a signal (n,), each octave with its gain (bands,)."""
    size = fft.next_fast_len(len(signal), real=True)
    spectrum = fft.rfft(signal, size) * (gains.astype(np.float32) @ _spectra(rate, size))
    return np.asarray(fft.irfft(spectrum, size)[2 * REACH : len(signal)])
