"""Rain on what it falls on, and drips."""

from __future__ import annotations

import numpy as np

from ..blocks.grains import bubble, burst, modes, stack
from ..blocks.shapes import band, hump, tilt
from ..circle import Circle, Curve, Shape, unit
from .registry import Range, model

INTENSITY = Range(8.0, 0.5, 100.0, "mm/h", "rainfall rate; 2 is light, 10 moderate, 50 a downpour")
NEARNESS = Range(0.5, 0.0, 1.0, "", "how many of the drops fall close by and are heard one by one")


def _drops(circle: Circle, rate: Curve, shape: Shape, decay: float, spread: float, kinds: int = 24) -> np.ndarray:
    """Impacts with log-normal sizes: the sizes of raindrops follow Marshall and Palmer (1948)."""
    pool = [burst(circle, 0.02, 0.0002, decay * circle.random.uniform(0.5, 2.0), shape) for _ in range(kinds)]
    at = circle.events(rate)
    return circle.scatter(at, np.exp(spread * circle.random.standard_normal(len(at))), stack(pool))


def _rate(intensity: Curve) -> Curve:
    """Single drops a second near the listener: grows with the 0.6th power of the rainfall rate, as the drops grow, too."""
    return 90.0 * np.asarray(intensity) ** 0.6


@model("rain", intensity=INTENSITY, nearness=NEARNESS)
def rain(circle: Circle, intensity: Curve, nearness: Curve) -> np.ndarray:
    """Drops on the ground by the thousand: a hiss between 1 and 10 kHz that is the sum of the far ones, and clicks of the
    near ones (Poisson in time; Nystuen, "Rainfall measurements using underwater ambient noise", JASA 79, 1986, for how
    the level follows the rate; Farnell, "Designing Sound", 2010, chapter 37)."""
    far = circle.noise(lambda f: band(700.0, 8000.0, 0.9)(f) * tilt(0.2)(f)) * circle.slow(0.5, 0.1)
    ground = circle.noise(band(180.0, 900.0, 1.0)) * circle.slow(1.0, 0.1)
    near = _drops(circle, _rate(intensity), band(1500.0, 9000.0, 0.8), 0.0018, 0.8)
    loud = (np.asarray(intensity) / 8.0) ** 0.5
    return (far * (1.2 - 0.7 * np.asarray(nearness)) + 0.25 * ground) * loud + 0.9 * np.asarray(nearness) * unit(near)


@model("rain on leaves", intensity=INTENSITY, nearness=NEARNESS)
def rain_on_leaves(circle: Circle, intensity: Curve, nearness: Curve) -> np.ndarray:
    """Drops on leaves: each leaf is a small damped plate, struck at 2 to 9 m/s, with a dull tap between 0.6 and 5 kHz;
    large drops that gather and fall later come between them (interception: Calder, "Evaporation in the uplands", 1990)."""
    taps = _drops(circle, 1.6 * _rate(intensity), band(700.0, 4500.0, 1.0), 0.004, 0.7)
    gathered = _drops(circle, 6.0, band(350.0, 2000.0, 1.2), 0.009, 0.5)
    far = circle.noise(band(900.0, 5500.0, 1.0)) * circle.slow(0.8, 0.15)
    loud = (np.asarray(intensity) / 8.0) ** 0.5
    return far * loud * (1.0 - 0.5 * np.asarray(nearness)) + 1.2 * np.asarray(nearness) * unit(taps) + 0.4 * unit(gathered)


