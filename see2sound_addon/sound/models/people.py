"""People: speech, crowds, applause, children."""

from __future__ import annotations

import numpy as np

from ..blocks.grains import burst, stack
from ..blocks.shapes import band, hump, tilt, total
from ..blocks.voices import VOWELS, call, contour, pulse, vowel
from ..circle import Circle, Curve, unit
from .registry import Range, model

TALKERS = 10
"""Voices that are made one by one; a larger crowd has more of a bed."""


def _talk(
    circle: Circle, voices: int, pitches: tuple[float, ...], pause: float, shorter: float = 1.0, fast: float = 4.5
) -> np.ndarray:
    """Glottal pulses through vowels that change some four times a second, each voice pausing now and then.

    Source and filter: Fant 1960; syllable rate: Greenberg et al., "Temporal properties of spontaneous speech", Journal of
    Phonetics 31, 2003.
    """
    spoken = np.zeros((len(VOWELS), circle.n))
    for _ in range(voices):
        pitch = circle.random.choice(pitches) * np.exp(circle.random.normal(0.0, 0.1))
        at, share = circle.crossings(circle.phase(pitch * circle.slow(3.0, 0.11, 0.6)))
        gate = np.clip(4.0 * (circle.slow(0.5, 1.0, 0.5, at) - 0.2 - 0.6 * pause), 0.0, 1.0)
        syllables = np.minimum(circle.slow(fast, 0.9, 0.0, at), 3.0) * gate * circle.random.uniform(0.4, 1.0) / np.sqrt(pitch)
        turns = [circle.slow(fast, 1.1, 0.0, at) for _ in range(3)]
        total = sum(turns)
        for bus, turn in zip(circle.random.choice(len(VOWELS), 3, replace=False), turns, strict=True):
            spoken[bus] += circle.train(at, share, syllables * turn / total)
    hush = np.clip(circle.slow(2.0 * fast, 1.0, 0.0) - 1.6, 0.0, 3.0) * np.clip(circle.slow(0.5, 1.0, 0.5), 0.2, 1.0)
    used = [(bus, formants) for bus, formants in zip(spoken, VOWELS, strict=True) if bus.any()]
    talk = sum(circle.filter(bus, vowel(formants, shorter)) for bus, formants in used)
    voiced = unit(circle.convolve(np.asarray(talk), pulse(circle.times(0.012))))
    return voiced + 0.22 * unit(circle.noise(band(3200.0, 8000.0, 1.0)) * hush)


@model(
    "speech",
    steady=("pitch", "rate", "effort"),
    pitch=Range(140.0, 80.0, 320.0, "Hz", "of the voice: 115 for a man, 205 for a woman, 290 for a child"),
    rate=Range(4.5, 2.0, 8.0, "1/s", "syllables a second"),
    effort=Range(0.3, 0.0, 1.0, "", "from murmuring to calling"),
)
def speech(circle: Circle, pitch: Curve, rate: Curve, effort: Curve) -> np.ndarray:
    """One person's babble without words: pulses of the glottis through vowels that change some four times a second, with
    pauses to breathe and a hiss for consonants (Fant 1960; Peterson and Barney 1952)."""
    base, strong = float(np.mean(pitch)), float(np.mean(effort))
    babble = _talk(circle, 1, (base,), 0.15, 0.87 + 0.13 * base / 140.0, float(np.mean(rate)))
    return circle.filter(babble, lambda f: 1.0 + 2.5 * strong * hump(2600.0, 0.8)(f))


@model(
    "crowd",
    steady=("people", "excitement"),
    people=Range(30.0, 4.0, 2000.0, "", "how many talk"),
    excitement=Range(0.3, 0.0, 1.0, "", "from a museum to a party"),
    distance=Range(5.0, 1.0, 100.0, "m", "from the listener"),
)
def crowd(circle: Circle, people: Curve, excitement: Curve, distance: Curve) -> np.ndarray:
    """Many people talking at once: single voices near by, and a bed with the long-term spectrum of speech, which falls with
    9 dB an octave above 500 Hz (Byrne et al., "An international comparison of long-term average speech spectra", JASA 96,
    1994; Rindel on crowds, 2010)."""
    many, lively = float(np.mean(people)), float(np.mean(excitement))
    far = float(np.sqrt(max(np.mean(distance) / 5.0, 1.0)))  # few voices stand out of a crowd that is far off
    near = _talk(circle, max(1, int(min(TALKERS, 3 + many / 4.0) / far)), (115.0, 205.0), 0.3)
    bed = circle.noise(lambda f: band(200.0, 550.0, 1.5)(f)) * circle.slow(4.0, 0.12, 0.1)
    share = min(0.85, np.log10(many) / 3.5)
    laugh = shouts(circle, 0.15 + 1.2 * lively, 260.0, 420.0, 0.35)
    return (1.0 - share) * near / np.sqrt(np.asarray(distance) / 5.0) + (0.25 + share) * bed + 0.35 * lively * unit(laugh)


