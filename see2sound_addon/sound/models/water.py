"""Procedural models of calm water, waterfalls and rain."""

from __future__ import annotations

import numpy as np

from ..periodic import Circle, band, tilt, unit


def _bubbles(circle: Circle, per_second: float, smallest: float, largest: float) -> np.ndarray:
    """Bubbles ringing in water: frequency 3 / radius, damping 0.13 / radius + 0.0072 radius^-1.5, the pitch rising as
    they near the surface (van den Doel, "Physically based models for liquid sounds", ACM TAP 2(4), 2005)."""
    out = np.zeros(circle.n)
    for at in circle.events(per_second):
        radius = smallest * (largest / smallest) ** circle.random.random()
        frequency = 3.0 / radius
        damping = 0.13 / radius + 0.0072 * radius**-1.5
        t = circle.times(min(6.0 / damping, 0.3))
        rise = 0.1 * damping * circle.random.random()
        ring = np.sin(2.0 * np.pi * frequency * t * (1.0 + 0.5 * rise * t)) * np.exp(-damping * t)
        circle.add(out, ring * (radius / largest) ** 1.2 * circle.random.random() ** 2, int(at))
    return out


def calm_water(circle: Circle) -> np.ndarray:
    """Small waves lapping a shore: swells of soft noise, with bubbles where they break (van den Doel 2005)."""
    swell = circle.slow(0.7, 0.5, 0.5)
    wash = circle.noise(band(250.0, 900.0, 1.3)) * swell**1.5
    bubbles = unit(_bubbles(circle, 45.0, 0.0012, 0.006) * (0.2 + swell))
    return unit(wash) + 0.8 * bubbles


def waterfall(circle: Circle) -> np.ndarray:
    """A curtain of water: dense broadband noise with its weight at some 500 Hz to 2 kHz, a low thud from the pool and
    coarse bubbles (spectra after Watts et al., "Measurement and subjective assessment of water generated sounds",
    Acta Acustica 95, 2009)."""
    body = circle.noise(band(350.0, 2200.0, 0.7)) * circle.slow(3.0, 0.12)
    pool = circle.noise(band(60.0, 160.0, 2.0)) * circle.slow(2.0, 0.3)
    spray = circle.noise(band(3000.0, 11000.0, 1.5)) * circle.slow(6.0, 0.2)
    return body + 0.5 * pool + 0.25 * spray + 0.25 * unit(_bubbles(circle, 120.0, 0.002, 0.012))


def rain(circle: Circle) -> np.ndarray:
    """Drops by the thousand: a Poisson rain of impacts, each a short broadband click and a small bubble near 14 kHz and
    below (Pumphrey and Crum, "Underwater sound of rain", JASA 85, 1989), over the hiss of those farther off."""
    out = np.zeros(circle.n)
    for _ in range(12):
        frequency, decay = circle.random.uniform(1500.0, 13000.0), circle.random.uniform(300.0, 1500.0)
        t = circle.times(0.02)
        drop = np.exp(-decay * t) * np.sin(2.0 * np.pi * frequency * t)
        out += circle.convolve(circle.impulses(60.0, 0.9), drop)
    hiss = circle.noise(lambda f: band(900.0, 9000.0, 1.0)(f) * tilt(0.25)(f)) * circle.slow(0.5, 0.1)
    return 0.5 * unit(out) + hiss
