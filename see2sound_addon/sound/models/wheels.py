"""What rolls and scrapes without an engine."""

from __future__ import annotations

import numpy as np

from ..blocks.friction import rough_contact, stick_slip
from ..blocks.grains import modes, stack
from ..blocks.shapes import band, hump, peaks, tilt
from ..circle import Circle, Curve, unit
from .registry import Range, model


@model(
    "bicycle",
    speed=Range(5.0, 0.5, 18.0, "m/s", "of the bicycle"),
    freewheel=Range(0.6, 0.0, 1.0, "", "0 when it is pedalled, 1 when it rolls free"),
    rattle=Range(0.2, 0.0, 1.0, "", "how loose its parts are"),
)
def bicycle(circle: Circle, speed: Curve, freewheel: Curve, rattle: Curve) -> np.ndarray:
    """The ratchet of the freewheel (20 to 30 clicks a turn of the 2.1 m wheel), tyres that hiss, a chain that purrs (Wilson
    and Schmidt, "Bicycling science", 2020, for the mechanics)."""
    train = circle.pulses(circle.phase(np.asarray(speed) / 2.1 * 24.0))
    t = circle.times(0.012)
    click = sum(
        g * np.sin(2 * np.pi * f * t) * np.exp(-t / d)
        for f, d, g in ((2700.0, 0.0016, 1.0), (4300.0, 0.0011, 0.8), (6600.0, 0.0008, 0.5))
    )
    ratchet = circle.convolve(
        train * circle.random.uniform(0.6, 1.0, circle.n), np.asarray(click) * (1.0 - np.exp(-t / 0.0001))
    )
    hiss = circle.noise(lambda f: band(500.0, 3500.0, 0.9)(f)) * circle.slow(6.0, 0.2, 0.3) * (np.asarray(speed) / 5.0)
    chain = circle.noise(hump(1800.0, 0.9)) * (0.6 + 0.4 * np.sin(2 * np.pi * circle.phase(np.asarray(speed) / 2.1 * 7.0)))
    loose = circle.filter(
        circle.impulses(1.5 * np.asarray(speed), 0.7), peaks([(600.0, 80.0, 1.0), (1700.0, 200.0, 0.8), (3300.0, 300.0, 0.5)])
    )
    free = np.asarray(freewheel)
    return free * unit(ratchet) + 0.45 * hiss + 0.3 * (1.0 - free) * chain + 0.8 * np.asarray(rattle) * unit(loose)


@model(
    "skateboard",
    events="joints",
    speed=Range(4.0, 0.5, 12.0, "m/s", "of the board"),
    roughness=Range(0.5, 0.0, 1.0, "", "of the ground"),
)
def skateboard(circle: Circle, speed: Curve, roughness: Curve) -> np.ndarray:
    """Hard small wheels on rough ground: noise through the deck's modes between 200 Hz and 2 kHz, with a clack over each
    joint of the pavement (rolling contact: van den Doel, Kry and Pai 2001)."""
    grind = rough_contact(circle, speed, 120.0, peaks([(310.0, 120.0, 1.0), (720.0, 200.0, 0.8), (1500.0, 600.0, 0.6)], 0.05))
    at, strength = circle.strikes(np.asarray(speed) / 1.5, 0.15, 0.2)
    clack = stack(
        [modes(circle, (280.0, 640.0, 1350.0, 2600.0), (0.02, 0.014, 0.008, 0.004), (1.0, 0.8, 0.5, 0.3)) for _ in range(4)]
    )
    both = np.concatenate([at, at + int(0.45 / float(np.mean(speed)) * circle.rate)])
    both = both % circle.n if circle.loop else np.minimum(both, circle.n - 1)
    return unit(grind) * (0.5 + np.asarray(roughness)) + 0.8 * unit(circle.scatter(both, np.tile(strength, 2), clack))


@model(
    "rolling",
    steady=("size", "hardness"),
    speed=Range(1.5, 0.1, 10.0, "m/s", "of what rolls"),
    size=Range(0.2, 0.02, 1.5, "m", "its diameter"),
    hardness=Range(0.6, 0.0, 1.0, "", "from a rubber ball on carpet to a stone on stone"),
)
def rolling(circle: Circle, speed: Curve, size: Curve, hardness: Curve) -> np.ndarray:
    """A body that rolls: the roughness of two surfaces, filtered by the length of their contact, excites it, and an axis that
    is never true beats once a turn (van den Doel, Kry and Pai, "FoleyAutomatic", 2001; Rath and Rocchesso, IEEE Multimedia
    12, 2005)."""
    large, hard = float(np.mean(size)), float(np.mean(hardness))
    turn = 1.0 + 0.45 * np.sin(2 * np.pi * circle.phase(np.asarray(speed) / (np.pi * large)))
    body = peaks([(150.0 / large**0.6 * k, 60.0 * k, 1.0 / k) for k in (1.0, 2.3, 3.9, 6.1)], 0.02)
    cut = 350.0 + 3500.0 * hard
    bumps = rough_contact(circle, speed, 150.0, lambda f: body(f) * band(30.0, cut, 1.0)(f), 0.5)
    rumble = circle.noise(lambda f: tilt(0.7, 60.0)(f) * band(50.0, 0.3 * cut, 1.0)(f))
    return (unit(bumps) + 0.5 * rumble) * turn * circle.slow(4.0, 0.1, 0.4)


@model(
    "scraping",
    steady=("size", "hardness"),
    speed=Range(0.5, 0.05, 3.0, "m/s", "of the body that is dragged"),
    size=Range(0.5, 0.05, 2.0, "m", "its size"),
    hardness=Range(0.6, 0.0, 1.0, "", "from wood on earth to metal on stone"),
)
def scraping(circle: Circle, speed: Curve, size: Curve, hardness: Curve) -> np.ndarray:
    """A body that is dragged: noise of many small contacts whose spectrum rises with the speed, through the body's modes, and
    short squeals (van den Doel, Kry and Pai 2001; Akay, "Acoustics of friction", JASA 111, 2002)."""
    large, hard = float(np.mean(size)), float(np.mean(hardness))
    pulls = np.clip(circle.slow(1.5, 0.8, 0.5), 0.05, 2.5)
    centre = float(np.clip((500.0 + 3000.0 * hard) * np.mean(speed) ** 0.3 / large**0.2, 200.0, 8000.0))
    modes_of = [(160.0 / large**0.7 * k, 70.0 * k, 0.7) for k in (1.0, 1.9, 3.3, 5.2)]
    grain = rough_contact(
        circle, np.asarray(speed) * pulls, 900.0, lambda f: hump(centre, 1.1)(f) * (0.5 + peaks(modes_of)(f)), 0.9
    )
    squeal = stick_slip(circle, 240.0 / large**0.5, peaks([(centre * 0.7, 80.0, 1.0), (centre * 1.6, 150.0, 0.5)]), 0.15)
    return unit(grain) + 0.25 * hard * unit(squeal * np.clip(circle.slow(2.0, 1.0) - 0.9, 0.0, 2.0))