def shouts(circle: Circle, rate: float, low: float, high: float, longest: float = 0.7) -> np.ndarray:
    """Calls and screams between two pitches, (n,)."""
    pool = []
    for _ in range(8):
        length, base = circle.random.uniform(0.4, 1.0) * longest, circle.random.uniform(low, high)
        pitch = contour(circle, length, [(0.0, base * 0.85), (0.3, base * 1.1), (1.0, base * 0.8)])
        loud = contour(circle, length, [(0.0, 0.0), (0.15, 1.0), (0.7, 0.8), (1.0, 0.0)])
        formants = VOWELS[circle.random.choice((0, 3, 5))]
        pool.append(call(circle, pitch, loud, formants, 0.04, 0.15, 0.6))
    at = circle.events(rate)
    return circle.scatter(at, circle.random.uniform(0.2, 1.0, len(at)), stack(pool))


@model(
    "applause",
    steady=("people",),
    events="claps",
    people=Range(60.0, 2.0, 3000.0, "", "how many clap"),
    rate=Range(3.6, 1.5, 6.0, "1/s", "claps a second of each"),
    cheering=Range(0.15, 0.0, 1.0, "", "how many cheer"),
)
def applause(circle: Circle, people: Curve, rate: Curve, cheering: Curve) -> np.ndarray:
    """Hands that clap 2 to 6 times a second each, out of step: bursts of some milliseconds with a resonance of the cupped
    hands between 0.6 and 2.5 kHz (Repp, "The sound of two hands clapping", JASA 81, 1987; Peltola, Erkut, Cook and Välimäki,
    "Synthesis of hand clapping sounds", IEEE TASLP 15, 2007)."""
    pool = []
    for _ in range(40):
        centre = circle.random.uniform(650.0, 2400.0)
        pool.append(burst(circle, 0.03, 0.0006, 0.0045, total((1.0, hump(centre, 0.5)), (0.12, band(300.0, 9000.0, 0.8)))))
    many = float(np.mean(people))
    if circle.given is not None:
        at, strength = circle.strikes(rate)
    else:
        at = circle.events(np.minimum(np.asarray(rate) * many, 900.0))
        strength = np.exp(0.7 * circle.random.standard_normal(len(at)))
    claps = unit(circle.scatter(at, strength, stack(pool)))
    bed = circle.noise(lambda f: hump(1500.0, 0.9)(f) + 0.1 * band(300.0, 9000.0, 0.8)(f)) * circle.slow(6.0, 0.08, 0.2)
    cheers = unit(shouts(circle, 3.0, 250.0, 600.0))
    return claps + min(0.8, many / 400.0) * bed + 0.8 * np.asarray(cheering) * cheers


@model(
    "children playing",
    steady=("children", "excitement"),
    children=Range(8.0, 1.0, 60.0, "", "how many"),
    excitement=Range(0.6, 0.0, 1.0, "", "from talking to shrieking"),
)
def children_playing(circle: Circle, children: Curve, excitement: Curve) -> np.ndarray:
    """Children's voices, a third higher than a woman's and with shorter tracts (formants 1.25 times higher: Lee, Potamianos and
    Narayanan, JASA 105, 1999), calls and shrieks to 1 kHz, and feet."""
    lively, many = float(np.mean(excitement)), float(np.mean(children))
    talk = _talk(circle, int(min(8, 1 + many / 2.0)), (265.0, 300.0), 0.5, 1.28, 5.0)
    cries = shouts(circle, 0.25 * many * (0.3 + lively), 380.0, 850.0 + 400.0 * lively, 0.8)
    feet = stack([burst(circle, 0.08, 0.003, 0.015, band(150.0, 1500.0, 0.9)) for _ in range(6)])
    at = circle.events(1.5 + 0.3 * many)
    steps = circle.scatter(at, circle.random.uniform(0.2, 1.0, len(at)), feet)
    return (1.0 - 0.5 * lively) * talk + (0.4 + lively) * unit(cries) + 0.12 * unit(steps)


