"""Bells, chimes and glass: what rings long."""

from __future__ import annotations

import numpy as np

from ..blocks.grains import burst, modes, stack
from ..blocks.shapes import band
from ..circle import Circle, Curve, unit
from .registry import Range, model

CHURCH_PARTIALS = (
    (0.5, 1.0, 0.5),
    (1.0, 0.5, 1.0),
    (1.2, 0.42, 0.9),
    (1.5, 0.3, 0.45),
    (2.0, 0.3, 1.0),
    (2.5, 0.16, 0.4),
    (2.67, 0.16, 0.4),
    (3.0, 0.14, 0.45),
    (4.0, 0.09, 0.4),
    (5.33, 0.06, 0.3),
    (6.67, 0.04, 0.2),
)
"""Ratio to the prime, decay beside the hum's, and gain: hum, prime, tierce, quint, nominal and upper partials (Rossing and
Perrin, "Vibrations of bells", Applied Acoustics 20, 1987)."""


def _bell(circle: Circle, prime: float, decay: float) -> np.ndarray:
    ratios, decays, gains = (np.array(column) for column in zip(*CHURCH_PARTIALS, strict=True))
    pair = prime * np.concatenate(
        [ratios, ratios * (1.0 + 0.0016 * circle.random.uniform(0.3, 1.0, len(ratios)))]
    )  # doublets beat
    ring = modes(circle, pair, decay * np.tile(decays, 2), np.concatenate([gains, 0.6 * gains]), 0.001, 12.0)
    stroke = 0.25 * burst(circle, 0.05, 0.0005, 0.008, band(400.0, 6000.0, 0.8))
    return stack([ring, stroke]).sum(axis=0)


@model(
    "church bell",
    steady=("pitch", "bells"),
    events="strokes",
    rate=Range(0.5, 0.05, 2.0, "1/s", "strokes a second"),
    pitch=Range(330.0, 110.0, 900.0, "Hz", "of the prime: a bell of one tonne has about 350"),
    bells=Range(1.0, 1.0, 5.0, "", "how many ring"),
)
def church_bell(circle: Circle, rate: Curve, pitch: Curve, bells: Curve) -> np.ndarray:
    """A cast bell tuned with hum, prime, minor third, fifth and octave, each a doublet that beats; the hum rings for ten
    seconds and more (Rossing and Perrin 1987)."""
    out = np.zeros(circle.n)
    count = max(1, round(float(np.mean(bells))))
    for number in range(count):
        prime = float(np.mean(pitch)) * (1.0, 0.8, 1.2, 0.67, 1.5)[number]
        at, strength = circle.strikes(np.asarray(rate) * (1.0 - 0.07 * number), 0.06, 0.1)
        out += circle.scatter(at, strength, _bell(circle, prime, 5.0 * (330.0 / prime) ** 0.5)[None])
    return unit(out)


@model(
    "small bell",
    steady=("pitch", "decay"),
    events="strokes",
    rate=Range(1.5, 0.05, 8.0, "1/s", "strokes a second"),
    pitch=Range(1900.0, 700.0, 5000.0, "Hz", "of the lowest partial"),
    decay=Range(0.8, 0.1, 3.0, "s", "to 1/e"),
)
def small_bell(circle: Circle, rate: Curve, pitch: Curve, decay: Curve) -> np.ndarray:
    """A hand bell or a shop's bell: few partials far apart (1, 2.3 to 3, 4.5 and 6 times), lightly damped (Rossing and
    Sathoff, "Modes of vibration and sound radiation from tuned handbells", JASA 68, 1980)."""
    base, length = float(np.mean(pitch)), float(np.mean(decay))
    pool = [
        modes(
            circle,
            base * circle.random.uniform(0.998, 1.002) * np.array([1.0, 1.003, 2.71, 4.6, 6.4]),
            length * np.array([1.0, 0.9, 0.5, 0.25, 0.15]),
            (1.0, 0.7, 0.6, 0.3, 0.2),
        )
        for _ in range(3)
    ]
    at, strength = circle.strikes(rate, 0.5, 0.3)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "wind chime",
    steady=("pitch", "tubes"),
    events="strokes",
    wind=Range(4.0, 0.5, 15.0, "m/s", "speed of the wind"),
    pitch=Range(1050.0, 300.0, 3000.0, "Hz", "of the longest tube"),
    tubes=Range(6.0, 3.0, 10.0, "", "how many"),
)
def wind_chime(circle: Circle, wind: Curve, pitch: Curve, tubes: Curve) -> np.ndarray:
    """Tubes hung free: partials of a bar with free ends, 1 : 2.757 : 5.404 : 8.933, in a pentatonic row, struck as gusts come
    (Fletcher and Rossing 1998, chapter 2)."""
    steps = (1.0, 1.125, 1.25, 1.5, 1.667, 2.0, 2.25, 2.5, 3.0, 3.333)
    pool = [
        modes(
            circle,
            float(np.mean(pitch)) * step * np.array([1.0, 2.757, 5.404, 8.933]),
            np.array([1.6, 0.8, 0.35, 0.15]) / step**0.3,
            (1.0, 0.55, 0.3, 0.15),
            0.0006,
            6.0,
        )
        for step in steps[: round(float(np.mean(tubes)))]
    ]
    gust = circle.slow(0.5, 0.7, 0.6)
    if circle.given is not None:
        at, strength = circle.strikes(1.0)
    else:
        at = circle.events(np.clip(0.7 * np.asarray(wind) * gust**2, 0.05, 25.0))
        strength = circle.random.uniform(0.2, 1.0, len(at)) * np.minimum(gust[at], 2.0)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "glass clink",
    steady=("size", "fill"),
    events="clinks",
    rate=Range(0.6, 0.05, 6.0, "1/s", "clinks a second"),
    size=Range(1.0, 0.4, 3.0, "", "0.6 for a shot glass, 1 for a wine glass, 2.5 for a jug"),
    fill=Range(0.3, 0.0, 1.0, "", "how full it is: full glasses are lower and duller"),
)
def glass_clink(circle: Circle, rate: Curve, size: Curve, fill: Curve) -> np.ndarray:
    """Glasses that touch: rim modes at 1, 2.3, 4.2 and 6.6 times the lowest, loaded by the wine (French, "In vino veritas: a
    study of wineglass acoustics", American Journal of Physics 51, 1983)."""
    base = 1150.0 / float(np.mean(size)) * (1.0 - 0.35 * float(np.mean(fill)) ** 2)
    pool = [
        modes(
            circle,
            base * circle.random.uniform(0.85, 1.2) * np.array([1.0, 2.32, 4.25, 6.63, 9.38]),
            np.array([0.4, 0.3, 0.18, 0.1, 0.06]) * (1.0 - 0.6 * float(np.mean(fill))),
            (0.5, 1.0, 0.8, 0.5, 0.3),
        )
        for _ in range(5)
    ]
    at, strength = circle.strikes(rate, 0.8, 0.3)
    return unit(circle.scatter(at, strength, stack(pool)))
