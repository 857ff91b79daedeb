"""Vehicles and aircraft: pistons, rotors, jets and rockets."""

from __future__ import annotations

import numpy as np

from ..blocks.engines import exhaust, piston_engine, rotor, tone_stack, turbulence
from ..blocks.friction import tyres
from ..blocks.grains import bubbles, burst, envelope, modes, stack, wave
from ..blocks.shapes import air, band, hump, product, tilt, total
from ..circle import Circle, Curve, Shape, unit
from .registry import Range, model

LOAD = Range(0.2, 0.0, 1.0, "", "how hard the engine works")


@model(
    "car",
    steady=("size",),
    rpm=Range(850.0, 600.0, 7000.0, "1/min", "turns of the engine"),
    load=LOAD,
    speed=Range(0.0, 0.0, 60.0, "m/s", "of the car: the noise of its tyres"),
    size=Range(1.0, 0.6, 1.6, "", "0.7 for a small car, 1.4 for a large one"),
)
def car(circle: Circle, rpm: Curve, load: Curve, speed: Curve, size: Curve) -> np.ndarray:
    """A four-cylinder four-stroke: two firings a turn through an exhaust pipe with a silencer, intake, valves, and tyres once
    it rolls (Baldan et al. 2015; Sandberg and Ejsmont 2002)."""
    large = float(np.mean(size))
    pipe = product(exhaust(1.1 * large), lambda f: tilt(0.35, 60.0)(f) / tilt(0.35, 60.0)(np.array([60.0]))[0])
    engine = piston_engine(circle, rpm, 4 if large < 1.3 else 6, pipe, load=load, knock=0.07, intake=0.3)
    return unit(engine) * (np.asarray(rpm) / 850.0) ** 0.6 + 1.6 * tyres(circle, speed)


@model(
    "truck",
    rpm=Range(650.0, 450.0, 2500.0, "1/min", "turns of the engine"),
    load=LOAD,
    speed=Range(0.0, 0.0, 35.0, "m/s", "of the truck"),
    air=Range(0.2, 0.0, 1.0, "", "how often the brakes let off air"),
)
def truck(circle: Circle, rpm: Curve, load: Curve, speed: Curve, air: Curve) -> np.ndarray:
    """A six-cylinder diesel: slow heavy firings, the knock of injection between 1 and 4 kHz, a turbocharger's breath and air
    brakes (Heywood, "Internal combustion engine fundamentals", 1988; Priede on diesel knock, 1980)."""
    engine = piston_engine(circle, rpm, 6, exhaust(1.9), load=np.asarray(load) + 0.1, unevenness=0.14, knock=0.22, intake=0.35)
    body = circle.noise(band(45.0, 160.0, 1.2)) * circle.slow(12.0, 0.3, 0.2)
    at = circle.events(0.15 * np.asarray(air) + 1e-3)
    hiss = circle.scatter(
        at, np.ones(len(at)), np.stack([burst(circle, 1.2, 0.01, 0.22, band(1500.0, 9000.0, 0.8)) for _ in range(3)])
    )
    return unit(engine) + 0.35 * body + 1.2 * tyres(circle, speed) + 1.2 * np.asarray(air) * hiss


@model(
    "bus",
    rpm=Range(700.0, 500.0, 2500.0, "1/min", "turns of the engine"),
    load=LOAD,
    speed=Range(0.0, 0.0, 30.0, "m/s", "of the bus: 0 is idling at a stop, 10 is driving"),
    rattle=Range(0.4, 0.0, 1.0, "", "how much its body rattles"),
)
def bus(circle: Circle, rpm: Curve, load: Curve, speed: Curve, rattle: Curve) -> np.ndarray:
    """A city bus: a six-cylinder diesel at its rear, muffled by the body, panels that rattle with it, a fan and tyres
    (spectra of buses at idle peak at 60 to 100 Hz: Ross and Staiano, "A comparison of green and conventional diesel bus noise
    levels", NOISE-CON 2007)."""
    engine = piston_engine(
        circle, rpm, 6, product(exhaust(2.4), band(30.0, 900.0, 0.7)), load=load, unevenness=0.12, knock=0.15, intake=0.3
    )
    level = np.abs(unit(engine))
    panels = circle.noise(band(400.0, 2600.0, 0.8)) * np.maximum(level - 1.2, 0.0)
    fan = turbulence(circle, 450.0, 1.4)
    return unit(engine) + 0.3 * np.asarray(rattle) * unit(panels) + 0.3 * fan + 1.3 * tyres(circle, speed)


