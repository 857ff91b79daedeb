"""Trains, trams and carts on rails."""

from __future__ import annotations

import numpy as np

from ..blocks.engines import tone_stack
from ..blocks.friction import rough_contact, stick_slip
from ..blocks.grains import burst, envelope, modes, stack
from ..blocks.shapes import band, hump, peaks
from ..circle import Circle, Curve, unit
from .people import shouts
from .registry import Range, model

SPEED = Range(14.0, 1.0, 60.0, "m/s", "of the train")


def _rolling(circle: Circle, speed: Curve, sharp: float = 1.0) -> np.ndarray:
    """Wheels on rails: rough steel, loudest between 500 Hz and 2 kHz, as the 3rd power of speed in energy, and rumble of the
    track below 150 Hz (Thompson, "Railway noise and vibration", 2009)."""
    fast = np.asarray(speed) / 14.0
    rolling = circle.noise(band(350.0, 1500.0 * sharp, 1.1)) * circle.slow(1.5, 0.2) * fast**1.5
    rumble = circle.noise(band(35.0, 130.0, 1.4)) * fast
    return rolling + 0.7 * rumble


def _joints(circle: Circle, speed: Curve, length: float, axles: tuple[float, ...], clack: np.ndarray) -> np.ndarray:
    """Axles that pass a rail joint, `length` metres apart."""
    at, strength = circle.strikes(np.asarray(speed) / length, 0.02, 0.1)
    pace = float(np.mean(speed))
    moments = np.concatenate([at + int(place / pace * circle.rate) for place in axles])
    moments = moments % circle.n if circle.loop else moments[moments < circle.n]
    return circle.scatter(moments, circle.random.uniform(0.6, 1.0, len(moments)), clack)


def _clacks(circle: Circle, low: float) -> np.ndarray:
    pool = []
    for _ in range(8):
        ring = modes(
            circle,
            low * circle.random.uniform(0.95, 1.05) * np.array([1.0, 2.9, 5.2, 8.9]),
            (0.03, 0.02, 0.012, 0.006),
            (1.0, 0.6, 0.5, 0.3),
        )
        pool.append(stack([ring, 0.5 * burst(circle, 0.05, 0.0006, 0.008, band(400.0, 4000.0, 0.8))]).sum(axis=0))
    return stack(pool)


@model(
    "train",
    speed=SPEED,
    joints=Range(0.7, 0.0, 1.0, "", "0 for welded rails, 1 for old joints"),
    squeal=Range(0.1, 0.0, 1.0, "", "how much it squeals in curves"),
)
def train(circle: Circle, speed: Curve, joints: Curve, squeal: Curve) -> np.ndarray:
    """A train that passes: rolling noise, joints of 18 m rails struck by the axles of two bogies, and flanges that squeal
    (Thompson 2009; Vér, Ventres and Myles on impact noise, JSV 46, 1976)."""
    clacks = unit(_joints(circle, speed, 18.0, (0.0, 2.5, 13.5, 16.0), _clacks(circle, 190.0)))
    curve: np.ndarray = np.zeros(circle.n)
    if float(np.max(squeal)) > 0.0:
        ringing = peaks([(1850.0, 25.0, 1.0), (3150.0, 40.0, 0.5)])
        curve = stick_slip(circle, 900.0, ringing, 0.02) * np.clip(circle.slow(0.6, 1.2) - 0.7, 0.0, 2.0)
    return (
        unit(_rolling(circle, speed)) * (np.asarray(speed) / 14.0) ** 1.5
        + 1.1 * np.asarray(joints) * clacks
        + 0.7 * np.asarray(squeal) * unit(curve)
    )


@model(
    "tram",
    speed=Range(8.0, 0.5, 20.0, "m/s", "of the tram"),
    squeal=Range(0.4, 0.0, 1.0, "", "how much it squeals in curves"),
    motors=Range(0.5, 0.0, 1.0, "", "how much its motors hum"),
)
def tram(circle: Circle, speed: Curve, squeal: Curve, motors: Curve) -> np.ndarray:
    """A tram in the street: motors that hum with the gear's teeth, small wheels on grooved rails, crossings, and the squeal of
    tight curves between 1 and 4 kHz (Rudd, "Wheel/rail noise: wheel squeal", JSV 46, 1976)."""
    gears = tone_stack(circle, 38.0 * np.asarray(speed), (1.0, 0.6, 0.35, 0.2, 0.1), 0.004)
    rolling = circle.noise(band(220.0, 1200.0, 1.1)) * circle.slow(1.5, 0.2) * (np.asarray(speed) / 8.0)
    rumble = circle.noise(band(40.0, 140.0, 1.4))
    clacks = unit(_joints(circle, speed, 30.0, (0.0, 1.8, 7.5, 9.3), _clacks(circle, 260.0)))
    ringing = peaks([(1150.0, 12.0, 0.7), (2350.0, 20.0, 1.0), (3700.0, 40.0, 0.4)])
    curve = stick_slip(circle, 1150.0, ringing, 0.01) * np.clip(circle.slow(0.8, 1.2) - 0.6, 0.0, 2.0)
    return (
        unit(rolling)
        + 0.6 * rumble
        + 0.5 * np.asarray(motors) * unit(gears)
        + 0.5 * clacks
        + 0.5 * np.asarray(squeal) * unit(curve)
    )


