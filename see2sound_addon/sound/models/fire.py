"""Fire, steam, lava and what sizzles."""

from __future__ import annotations

import numpy as np

from ..blocks.grains import burst, envelope, stack
from ..blocks.shapes import band, hump, tilt
from ..circle import Circle, Curve, Shape, unit
from .registry import Range, model


def _crackles(circle: Circle, rate: Curve, low: float, high: float, spread: float) -> np.ndarray:
    """Cracks of wood: short clicks whose sizes spread over decades, some in quick rows as a fibre tears."""
    pool = []
    for _ in range(32):
        frequency = low * (high / low) ** circle.random.random()
        t = circle.times(0.03)
        ring = np.sin(2.0 * np.pi * frequency * t) + circle.random.standard_normal(len(t))
        pool.append(ring * envelope(t, 0.0001, circle.random.uniform(0.0006, 0.005)))
    first = circle.events(np.asarray(rate) * 0.5)
    rows = [
        start + np.cumsum(circle.random.exponential(0.025 * circle.rate, circle.random.integers(2, 7))).astype(int)
        for start in first[circle.random.random(len(first)) < 0.3]
    ]
    at = np.concatenate([first, *rows])
    at = at % circle.n if circle.loop else at[at < circle.n]
    return circle.scatter(at, np.exp(spread * circle.random.standard_normal(len(at))), stack(pool))


@model(
    "small fire",
    steady=("size",),
    crackle=Range(12.0, 1.0, 60.0, "1/s", "cracks a second; wet and resinous wood has many"),
    size=Range(0.6, 0.2, 1.5, "m", "width of the flames; larger ones flutter more slowly"),
    hiss=Range(0.3, 0.0, 1.0, "", "how much sap and steam hiss"),
)
def small_fire(circle: Circle, crackle: Curve, size: Curve, hiss: Curve) -> np.ndarray:
    """A camp fire: cracks with sizes over decades (Poisson, some in rows), the lapping of flames that pulse at
    1.5 / sqrt(width) Hz, and a hiss (puffing: Cetegen and Ahmed, Combustion and Flame 93, 1993; Farnell, "Designing
    Sound", 2010, chapter 34)."""
    puffs = float(1.5 / np.sqrt(np.mean(size)))
    cracks = unit(np.tanh(unit(_crackles(circle, crackle, 700.0, 7000.0, 1.0)) / 6.0))
    fine = unit(_crackles(circle, 12.0 * np.asarray(crackle), 900.0, 9000.0, 0.9))
    lap = circle.slow(3.0 * puffs, 0.4, 0.2) * circle.slow(14.0, 0.3, 0.1)
    flames = (
        circle.noise(lambda f: band(45.0, 130.0, 2.0)(f) + 0.05 * tilt(0.3, 300.0)(f) / tilt(0.3, 300.0)(np.array([300.0])))
        * lap
    )
    sap = circle.noise(band(1500.0, 9000.0, 0.8)) * circle.slow(2.0, 0.6, 0.8)
    return unit(flames) + 0.4 * cracks + 0.2 * fine + 0.25 * np.asarray(hiss) * unit(sap)


@model(
    "large fire",
    steady=("size",),
    size=Range(4.0, 1.0, 30.0, "m", "width of the flames"),
    crackle=Range(12.0, 0.0, 60.0, "1/s", "cracks a second"),
    roar=Range(0.7, 0.0, 1.0, "", "how much the flames roar"),
)
def large_fire(circle: Circle, size: Curve, crackle: Curve, roar: Curve) -> np.ndarray:
    """A fire that roars: turbulent combustion has a spectrum that peaks at some 100 to 400 Hz and falls with f^-2.5 in
    power (Clavin and Siggia, "Turbulent premixed flames and sound generation", 1991; Rajaram and Lieuwen, JFM 637, 2009),
    fluttering at the puffing frequency 1.5 / sqrt(width), with many cracks."""
    puffs = float(1.5 / np.sqrt(np.mean(size)))
    flutter = circle.slow(6.0 * puffs, 0.3, 0.3) * circle.slow(20.0, 0.25, 0.1)
    roaring = circle.noise(lambda f: band(45.0, 140.0, 2.2)(f) + 0.02 * band(300.0, 2500.0, 0.6)(f)) * flutter
    air = circle.noise(band(300.0, 7000.0, 0.5)) * circle.slow(8.0, 0.3, 0.4)
    many = np.maximum(np.asarray(crackle), 0.01)
    cracks = unit(np.tanh(unit(_crackles(circle, many, 500.0, 6000.0, 0.9)) / 6.0))
    fine = unit(_crackles(circle, 8.0 * many, 900.0, 9000.0, 0.9))
    lively = np.minimum(np.asarray(crackle) / 20.0, 1.5)
    return (0.5 + np.asarray(roar)) * unit(roaring) + 0.18 * unit(air) + lively * (0.25 * cracks + 0.2 * fine)