@model(
    "motorcycle",
    steady=("cylinders",),
    rpm=Range(1300.0, 800.0, 12000.0, "1/min", "turns of the engine"),
    load=Range(0.35, 0.0, 1.0, "", "how hard the engine works"),
    cylinders=Range(2.0, 1.0, 4.0, "", "1 thumps, 2 rumble, 4 sing"),
)
def motorcycle(circle: Circle, rpm: Curve, load: Curve, cylinders: Curve) -> np.ndarray:
    """A twin with a short, open exhaust: hard uneven pulses with many overtones, a chain, and fins that ring (Baldan et al.
    2015; measured pass-bys after ISO 362-2)."""
    count = max(1, round(float(np.mean(cylinders))))
    engine = piston_engine(
        circle, rpm, count, exhaust(0.75, 1.3), load=np.asarray(load) + 0.3, unevenness=0.22, knock=0.18, intake=0.3
    )
    return unit(engine) * (np.asarray(rpm) / 1300.0) ** 0.5


@model(
    "tractor",
    rpm=Range(800.0, 500.0, 2600.0, "1/min", "turns of the engine"),
    load=Range(0.5, 0.0, 1.0, "", "how hard the engine works"),
)
def tractor(circle: Circle, rpm: Curve, load: Curve) -> np.ndarray:
    """A slow three-cylinder diesel through a stack without much of a silencer (as a truck; OECD tractor test code 5 has
    levels)."""
    engine = piston_engine(
        circle, rpm, 3, exhaust(0.9, 1.2), load=np.asarray(load) + 0.3, unevenness=0.18, knock=0.35, intake=0.3
    )
    gears = tone_stack(circle, np.asarray(rpm) / 60.0 * 19.0, (1.0, 0.4, 0.2), 0.01)
    return unit(engine) + 0.1 * unit(gears)


@model(
    "boat engine",
    rpm=Range(900.0, 400.0, 5000.0, "1/min", "turns of the engine"),
    load=LOAD,
    wash=Range(0.5, 0.0, 1.0, "", "how much water the hull and the exhaust throw"),
)
def boat_engine(circle: Circle, rpm: Curve, load: Curve, wash: Curve) -> np.ndarray:
    """An inboard diesel with a wet exhaust: firings muffled and broken by cooling water that gurgles and spits, and the wash
    of the hull (Ross, "Mechanics of underwater noise", 1976, for propellers)."""
    engine = piston_engine(
        circle, rpm, 3, product(exhaust(1.6), band(40.0, 700.0, 0.8)), load=load, unevenness=0.15, knock=0.25, intake=0.25
    )
    spit = circle.noise(band(500.0, 4000.0, 0.8)) * np.maximum(np.abs(unit(engine)) - 0.8, 0.0)
    water = circle.noise(band(250.0, 2500.0, 0.8)) * circle.slow(2.0, 0.4, 0.6)
    gurgle = bubbles(circle, 60.0, 0.003, 0.012)
    wet = np.asarray(wash)
    return unit(engine) + wet * (0.35 * unit(spit) + 0.25 * water + 0.3 * unit(gurgle))


@model(
    "ship engine",
    rpm=Range(110.0, 60.0, 900.0, "1/min", "turns of the engine"),
    size=Range(1.0, 0.3, 2.0, "", "0.4 for a ferry, 1 for a freighter"),
    wash=Range(0.4, 0.0, 1.0, "", "how much water moves along the hull"),
)
def ship_engine(circle: Circle, rpm: Curve, size: Curve, wash: Curve) -> np.ndarray:
    """A slow two-stroke: thuds below 60 Hz felt more than heard, the hum of generators at 50 Hz and its multiples, fans, and
    the wash (Arveson and Vendittis, "Radiated noise characteristics of a modern cargo ship", JASA 107, 2000)."""
    beat = piston_engine(circle, rpm, 6, band(22.0, 160.0, 1.2), 2, 0.2, 0.2, 0.05, 0.1)
    hum = tone_stack(circle, 50.0 / np.asarray(size) ** 0.2, (0.5, 1.0, 0.5, 0.4, 0.3, 0.25, 0.1, 0.1), 0.001)
    fans = turbulence(circle, 350.0, 2.0)
    water = circle.noise(band(200.0, 2000.0, 0.8)) * circle.slow(0.6, 0.3)
    return unit(beat) + 0.35 * unit(hum) + 0.4 * fans + 0.5 * np.asarray(wash) * water


