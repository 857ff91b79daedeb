"""Levels of sounds, and how they fit into a file.

A clip holds a sound as it is one metre away: 80 dB SPL would be 0 dB RMS re full scale, so that quiet sounds stay quiet
beside loud ones. Nothing is louder in the file than LOUDEST; what a sound has above that is carried by its reference
distance instead, the distance within which Blender's clamped models rise no more, up to a bound.

The level of a class is that of the time in which it sounds: of a dog's barks, not of the pauses between them.
"""

from __future__ import annotations

import numpy as np

from .circle import active_rms

FULL_SCALE = 80.0
"""dB SPL at one metre that would be a clip of 0 dB RMS."""
LOUDEST = -20.0
"""dB RMS; leaves room for peaks."""
PEAK = 0.891
"""-1 dB; a clip's highest sample at most."""
FARTHEST_REFERENCE = 100.0
"""Metres."""


def fit_level(signal: np.ndarray, level: float, rate: int) -> tuple[np.ndarray, float]:
    """Scale (n,) to a level in dB SPL at one metre; returns the clip and its reference distance in metres."""
    rms = active_rms(signal, rate)
    if rms < 1e-12:
        return np.zeros(len(signal), np.float32), 1.0
    decibels = min(level - FULL_SCALE, LOUDEST)
    gain = 10.0 ** (decibels / 20.0) / rms
    gain = min(gain, PEAK / float(np.abs(signal).max()))
    missing = level - FULL_SCALE - 20.0 * np.log10(gain * rms)
    reference = float(np.clip(10.0 ** (missing / 20.0), 1.0, FARTHEST_REFERENCE))
    return (signal * gain).astype(np.float32), reference
