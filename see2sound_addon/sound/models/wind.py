"""Wind, and what it moves."""

from __future__ import annotations

import numpy as np

from ..blocks.grains import burst, stack
from ..blocks.shapes import band, peaks, product, tilt
from ..circle import Circle, Curve, unit
from .registry import Range, model

WIND = Range(6.0, 1.0, 30.0, "m/s", "mean speed of the wind; 3 is a breeze, 10 fresh, 20 a gale")
GUSTS = Range(0.5, 0.0, 1.0, "", "how much the wind comes in gusts")


def _gusty(circle: Circle, wind: Curve, depth: Curve) -> np.ndarray:
    """The wind's speed in m/s over time: slow swells and the turbulence on top, between 0.02 and 2 Hz.

    Van der Hoven's spectrum of wind speed (Journal of Meteorology 14, 1957) has its peak near a minute.
    """
    swell = circle.slow(0.35, 0.45, 0.6) * circle.slow(2.0, 0.12, 0.8)
    return np.asarray(wind) * swell ** (2.0 * np.asarray(depth))


@model(
    "wind in trees", wind=WIND, gusts=GUSTS, leaves=Range(0.7, 0.0, 1.0, "", "0 for bare twigs or needles, 1 for broad leaves")
)
def wind_in_trees(circle: Circle, wind: Curve, gusts: Curve, leaves: Curve) -> np.ndarray:
    """Leaves that strike each other, noise between 1 and 8 kHz that grows faster than the wind that drives it; twigs and
    needles hum lower, at the Strouhal frequency 0.2 U / d (Fegeant, "Wind-induced vegetation noise", Acustica 85, 1999;
    Bolin, "Prediction method for wind-induced vegetation noise", Acta Acustica 95, 2009)."""
    speed = _speed(circle, wind, gusts)
    rustle = circle.noise(band(1300.0, 6500.0, 1.1)) * circle.slow(14.0, 0.18, 0.3) * (speed / 6.0) ** 1.8
    clicks = circle.filter(circle.impulses(400.0, 0.6), band(1800.0, 8000.0, 1.5)) * (speed / 6.0) ** 2
    twigs = circle.noise(band(220.0, 900.0, 1.2)) * (speed / 6.0) ** 1.4
    low = circle.noise(band(70.0, 250.0, 1.5)) * (speed / 6.0)
    green = np.asarray(leaves)
    return green * (rustle + 0.15 * unit(clicks)) + (0.25 + 0.9 * (1.0 - green)) * twigs + 0.25 * low


@model("wind in grass", wind=WIND, gusts=GUSTS, dryness=Range(0.4, 0.0, 1.0, "", "0 for fresh grass, 1 for dry reed"))
def wind_in_grass(circle: Circle, wind: Curve, gusts: Curve, dryness: Curve) -> np.ndarray:
    """Blades that rub: thinner and higher than leaves, 2 to 9 kHz, with the flow over the field below 400 Hz (Bolin 2009
    as for trees; small diameters give high Strouhal frequencies)."""
    speed = _speed(circle, wind, gusts)
    swish = circle.noise(band(2200.0, 8000.0, 1.0)) * circle.slow(9.0, 0.25, 0.5) * (speed / 6.0) ** 1.6
    rattle = circle.filter(circle.impulses(220.0, 0.7), band(2500.0, 9000.0, 1.5)) * (speed / 6.0) ** 2
    flow = circle.noise(band(80.0, 380.0, 1.2)) * (speed / 6.0)
    return swish + 0.6 * np.asarray(dryness) * unit(rattle) + 0.45 * flow


@model(
    "wind",
    wind=WIND,
    gusts=GUSTS,
    howl=Range(0.15, 0.0, 1.0, "", "how much wires, gaps and eaves whistle"),
)
def wind(circle: Circle, wind: Curve, gusts: Curve, howl: Curve) -> np.ndarray:
    """Open wind: turbulence with a spectrum that falls by some 5 to 10 dB an octave above 100 Hz and brightens as it blows
    harder, with a little whistling at obstacles (van den Berg, "Wind-induced noise in a screened microphone", JASA 119,
    2006, for the slope)."""
    speed = _speed(circle, wind, gusts)
    source = circle.random.standard_normal(circle.n)
    shapes = [product(tilt(e, 60.0), band(60.0, c, 1.0)) for e, c in ((1.1, 300.0), (0.8, 700.0), (0.6, 1500.0))]
    flow = unit(circle.morph(source, shapes, np.clip((speed - 1.0) / 16.0, 0.0, 1.0))) * (speed / 6.0)
    return flow + np.asarray(howl) * _whistles(circle, speed, 3)


