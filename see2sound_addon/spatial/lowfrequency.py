"""The low-frequency send of a source to the LFE channels."""

from __future__ import annotations

import numpy as np
from scipy import fft
from scipy.signal import butter, sosfreqz

CUT_OFF = 120.0
"""Hz, the upper end of the LFE channel (ITU-R BS.775)."""
RING = 0.1
"""Seconds that the filter rings on."""


def low_frequencies(samples: np.ndarray, rate: float, loop: bool) -> np.ndarray:
    """A clip (n,) below CUT_OFF, 24 dB an octave (Linkwitz-Riley), float32; a loop stays a loop, other clips grow by RING."""
    length = len(samples) if loop else len(samples) + int(RING * rate)
    size = length if loop else fft.next_fast_len(length, real=True)
    spectrum = fft.rfft(samples, size)
    frequency = 2.0 * np.pi * np.arange(len(spectrum)) / size
    _, response = sosfreqz(butter(2, CUT_OFF, fs=rate, output="sos"), frequency)
    return np.asarray(fft.irfft(spectrum * response**2, size)[:length].astype(np.float32))
