"""Procedural models of people and birds."""

from __future__ import annotations

import numpy as np

from ..periodic import Circle, Shape, band, unit

VOWELS = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
    (660, 1720, 2410),
)
"""First three formants in Hz of six vowels (Peterson and Barney, JASA 24, 1952)."""


FORMANT_SHAPES = ((1.0, 80.0), (0.5, 110.0), (0.18, 160.0))
"""Level and half width in Hz of each formant."""


def crowd_murmur(circle: Circle, voices: int = 28) -> np.ndarray:
    """Many people talking at once: glottal pulses through vowels that change some four times a second (source and filter:
    Fant 1960; syllable rate: Greenberg et al. 2003), each voice pausing now and then."""
    spoken = np.zeros((len(VOWELS), circle.n))
    for _ in range(voices):
        pulses = _glottal_pulses(circle) * _syllables(circle) * circle.random.uniform(0.4, 1.0)
        for vowel in circle.random.choice(len(VOWELS), 3, replace=False):
            spoken[vowel] += pulses * circle.slow(4.0, 1.0, 0.0)
    t = circle.times(0.012)
    glottis = t * np.exp(-t / 0.0009)
    talk = sum(circle.filter(bus, _vowel(formants)) for bus, formants in zip(spoken, VOWELS, strict=True))
    return unit(circle.convolve(np.asarray(talk), glottis)) + 0.25 * circle.noise(band(200.0, 1500.0, 1.0))


def _glottal_pulses(circle: Circle) -> np.ndarray:
    pitch = circle.random.choice((115.0, 205.0)) * np.exp(circle.random.normal(0.0, 0.12))
    phase = np.cumsum(pitch * circle.slow(3.0, 0.10, 0.6)) / circle.rate
    phase *= max(1, round(phase[-1])) / phase[-1]  # the phase must close the circle: a whole number of periods
    pulses = np.zeros(circle.n)
    pulses[np.flatnonzero(np.diff(np.floor(phase)) > 0)] = 1.0 / np.sqrt(pitch)
    return pulses


def _syllables(circle: Circle) -> np.ndarray:
    return np.minimum(circle.slow(4.5, 0.9, 0.0), 3.0) * np.clip(4.0 * (circle.slow(0.5, 1.0, 0.5) - 0.35), 0.0, 1.0)


def _vowel(formants: tuple[int, int, int]) -> Shape:
    def shape(frequency: np.ndarray) -> np.ndarray:
        resonances = zip(formants, FORMANT_SHAPES, strict=True)
        return np.asarray(sum(gain / (1.0 + ((frequency - f) / width) ** 2) for f, (gain, width) in resonances))

    return shape


def birds(circle: Circle) -> np.ndarray:
    """Songbirds: phrases of whistled syllables that sweep between 2 and 7 kHz with a weak second harmonic (Catchpole and
    Slater, "Bird song", 2008), each bird keeping to its own few syllables."""
    out = np.zeros(circle.n)
    for _ in range(5):
        base = circle.random.uniform(2200.0, 5200.0)
        distance = circle.random.uniform(0.15, 1.0)
        for at in circle.events(0.22):
            _phrase(circle, out, int(at), base, distance)
    air = circle.noise(band(300.0, 3000.0, 1.0)) * circle.slow(0.5, 0.3)
    return unit(out) + 0.02 * air


def _phrase(circle: Circle, out: np.ndarray, at: int, base: float, loudness: float) -> None:
    length = circle.random.uniform(0.05, 0.16)
    sweep = circle.random.uniform(-0.5, 0.5) * base
    wobble, depth = circle.random.uniform(15.0, 60.0), circle.random.uniform(0.0, 0.08) * base
    gap = length * circle.random.uniform(1.2, 2.0)
    for repeat in range(int(circle.random.integers(2, 9))):
        t = circle.times(length)
        frequency = base + sweep * t / length + depth * np.sin(2 * np.pi * wobble * t)
        phase = 2 * np.pi * np.cumsum(frequency) / circle.rate
        shape = np.sin(np.pi * t / length) ** 0.7
        note = shape * (np.sin(phase) + 0.08 * np.sin(2 * phase)) * loudness * circle.random.uniform(0.8, 1.0)
        circle.add(out, note, at + int(repeat * gap * circle.rate))
