"""Shapes of spectra: amplitude over frequency in Hz."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..circle import Shape


def band(low: float, high: float, slope: float = 2.0) -> Shape:
    """Flat from `low` to `high` Hz, falling with the power `slope` of frequency on both sides (1 is 6 dB an octave)."""

    def shape(frequency: np.ndarray) -> np.ndarray:
        f = np.maximum(frequency, 1e-3)
        return np.minimum(1.0, (f / low) ** slope) * np.minimum(1.0, (high / f) ** slope)

    return shape


def tilt(exponent: float, low: float = 20.0) -> Shape:
    """Amplitude falling with frequency to the `exponent` (0.5 is pink noise), flat below `low` Hz."""

    def shape(frequency: np.ndarray) -> np.ndarray:
        return np.maximum(frequency, low) ** -exponent * np.minimum(1.0, (frequency / low) ** 2)

    return shape


def peak(centre: float, width: float) -> Shape:
    """A resonance with its bandwidth in Hz."""

    def shape(frequency: np.ndarray) -> np.ndarray:
        return 1.0 / np.sqrt(1.0 + ((frequency - centre) / (width / 2.0)) ** 2)

    return shape


def peaks(resonances: Sequence[tuple[float, float, float]], floor: float = 0.0) -> Shape:
    """Several resonances (centre, width, amplitude) on a floor."""

    def shape(frequency: np.ndarray) -> np.ndarray:
        gain = np.full(len(frequency), floor)
        for centre, width, amplitude in resonances:
            gain += amplitude * peak(centre, width)(frequency)
        return gain

    return shape


def hump(centre: float, octaves: float) -> Shape:
    """A bell over the logarithm of frequency, `octaves` wide on either side where it has fallen to 0.6."""

    def shape(frequency: np.ndarray) -> np.ndarray:
        return np.exp(-0.5 * (np.log2(np.maximum(frequency, 1.0) / centre) / octaves) ** 2)

    return shape


def air(metres: float) -> Shape:
    """The loss of high frequencies over a distance in air: 0.5 dB at 1 kHz and 9 dB at 8 kHz over 100 m.

    A fit to ISO 9613-1 at 20 degrees Celsius and 50 % humidity: 0.005 dB/m at 1 kHz, growing with f^1.4.
    """

    def shape(frequency: np.ndarray) -> np.ndarray:
        return 10.0 ** (-0.005 * metres * (frequency / 1000.0) ** 1.4 / 20.0)

    return shape


def product(*shapes: Shape) -> Shape:
    """All shapes in series."""

    def shape(frequency: np.ndarray) -> np.ndarray:
        gain = np.ones(len(frequency))
        for one in shapes:
            gain = gain * one(frequency)
        return gain

    return shape


def total(*parts: tuple[float, Shape]) -> Shape:
    """Several shapes side by side, each with an amplitude."""

    def shape(frequency: np.ndarray) -> np.ndarray:
        gain = np.zeros(len(frequency))
        for amplitude, one in parts:
            gain += amplitude * one(frequency)
        return gain

    return shape
