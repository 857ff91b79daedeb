"""Doors, blows, breaks: objects that sound when they are used or meet each other."""

from __future__ import annotations

import numpy as np

from ..blocks.friction import stick_slip
from ..blocks.grains import burst, glide, modes, plate_modes, stack
from ..blocks.shapes import band, hump, peaks, tilt
from ..blocks.voices import contour
from ..circle import Circle, Curve, unit
from .registry import Range, model

RARE = Range(0.2, 0.01, 4.0, "1/s", "events a second")
OFTEN = Range(0.8, 0.05, 10.0, "1/s", "blows a second")


def _creak_grain(
    circle: Circle, seconds: float, slow: float, fast: float, resonances: list[tuple[float, float, float]]
) -> np.ndarray:
    """Stick and slip on a body: slips that quicken and slow down again."""
    rate = contour(
        circle,
        seconds,
        [
            (0.0, slow),
            (0.3, fast * circle.random.uniform(0.6, 1.2)),
            (0.6, slow * 1.4),
            (0.8, fast * circle.random.uniform(0.4, 1.1)),
            (1.0, slow),
        ],
    )
    phase = np.cumsum(rate * (1.0 + 0.15 * circle.random.standard_normal(len(rate)))) / circle.rate
    train = (np.diff(np.floor(phase), prepend=0.0) > 0) * circle.random.uniform(0.4, 1.0, len(rate))
    frequency = np.fft.rfftfreq(len(rate), 1.0 / circle.rate)
    out = np.fft.irfft(np.fft.rfft(train) * peaks(resonances, 0.01)(frequency), len(rate))
    loud = contour(circle, seconds, [(0.0, 0.0), (0.1, 0.8), (0.5, 1.0), (0.9, 0.6), (1.0, 0.0)])
    return out / max(1e-9, float(np.abs(out).max())) * loud


def _put(out: np.ndarray, grain: np.ndarray, at: int) -> None:
    out[at : at + len(grain)] += grain[: max(0, len(out) - at)]


def _at(circle: Circle, grain: np.ndarray, seconds: float) -> np.ndarray:
    return np.concatenate([np.zeros(int(seconds * circle.rate)), grain])


SWING = Range(0.2, 0.02, 3.0, "s", "from the latch to the stop")