@model(
    "steam locomotive",
    events="exhaust beats",
    speed=Range(5.0, 0.5, 30.0, "m/s", "of the train; four beats a turn of 1.4 m wheels"),
    effort=Range(0.6, 0.0, 1.0, "", "how hard it pulls"),
    hiss=Range(0.3, 0.0, 1.0, "", "how much steam leaks"),
)
def steam_locomotive(circle: Circle, speed: Curve, effort: Curve, hiss: Curve) -> np.ndarray:
    """Four exhaust beats for each turn of the driving wheels (1.4 m), bursts of steam through blastpipe and chimney, on the
    sound of the train (beats from the geometry of two double-acting cylinders; the noise of a jet as for steam)."""
    at, strength = circle.strikes(4.0 * np.asarray(speed) / (np.pi * 1.4), 0.05, 0.08)
    accent = np.array([1.0, 0.8, 0.92, 0.75])[np.arange(len(at)) % 4]
    t = circle.times(0.4)
    length = min(0.07, 0.4 / (4.0 * float(np.mean(speed)) / 4.4))
    puffs = circle.scatter(at, strength * accent, envelope(t, 0.007, length)[None])
    hard = np.asarray(effort)
    chuff = unit(circle.noise(lambda f: band(150.0, 1000.0, 0.9)(f) + 0.7 * hump(180.0, 0.4)(f)) * puffs)
    sharp = unit(circle.noise(band(1200.0, 6000.0, 0.9)) * puffs**1.5)
    rods = unit(_joints(circle, np.asarray(speed), 4.4, (0.0,), _clacks(circle, 310.0)))
    leak = circle.noise(hump(5200.0, 0.9)) * circle.slow(2.0, 0.2)
    moving = unit(_rolling(circle, speed))
    return (0.5 + hard) * chuff + 0.6 * hard * sharp + 0.3 * moving + 0.25 * rods + 0.5 * np.asarray(hiss) * leak


@model(
    "roller coaster",
    steady=("size",),
    speed=Range(16.0, 1.0, 45.0, "m/s", "of the train"),
    screams=Range(0.2, 0.0, 1.0, "", "how much the riders scream"),
    size=Range(1.0, 0.4, 2.0, "", "a large steel track roars lower"),
)
def roller_coaster(circle: Circle, speed: Curve, screams: Curve, size: Curve) -> np.ndarray:
    """Plastic wheels on a hollow steel track: a roar from the track's bending modes between 100 and 800 Hz that swells with
    the speed, clatter, and riders (track resonance as for a beam; Menge, "Noise from amusement park attractions", Noise
    Control Engineering Journal 47, 1999)."""
    large = float(np.mean(size))
    surge = circle.slow(0.35, 0.4, 0.5) * circle.slow(3.0, 0.12, 0.5)
    pace = np.asarray(speed) * np.minimum(surge, 2.0)
    roar = circle.noise(lambda f: hump(330.0 / large, 0.65)(f) + 0.06 * band(200.0, 2600.0, 0.8)(f)) * (pace / 16.0) ** 1.6
    clatter = rough_contact(circle, pace, 25.0, peaks([(330.0, 90.0, 1.0), (820.0, 150.0, 0.5), (1900.0, 300.0, 0.2)], 0.01))
    riders = shouts(circle, 1.2, 700.0, 1100.0) if float(np.max(screams)) > 0.0 else np.zeros(circle.n)
    return unit(roar) + 0.22 * unit(clatter) + 0.35 * np.asarray(screams) * unit(riders)


@model(
    "mine cart",
    steady=("load",),
    events="jolts",
    speed=Range(4.0, 0.5, 15.0, "m/s", "of the cart"),
    load=Range(0.3, 0.0, 1.0, "", "an empty cart rings, a full one thuds"),
    squeak=Range(0.2, 0.0, 1.0, "", "how dry its axles are"),
)
def mine_cart(circle: Circle, speed: Curve, load: Curve, squeak: Curve) -> np.ndarray:
    """A small iron cart: wheels that grind on rails, jolts at short joints, a tub whose plates ring when it is empty (rolling
    as for trains; plate modes after Fletcher and Rossing 1998)."""
    full = float(np.mean(load))
    fast = np.asarray(speed) / 4.0
    rumble = circle.noise(lambda f: band(45.0, 300.0, 1.0)(f) * band(45.0, 900.0, 1.2)(f)) * circle.slow(14.0, 0.2, 0.2) * fast
    grind = (
        circle.noise(peaks([(210.0, 120.0, 1.0), (480.0, 200.0, 0.5), (1150.0, 400.0, 0.1)]))
        * circle.slow(25.0, 0.25, 0.1)
        * fast
    )
    pool = []
    for _ in range(8):
        places = circle.random.uniform(0.97, 1.03) * np.array([180.0, 345.0, 620.0, 1130.0, 2080.0])
        ring = modes(circle, places, 0.06 * np.array([1.0, 0.8, 0.6, 0.4, 0.25]) * (1.2 - full), (1.0, 0.8, 0.3, 0.15, 0.07))
        pool.append(stack([ring, 0.7 * burst(circle, 0.1, 0.002, 0.02, band(60.0, 350.0, 1.5))]).sum(axis=0))
    at, strength = circle.strikes(np.asarray(speed) / 1.6, 0.3, 0.35)
    jolts = circle.scatter(at, strength, stack(pool))
    turn = np.clip(np.sin(2 * np.pi * circle.phase(np.asarray(speed) / 1.1)), 0.0, 1.0)
    axle = stick_slip(circle, 320.0, peaks([(1500.0, 90.0, 1.0), (2900.0, 150.0, 0.5)]), 0.1) * turn
    return unit(rumble) + 0.7 * unit(grind) + 0.4 * unit(jolts) + 0.05 * np.asarray(squeak) * unit(axle)
