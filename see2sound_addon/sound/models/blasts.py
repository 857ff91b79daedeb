"""Thunder, explosions, and what else comes down at once."""

from __future__ import annotations

import numpy as np

from ..blocks.grains import burst, envelope, stack
from ..blocks.shapes import air, band, product, tilt
from ..circle import Circle, Curve, unit
from .registry import Range, model


def _clap(circle: Circle, metres: float, strength: float) -> np.ndarray:
    """One stroke: each piece of a crooked channel of some kilometres sends an N-wave that arrives when it can; the far
    pieces arrive later, duller and weaker."""
    spread = 0.8 + 4.5 * (1.0 - np.exp(-metres / 900.0))  # seconds between the first piece and most others
    pieces = 500
    height = np.sort(circle.random.uniform(0.0, 1.0, pieces))
    wander = np.cumsum(circle.random.normal(0.0, 1.0, pieces)) / np.sqrt(pieces)
    delay = spread * np.clip(height**1.6 + 0.25 * wander, 0.0, 1.4)
    nearness = 1.0 / (metres + 340.0 * delay) ** 1.1
    out = np.zeros(int((1.4 * spread + 0.3) * circle.rate))
    for moment, near in zip(delay, nearness / nearness.max(), strict=True):
        duration = circle.random.uniform(0.004, 0.016) * (1.0 + moment / spread + metres / 3000.0)
        t = circle.times(duration)
        start = int(moment * circle.rate)
        out[start : start + len(t)] += (1.0 - 2.0 * t / duration) * near * circle.random.uniform(0.3, 1.0)
    return strength * out


def _rolling(circle: Circle, metres: float, rumble: float, rate: Curve, branches: int) -> np.ndarray:
    at, strength = circle.strikes(rate, 0.6, 0.2)
    out = np.zeros(circle.n)
    tail = np.zeros(circle.n)
    for moment, strong in zip(at, strength, strict=True):
        later = 0.0
        for _ in range(branches):
            circle.add(out, _clap(circle, metres, strong), int(moment + later * circle.rate))
            later += circle.random.uniform(0.04, 0.9)
        t = circle.times(6.0)
        circle.add(tail, strong * envelope(t, 0.15, 1.6 + metres / 4000.0), int(moment))
    near = float(np.exp(-metres / 400.0))
    claps = unit(circle.filter(out, product(band(28.0, 350.0 + 2600.0 * near, 0.8), air(min(metres, 3000.0)))))
    roll = circle.noise(band(22.0, 110.0, 1.3)) * circle.slow(3.0, 0.5, 0.5) * tail
    return claps + rumble * (0.4 + 0.8 * (1.0 - near)) * unit(roll)


@model(
    "thunder",
    steady=("distance", "rumble"),
    events="claps",
    distance=Range(300.0, 50.0, 2000.0, "m", "from the lightning"),
    rumble=Range(0.5, 0.0, 1.0, "", "how much hills and clouds roll after it"),
    rate=Range(0.08, 0.01, 1.0, "1/s", "claps a second"),
)
def thunder(circle: Circle, distance: Curve, rumble: Curve, rate: Curve) -> np.ndarray:
    """A near clap: the N-waves of a crooked channel that tear within a second, then its roll (Ribner and Roy, "Acoustics
    of thunder: a quasilinear model for tortuous lightning", JASA 72, 1982; Few 1969)."""
    return _rolling(circle, float(np.mean(distance)), float(np.mean(rumble)), rate, 2)


@model(
    "distant thunder",
    steady=("distance", "rumble"),
    events="claps",
    distance=Range(4000.0, 1000.0, 15000.0, "m", "from the lightning"),
    rumble=Range(0.8, 0.0, 1.0, "", "how much hills and clouds roll after it"),
    rate=Range(0.08, 0.01, 1.0, "1/s", "claps a second"),
)
def distant_thunder(circle: Circle, distance: Curve, rumble: Curve, rate: Curve) -> np.ndarray:
    """The same from afar: air has taken all above some 200 Hz, and the pieces of the channel arrive over many seconds
    (Ribner and Roy 1982; ISO 9613-1)."""
    return _rolling(circle, float(np.mean(distance)), float(np.mean(rumble)), rate, 4)