@model(
    "door",
    steady=("weight", "creak", "slam", "swing"),
    events="moves",
    rate=RARE,
    weight=Range(0.5, 0.0, 1.0, "", "from a cupboard to an oak door"),
    creak=Range(0.3, 0.0, 1.0, "", "how dry its hinges are"),
    slam=Range(0.4, 0.0, 1.0, "", "how hard it shuts"),
    swing=SWING,
)
def door(circle: Circle, rate: Curve, weight: Curve, creak: Curve, slam: Curve, swing: Curve) -> np.ndarray:
    """A wooden door: a latch, hinges that creak (stick and slip), and a leaf that booms into its frame, modes from 60 Hz up
    (Farnell, "Designing Sound", 2010, chapters 31 and 32; Cremer and Heckl 1988)."""
    heavy, dry, hard = float(np.mean(weight)), float(np.mean(creak)), float(np.mean(slam))
    pool = []
    for _ in range(4):
        seconds = float(np.mean(swing)) * circle.random.uniform(0.8, 1.2)
        latch = stack(
            [
                0.35 * plate_modes(circle, 420.0, 14, 0.018, 0.3, 0.5),
                0.3 * burst(circle, 0.05, 0.0008, 0.008, band(350.0, 2500.0, 0.9)),
            ]
        ).sum(axis=0)
        wood = [(520.0, 120.0, 1.0), (1150.0, 200.0, 0.9), (2300.0, 400.0, 0.5)]
        hinge = 0.8 * dry * _creak_grain(circle, max(seconds, 0.1), 45.0, 260.0, wood)
        places = (75.0 + 70.0 * (1.0 - heavy)) * np.array([1.0, 1.62, 2.4, 3.55, 5.3, 7.9, 11.7, 17.0])
        lengths = np.array([0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.014, 0.01])
        leaf = modes(
            circle, places * circle.random.uniform(0.95, 1.05), lengths, (1.0, 1.0, 0.8, 0.6, 0.5, 0.4, 0.25, 0.12), 0.001
        )
        slap = 0.5 * burst(circle, 0.3, 0.002, 0.04, band(110.0, 1000.0, 1.1))
        shut = (0.1 + 1.8 * hard) * stack([leaf, slap]).sum(axis=0)
        air = 0.1 * burst(circle, max(seconds, 0.1), 0.3 * seconds, 0.5 * seconds, band(150.0, 1500.0, 0.9))
        parts = [latch, hinge, air, _at(circle, shut, seconds), _at(circle, 0.6 * latch, seconds + 0.03)]
        pool.append(stack(parts).sum(axis=0))
    at, strength = circle.strikes(rate, 0.5, 0.15)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "metal door",
    steady=("weight", "ring", "swing"),
    events="moves",
    rate=RARE,
    weight=Range(0.5, 0.0, 1.0, "", "from a locker to a hangar's gate"),
    ring=Range(0.35, 0.0, 1.0, "", "how long its sheet rings"),
    swing=SWING,
)
def metal_door(circle: Circle, rate: Curve, weight: Curve, ring: Curve, swing: Curve) -> np.ndarray:
    """A steel door: a heavy latch, a groan of its hinges, and sheets that ring as plates over the thud of the frame (Fletcher
    and Rossing 1998, plates)."""
    heavy, long = float(np.mean(weight)), float(np.mean(ring))
    pool = []
    for _ in range(4):
        seconds = float(np.mean(swing)) * circle.random.uniform(0.8, 1.2)
        latch = stack(
            [
                0.7 * plate_modes(circle, 260.0, 30, 0.03, 0.25, 0.2),
                1.6 * burst(circle, 0.12, 0.0006, 0.016, band(60.0, 220.0, 0.6)),
            ]
        ).sum(axis=0)
        steel = [(430.0, 60.0, 1.0), (980.0, 90.0, 0.9), (2150.0, 150.0, 0.7)]
        groan = 0.25 * _creak_grain(circle, max(seconds, 0.1), 60.0, 330.0, steel)
        sheet = plate_modes(circle, 75.0 + 70.0 * (1.0 - heavy), 60, 0.06 + 0.4 * long**2, 0.3, 0.35)
        slap = 1.4 * burst(circle, 0.3, 0.001, 0.04, band(70.0, 350.0, 0.6))
        shut = stack([sheet, slap]).sum(axis=0)
        pool.append(stack([latch, groan, _at(circle, shut, seconds), _at(circle, 0.6 * latch, seconds + 0.05)]).sum(axis=0))
    at, strength = circle.strikes(rate, 0.5, 0.15)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "sliding door",
    steady=("length", "weight"),
    events="moves",
    rate=RARE,
    length=Range(0.9, 0.3, 4.0, "s", "from one stop to the other"),
    weight=Range(0.5, 0.0, 1.0, "", "from a curtain rail to a van's door"),
)
def sliding_door(circle: Circle, rate: Curve, length: Curve, weight: Curve) -> np.ndarray:
    """Rollers in a rail, whose noise rises and falls with the speed, and a stop (rolling as above)."""
    seconds, heavy = float(np.mean(length)), float(np.mean(weight))
    pool = []
    for _ in range(4):
        pace = contour(circle, seconds, [(0.0, 0.0), (0.3, 1.0), (0.75, 0.9), (1.0, 0.2)])
        noise = circle.random.standard_normal(len(pace)) * pace
        f = np.fft.rfftfreq(len(pace), 1.0 / circle.rate)
        roll = np.fft.irfft(np.fft.rfft(noise) * (hump(420.0 - 200.0 * heavy, 1.2)(f) + 0.4 * hump(1900.0, 0.9)(f)), len(pace))
        stop = stack(
            [0.8 * burst(circle, 0.2, 0.001, 0.03, band(70.0, 1500.0, 0.8)), 0.5 * plate_modes(circle, 240.0, 12, 0.05, 0.4)]
        ).sum(axis=0)
        pool.append(stack([0.6 * roll / max(1e-9, np.abs(roll).max()), _at(circle, stop, seconds * 0.97)]).sum(axis=0))
    at, strength = circle.strikes(rate, 0.5, 0.1)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "knock",
    steady=("hollow", "force"),
    events="knocks",
    rate=Range(2.5, 0.2, 8.0, "1/s", "knocks a second"),
    hollow=Range(0.6, 0.0, 1.0, "", "how much the door resounds"),
    force=Range(0.5, 0.0, 1.0, "", "of the knuckles"),
)
def knock(circle: Circle, rate: Curve, hollow: Curve, force: Curve) -> np.ndarray:
    """Knuckles on a panel: damped modes from 120 Hz up within 50 ms (panels as above)."""
    boom, hard = float(np.mean(hollow)), float(np.mean(force))
    pool = []
    for _ in range(5):
        panel = modes(
            circle,
            np.array([125.0, 210.0, 330.0, 520.0, 840.0, 1350.0]) * circle.random.uniform(0.95, 1.05),
            np.array([0.03, 0.028, 0.022, 0.016, 0.01, 0.006]) * (0.5 + boom),
            (0.9, 1.0, 0.9, 0.7, 0.5, 0.3),
            0.001,
        )
        tap = (0.2 + 0.4 * hard) * burst(circle, 0.03, 0.0006, 0.004, band(500.0, 3500.0, 0.9))
        pool.append(stack([panel, tap]).sum(axis=0))
    at, strength = circle.strikes(rate, 0.1, 0.1)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "glass breaking",
    steady=("size", "shards"),
    events="breaks",
    rate=RARE,
    size=Range(0.6, 0.05, 3.0, "m", "of the pane or the vessel"),
    shards=Range(0.6, 0.0, 1.0, "", "how much falls to the ground"),
)
def glass_breaking(circle: Circle, rate: Curve, size: Curve, shards: Curve) -> np.ndarray:
    """A crack, then shards: each is a small plate that rings between 2 and 12 kHz when it strikes another or the ground, dense
    at first and thinning out over a second (Cook's PhISEM, Computer Music Journal 21, 1997; Zheng and James, "Rigid-body
    fracture sound", SIGGRAPH 2010)."""
    large = float(np.mean(size))
    splinters = []
    for _ in range(40):
        base = circle.random.uniform(1100.0, 7500.0) / max(0.5, large**0.2)
        lengths = circle.random.uniform(0.004, 0.03) * np.array([1.0, 0.7, 0.5, 0.4, 0.3])
        splinters.append(
            modes(circle, base * np.array([1.0, 1.47, 2.09, 2.56, 3.2]), lengths, (1.0, 0.8, 0.6, 0.4, 0.3), 0.0002)
        )
    bank = stack(splinters)
    pool = []
    for _ in range(3):
        length = int((0.5 + 0.5 * large**0.5) * circle.rate)
        out = np.zeros(length + bank.shape[1] + int(0.3 * circle.rate))
        crack = stack(
            [
                burst(circle, 0.3, 0.0005, 0.035, band(500.0, 12000.0, 0.6)),
                0.5 * burst(circle, 0.2, 0.001, 0.025, band(110.0, 900.0, 0.8)),
            ]
        ).sum(axis=0)
        out[: len(crack)] += crack
        count = int((80 + 170 * large**0.5) * (0.3 + float(np.mean(shards))))
        first = circle.random.exponential(0.05, count // 2)
        later = 0.08 + circle.random.gamma(2.0, 0.09, count - count // 2)
        for moment in np.concatenate([first, later]):
            start = int(moment * circle.rate)
            if start < length:
                grain = bank[circle.random.integers(0, len(bank))]
                out[start : start + len(grain)] += grain * circle.random.uniform(0.05, 0.8) ** 1.5 * np.exp(-1.5 * moment)
        pool.append(out)
    at, strength = circle.strikes(rate, 0.5, 0.1)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "wood creak",
    steady=("size", "length"),
    events="creaks",
    rate=Range(0.35, 0.02, 2.0, "1/s", "creaks a second"),
    size=Range(1.0, 0.3, 4.0, "m", "of the board or beam"),
    length=Range(0.9, 0.2, 4.0, "s", "of a creak"),
)
def wood_creak(circle: Circle, rate: Curve, size: Curve, length: Curve) -> np.ndarray:
    """Boards that stick and slip against each other, tens to hundreds of times a second, and resound (Farnell, "Designing
    Sound", 2010, chapter 32)."""
    large = float(np.mean(size)) ** 0.5
    pool = []
    for _ in range(5):
        bend = circle.random.uniform(0.85, 1.2) / large
        pool.append(
            _creak_grain(
                circle,
                float(np.mean(length)) * circle.random.uniform(0.6, 1.3),
                22.0,
                190.0,
                [
                    (310.0 * bend, 70.0, 0.9),
                    (680.0 * bend, 110.0, 1.0),
                    (1350.0 * bend, 220.0, 0.8),
                    (2700.0 * bend, 500.0, 0.4),
                ],
            )
        )
    at, strength = circle.strikes(rate, 0.7, 0.2)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "wood impact",
    steady=("size", "hollow"),
    events="blows",
    rate=OFTEN,
    size=Range(0.5, 0.05, 3.0, "m", "of the body that is struck"),
    hollow=Range(0.4, 0.0, 1.0, "", "from a log to a crate"),
)
def wood_impact(circle: Circle, rate: Curve, size: Curve, hollow: Curve) -> np.ndarray:
    """Wood struck: a few modes of a bar or box, damped within 20 to 60 ms, the high ones sooner, as in all wood (Aramaki,
    Besson, Kronland-Martinet and Ystad, "Timbre perception of sounds from impacted materials", 2009: damping tells wood
    from metal)."""
    boom = float(np.mean(hollow))
    base = 230.0 / float(np.mean(size)) ** 0.6
    pool = []
    for _ in range(6):
        ratios = np.array([1.0, 1.9, 2.76, 4.1, 5.4, 8.1, 11.0]) * circle.random.uniform(0.96, 1.04, 7)
        bar = modes(
            circle,
            base * ratios,
            0.012 + 0.04 * (0.4 + boom) * ratios**-0.8,
            circle.random.uniform(0.4, 1.0, 7) * ratios**-0.3,
            0.0006,
        )
        pool.append(stack([bar, 0.45 * burst(circle, 0.04, 0.0004, 0.005, band(350.0, 4000.0, 0.8))]).sum(axis=0))
    at, strength = circle.strikes(rate, 0.5, 0.25)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "metal impact",
    steady=("size", "ring"),
    events="blows",
    rate=OFTEN,
    size=Range(0.4, 0.02, 3.0, "m", "of the body that is struck"),
    ring=Range(0.4, 0.0, 1.0, "", "from damped to free"),
)
def metal_impact(circle: Circle, rate: Curve, size: Curve, ring: Curve) -> np.ndarray:
    """Metal struck: many modes that ring for tenths of a second to seconds, since metal hardly damps (loss factor below 0.001;
    van den Doel and Pai 1998; Aramaki et al. 2009)."""
    large, free = float(np.mean(size)), float(np.mean(ring))
    base = 300.0 / large**0.7
    pool = []
    for _ in range(6):
        plate = plate_modes(circle, base * circle.random.uniform(0.93, 1.07), 24, 0.015 + 1.2 * free**2.5, 0.45, 0.3)
        click = 0.9 * burst(circle, 0.06, 0.0003, 0.009, band(800.0, 9000.0, 0.6))
        body = 1.6 * large * burst(circle, 0.2, 0.0015, 0.025, band(60.0, 260.0 / large**0.2, 1.2))
        hit = stack([(0.4 + 0.6 * free) * plate, click]).sum(axis=0)
        out = stack([hit, body, np.zeros(int(0.2 * circle.rate))]).sum(axis=0)
        for bounce in range(
            int(circle.random.integers(0, 4) + 3.0 * (large < 0.3))
        ):  # light pieces chatter before they come to rest
            _put(
                out, hit * 0.5**bounce * circle.random.uniform(0.2, 0.7), int(circle.random.uniform(0.015, 0.12) * circle.rate)
            )
        pool.append(out)
    at, strength = circle.strikes(rate, 0.5, 0.25)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "stone impact",
    steady=("size", "debris"),
    events="blows",
    rate=OFTEN,
    size=Range(0.15, 0.01, 2.0, "m", "of the stone"),
    debris=Range(0.3, 0.0, 1.0, "", "how much crumbles and falls"),
)
def stone_impact(circle: Circle, rate: Curve, size: Curve, debris: Curve) -> np.ndarray:
    """Stone on stone or a pickaxe on rock: a click of 1 to 5 kHz with a few modes that die within 15 ms, and crumbs (hard and
    heavily damped: Klatzky, Pai and Krotkov, "Perception of material from contact sounds", Presence 9, 2000)."""
    base = 420.0 * (0.15 / float(np.mean(size))) ** 0.35
    pool = []
    for _ in range(6):
        places = base * circle.random.uniform(0.85, 1.15) * np.array([1.0, 1.8, 2.9, 4.4, 6.3])
        body = modes(circle, places, (0.012, 0.01, 0.009, 0.007, 0.005), (1.0, 0.9, 0.8, 0.9, 0.8), 0.0003)
        click = 0.4 * burst(circle, 0.05, 0.0003, 0.006, band(400.0, 2800.0, 1.2))
        out = stack([body, click, np.zeros(int(0.5 * circle.rate))]).sum(axis=0)
        for _ in range(int(25 * float(np.mean(debris)))):
            crumb = burst(circle, 0.02, 0.0002, 0.0025, band(900.0, 5000.0, 0.9))
            start = int(circle.random.gamma(1.6, 0.07) * circle.rate)
            if start + len(crumb) < len(out):
                out[start : start + len(crumb)] += crumb * circle.random.uniform(0.005, 0.12)
        pool.append(out)
    at, strength = circle.strikes(rate, 0.4, 0.2)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "chopping",
    steady=("size", "splinters"),
    events="blows",
    rate=Range(0.9, 0.1, 4.0, "1/s", "blows a second"),
    size=Range(0.5, 0.1, 2.0, "m", "of the log"),
    splinters=Range(0.5, 0.0, 1.0, "", "how much it splits"),
)
def chopping(circle: Circle, rate: Curve, size: Curve, splinters: Curve) -> np.ndarray:
    """An axe in a log: a dull thock near 200 to 500 Hz of 30 ms, and fibres that tear (as wood struck, with cracks)."""
    base = 165.0 / float(np.mean(size)) ** 0.35
    pool = []
    for _ in range(6):
        places = base * np.array([1.0, 1.7, 2.5, 3.4, 4.4, 6.0]) * circle.random.uniform(0.94, 1.06)
        thock = modes(circle, places, (0.026, 0.024, 0.02, 0.016, 0.012, 0.007), (1.0, 1.0, 1.0, 0.8, 0.5, 0.2), 0.0008)
        bite = 0.14 * burst(circle, 0.2, 0.0008, 0.03, band(500.0, 5000.0, 0.6))
        out = stack([thock, bite, np.zeros(int(0.25 * circle.rate))]).sum(axis=0)
        for _ in range(int(14 * float(np.mean(splinters)))):
            snap = burst(circle, 0.012, 0.0002, 0.0018, band(1200.0, 8000.0, 0.8))
            start = int(circle.random.exponential(0.05) * circle.rate)
            if start + len(snap) < len(out):
                out[start : start + len(snap)] += snap * circle.random.uniform(0.02, 0.15)
        pool.append(out)
    at, strength = circle.strikes(rate, 0.25, 0.15)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "digging",
    steady=("coarseness", "depth"),
    events="strokes",
    rate=Range(0.7, 0.1, 3.0, "1/s", "strokes a second"),
    coarseness=Range(0.4, 0.0, 1.0, "", "from soil to gravel"),
    depth=Range(0.4, 0.0, 1.0, "", "of the stroke"),
)
def digging(circle: Circle, rate: Curve, coarseness: Curve, depth: Curve) -> np.ndarray:
    """A spade into the ground: the blade's scrape, grains that give way, and the load that falls (granular sounds as for
    steps)."""
    coarse, deep = float(np.mean(coarseness)), float(np.mean(depth))
    grains = stack(
        [
            burst(
                circle, 0.03, 0.0002, 0.002 + 0.002 * (1 - coarse), band(500.0 + 900.0 * coarse, 4000.0 + 4000.0 * coarse, 0.9)
            )
            for _ in range(16)
        ]
    )
    pool = []
    for _ in range(5):
        out = np.zeros(int(0.9 * circle.rate))
        thud = burst(circle, 0.2, 0.003, 0.03, band(70.0, 400.0, 0.9))
        out[: len(thud)] += 0.6 * thud
        scrape = burst(circle, 0.35, 0.04, 0.07 + 0.06 * deep, band(700.0, 4500.0, 0.8))
        out[: len(scrape)] += 0.6 * scrape
        for moment in np.concatenate(
            [circle.random.beta(1.5, 3.0, 130) * (0.2 + 0.2 * deep), 0.45 + circle.random.gamma(1.5, 0.05, 70)]
        ):
            start = int(moment * circle.rate)
            if start + grains.shape[1] < len(out):
                out[start : start + grains.shape[1]] += (
                    grains[circle.random.integers(0, 16)] * np.exp(0.7 * circle.random.standard_normal()) * 0.2
                )
        pool.append(out)
    at, strength = circle.strikes(rate, 0.25, 0.15)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "tree falling",
    steady=("size", "leaves", "cracking"),
    events="falls",
    rate=Range(0.12, 0.02, 0.5, "1/s", "falls a second"),
    size=Range(15.0, 3.0, 50.0, "m", "height of the tree"),
    leaves=Range(0.6, 0.0, 1.0, "", "how leafy it is"),
    cracking=Range(0.5, 0.0, 4.0, "s", "how long it cracks before it falls"),
)
def tree_falling(circle: Circle, rate: Curve, size: Curve, leaves: Curve, cracking: Curve) -> np.ndarray:
    """Fibres that crack ever faster as the stem gives way, branches that rush through the air for sqrt(height) seconds, and a
    blow on the ground with twigs that break (creaks and cracks as above; a falling rod takes about 0.45 sqrt(height) s)."""
    tall, wait = float(np.mean(size)), float(np.mean(cracking))
    fall = 0.45 * tall**0.5
    pool = []
    for _ in range(2):
        out = np.zeros(int((wait + fall + 1.2) * circle.rate))
        for moment in (wait + fall * 0.9) * circle.random.random(int(60 + 4 * tall)) ** 0.8:
            split = band(circle.random.uniform(120.0, 900.0), 5000.0, 0.7)
            snap = burst(circle, 0.08, 0.0004, circle.random.uniform(0.004, 0.02), split)
            _put(out, snap * np.exp(0.7 * circle.random.standard_normal()) * 0.14, int(moment * circle.rate))
        if wait > 0.1:
            wood = [(190.0, 60.0, 1.0), (420.0, 90.0, 0.9), (900.0, 200.0, 0.6)]
            _put(out, 0.5 * _creak_grain(circle, wait, 25.0, 120.0, wood), 0)
        rush = contour(circle, fall, [(0.0, 0.0), (0.9, 1.0), (1.0, 0.7)]) ** 2
        noise = circle.random.standard_normal(len(rush)) * rush
        f = np.fft.rfftfreq(len(rush), 1.0 / circle.rate)
        leafy = np.fft.irfft(np.fft.rfft(noise) * band(250.0, 3500.0, 0.8)(f), len(rush))
        _put(out, 0.5 * (0.3 + float(np.mean(leaves))) * leafy, int(wait * circle.rate))
        low, high = band(60.0, 400.0, 0.9), band(300.0, 3500.0, 0.8)
        blow = 0.9 * burst(circle, 0.9, 0.01, 0.12, low) + 1.1 * burst(circle, 0.9, 0.02, 0.14, high)
        _put(out, blow, int((wait + fall * 0.95) * circle.rate))
        pool.append(out)
    at, strength = circle.strikes(rate, 0.3, 0.1)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "dishes",
    steady=("size", "metal"),
    events="clatters",
    rate=Range(2.0, 0.1, 10.0, "1/s", "clatters a second"),
    size=Range(1.0, 0.4, 2.5, "", "0.6 for cups, 1 for plates, 2 for pots"),
    metal=Range(0.3, 0.0, 1.0, "", "how much cutlery is among it"),
)
def dishes(circle: Circle, rate: Curve, size: Curve, metal: Curve) -> np.ndarray:
    """Plates, cups and cutlery that touch: ceramic modes from 1 to 6 kHz that ring for 50 to 200 ms, and knives and forks above
    (struck shells; Fletcher and Rossing 1998)."""
    large, steel = float(np.mean(size)), float(np.mean(metal))
    pool = []
    for number in range(10):
        if number < 10 * (1.0 - steel):
            ring = modes(
                circle,
                circle.random.uniform(900.0, 1900.0) / large * np.array([1.0, 1.6, 2.35, 3.4, 4.6]),
                np.array([0.07, 0.06, 0.04, 0.03, 0.02]),
                (0.8, 1.0, 0.8, 0.6, 0.4),
                0.0003,
            )
        else:
            ring = modes(
                circle,
                circle.random.uniform(2300.0, 3800.0) * np.array([1.0, 1.9, 2.76]),
                (0.12, 0.09, 0.05),
                (1.0, 0.7, 0.5),
                0.0002,
            )
        pool.append(stack([ring, 0.35 * burst(circle, 0.02, 0.0003, 0.003, band(900.0, 7000.0, 0.8))]).sum(axis=0))
    groups = np.clip(circle.slow(1.0, 1.1, 0.4), 0.03, 2.5)
    at, strength = circle.strikes(np.asarray(rate) * groups, 0.8, 0.5)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "cloth",
    steady=("weight",),
    rate=Range(1.2, 0.1, 6.0, "1/s", "movements a second"),
    weight=Range(0.4, 0.0, 1.0, "", "from silk to canvas"),
)
def cloth(circle: Circle, rate: Curve, weight: Curve) -> np.ndarray:
    """Folds that rub: soft noise between 0.5 and 8 kHz that swells with each movement, lower for heavy cloth (An, James and
    Marschner, "Motion-driven concatenative synthesis of cloth sounds", SIGGRAPH 2012)."""
    heavy = float(np.mean(weight))
    at, strength = circle.strikes(rate, 0.8, 0.4)
    t = circle.times(0.7)
    swell = circle.scatter(at, strength, (t / 0.09 * np.exp(1.0 - t / 0.09))[None])
    rub = circle.noise(band(700.0 - 450.0 * heavy, 6500.0 - 3500.0 * heavy, 0.8)) * swell
    folds = circle.filter(circle.impulses(350.0, 0.9) * swell, band(800.0 - 400.0 * heavy, 7000.0 - 3000.0 * heavy, 1.0))
    return unit(rub) + 0.6 * unit(folds)


