"""Wide sources: decorrelated copies from several directions.

Copies of one signal from different directions would interfere and colour; so each copy goes through an all-pass of its own
with random phase, after which they add in energy (Kendall, "The decorrelation of audio signals", CMJ 19(4), 1995).
"""

from __future__ import annotations

import numpy as np
from scipy import fft

LENGTH = 0.03
"""Seconds over which an all-pass spreads a sound."""
SPOKES = 6
"""Copies around the middle one of an area."""
RING = 0.75
"""How far out they lie, as a share of the area's half angle: the mean of a disc's outer part."""


def decorrelated(samples: np.ndarray, copies: int, rate: float, loop: bool, seed: int) -> list[np.ndarray]:
    """Copies (m,) float32 of a clip (n,) with the same spectrum and unrelated waveforms; a loop stays a loop.

    Other clips grow longer by the time that their end rings on.
    """
    random = np.random.default_rng(seed)
    taps = max(16, int(LENGTH * rate))
    length = len(samples) if loop else len(samples) + taps
    size = length if loop else fft.next_fast_len(length, real=True)
    spectrum = fft.rfft(samples, size)
    made = []
    for _ in range(copies):
        noise = random.standard_normal(taps) * np.exp(-4.0 * np.arange(taps) / taps)
        folded = np.zeros(size)
        np.add.at(folded, np.arange(taps) % size, noise)
        phase = fft.rfft(folded)
        allpass = phase / np.maximum(np.abs(phase), 1e-9)
        made.append(fft.irfft(spectrum * allpass, size)[:length].astype(np.float32))
    return made


DIVERGED = np.radians(45.0)


def diverged(direction: np.ndarray, divergence: float) -> list[tuple[float, np.ndarray]]:
    """Shares of power, and directions (n, 3): the source's own and those DIVERGED to its left and right (ITU-R BS.2127-1,
    section 7.3.7)."""
    if divergence == 0.0:
        return [(1.0, direction)]
    level = np.hypot(direction[:, 0], direction[:, 1])
    overhead = level < 1e-7
    left = np.stack([-direction[:, 1], direction[:, 0], np.zeros(len(direction))], axis=1) / np.maximum(level, 1e-9)[:, None]
    left[overhead] = (0.0, 1.0, 0.0)
    side = divergence / (1.0 + divergence)
    ahead, aside = np.cos(DIVERGED) * direction, np.sin(DIVERGED) * left
    return [(1.0 - 2.0 * side, direction), (side, ahead + aside), (side, ahead - aside)]


def spokes(direction: np.ndarray, half_angle: np.ndarray) -> list[np.ndarray]:
    """The middle (n, 3) of an area and directions around it, for half angles (n,) in radians."""
    helper = np.where(np.abs(direction[:, 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    side = np.cross(helper, direction)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(direction, side)
    angle = (RING * half_angle)[:, None]
    turns = 2.0 * np.pi * np.arange(SPOKES) / SPOKES
    rim = [np.cos(angle) * direction + np.sin(angle) * (np.cos(turn) * side + np.sin(turn) * up) for turn in turns]
    return [direction, *rim]