def _blast(circle: Circle, size: float, metres: float) -> np.ndarray:
    """A blast wave, the fireball behind it and what the ground throws back."""
    duration = 0.004 * size
    t = circle.times(2.5)
    friedlander = (1.0 - t / duration) * np.exp(-t / duration) * (1.0 - np.exp(-t / 0.0002))
    body = burst(circle, 2.5, 0.004, 0.10 + 0.10 * size**0.5, lambda f: tilt(0.9, 45.0)(f))
    tail = burst(circle, 2.5, 0.05, 0.30 + 0.15 * size**0.5, lambda f: tilt(0.8, 35.0)(f) * band(35.0, 1500.0, 0.8)(f))
    return 2.5 * friedlander + body + 0.5 * tail


@model(
    "explosion",
    steady=("size", "distance"),
    events="blasts",
    size=Range(3.0, 0.5, 20.0, "", "cube root of the charge in kg of TNT, roughly"),
    distance=Range(80.0, 5.0, 3000.0, "m", "from the blast"),
    rate=Range(0.1, 0.01, 2.0, "1/s", "blasts a second"),
)
def explosion(circle: Circle, size: Curve, distance: Curve, rate: Curve) -> np.ndarray:
    """A blast wave after Friedlander (1946), whose length grows with the cube root of the charge (Hopkinson's scaling;
    Baker, "Explosions in air", 1973), then the fireball's rumble and echoes."""
    at, strength = circle.strikes(rate, 0.5, 0.15)
    pool = stack([_blast(circle, float(np.mean(size)), float(np.mean(distance))) for _ in range(3)])
    out = circle.scatter(at, strength, pool)
    return circle.filter(out, product(air(float(np.mean(distance))), band(18.0, 16000.0, 1.0)))


@model(
    "gunshot",
    steady=("size", "echo"),
    events="shots",
    size=Range(0.4, 0.0, 1.0, "", "from a small pistol to a cannon"),
    echo=Range(0.5, 0.0, 1.0, "", "how much the surroundings answer"),
    rate=Range(0.5, 0.02, 12.0, "1/s", "shots a second"),
)
def gunshot(circle: Circle, size: Curve, echo: Curve, rate: Curve) -> np.ndarray:
    """A muzzle blast of 2 to 5 ms, and echoes (Maher, "Modeling and signal processing of acoustic gunshot recordings",
    IEEE DSP Workshop 2006)."""
    big = float(np.mean(size))
    pool = []
    for _ in range(6):
        t = circle.times(1.6)
        duration = 0.0015 + 0.006 * big
        blast = (1.0 - t / duration) * np.exp(-t / duration) * (1.0 - np.exp(-t / 0.00008))
        crack = burst(circle, 1.6, 0.0002, 0.012 + 0.02 * big, band(250.0 - 150.0 * big, 5000.0, 0.6))
        answers = np.zeros(len(t))
        for _ in range(7):
            delay = int(circle.random.uniform(0.04, 0.7) * circle.rate)
            soft = burst(circle, 0.5, 0.004, 0.06, band(150.0, 1500.0, 0.8))
            room = min(len(soft), len(t) - delay)
            answers[delay : delay + room] += soft[:room] * np.exp(-delay / circle.rate / 0.3)
        pool.append(2.0 * blast + crack + 0.45 * float(np.mean(echo)) * answers)
    at, strength = circle.strikes(rate, 0.3, 0.1)
    return circle.filter(circle.scatter(at, strength, stack(pool)), band(40.0, 15000.0, 1.0))