@model(
    "rope creak",
    steady=("load",),
    events="creaks",
    rate=Range(0.4, 0.05, 2.0, "1/s", "creaks a second"),
    load=Range(0.5, 0.0, 1.0, "", "how hard it is pulled"),
)
def rope_creak(circle: Circle, rate: Curve, load: Curve) -> np.ndarray:
    """Strands that slip past each other under load, on wood (stick and slip; Farnell 2010)."""
    pull, length = float(np.mean(load)), 0.6 / float(np.mean(rate))
    at, strength = circle.strikes(rate, 0.2, 0.15)
    t = circle.times(length)
    strain = circle.scatter(at, strength, np.sin(np.pi * t / length)[None])
    body = peaks([(480.0, 110.0, 1.0), (1050.0, 190.0, 0.9), (1900.0, 350.0, 0.6)], 0.01)
    return stick_slip(circle, (18.0 + 70.0 * pull) * (0.4 + 0.6 * np.minimum(strain, 1.5)), body, 0.4) * strain


@model(
    "whoosh",
    steady=("speed", "size"),
    events="passes",
    rate=Range(0.7, 0.05, 6.0, "1/s", "passes a second"),
    speed=Range(22.0, 2.0, 80.0, "m/s", "of what passes"),
    size=Range(0.008, 0.002, 0.3, "m", "its thickness; thin is high"),
)
def whoosh(circle: Circle, rate: Curve, speed: Curve, size: Curve) -> np.ndarray:
    """A body that passes through air: noise around the Strouhal frequency 0.2 U / d that swells and falls in pitch with the
    speed (Selfridge, Moffat and Reiss, "Sound synthesis of objects swinging through air", Applied Sciences 7, 2017)."""
    centre = float(np.clip(0.2 * np.mean(speed) / np.mean(size), 100.0, 6000.0))
    at, strength = circle.strikes(rate, 0.4, 0.2)
    t = circle.times(0.6)
    swell = circle.scatter(at, strength, np.exp(-0.5 * ((t - 0.25) / 0.085) ** 2)[None] * np.minimum(1.0, t / 0.02))
    source = circle.random.standard_normal(circle.n)
    shapes = [hump(centre * 0.45, 0.7), hump(centre * 0.75, 0.7), hump(centre, 0.7)]
    return circle.morph(source, shapes, np.minimum(swell, 1.0)) * swell