@model(
    "rain on a roof",
    intensity=INTENSITY,
    hollowness=Range(0.5, 0.0, 1.0, "", "0 for tiles, 1 for a sheet of metal that rings"),
)
def rain_on_roof(circle: Circle, intensity: Curve, hollowness: Curve) -> np.ndarray:
    """Drops that drum on a sheet: every impact excites the sheet's bending modes between 150 Hz and 4 kHz for some
    hundredths of a second (impact force of drops: Petersson, "The liquid drop impact as a source of sound and vibration",
    Building Acoustics 2, 1995; ISO 10140-5 has the standard test)."""
    pool = []
    for _ in range(20):
        frequencies = 180.0 + np.cumsum(circle.random.exponential(240.0, 14))
        pool.append(modes(circle, frequencies, 0.02 * (frequencies / 200.0) ** -0.4, circle.random.uniform(0.3, 1.0, 14)))
    at = circle.events(1.3 * _rate(intensity))
    ringing = circle.scatter(at, np.exp(0.7 * circle.random.standard_normal(len(at))), stack(pool))
    dull = _drops(circle, 1.5 * _rate(intensity), band(300.0, 3500.0, 0.8), 0.003, 0.6)
    bed = circle.noise(band(300.0, 4000.0, 0.8)) * circle.slow(0.6, 0.1)
    hollow = np.asarray(hollowness)
    return unit(ringing) * hollow + unit(dull) * (1.2 - hollow) + 0.5 * bed * (np.asarray(intensity) / 8.0) ** 0.3


@model("rain on water", intensity=INTENSITY, nearness=NEARNESS)
def rain_on_water(circle: Circle, intensity: Curve, nearness: Curve) -> np.ndarray:
    """Drops on a pond: an impact, and for many drops a bubble that rings between 2 and 15 kHz, most of them near 14 kHz
    under water, lower for larger drops (Pumphrey and Crum, "Underwater sound of rain", JASA 85, 1989)."""
    radii = 0.00025 * 8.0 ** circle.random.random(40)
    pool = stack([bubble(circle, radius, circle.random.uniform(0.0, 0.1)) * (radius / 0.002) ** 0.8 for radius in radii])
    at = circle.events(0.7 * _rate(intensity))
    plinks = circle.scatter(at, np.exp(0.6 * circle.random.standard_normal(len(at))), pool)
    splash = _drops(circle, _rate(intensity), band(1500.0, 9000.0, 0.9), 0.0015, 0.7)
    far = circle.noise(lambda f: hump(5000.0, 1.3)(f)) * circle.slow(0.6, 0.1)
    close = np.asarray(nearness)
    loud = (np.asarray(intensity) / 8.0) ** 0.5
    return far * (1.1 - 0.7 * close) * loud + close * (0.9 * unit(plinks) + 0.6 * unit(splash))


@model(
    "dripping",
    steady=("size",),
    events="drips",
    rate=Range(1.2, 0.05, 15.0, "1/s", "drops a second"),
    size=Range(2.5, 1.0, 5.0, "mm", "diameter of a drop"),
    echo=Range(0.35, 0.0, 1.0, "", "how much the room answers"),
)
def dripping(circle: Circle, rate: Curve, size: Curve, echo: Curve) -> np.ndarray:
    """Single drops into water: a click of the impact and, 20 ms later, the bubble that it traps (Phillips, Agarwal and
    Jordan, "The sound produced by a dripping tap is driven by resonant oscillations of an entrapped air bubble",
    Scientific Reports 8, 2018); the room is noise that dies away."""
    at, strength = circle.strikes(rate, 0.35, 0.25)
    radii = np.clip(float(np.mean(size)) / 1000.0 * 0.32 * circle.random.uniform(0.7, 1.5, 12), 0.0004, 0.004)
    gap = np.zeros(int(0.02 * circle.rate))
    pool = []
    for radius in radii:
        click = 0.12 * burst(circle, 0.01, 0.0003, 0.002, band(1500.0, 8000.0))
        ring = np.concatenate([gap, bubble(circle, radius, circle.random.uniform(0.02, 0.1))])
        pool.append(stack([click, ring]).sum(axis=0))
    out = circle.scatter(at, strength, stack(pool))
    t = circle.times(0.9)
    room = circle.random.standard_normal(len(t)) * np.exp(-t / 0.16) * np.minimum(1.0, t / 0.01)
    tail = circle.filter(circle.convolve(out, room), band(400.0, 5000.0, 1.0))
    return out + 0.5 * np.asarray(echo) * tail * np.sqrt(np.mean(out**2)) / max(1e-12, np.sqrt(np.mean(tail**2)))
