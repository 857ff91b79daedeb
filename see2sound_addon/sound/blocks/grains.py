"""Short sounds: bursts of noise, struck modes, bubbles, tones that glide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import fft

from ..circle import Circle, Shape

ATTACK = 0.0004
"""Seconds in which a struck body reaches its height; no grain begins with a jump."""


def envelope(times: np.ndarray, attack: float, decay: float) -> np.ndarray:
    """Rises within `attack` seconds and then falls to 1/e in `decay` seconds; its height is 1 where attack is short."""
    return (1.0 - np.exp(-times / max(attack, 1e-5))) * np.exp(-times / decay)


def burst(circle: Circle, seconds: float, attack: float, decay: float, shape: Shape) -> np.ndarray:
    """A burst of shaped noise with unit RMS at its height."""
    t = circle.times(seconds)
    noise = circle.random.standard_normal(len(t))
    size = fft.next_fast_len(len(t), real=True)
    shaped = fft.irfft(fft.rfft(noise, size) * shape(fft.rfftfreq(size, 1.0 / circle.rate)), size)[: len(t)]
    rms = np.sqrt(np.mean(shaped**2))
    end = np.minimum(1.0, np.arange(len(t), 0, -1) / max(1.0, 0.15 * len(t)))  # it does not stop at once
    return shaped / max(rms, 1e-12) * envelope(t, attack, decay) * end


def modes(
    circle: Circle,
    frequencies: Sequence[float] | np.ndarray,
    decays: Sequence[float] | np.ndarray,
    gains: Sequence[float] | np.ndarray,
    attack: float = ATTACK,
    longest: float = 8.0,
) -> np.ndarray:
    """A struck body: decaying sines (frequencies in Hz, times to 1/e in seconds), with a height of about 1.

    Modal synthesis as in van den Doel and Pai, "The sounds of physical shapes", Presence 7(4), 1998.
    """
    decays = np.asarray(decays, float)
    out = np.zeros(len(circle.times(min(longest, 7.0 * float(decays.max())))))
    for frequency, decay, gain in zip(frequencies, decays, gains, strict=True):
        if frequency < 0.45 * circle.rate:
            count = len(circle.times(min(longest, 7.0 * decay)))
            turn = np.exp((2j * np.pi * frequency - 1.0 / decay) / circle.rate)
            out[:count] += gain * _spiral(turn, np.exp(2j * np.pi * circle.random.random()), count)
    out *= 1.0 - np.exp(-np.arange(len(out)) / circle.rate / attack)
    out *= np.minimum(1.0, np.arange(len(out), 0, -1) / max(1, int(0.01 * circle.rate)))
    return out / max(1e-12, float(np.abs(out).max()))


def _spiral(turn: complex, start: complex, count: int) -> np.ndarray:
    """The imaginary part of start * turn^k for k from 0 to count - 1: products of 256 small powers and every 256th."""
    small = turn ** np.arange(256)
    large = start * (turn**256) ** np.arange(-(-count // 256))
    return (np.outer(large.real, small.imag) + np.outer(large.imag, small.real)).ravel()[:count]


def wave(
    phase: np.ndarray, gains: Sequence[float] | np.ndarray, offsets: Sequence[float] | np.ndarray | None = None
) -> np.ndarray:
    """Harmonics with those gains (and phases, radians) of a phase in cycles: one period is made, then looked up."""
    size = 8192
    turn = 2.0 * np.pi * np.arange(size + 1) / size
    table = np.zeros(size + 1)
    for number, gain in enumerate(gains, 1):
        table += gain * np.sin(number * turn + (0.0 if offsets is None else offsets[number - 1]))
    place = (phase - np.floor(phase)) * size
    below = place.astype(np.int64)
    share = place - below
    return table[below] * (1.0 - share) + table[np.minimum(below + 1, size)] * share


def plate_modes(circle: Circle, lowest: float, count: int, decay: float, damping: float, fall: float = 0.35) -> np.ndarray:
    """A struck plate or box with `count` modes at random distances above `lowest` Hz, the high ones shorter.

    Modes of a plate lie evenly over frequency (Fletcher and Rossing, "The physics of musical instruments", 1998, chapter
    3). `decay`: seconds of the lowest. `damping`: the power of frequency with which it shortens,
    and `fall` that with which the modes are weaker.
    """
    steps = circle.random.exponential(1.0, count)
    frequencies = lowest * (1.0 + np.cumsum(steps) - steps[0])
    decays = decay * (frequencies / lowest) ** -damping
    gains = circle.random.uniform(0.3, 1.0, count) * (frequencies / lowest) ** -fall
    return modes(circle, frequencies, decays, gains)


def bubble(circle: Circle, radius: float, rise: float) -> np.ndarray:
    """A bubble of `radius` metres in water: it rings at 3 / radius Hz, damped with 0.13 / radius + 0.0072 radius^-1.5.

    `rise`: how fast its pitch rises near the surface (van den Doel, "Physically based models for liquid sounds", ACM
    TAP 2(4), 2005; the frequency is Minnaert's of 1933).
    """
    frequency = 3.0 / radius
    damping = 0.13 / radius + 0.0072 * radius**-1.5
    t = circle.times(min(6.0 / damping, 0.25))
    ring = np.sin(2.0 * np.pi * frequency * t * (1.0 + 0.5 * rise * damping * t)) * np.exp(-damping * t)
    return ring * (1.0 - np.exp(-t * frequency))


def bubbles(circle: Circle, per_second: np.ndarray | float, smallest: float, largest: float, power: float = 1.5) -> np.ndarray:
    """A signal (n,) of bubbles between two radii in metres at random, the large ones as loud as radius^power tells."""
    radii = smallest * (largest / smallest) ** circle.random.random(48)
    pool = [bubble(circle, radius, circle.random.uniform(0.0, 0.12)) * (radius / largest) ** power for radius in radii]
    at = circle.events(per_second)
    return circle.scatter(at, circle.random.random(len(at)) ** 2, stack(pool))


def stack(grains: Sequence[np.ndarray]) -> np.ndarray:
    """Grains of several lengths as one array (k, longest), filled up with zeros."""
    out = np.zeros((len(grains), max(map(len, grains))))
    for row, grain in zip(out, grains, strict=True):
        row[: len(grain)] = grain
    return out


def glide(
    circle: Circle, frequency: np.ndarray, shape: np.ndarray, harmonics: Sequence[float] = (1.0,), breath: float = 0.0
) -> np.ndarray:
    """A tone (k,) whose frequency (k,) in Hz moves, with an envelope (k,), harmonics, and noise of the height `breath`."""
    phase = 2.0 * np.pi * np.cumsum(frequency) / circle.rate
    tone = np.zeros(len(frequency))
    for number, gain in enumerate(harmonics, 1):
        if gain:
            tone += gain * np.sin(number * phase) * (number * frequency < 0.45 * circle.rate)
    return shape * (tone + breath * circle.random.standard_normal(len(frequency)))