@model(
    "helicopter",
    steady=("distance",),
    rpm=Range(390.0, 200.0, 600.0, "1/min", "turns of the main rotor"),
    slap=Range(0.5, 0.0, 1.0, "", "how much the blades slap: landing and turning slap most"),
    distance=Range(60.0, 10.0, 2000.0, "m", "from the listener"),
)
def helicopter(circle: Circle, rpm: Curve, slap: Curve, distance: Curve) -> np.ndarray:
    """Two-bladed rotor: pulses at twice its turns (13 a second), a tail rotor five times faster, turbine whine, and
    turbulence that the blades modulate (Brentner and Farassat 2003; Leishman, "Principles of helicopter aerodynamics",
    2006)."""
    passing = 2.0 * np.asarray(rpm) / 60.0
    blades = rotor(circle, passing, 0.0045 - 0.003 * float(np.mean(slap)))
    thump = rotor(circle, passing, 0.009)
    tail = tone_stack(circle, 5.0 * passing, (1.0, 0.7, 0.4, 0.3, 0.15), 0.004)
    churn = turbulence(circle, 420.0, 2.2) * (0.35 + np.minimum(np.abs(thump), 2.5))
    whine = tone_stack(circle, 2300.0, (1.0, 0.2), 0.004)
    far = float(np.mean(distance))
    mixed = (0.4 + np.asarray(slap)) * blades + 0.8 * thump + 0.2 * unit(tail) + 0.7 * unit(churn) + 0.04 * whine
    return circle.filter(mixed, air(min(far, 1500.0)))


@model(
    "propeller plane",
    steady=("distance",),
    rpm=Range(2200.0, 500.0, 2800.0, "1/min", "turns of the propeller"),
    load=Range(0.6, 0.0, 1.0, "", "how hard the engine works"),
    roughness=Range(0.2, 0.0, 1.0, "", "how unevenly it runs: cold engines that start do most"),
    distance=Range(40.0, 5.0, 2000.0, "m", "from the listener"),
)
def propeller_plane(circle: Circle, rpm: Curve, load: Curve, roughness: Curve, distance: Curve) -> np.ndarray:
    """A light aircraft: two blades, harmonics of twice the turns that fall by a few dB each at fast tips, a four-cylinder
    boxer at the same rate, and the wash (Gutin 1936; Hubbard, "Aeroacoustics of flight vehicles", NASA RP-1258, 1991)."""
    passing = 2.0 * np.asarray(rpm) / 60.0
    uneven = np.asarray(roughness)
    stumble = np.clip(circle.slow(5.0, 1.0, 0.3), 0.1, 2.5)
    blades = tone_stack(circle, passing, [0.8**k for k in range(16)], 0.004)
    beats = circle.slow(3.0, 0.15, 0.5) * ((1.0 - uneven) + uneven * stumble)
    engine = piston_engine(
        circle, rpm, 4, exhaust(0.6, 1.2), load=np.asarray(load) + 0.2, unevenness=0.15, knock=0.1, intake=0.3
    )
    firing = (1.0 - uneven) + uneven * np.clip(circle.slow(12.0, 1.0, 0.2), 0.05, 3.0)
    wash = turbulence(circle, 500.0, 2.2)
    mixed = unit(blades) * beats + 0.7 * unit(engine) * firing + 0.3 * wash * beats
    return circle.filter(mixed, air(min(float(np.mean(distance)), 1500.0)))


