"""Sounds of rolling, scraping and creaking."""

from __future__ import annotations

import numpy as np

from ..circle import Circle, Curve, Shape, unit
from .shapes import band


def stick_slip(circle: Circle, slips: Curve, body: Shape, irregularity: float = 0.25) -> np.ndarray:
    """Slips `slips` times a second that strike a body: creaks of wood, squeaks of metal.

    Friction that falls with velocity makes a saw-tooth (Serafin, Vergez and Rodet, "Friction and application to real-time
    physical modeling of a violin", ICMC 1999; Farnell, "Designing Sound", 2010, chapter 32).
    """
    wander = circle.slow(9.0, irregularity, 0.6) * circle.slow(60.0, irregularity / 2.0, 0.0)
    train = circle.pulses(circle.phase(np.maximum(np.asarray(slips) * wander, 0.5)))
    train = train * circle.random.uniform(0.5, 1.0, circle.n)
    return unit(circle.filter(train, body))


def rough_contact(circle: Circle, speed: Curve, bumps: float, body: Shape, spread: float = 0.5) -> np.ndarray:
    """A surface that is passed over: `bumps` of random size for each metre at `speed` metres a second, on a body.

    van den Doel, Kry and Pai, "FoleyAutomatic", SIGGRAPH 2001.
    """
    train = circle.impulses(np.maximum(np.asarray(speed) * bumps, 1.0), spread)
    return unit(circle.filter(train, body)) * np.minimum(np.asarray(speed), 30.0) ** 0.5


def tyres(circle: Circle, speed: Curve) -> np.ndarray:
    """Tyres on asphalt: a hump around 1 kHz that grows with the speed in metres a second.

    Sandberg and Ejsmont, "Tyre/road noise reference book", 2002: the peak lies between 800 and 1200 Hz.
    """
    noise = circle.noise(lambda f: band(500.0, 1400.0, 1.1)(f) + 0.15 * band(60.0, 400.0, 0.8)(f))
    return noise * (np.asarray(speed) / 14.0) ** 1.5 * circle.slow(5.0, 0.08, 0.3)