@model(
    "fireworks",
    steady=("distance",),
    events="bursts",
    rate=Range(0.7, 0.05, 6.0, "1/s", "bursts a second"),
    distance=Range(150.0, 20.0, 2000.0, "m", "from the bursts"),
    crackle=Range(0.5, 0.0, 1.0, "", "how many stars crackle"),
)
def fireworks(circle: Circle, rate: Curve, distance: Curve, crackle: Curve) -> np.ndarray:
    """Shells that burst: blasts of some kilograms at a hundred metres, their echoes, stars that crackle after them, and a
    whistle as some rise (blasts as for an explosion)."""
    at, strength = circle.strikes(rate, 0.9, 0.35)
    pool = stack([_blast(circle, circle.random.uniform(0.8, 2.5), 100.0) for _ in range(5)])
    out = circle.scatter(at, strength, pool)
    t = circle.times(1.6)
    showers = circle.scatter(at, strength * (circle.random.random(len(at)) < 0.6), (envelope(t, 0.3, 0.4) * (t > 0.25))[None])
    stars = circle.impulses(220.0, 0.8) * showers
    stars = circle.filter(stars, band(1200.0, 7000.0, 0.8))
    shaped = circle.filter(out, product(air(float(np.mean(distance))), band(25.0, 16000.0, 1.0)))
    return unit(shaped) + 0.35 * np.asarray(crackle) * unit(stars)


@model(
    "volcano",
    steady=("distance",),
    activity=Range(0.5, 0.0, 1.0, "", "from smoking to erupting"),
    rate=Range(0.25, 0.02, 2.0, "1/s", "explosions a second"),
    distance=Range(800.0, 100.0, 10000.0, "m", "from the crater"),
)
def volcano(circle: Circle, activity: Curve, rate: Curve, distance: Curve) -> np.ndarray:
    """An eruption: jet noise of a vent some metres wide, shifted to infrasound and below 100 Hz, explosions, and falling
    stones (Matoza et al., "Infrasonic jet noise from volcanic eruptions", GRL 36, 2009)."""
    live = np.asarray(activity)
    jet = circle.noise(lambda f: band(22.0, 70.0, 1.0)(f) + 0.05 * band(80.0, 900.0, 0.8)(f)) * circle.slow(3.0, 0.35, 0.6)
    at, strength = circle.strikes(rate, 0.9, 0.6)
    pool = stack([_blast(circle, circle.random.uniform(8.0, 25.0), 500.0) for _ in range(4)])
    booms = circle.filter(circle.scatter(at, strength, pool), air(min(float(np.mean(distance)), 3000.0)))
    stones = circle.filter(circle.impulses(18.0, 0.9), band(80.0, 900.0, 1.0)) * circle.slow(0.6, 0.7)
    return (0.4 + live) * unit(jet) + (0.3 + live) * unit(booms) + 0.25 * live * unit(stones)


@model(
    "avalanche",
    size=Range(0.6, 0.0, 1.0, "", "from a slide of snow to half a mountainside"),
    rocks=Range(0.2, 0.0, 1.0, "", "how much stone comes with it"),
    speed=Range(30.0, 5.0, 80.0, "m/s", "speed of the front"),
)
def avalanche(circle: Circle, size: Curve, rocks: Curve, speed: Curve) -> np.ndarray:
    """Snow in motion: a rumble below 100 Hz that swells as the front nears, the rush of the powder cloud, and blocks
    (Kogelnig et al., "On the complementariness of infrasound and seismic sensors for monitoring snow avalanches", NHESS
    11, 2011)."""
    fast = np.asarray(speed) / 30.0
    rumble = circle.noise(lambda f: tilt(0.9, 30.0)(f) * band(25.0, 160.0, 1.0)(f)) * circle.slow(2.0, 0.35, 0.8)
    rush = circle.noise(lambda f: tilt(0.5, 200.0)(f) * band(150.0, 2500.0, 1.0)(f)) * circle.slow(1.0, 0.3, 0.8)
    blocks = stack([burst(circle, 0.4, 0.004, 0.06, band(50.0, 700.0, 0.9)) for _ in range(12)])
    at = circle.events(14.0)
    thuds = circle.scatter(at, np.exp(0.8 * circle.random.standard_normal(len(at))), blocks)
    return (0.5 + np.asarray(size)) * unit(rumble) + 0.45 * fast * unit(rush) + (0.15 + np.asarray(rocks)) * unit(thuds)
