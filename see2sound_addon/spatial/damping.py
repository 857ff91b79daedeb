"""Filters for air absorption and occlusion that change as a source moves.

A filter that changes over time: windows that add up to one, each multiplied in frequency by the magnitude at its middle,
overlap and add. The filters have no phase, so that nothing arrives later for them.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from scipy import fft

from ..soundscene import Air, Occlusion
from .bands import band_weights
from .kernels import kernel
from .kernels.grid import HOP

OPEN = 20000.0
"""Hz: an obstacle's low-pass from here on is none."""
LARGEST_LOSS = 120.0
"""dB."""


def air_absorption(frequency: np.ndarray, air: Air) -> np.ndarray:
    """dB per metre at frequencies in Hz, ISO 9613-1:1993, equations 3 to 5 and annex B."""
    kelvin, pressure = air.temperature + 273.15, air.pressure / 101.325
    relative = kelvin / 293.15
    saturation = 10.0 ** (-6.8346 * (273.16 / kelvin) ** 1.261 + 4.6151)
    vapour = air.humidity * saturation / pressure  # molar concentration in per cent
    oxygen = pressure * (24.0 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour))
    nitrogen = pressure / np.sqrt(relative) * (9.0 + 280.0 * vapour * np.exp(-4.170 * (relative ** (-1.0 / 3.0) - 1.0)))
    square = np.asarray(frequency, float) ** 2
    classical = 1.84e-11 / pressure * np.sqrt(relative)
    oxygen_part = 0.01275 * np.exp(-2239.1 / kelvin) / (oxygen + square / oxygen)
    nitrogen_part = 0.1068 * np.exp(-3352.0 / kelvin) / (nitrogen + square / nitrogen)
    return 8.686 * square * (classical + relative**-2.5 * (oxygen_part + nitrogen_part))


@cache
def _bins(rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (bins,) in Hz, and how much each octave counts there, (bands, bins)."""
    frequency = fft.rfftfreq(4 * HOP, 1.0 / rate)
    return frequency, band_weights(frequency)


@lru_cache(maxsize=8)
def _lost_per_metre(rate: float, air: Air) -> np.ndarray:
    return air_absorption(_bins(rate)[0], air)


class Damping:
    """The filters of one source: air over its distance, and the octaves and low-pass of what stands in between."""

    def __init__(self, air: Air | None, occlusion: Occlusion, rate: float) -> None:
        self.frequency, self.octaves = _bins(rate)
        self.per_metre = None if air is None else _lost_per_metre(rate, air)
        self.occlusion = occlusion
        self.obstructed = bool((occlusion.lowpass < OPEN).any())
        self.coloured = bool(occlusion.octaves.any())

    @property
    def active(self) -> bool:
        """Whether there is anything to filter."""
        return self.per_metre is not None or self.obstructed or self.coloured

    def magnitudes(self, times: np.ndarray, distance: np.ndarray) -> np.ndarray:
        """(n, bins) float32 for moments in seconds and distances in metres, (n,) each."""
        if self.per_metre is not None:
            magnitude = kernel().air(distance, self.per_metre, LARGEST_LOSS)
        else:
            magnitude = np.ones((len(times), len(self.frequency)), np.float32)
        if self.obstructed:
            # Cut-offs are interpolated as pitches are, by octaves; second-order Butterworth.
            cut = np.exp(np.interp(times, self.occlusion.times, np.log(self.occlusion.lowpass)))
            magnitude = magnitude / np.sqrt(1.0 + (self.frequency / cut[:, None]) ** 4)
        if self.coloured:
            # Levels follow straight lines from moment to moment, as the gain does.
            curves = [np.interp(times, self.occlusion.times, octave) for octave in self.occlusion.octaves.T]
            magnitude = magnitude * (10.0 ** (np.stack(curves, axis=1) / 20.0) @ self.octaves)
        return magnitude.astype(np.float32, copy=False)
