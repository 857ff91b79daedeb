"""Short-time spectra of all channels, and back, by SciPy."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import cosine

FRAME = 0.043
"""Seconds of a frame, about."""
OVERLAP = 4
"""Frames that lie over each sample."""


def frame_size(rate: int) -> int:
    """Samples of a frame: a power of two."""
    return int(2 ** max(6, round(np.log2(FRAME * rate))))


def analyse(signal: np.ndarray, size: int) -> np.ndarray:
    """Spectra (channels, size/2 + 1, frames) complex64 of (channels, n), a frame every size/4 samples.

    The middle of the first frame lies one step before the first sample.
    """
    short = max(size // 2 - signal.shape[1], 0)  # SciPy takes no less than half a frame
    return np.asarray(_transform(size).stft(np.pad(signal, ((0, 0), (0, short)))), np.complex64)


def synthesise(spectra: np.ndarray, size: int, samples: int) -> np.ndarray:
    """The signal (..., samples) float32 of spectra (..., size/2 + 1, frames): of unchanged ones, what was analysed."""
    return np.asarray(_transform(size).istft(spectra, k1=max(samples, size // 2))[..., :samples], np.float32)


@lru_cache(maxsize=4)
def _transform(size: int) -> ShortTimeFFT:
    return ShortTimeFFT(cosine(size), size // OVERLAP, 1.0)
