"""Procedural models of wind, thunder, fire and rockets."""

from __future__ import annotations

import numpy as np

from ..periodic import Circle, band, tilt, unit


def wind_in_leaves(circle: Circle) -> np.ndarray:
    """Gusts over a tree: leaf noise between 1 and 8 kHz that grows faster than the wind that drives it, the wind itself
    low and dull (Farnell, "Designing Sound", 2010, chapter 41; Fegeant, "Wind-induced vegetation noise", 1999)."""
    gust = circle.slow(0.6, 0.35, 1.0)
    leaves = circle.noise(band(1300.0, 6000.0, 1.2)) * gust**1.7 * circle.slow(12.0, 0.15, 0.3)
    twigs = circle.convolve(circle.impulses(25.0, 0.8), np.exp(-900.0 * circle.times(0.01))) * gust**2
    low = circle.noise(band(80.0, 350.0, 1.5)) * gust
    return unit(leaves) + 0.15 * unit(circle.filter(twigs, band(2000.0, 9000.0))) + 0.35 * unit(low)


def thunder(circle: Circle) -> np.ndarray:
    """One clap and its roll: every piece of a crooked lightning channel sends an N-wave that arrives when it can, the
    far pieces later, duller and weaker (Ribner and Roy, "Acoustics of thunder: a quasilinear model", JASA 72, 1982)."""
    length = min(circle.seconds * 0.9, 12.0)
    pieces = int(120 * max(length, 0.5))
    height = np.sort(circle.random.uniform(0.0, 1.0, pieces))
    wander = np.cumsum(circle.random.normal(0.0, 0.08, pieces)) / np.sqrt(pieces)
    delay = length * np.clip(height**1.5 + wander, 0.0, 1.0)
    out = np.zeros(circle.n)
    for moment, nearness in zip(delay, 1.0 / (0.15 + delay / length) ** 1.3, strict=True):
        duration = circle.random.uniform(0.006, 0.02) * (1.0 + 1.5 * moment / length)
        t = circle.times(duration)
        n_wave = 1.0 - 2.0 * t / duration
        circle.add(out, n_wave * nearness * circle.random.uniform(0.3, 1.0), int(moment * circle.rate))
    rumble = circle.noise(band(25.0, 90.0, 1.5)) * np.exp(-2.5 * np.arange(circle.n) / circle.rate / length)
    # The roll must have died away before the clip begins again.
    fade = np.clip((circle.seconds - np.arange(circle.n) / circle.rate) / (0.08 * circle.seconds), 0.0, 1.0)
    start = np.clip(np.arange(circle.n) / circle.rate / 0.012, 0.0, 1.0)
    return (unit(circle.filter(out, band(30.0, 700.0, 0.8))) + 0.5 * unit(rumble)) * fade * start


def fire(circle: Circle) -> np.ndarray:
    """Crackles with sizes over decades (Poisson in time), a hiss and the flutter of flames below 200 Hz (Farnell,
    "Designing Sound", 2010, chapter 34; flame flutter near 12 Hz: Cetegen and Ahmed, Combustion and Flame 93, 1993)."""
    crackles = np.zeros(circle.n)
    for _ in range(8):
        frequency, decay = circle.random.uniform(1200.0, 7000.0), circle.random.uniform(350.0, 1500.0)
        t = circle.times(0.025)
        snap = np.exp(-decay * t) * (np.sin(2.0 * np.pi * frequency * t) + 0.7 * circle.random.standard_normal(len(t)))
        crackles += circle.convolve(circle.impulses(3.0, 0.6), snap)
    flutter = circle.noise(band(40.0, 180.0, 1.5)) * circle.slow(12.0, 0.5, 0.3)
    hiss = circle.noise(band(1500.0, 8000.0, 1.0)) * circle.slow(2.0, 0.6, 0.8)
    # Wood does not snap without bound: the loudest cracks are rounded off.
    crackles = np.tanh(unit(crackles) / 6.0)
    return unit(crackles) + 0.7 * unit(flutter) + 0.12 * unit(hiss)


def rocket_roar(circle: Circle) -> np.ndarray:
    """A supersonic jet from afar: the haystack spectrum of large-scale turbulence (rising with f^1.5, falling with f^-1.4
    about a peak near 60 Hz; Tam, Golebiowski and Seiner, AIAA 96-1716), made crackly by steepening its compressions
    (Ffowcs Williams, Simson and Virchis, JFM 71, 1975)."""

    def haystack(frequency: np.ndarray) -> np.ndarray:
        ratio = np.maximum(frequency, 1.0) / 60.0
        return ratio**1.5 / (1.0 + ratio**2.9)

    pressure = circle.noise(haystack) * circle.slow(4.0, 0.15, 0.5)
    crackle = circle.filter(np.maximum(np.gradient(np.exp(0.45 * np.minimum(pressure, 2.5))), 0.0), band(300.0, 5000.0, 1.0))
    return pressure + 0.3 * unit(crackle) + 0.15 * circle.noise(tilt(0.6, 200.0))