@model(
    "lava",
    steady=("size",),
    rate=Range(3.0, 0.3, 20.0, "1/s", "bubbles a second"),
    size=Range(0.08, 0.02, 0.6, "m", "radius of the bubbles"),
    hiss=Range(0.2, 0.0, 1.0, "", "how much gas escapes"),
)
def lava(circle: Circle, rate: Curve, size: Curve, hiss: Curve) -> np.ndarray:
    """Thick bubbles that swell and burst: a low blow whose pitch falls with the size of the cavity, a slap of the torn
    skin, and gas (Vergniolle and Brandeis, "Strombolian explosions", Journal of Geophysical Research 101, 1996)."""
    pool = []
    for _ in range(16):
        radius = float(np.mean(size)) * circle.random.uniform(0.6, 1.6)
        t = circle.times(0.45)
        tone = 7.0 / radius
        blow = np.sin(2 * np.pi * tone * t * (1.0 + 0.6 * t / 0.45)) * envelope(t, 0.012, 0.09)
        slap = 0.12 * burst(circle, 0.45, 0.008, 0.03, band(80.0, 420.0, 1.5))
        pool.append(blow + slap)
    at = circle.events(np.asarray(rate))
    plops = circle.scatter(at, np.exp(0.5 * circle.random.standard_normal(len(at))), stack(pool))
    rumble = circle.noise(lambda f: band(35.0, 110.0, 2.5)(f)) * circle.slow(3.0, 0.3, 0.5)
    gas = circle.noise(band(200.0, 1800.0, 0.9)) * circle.slow(3.0, 0.6, 0.5)
    return 0.8 * unit(plops) + 0.9 * unit(rumble) + 0.12 * np.asarray(hiss) * unit(gas)


def _jet(centre: float) -> Shape:
    return lambda f: hump(centre, 0.5)(f) + 0.25 * hump(1.9 * centre, 0.5)(f) + 0.1 * band(100.0, 12000.0, 0.5)(f)


@model(
    "steam",
    steady=("size",),
    events="releases",
    pressure=Range(0.5, 0.0, 1.0, "", "from a kettle's breath to a boiler's safety valve"),
    size=Range(4.0, 1.0, 40.0, "mm", "width of the opening; a wide one hisses lower"),
    surge=Range(0.9, 0.0, 1.0, "", "0 for a steady leak, 1 for a valve that opens and closes"),
    rate=Range(0.3, 0.05, 3.0, "1/s", "times a second that the valve opens"),
)
def steam(circle: Circle, pressure: Curve, size: Curve, surge: Curve, rate: Curve) -> np.ndarray:
    """A jet of steam: mixing noise with its peak at the Strouhal number 0.2, U / (5 d), broad above it (Lighthill 1952;
    Tam, "Jet noise: since 1952", Theoretical and Computational Fluid Dynamics 10, 1998)."""
    strong = np.asarray(pressure)
    centre = float(np.clip(0.2 * 150.0 / (np.mean(size) / 1000.0), 900.0, 9000.0))
    jet = circle.noise(_jet(centre)) * circle.slow(10.0, 0.06, 0.3)
    edge = circle.noise(band(4000.0, 14000.0, 1.0)) * circle.slow(5.0, 0.1)
    at, strength = circle.strikes(rate, 0.4, 0.2)
    t = circle.times(5.0)
    vent = circle.scatter(at, strength, (envelope(t, 0.03, 0.35) * np.minimum(1.0, t / 0.01))[None])
    gate = (1.0 - np.asarray(surge)) + 1.5 * np.asarray(surge) * vent
    return (jet + (0.15 + 0.3 * strong) * edge) * gate


@model(
    "frying",
    rate=Range(180.0, 20.0, 800.0, "1/s", "droplets that burst a second"),
    fat=Range(0.5, 0.0, 1.0, "", "0 for a wet pan that hisses, 1 for hot fat that spits"),
)
def frying(circle: Circle, rate: Curve, fat: Curve) -> np.ndarray:
    """Water that boils in hot fat: thousands of tiny bursts above 2 kHz (Leidenfrost and explosive boiling; Kiger and
    Duncan on vapour bubbles, Annual Review of Fluid Mechanics 44, 2012), a few of them near and loud."""
    spits = _crackles(circle, np.asarray(rate), 2000.0, 10000.0, 0.8)
    hiss = circle.noise(band(3000.0, 11000.0, 1.2)) * circle.slow(6.0, 0.12)
    return np.asarray(fat) * np.tanh(unit(spits) / 4.0) * 3.0 + (1.3 - np.asarray(fat)) * hiss
