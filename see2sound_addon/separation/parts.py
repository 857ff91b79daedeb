"""What lasts and what strikes: parts of a soundtrack of which nothing is known.

Medians along time and along frequency: D. FitzGerald, "Harmonic/Percussive Separation Using Median Filtering" (2010); what is
clearly neither stays in the rest: J. Driedger, M. Müller and S. Disch, "Extending Harmonic-Percussive Separation of Audio
Signals" (2014).
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter

NAMES = ("harmonic", "percussive")
LONG, WIDE = 0.2, 500.0
"""Seconds and Hz over which the medians are taken."""
CLEARLY = 1.5
"""How many times stronger one part must be than the other."""


def harmonic_percussive(magnitudes: np.ndarray, rate: int, size: int) -> np.ndarray:
    """Powers (3, bins, frames) of what lasts, what strikes, and the rest."""
    frames = 2 * (round(LONG * rate / (size // 4)) // 2) + 1
    bins = 2 * (round(WIDE * size / rate) // 2) + 1
    lasts = median_filter(magnitudes, (1, frames), mode="nearest")
    strikes = median_filter(magnitudes, (bins, 1), mode="nearest")
    power = magnitudes**2
    harmonic, percussive = lasts > CLEARLY * strikes, strikes > CLEARLY * lasts
    return np.stack([power * harmonic, power * percussive, power * ~(harmonic | percussive)])
