"""Footsteps on what lies under them.

A step is two contacts, the heel's and some 0.1 s later the ball's, and while the foot rolls over, loose ground gives way
grain by grain (Visell et al., "Sound design and perception in walking interactions", International Journal of
Human-Computer Studies 67, 2009; Cook, "Modeling Bill's gait", AES 2002; Turchet, "Footstep sounds synthesis", Applied
Acoustics 107, 2016).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..blocks.grains import bubble, burst, modes, plate_modes, stack
from ..blocks.shapes import band, hump, tilt
from ..circle import Circle, Curve, Shape, unit
from .registry import Range, model

PACE = Range(1.8, 0.4, 4.5, "1/s", "steps a second: 1.8 walks, 2.8 runs")
WEIGHT = Range(70.0, 15.0, 200.0, "kg", "of the walker: a heavy one thuds lower and louder")
SHOES = Range(0.6, 0.0, 1.0, "", "0 for bare feet, 1 for hard heels")
VARIANTS = 8
"""Different steps, of which each is one."""


def _walk(circle: Circle, pace: Curve, step: Callable[[], np.ndarray]) -> np.ndarray:
    """Steps at their moments; left and right differ a little."""
    at, strength = circle.strikes(pace, 0.06, 0.12)
    return unit(circle.scatter(at, strength, stack([step() for _ in range(VARIANTS)])))


def _contacts(circle: Circle, pace: float, heel: np.ndarray, ball: np.ndarray) -> np.ndarray:
    gap = int(circle.random.uniform(0.16, 0.24) / max(pace, 0.8) * circle.rate)
    return stack([heel, np.concatenate([np.zeros(gap), ball])]).sum(axis=0)


def _crunch(circle: Circle, seconds: float, grains: int, shape: Shape, decay: float, spread: float = 0.8) -> np.ndarray:
    """Grains that give way while the weight comes on and goes off."""
    length = int(seconds * circle.rate)
    out = np.zeros(length + int(0.03 * circle.rate))
    pool = [burst(circle, 0.025, 0.0002, decay * circle.random.uniform(0.5, 1.8), shape) for _ in range(10)]
    moments = circle.random.beta(1.6, 2.6, grains)
    for moment in moments:
        grain = pool[circle.random.integers(0, len(pool))]
        start = int(moment * length)
        end = min(len(out), start + len(grain))
        out[start:end] += grain[: end - start] * np.exp(spread * circle.random.standard_normal())
    return out / max(1e-9, float(np.abs(out).max()))


def _mass(weight: Curve) -> float:
    """How much lower a thud is: with the cube root of the mass."""
    return float((np.mean(weight) / 70.0) ** (1.0 / 3.0))


@model(
    "footsteps on wood",
    steady=("shoes", "hollowness"),
    events="steps",
    pace=PACE,
    weight=WEIGHT,
    shoes=SHOES,
    hollowness=Range(0.5, 0.0, 1.0, "", "how much the floor booms"),
)
def on_wood(circle: Circle, pace: Curve, weight: Curve, shoes: Curve, hollowness: Curve) -> np.ndarray:
    """Boards on joists: modes of the floor between 70 and 500 Hz that die away in 50 ms, and the shoe's click on top (wood
    has a loss factor of some 0.02, floors 0.05 and more: Cremer and Heckl, "Structure-borne sound", 1988)."""
    heavy, hard, boom = _mass(weight), float(np.mean(shoes)), float(np.mean(hollowness))

    def contact(level: float) -> np.ndarray:
        low = np.array([130.0, 230.0, 340.0, 480.0, 700.0, 1050.0]) / heavy * circle.random.uniform(0.9, 1.1, 6)
        floor = modes(
            circle,
            low,
            np.array([0.03, 0.028, 0.025, 0.02, 0.014, 0.008]) * (0.5 + 0.9 * boom),
            (0.8, 1.0, 1.0, 0.8, 0.35, 0.15),
            0.0015,
        )
        click = 0.12 * hard * burst(circle, 0.03, 0.0003, 0.003, band(700.0, 3000.0, 1.0))
        sole = 0.15 * burst(circle, 0.08, 0.004, 0.015, band(250.0, 900.0, 1.2))
        return level * stack([floor, click, sole]).sum(axis=0)

    return _walk(circle, pace, lambda: _contacts(circle, float(np.mean(pace)), contact(1.0), contact(0.5)))


@model("footsteps on stone", steady=("shoes",), events="steps", pace=PACE, weight=WEIGHT, shoes=SHOES)
def on_stone(circle: Circle, pace: Curve, weight: Curve, shoes: Curve) -> np.ndarray:
    """A hard floor gives nothing: what sounds is the shoe, a click between 0.8 and 4 kHz of some milliseconds, a thud of the
    heel, and grit under the sole (Turchet 2016)."""
    heavy, hard = _mass(weight), float(np.mean(shoes))

    def contact(level: float) -> np.ndarray:
        click = (0.15 + 0.35 * hard) * burst(circle, 0.05, 0.0004, 0.006, band(450.0, 1500.0, 1.1))
        thud = burst(circle, 0.12, 0.002, 0.014, band(110.0 / heavy, 430.0 / heavy, 1.2))
        grit = 0.08 * _crunch(circle, 0.16, 30, band(900.0, 6000.0, 0.7), 0.0015)
        return level * stack([click, thud, grit]).sum(axis=0)

    return _walk(circle, pace, lambda: _contacts(circle, float(np.mean(pace)), contact(1.0), contact(0.45)))


@model(
    "footsteps on gravel",
    steady=("coarseness",),
    events="steps",
    pace=PACE,
    weight=WEIGHT,
    coarseness=Range(0.5, 0.0, 1.0, "", "from grit to pebbles"),
)
def on_gravel(circle: Circle, pace: Curve, weight: Curve, coarseness: Curve) -> np.ndarray:
    """Stones that roll and strike each other, some hundred a step, each with its own short click between 1 and 9 kHz; large
    ones lower (Cook 2002, with Perry Cook's PhISEM; Visell et al. 2009)."""
    heavy, coarse = _mass(weight), float(np.mean(coarseness))

    def step() -> np.ndarray:
        low, high = 2000.0 - 1000.0 * coarse, 6500.0 - 3000.0 * coarse
        heel = _crunch(circle, 0.16, int(150 - 70 * coarse), band(low, high, 1.3), 0.0022, 0.7)
        ball = 0.8 * _crunch(circle, 0.18, int(170 - 80 * coarse), band(low, high, 1.3), 0.0022, 0.7)
        slide = 0.25 * burst(circle, 0.3, 0.04, 0.07, band(low, high, 1.0))
        thud = 0.12 * burst(circle, 0.1, 0.006, 0.02, band(80.0 / heavy, 350.0, 1.0))
        return _contacts(circle, float(np.mean(pace)), stack([heel, thud, slide]).sum(axis=0), ball)

    return _walk(circle, pace, step)


@model(
    "footsteps on grass",
    steady=("dryness",),
    events="steps",
    pace=PACE,
    weight=WEIGHT,
    dryness=Range(0.4, 0.0, 1.0, "", "from wet to dry grass"),
)
def on_grass(circle: Circle, pace: Curve, weight: Curve, dryness: Curve) -> np.ndarray:
    """A soft thud and blades that rub and break, noise that swells for 60 ms between 0.8 and 7 kHz (Turchet 2016)."""
    heavy, dry = _mass(weight), float(np.mean(dryness))

    def contact(level: float) -> np.ndarray:
        swish = burst(circle, 0.5, 0.03, 0.07, band(1500.0 + 2500.0 * dry, 10000.0, 0.7))
        blades = (0.4 + 0.7 * dry) * _crunch(circle, 0.25, 60, band(2500.0, 10000.0, 0.8), 0.0015)
        thud = 0.18 * burst(circle, 0.12, 0.008, 0.02, band(60.0 / heavy, 300.0, 0.8))
        return level * stack([swish, blades, thud]).sum(axis=0)

    return _walk(circle, pace, lambda: _contacts(circle, float(np.mean(pace)), contact(1.0), contact(0.8)))


@model(
    "footsteps on sand",
    steady=("dryness",),
    events="steps",
    pace=PACE,
    weight=WEIGHT,
    dryness=Range(0.6, 0.0, 1.0, "", "from wet to dry sand"),
)
def on_sand(circle: Circle, pace: Curve, weight: Curve, dryness: Curve) -> np.ndarray:
    """Grains too many to be heard one by one: dull noise between 0.3 and 4 kHz that swells as the foot sinks and slides
    (granular friction: Visell et al. 2009)."""
    heavy, dry = _mass(weight), float(np.mean(dryness))

    def contact(level: float) -> np.ndarray:
        sink = burst(circle, 0.3, 0.015, 0.035, band(450.0, 1100.0 + 900.0 * dry, 1.4))
        grains = 0.5 * _crunch(circle, 0.2, 90, band(600.0, 4500.0, 0.8), 0.002, 0.5)
        thud = 0.3 * burst(circle, 0.12, 0.01, 0.02, band(80.0 / heavy, 350.0, 1.0))
        return level * stack([sink, grains, thud]).sum(axis=0)

    return _walk(circle, pace, lambda: _contacts(circle, float(np.mean(pace)), contact(1.0), contact(0.75)))


@model(
    "footsteps on snow",
    steady=("frost",),
    events="steps",
    pace=PACE,
    weight=WEIGHT,
    frost=Range(0.6, 0.0, 1.0, "", "0 for slush, 1 for dry cold snow that squeaks"),
)
def on_snow(circle: Circle, pace: Curve, weight: Curve, frost: Curve) -> np.ndarray:
    """Snow that is pressed: ice bonds break in rows while it compacts, a creaking crunch of 0.25 s with energy from 100 Hz to
    3 kHz, squeaking in the cold (acoustic emission of snow: Capelli, Reiweger and Schweizer, "Acoustic emission signatures
    prior to snow failure", Journal of Glaciology 64, 2018; gait as above)."""
    heavy, cold = _mass(weight), float(np.mean(frost))

    def step() -> np.ndarray:
        length = int(0.3 * circle.rate)
        t = np.arange(length) / circle.rate
        press = np.sin(np.pi * np.minimum(t / 0.3, 1.0)) ** 0.8
        breaks = 50.0 + 130.0 * press * circle.random.uniform(0.8, 1.2)
        phase = np.cumsum(breaks * (1.0 + 0.35 * circle.random.standard_normal(length))) / circle.rate
        sizes = np.exp(0.8 * circle.random.standard_normal(length))
        train = (np.diff(np.floor(phase), prepend=0.0) > 0) * sizes * press
        spectrum = np.fft.rfft(train)
        f = np.fft.rfftfreq(length, 1.0 / circle.rate)
        body = hump(220.0, 0.9)(f) + 0.2 * hump(700.0, 0.8)(f) + 0.2 * cold * hump(1900.0, 0.7)(f) + 0.02
        squeak = np.fft.irfft(spectrum * body, length)
        crush = 0.1 * burst(circle, 0.4, 0.06, 0.12, tilt(0.6, 200.0))
        flakes = 0.3 * _crunch(circle, 0.28, 30, band(200.0, 3500.0, 0.5), 0.005, 1.0)
        thud = 0.9 * burst(circle, 0.4, 0.05, 0.1, band(60.0 / heavy, 240.0, 1.3))
        return stack([squeak / max(1e-9, np.abs(squeak).max()), crush, flakes, thud]).sum(axis=0)

    return _walk(circle, pace, step)


@model(
    "footsteps on metal",
    steady=("size", "shoes"),
    events="steps",
    pace=PACE,
    weight=WEIGHT,
    size=Range(1.0, 0.3, 3.0, "m", "of the plate or grating"),
    shoes=SHOES,
)
def on_metal(circle: Circle, pace: Curve, weight: Curve, size: Curve, shoes: Curve) -> np.ndarray:
    """A plate or a grating: dense modes from some 100 Hz up that ring for 0.1 to 0.4 s, and the click of the shoe (plates:
    Fletcher and Rossing 1998)."""
    large, hard, heavy = float(np.mean(size)), float(np.mean(shoes)), _mass(weight)

    def contact(level: float) -> np.ndarray:
        plate = plate_modes(circle, 150.0 / large**0.7 * circle.random.uniform(0.9, 1.1), 22, 0.09, 0.6, 0.8)
        click = 0.25 * hard * burst(circle, 0.03, 0.0003, 0.003, band(700.0, 4000.0, 0.9))
        thud = 0.6 * burst(circle, 0.1, 0.002, 0.02, band(90.0 / heavy, 450.0 / heavy, 1.0))
        return level * stack([plate, click, thud]).sum(axis=0)

    return _walk(circle, pace, lambda: _contacts(circle, float(np.mean(pace)), contact(1.0), contact(0.5)))


@model(
    "footsteps in water",
    steady=("depth",),
    events="steps",
    pace=PACE,
    weight=WEIGHT,
    depth=Range(0.08, 0.01, 0.5, "m", "of the water"),
)
def in_water(circle: Circle, pace: Curve, weight: Curve, depth: Curve) -> np.ndarray:
    """A slap, a crown of drops and the bubbles that the foot takes down (as a splash; bubbles after van den Doel 2005)."""
    deep, heavy = float(np.mean(depth)), _mass(weight)

    def step() -> np.ndarray:
        slap = burst(circle, 0.25, 0.003, 0.03 + 0.1 * deep, band(300.0 / heavy, 2200.0 / heavy, 0.8))
        drops = 0.5 * burst(circle, 0.9, 0.06, 0.12 + 0.2 * deep, band(600.0, 4500.0, 0.8))
        out = stack([slap, drops, np.zeros(int(1.0 * circle.rate))]).sum(axis=0)
        for _ in range(int(25 + 120 * deep)):
            ring = bubble(circle, 0.001 * 7.0 ** circle.random.random(), circle.random.uniform(0.0, 0.12))
            start = int(circle.random.beta(1.3, 2.5) * 0.75 * circle.rate)
            out[start : start + len(ring)] += 0.45 * circle.random.random() * ring[: len(out) - start]
        return out

    return _walk(circle, pace, step)


@model(
    "footsteps on earth",
    steady=("dryness",),
    events="steps",
    pace=PACE,
    weight=WEIGHT,
    dryness=Range(0.5, 0.0, 1.0, "", "from mud to a dry path"),
)
def on_earth(circle: Circle, pace: Curve, weight: Curve, dryness: Curve) -> np.ndarray:
    """A path of earth: a dull thud below 400 Hz, and dirt that is pressed and scuffed around 1 kHz (Turchet 2016)."""
    heavy, dry = _mass(weight), float(np.mean(dryness))

    def contact(level: float) -> np.ndarray:
        thud = 0.5 * burst(circle, 0.15, 0.005, 0.022, band(70.0 / heavy, 400.0 / heavy, 0.9))
        dirt = (0.4 + 0.6 * dry) * _crunch(circle, 0.16, 60, band(600.0, 1600.0, 1.4), 0.0035, 0.6)
        scuff = 0.9 * burst(circle, 0.3, 0.02, 0.06, band(650.0, 1350.0, 1.5))
        return level * stack([thud, dirt, scuff]).sum(axis=0)

    return _walk(circle, pace, lambda: _contacts(circle, float(np.mean(pace)), contact(1.0), contact(0.6)))


@model(
    "footsteps on ice",
    steady=("thickness",),
    events="steps",
    pace=PACE,
    weight=WEIGHT,
    thickness=Range(0.5, 0.0, 1.0, "", "thin ice cracks high, thick ice low"),
)
def on_ice(circle: Circle, pace: Curve, weight: Curve, thickness: Curve) -> np.ndarray:
    """A hard click on ice with small cracks after it, whose flexural waves arrive high frequencies first, as chirps that fall
    (bending waves in plates are dispersive, with a speed that grows as the root of frequency: Cremer and Heckl 1988)."""
    thick, heavy = float(np.mean(thickness)), _mass(weight)

    def contact(level: float) -> np.ndarray:
        click = burst(circle, 0.05, 0.0004, 0.007, band(450.0 / heavy, 2400.0, 1.0))
        out = stack([click, np.zeros(int(0.22 * circle.rate))]).sum(axis=0)
        for _ in range(int(circle.random.integers(2, 7))):
            t = circle.times(0.05)
            crack = (
                np.sin(2 * np.pi * (4200.0 - 2700.0 * thick) * 0.02 * np.log1p(t / 0.02))
                * np.exp(-t / 0.008)
                * (1.0 - np.exp(-t / 0.0003))
            )
            start = int(circle.random.uniform(0.0, 0.16) * circle.rate)
            out[start : start + len(t)] += circle.random.uniform(0.1, 0.5) * crack[: len(out) - start]
        grit = 0.35 * _crunch(circle, 0.14, 40, band(700.0, 5000.0, 0.8), 0.0018)
        return level * stack([out, grit]).sum(axis=0)

    return _walk(circle, pace, lambda: _contacts(circle, float(np.mean(pace)), contact(1.0), contact(0.55)))


@model(
    "running",
    steady=("softness",),
    events="steps",
    pace=Range(2.8, 1.8, 5.0, "1/s", "steps a second"),
    weight=WEIGHT,
    softness=Range(0.4, 0.0, 1.0, "", "0 for asphalt, 1 for a forest path"),
    breath=Range(0.2, 0.0, 1.0, "", "how much the runner breathes"),
)
def running(circle: Circle, pace: Curve, weight: Curve, softness: Curve, breath: Curve) -> np.ndarray:
    """One contact a step, at twice to three times the body's weight, harder and shorter than walking (Nigg, "Biomechanics of
    running shoes", 1986), and breath every third or fourth step."""
    heavy, soft = _mass(weight), float(np.mean(softness))

    def step() -> np.ndarray:
        slap = (1.0 - 0.5 * soft) * burst(circle, 0.1, 0.0008, 0.01, band(300.0, 2600.0, 0.8))
        thud = 0.9 * burst(circle, 0.16, 0.004, 0.026, band(65.0 / heavy, 260.0 / heavy, 0.9))
        dirt = 0.5 * _crunch(circle, 0.1, 40, band(1200.0, 6500.0, 0.9), 0.002)
        return stack([slap, thud, dirt]).sum(axis=0)

    out = _walk(circle, pace, step)
    breathing = np.clip(np.sin(2 * np.pi * circle.phase(np.asarray(pace) / 4.0)), 0.0, 1.0) ** 1.5
    lungs = circle.noise(lambda f: hump(1400.0, 1.0)(f) + 0.4 * hump(500.0, 0.6)(f)) * breathing
    return out + 0.6 * np.asarray(breath) * unit(lungs)
