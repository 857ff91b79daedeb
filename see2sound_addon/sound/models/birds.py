"""Birds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..blocks.grains import glide, stack
from ..blocks.shapes import band, hump
from ..blocks.voices import call, contour
from ..circle import Circle, Curve, unit
from .registry import Range, model

RATE = Range(0.35, 0.02, 4.0, "1/s", "phrases a second")
SIZE = Range(1.0, 0.6, 1.8, "", "size of the bird beside the usual; a large one sings lower")


def _window(samples: int, power: float = 0.7) -> np.ndarray:
    return np.sin(np.pi * (np.arange(samples) + 0.5) / samples) ** power


def _flock(
    circle: Circle, rate: Curve, phrase: Callable[[], np.ndarray], kinds: int = 10, jitter: float = 0.8, spread: float = 0.4
) -> np.ndarray:
    """Phrases at their moments, each bird at its own distance."""
    at, strength = circle.strikes(rate, jitter, spread)
    return circle.scatter(at, strength, stack([phrase() for _ in range(min(kinds, max(1, len(at))))]))


def _air(circle: Circle) -> np.ndarray:
    return 0.01 * circle.noise(band(300.0, 3000.0, 1.0))


@model(
    "songbird",
    steady=("size", "birds"),
    events="phrases",
    rate=RATE,
    size=SIZE,
    birds=Range(3.0, 1.0, 12.0, "", "how many sing"),
)
def songbird(circle: Circle, rate: Curve, size: Curve, birds: Curve) -> np.ndarray:
    """A thrush or a blackbird: slow fluted notes between 1.5 and 4 kHz that glide little, then a high twitter; the syrinx
    sings nearly pure tones (Catchpole and Slater, "Bird song", 2008; Fletcher, JASA 92, 1992)."""
    scale = 1.0 / float(np.mean(size))

    def phrase() -> np.ndarray:
        notes = []
        for _ in range(int(circle.random.integers(3, 7))):
            base = circle.random.uniform(1600.0, 3400.0) * scale
            points = [
                (0.0, base),
                (0.5, base * circle.random.uniform(0.85, 1.25)),
                (1.0, base * circle.random.uniform(0.8, 1.2)),
            ]
            pitch = contour(circle, circle.random.uniform(0.10, 0.30), points)
            notes += [glide(circle, pitch, _window(len(pitch)), (1.0, 0.06)), np.zeros(int(0.05 * circle.rate))]
        for _ in range(int(circle.random.integers(0, 6))):
            high = circle.random.uniform(4500.0, 7000.0) * scale
            pitch = contour(circle, 0.05, [(0.0, high), (1.0, high * circle.random.uniform(0.7, 1.2))])
            notes += [0.35 * glide(circle, pitch, _window(len(pitch))), np.zeros(int(0.02 * circle.rate))]
        return np.concatenate(notes)

    return unit(_flock(circle, np.asarray(rate) * float(np.mean(birds)), phrase)) + _air(circle)


@model("sparrow", steady=("size",), events="chirps", rate=Range(2.5, 0.1, 15.0, "1/s", "chirps a second"), size=SIZE)
def sparrow(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """House sparrows: single chirps of 70 ms that rise and fall between 2.5 and 5.5 kHz, with strong overtones (Cramp,
    "Birds of the western Palearctic" VIII, 1994)."""
    scale = 1.0 / float(np.mean(size))

    def chirp() -> np.ndarray:
        base = circle.random.uniform(2600.0, 3600.0) * scale
        top = base * circle.random.uniform(1.3, 1.7)
        pitch = contour(circle, circle.random.uniform(0.05, 0.1), [(0.0, base), (0.35, top), (1.0, base * 0.9)])
        return glide(circle, pitch, _window(len(pitch), 0.6), (1.0, 0.3, 0.1), 0.03)

    return unit(_flock(circle, rate, chirp, 16, 1.0)) + _air(circle)


@model(
    "warbler",
    steady=("trill", "size"),
    events="trills",
    rate=RATE,
    trill=Range(16.0, 5.0, 40.0, "1/s", "notes a second within a trill"),
    size=SIZE,
)
def warbler(circle: Circle, rate: Curve, trill: Curve, size: Curve) -> np.ndarray:
    """A trilling song: one syllable of 40 ms that sweeps down from 7 to 3 kHz, ten to forty times in a row (Podos, "A
    performance constraint on the evolution of trilled vocalizations", Evolution 51, 1997)."""
    scale = 1.0 / float(np.mean(size))

    def song() -> np.ndarray:
        period = 1.0 / (float(np.mean(trill)) * circle.random.uniform(0.8, 1.2))
        high, low = circle.random.uniform(5500.0, 7500.0) * scale, circle.random.uniform(2800.0, 4200.0) * scale
        count = int(circle.random.integers(8, 26))
        pitch = contour(circle, 0.65 * period, [(0.0, high), (1.0, low)])
        note = np.concatenate([glide(circle, pitch, _window(len(pitch))), np.zeros(int(0.35 * period * circle.rate))])
        return np.concatenate([note * (0.5 + 0.5 * np.sin(np.pi * (k + 0.5) / count)) for k in range(count)])

    return unit(_flock(circle, rate, song)) + _air(circle)


@model(
    "tropical bird",
    steady=("size", "harshness"),
    events="calls",
    rate=Range(0.5, 0.02, 3.0, "1/s", "calls a second"),
    size=SIZE,
    harshness=Range(0.15, 0.0, 1.0, "", "from a whistle to a parrot's squawk"),
)
def tropical_bird(circle: Circle, rate: Curve, size: Curve, harshness: Curve) -> np.ndarray:
    """Calls of a rain forest: loud whoops and whistles that sweep over an octave, and harsh squawks with many overtones
    (low, slowly modulated tones carry in forests: Morton, "Ecological sources of selection on avian sounds", American
    Naturalist 109, 1975)."""
    scale, harsh = 1.0 / float(np.mean(size)), float(np.mean(harshness))
    own, bend = circle.random.uniform(1000.0, 3200.0) * scale, circle.random.choice((1.03, 1.1, 1.6))

    def cry() -> np.ndarray:
        notes = []
        for _ in range(int(circle.random.integers(1, 4))):
            base = own * circle.random.uniform(0.97, 1.03)
            top = base * bend
            pitch = contour(circle, circle.random.uniform(0.15, 0.45), [(0.0, base), (0.6, top), (1.0, base * 1.02)])
            tone = glide(circle, pitch, _window(len(pitch)), (1.0, 0.04, 0.015))
            rough = call(circle, pitch * 0.5, _window(len(pitch)), (1800.0, 3200.0, 4800.0), 0.1, 0.8)
            notes += [(1.0 - harsh) * tone + 0.6 * harsh**2 * rough, np.zeros(int(0.09 * circle.rate))]
        return np.concatenate(notes)

    return unit(_flock(circle, rate, cry)) + _air(circle)


@model(
    "crow",
    steady=("size", "roughness"),
    events="caws",
    rate=Range(0.5, 0.02, 3.0, "1/s", "caws a second"),
    size=Range(1.0, 0.6, 1.6, "", "0.7 for a jackdaw, 1 for a crow, 1.4 for a raven"),
    roughness=Range(0.7, 0.0, 1.0, "", "how harsh it is"),
)
def crow(circle: Circle, rate: Curve, size: Curve, roughness: Curve) -> np.ndarray:
    """Caws: 0.3 s each, two to four in a row, a pitch near 500 Hz with rough pulses and energy between 1 and 2.5 kHz
    (Chamberlain and Cornwell, "Selected vocalizations of the common crow", Auk 88, 1971)."""
    scale = 1.0 / float(np.mean(size))

    def caws() -> np.ndarray:
        notes = []
        length, base = circle.random.uniform(0.22, 0.38), circle.random.uniform(420.0, 560.0) * scale
        for _ in range(int(circle.random.integers(1, 4))):
            pitch = contour(circle, length, [(0.0, base * 0.8), (0.25, base * 1.1), (1.0, base * 0.75)])
            loud = contour(circle, length, [(0.0, 0.0), (0.12, 1.0), (0.7, 0.8), (1.0, 0.0)])
            tract = (1250.0 * scale, 1750.0 * scale, 2500.0 * scale)
            notes += [
                call(circle, pitch, loud, tract, 0.12, 1.2 * float(np.mean(roughness)), 0.3),
                np.zeros(int(0.2 * circle.rate)),
            ]
        return np.concatenate(notes)

    return unit(_flock(circle, rate, caws)) + _air(circle)


@model(
    "gull",
    steady=("size", "birds"),
    events="cries",
    rate=Range(0.5, 0.02, 4.0, "1/s", "cries a second"),
    size=SIZE,
    birds=Range(3.0, 1.0, 30.0, "", "how many"),
)
def gull(circle: Circle, rate: Curve, size: Curve, birds: Curve) -> np.ndarray:
    """Herring gulls: mews that jump up to 900 or 1400 Hz and fall, with overtones to 5 kHz, often a long call of many
    (Tinbergen, "The herring gull's world", 1953; Hutchison, Stevenson and Thorpe, Behaviour 32, 1968)."""
    scale = 1.0 / float(np.mean(size))

    def cries() -> np.ndarray:
        notes = []
        count = int(circle.random.choice((1, 1, 2, 5)))
        for number in range(count):
            length = circle.random.uniform(0.35, 0.6) if count < 3 else 0.22
            base = circle.random.uniform(750.0, 1000.0) * scale
            pitch = contour(circle, length, [(0.0, base), (0.25, base * circle.random.uniform(1.4, 1.6)), (1.0, base * 0.95)])
            loud = contour(circle, length, [(0.0, 0.0), (0.2, 1.0), (0.6, 0.8), (1.0, 0.0)]) * 0.95**number
            notes += [call(circle, pitch, loud, (1700.0, 2900.0, 4200.0), 0.03, 0.15, 0.4), np.zeros(int(0.1 * circle.rate))]
        return np.concatenate(notes)

    return unit(_flock(circle, np.asarray(rate) * float(np.mean(birds)) / 2.0, cries)) + _air(circle)


@model(
    "owl",
    steady=("size", "tremolo"),
    events="hoots",
    rate=Range(0.15, 0.02, 1.0, "1/s", "calls a second"),
    size=SIZE,
    tremolo=Range(0.5, 0.0, 1.0, "", "how much the last note trembles"),
)
def owl(circle: Circle, rate: Curve, size: Curve, tremolo: Curve) -> np.ndarray:
    """A tawny owl: a hoot near 800 Hz, a pause, a short one and a long trembling one; nearly pure tones (Galeotti and
    Pavan, "Individual recognition of male tawny owls", Ethology Ecology and Evolution 3, 1991)."""
    scale, shake = 1.0 / float(np.mean(size)), float(np.mean(tremolo))

    def hoot(seconds: float, base: float, shaken: float) -> np.ndarray:
        pitch = contour(circle, seconds, [(0.0, 0.9 * base), (0.3, base), (1.0, 0.92 * base)])
        t = np.arange(len(pitch)) / circle.rate
        loud = contour(circle, seconds, [(0.0, 0.0), (0.2, 1.0), (0.75, 0.8), (1.0, 0.0)])
        return glide(
            circle, pitch, loud * (1.0 - 0.45 * shaken * (1.0 + np.sin(2 * np.pi * 13.0 * t))), (1.0, 0.12, 0.05), 0.02
        )

    def song() -> np.ndarray:
        base = circle.random.uniform(720.0, 880.0) * scale
        pause, short = np.zeros(int(1.2 * circle.rate)), np.zeros(int(0.15 * circle.rate))
        return np.concatenate([hoot(0.7, base, 0.0), pause, 0.6 * hoot(0.15, base, 0.0), short, hoot(1.1, base, shake)])

    return unit(_flock(circle, rate, song, 4, 0.4)) + _air(circle)


@model("rooster", steady=("size",), events="crows", rate=Range(0.12, 0.01, 0.4, "1/s", "crows a second"), size=SIZE)
def rooster(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """A cock's crow: four syllables within two seconds, the third and the last long, rising to 1 kHz with overtones to
    4 kHz (Shimmura and Yoshimura, "Circadian clock determines the timing of rooster crowing", Current Biology 23, 2013)."""
    scale = 1.0 / float(np.mean(size))

    def crow_once() -> np.ndarray:
        notes = []
        base = circle.random.uniform(430.0, 500.0) * scale
        for length, bend in ((0.22, 1.1), (0.18, 1.5), (0.35, 1.9), (0.9, 1.75)):
            pitch = contour(circle, length, [(0.0, base), (0.3, base * bend), (0.8, base * bend * 0.95), (1.0, base * 0.8)])
            loud = contour(circle, length, [(0.0, 0.0), (0.15, 0.6), (0.4, 1.0), (1.0, 0.0)])
            notes += [call(circle, pitch, loud, (1100.0, 2000.0, 3200.0), 0.05, 0.25, 0.4), np.zeros(int(0.05 * circle.rate))]
        return np.concatenate(notes)

    return unit(_flock(circle, rate, crow_once, 3, 0.4)) + _air(circle)


@model(
    "chicken",
    steady=("size", "birds"),
    events="clucks",
    rate=Range(1.8, 0.1, 8.0, "1/s", "clucks a second"),
    size=SIZE,
    birds=Range(2.0, 1.0, 12.0, "", "how many"),
)
def chicken(circle: Circle, rate: Curve, size: Curve, birds: Curve) -> np.ndarray:
    """Hens: short clucks at 400 to 600 Hz, now and then a long cackle (Collias and Joos, "The spectrographic analysis of
    sound signals of the domestic fowl", Behaviour 5, 1953)."""
    scale = 1.0 / float(np.mean(size))

    def cluck() -> np.ndarray:
        length = circle.random.choice((0.07, 0.09, 0.09, 0.35))
        base = circle.random.uniform(380.0, 560.0) * scale
        pitch = contour(circle, length, [(0.0, base * 0.9), (0.4, base * 1.25), (1.0, base * 0.8)])
        loud = contour(circle, length, [(0.0, 0.0), (0.2, 1.0), (1.0, 0.0)])
        return call(circle, pitch, loud, (1000.0, 1900.0, 3100.0), 0.08, 0.4, 0.5)

    return unit(_flock(circle, np.asarray(rate) * float(np.mean(birds)) / 2.0, cluck, 14, 1.0)) + _air(circle)


@model(
    "duck",
    steady=("size", "roughness"),
    events="quacks",
    rate=Range(1.0, 0.05, 6.0, "1/s", "quacks a second"),
    size=Range(1.0, 0.6, 1.8, "", "1 for a duck, 1.7 for a goose"),
    roughness=Range(0.5, 0.0, 1.0, "", "how harsh it is"),
)
def duck(circle: Circle, rate: Curve, size: Curve, roughness: Curve) -> np.ndarray:
    """Quacks: 0.15 s of dense overtones of some 250 Hz under formants near 1.5 and 2.8 kHz, in falling rows (Abraham,
    "Vocalizations of the mallard", Condor 76, 1974)."""
    scale = 1.0 / float(np.mean(size))

    def quacks() -> np.ndarray:
        notes = []
        for number in range(int(circle.random.integers(1, 6))):
            base = circle.random.uniform(230.0, 290.0) * scale
            pitch = contour(circle, 0.16, [(0.0, base), (0.3, base * 1.15), (1.0, base * 0.85)])
            loud = contour(circle, 0.16, [(0.0, 0.0), (0.12, 1.0), (0.6, 0.7), (1.0, 0.0)]) * 0.85**number
            tract = (1350.0 * scale, 2300.0 * scale, 3300.0 * scale)
            notes += [
                call(circle, pitch, loud, tract, 0.08, 0.8 * float(np.mean(roughness)), 0.2),
                np.zeros(int(0.1 * circle.rate)),
            ]
        return np.concatenate(notes)

    return unit(_flock(circle, rate, quacks, 8, 0.9)) + _air(circle)


@model("pigeon", steady=("size",), events="coos", rate=Range(0.4, 0.02, 2.0, "1/s", "calls a second"), size=SIZE)
def pigeon(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """A dove's coo: near 350 to 500 Hz, almost without overtones, in threes (Fletcher, Riede, Beckers and Suthers, "Vocal
    tract filtering and the coo of doves", JASA 116, 2004)."""
    scale = 1.0 / float(np.mean(size))

    def coos() -> np.ndarray:
        notes = []
        base = circle.random.uniform(360.0, 480.0) * scale
        for length, bend in ((0.35, 1.12), (0.5, 1.2), (0.4, 1.05)):
            pitch = contour(circle, length, [(0.0, base), (0.4, base * bend), (1.0, base * 0.95)])
            loud = contour(circle, length, [(0.0, 0.0), (0.3, 1.0), (1.0, 0.0)])
            notes += [glide(circle, pitch, loud, (1.0, 0.06, 0.02), 0.03), np.zeros(int(0.12 * circle.rate))]
        return np.concatenate(notes)

    return unit(_flock(circle, rate, coos, 5, 0.6)) + _air(circle)


@model(
    "wings",
    steady=("size",),
    events="beats",
    rate=Range(9.0, 2.0, 30.0, "1/s", "wing beats a second"),
    size=Range(0.5, 0.1, 2.0, "m", "wing span"),
)
def wings(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """A bird that takes off: a puff of air with each beat, duller for large wings; small birds beat faster (Pennycuick,
    "Wingbeat frequency of birds in steady cruising flight", Journal of Experimental Biology 199, 1996)."""
    at, strength = circle.strikes(rate, 0.2, 0.2)
    length = 0.5 / float(np.mean(rate))
    t = circle.times(2.0 * length)
    puffs = circle.scatter(at, strength, (np.sin(np.pi * np.minimum(t / (2 * length), 1.0)) ** 2)[None])
    centre = 900.0 / float(np.mean(size)) ** 0.4
    return circle.noise(hump(centre, 1.2)) * puffs + 0.3 * circle.noise(band(2500.0, 8000.0, 1.0)) * puffs**2
