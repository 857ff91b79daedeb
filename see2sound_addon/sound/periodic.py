"""Building blocks for sounds that loop seamlessly.

Everything here lives on a circle of n samples: noise is shaped in the frequency domain of the whole clip, filters are
circular, and what rings on past the end comes back at the beginning.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import fft

Shape = Callable[[np.ndarray], np.ndarray]
"""Amplitude over frequency in Hz."""


class Circle:
    """A clip in the making: `n` samples at `rate` Hz and the random numbers for it."""

    def __init__(self, n: int, rate: int, seed: int) -> None:
        self.n, self.rate = n, rate
        self.random = np.random.default_rng(seed)
        self.seconds = n / rate
        self.frequencies = fft.rfftfreq(n, 1.0 / rate)

    def noise(self, shape: Shape) -> np.ndarray:
        """Gaussian noise (n,) with a given amplitude spectrum, of unit RMS."""
        return unit(self.filter(self.random.standard_normal(self.n), shape))

    def filter(self, signal: np.ndarray, shape: Shape) -> np.ndarray:
        """A zero-phase circular filter."""
        return fft.irfft(fft.rfft(signal) * shape(self.frequencies), self.n)

    def slow(self, fastest: float, depth: float = 1.0, slope: float = 1.0) -> np.ndarray:
        """A random envelope (n,) around 1, never negative, that changes no faster than `fastest` Hz.

        Its logarithm is Gaussian with standard deviation `depth` and a 1/f^slope spectrum.
        """
        bins = max(1, int(fastest * self.seconds))
        spectrum = np.zeros(8 * bins + 1, complex)
        spectrum[1 : bins + 1] = np.exp(2j * np.pi * self.random.random(bins)) * np.arange(1, bins + 1) ** (-slope / 2.0)
        # Sixteen points to the shortest period are enough to draw straight lines between.
        coarse = np.exp(depth * unit(fft.irfft(spectrum)) - depth**2)
        coarse = np.append(coarse, coarse[0])
        return np.interp(np.arange(self.n) * ((len(coarse) - 1) / self.n), np.arange(len(coarse)), coarse)

    def events(self, per_second: float) -> np.ndarray:
        """Moments of a Poisson process in samples, at least one."""
        count = max(1, self.random.poisson(per_second * self.seconds))
        return np.sort(self.random.integers(0, self.n, count))

    def impulses(self, per_second: float, spread: float) -> np.ndarray:
        """A train (n,) of Poisson impulses of either sign with log-normal sizes (`spread`: sigma)."""
        at = self.events(per_second)
        train = np.zeros(self.n)
        sizes = np.exp(spread * self.random.standard_normal(len(at))) * self.random.choice((-1.0, 1.0), len(at))
        np.add.at(train, at, sizes)
        return train

    def add(self, signal: np.ndarray, grain: np.ndarray, at: int) -> None:
        """Add a grain into `signal` from sample `at` on, round the circle as often as it takes."""
        at %= self.n
        while len(grain):
            room = min(len(grain), self.n - at)
            signal[at : at + room] += grain[:room]
            grain, at = grain[room:], 0

    def convolve(self, signal: np.ndarray, response: np.ndarray) -> np.ndarray:
        """Circular convolution of (n,) with a response of any length."""
        folded = np.zeros(self.n)
        self.add(folded, response, 0)
        return fft.irfft(fft.rfft(signal) * fft.rfft(folded), self.n)

    def whole_cycles(self, frequency: float) -> float:
        """The nearest frequency of which a whole number of periods fits the clip, at least one."""
        return max(1, round(frequency * self.seconds)) / self.seconds

    def times(self, seconds: float) -> np.ndarray:
        """The times of a grain of that length."""
        return np.arange(max(1, int(seconds * self.rate))) / self.rate


def unit(signal: np.ndarray) -> np.ndarray:
    """Without mean, and of unit RMS; silence stays silence."""
    signal = signal - signal.mean()
    rms = np.sqrt(np.mean(signal**2))
    return signal / rms if rms > 1e-12 else signal


def band(low: float, high: float, slope: float = 2.0) -> Shape:
    """Flat from `low` to `high` Hz, falling with the power `slope` of frequency on both sides."""

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
