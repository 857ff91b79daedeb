"""Places: the sound of a whole surrounding, mostly layers of the other models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..blocks.engines import piston_engine, tone_stack
from ..blocks.grains import burst, plate_modes, stack
from ..blocks.shapes import air, band, hump, tilt
from ..circle import Circle, Curve, even, unit
from .people import shouts
from .registry import MODELS, Range, model

ACTIVITY = Range(0.5, 0.0, 1.0, "", "from early morning to the busiest hour")


def _layers(circle: Circle, layers: Sequence[tuple[str, float, dict[str, float]]]) -> np.ndarray:
    """Other models on top of each other, each with a gain and its own parameters."""
    given, circle.given = circle.given, None  # events of a place are not those of its layers
    total = np.zeros(circle.n)
    for name, gain, values in layers:
        if gain > 0.0:
            total += gain * even(MODELS[name](circle, **values), circle.rate)
    circle.given = given
    return total


def _far(circle: Circle, signal: np.ndarray, metres: float, reverberation: float = 0.0) -> np.ndarray:
    """From a distance: air takes the highs, and walls give some of it back later."""
    out = circle.filter(signal, air(metres))
    if reverberation > 0.0:
        t = circle.times(3.5 * reverberation)
        tail = circle.random.standard_normal(len(t)) * np.exp(-6.9 * t / reverberation) * np.minimum(1.0, t / 0.02)
        out = 0.4 * unit(out) + unit(circle.filter(circle.convolve(out, tail), band(100.0, 3500.0, 0.9)))
    return even(out, circle.rate)


def _passing(circle: Circle, per_second: Curve, shortest: float, longest: float) -> np.ndarray:
    """Swells (n,) of vehicles that pass: 1 / (1 + (t / w)^2), the level of a point on a line."""
    out = np.zeros(circle.n)
    for at in circle.events(per_second):
        width = circle.random.uniform(shortest, longest)
        t = circle.times(min(8.0 * width, circle.seconds)) - min(4.0 * width, circle.seconds / 2.0)
        swell = circle.random.uniform(0.3, 1.0) / (1.0 + (t / width) ** 2)
        edge = np.minimum(1.0, np.minimum(np.arange(len(t)), np.arange(len(t), 0, -1)) / (0.25 * len(t)))
        circle.add(out, swell * edge, int(at))
    return out


def _traffic_bed(circle: Circle) -> np.ndarray:
    return circle.noise(lambda f: tilt(0.85, 60.0)(f)) * circle.slow(0.3, 0.2)


@model(
    "city",
    steady=("distance",),
    activity=ACTIVITY,
    distance=Range(30.0, 5.0, 500.0, "m", "from the next street"),
    hum=Range(0.4, 0.0, 1.0, "", "how much machines hum"),
)
def city(circle: Circle, activity: Curve, distance: Curve, hum: Curve) -> np.ndarray:
    """Traffic from all around: a dull bed that falls with 5 dB an octave, swells as single cars pass, and the hum of machines
    (spectra after Can, Leclercq, Lelong and Botteldooren, "Traffic noise spectrum analysis", Applied Acoustics 71, 2010)."""
    busy = np.asarray(activity)
    passes = _passing(circle, 0.05 + 0.45 * busy, 0.5, 1.3)
    tyres = circle.filter(circle.noise(band(450.0, 1400.0, 1.1)) * passes, air(float(np.mean(distance))))
    engines = circle.noise(lambda f: hump(85.0, 0.7)(f)) * passes
    machines = tone_stack(circle, 50.0, (0.0, 1.0, 0.0, 0.4, 0.0, 0.15), 0.0005) + 0.5 * tone_stack(
        circle, 59.0, (0.0, 1.0), 0.002
    )
    people = _layers(circle, [("crowd", 1.0, {"people": 12.0, "distance": 30.0})])
    return (
        unit(_traffic_bed(circle))
        + (0.25 + 0.4 * busy) * unit(tyres)
        + 0.3 * busy * unit(engines)
        + 0.12 * np.asarray(hum) * unit(machines)
        + 0.07 * busy * people
    )


@model(
    "road traffic",
    steady=("speed", "distance"),
    rate=Range(0.5, 0.02, 4.0, "1/s", "vehicles a second"),
    speed=Range(14.0, 5.0, 40.0, "m/s", "of the vehicles"),
    distance=Range(12.0, 3.0, 300.0, "m", "from the road"),
)
def road_traffic(circle: Circle, rate: Curve, speed: Curve, distance: Curve) -> np.ndarray:
    """A road: vehicles that pass with tyres around 1 kHz and engines near 80 Hz, each for a time of distance over speed
    (CNOSSOS-EU; Sandberg and Ejsmont 2002)."""
    width = float(np.mean(distance)) / float(np.mean(speed))
    passes = _passing(circle, rate, 0.7 * width, 1.3 * width) + 0.05
    fast = float(np.mean(speed)) / 14.0
    tyres = circle.filter(circle.noise(lambda f: band(480.0, 1500.0, 1.1)(f)) * passes, air(float(np.mean(distance))))
    engines = circle.noise(lambda f: hump(80.0 * fast**0.5, 0.7)(f) + 0.3 * hump(210.0, 0.6)(f)) * passes
    return fast**0.7 * unit(tyres) + 0.6 * unit(engines) + 0.35 * unit(_traffic_bed(circle))


@model(
    "suburb",
    steady=("activity", "birds", "gardens"),
    activity=ACTIVITY,
    birds=Range(0.4, 0.0, 1.0, "", "how many sing"),
    gardens=Range(0.2, 0.0, 1.0, "", "how much is mown and hammered"),
)
def suburb(circle: Circle, activity: Curve, birds: Curve, gardens: Curve) -> np.ndarray:
    """Streets with gardens: far traffic, birds, wind, now and then a car, a dog, a mower (soundscape surveys: Schafer, "The
    tuning of the world", 1977)."""
    busy = float(np.mean(activity))
    passes = _passing(circle, 0.03 + 0.1 * busy, 1.0, 2.5)
    cars = circle.noise(band(400.0, 1300.0, 1.1)) * passes
    life = _layers(
        circle,
        [
            ("sparrow", 0.35 * float(np.mean(birds)), {"rate": 1.5}),
            ("songbird", 0.35 * float(np.mean(birds)), {"rate": 0.15}),
            ("wind in trees", 0.35, {"wind": 3.0}),
        ],
    )
    mower = _far(circle, _layers(circle, [("lawn mower", 1.0, {}), ("dog", 0.5, {"rate": 0.12})]), 80.0, 0.6)
    return 0.8 * unit(_traffic_bed(circle)) + 0.5 * unit(cars) + life + 0.35 * float(np.mean(gardens)) * mower


@model(
    "forest by day",
    steady=("birds", "wind", "insects"),
    birds=Range(0.6, 0.0, 1.0, "", "how many sing"),
    wind=Range(3.0, 0.5, 15.0, "m/s", "speed of the wind"),
    insects=Range(0.3, 0.0, 1.0, "", "how many hum"),
)
def forest_by_day(circle: Circle, birds: Curve, wind: Curve, insects: Curve) -> np.ndarray:
    """Leaves in the wind and birds near and far, whose far songs the trees give back as a haze (Padgham, "Reverberation and
    frequency attenuation in forests", JASA 115, 2004)."""
    many = float(np.mean(birds))
    near = _layers(circle, [("songbird", 0.5, {"rate": 0.3}), ("warbler", 0.4, {"rate": 0.2}), ("pigeon", 0.15, {"rate": 0.1})])
    far = _far(
        circle,
        _layers(circle, [("songbird", 1.0, {"rate": 0.6}), ("warbler", 0.5, {"rate": 0.3})]),
        120.0,
        0.9,
    )
    trees = _layers(
        circle,
        [("wind in trees", 1.0, {"wind": float(np.mean(wind))}), ("bee", 0.12 * float(np.mean(insects)), {"insects": 4.0})],
    )
    return 0.7 * trees + many * (near + 0.6 * far)


@model(
    "forest by night",
    steady=("wind",),
    insects=Range(0.6, 0.0, 1.0, "", "how many crickets sing"),
    owls=Range(0.4, 0.0, 1.0, "", "how often owls hoot"),
    wind=Range(1.5, 0.5, 15.0, "m/s", "speed of the wind"),
)
def forest_by_night(circle: Circle, insects: Curve, owls: Curve, wind: Curve) -> np.ndarray:
    """Crickets, an owl far off, hardly any wind, a twig now and then."""
    chorus = _layers(circle, [("cricket", 1.0, {"insects": 8.0, "temperature": 17.0})])
    owl = _far(circle, _layers(circle, [("owl", 1.0, {"rate": 0.12})]), 150.0, 1.2)
    trees = _layers(circle, [("wind in trees", 1.0, {"wind": float(np.mean(wind))})])
    twigs = (
        circle.scatter(
            circle.events(0.3),
            np.ones(1),
            stack([burst(circle, 0.05, 0.0003, 0.005, band(500.0, 5000.0, 0.8)) for _ in range(4)]),
        )
        if circle.seconds > 0.5
        else 0.0
    )
    return np.asarray(insects) * chorus + 0.5 * np.asarray(owls) * owl + 0.35 * trees + 0.1 * twigs


@model(
    "harbour",
    steady=("activity", "gulls", "rigging"),
    activity=ACTIVITY,
    gulls=Range(0.4, 0.0, 1.0, "", "how many cry"),
    rigging=Range(0.4, 0.0, 1.0, "", "how much ropes and masts knock"),
)
def harbour(circle: Circle, activity: Curve, gulls: Curve, rigging: Curve) -> np.ndarray:
    """Water on quays and hulls, rigging that knocks, gulls, a boat that putters and a ship's horn far off."""
    busy = float(np.mean(activity))
    layers = [
        ("calm water", 0.9, {"hollow": 0.6}),
        ("sail", 0.35 * float(np.mean(rigging)), {"rigging": 1.0, "wind": 4.0}),
        ("gull", 0.5 * float(np.mean(gulls)), {"rate": 0.25}),
    ]
    boat = unit(piston_engine(circle, 700.0, 3, band(40.0, 400.0, 0.9), unevenness=0.15))
    horn = _layers(circle, [("ship horn", 1.0, {"rate": 0.05, "length": 2.0})])
    far = _far(circle, boat + 0.5 * horn, 200.0, 1.0)
    return _layers(circle, layers) + 0.35 * busy * far


@model(
    "station hall",
    steady=("activity", "trains", "announcements"),
    activity=ACTIVITY,
    trains=Range(0.4, 0.0, 1.0, "", "how much trains are heard"),
    announcements=Range(0.3, 0.0, 1.0, "", "how often a voice speaks"),
)
def station_hall(circle: Circle, activity: Curve, trains: Curve, announcements: Curve) -> np.ndarray:
    """A large hall with three seconds of reverberation: voices and steps without words, trains, a loudspeaker (reverberation
    as for the cave)."""
    busy = float(np.mean(activity))
    people = _layers(
        circle, [("crowd", 0.4 + 0.6 * busy, {"people": 120.0, "distance": 20.0}), ("footsteps on stone", 0.4, {"pace": 4.0})]
    )
    spoken = shouts(circle, 1.6, 170.0, 240.0, 0.5) * np.clip(circle.slow(0.15, 1.2) - 0.5, 0.0, 1.5)
    rails = circle.noise(band(70.0, 1300.0, 0.8)) * circle.slow(0.2, 0.7)  # trains that roll in and out
    hall = _far(
        circle,
        unit(people) + 0.5 * float(np.mean(announcements)) * unit(spoken) + 0.6 * float(np.mean(trains)) * rails,
        10.0,
        3.0,
    )
    return hall + 0.3 * unit(people) + 0.25 * circle.noise(lambda f: tilt(0.8, 60.0)(f) * band(50.0, 1200.0, 1.0)(f))


@model(
    "café",
    steady=("activity", "dishes", "machine"),
    activity=ACTIVITY,
    dishes=Range(0.4, 0.0, 1.0, "", "how much they clatter"),
    machine=Range(0.2, 0.0, 1.0, "", "how much the coffee machine hisses"),
)
def cafe(circle: Circle, activity: Curve, dishes: Curve, machine: Curve) -> np.ndarray:
    """Talk at tables, cups and spoons, a coffee machine, in a room with half a second of reverberation (Rindel, "Acoustical
    capacity of restaurants", 2010)."""
    busy = float(np.mean(activity))
    room = _layers(
        circle,
        [
            ("crowd", 0.5 + 0.6 * busy, {"people": 8.0 + 40.0 * busy, "excitement": 0.4}),
            ("dishes", 0.55 * float(np.mean(dishes)), {"rate": 1.5}),
        ],
    )
    coffee = _layers(circle, [("steam", 1.0, {})]) * np.clip(circle.slow(0.25, 1.5) - 0.9, 0.0, 2.0)
    return unit(room) + 0.4 * _far(circle, room, 5.0, 0.6) + 0.5 * float(np.mean(machine)) * unit(coffee)


@model(
    "office",
    steady=("people", "keys", "air"),
    people=Range(0.4, 0.0, 1.0, "", "how much is said"),
    keys=Range(0.4, 0.0, 1.0, "", "how much is typed"),
    air=Range(0.5, 0.0, 1.0, "", "how much the air conditioning is heard"),
)
def office(circle: Circle, people: Curve, keys: Curve, air: Curve) -> np.ndarray:
    """Air conditioning, keys near and far, a printer, quiet talk (spectra after ISO 3382-3 and NC curves)."""
    return _layers(
        circle,
        [
            ("air conditioner", 0.3 + float(np.mean(air)), {"compressor": 0.1, "flow": 0.4}),
            ("typing", 0.5 * float(np.mean(keys)), {"rate": 7.0}),
            ("crowd", 0.45 * float(np.mean(people)), {"people": 5.0, "excitement": 0.1}),
            ("printer", 0.08, {}),
        ],
    )


@model(
    "cave",
    steady=("reverberation",),
    drips=Range(0.8, 0.05, 5.0, "1/s", "drops a second"),
    wind=Range(0.3, 0.0, 1.0, "", "how much air moves"),
    reverberation=Range(3.0, 0.5, 8.0, "s", "of the cave"),
)
def cave(circle: Circle, drips: Curve, wind: Curve, reverberation: Curve) -> np.ndarray:
    """Drops that fall into pools, and walls that give them back for seconds; a low breath of air (drops as for dripping; the
    reverberation is exponentially decaying noise: Moorer, Computer Music Journal 3, 1979)."""
    drops = unit(MODELS["dripping"](circle, rate=drips, echo=0.0))
    space = _far(circle, drops, 20.0, float(np.mean(reverberation)))
    breath = circle.noise(lambda f: hump(70.0, 0.7)(f) + 0.25 * hump(240.0, 0.8)(f)) * circle.slow(0.3, 0.5, 0.6)
    return 0.8 * drops + space + (0.05 + np.asarray(wind)) * unit(breath)


@model(
    "market",
    steady=("activity", "music", "carts"),
    activity=ACTIVITY,
    music=Range(0.1, 0.0, 1.0, "", "how much somewhere is played"),
    carts=Range(0.3, 0.0, 1.0, "", "how much is pushed and dropped"),
)
def market(circle: Circle, activity: Curve, music: Curve, carts: Curve) -> np.ndarray:
    """People in the open who talk and call, steps on stone, crates and carts."""
    busy = float(np.mean(activity))
    boxes = _layers(circle, [("wood impact", 1.0, {"rate": 0.4, "hollow": 0.8}), ("rolling", 0.4, {})])
    return _layers(
        circle,
        [
            ("crowd", 0.6 + 0.6 * busy, {"people": 40.0 + 100.0 * busy, "excitement": 0.7, "distance": 8.0}),
            ("footsteps on stone", 0.15, {"pace": 4.0}),
            ("plucked string", 0.3 * float(np.mean(music)), {}),
        ],
    ) + 0.3 * float(np.mean(carts)) * unit(boxes)


@model(
    "construction site",
    steady=("activity", "tools", "engines"),
    activity=ACTIVITY,
    tools=Range(0.5, 0.0, 1.0, "", "how many hammers and saws"),
    engines=Range(0.5, 0.0, 1.0, "", "how many diggers and lorries"),
)
def construction_site(circle: Circle, activity: Curve, tools: Curve, engines: Curve) -> np.ndarray:
    """Diesels, hammers, a saw, a breaker now and then, metal that falls (BS 5228 has the levels)."""
    busy = float(np.mean(activity))
    hard = _layers(
        circle,
        [("hammering", 0.6, {"rate": 1.5}), ("circular saw", 0.2, {}), ("metal impact", 0.5, {"rate": 0.3, "ring": 0.3})],
    )
    breaker = _layers(circle, [("jackhammer", 1.0, {})]) * np.clip(circle.slow(0.2, 1.5) - 0.8, 0.0, 2.0)
    heavy = _layers(circle, [("truck", 0.8, {"rpm": 1100.0, "load": 0.5})])
    return (
        float(np.mean(tools)) * unit(hard)
        + 0.5 * busy * unit(breaker)
        + (0.2 + float(np.mean(engines))) * heavy
        + 0.3 * unit(_traffic_bed(circle))
    )


@model(
    "room tone",
    hum=Range(0.2, 0.0, 1.0, "", "how much machines hum"),
    outside=Range(0.3, 0.0, 1.0, "", "how much comes through the windows"),
)
def room_tone(circle: Circle, hum: Curve, outside: Curve) -> np.ndarray:
    """A quiet room: dull noise that hardly changes, for objects without a sound model and for rooms at rest (balanced noise
    criterion curves, Beranek 1989)."""
    tone = circle.noise(lambda f: tilt(0.7, 80.0)(f) * band(80.0, 4000.0, 1.0)(f)) * circle.slow(0.5, 0.1)
    mains = tone_stack(circle, 50.0, (0.4, 1.0, 0.1, 0.3), 0.0003)
    street = circle.noise(lambda f: hump(120.0, 0.9)(f)) * circle.slow(0.2, 0.5)
    return tone + 0.15 * np.asarray(hum) * unit(mains) + 0.5 * np.asarray(outside) * street


@model(
    "storm",
    steady=("wind", "rain", "thunder"),
    wind=Range(18.0, 5.0, 35.0, "m/s", "speed of the wind"),
    rain=Range(40.0, 0.5, 100.0, "mm/h", "rainfall rate"),
    thunder=Range(0.5, 0.0, 1.0, "", "how near the lightning is"),
)
def storm(circle: Circle, wind: Curve, rain: Curve, thunder: Curve) -> np.ndarray:
    """A gale with rain and thunder, each as its own model makes it; near lightning cracks, far lightning rolls."""
    near = float(np.mean(thunder))
    parts = [("howling wind", 0.8, {"wind": float(np.mean(wind))}), ("rain", 0.7, {"intensity": float(np.mean(rain))})]
    sky = MODELS["thunder" if near > 0.6 else "distant thunder"](circle)
    return _layers(circle, parts) + (0.2 + near) * unit(sky)


@model(
    "clatter",
    steady=("size", "metal"),
    events="pieces",
    rate=Range(5.0, 0.2, 20.0, "1/s", "blows a second"),
    size=Range(0.3, 0.05, 2.0, "m", "of the pieces"),
    metal=Range(0.5, 0.0, 1.0, "", "from wood to metal"),
)
def clatter(circle: Circle, rate: Curve, size: Curve, metal: Curve) -> np.ndarray:
    """Many loose pieces that strike each other in groups, of wood and of metal."""
    pool = [
        plate_modes(
            circle,
            260.0 / float(np.mean(size)) ** 0.6 * circle.random.uniform(0.6, 1.6),
            12,
            0.015 + 0.1 * float(np.mean(metal)) * circle.random.random(),
            0.5,
        )
        for _ in range(12)
    ]
    at, strength = circle.strikes(np.asarray(rate) * np.clip(circle.slow(0.9, 1.0), 0.05, 2.5), 0.9, 0.5)
    return unit(circle.scatter(at, strength, stack(pool)))