@model(
    "howling wind",
    steady=("size",),
    wind=Range(14.0, 3.0, 35.0, "m/s", "mean speed of the wind"),
    gusts=Range(0.7, 0.0, 1.0, "", "how much the wind comes in gusts"),
    size=Range(8.0, 2.0, 30.0, "mm", "thickness of the wires and gaps that sing; thin ones sing high"),
)
def howling_wind(circle: Circle, wind: Curve, gusts: Curve, size: Curve) -> np.ndarray:
    """Aeolian tones: wires, gaps and eaves shed vortices at the Strouhal frequency 0.2 U / d, so the pitch follows the
    gusts (Strouhal 1878; Selfridge, Reiss, Avital and Tang, "Physically derived synthesis model of an aeolian tone", AES
    2016)."""
    speed = _speed(circle, wind, gusts)
    flow = circle.noise(lambda f: tilt(0.8, 80.0)(f) * band(80.0, 900.0, 1.0)(f)) * speed / 14.0
    return 0.5 * flow + 1.2 * _whistles(circle, speed, 5, float(np.mean(size)) / 8.0)


def _speed(circle: Circle, wind: Curve, depth: Curve) -> np.ndarray:
    return np.minimum(_gusty(circle, wind, depth), 60.0)


def _whistles(circle: Circle, speed: np.ndarray, count: int, thickness: float = 1.0) -> np.ndarray:
    """Narrow noise at Strouhal frequencies that follow the speed, made by bending the time of band noise."""
    out = np.zeros(circle.n)
    for _ in range(count):
        diameter = 0.008 * thickness * circle.random.uniform(0.6, 1.8)
        own = speed * circle.slow(1.0, 0.06, 0.6)
        frequency = np.clip(0.2 * own / diameter, 60.0, 4000.0)
        wobble = 1.0 + 0.035 * unit(circle.noise(band(3.0, 30.0, 1.0)))
        phase = circle.phase(frequency * np.clip(wobble, 0.8, 1.2)) * (2.0 * np.pi)
        level = (own / 14.0) ** 3 * circle.slow(6.0, 0.5, 0.5)
        out += np.sin(phase) * np.minimum(level, 4.0) * circle.random.uniform(0.4, 1.0)
    return unit(out) * np.sqrt(np.minimum(speed / 14.0, 2.0))


def _flaps(circle: Circle, rate: Curve, low: float, high: float, crack: float, decay: float) -> np.ndarray:
    """Cloth that snaps: bursts whose rate and strength follow the wind."""
    pool = stack([burst(circle, 0.18, 0.004, decay * circle.random.uniform(0.6, 1.6), band(low, high, 0.9)) for _ in range(16)])
    snaps = stack([burst(circle, 0.03, 0.0008, 0.006, band(900.0, 6000.0, 0.8)) for _ in range(8)])
    at, strength = circle.strikes(rate, 0.9, 0.5)
    return unit(circle.scatter(at, strength, pool)) + crack * unit(circle.scatter(at, strength**2, snaps))


@model(
    "flag",
    wind=Range(8.0, 2.0, 25.0, "m/s", "speed of the wind"),
    size=Range(1.5, 0.3, 6.0, "m", "length of the flag; a long one flaps slowly"),
    gusts=GUSTS,
)
def flag(circle: Circle, wind: Curve, size: Curve, gusts: Curve) -> np.ndarray:
    """Flutter of a flag at about 0.5 to 1 U / L times a second, each wave ending in a snap at the free edge (Alben and
    Shelley, "Flapping states of a flag in an inviscid fluid", Physical Review Letters 100, 2008)."""
    speed = _speed(circle, wind, gusts)
    flaps = _flaps(circle, np.clip(0.8 * speed / np.asarray(size), 0.5, 30.0), 180.0, 1800.0, 0.5, 0.035)
    flow = circle.noise(band(90.0, 700.0, 1.0))
    return (flaps + 0.2 * flow) * (speed / 8.0) ** 1.2


@model(
    "sail",
    wind=Range(7.0, 2.0, 20.0, "m/s", "speed of the wind"),
    size=Range(6.0, 2.0, 20.0, "m", "height of the sail"),
    rigging=Range(0.3, 0.0, 1.0, "", "how much ropes and fittings knock"),
)
def sail(circle: Circle, wind: Curve, size: Curve, rigging: Curve) -> np.ndarray:
    """A sail that luffs: slow, heavy flaps below 800 Hz, and halyards that beat on the mast (flutter frequency as for a
    flag; knocks as struck tubes)."""
    speed = _speed(circle, wind, 0.6)
    flaps = _flaps(circle, np.clip(1.5 * speed / np.asarray(size), 0.4, 12.0), 70.0, 800.0, 0.2, 0.09)
    pool = []
    for _ in range(6):
        t = circle.times(0.25)
        ring = sum(np.sin(2 * np.pi * f * t) * np.exp(-t / d) for f, d in ((640.0, 0.05), (1770.0, 0.03), (3430.0, 0.015)))
        pool.append(np.asarray(ring) * (1.0 - np.exp(-t / 0.0004)) * circle.random.uniform(0.5, 1.0))
    at = circle.events(np.clip(speed / 4.0, 0.3, 8.0))
    knocks = circle.scatter(at, circle.random.uniform(0.2, 1.0, len(at)), stack(pool))
    flow = circle.noise(peaks([(180.0, 200.0, 1.0)], 0.02))
    return (flaps + 0.25 * flow) * (speed / 7.0) + 0.7 * np.asarray(rigging) * unit(knocks)