@model(
    "stadium",
    people=Range(20000.0, 500.0, 90000.0, "", "how many"),
    excitement=Range(0.5, 0.0, 1.0, "", "from waiting to a goal"),
    chant=Range(0.3, 0.0, 1.0, "", "how much they sing together"),
)
def stadium(circle: Circle, people: Curve, excitement: Curve, chant: Curve) -> np.ndarray:
    """Tens of thousands of voices: noise with the spectrum of shouted speech, loudest near 1 kHz, in waves; chants that pulse
    with two beats a second; whistles and horns (Navvab, Heilmann and Sulisz, "Crowd noise measurements and simulation in
    stadium", 2009; shouted speech: ANSI S3.5)."""
    many = float(np.log10(np.mean(people) / 500.0) / 2.3)  # 0 for a village's pitch, 1 for the largest
    wave = circle.slow(0.3, 0.3, 0.6) ** (0.5 + np.asarray(excitement))
    roar = circle.noise(lambda f: hump(900.0, 1.0)(f) + 0.25 * hump(300.0, 0.8)(f)) * circle.slow(5.0, 0.08, 0.2) * wave
    beat = np.clip(np.sin(2 * np.pi * circle.phase(2.0)), 0.0, 1.0) ** 0.5 * np.clip(circle.slow(0.2, 1.0) - 0.3, 0.0, 1.5)
    tone = sum(circle.noise(hump(c, 0.06)) * g for c, g in ((220.0, 1.0), (440.0, 0.9), (660.0, 0.7), (880.0, 0.5)))
    whistles = shouts(circle, 0.5 + 2.0 * float(np.mean(excitement)), 1800.0, 3200.0, 0.5)
    near = unit(shouts(circle, 3.0, 200.0, 450.0)) * (0.5 - 0.35 * many)
    return unit(roar) + 0.5 * np.asarray(chant) * unit(np.asarray(tone) * beat) + 0.12 * unit(whistles) + near


@model(
    "baby crying",
    steady=("pitch", "distress"),
    events="cries",
    rate=Range(0.7, 0.1, 1.5, "1/s", "cries a second"),
    pitch=Range(450.0, 300.0, 700.0, "Hz", "of the cry"),
    distress=Range(0.5, 0.0, 1.0, "", "how rough it is"),
)
def baby_crying(circle: Circle, rate: Curve, pitch: Curve, distress: Curve) -> np.ndarray:
    """Cries of a second at 400 to 600 Hz that rise and fall, formants near 1.1 and 3.3 kHz, a breath between (LaGasse, Neal and
    Lester, "Assessment of infant cry", Mental Retardation and Developmental Disabilities 11, 2005)."""
    pool = []
    for _ in range(5):
        length = circle.random.uniform(0.6, 1.0) / max(0.7, float(np.mean(rate)))
        base = float(np.mean(pitch)) * circle.random.uniform(0.92, 1.1)
        tune = contour(circle, length, [(0.0, base * 0.8), (0.2, base * 1.1), (0.7, base), (1.0, base * 0.75)])
        loud = contour(circle, length, [(0.0, 0.0), (0.12, 1.0), (0.75, 0.8), (1.0, 0.0)])
        wail = call(circle, tune, loud, (1100.0, 1700.0, 3300.0), 0.03, 0.6 * float(np.mean(distress)), 0.5)
        pool.append(np.concatenate([wail, 0.2 * burst(circle, 0.25, 0.05, 0.06, band(1000.0, 6000.0, 0.8))]))
    at, strength = circle.strikes(rate, 0.2, 0.1)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "breathing",
    rate=Range(0.25, 0.1, 1.0, "1/s", "breaths a second"),
    effort=Range(0.3, 0.0, 1.0, "", "from asleep to out of breath"),
)
def breathing(circle: Circle, rate: Curve, effort: Curve) -> np.ndarray:
    """Air through nose and throat: noise with resonances near 0.5 and 1.5 kHz, inward higher than outward (Pasterkamp, Kraman
    and Wodicka, "Respiratory sounds", AJRCCM 156, 1997)."""
    phase = 2 * np.pi * circle.phase(rate)
    inward, outward = np.clip(np.sin(phase), 0.0, 1.0) ** 1.3, np.clip(-np.sin(phase - 0.4), 0.0, 1.0)
    high = circle.noise(lambda f: hump(1700.0, 0.8)(f) + 0.3 * band(3000.0, 7000.0, 0.8)(f))
    low = circle.noise(lambda f: hump(650.0, 0.9)(f) + 0.15 * tilt(0.5, 300.0)(f))
    return (0.4 + 0.6 * np.asarray(effort)) * high * inward + low * outward
