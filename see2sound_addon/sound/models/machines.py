"""Procedural models of engines, trains and city traffic."""

from __future__ import annotations

import numpy as np

from ..periodic import Circle, band, peak, tilt, unit

PIPE_RESONANCES = ((85.0, 30.0), (255.0, 60.0), (430.0, 90.0), (700.0, 160.0))
"""Centre and width in Hz."""


def _exhaust_pipe(frequency: np.ndarray) -> np.ndarray:
    gain = np.full(len(frequency), 0.4)
    for number, (centre, width) in enumerate(PIPE_RESONANCES, 1):
        gain += peak(centre, width)(frequency) / number
    return gain


def engine(circle: Circle) -> np.ndarray:
    """A four-cylinder four-stroke idling: two firings a turn at some 900 rpm, each cylinder a little different, through
    an exhaust pipe's odd resonances, with intake hiss and valve ticks (Baldan, Lachambre, Delle Monache, Boussard,
    "Physically informed car engine sound synthesis", 2015)."""
    cylinders = 4
    cycle = circle.whole_cycles(900.0 / 60.0 / 2.0)
    turns = round(cycle * circle.seconds)
    strengths = circle.random.uniform(0.75, 1.0, cylinders)
    train = np.zeros(circle.n)
    for turn in range(turns):
        for cylinder in range(cylinders):
            jitter = circle.random.normal(0.0, 0.004)
            at = (turn + cylinder / cylinders + jitter) / turns * circle.n
            train[int(at) % circle.n] += strengths[cylinder] * circle.random.uniform(0.9, 1.1)
    t = circle.times(0.05)
    pulse = np.exp(-t / 0.006) - np.exp(-t / 0.0012)
    pressure = circle.convolve(train, pulse)
    pipe = circle.filter(pressure, _exhaust_pipe)
    ticks = circle.convolve(train * circle.random.uniform(0.3, 1.0, circle.n), np.exp(-3500.0 * t) * np.sin(2e4 * t))
    intake = circle.noise(band(150.0, 1500.0, 0.8)) * (0.5 + np.abs(unit(pressure)))
    return unit(pipe) + 0.15 * unit(ticks) + 0.4 * unit(intake)


def train(circle: Circle, steam: bool) -> np.ndarray:
    """Rolling noise between 200 Hz and 3 kHz and rail joints struck by pairs of axles (Thompson, "Railway noise and
    vibration", 2009); with steam, four exhaust beats to each turn of the wheels, bursts of noise through the chimney."""
    speed = 11.0
    rolling = circle.noise(band(250.0, 1600.0, 1.2)) * circle.slow(1.5, 0.2)
    rumble = circle.noise(band(35.0, 110.0, 1.5))
    t = circle.times(0.12)
    clack = np.exp(-55.0 * t) * (np.sin(2 * np.pi * 180.0 * t) + 0.5 * np.sin(2 * np.pi * 640.0 * t))
    clack += 0.6 * np.exp(-350.0 * t) * circle.random.standard_normal(len(t))
    joints = np.zeros(circle.n)
    period = 1.0 / circle.whole_cycles(speed / 18.0)
    for lap in range(max(1, round(circle.seconds / period))):
        for axle in (0.0, 2.5, 13.5, 16.0):
            joints[int((lap * period + axle / speed) * circle.rate) % circle.n] += circle.random.uniform(0.7, 1.0)
    sound = 0.6 * rolling + 0.5 * rumble + 0.8 * unit(circle.convolve(joints, clack))
    if not steam:
        return sound
    beats = np.zeros(circle.n)
    rate = circle.whole_cycles(3.6)
    for beat in range(max(1, round(rate * circle.seconds))):
        beats[int(beat / rate * circle.rate) % circle.n] = (1.0, 0.8, 0.9, 0.75)[beat % 4]
    t = circle.times(0.22)
    puff = circle.convolve(beats, (1.0 - np.exp(-t / 0.008)) * np.exp(-t / 0.055))
    chuff = circle.noise(band(180.0, 1100.0, 1.0)) * puff + 0.5 * circle.noise(band(1500.0, 6000.0, 1.0)) * puff**2
    return 0.5 * unit(sound) + unit(chuff) + 0.1 * circle.noise(band(3000.0, 9000.0, 1.0))


def city_ambience(circle: Circle) -> np.ndarray:
    """Traffic from all around: a dull bed that falls with 5 dB an octave, swells as single cars pass, and the hum of
    machines (spectra after Can, Leclercq, Lelong and Botteldooren, "Traffic noise spectrum analysis", 2010)."""
    bed = circle.noise(tilt(0.85, 60.0)) * circle.slow(0.3, 0.25)
    passes = np.zeros(circle.n)
    for at in circle.events(0.25):
        width = circle.random.uniform(1.0, 2.5)
        t = circle.times(min(6.0 * width, circle.seconds)) - min(3.0 * width, circle.seconds / 2.0)
        circle.add(passes, circle.random.uniform(0.3, 1.0) / (1.0 + (t / (0.5 * width)) ** 2), int(at))
    tyres = circle.noise(band(500.0, 1400.0, 1.2)) * passes
    t = np.arange(circle.n) / circle.rate
    hum = sum(np.sin(2 * np.pi * circle.whole_cycles(f) * t) * a for f, a in ((100.0, 1.0), (200.0, 0.4), (118.0, 0.5)))
    return bed + 0.5 * unit(tyres) + 0.06 * unit(np.asarray(hum))
