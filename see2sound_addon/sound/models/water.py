"""Water that flows, falls, laps and breaks."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..blocks.grains import bubbles, burst, stack
from ..blocks.shapes import band, hump, tilt
from ..circle import Circle, Curve, unit
from .registry import Range, model


@model(
    "stream",
    steady=("size",),
    flow=Range(0.5, 0.0, 1.0, "", "from a trickle to a mountain brook"),
    size=Range(2.5, 0.8, 8.0, "mm", "radius of the usual bubble; large ones gurgle low"),
    distance=Range(2.0, 1.0, 30.0, "m", "from the listener; the bubbles blur"),
)
def stream(circle: Circle, flow: Curve, size: Curve, distance: Curve) -> np.ndarray:
    """A brook: nothing but bubbles, some hundreds a second, that the water traps where it falls over stones; those of one
    fall come in clusters (van den Doel, "Physically based models for liquid sounds", ACM TAP 2(4), 2005; Franz 1959)."""
    radius = float(np.mean(size)) / 1000.0
    rate = 250.0 + 1100.0 * np.asarray(flow)
    babble = np.zeros(circle.n)
    for _ in range(3):  # stones, each with its own rhythm and sizes
        own = radius * circle.random.uniform(0.7, 1.4)
        clusters = np.minimum(circle.slow(6.0, 0.9, 0.3), 4.0)
        babble += bubbles(circle, rate / 3.0 * clusters, own / 7.0, own * 2.0, 0.75)
    wash = circle.noise(lambda f: band(600.0, 5000.0, 0.8)(f)) * circle.slow(5.0, 0.3)
    near = 1.0 / np.sqrt(np.asarray(distance))
    return unit(babble) * near + (0.2 + 0.5 * np.asarray(flow) ** 2) * wash


@model(
    "river",
    flow=Range(0.5, 0.0, 1.0, "", "from slow and deep to rapids"),
    width=Range(15.0, 3.0, 100.0, "m", "a wide river is duller and steadier"),
)
def river(circle: Circle, flow: Curve, width: Curve) -> np.ndarray:
    """A river: turbulence and a great many bubbles too far off to be heard one by one; spectrum with its weight between
    300 Hz and 2 kHz (Tonolla, Lorang, Heutschi and Tockner, "A flume experiment to examine underwater sound generation by
    flowing water", Aquatic Sciences 71, 2009; Watts et al., Acta Acustica 95, 2009)."""
    fast = np.asarray(flow)
    dull = (np.asarray(width) / 15.0) ** -0.15
    body = circle.noise(lambda f: band(180.0, 1100.0 * float(np.mean(dull)), 0.9)(f)) * circle.slow(1.5, 0.12)
    rush = circle.noise(band(900.0, 5000.0, 0.9)) * circle.slow(4.0, 0.15)
    near = bubbles(circle, 160.0, 0.0012, 0.007, 1.2)
    return body + (0.15 + 0.9 * fast**1.5) * rush + (0.55 - 0.3 * fast) * unit(near)


@model(
    "waterfall",
    steady=("height",),
    height=Range(10.0, 1.0, 60.0, "m", "how far the water falls"),
    flow=Range(0.5, 0.0, 1.0, "", "from a thin curtain to a flood"),
    distance=Range(10.0, 2.0, 300.0, "m", "from the listener; air takes the spray's hiss"),
)
def waterfall(circle: Circle, height: Curve, flow: Curve, distance: Curve) -> np.ndarray:
    """A curtain of water: dense noise with its weight at some 500 Hz to 2 kHz, a low thud from the pool that grows with the
    height of fall, and spray above 3 kHz (spectra after Watts et al., "Measurement and subjective assessment of water
    generated sounds", Acta Acustica 95, 2009)."""
    tall = float(np.clip(np.log2(np.mean(height)) / 6.0, 0.0, 1.0))
    body = circle.noise(band(600.0 - 350.0 * tall, 2600.0 - 800.0 * tall, 0.7)) * circle.slow(3.0, 0.1)
    pool = circle.noise(band(50.0, 220.0 - 90.0 * tall, 1.8)) * circle.slow(2.0, 0.25)
    spray = circle.noise(band(3000.0, 11000.0, 1.2)) * circle.slow(6.0, 0.15)
    far = np.exp(-np.asarray(distance) / 120.0)
    drops = bubbles(circle, 130.0, 0.002, 0.012)
    return body + (0.15 + 0.6 * tall) * pool * (0.5 + np.asarray(flow)) + 0.45 * far * spray + 0.25 * far * unit(drops)


@model(
    "fountain",
    height=Range(2.0, 0.3, 10.0, "m", "how far the water falls"),
    flow=Range(0.5, 0.0, 1.0, "", "from one thin jet to many"),
)
def fountain(circle: Circle, height: Curve, flow: Curve) -> np.ndarray:
    """Jets that break into drops and fall into a basin: many small splashes between 1 and 8 kHz, bubbles of 1 to 4 mm
    (Galbrun and Ali, "Acoustical and perceptual assessment of water sounds", JASA 133, 2013)."""
    wide = np.asarray(flow)
    splashes = stack([burst(circle, 0.02, 0.0005, 0.004, band(1200.0, 8000.0, 0.9)) for _ in range(24)])
    at = circle.events(250.0 + 900.0 * wide)
    patter = circle.scatter(at, np.exp(0.5 * circle.random.standard_normal(len(at))), splashes)
    ring = bubbles(circle, 150.0 + 500.0 * wide, 0.0009, 0.004, 1.0)
    hiss = circle.noise(band(1000.0, 7000.0, 0.8)) * circle.slow(2.0, 0.1)
    return unit(patter) + 0.7 * unit(ring) + (0.2 + 0.5 * wide) * hiss * (np.asarray(height) / 2.0) ** 0.3


@model(
    "calm water",
    steady=("size",),
    waves=Range(0.6, 0.2, 2.0, "1/s", "ripples a second that meet the shore or the hull"),
    size=Range(3.0, 1.0, 8.0, "mm", "radius of the usual bubble"),
    hollow=Range(0.2, 0.0, 1.0, "", "how much a hull or a jetty booms"),
)
def calm_water(circle: Circle, waves: Curve, size: Curve, hollow: Curve) -> np.ndarray:
    """Small waves lapping: soft swells of noise, with a few bubbles where each one closes over air (van den Doel 2005)."""
    at, strength = circle.strikes(waves, 0.5, 0.3)
    t = circle.times(1.2)
    swell = circle.scatter(at, strength, (t / 0.12 * np.exp(1.0 - t / 0.12) * np.exp(-t / 0.6))[None])
    wash = circle.noise(band(300.0, 1300.0, 1.2)) * (0.06 + swell)
    radius = float(np.mean(size)) / 1000.0
    laps = bubbles(circle, 6.0 + 55.0 * swell, radius / 2.5, radius * 2.0)
    boom = circle.noise(band(60.0, 180.0, 2.0)) * swell
    return unit(wash) + 0.9 * unit(laps) + 1.2 * np.asarray(hollow) * unit(boom)


WAVES: dict[str, Any] = {
    "period": Range(8.0, 3.0, 16.0, "s", "from one breaker to the next; swell is slow, a lake quick"),
    "height": Range(0.8, 0.1, 5.0, "m", "height of the breakers"),
    "distance": Range(10.0, 2.0, 300.0, "m", "from the breakers"),
}


def _breakers(circle: Circle, period: Curve, rise: float, fall: float) -> np.ndarray:
    at, strength = circle.strikes(1.0 / np.asarray(period), 0.5, 0.3)
    t = circle.times(rise + 5.0 * fall)
    shape = np.where(t < rise, (t / rise) ** 2.0, np.exp(-(t - rise) / fall))
    return circle.scatter(at, strength, shape[None])


@model("waves on sand", **WAVES)
def waves_on_sand(circle: Circle, period: Curve, height: Curve, distance: Curve) -> np.ndarray:
    """Breakers that spill on a beach: noise that swells for two seconds, its lows first (the plunging wave), and a hiss of
    foam that dies away as the water runs back (Means and Heitmeyer, "Surf-generated noise signatures", JASA 112, 2002;
    Loewen and Melville on breaking waves, JFM 224, 1991)."""
    swell = _breakers(circle, period, 1.4, 1.3)
    lag = int(0.7 * circle.rate)
    foam = np.roll(_breakers(circle, period, 1.2, 2.2), lag) if circle.loop else _breakers(circle, period, 1.2, 2.2)
    big = (np.asarray(height) / 0.8) ** 0.5
    low = circle.noise(band(80.0, 500.0, 1.0)) * (0.1 + swell) ** 1.3
    body = circle.noise(lambda f: tilt(0.4, 200.0)(f)) * (0.08 + swell)
    hiss = circle.noise(band(1500.0, 7000.0, 1.0)) * (0.06 + foam)
    far = np.exp(-np.asarray(distance) / 150.0)
    return 0.9 * big * unit(low) + unit(body) + 0.7 * far * unit(hiss)


@model("waves on rocks", **WAVES)
def waves_on_rocks(circle: Circle, period: Curve, height: Curve, distance: Curve) -> np.ndarray:
    """Waves that strike rocks: a sudden boom of the trapped air below 200 Hz, a splash, and water that runs off in drops
    and bubbles (impact pressures: Peregrine, "Water-wave impact on walls", Annual Review of Fluid Mechanics 35, 2003)."""
    blow = _breakers(circle, period, 0.12, 0.5)
    run = _breakers(circle, period, 0.5, 1.6)
    big = (np.asarray(height) / 0.8) ** 0.5
    boom = circle.noise(band(40.0, 170.0, 1.5)) * blow
    splash = circle.noise(band(400.0, 5000.0, 0.7)) * (0.05 + blow + 0.3 * run)
    drops = bubbles(circle, 20.0 + 200.0 * run, 0.001, 0.006)
    sea = circle.noise(band(120.0, 900.0, 0.9)) * circle.slow(0.5, 0.3)
    far = np.exp(-np.asarray(distance) / 150.0)
    return 0.8 * big * unit(boom) + 1.2 * unit(splash) + 0.4 * far * unit(drops) + 0.3 * sea


@model(
    "bubbling",
    steady=("size",),
    rate=Range(14.0, 2.0, 120.0, "1/s", "bubbles a second"),
    size=Range(6.0, 1.0, 20.0, "mm", "radius of a bubble"),
    thickness=Range(0.2, 0.0, 1.0, "", "from water to thick mud"),
)
def bubbling(circle: Circle, rate: Curve, size: Curve, thickness: Curve) -> np.ndarray:
    """Large bubbles that rise and burst: each rings at Minnaert's frequency, 3.26 m/s over its radius, with a pitch that
    rises while it opens at the surface (Leighton, "The acoustic bubble", 1994)."""
    radius = float(np.mean(size)) / 1000.0
    plops = bubbles(circle, rate, radius / 2.0, radius * 2.0, 0.8)
    spray = circle.filter(circle.impulses(6.0 * np.asarray(rate), 0.6), band(1200.0, 7000.0, 1.0))
    thick = np.asarray(thickness)
    low = circle.noise(band(60.0, 300.0, 1.2)) * circle.slow(8.0, 0.6, 0.3)
    return unit(plops) + 0.12 * (1.0 - thick) * unit(spray) + 0.5 * thick * unit(low)


@model(
    "tap water",
    flow=Range(0.5, 0.0, 1.0, "", "from a thin thread to fully open"),
    depth=Range(0.3, 0.0, 1.0, "", "0 into an empty metal sink, 1 into a full basin"),
)
def tap_water(circle: Circle, flow: Curve, depth: Curve) -> np.ndarray:
    """A jet on a sink: broad noise between 1 and 10 kHz from the impact, the basin's resonances below 1 kHz, and bubbles
    once there is water in it (impact of jets: Wagner 1932; measured taps: ISO 3822)."""
    jet = circle.noise(band(900.0, 9000.0, 0.8)) * circle.slow(12.0, 0.12, 0.2)
    basin = circle.noise(lambda f: hump(420.0, 0.5)(f) + 0.6 * hump(760.0, 0.4)(f)) * circle.slow(15.0, 0.25, 0.2)
    full = np.asarray(depth)
    ring = bubbles(circle, 100.0 + 400.0 * np.asarray(flow), 0.001, 0.005)
    return jet * (0.5 + np.asarray(flow)) * (1.0 - 0.5 * full) + 0.7 * (1.0 - 0.6 * full) * basin + full * 1.3 * unit(ring)


@model(
    "splash",
    steady=("size",),
    events="splashes",
    rate=Range(0.5, 0.05, 4.0, "1/s", "splashes a second"),
    size=Range(0.3, 0.02, 2.0, "m", "size of what falls into the water"),
)
def splash(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """A body that falls into water: the slap of the impact, a crown of drops, and the deep plop of the cavity as it closes
    (Worthington 1908; Grumstrup, Keller and Belmonte, "Cavity ripples", Physical Review Letters 99, 2007)."""
    big = float(np.mean(size))
    cavity = 0.12 * big**0.5
    pool = []
    for _ in range(6):
        slap = burst(circle, 0.5, 0.002, 0.05 + 0.06 * big, band(250.0 / (0.5 + big), 5000.0, 0.7))
        crown = 0.5 * burst(circle, 0.9, 0.05, 0.16 + 0.1 * big, band(1500.0, 8000.0, 0.9))
        t = circle.times(0.35)
        plop = np.sin(2 * np.pi * (60.0 / max(cavity, 0.02)) ** 0.9 * t * (1.0 + 0.8 * t)) * np.exp(-t / 0.05)
        delayed = np.concatenate([np.zeros(int((0.06 + 0.15 * big**0.5) * circle.rate)), plop])
        pool.append(stack([slap, crown, delayed]).sum(axis=0))
    at, strength = circle.strikes(rate, 0.6, 0.3)
    out = circle.scatter(at, strength, stack(pool))
    return unit(out) + 0.25 * unit(bubbles(circle, 4.0 + 30.0 * (np.abs(out) > 0.05), 0.0015, 0.008))


@model(
    "underwater",
    depth=Range(5.0, 0.5, 100.0, "m", "below the surface; deeper is duller"),
    air=Range(0.4, 0.0, 1.0, "", "how many bubbles rise"),
)
def underwater(circle: Circle, depth: Curve, air: Curve) -> np.ndarray:
    """Below the surface: a low rumble, the surface's dull wash, and bubbles that rise in bunches (Wenz, "Acoustic ambient
    noise in the ocean", JASA 34, 1962: falling with 5 to 6 dB an octave above 500 Hz)."""
    deep = (np.asarray(depth) / 5.0) ** -0.3
    rumble = circle.noise(lambda f: tilt(0.85, 40.0)(f) * band(40.0, 350.0, 1.2)(f)) * circle.slow(0.8, 0.25)
    wash = circle.noise(band(150.0, 700.0, 1.3)) * circle.slow(0.5, 0.5)
    bunches = np.maximum(circle.slow(0.6, 1.2, 0.4) - 0.6, 0.02)
    rise = unit(circle.filter(bubbles(circle, bunches * 40.0, 0.003, 0.014, 0.8), band(80.0, 1200.0, 1.5)))
    return unit(rumble) + 0.4 * deep * wash + np.asarray(air) * rise
