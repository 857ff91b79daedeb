"""Horns, whistles, sirens, alarms: sounds made to be heard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..blocks.grains import modes, stack, wave
from ..blocks.shapes import band, hump
from ..blocks.voices import contour
from ..circle import Circle, Curve, unit
from .registry import Range, model


def _horn(
    circle: Circle, seconds: float, pitches: Sequence[float], steepness: float, attack: float, breath: float, bend: float = 0.0
) -> np.ndarray:
    """Reeds or diaphragms in horns, sounding together: harmonics that fall with the power `steepness`."""
    loud = contour(circle, seconds, [(0.0, 0.0), (min(0.4, attack / seconds), 1.0), (0.9, 1.0), (1.0, 0.0)])
    out = np.zeros(len(loud))
    for pitch in pitches:
        glide = contour(
            circle,
            seconds,
            [
                (0.0, pitch * (1.0 - bend)),
                (min(0.5, 2.0 * attack / seconds), pitch),
                (0.92, pitch),
                (1.0, pitch * (1.0 - bend)),
            ],
        )
        phase = np.cumsum(glide * (1.0 + 0.0008 * circle.random.standard_normal(len(glide)))) / circle.rate
        numbers = np.arange(1, min(40, int(9000.0 / pitch)))
        out += wave(phase, numbers**-steepness, numbers**2.0)
    air_noise = np.diff(circle.random.standard_normal(len(out) + 1))
    return (out / np.sqrt(np.mean(out**2)) + breath * air_noise) * loud


def _sound_at(circle: Circle, rate: Curve, grains: Sequence[np.ndarray], jitter: float = 0.5) -> np.ndarray:
    at, strength = circle.strikes(rate, jitter, 0.05)
    return circle.scatter(at, strength, stack(grains))


@model(
    "car horn",
    steady=("pitch", "length"),
    events="honks",
    rate=Range(0.3, 0.02, 3.0, "1/s", "honks a second"),
    pitch=Range(410.0, 250.0, 600.0, "Hz", "of the lower of its two tones"),
    length=Range(0.5, 0.1, 4.0, "s", "of a honk"),
)
def car_horn(circle: Circle, rate: Curve, pitch: Curve, length: Curve) -> np.ndarray:
    """Two electric horns a third apart, near 410 and 510 Hz, rich between 2 and 4 kHz (UN ECE Regulation 28: most energy
    between 1.8 and 3.55 kHz, 105 dB at 2 m)."""
    low = float(np.mean(pitch))
    pool = [
        _horn(circle, float(np.mean(length)) * circle.random.uniform(0.7, 1.3), (low, 1.25 * low), 0.35, 0.012, 0.02)
        for _ in range(3)
    ]
    return unit(circle.filter(_sound_at(circle, rate, pool), lambda f: 0.35 + hump(2500.0, 0.8)(f)))


@model(
    "train horn",
    steady=("pitch", "length"),
    events="blasts",
    rate=Range(0.12, 0.02, 0.6, "1/s", "blasts a second"),
    pitch=Range(311.0, 200.0, 450.0, "Hz", "of the lowest of its tones"),
    length=Range(1.8, 0.3, 6.0, "s", "of a blast"),
)
def train_horn(circle: Circle, rate: Curve, pitch: Curve, length: Curve) -> np.ndarray:
    """A chord of air horns (311, 370, 494 Hz and so on), each a diaphragm with many harmonics, bending as the air comes and
    goes (49 CFR 229.129: 96 to 110 dB at 30 m; the chord is the usual K3L's)."""
    low = float(np.mean(pitch))
    pool = [
        _horn(
            circle,
            float(np.mean(length)) * circle.random.uniform(0.8, 1.2),
            (low, low * 1.189, low * 1.587),
            0.65,
            0.12,
            0.04,
            0.03,
        )
        for _ in range(3)
    ]
    return unit(circle.filter(_sound_at(circle, rate, pool, 0.3), band(200.0, 3500.0, 0.7)))


@model(
    "steam whistle",
    steady=("pitch", "length", "breath"),
    events="whistles",
    rate=Range(0.12, 0.02, 0.8, "1/s", "whistles a second"),
    pitch=Range(520.0, 200.0, 1200.0, "Hz", "of the lowest of its tones"),
    length=Range(1.2, 0.2, 5.0, "s", "of a whistle"),
    breath=Range(0.4, 0.0, 1.0, "", "how much steam is heard"),
)
def steam_whistle(circle: Circle, rate: Curve, pitch: Curve, length: Curve, breath: Curve) -> np.ndarray:
    """A chime whistle: closed pipes, so odd harmonics above all, that rise a little as the steam comes, in much jet noise
    (Fletcher and Rossing 1998, chapter 16; Coltman, JASA 44, 1968)."""
    low = float(np.mean(pitch))
    pool = []
    for _ in range(3):
        seconds = float(np.mean(length)) * circle.random.uniform(0.8, 1.2)
        loud = contour(circle, seconds, [(0.0, 0.0), (0.12, 1.0), (0.85, 0.9), (1.0, 0.0)])
        out = np.zeros(len(loud))
        for ratio in (1.0, 1.26, 1.5):
            phase = (
                2
                * np.pi
                * np.cumsum(contour(circle, seconds, [(0.0, 0.94), (0.2, 1.0), (0.85, 1.0), (1.0, 0.9)]) * low * ratio)
                / circle.rate
            )
            out += np.sin(phase) + 0.25 * np.sin(3 * phase) + 0.08 * np.sin(5 * phase) + 0.1 * np.sin(2 * phase)
        pool.append((out / 2.2 + 0.5 * float(np.mean(breath)) * circle.random.standard_normal(len(out))) * loud)
    return unit(circle.filter(_sound_at(circle, rate, pool, 0.3), band(150.0, 6000.0, 0.8)))


@model(
    "ship horn",
    steady=("pitch", "length"),
    events="blasts",
    rate=Range(0.1, 0.01, 0.4, "1/s", "blasts a second"),
    pitch=Range(110.0, 70.0, 400.0, "Hz", "70 to 200 for a large ship, 250 to 700 for a small one (COLREGs)"),
    length=Range(4.0, 0.5, 8.0, "s", "of a blast"),
)
def ship_horn(circle: Circle, rate: Curve, pitch: Curve, length: Curve) -> np.ndarray:
    """A large diaphragm horn: 70 to 200 Hz for ships of 200 m, with harmonics to 2 kHz (COLREGs 1972, annex III), and the
    echo of the shore."""
    low = float(np.mean(pitch))
    pool = [
        _horn(
            circle,
            float(np.mean(length)) * circle.random.uniform(0.9, 1.1),
            (low, low * 1.003, low * 1.5),
            0.75,
            0.15,
            0.02,
            0.02,
        )
        for _ in range(2)
    ]
    out = _sound_at(circle, rate, pool, 0.3)
    t = circle.times(0.9)
    echo = circle.random.standard_normal(len(t)) * np.exp(-t / 0.25) * np.minimum(1.0, t / 0.05)
    return unit(circle.filter(out, band(60.0, 1600.0, 0.8))) + 0.08 * unit(circle.convolve(out, echo))


@model(
    "siren",
    rate=Range(0.25, 0.05, 4.0, "1/s", "sweeps a second: 0.25 wails, 3 yelps"),
    pitch=Range(1100.0, 400.0, 2000.0, "Hz", "highest pitch"),
    two_tone=Range(0.0, 0.0, 1.0, "", "0 sweeps, 1 alternates two tones as in Europe"),
)
def siren(circle: Circle, rate: Curve, pitch: Curve, two_tone: Curve) -> np.ndarray:
    """An emergency vehicle: sweeps between about 550 and 1500 Hz, or two tones a fourth apart, clipped by a horn loudspeaker
    (SAE J1849; DIN 14610 for the two tones)."""
    sweep = 0.5 - 0.5 * np.cos(2 * np.pi * circle.phase(rate))
    both = np.where(sweep > 0.5, 1.0, 0.75)
    bend = np.asarray(two_tone)
    frequency = np.asarray(pitch) * ((1.0 - bend) * (0.45 + 0.55 * sweep) + bend * both)
    phase = 2 * np.pi * circle.phase(frequency * circle.slow(2.0, 0.002, 0.5))
    tone = (
        np.sin(phase) + 0.55 * np.sin(3 * phase) + 0.35 * np.sin(2 * phase) + 0.3 * np.sin(5 * phase) + 0.15 * np.sin(7 * phase)
    )
    return unit(circle.filter(tone, band(600.0, 4500.0, 0.8)))


@model("alarm", rate=Range(2.0, 0.3, 8.0, "1/s", "beeps a second"), pitch=Range(2800.0, 600.0, 4000.0, "Hz", "of the beep"))
def alarm(circle: Circle, rate: Curve, pitch: Curve) -> np.ndarray:
    """An electronic beeper: a square tone near 2 to 3 kHz switched on and off (ISO 8201: three beeps and a pause; ISO 7731
    for danger signals)."""
    gate = np.clip((np.sin(2 * np.pi * circle.phase(rate)) + 0.05) * 12.0, 0.0, 1.0)
    phase = 2 * np.pi * circle.phase(np.asarray(pitch) * circle.slow(2.0, 0.002, 0.5))
    return (np.sin(phase) + 0.3 * np.sin(3 * phase) + 0.12 * np.sin(5 * phase)) * gate


@model(
    "telephone",
    steady=("pitch", "hammer"),
    events="rings",
    rate=Range(0.25, 0.05, 0.6, "1/s", "rings a second"),
    pitch=Range(1400.0, 700.0, 2500.0, "Hz", "of the gongs"),
    hammer=Range(20.0, 10.0, 40.0, "1/s", "strokes of the hammer a second"),
)
def telephone(circle: Circle, rate: Curve, pitch: Curve, hammer: Curve) -> np.ndarray:
    """A bell telephone: two small gongs struck in turn at 20 Hz for two seconds, then silence (ITU-T Q.35 for the cadence of
    1 to 2 s on and 3 to 4 s off)."""
    base, beats = float(np.mean(pitch)), float(np.mean(hammer))
    gongs = [
        modes(circle, base * step * np.array([1.0, 2.42, 4.1, 6.3]), (0.35, 0.2, 0.12, 0.06), (1.0, 0.7, 0.45, 0.25))
        for step in (1.0, 1.19)
    ]
    ring = np.zeros(int(3.5 * circle.rate))
    for stroke in range(int(1.6 * beats)):
        start, gong = int(stroke / beats * circle.rate), gongs[stroke % 2]
        end = min(len(ring), start + len(gong))
        ring[start:end] += gong[: end - start] * circle.random.uniform(0.8, 1.0)
    at, strength = circle.strikes(rate, 0.0, 0.0)
    return unit(circle.scatter(at, strength, ring[None]))


@model(
    "bicycle bell",
    steady=("pitch",),
    events="rings",
    rate=Range(0.4, 0.02, 2.0, "1/s", "rings a second"),
    pitch=Range(2300.0, 1500.0, 4000.0, "Hz", "of the dome"),
)
def bicycle_bell(circle: Circle, rate: Curve, pitch: Curve) -> np.ndarray:
    """A dome struck a dozen times by loose clappers (shell modes: Perrin and Charnley, JASA 1970s; Fletcher and Rossing
    1998)."""
    base = float(np.mean(pitch))
    ding = modes(
        circle, base * np.array([1.0, 1.006, 1.83, 2.71, 3.4]), (0.5, 0.45, 0.22, 0.12, 0.08), (1.0, 0.8, 0.6, 0.4, 0.3)
    )
    ring = np.zeros(len(ding) + circle.rate // 2)
    for stroke in range(12):
        start = int((0.032 * stroke + circle.random.normal(0.0, 0.002)) * circle.rate)
        ring[max(0, start) : max(0, start) + len(ding)] += ding * circle.random.uniform(0.5, 1.0)
    at, strength = circle.strikes(rate, 0.4, 0.1)
    return unit(circle.scatter(at, strength, ring[None]))
