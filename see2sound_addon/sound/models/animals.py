"""Insects, frogs, dogs, cats, and the animals of a farm and of the wild."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..blocks.grains import burst, glide, modes, stack
from ..blocks.shapes import band, hump, peaks
from ..blocks.voices import call, contour
from ..circle import Circle, Curve, unit
from .registry import Range, model

SIZE = Range(1.0, 0.5, 2.0, "", "size of the animal beside the usual; a large one is lower")


def _calls(circle: Circle, rate: Curve, make: Callable[[], np.ndarray], kinds: int = 6, jitter: float = 0.7) -> np.ndarray:
    at, strength = circle.strikes(rate, jitter, 0.25)
    return unit(circle.scatter(at, strength, stack([make() for _ in range(min(kinds, max(1, len(at))))])))


@model(
    "cricket",
    steady=("insects", "pitch"),
    temperature=Range(22.0, 8.0, 35.0, "C", "of the air: warm crickets chirp faster (Dolbear)"),
    insects=Range(4.0, 1.0, 20.0, "", "how many sing"),
    pitch=Range(4600.0, 2500.0, 7000.0, "Hz", "of the wing's resonance"),
)
def cricket(circle: Circle, temperature: Curve, insects: Curve, pitch: Curve) -> np.ndarray:
    """Field crickets: a wing that resonates near 4.6 kHz, struck by 3 or 4 strokes of 15 ms a chirp; (T - 4) / 7 chirps a
    second with T in degrees Celsius (Dolbear, American Naturalist 31, 1897; Bennet-Clark, "Songs and the physics of
    sound production", in Cricket behavior and neurobiology, 1989)."""
    out = np.zeros(circle.n)
    chirps = np.maximum(np.asarray(temperature) - 4.0, 1.0) / 7.0
    for _ in range(max(1, round(float(np.mean(insects))))):
        own = float(np.mean(pitch)) * circle.random.uniform(0.93, 1.07)
        note = []
        for stroke in range(4):
            length = 0.016 * circle.random.uniform(0.9, 1.1)
            tone = contour(circle, length, [(0.0, own * 1.02), (1.0, own * 0.98)])
            note += [
                (0.5 + 0.17 * stroke) * glide(circle, tone, np.sin(np.pi * np.linspace(0, 1, len(tone))), (1.0, 0.08, 0.03))
            ]
            note += [np.zeros(int(0.014 * circle.rate))]
        at, strength = circle.strikes(chirps * circle.random.uniform(0.8, 1.2), 0.15, 0.05)
        out += circle.scatter(at, strength * circle.random.uniform(0.3, 1.0), np.concatenate(note)[None])
    return unit(out) + 0.015 * circle.noise(band(300.0, 6000.0, 1.0))


@model(
    "cicada",
    steady=("pitch", "insects"),
    pitch=Range(5500.0, 3000.0, 9000.0, "Hz", "of the abdomen's resonance"),
    pulse=Range(180.0, 60.0, 400.0, "1/s", "clicks of the tymbals a second"),
    insects=Range(6.0, 1.0, 30.0, "", "how many sing"),
)
def cicada(circle: Circle, pitch: Curve, pulse: Curve, insects: Curve) -> np.ndarray:
    """Tymbals that buckle some hundred times a second and ring in the hollow abdomen: a buzz between 4 and 8 kHz that swells
    and sinks (Young and Bennet-Clark, "The role of the tymbal in cicada sound production", J. Exp. Biol. 198, 1995)."""
    out = np.zeros(circle.n)
    for _ in range(min(8, max(1, round(float(np.mean(insects)))))):
        own = float(np.mean(pitch)) * circle.random.uniform(0.9, 1.1)
        beats = np.asarray(pulse) * circle.random.uniform(0.85, 1.15) * circle.slow(4.0, 0.03, 0.3)
        at, _ = circle.crossings(circle.phase(beats))
        t = circle.times(0.008)
        click = np.exp(-t / 0.0012) * np.sin(2.0 * np.pi * own * t)
        swell = np.clip(circle.slow(0.4, 0.5, 0.6, at), 0.0, 2.5)
        out += circle.scatter(at, swell * circle.random.uniform(0.3, 1.0), click[None])
    return unit(out) + 0.15 * circle.noise(hump(float(np.mean(pitch)), 0.25))


@model(
    "frog",
    steady=("size", "frogs"),
    events="croaks",
    rate=Range(1.2, 0.05, 6.0, "1/s", "croaks a second"),
    size=Range(1.0, 0.4, 3.0, "", "0.5 for a tree frog, 1 for a pond frog, 2.5 for a bullfrog"),
    frogs=Range(4.0, 1.0, 30.0, "", "how many call"),
)
def frog(circle: Circle, rate: Curve, size: Curve, frogs: Curve) -> np.ndarray:
    """Pond frogs: rows of 10 to 25 pulses within half a second, with energy near 1 and 2.5 kHz; large species are lower
    (Wells, "The ecology and behavior of amphibians", 2007, chapter 7)."""
    scale = 1.0 / float(np.mean(size))

    def croak() -> np.ndarray:
        count, period = int(circle.random.integers(8, 22)), circle.random.uniform(0.018, 0.032) / scale**0.5
        tone, length = circle.random.uniform(850.0, 1300.0) * scale, int(period * circle.rate)
        t = np.arange(length) / circle.rate
        row = []
        for number in range(count):
            ring = np.sin(2 * np.pi * tone * t) + 0.6 * np.sin(2 * np.pi * 2.3 * tone * t)
            ring = ring * np.exp(-t / (0.25 * period)) * (1.0 - np.exp(-t / 0.0006))
            row.append(ring * np.sin(np.pi * (number + 0.5) / count) ** 0.5)
        return np.concatenate(row)

    return _calls(circle, np.asarray(rate) * float(np.mean(frogs)) / 2.0, croak, 10, 1.0) + 0.02 * circle.noise(
        band(200.0, 2000.0)
    )


@model(
    "bee",
    steady=("insects", "nearness"),
    size=Range(1.0, 0.5, 2.0, "", "0.5 for a mosquito's pitch, 1 for a bee, 1.6 for a bumblebee"),
    insects=Range(3.0, 1.0, 200.0, "", "how many fly: a hundred is a swarm"),
    nearness=Range(0.5, 0.0, 1.0, "", "how much they pass close by"),
)
def bee(circle: Circle, size: Curve, insects: Curve, nearness: Curve) -> np.ndarray:
    """Wings that beat 230 times a second (a honey bee's), a buzz of many overtones whose pitch and level wander as the insect
    flies about (Altshuler et al., "Short-amplitude high-frequency wing strokes", PNAS 102, 2005)."""
    out = np.zeros(circle.n)
    number = max(1, round(float(np.mean(insects))))
    for _ in range(min(number, 8)):
        pitch = 230.0 / np.asarray(size) ** 1.2 * circle.random.uniform(0.88, 1.12) * circle.slow(3.0, 0.05, 0.6)
        train = circle.pulses(circle.phase(pitch))
        level = circle.slow(1.2, 0.2 + 1.2 * float(np.mean(nearness)), 0.6)
        out += train * np.minimum(level, 4.0) * circle.random.uniform(0.5, 1.0)
    buzz = unit(circle.filter(out, lambda f: band(180.0, 1400.0, 1.0)(f) * (f > 60.0)))
    swarm = circle.noise(lambda f: hump(240.0, 0.25)(f) + 0.5 * hump(480.0, 0.25)(f) + 0.2 * hump(900.0, 0.5)(f))
    return buzz + min(1.5, number / 60.0) * swarm


def _bark(circle: Circle, base: float, length: float, scale: float, rough: float, vowel: Sequence[float]) -> np.ndarray:
    pitch = contour(circle, length, [(0.0, base * 0.75), (0.25, base * 1.25), (1.0, base * 0.7)])
    loud = contour(circle, length, [(0.0, 0.0), (0.1, 1.0), (0.5, 0.7), (1.0, 0.0)])
    return call(circle, pitch, loud, [f * scale for f in vowel], 0.16, rough, 0.45, 0.16)


@model(
    "dog",
    steady=("size", "roughness"),
    events="barks",
    rate=Range(0.9, 0.03, 6.0, "1/s", "barks a second"),
    size=Range(0.5, 0.15, 0.9, "m", "height at the shoulder"),
    roughness=Range(0.7, 0.0, 1.0, "", "how hoarse and angry it is"),
)
def dog(circle: Circle, rate: Curve, size: Curve, roughness: Curve) -> np.ndarray:
    """Barks: 0.15 to 0.25 s, a pitch of 250 to 900 Hz with the size, rough, under two formants (Feddersen-Petersen,
    "Vocalization of European wolves and various dog breeds", Archiv für Tierzucht 43, 2000; Riede and Fitch, "Vocal tract
    length and acoustics of vocalization in the domestic dog", J. Exp. Biol. 202, 1999)."""
    scale = (0.5 / float(np.mean(size))) ** 0.55

    def bark() -> np.ndarray:
        base, length = 430.0 * scale * circle.random.uniform(0.9, 1.12), circle.random.uniform(0.15, 0.24)
        barks = [_bark(circle, base, length, scale, 0.9 * float(np.mean(roughness)), (750.0, 1350.0, 2600.0))]
        if circle.given is None and circle.random.random() < 0.4:
            barks += [np.zeros(int(0.12 * circle.rate)), 0.9 * barks[0]]
        return np.concatenate(barks)

    return _calls(circle, rate, bark)


@model(
    "cat",
    steady=("size", "plea"),
    events="meows",
    rate=Range(0.3, 0.02, 2.0, "1/s", "meows a second"),
    size=SIZE,
    plea=Range(0.5, 0.0, 1.0, "", "how long and insistent it is"),
)
def cat(circle: Circle, rate: Curve, size: Curve, plea: Curve) -> np.ndarray:
    """Meows: 0.5 to 1 s, a pitch that rises from 450 to 700 Hz and falls, while the mouth opens and closes, so that the
    formants rise and fall, too (Nicastro, "Perceptual and acoustic evidence for species-level differences in meow
    vocalizations", Journal of Comparative Psychology 118, 2004)."""
    scale = 1.0 / float(np.mean(size))

    def meow() -> np.ndarray:
        length = circle.random.uniform(0.45, 0.6) + 0.5 * float(np.mean(plea))
        base = circle.random.uniform(450.0, 560.0) * scale
        pitch = contour(circle, length, [(0.0, base), (0.35, base * 1.35), (1.0, base * 0.85)])
        loud = contour(circle, length, [(0.0, 0.0), (0.25, 1.0), (0.7, 0.8), (1.0, 0.0)])
        first = contour(circle, length, [(0.0, 600.0), (0.35, 1500.0), (0.7, 1300.0), (1.0, 700.0)]) * scale
        second = contour(circle, length, [(0.0, 2600.0), (0.35, 2900.0), (1.0, 1800.0)]) * scale
        return call(circle, pitch, loud, (first, second, second * 1.6), 0.03, 0.08, 0.7)

    return _calls(circle, rate, meow)


@model(
    "horse hooves",
    steady=("hardness", "horses"),
    events="hoofbeats",
    speed=Range(3.5, 1.0, 16.0, "m/s", "1.7 is a walk, 3.5 a trot, 8 a canter, 14 a gallop"),
    hardness=Range(0.7, 0.0, 1.0, "", "0 for turf, 1 for cobbles"),
    horses=Range(1.0, 1.0, 8.0, "", "how many"),
)
def horse_hooves(circle: Circle, speed: Curve, hardness: Curve, horses: Curve) -> np.ndarray:
    """Hoofbeats: four a stride at a walk, pairs at a trot, three and a pause at a canter; strides of 1.7 to 6 m (Hildebrand,
    "The quadrupedal gaits of vertebrates", BioScience 39, 1989); an iron shoe clicks between 1 and 4 kHz on stone, a hoof
    thuds near 150 Hz on turf."""
    pace, hard = float(np.mean(speed)), float(np.mean(hardness))
    walk, canter = (0.0, 0.25, 0.5, 0.75), (0.0, 0.3, 0.33, 0.6)
    pattern = walk if pace < 2.4 else (0.0, 0.03, 0.5, 0.53) if pace < 5.5 else canter
    stride = 1.0 + 0.42 * np.asarray(speed) ** 0.85
    pool = []
    for _ in range(8):
        clop = modes(
            circle,
            circle.random.uniform(0.9, 1.1) * np.array([720.0, 1240.0, 2150.0, 3600.0]),
            (0.012, 0.009, 0.006, 0.004),
            (1.0, 0.8, 0.6, 0.35),
        )
        thud = 1.2 * burst(circle, 0.12, 0.004, 0.022, band(70.0, 260.0, 1.0))
        pool.append(
            stack(
                [hard * clop, (1.05 - 0.8 * hard) * thud, 0.15 * burst(circle, 0.04, 0.0004, 0.006, band(1500.0, 7000.0))]
            ).sum(axis=0)
        )
    out = np.zeros(circle.n)
    for _ in range(max(1, round(float(np.mean(horses))))):
        at, strength = circle.strikes(np.asarray(speed) / stride, 0.04, 0.08)
        if circle.given is not None:
            return unit(circle.scatter(at, strength, stack(pool)))
        period = float(np.mean(stride)) / pace
        beats = np.concatenate(
            [at + int((share + circle.random.normal(0.0, 0.01)) * period * circle.rate) for share in pattern]
        )
        beats = beats % circle.n if circle.loop else np.clip(beats, 0, circle.n - 1)
        out += circle.scatter(beats, circle.random.uniform(0.7, 1.0, len(beats)), stack(pool))
    return unit(out)


@model("horse", steady=("size",), events="neighs", rate=Range(0.15, 0.01, 1.0, "1/s", "neighs a second"), size=SIZE)
def horse(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """A whinny: 1.5 s, a pitch that rises to 1.2 kHz and falls in steps, shaken 10 to 12 times a second, with snorts (Briefer
    et al., "Segregation of information about emotional arousal and valence in horse whinnies", Scientific Reports 4,
    2015)."""
    scale = 1.0 / float(np.mean(size))

    def whinny() -> np.ndarray:
        length = circle.random.uniform(1.3, 1.8)
        pitch = contour(circle, length, [(0.0, 700.0), (0.15, 1150.0), (0.6, 800.0), (1.0, 380.0)]) * scale
        t = np.arange(len(pitch)) / circle.rate
        shake = np.sin(2 * np.pi * 11.0 * t)
        loud = contour(circle, length, [(0.0, 0.0), (0.1, 1.0), (0.6, 0.8), (1.0, 0.0)]) * (
            1.0 - 0.35 * (1.0 + shake) * (t > 0.3)
        )
        sung = call(circle, pitch * (1.0 + 0.06 * shake), loud, (950.0, 1900.0, 3300.0), 0.08, 0.3, 0.5)
        snort = 0.7 * burst(circle, 0.5, 0.04, 0.12, band(200.0, 2500.0, 0.7))
        return np.concatenate([sung, snort])

    return _calls(circle, rate, whinny, 4)


def _low_call(circle: Circle, base: float, length: float, tract: Sequence[float], rise: float, rough: float) -> np.ndarray:
    pitch = contour(circle, length, [(0.0, base * 0.85), (0.3, base), (0.75, base * rise), (1.0, base * 0.8)])
    loud = contour(circle, length, [(0.0, 0.0), (0.2, 0.7), (0.6, 1.0), (1.0, 0.0)])
    opening = contour(circle, length, [(0.0, 0.75), (0.35, 1.0), (1.0, 0.9)])
    return call(circle, pitch, loud, [f * opening for f in tract], 0.06, rough, 0.15)


@model(
    "cow",
    steady=("size", "openness"),
    events="moos",
    rate=Range(0.15, 0.01, 1.0, "1/s", "moos a second"),
    size=SIZE,
    openness=Range(0.6, 0.0, 1.0, "", "0 with the mouth closed, 1 a loud call"),
)
def cow(circle: Circle, rate: Curve, size: Curve, openness: Curve) -> np.ndarray:
    """Moos: one to two seconds, a pitch of 80 Hz with the mouth closed and 150 Hz in loud calls, formants near 300, 700 and
    1200 Hz (de la Torre, Briefer, Reader and McElligott, "Acoustic analysis of cattle mother-offspring contact calls",
    Applied Animal Behaviour Science 163, 2015)."""
    scale, wide = 1.0 / float(np.mean(size)), float(np.mean(openness))

    def moo() -> np.ndarray:
        base = (85.0 + 75.0 * wide) * scale * circle.random.uniform(0.92, 1.1)
        tract = np.array([230.0 + 150.0 * wide, 600.0 + 250.0 * wide, 1250.0, 2250.0, 3000.0]) * scale
        return _low_call(circle, base, circle.random.uniform(1.1, 1.9), list(tract), 1.15, 0.25)

    return _calls(circle, rate, moo, 4)


@model(
    "sheep",
    steady=("size", "animals"),
    events="bleats",
    rate=Range(0.4, 0.02, 3.0, "1/s", "bleats a second"),
    size=SIZE,
    animals=Range(2.0, 1.0, 20.0, "", "how many"),
)
def sheep(circle: Circle, rate: Curve, size: Curve, animals: Curve) -> np.ndarray:
    """Bleats: 0.6 to 1 s at 150 to 300 Hz, trembling eight times a second, formants of an open vowel (Sebe, Nowak, Poindron
    and Aubin, "Establishment of vocal communication between ewes and lambs", 2007)."""
    scale = 1.0 / float(np.mean(size))

    def bleat() -> np.ndarray:
        length, base = circle.random.uniform(0.6, 1.0), circle.random.uniform(160.0, 280.0) * scale
        pitch = contour(circle, length, [(0.0, base), (0.3, base * 1.12), (1.0, base * 0.85)])
        t = np.arange(len(pitch)) / circle.rate
        shake = np.sin(2 * np.pi * circle.random.uniform(7.0, 9.5) * t)
        loud = contour(circle, length, [(0.0, 0.0), (0.12, 1.0), (0.7, 0.8), (1.0, 0.0)]) * (0.65 + 0.35 * shake)
        return call(
            circle, pitch * (1.0 + 0.05 * shake), loud, (750.0 * scale, 1500.0 * scale, 2700.0 * scale), 0.07, 0.2, 0.35
        )

    return _calls(circle, np.asarray(rate) * float(np.mean(animals)) / 2.0, bleat, 8, 0.9)


@model("pig", steady=("size",), events="grunts", rate=Range(1.2, 0.05, 6.0, "1/s", "grunts a second"), size=SIZE)
def pig(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """Grunts: 0.2 s of rough pulses at 60 to 120 Hz through the nose (Garcia, Gingras, Bowling, Herbst, Boeckle, Locatelli and
    Fitch, "Structural classification of wild boar vocalizations", Ethology 122, 2016)."""
    scale = 1.0 / float(np.mean(size))

    def grunt() -> np.ndarray:
        length = circle.random.uniform(0.14, 0.3)
        pitch = contour(circle, length, [(0.0, 110.0 * scale), (1.0, 70.0 * scale)])
        loud = contour(circle, length, [(0.0, 0.0), (0.2, 1.0), (1.0, 0.0)])
        return call(circle, pitch, loud, (420.0 * scale, 1100.0 * scale, 2200.0 * scale), 0.25, 1.0, 0.4)

    return _calls(circle, rate, grunt, 8, 0.9)


@model(
    "lion",
    steady=("size", "roughness"),
    events="roars",
    rate=Range(0.12, 0.01, 0.6, "1/s", "roars a second"),
    size=SIZE,
    roughness=Range(0.8, 0.0, 1.0, "", "how harsh it is"),
)
def lion(circle: Circle, rate: Curve, size: Curve, roughness: Curve) -> np.ndarray:
    """A roar: two seconds near 150 to 200 Hz, chaotic, energy between 200 and 800 Hz (Titze, Fitch, Hunter, Alipour,
    Montequin, Armstrong, McGee and Walsh, "Vocal power and pressure-flow relationships in excised tiger larynges", J. Exp.
    Biol. 213, 2010)."""
    scale = 1.0 / float(np.mean(size))

    def roar() -> np.ndarray:
        base = circle.random.uniform(140.0, 190.0) * scale
        tract = (380.0 * scale, 750.0 * scale, 1300.0 * scale)
        return _low_call(circle, base, circle.random.uniform(1.4, 2.2), tract, 1.25, 1.5 * float(np.mean(roughness)))

    return _calls(circle, rate, roar, 3)


@model(
    "growling",
    steady=("size", "roughness"),
    events="growls",
    rate=Range(0.3, 0.02, 1.5, "1/s", "growls a second"),
    size=SIZE,
    roughness=Range(0.8, 0.0, 1.0, "", "how harsh it is"),
)
def growling(circle: Circle, rate: Curve, size: Curve, roughness: Curve) -> np.ndarray:
    """A dog's or a bear's growl: one to two seconds of rough pulses at 60 to 110 Hz under formants near 400 and 1100 Hz, the
    lower the larger the animal (Riede and Fitch 1999; Taylor, Reby and McComb, "Human listeners attend to size information
    in domestic dog growls", JASA 123, 2008)."""
    scale = 1.0 / float(np.mean(size))

    def growl() -> np.ndarray:
        tract = (420.0 * scale, 1150.0 * scale, 2100.0 * scale)
        base = circle.random.uniform(65.0, 105.0) * scale
        return _low_call(circle, base, circle.random.uniform(0.9, 2.0), tract, 1.1, 1.3 * float(np.mean(roughness)))

    return _calls(circle, rate, growl, 4)


@model(
    "wolf",
    steady=("size", "animals"),
    events="howls",
    rate=Range(0.12, 0.01, 0.6, "1/s", "howls a second"),
    size=SIZE,
    animals=Range(1.0, 1.0, 8.0, "", "how many"),
)
def wolf(circle: Circle, rate: Curve, size: Curve, animals: Curve) -> np.ndarray:
    """A howl: three to six seconds, a pitch that rises to 400 to 700 Hz, stays, and falls (Theberge and Falls, "Howling as a
    means of communication in timber wolves", American Zoologist 7, 1967)."""
    scale = 1.0 / float(np.mean(size))

    def howl() -> np.ndarray:
        length, base = circle.random.uniform(2.5, 4.5), circle.random.uniform(380.0, 560.0) * scale
        pitch = contour(circle, length, [(0.0, base * 0.6), (0.2, base * 1.05), (0.7, base), (1.0, base * 0.65)])
        loud = contour(circle, length, [(0.0, 0.0), (0.2, 1.0), (0.75, 0.8), (1.0, 0.0)])
        return call(circle, pitch, loud, (600.0, 1100.0, 2400.0), 0.02, 0.06, 1.3)

    return _calls(circle, np.asarray(rate) * float(np.mean(animals)), howl, 4)


@model("elephant", steady=("size",), events="trumpets", rate=Range(0.12, 0.01, 0.6, "1/s", "calls a second"), size=SIZE)
def elephant(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """A trumpet: a second of a brassy tone near 500 Hz blown through the trunk, and a rumble of 15 to 30 Hz whose overtones
    are heard (Soltis, "Vocal communication in African elephants", Zoo Biology 29, 2010)."""
    scale = 1.0 / float(np.mean(size))

    def trumpet() -> np.ndarray:
        length, base = circle.random.uniform(0.7, 1.3), circle.random.uniform(420.0, 560.0) * scale
        pitch = contour(circle, length, [(0.0, base * 0.7), (0.25, base * 1.2), (1.0, base)])
        loud = contour(circle, length, [(0.0, 0.0), (0.15, 1.0), (0.8, 0.8), (1.0, 0.0)])
        return call(circle, pitch, loud, (700.0, 1500.0, 3000.0), 0.12, 0.6, 0.15)

    rumble = circle.noise(peaks([(40.0, 20.0, 1.0), (60.0, 25.0, 0.7), (90.0, 30.0, 0.4)])) * np.clip(
        circle.slow(0.5, 1.0) - 0.4, 0.0, 2.0
    )
    return _calls(circle, rate, trumpet, 3) + 0.25 * unit(rumble)
