"""The time line on which a procedural model works.

A loop lives on a circle of n samples: noise is shaped in the frequency domain of the whole clip, filters are circular,
and a sound that rings on past the end comes back at the beginning. A one-shot lives on a line of the same kind that is
longer than the clip, and nothing comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import fft

Shape = Callable[[np.ndarray], np.ndarray]
"""Amplitude over frequency in Hz."""
Curve = float | np.ndarray
"""A parameter: a number, or one value for each sample (n,)."""
TAIL = 1.0
"""Seconds after the end of a one-shot, for what rings on."""
CHUNK = 1 << 20
"""Samples of grains that are added in one go; bounds the memory."""


class Circle:
    """A clip in the making: `n` samples at `rate` Hz, the random numbers for it and the user's `given` events.

    `given`: (time in seconds, strength) of each event, or None where the model chooses them itself.
    """

    def __init__(
        self, samples: int, rate: int, seed: int, loop: bool = True, given: Sequence[tuple[float, float]] | None = None
    ) -> None:
        self.samples, self.rate, self.loop, self.given = samples, rate, loop, given
        self.n = samples if loop else fft.next_fast_len(samples + round(TAIL * rate), real=True)
        self.random = np.random.default_rng(seed)
        self.seconds = self.n / rate
        self.frequencies = fft.rfftfreq(self.n, 1.0 / rate)

    def noise(self, shape: Shape) -> np.ndarray:
        """Gaussian noise (n,) with a given amplitude spectrum, of unit RMS."""
        return unit(self.filter(self.random.standard_normal(self.n, dtype=np.float32), shape))

    def spectrum(self, signal: np.ndarray) -> np.ndarray:
        """The spectrum of (n,), in single precision: half the time, and far below what is heard."""
        return np.asarray(fft.rfft(np.asarray(signal, np.float32)))

    def from_spectrum(self, spectrum: np.ndarray) -> np.ndarray:
        """The inverse of `spectrum`, (n,) float64."""
        return np.asarray(fft.irfft(spectrum, self.n), np.float64)

    def filter(self, signal: np.ndarray, shape: Shape) -> np.ndarray:
        """A zero-phase circular filter."""
        return self.from_spectrum(self.spectrum(signal) * shape(self.frequencies).astype(np.float32))

    def morph(self, signal: np.ndarray, shapes: Sequence[Shape], position: Curve) -> np.ndarray:
        """A filter that changes over time: `position` runs from 0, the first shape, to 1, the last one.

        Neighbouring shapes are cross-faded; both see the same signal, so their phases agree.
        """
        if np.ndim(position) == 0:
            place = float(np.clip(position, 0.0, 1.0)) * (len(shapes) - 1)
            below = min(int(place), len(shapes) - 2)
            share = place - below
            return self.filter(signal, lambda f: (1.0 - share) * shapes[below](f) + share * shapes[below + 1](f))
        place_over_time = np.clip(position, 0.0, 1.0) * (len(shapes) - 1)
        spectrum = self.spectrum(signal)
        return np.sum(
            [
                self.from_spectrum(spectrum * shape(self.frequencies).astype(np.float32))
                * np.clip(1.0 - np.abs(place_over_time - k), 0.0, 1.0)
                for k, shape in enumerate(shapes)
            ],
            axis=0,
        )

    def slow(self, fastest: float, depth: float = 1.0, slope: float = 1.0, at: np.ndarray | None = None) -> np.ndarray:
        """A random envelope (n,) around 1, never negative, that changes no faster than `fastest` Hz.

        Its logarithm is Gaussian with standard deviation `depth` and a 1/f^slope spectrum. `at`: the samples (k,) at which it
        is wanted, all of them without it.
        """
        bins = max(1, int(fastest * self.seconds))
        spectrum = np.zeros(8 * bins + 1, complex)
        spectrum[1 : bins + 1] = np.exp(2j * np.pi * self.random.random(bins)) * np.arange(1, bins + 1) ** (-slope / 2.0)
        # Sixteen points to the shortest period are enough to draw straight lines between.
        coarse = np.exp(depth * unit(fft.irfft(spectrum)) - depth**2)
        coarse = np.append(coarse, coarse[0])
        places = np.arange(self.n) if at is None else at
        return np.interp(places * ((len(coarse) - 1) / self.n), np.arange(len(coarse)), coarse)

    def events(self, per_second: Curve) -> np.ndarray:
        """Moments of a Poisson process in samples, at least one; a rate that changes over time thins out the fastest."""
        fastest = float(np.max(per_second))
        at = np.sort(self.random.integers(0, self.n, max(1, self.random.poisson(fastest * self.seconds))))
        if np.ndim(per_second):
            at = at[self.random.random(len(at)) * fastest <= np.asarray(per_second)[at]]
        return at

    def strikes(self, per_second: Curve, jitter: float = 0.1, spread: float = 0.15) -> tuple[np.ndarray, np.ndarray]:
        """The events of a model: moments in samples (k,), and strengths (k,) around 1.

        The user's, if there are any. Otherwise `per_second` of them, evenly but for a `jitter` (in periods); a one-shot
        begins with one, a loop holds a whole number of them, at least one.
        """
        if self.given is not None:
            events = [(time, strength) for time, strength in self.given if 0.0 <= time < self.samples / self.rate]
            return (
                np.array([round(time * self.rate) for time, _ in events], int),
                np.array([strength for _, strength in events], float),
            )
        phase = np.cumsum(np.broadcast_to(per_second, self.n)) / self.rate
        count = max(1, round(phase[-1])) if self.loop else max(1, int(np.ceil(phase[-1])))
        scale = count / phase[-1] if self.loop else 1.0
        wanted = np.arange(count) + (self.random.uniform(-0.5, 0.5, count) * jitter if count > 1 else 0.0)
        offset = self.random.random() if self.loop else 0.0
        if not self.loop:
            wanted[0] = 0.0
        at = np.searchsorted(phase * scale, np.mod(wanted + offset, count) if self.loop else np.maximum(wanted, 0.0))
        order = np.argsort(at, kind="stable")
        return np.minimum(at[order], self.n - 1), np.exp(spread * self.random.standard_normal(count))

    def phase(self, frequency: Curve) -> np.ndarray:
        """Phase in cycles (n,) of a tone; in a loop the frequency is bent a little so that whole periods fill it."""
        cycles = np.cumsum(np.broadcast_to(np.asarray(frequency, float), self.n)) / self.rate
        if self.loop:
            cycles = cycles * (max(1, round(cycles[-1])) / cycles[-1])
        return cycles

    def pulses(self, phase: np.ndarray) -> np.ndarray:
        """An impulse (n,) of height 1 where a phase in cycles passes a whole number, between two samples where it falls."""
        at, share = self.crossings(phase)
        return self.train(at, share, np.ones(len(at)))

    def crossings(self, phase: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where a phase in cycles passes whole numbers: the sample after (k,), and how far it lies before that sample."""
        before = np.concatenate([[phase[-1] - np.round(phase[-1]) if self.loop else -1e-9], phase[:-1]])
        at = np.flatnonzero(np.floor(phase) > np.floor(before))
        share = (phase[at] - np.floor(phase[at])) / np.maximum(phase[at] - before[at], 1e-12)
        return at, np.clip(share, 0.0, 1.0)

    def train(self, at: np.ndarray, share: np.ndarray, heights: np.ndarray) -> np.ndarray:
        """Impulses (n,) of those heights at what `crossings` returns."""
        return np.bincount(at, (1.0 - share) * heights, self.n) + np.bincount((at - 1) % self.n, share * heights, self.n)

    def impulses(self, per_second: Curve, spread: float) -> np.ndarray:
        """A train (n,) of Poisson impulses of either sign with log-normal sizes (`spread`: sigma)."""
        at = self.events(per_second)
        sizes = np.exp(spread * self.random.standard_normal(len(at))) * self.random.choice((-1.0, 1.0), len(at))
        return np.bincount(at, sizes, self.n)

    def add(self, signal: np.ndarray, grain: np.ndarray, at: int) -> None:
        """Add a grain into `signal` from sample `at` on, round a loop as often as it takes."""
        if not self.loop:
            room = max(0, min(len(grain), self.n - at))
            signal[at : at + room] += grain[:room]
            return
        at %= self.n
        while len(grain):
            room = min(len(grain), self.n - at)
            signal[at : at + room] += grain[:room]
            grain, at = grain[room:], 0

    def scatter(self, at: np.ndarray, sizes: np.ndarray, grains: np.ndarray) -> np.ndarray:
        """A signal (n,) of many grains: one of `grains` (k, length) at random for each moment of `at`, `sizes` high."""
        signal, length = np.zeros(self.n), grains.shape[1]
        chosen = self.random.integers(0, len(grains), len(at))
        step = max(1, CHUNK // length)
        for first in range(0, len(at), step):
            part = slice(first, first + step)
            index = at[part, None] + np.arange(length)
            values = grains[chosen[part]] * sizes[part, None]
            if self.loop:
                index %= self.n
            else:
                values = np.where(index < self.n, values, 0.0)
                index = np.minimum(index, self.n - 1)
            signal += np.bincount(index.ravel(), values.ravel(), self.n)
        return signal

    def convolve(self, signal: np.ndarray, response: np.ndarray) -> np.ndarray:
        """Convolution of (n,) with a response of any length; circular in a loop."""
        folded = np.zeros(self.n)
        self.add(folded, response, 0)
        return self.from_spectrum(self.spectrum(signal) * self.spectrum(folded))

    def times(self, seconds: float) -> np.ndarray:
        """The times of a grain of that length."""
        return np.arange(max(1, int(seconds * self.rate))) / self.rate

    def now(self) -> np.ndarray:
        """Time in seconds (n,) from the start of the clip."""
        return np.arange(self.n) / self.rate


def unit(signal: np.ndarray) -> np.ndarray:
    """Without mean, and of unit RMS; silence stays silence."""
    signal = signal - signal.mean()
    rms = np.sqrt(np.mean(signal**2))
    return signal / rms if rms > 1e-12 else signal


def even(signal: np.ndarray, rate: int) -> np.ndarray:
    """As loud as any other where it sounds: unit RMS over the time in which it sounds.

    A single bark in a minute of silence has the level of a bark, not that of the minute.
    """
    signal = signal - signal.mean()
    level = active_rms(signal, rate)
    return signal / level if level > 1e-12 else signal


def active_rms(signal: np.ndarray, rate: int) -> float:
    """RMS of the parts of (n,) that sound: of all frames of 50 ms within 20 dB of the loudest one."""
    size = max(1, min(len(signal), round(0.05 * rate)))
    frames = signal[: len(signal) // size * size].reshape(-1, size)
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    return float(np.sqrt(power[power >= 0.01 * power.max()].mean())) if power.max() > 0.0 else 0.0
