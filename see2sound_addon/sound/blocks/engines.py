"""Piston engines, rotors and turbines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..circle import Circle, Curve, Shape, unit
from .grains import wave
from .shapes import band, peaks


def exhaust(length: float, brightness: float = 1.0) -> Shape:
    """An exhaust pipe, closed at the engine and open at its end: odd resonances of a quarter wave."""
    lowest = 343.0 / (4.0 * length)
    return peaks([(lowest * k, 18.0 + 0.12 * lowest * k, brightness / k**0.5) for k in (1, 3, 5, 7, 9)], 0.25)


def piston_engine(
    circle: Circle,
    rpm: Curve,
    cylinders: int,
    pipe: Shape,
    strokes: int = 4,
    load: Curve = 0.3,
    unevenness: float = 0.08,
    knock: float = 0.1,
    intake: float = 0.4,
) -> np.ndarray:
    """Firings through an exhaust pipe, with intake noise and the clatter of valves and injection.

    After Baldan, Lachambre, Delle Monache and Boussard, "Physically informed car engine sound synthesis for virtual and
    augmented environments", 2015. `rpm`: turns a minute. `load`: 0 to 1, sharpens the pulses. `unevenness`: how different
    the cylinders are. `knock`, `intake`: their level beside the exhaust.
    """
    per_cycle = strokes / 2.0
    firing = np.asarray(rpm) / 60.0 / per_cycle * cylinders
    cycles = np.broadcast_to(firing, circle.n)
    phase = circle.phase(np.maximum(cycles * circle.slow(8.0, 0.01, 0.0), 1.0))
    train = circle.pulses(phase)
    strengths = 1.0 + unevenness * circle.random.standard_normal(cylinders)
    train = train * strengths[np.floor(phase).astype(int) % cylinders] * circle.slow(20.0, 0.07, 0.0)
    t = circle.times(0.06)
    soft = circle.convolve(train, np.exp(-t / 0.006) - np.exp(-t / 0.0015))
    hard = circle.convolve(train, np.exp(-t / 0.0025) - np.exp(-t / 0.0004))
    pressure = unit(soft) * (1.0 - 0.6 * np.asarray(load)) + 0.8 * unit(hard) * np.asarray(load)
    out = unit(circle.filter(pressure, pipe)) * (0.7 + 0.6 * np.asarray(load))
    breath = circle.noise(band(180.0, 1800.0, 0.8)) * (0.4 + np.abs(unit(soft)))
    clatter = circle.convolve(train * circle.random.uniform(0.2, 1.0, circle.n), _tick(circle))
    return out + intake * unit(breath) * (0.6 + 0.8 * np.asarray(load)) + knock * unit(clatter)


def _tick(circle: Circle) -> np.ndarray:
    t = circle.times(0.02)
    ring = sum(np.sin(2.0 * np.pi * f * t) for f in circle.random.uniform(1200.0, 4500.0, 5))
    return np.asarray(ring) * np.exp(-t / 0.0025) * (1.0 - np.exp(-t / 0.0003))


def tone_stack(circle: Circle, frequency: Curve, gains: Sequence[float], wander: float = 0.003) -> np.ndarray:
    """Harmonics of a rotating part, (n,), with a frequency that wanders by the share `wander`."""
    phase = circle.phase(np.asarray(frequency) * circle.slow(3.0, wander, 0.5))
    kept = list(gains)[: max(1, int(0.45 * circle.rate / float(np.max(frequency))))]
    return wave(phase, kept, [2.4 * number**2 for number in range(1, len(kept) + 1)])


def rotor(circle: Circle, passings: Curve, sharpness: float) -> np.ndarray:
    """Blades that pass: pulses `passings` times a second, the sharper the more harmonics they have.

    Thickness and loading noise of a rotor (Brentner and Farassat, "Modeling aerodynamically generated sound of
    helicopter rotors", Progress in Aerospace Sciences 39, 2003).
    """
    phase = circle.phase(np.asarray(passings) * circle.slow(2.0, 0.004, 0.5))
    train = circle.pulses(phase) * circle.slow(12.0, 0.12, 0.0)
    width = sharpness
    t = circle.times(8.0 * width) - 4.0 * width
    return unit(circle.convolve(train, -t / width * np.exp(-0.5 * (t / width) ** 2)))


def turbulence(circle: Circle, centre: float, octaves: float = 1.6) -> np.ndarray:
    """The broadband noise of a fan or jet: a bell around its Strouhal frequency in Hz."""
    shape = band(centre / 2.0 ** (octaves / 2.0), centre * 2.0 ** (octaves / 2.0), 0.8)
    return circle.noise(shape) * circle.slow(4.0, 0.08, 0.3)
