"""Musical instruments, simply: a struck, a plucked, a blown and a bowed one, playing notes of their own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..blocks.grains import burst, modes, stack, wave
from ..blocks.shapes import band, hump
from ..blocks.voices import contour
from ..circle import Circle, Curve, unit
from .registry import Range, model

SCALE = np.array([0, 2, 4, 7, 9, 12, 14, 16])
"""Semitones of a pentatonic row: any order of them sounds well."""
TEMPO = Range(2.0, 0.3, 8.0, "1/s", "notes a second")


def _play(circle: Circle, tempo: Curve, lowest: float, note: Callable[[float], np.ndarray], jitter: float = 0.03) -> np.ndarray:
    """Notes of the row at even moments, wandering by steps; each pitch is made once."""
    at, strength = circle.strikes(tempo, jitter, 0.15)
    notes: dict[int, np.ndarray] = {}
    place, out = 3, np.zeros(circle.n)
    for moment, strong in zip(at, strength, strict=True):
        place = int(np.clip(place + circle.random.integers(-2, 3), 0, len(SCALE) - 1))
        if place not in notes:
            notes[place] = note(lowest * 2.0 ** (SCALE[place] / 12.0))
        circle.add(out, strong * notes[place], int(moment))
    return unit(out)


@model(
    "plucked string",
    steady=("pitch", "brightness"),
    events="notes",
    tempo=TEMPO,
    pitch=Range(196.0, 60.0, 600.0, "Hz", "of the lowest note"),
    brightness=Range(0.5, 0.0, 1.0, "", "from nylon to steel"),
)
def plucked_string(circle: Circle, tempo: Curve, pitch: Curve, brightness: Curve) -> np.ndarray:
    """A guitar: harmonics of a string plucked at a fifth of its length, (sin(n pi / 5)) / n^2, the high ones dying sooner, on a
    body with resonances near 100 and 200 Hz (Fletcher and Rossing 1998, chapters 2 and 9)."""
    bright = float(np.mean(brightness))

    def note(base: float) -> np.ndarray:
        n = np.arange(1, min(36, int(9000.0 / base)) + 1)
        gains = np.abs(np.sin(n * np.pi / 5.0)) / n ** (1.6 - 0.8 * bright)
        return modes(circle, base * n * np.sqrt(1.0 + 0.00006 * n**2), 1.1 * n**-0.75, gains, 0.002, 3.5)

    return circle.filter(
        _play(circle, tempo, float(np.mean(pitch)), note),
        lambda f: 1.0 + 0.8 * hump(105.0, 0.15)(f) + 0.7 * hump(205.0, 0.2)(f),
    )


@model(
    "piano",
    steady=("pitch", "force"),
    events="notes",
    tempo=TEMPO,
    pitch=Range(220.0, 55.0, 880.0, "Hz", "of the lowest note"),
    force=Range(0.5, 0.0, 1.0, "", "of the hammers"),
)
def piano(circle: Circle, tempo: Curve, pitch: Curve, force: Curve) -> np.ndarray:
    """Hammers on stiff strings: partials that spread as n sqrt(1 + B n^2), brighter the harder they are struck, two or three
    strings that beat, and a thump of the frame (Chaigne and Askenfelt, JASA 95, 1994)."""
    hard = float(np.mean(force))

    def note(base: float) -> np.ndarray:
        n = np.arange(1, min(30, int(9000.0 / base)) + 1)
        gains = np.exp(-n * (0.45 - 0.3 * hard)) * (1.0 + 0.3 * circle.random.random(len(n)))
        partials = base * n * np.sqrt(1.0 + 0.0004 * n**2)
        strings = modes(
            circle, np.concatenate([partials, partials * 1.0006]), np.tile(1.6 * n**-0.6, 2), np.tile(gains, 2), 0.002, 4.0
        )
        return stack([strings, 0.12 * burst(circle, 0.15, 0.001, 0.02, band(70.0, 700.0, 0.9))]).sum(axis=0)

    return _play(circle, tempo, float(np.mean(pitch)), note)


@model(
    "drums",
    steady=("size", "cymbals"),
    events="beats",
    tempo=Range(4.0, 1.0, 10.0, "1/s", "beats a second"),
    size=Range(1.0, 0.5, 2.0, "", "of the drums"),
    cymbals=Range(0.5, 0.0, 1.0, "", "how loud they are"),
)
def drums(circle: Circle, tempo: Curve, size: Curve, cymbals: Curve) -> np.ndarray:
    """A kit: a bass drum whose pitch falls as its skin relaxes, a snare with rattling wires, a hi-hat of metal noise (membrane
    ratios 1, 1.59, 2.14, 2.30: Fletcher and Rossing 1998, chapter 18)."""
    large = float(np.mean(size))
    t = circle.times(0.3)
    kick = (
        np.sin(2 * np.pi * np.cumsum(52.0 / large + 90.0 * np.exp(-t / 0.02)) / circle.rate)
        * np.exp(-t / 0.09)
        * (1 - np.exp(-t / 0.001))
    )
    skin = modes(
        circle,
        185.0 / large * np.array([1.0, 1.59, 2.14, 2.3, 2.65]),
        (0.06, 0.05, 0.04, 0.03, 0.03),
        (1.0, 0.7, 0.5, 0.4, 0.3),
        0.0005,
    )
    snare = stack([0.6 * skin, 0.7 * burst(circle, 0.25, 0.0006, 0.06, band(1200.0, 9000.0, 0.8))]).sum(axis=0)
    hat = burst(circle, 0.15, 0.0004, 0.025, band(6000.0, 15000.0, 1.5))
    at, strength = circle.strikes(tempo, 0.02, 0.1)
    out = np.zeros(circle.n)
    for number, (moment, strong) in enumerate(zip(at, strength, strict=True)):
        circle.add(out, float(np.mean(cymbals)) * 0.35 * strong * hat, int(moment))
        place = 2 * number % 4 if circle.given is not None else number % 4  # the user's beats are bass drum and snare in turn
        if place == 0 or (place == 3 and circle.random.random() < 0.4):
            circle.add(out, strong * kick, int(moment))
        if place == 2:
            circle.add(out, 0.7 * strong * snare, int(moment))
    return unit(out)


@model(
    "wind instrument",
    steady=("pitch", "brass"),
    events="notes",
    tempo=Range(1.6, 0.3, 6.0, "1/s", "notes a second"),
    pitch=Range(330.0, 110.0, 900.0, "Hz", "of the lowest note"),
    brass=Range(0.3, 0.0, 1.0, "", "from a flute to a trumpet"),
)
def wind_instrument(circle: Circle, tempo: Curve, pitch: Curve, brass: Curve) -> np.ndarray:
    """A flute's few harmonics in breath, or a trumpet's many, which grow as it is blown harder; vibrato near 5 Hz (Fletcher and
    Rossing 1998, chapters 14 and 16; Risset and Mathews 1969 on the trumpet's brightness)."""
    brassy = float(np.mean(brass))

    def note(base: float) -> np.ndarray:
        length = 0.85 / float(np.mean(tempo))
        loud = contour(circle, length, [(0.0, 0.0), (0.08, 0.9), (0.4, 1.0), (0.85, 0.8), (1.0, 0.0)])
        t = np.arange(len(loud)) / circle.rate
        phase = np.cumsum(base * (1.0 + 0.005 * np.sin(2 * np.pi * 5.2 * t) * np.minimum(1.0, t / 0.3))) / circle.rate
        numbers = np.arange(1, min(20, int(9000.0 / base)) + 1)
        soft, loudest = ((0.25 + 0.6 * brassy * force) ** (numbers - 1) for force in (0.5, 1.0))
        out = loud * ((1.0 - loud) * wave(phase, soft) + loud * wave(phase, loudest))
        return out + 0.04 * (1.0 - brassy) * loud * circle.random.standard_normal(len(loud))

    return _play(circle, tempo, float(np.mean(pitch)), note)


@model(
    "bowed string",
    steady=("pitch", "pressure"),
    events="notes",
    tempo=Range(1.2, 0.2, 6.0, "1/s", "notes a second"),
    pitch=Range(220.0, 65.0, 700.0, "Hz", "of the lowest note"),
    pressure=Range(0.5, 0.0, 1.0, "", "of the bow"),
)
def bowed_string(circle: Circle, tempo: Curve, pitch: Curve, pressure: Curve) -> np.ndarray:
    """Helmholtz's saw-tooth, harmonics that fall with 1 / n, through a violin's body with its resonances near 280, 460 and 2500
    Hz, with vibrato and the noise of the bow (Cremer, "The physics of the violin", 1984)."""
    hard = float(np.mean(pressure))

    def note(base: float) -> np.ndarray:
        length = 0.95 / float(np.mean(tempo))
        loud = contour(circle, length, [(0.0, 0.0), (0.15, 0.9), (0.6, 1.0), (1.0, 0.0)])
        t = np.arange(len(loud)) / circle.rate
        phase = np.cumsum(base * (1.0 + 0.008 * np.sin(2 * np.pi * 5.8 * t) * np.minimum(1.0, t / 0.25))) / circle.rate
        out = wave(phase, np.arange(1, min(30, int(9000.0 / base)) + 1) ** (0.5 * hard - 1.3))
        return out * loud + 0.05 * loud * circle.random.standard_normal(len(loud))

    played = _play(circle, tempo, float(np.mean(pitch)), note)
    return circle.filter(played, lambda f: 0.35 + hump(280.0, 0.2)(f) + 0.8 * hump(460.0, 0.2)(f) + 0.9 * hump(2500.0, 0.5)(f))