@model(
    "jet",
    steady=("distance",),
    thrust=Range(0.6, 0.0, 1.0, "", "from idling to take-off"),
    whine=Range(0.4, 0.0, 1.0, "", "how much the fan whines: from the front it does most"),
    distance=Range(100.0, 10.0, 5000.0, "m", "from the listener"),
)
def jet(circle: Circle, thrust: Curve, whine: Curve, distance: Curve) -> np.ndarray:
    """A turbofan: mixing noise of the jet with its peak at 100 to 300 Hz (Strouhal number 0.2), the fan's blade-passing tone
    near 2.5 kHz with buzz-saw tones of the shaft beneath it, and its broadband noise (Smith, "Aircraft noise", 1989; Huff,
    NASA TM-2007-214666)."""
    power = np.asarray(thrust)
    roar = circle.morph(
        circle.random.standard_normal(circle.n),
        [total((1.0, hump(c, 1.5)), (0.25, hump(4.0 * c, 1.2))) for c in (380.0, 260.0, 170.0)],
        power,
    )
    fan = 1700.0 + 1300.0 * power
    tone = tone_stack(circle, fan, (1.0, 0.3), 0.0015) * circle.slow(9.0, 0.25, 0.3)
    saw = tone_stack(circle, fan / 24.0, [0.3 * (k % 3 == 0) + 0.1 for k in range(20)], 0.002)
    broad = circle.noise(hump(2600.0, 0.7))
    mixed = unit(roar) * (0.5 + 0.9 * power) * circle.slow(2.0, 0.12, 0.6)
    mixed = mixed + np.asarray(whine) * (0.22 * unit(tone) + 0.12 * unit(saw) + 0.45 * broad)
    return circle.filter(mixed, air(min(float(np.mean(distance)), 3000.0)))


@model(
    "rocket",
    steady=("size", "distance"),
    size=Range(1.0, 0.05, 3.0, "", "from a firework's to a moon rocket's engines"),
    crackle=Range(0.5, 0.0, 1.0, "", "how much the exhaust crackles"),
    distance=Range(300.0, 20.0, 10000.0, "m", "from the listener"),
)
def rocket(circle: Circle, size: Curve, crackle: Curve, distance: Curve) -> np.ndarray:
    """A supersonic jet: the haystack spectrum of large-scale turbulence (rising with f^1.5, falling with f^-1.4 about a peak
    near 60 Hz; Tam, Golebiowski and Seiner, AIAA 96-1716), made crackly by steepened compressions (Ffowcs Williams, Simson
    and Virchis, JFM 71, 1975)."""
    centre = 60.0 / float(np.mean(size)) ** 0.5

    def haystack(frequency: np.ndarray) -> np.ndarray:
        ratio = np.maximum(frequency, 1.0) / centre
        return ratio**1.5 / (1.0 + ratio**2.9)

    pressure = circle.noise(haystack) * circle.slow(4.0, 0.15, 0.5)
    steep = np.maximum(np.gradient(np.exp(0.45 * np.minimum(pressure, 2.5))), 0.0)
    crackling = unit(circle.filter(steep, band(300.0, 5000.0, 1.0)))
    mixed = pressure + 0.6 * np.asarray(crackle) * crackling + 0.15 * circle.noise(tilt(0.6, 200.0))
    return circle.filter(mixed, air(min(float(np.mean(distance)), 3000.0)))


@model(
    "chainsaw",
    rpm=Range(6500.0, 2500.0, 13500.0, "1/min", "turns of the engine: 3000 idles, 9000 cuts"),
    load=Range(0.6, 0.0, 1.0, "", "how hard it cuts"),
)
def chainsaw(circle: Circle, rpm: Curve, load: Curve) -> np.ndarray:
    """A small two-stroke without much of a silencer: one hard pulse a turn, many overtones, and the chain in the wood
    (ISO 22868 has the test)."""
    bite = circle.slow(1.2, 0.12, 0.6)
    engine = piston_engine(circle, np.asarray(rpm) * bite, 1, exhaust(0.16, 1.5), 2, np.asarray(load) + 0.4, 0.05, 0.15, 0.25)
    chips = circle.noise(band(1200.0, 7000.0, 0.9)) * circle.slow(30.0, 0.3, 0.1)
    return unit(engine) + 0.5 * np.asarray(load) * chips


@model(
    "lawn mower",
    rpm=Range(2900.0, 1500.0, 3800.0, "1/min", "turns of the engine"),
    load=Range(0.4, 0.0, 1.0, "", "how thick the grass is"),
)
def lawn_mower(circle: Circle, rpm: Curve, load: Curve) -> np.ndarray:
    """One cylinder, four strokes, and a blade that whirls at the same turns under a steel deck (ISO 4871 declarations)."""
    engine = piston_engine(circle, rpm, 1, exhaust(0.35, 1.2), 4, np.asarray(load) + 0.35, 0.1, 0.15, 0.35)
    blade = tone_stack(circle, np.asarray(rpm) / 60.0 * 2.0, (1.0, 0.6, 0.4, 0.3, 0.2), 0.004)
    wind = turbulence(circle, 700.0, 1.8)
    return unit(engine) + 0.35 * unit(blade) + (0.3 + 0.4 * np.asarray(load)) * wind