@model(
    "ball bounce",
    steady=("size", "hardness"),
    events="bounces",
    rate=Range(1.3, 0.1, 5.0, "1/s", "bounces a second"),
    size=Range(0.24, 0.03, 0.6, "m", "its diameter"),
    hardness=Range(0.5, 0.0, 1.0, "", "from a soft to a hard ball"),
)
def ball_bounce(circle: Circle, rate: Curve, size: Curve, hardness: Curve) -> np.ndarray:
    """A hollow ball: a thump of the floor, and the ring of its shell and its air, which falls in pitch as the dent comes out
    (Katz, "Thump, ring: the sound of a bouncing ball", European Journal of Physics 31, 2010)."""
    large, hard = float(np.mean(size)), float(np.mean(hardness))
    pool = []
    for _ in range(4):
        air = contour(circle, 0.12, [(0.0, 190.0 / large), (0.3, 150.0 / large), (1.0, 140.0 / large)])
        ping = glide(circle, air, np.exp(-np.arange(len(air)) / circle.rate / 0.02), (1.0, 0.3))
        thump = burst(circle, 0.15, 0.002, 0.02, band(60.0, 350.0, 0.9))
        slap = (0.2 + 0.7 * hard) * burst(circle, 0.05, 0.0005, 0.006, band(500.0, 4500.0, 0.8))
        pool.append(stack([0.6 * ping, thump, slap]).sum(axis=0))
    at, strength = circle.strikes(rate, 0.1, 0.1)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "coins",
    steady=("size",),
    events="clinks",
    rate=Range(3.0, 0.1, 15.0, "1/s", "clinks a second"),
    size=Range(1.0, 0.5, 2.0, "", "0.7 for small change, 1.5 for heavy coins or keys"),
)
def coins(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """Small discs that ring between 4 and 15 kHz for 50 to 150 ms (free circular plates: ratios 1, 1.73, 2.33, 3.91;
    Fletcher and Rossing 1998)."""
    base = 5200.0 / float(np.mean(size))
    pool = [
        modes(
            circle,
            base * circle.random.uniform(0.8, 1.25) * np.array([1.0, 1.73, 2.33, 3.91]),
            np.array([0.09, 0.07, 0.05, 0.03]) * circle.random.uniform(0.5, 1.2),
            (1.0, 0.8, 0.6, 0.3),
            0.0001,
        )
        for _ in range(10)
    ]
    at, strength = circle.strikes(np.asarray(rate) * np.clip(circle.slow(1.2, 1.0), 0.05, 2.5), 0.9, 0.5)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "paper",
    steady=("stiffness",),
    events="movements",
    rate=Range(1.0, 0.1, 6.0, "1/s", "movements a second"),
    stiffness=Range(0.5, 0.0, 1.0, "", "from tissue to cardboard"),
)
def paper(circle: Circle, rate: Curve, stiffness: Curve) -> np.ndarray:
    """Sheets that buckle: clicks of dislocations whose sizes follow a power law over decades, 1 to 10 kHz (Houle and Sethna,
    "Acoustic emission from crumpling paper", Physical Review E 54, 1996)."""
    stiff = float(np.mean(stiffness))
    at, strength = circle.strikes(rate, 0.7, 0.4)
    t = circle.times(0.6)
    swell = circle.scatter(at, strength, (t / 0.1 * np.exp(1.0 - t / 0.1))[None])
    clicks = circle.impulses(500.0, 1.4) * swell
    body = circle.filter(clicks, lambda f: hump(3200.0 - 1800.0 * stiff, 1.1)(f) + 0.2 * tilt(0.2, 500.0)(f))
    return unit(np.tanh(unit(body) / 5.0))
