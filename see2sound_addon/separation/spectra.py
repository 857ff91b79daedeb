"""Short-time spectra of all channels, and back."""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft, rfft

FRAME = 0.043
"""Seconds of a frame, about."""
OVERLAP = 4
"""Frames that lie over each sample."""


def frame_size(rate: int) -> int:
    """Samples of a frame: a power of two."""
    return int(2 ** max(6, round(np.log2(FRAME * rate))))


def analyse(signal: np.ndarray, size: int) -> np.ndarray:
    """Spectra (channels, size/2 + 1, frames) complex64 of (channels, n), a frame every size/4 samples."""
    hop = size // OVERLAP
    count = -(-(signal.shape[1] + size - hop) // hop)
    padded = np.zeros((len(signal), (count - 1) * hop + size), np.float32)
    padded[:, size - hop : size - hop + signal.shape[1]] = signal
    frames = np.lib.stride_tricks.sliding_window_view(padded, size, axis=1)[:, ::hop]
    return np.ascontiguousarray(rfft(frames * _window(size), axis=2).transpose(0, 2, 1).astype(np.complex64))


def synthesise(spectra: np.ndarray, size: int, samples: int) -> np.ndarray:
    """The signal (..., samples) float32 of spectra (..., size/2 + 1, frames): of unchanged ones, what was analysed."""
    hop = size // OVERLAP
    frames = irfft(np.moveaxis(spectra, -2, -1), size, axis=-1) * _window(size)
    count = frames.shape[-2]
    out = np.zeros((*frames.shape[:-2], (count + OVERLAP - 1) * hop), np.float32)
    for part in range(OVERLAP):  # frames in slices of a hop, each slice in one piece
        out[..., part * hop : (part + count) * hop] += frames[..., part * hop : (part + 1) * hop].reshape(
            *frames.shape[:-2], count * hop
        )
    return out[..., size - hop : size - hop + samples]


def _window(size: int) -> np.ndarray:
    """A root of Hann's, so that analysis and synthesis together add up to one."""
    return (np.sqrt(2.0 / OVERLAP) * np.sin(np.pi * (np.arange(size) + 0.5) / size)).astype(np.float32)
