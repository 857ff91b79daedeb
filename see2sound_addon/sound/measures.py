"""Measures of a sound, and how alike two sounds are.

The likeness compares what an ear goes by: the spectrum over 32 bands, how it spreads over time, flux, the spectrum of its
modulations, and how it begins, dies away and repeats. docs/sounds.md explains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

BANDS, LOWEST, HIGHEST = 32, 50.0, 10000.0
"""Mel bands and their range in Hz: recordings of 22 kHz have them all."""
FRAME, HOP = 0.0232, 0.005
"""Seconds."""
FLOOR = 40.0
"""dB below the loudest band or moment at which everything counts as silence."""
MODULATIONS = (0.5, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Edges in Hz of the bands of modulation."""


@dataclass(frozen=True)
class Measures:
    """Measures of a sound.

    `centroid`, `spread`: Hz, of the power spectrum. `slope`: dB an octave, fitted from 100 Hz to 10 kHz. `modulation`: Hz,
    the centre of the strongest band of modulation. `onsets`: a second. `decay`: seconds from a peak to 20 dB below,
    the median over the peaks; infinite if no peak falls so far. `crest`: dB from RMS to peak.
    """

    centroid: float
    spread: float
    slope: float
    modulation: float
    onsets: float
    decay: float
    crest: float


def measure(samples: np.ndarray, rate: int) -> Measures:
    """Measure a sound (n,)."""
    x = np.asarray(samples, float)
    power = np.abs(fft.rfft(x)) ** 2
    frequency = fft.rfftfreq(len(x), 1.0 / rate)
    centroid = float((frequency * power).sum() / max(power.sum(), 1e-30))
    spread = float(np.sqrt(((frequency - centroid) ** 2 * power).sum() / max(power.sum(), 1e-30)))
    bands = band_energies(x, rate)
    centres = np.sqrt(_edges()[:-2] * _edges()[2:])
    widths = _edges()[2:] - _edges()[:-2]
    mean = 10.0 * np.log10(bands.mean(axis=1) / widths + 1e-12 * bands.max())
    kept = (centres > 100.0) & (mean > mean.max() - 60.0)
    slope = float(np.polyfit(np.log2(centres[kept]), mean[kept], 1)[0]) if kept.sum() > 2 else 0.0
    envelope = bands.sum(axis=0)
    shares = _modulation(np.sqrt(envelope))
    strongest = int(np.argmax(shares))
    modulation = float(np.sqrt(MODULATIONS[strongest] * MODULATIONS[strongest + 1]))
    crest = 20.0 * np.log10(np.abs(x).max() / max(np.sqrt(np.mean(x**2)), 1e-30))
    return Measures(centroid, spread, slope, modulation, onset_rate(bands), decay_time(envelope), float(crest))


def band_energies(samples: np.ndarray, rate: int) -> np.ndarray:
    """Energy in 32 mel bands over time (32, frames)."""
    size, hop = round(FRAME * rate), round(HOP * rate)
    x = np.asarray(samples, np.float32)
    x = np.pad(x, (size // 2, size // 2 + hop))
    frames = np.lib.stride_tricks.sliding_window_view(x, size)[::hop]
    spectra = np.abs(fft.rfft(frames * np.hanning(size).astype(np.float32), axis=1)) ** 2
    return np.asarray(_filters(size, rate) @ spectra.T)


@lru_cache(1)
def _edges() -> np.ndarray:
    low, high = (2595.0 * np.log10(1.0 + f / 700.0) for f in (LOWEST, HIGHEST))
    return np.asarray(700.0 * (10.0 ** (np.linspace(low, high, BANDS + 2) / 2595.0) - 1.0))


@lru_cache(8)
def _filters(size: int, rate: int) -> np.ndarray:
    """Triangular filters of equal height (32, bins), in mel."""
    frequency, edges = fft.rfftfreq(size, 1.0 / rate), _edges()
    rise = (frequency - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - frequency) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rise, fall)) + 1e-9


def onset_rate(bands: np.ndarray) -> float:
    """Onsets a second: peaks of the positive change of log energy that stand out, at least 50 ms apart."""
    level = 10.0 * np.log10(bands + 1e-6 * bands.max())
    rise = np.maximum(np.diff(level, axis=1), 0.0).mean(axis=0)
    if len(rise) < 4:
        return 0.0
    gap = round(0.05 / HOP)
    strong = rise > max(1.0, 2.5 * float(np.median(rise)))
    count, last = 0, -gap
    for place in np.flatnonzero(strong):
        if place - last >= gap and rise[place] >= rise[max(0, place - 3) : place + 4].max() * 0.999:
            count, last = count + 1, place
    return count / (len(rise) * HOP)