@model(
    "engine starting",
    steady=("size", "effort"),
    events="starts",
    size=Range(1.0, 0.4, 3.0, "", "1 for a car, 2.5 for a truck"),
    effort=Range(0.4, 0.0, 1.0, "", "how long the starter turns before it fires"),
    rate=Range(0.12, 0.02, 0.5, "1/s", "starts a second"),
)
def engine_starting(circle: Circle, size: Curve, effort: Curve, rate: Curve) -> np.ndarray:
    """A starter motor that whines and turns the engine over four times a second against compression, then firings that rise
    and settle (Heywood 1988 for cranking speeds of 150 to 250 turns a minute)."""
    large = float(np.mean(size))
    crank, running = 0.4 + 1.6 * float(np.mean(effort)), 2.2
    t = circle.times(crank + running)
    cranking = np.clip((crank - t) / 0.05, 0.0, 1.0) * np.minimum(1.0, t / 0.03)
    turns = np.where(t < crank, 5.0, 11.0 + 14.0 * np.exp(-np.maximum(t - crank - 0.2, 0.0) / 0.5)) / large**0.3
    phase = np.cumsum(turns * 3.0) / circle.rate
    fired = np.diff(np.floor(phase), prepend=0.0) > 0
    pulse = circle.times(0.05)
    train = fired * np.where(t < crank, 0.4, 1.0) * circle.random.uniform(0.7, 1.0, len(t))
    pressure = np.convolve(train, np.exp(-pulse / 0.005) - np.exp(-pulse / 0.0008))[: len(t)]
    f = np.fft.rfftfreq(len(t), 1.0 / circle.rate)

    def shaped(signal: np.ndarray, shape: Shape) -> np.ndarray:
        out = np.fft.irfft(np.fft.rfft(signal, len(t)) * shape(f), len(t))
        return out / max(1e-9, float(np.sqrt(np.mean(out**2))))

    load = 1.0 + 0.4 * np.sin(2.0 * np.pi * phase)
    whine = wave(np.cumsum(260.0 * load / large**0.4) / circle.rate, (1.0, 0.7, 0.5, 0.6, 0.3, 0.2))
    gears = shaped(circle.random.standard_normal(len(t)), hump(900.0, 0.9))
    breath = shaped(circle.random.standard_normal(len(t)), band(200.0, 2000.0, 0.8))
    breath = breath * (0.4 + 0.6 * np.abs(pressure) / pressure.max())
    out = shaped(pressure, exhaust(0.8 * large)) * np.where(t < crank, 0.5, 1.0) + cranking * (
        0.5 * whine * load + 0.5 * gears * load
    )
    out = (out + 0.7 * breath) * np.minimum(1.0, t / 0.02) * np.minimum(1.0, (t[-1] - t) / 0.6)
    at, strength = circle.strikes(rate, 0.3, 0.05)
    return unit(circle.scatter(at, strength, out[None]))


@model(
    "air brake",
    steady=("pressure",),
    events="hisses",
    rate=Range(0.3, 0.02, 2.0, "1/s", "hisses a second"),
    pressure=Range(0.6, 0.0, 1.0, "", "how strong the air is"),
)
def air_brake(circle: Circle, rate: Curve, pressure: Curve) -> np.ndarray:
    """Compressed air let off through a valve: a pop, and jet noise that falls as the pressure does (as for steam)."""
    length = 0.15 + 0.35 * float(np.mean(pressure))
    pool = []
    for _ in range(4):
        hiss = burst(circle, 4.0 * length, 0.004, length, hump(4200.0, 1.3))
        pop = 0.8 * modes(circle, (240.0, 610.0, 1450.0), (0.02, 0.012, 0.006), (1.0, 0.6, 0.4))
        t = circle.times(4.0 * length)
        squeal = 0.08 * np.sin(2 * np.pi * 2400.0 * t) * envelope(t, 0.05, 0.1)
        pool.append(stack([hiss, pop, squeal]).sum(axis=0))
    at, strength = circle.strikes(rate, 0.7, 0.2)
    return circle.scatter(at, strength, stack(pool))
