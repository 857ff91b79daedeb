"""Levels of sounds, and how they fit into a file.

A clip holds a sound as it is one metre away: 80 dB SPL would be 0 dB RMS re full scale, so that quiet sounds stay quiet
beside loud ones. Nothing is louder in the file than LOUDEST; what a sound has above that is carried by its reference
distance instead, the distance within which Blender's clamped models rise no more, up to a bound.
"""

from __future__ import annotations

import numpy as np

FULL_SCALE = 80.0
"""dB SPL at one metre that would be a clip of 0 dB RMS."""
LOUDEST = -20.0
"""dB RMS; leaves room for peaks."""
PEAK = 0.891
"""-1 dB; a clip's highest sample at most."""
FARTHEST_REFERENCE = 100.0
"""Metres."""

TYPICAL_LEVELS = {
    "calm water": 58.0, "waterfall": 85.0, "rain": 58.0, "wind in leaves": 58.0, "fire": 65.0, "rocket roar": 150.0,
    "thunder": 120.0, "engine": 80.0, "train": 98.0, "crowd murmur": 74.0, "birds": 75.0, "city ambience": 72.0,
    "neutral": 60.0,
}  # fmt: skip
"""dB SPL at one metre: water, rain and leaves as measured beside them (Watts et al. 2009; Fegeant 1999), birds after
Brumm (2004), speech and crowds after ISO 9921, road and rail vehicles after ISO 362 and TSI Noise pass-by limits brought
back to one metre, rockets after NASA SP-8072, bounded."""


def typical_level(model: str | None) -> float:
    """Level in dB SPL at one metre of what a sound model makes; None is the neutral texture."""
    name = {None: "neutral", "steam train": "train"}.get(model, model)
    return TYPICAL_LEVELS[name or "neutral"]


def fit_level(signal: np.ndarray, level: float) -> tuple[np.ndarray, float]:
    """Scale (n,) to a level in dB SPL at one metre; returns the clip and its reference distance in metres."""
    rms = float(np.sqrt(np.mean(signal**2)))
    if rms < 1e-12:
        return np.zeros(len(signal), np.float32), 1.0
    decibels = min(level - FULL_SCALE, LOUDEST)
    gain = 10.0 ** (decibels / 20.0) / rms
    gain = min(gain, PEAK / float(np.abs(signal).max()))
    missing = level - FULL_SCALE - 20.0 * np.log10(gain * rms)
    reference = float(np.clip(10.0 ** (missing / 20.0), 1.0, FARTHEST_REFERENCE))
    return (signal * gain).astype(np.float32), reference