def decay_time(envelope: np.ndarray) -> float:
    """Seconds from a peak to 20 dB below it, the median over the peaks within 10 dB of the loudest."""
    level = 10.0 * np.log10(envelope + 1e-9 * envelope.max())
    times = []
    place = 0
    while place < len(level):
        ahead = level[place : place + 40]
        if level[place] >= level.max() - 10.0 and level[place] >= ahead.max() - 1e-9:
            below = np.flatnonzero(level[place:] < level[place] - 20.0)
            if not len(below):
                break
            times.append(below[0] * HOP)
            place += int(below[0])
        place += 1
    return float(np.median(times)) if times else float("inf")


def _modulation(envelope: np.ndarray) -> np.ndarray:
    """Share of the power of an envelope (frames,) in each band of modulation."""
    x = envelope - envelope.mean()
    padded = max(len(x), round(2.0 / HOP))
    power = np.abs(fft.rfft(x * np.hanning(len(x)) if len(x) > 8 else x, padded)) ** 2
    frequency = fft.rfftfreq(padded, HOP)
    parts = [power[(frequency >= a) & (frequency < b)].sum() for a, b in zip(MODULATIONS[:-1], MODULATIONS[1:], strict=True)]
    return np.asarray(parts) / max(1e-30, float(sum(parts)))


def signature(samples: np.ndarray, rate: int) -> dict[str, np.ndarray]:
    """What two sounds are compared by: groups of numbers, each in units in which 1 is a clear difference."""
    bands = band_energies(samples, rate)
    bands = bands + 1e-20
    loud = bands.sum(axis=0)
    sounding = np.flatnonzero(loud > loud.max() * 10.0 ** (-FLOOR / 10.0))
    bands = bands[:, sounding[0] : sounding[-1] + 1]
    envelope = bands.sum(axis=0)
    top = bands.max()
    level = 10.0 * np.log10(bands + top * 10.0 ** (-FLOOR / 10.0))
    mean = 10.0 * np.log10(bands.mean(axis=1) + bands.mean(axis=1).max() * 10.0 ** (-FLOOR / 10.0))
    flux = np.abs(np.diff(level, axis=1)).mean() if level.shape[1] > 1 else 0.0
    parts = np.array_split(np.arange(BANDS), 4)
    modulation = [np.sqrt(_modulation(np.sqrt(bands[part].sum(axis=0)))) for part in parts]
    decibels = 10.0 * np.log10(envelope / envelope.max() + 1e-6)
    depth = np.percentile(decibels, 95) - np.percentile(decibels, [5, 25, 50])
    early = np.cumsum(envelope) / envelope.sum()
    when = np.array([np.searchsorted(early, share) for share in (0.1, 0.5, 0.9)]) * HOP
    peaks = bands.mean(axis=1)
    around = np.convolve(np.pad(peaks, 2, mode="edge"), np.ones(5) / 5.0, "valid")
    return {
        "spectrum": (mean - mean.mean()) / 8.0,
        "spread over time": (level.std(axis=1) - 6.0) / 4.0,
        "flux": np.array([np.log2(flux + 0.3) * 1.2]),
        "modulation": np.concatenate(modulation) / 0.22,
        "course": np.concatenate([depth / 10.0, np.log2(0.02 + when) * 0.6, [np.log2(0.05 + len(envelope) * HOP) * 0.4]]),
        "tones": np.array([_tonality(samples, rate) * 5.0, 10.0 * np.log10((peaks / around).max() + 1e-9) / 2.0]),
        "onsets": np.array([np.log2(0.5 + onset_rate(bands)) * 0.7]),
    }


def _tonality(samples: np.ndarray, rate: int) -> float:
    """How periodic the loud parts are: the highest autocorrelation of 50 ms beyond 1 ms, from 0 to 1."""
    size = round(0.05 * rate)
    x = np.asarray(samples, float)
    if len(x) < size:
        x = np.pad(x, (0, size - len(x)))
    frames = x[: len(x) // size * size].reshape(-1, size)
    frames = frames[np.argsort(-np.square(frames).sum(axis=1))[:24]]
    spectrum = np.abs(fft.rfft(frames - frames.mean(axis=1, keepdims=True), 2 * size, axis=1)) ** 2
    # Without its tilt, low noise does not count as a tone.
    spectrum = spectrum / (np.convolve(spectrum.mean(axis=0), np.ones(31) / 31.0, "same") + 1e-20)
    series = fft.irfft(spectrum, axis=1)[:, :size]
    series = series / np.maximum(series[:, :1], 1e-20)
    return float(np.clip(series[:, round(0.001 * rate) : round(0.02 * rate)].max(axis=1).mean(), 0.0, 1.0))


WEIGHTS = {
    "spectrum": 1.0, "spread over time": 0.35, "flux": 0.5, "modulation": 0.35, "course": 0.35, "tones": 0.25, "onsets": 0.2,
}  # fmt: skip
"""What each group counts: the spectrum most."""


def distance(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> float:
    """How unlike two signatures are; 0 is the same."""
    return float(np.sqrt(sum(weight * np.mean((a[name] - b[name]) ** 2) for name, weight in WEIGHTS.items())))
