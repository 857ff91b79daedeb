"""Voices of people and animals: a source of pulses, and a tract with resonances (Fant, 1960)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..circle import Circle, Shape
from .shapes import peaks

CONTROL = 64
"""Samples between two values of the slow parts of a call."""
VOWELS = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
    (660, 1720, 2410),
)
"""First three formants in Hz of six vowels (Peterson and Barney, JASA 24, 1952)."""


def vowel(formants: Sequence[float], scale: float = 1.0) -> Shape:
    """The tract of a vowel; `scale` is above 1 for a shorter one (a child's: 1.3)."""
    gains = (1.0, 0.5, 0.22, 0.1)
    return peaks([(f * scale, 60.0 + 0.06 * f, g) for f, g in zip(formants, gains, strict=False)], 0.004)


def call(
    circle: Circle,
    pitch: np.ndarray,
    loudness: np.ndarray,
    formants: Sequence[float] | Sequence[np.ndarray],
    breath: float = 0.05,
    roughness: float = 0.0,
    steepness: float = 0.8,
    width: float = 0.12,
) -> np.ndarray:
    """One call of an animal or a person: harmonics of a pitch (k,) in Hz under formants in Hz, which may move (k,).

    `steepness`: the power with which the harmonics of the source fall. `roughness`: how far the pitch and the loudness
    flutter irregularly, as in a bark or a crow's caw. `width`: bandwidth of a formant as a share of its frequency.
    """
    samples = len(pitch)
    flutter = np.interp(
        np.arange(samples), np.arange(0, samples + 96, 96), circle.random.standard_normal(len(range(0, samples + 96, 96)))
    )
    pitch = pitch * (1.0 + 0.08 * roughness * flutter)
    phase = 2.0 * np.pi * np.cumsum(pitch) / circle.rate
    count = max(1, min(60, int(min(0.45 * circle.rate, 11000.0) / float(pitch.min()))))
    coarse = np.append(np.arange(0, samples - 1, CONTROL), samples - 1)
    own, tract = pitch[coarse], [np.asarray(one)[coarse] if np.ndim(one) else np.asarray(one) for one in formants]
    out, before, now, turn = np.zeros(samples), np.zeros(samples), np.sin(phase), 2.0 * np.cos(phase)
    for number in range(1, count + 1):
        frequency = number * own
        gain = np.full(len(coarse), 0.03)
        for place, formant in enumerate(tract):
            gain += 0.75**place / (1.0 + ((frequency - formant) / (width * formant + 40.0)) ** 2)
        gain *= number**-steepness * (frequency < 0.45 * circle.rate)
        out += np.interp(np.arange(samples), coarse, gain) * now
        before, now = now, turn * now - before  # sin((n + 1) x) = 2 cos(x) sin(n x) - sin((n - 1) x)
    out /= max(1e-9, float(np.sqrt(np.mean(out**2))))
    if roughness:
        grit = np.maximum(0.0, 1.0 + roughness * np.roll(flutter, 31))
        out = out * grit
    noise = np.diff(circle.random.standard_normal(samples + 1))
    return (out + breath * noise) * loudness


def pulse(times: np.ndarray, attack: float = 0.0009) -> np.ndarray:
    """The flow of one opening of the glottis over time."""
    return times * np.exp(-times / attack) / (attack / np.e)


def contour(circle: Circle, seconds: float, points: Sequence[tuple[float, float]]) -> np.ndarray:
    """A curve (k,) through (share of the time, value), smooth between."""
    t = np.arange(max(2, int(seconds * circle.rate))) / max(1.0, seconds * circle.rate - 1.0)
    places, values = zip(*points, strict=True)
    index = np.clip(np.searchsorted(places, t, side="right") - 1, 0, len(places) - 2)
    left, right = np.asarray(places)[index], np.asarray(places)[index + 1]
    share = np.clip((t - left) / np.maximum(right - left, 1e-9), 0.0, 1.0)
    share = share * share * (3.0 - 2.0 * share)
    return (1.0 - share) * np.asarray(values)[index] + share * np.asarray(values)[index + 1]
