"""Machines that stand still: fans, pumps, clocks, tools."""

from __future__ import annotations

import numpy as np

from ..blocks.engines import tone_stack, turbulence
from ..blocks.friction import stick_slip
from ..blocks.grains import bubbles, burst, modes, plate_modes, stack
from ..blocks.shapes import band, hump, peaks, tilt
from ..circle import Circle, Curve, unit
from .registry import Range, model


@model(
    "fan",
    steady=("size",),
    rpm=Range(1200.0, 200.0, 6000.0, "1/min", "turns of the fan"),
    size=Range(0.35, 0.05, 2.0, "m", "its diameter"),
    hum=Range(0.3, 0.0, 1.0, "", "how much the motor hums"),
)
def fan(circle: Circle, rpm: Curve, size: Curve, hum: Curve) -> np.ndarray:
    """Blades in air: a tone at five times the turns, and broadband noise around the Strouhal frequency of the blades' speed
    (Carolus, "Ventilatoren", 2013; level with the 50th power of ten of tip speed: Madison's fan law)."""
    turns, large = float(np.mean(rpm)) / 60.0, float(np.mean(size))
    tip = np.pi * large * turns
    air = turbulence(circle, float(np.clip(0.2 * tip / (0.03 + 0.06 * large), 150.0, 3500.0)), 2.4)
    blades = tone_stack(circle, 5.0 * np.asarray(rpm) / 60.0, (1.0, 0.4, 0.2, 0.1), 0.003)
    motor = tone_stack(circle, 100.0, (1.0, 0.3, 0.25, 0.1), 0.0005)
    return air + 0.22 * unit(blades) + 0.3 * np.asarray(hum) * unit(motor)


@model(
    "air conditioner",
    flow=Range(0.5, 0.1, 1.0, "", "how much air it moves"),
    compressor=Range(0.5, 0.0, 1.0, "", "how much its compressor is heard"),
    rattle=Range(0.1, 0.0, 1.0, "", "how loose its grille is"),
)
def air_conditioner(circle: Circle, flow: Curve, compressor: Curve, rattle: Curve) -> np.ndarray:
    """Air through a duct and a grille, falling with 5 dB an octave as room criteria curves do, a compressor at 49 Hz (two-pole
    with slip) with its harmonics (ASHRAE Handbook, HVAC applications, chapter 49)."""
    air = circle.noise(lambda f: tilt(0.75, 90.0)(f) * band(70.0, 3000.0, 0.8)(f)) * circle.slow(1.0, 0.05)
    grille = circle.noise(hump(1400.0, 0.9))
    hum = tone_stack(circle, 48.6, (0.6, 1.0, 0.35, 0.5, 0.15, 0.2, 0.1, 0.1), 0.001)
    loose = circle.filter(circle.impulses(24.0, 0.6), peaks([(900.0, 120.0, 1.0), (2200.0, 200.0, 0.6)]))
    strong = np.asarray(flow)
    return (
        (0.4 + strong) * air
        + 0.35 * strong * grille
        + 0.7 * np.asarray(compressor) * unit(hum)
        + 0.4 * np.asarray(rattle) * unit(loose)
    )


@model(
    "pump",
    rpm=Range(1450.0, 300.0, 3600.0, "1/min", "turns of the motor"),
    pulsation=Range(0.5, 0.0, 1.0, "", "how much the flow pulses"),
    water=Range(0.3, 0.0, 1.0, "", "how much liquid is heard in its pipes"),
)
def pump(circle: Circle, rpm: Curve, pulsation: Curve, water: Curve) -> np.ndarray:
    """A motor pump: a tone of seven vanes, the motor's hum, bearings, and liquid in pipes (Čudina, "Noise as an indicator of
    cavitation in a centrifugal pump", Acoustical Physics 49, 2003)."""
    turns = np.asarray(rpm) / 60.0
    vanes = tone_stack(circle, 7.0 * turns, (1.0, 0.5, 0.3, 0.2, 0.1), 0.003)
    motor = tone_stack(circle, 100.0, (1.0, 0.5, 0.3, 0.2), 0.0005)
    pulse = 1.0 + 0.8 * np.asarray(pulsation) * np.sin(2 * np.pi * circle.phase(turns / 8.0))
    bearings = circle.noise(hump(1900.0, 0.8)) * circle.slow(20.0, 0.15, 0.1)
    pipes = circle.noise(peaks([(330.0, 90.0, 1.0), (720.0, 140.0, 0.7), (1300.0, 250.0, 0.4)], 0.02))
    gurgle = bubbles(circle, 40.0, 0.002, 0.008)
    wet = np.asarray(water)
    return (0.7 * unit(vanes) + 0.5 * unit(motor) + 0.4 * bearings) * pulse + wet * (0.8 * pipes + 0.4 * unit(gurgle))


@model(
    "factory",
    events="press strokes",
    rate=Range(0.8, 0.1, 4.0, "1/s", "strokes of the press a second"),
    machines=Range(0.6, 0.1, 1.0, "", "how many machines run"),
    reverberation=Range(0.5, 0.0, 1.0, "", "of the hall"),
)
def factory(circle: Circle, rate: Curve, machines: Curve, reverberation: Curve) -> np.ndarray:
    """A hall of machines: motors and fans as a bed, a press, belts that clatter, compressed air, in a hall with two seconds of
    reverberation (spectra near 80 to 90 dB(A): ISO 11690)."""
    bed = circle.noise(lambda f: tilt(0.5, 100.0)(f) * band(90.0, 3500.0, 0.8)(f)) * circle.slow(0.5, 0.08)
    hums = tone_stack(circle, 50.0, (0.3, 1.0, 0.2, 0.6, 0.1, 0.4, 0.1, 0.2), 0.001) + tone_stack(
        circle, 147.0, (1.0, 0.5, 0.3), 0.004
    )
    at, strength = circle.strikes(rate, 0.03, 0.1)
    press = stack(
        [
            stack([plate_modes(circle, 95.0, 18, 0.09, 0.6), burst(circle, 0.3, 0.002, 0.05, band(60.0, 1800.0, 0.8))]).sum(
                axis=0
            )
            for _ in range(4)
        ]
    )
    strokes = circle.scatter(at, strength, press)
    clatter = circle.filter(
        circle.impulses(14.0, 0.7), peaks([(620.0, 90.0, 1.0), (1450.0, 160.0, 0.9), (2900.0, 300.0, 0.6)], 0.02)
    )
    moments = circle.events(0.25)
    puffs = circle.scatter(
        moments, np.ones(len(moments)), np.stack([burst(circle, 0.8, 0.01, 0.15, band(1500.0, 8000.0, 0.8)) for _ in range(3)])
    )
    dry = np.asarray(machines) * (unit(bed) + 0.4 * unit(hums) + 0.3 * unit(clatter)) + 0.9 * unit(strokes) + 0.15 * unit(puffs)
    t = circle.times(2.0)
    hall = circle.random.standard_normal(len(t)) * np.exp(-t / 0.3)
    return dry + 0.45 * np.asarray(reverberation) * unit(
        circle.filter(circle.convolve(dry, hall), band(80.0, 3000.0, 0.8))
    ) * np.std(dry)


@model(
    "clock",
    steady=("size",),
    events="ticks",
    rate=Range(2.0, 0.5, 8.0, "1/s", "ticks a second: a long pendulum has 1, an alarm clock 4"),
    size=Range(1.0, 0.3, 4.0, "", "0.4 for a watch, 1 for an alarm clock, 3 for a grandfather clock"),
)
def clock(circle: Circle, rate: Curve, size: Curve) -> np.ndarray:
    """An escapement: each tick is three contacts within 15 ms, unlock, impulse and drop, and tick and tock differ (Headrick,
    "Origin and evolution of the anchor clock escapement", IEEE Control Systems 22, 2002); the case rings."""
    large = float(np.mean(size))

    def tick(bend: float) -> np.ndarray:
        out = np.zeros(int(0.2 * circle.rate))
        for delay, gain in ((0.0, 0.4), (0.004, 0.6), (0.012, 1.0)):
            ring = modes(
                circle,
                bend * np.array([1350.0, 2600.0, 4300.0, 6900.0]) / large**0.6,
                np.array([0.008, 0.006, 0.004, 0.003]) * large**0.5,
                (0.8, 1.0, 0.7, 0.5),
                0.0002,
            )
            start = int(delay * large**0.4 * circle.rate)
            end = min(len(out), start + len(ring))
            out[start:end] += gain * ring[: end - start]
        body = 0.25 * modes(circle, np.array([320.0, 560.0]) / large**0.5, (0.015, 0.01), (1.0, 0.6))
        return stack([out, body]).sum(axis=0)

    at, strength = circle.strikes(rate, 0.004, 0.03)
    out = circle.scatter(at[::2], strength[::2], tick(1.0)[None])
    return unit(out + circle.scatter(at[1::2], strength[1::2], tick(0.84)[None]))


@model(
    "electric hum",
    steady=("buzz",),
    mains=Range(50.0, 50.0, 60.0, "Hz", "of the grid"),
    buzz=Range(0.4, 0.0, 1.0, "", "from a transformer's hum to a bad lamp's buzz"),
    crackle=Range(0.05, 0.0, 1.0, "", "how much it sparks"),
)
def electric_hum(circle: Circle, mains: Curve, buzz: Curve, crackle: Curve) -> np.ndarray:
    """Iron that stretches twice a period (magnetostriction): 100 or 120 Hz and its multiples, more of them when the core
    saturates (IEC 60076-10-1 on transformer sound)."""
    sharp = float(np.mean(buzz))
    gains = [1.0, *[(0.12 + 0.75 * sharp) ** (k * 0.55) for k in range(1, 30)]]
    hum = tone_stack(circle, 2.0 * np.asarray(mains), gains, 0.0002)
    faint = tone_stack(circle, mains, (0.25, 0.0, 0.12, 0.0, 0.06), 0.0002)
    sparks = circle.filter(circle.impulses(30.0, 1.0), band(1500.0, 9000.0, 1.0)) * np.clip(
        circle.slow(2.0, 1.5) - 0.8, 0.0, 3.0
    )
    return unit(hum) + unit(faint) * 0.2 + 1.5 * np.asarray(crackle) * unit(sparks) + 0.004 * circle.noise(tilt(0.3, 100.0))


@model(
    "sawing",
    events="strokes",
    rate=Range(2.2, 0.3, 5.0, "1/s", "strokes a second"),
    teeth=Range(240.0, 60.0, 800.0, "1/s", "teeth that bite a second"),
    hollow=Range(0.4, 0.0, 1.0, "", "how much the wood resounds"),
)
def sawing(circle: Circle, rate: Curve, teeth: Curve, hollow: Curve) -> np.ndarray:
    """A hand saw: teeth that bite a few hundred times a second, through wood that resounds between 300 Hz and 3 kHz, swelling
    with each stroke, the push harder than the pull (as stick-slip)."""
    at, strength = circle.strikes(rate, 0.05, 0.1)
    push = np.where(np.arange(len(at)) % 2 == 0, 1.0, 0.6) if circle.given is None else 1.0
    length = 0.9 / float(np.mean(rate))
    t = circle.times(length)
    pace = circle.scatter(at, strength * push, np.sin(np.pi * t / length)[None])
    rasp = stick_slip(
        circle,
        np.asarray(teeth) * (0.3 + pace),
        peaks([(420.0, 200.0, 1.0), (1300.0, 700.0, 0.9), (3200.0, 1500.0, 0.7)], 0.08),
        0.15,
    )
    dust = circle.noise(band(1200.0, 7000.0, 0.8))
    blade = circle.noise(peaks([(860.0, 60.0, 1.0), (1720.0, 100.0, 0.5)]))
    return (unit(rasp) * (0.6 + 0.6 * np.asarray(hollow)) + 0.6 * dust + 0.15 * blade) * pace


@model(
    "circular saw",
    steady=("teeth",),
    rpm=Range(4200.0, 2000.0, 7000.0, "1/min", "turns of the blade"),
    load=Range(0.5, 0.0, 1.0, "", "how hard it cuts"),
    teeth=Range(24.0, 12.0, 80.0, "", "of the blade"),
)
def circular_saw(circle: Circle, rpm: Curve, load: Curve, teeth: Curve) -> np.ndarray:
    """A blade that screams: tones at teeth times turns and their multiples, the blade's own ringing near 2 to 5 kHz, the
    motor's whine, and chips (Cheng et al., "Noise of circular saws", Noise Control Engineering Journal 46, 1998)."""
    hard = np.asarray(load)
    bog = circle.slow(1.5, 0.015 + 0.05 * float(np.mean(load)), 0.8)
    pass_rate = np.asarray(rpm) / 60.0 * float(np.mean(teeth)) * np.minimum(bog, 1.1)
    scream = tone_stack(circle, pass_rate, (1.0, 0.7, 0.4, 0.25, 0.12), 0.003)
    ring = circle.noise(peaks([(2300.0, 160.0, 1.0), (3400.0, 200.0, 0.8), (5600.0, 300.0, 0.9)])) * circle.slow(
        15.0, 0.25, 0.2
    )
    motor = tone_stack(circle, np.asarray(rpm) / 60.0 * 11.0 * np.minimum(bog, 1.1), (1.0, 0.5, 0.4, 0.2), 0.004)
    chips = circle.noise(band(1300.0, 7500.0, 0.8)) * circle.slow(30.0, 0.25, 0.1)
    board = circle.noise(band(250.0, 1500.0, 0.7)) * circle.slow(12.0, 0.2, 0.2)
    cut = np.clip(circle.slow(0.6, 1.0, 0.4), 0.08, 1.8)
    return (
        (0.25 + 0.75 * cut) * (0.35 * unit(scream) + 0.4 * ring)
        + 0.1 * unit(motor)
        + cut * ((0.5 + 0.6 * hard) * chips + 0.35 * hard * board)
    )


@model(
    "drill",
    rpm=Range(1400.0, 200.0, 3500.0, "1/min", "turns of the bit"),
    load=Range(0.5, 0.0, 1.0, "", "how hard it drills"),
    hammer=Range(0.0, 0.0, 1.0, "", "how much it hammers"),
)
def drill(circle: Circle, rpm: Curve, load: Curve, hammer: Curve) -> np.ndarray:
    """A universal motor's whine, twelve times the turns of the bit through its gear, brushes that hiss, a hammer at twice the
    turns, and chips (ISO 22868 and EN 62841 declare 85 to 105 dB(A))."""
    motor_turns = np.asarray(rpm) / 60.0 * 11.0 * circle.slow(1.0, 0.02 + 0.06 * float(np.mean(load)), 0.8)
    whine = tone_stack(circle, motor_turns, (0.7, 1.0, 0.5, 0.6, 0.3, 0.3, 0.15, 0.2), 0.004)
    gear = tone_stack(circle, motor_turns * 6.0, (1.0, 0.3), 0.004)
    brushes = circle.noise(band(1800.0, 8000.0, 0.9)) * circle.slow(25.0, 0.2, 0.1)
    at, strength = circle.strikes(np.asarray(rpm) / 60.0 * 2.0, 0.05, 0.1)
    blows = circle.scatter(
        at, strength, stack([burst(circle, 0.03, 0.0006, 0.005, band(400.0, 5000.0, 0.8)) for _ in range(5)])
    )
    return unit(whine) + 0.4 * unit(gear) + (0.25 + 0.4 * np.asarray(load)) * brushes + 1.4 * np.asarray(hammer) * unit(blows)


@model(
    "jackhammer",
    steady=("hardness",),
    events="blows",
    rate=Range(22.0, 8.0, 40.0, "1/s", "blows a second"),
    hardness=Range(0.7, 0.0, 1.0, "", "from asphalt to concrete"),
    air=Range(0.5, 0.0, 1.0, "", "how much compressed air escapes"),
)
def jackhammer(circle: Circle, rate: Curve, hardness: Curve, air: Curve) -> np.ndarray:
    """A pneumatic breaker: 15 to 30 blows a second of steel on steel on stone, the chisel's ring at 2 to 4 kHz, and exhaust air
    with each blow (measured near 105 to 115 dB(A): Directive 2000/14/EC)."""
    hard = float(np.mean(hardness))
    pool = []
    for _ in range(8):
        steel = modes(
            circle,
            circle.random.uniform(0.97, 1.03) * np.array([1150.0, 2150.0, 3350.0, 5400.0]),
            (0.012, 0.011, 0.009, 0.005),
            (0.6, 1.0, 0.8, 0.5),
        )
        stone = burst(circle, 0.05, 0.0005, 0.008, band(250.0, 2500.0, 0.8))
        pool.append(stack([(0.3 + 0.8 * hard) * steel, stone]).sum(axis=0))
    beat = circle.slow(1.0, 0.03, 0.5)
    at, strength = circle.strikes(np.asarray(rate) * beat, 0.04, 0.15)
    blows = circle.scatter(at, strength, stack(pool))
    t = circle.times(0.04)
    gate = circle.scatter(at, strength, (t / 0.006 * np.exp(1.0 - t / 0.006))[None])
    exhaust_air = circle.noise(band(300.0, 4500.0, 0.8)) * gate
    compressor = circle.noise(band(50.0, 200.0, 1.2)) * circle.slow(10.0, 0.2, 0.1)
    ground = circle.noise(band(70.0, 800.0, 0.7)) * (0.3 + gate)
    return 0.8 * unit(blows) + 0.8 * np.asarray(air) * unit(exhaust_air) + 0.7 * unit(ground) + 0.5 * compressor


@model(
    "smithy",
    steady=("size", "heat"),
    events="blows",
    rate=Range(1.6, 0.2, 4.0, "1/s", "blows a second"),
    size=Range(1.0, 0.3, 2.5, "", "of the anvil and the work"),
    heat=Range(0.4, 0.0, 1.0, "", "hot iron dulls the blow, cold iron rings"),
)
def smithy(circle: Circle, rate: Curve, size: Curve, heat: Curve) -> np.ndarray:
    """A hammer on an anvil: modes of a short thick body from some 2 kHz up that ring for half a second, the thud of the block,
    the hammer's bounces, and a fire behind (Chaigne and Doutaut on struck bars, JASA 101, 1997)."""
    large, hot = float(np.mean(size)), float(np.mean(heat))
    pool = []
    for _ in range(6):
        ratio = np.array([1.0, 1.52, 2.31, 2.76, 3.6, 4.7, 5.9])
        ring = modes(
            circle,
            2300.0 / large**0.5 * circle.random.uniform(0.985, 1.015) * ratio,
            np.array([0.22, 0.2, 0.16, 0.14, 0.1, 0.08, 0.05]) * (1.3 - hot),
            circle.random.uniform(0.3, 1.0, 7),
            0.0002,
        )
        click = burst(circle, 0.05, 0.0003, 0.004, band(1800.0, 9000.0, 1.0))
        thud = 0.12 * burst(circle, 0.15, 0.002, 0.02, band(90.0, 450.0, 0.9))
        blow = stack([(1.1 - 0.7 * hot) * ring, 0.8 * click, thud]).sum(axis=0)
        bounce = np.concatenate([np.zeros(int(circle.random.uniform(0.11, 0.16) * circle.rate)), 0.3 * ring])
        pool.append(stack([blow, bounce]).sum(axis=0))
    at, strength = circle.strikes(rate, 0.25, 0.2)
    coals = circle.noise(lambda f: tilt(0.6, 120.0)(f) * band(80.0, 2500.0, 0.8)(f)) * circle.slow(8.0, 0.3, 0.3)
    return unit(circle.scatter(at, strength, stack(pool))) + 0.012 * coals


@model(
    "hammering",
    steady=("hollow", "force"),
    events="blows",
    rate=Range(2.2, 0.2, 6.0, "1/s", "blows a second"),
    hollow=Range(0.5, 0.0, 1.0, "", "how much the wood resounds"),
    force=Range(0.6, 0.0, 1.0, "", "of the blows"),
)
def hammering(circle: Circle, rate: Curve, hollow: Curve, force: Curve) -> np.ndarray:
    """A nail driven into wood: the hammer's click, the nail's short ring that rises as less of it stands out, and the board
    (struck bars and boards as above)."""
    boom, hard = float(np.mean(hollow)), float(np.mean(force))
    pool = []
    for step in range(6):
        nail = 0.6 * modes(
            circle, (1.0 + 0.07 * step) * np.array([1900.0, 3700.0, 6200.0]), (0.012, 0.008, 0.004), (1.0, 0.7, 0.4), 0.0002
        )
        board = modes(
            circle,
            np.array([160.0, 290.0, 470.0, 760.0]) * circle.random.uniform(0.92, 1.08),
            np.array([0.04, 0.03, 0.02, 0.012]) * (0.5 + boom),
            (1.0, 0.9, 0.7, 0.4),
            0.0006,
        )
        click = (0.3 + 0.4 * hard) * burst(circle, 0.03, 0.0003, 0.003, band(900.0, 7000.0, 0.8))
        pool.append(stack([nail, board, click]).sum(axis=0))
    at, strength = circle.strikes(rate, 0.15, 0.2)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "vacuum cleaner",
    rpm=Range(28000.0, 12000.0, 40000.0, "1/min", "turns of the motor"),
    suction=Range(0.6, 0.0, 1.0, "", "how much air it moves"),
)
def vacuum_cleaner(circle: Circle, rpm: Curve, suction: Curve) -> np.ndarray:
    """A fast universal motor whose turns and blades whine, and air through a nozzle (Čudina and Prezelj, "Noise generation by
    vacuum cleaner suction units", Applied Acoustics 68, 2007)."""
    whine = tone_stack(circle, np.asarray(rpm) / 60.0, (1.0, 0.5, 0.25, 0.15, 0.1, 0.1, 0.35), 0.002)
    air = circle.noise(lambda f: band(250.0, 2500.0, 0.7)(f) + 0.4 * hump(5000.0, 0.8)(f)) * circle.slow(3.0, 0.06, 0.4)
    return (0.5 + np.asarray(suction)) * air + 0.55 * unit(whine)


@model(
    "hair dryer", rpm=Range(15000.0, 8000.0, 25000.0, "1/min", "turns of the fan"), flow=Range(0.6, 0.0, 1.0, "", "of the air")
)
def hair_dryer(circle: Circle, rpm: Curve, flow: Curve) -> np.ndarray:
    """A small fan in a tube: blade tones of seven blades near 1.7 kHz on the noise of a free jet (fans as above)."""
    blades = tone_stack(circle, np.asarray(rpm) / 60.0 * 7.0, (1.0, 0.3, 0.1), 0.002)
    shaft = tone_stack(circle, np.asarray(rpm) / 60.0, (1.0, 0.4, 0.2), 0.002)
    jet = circle.noise(lambda f: hump(2600.0, 1.3)(f) + 0.3 * hump(500.0, 0.8)(f)) * circle.slow(5.0, 0.05, 0.3)
    return (0.6 + np.asarray(flow)) * jet + 0.25 * unit(blades) + 0.2 * unit(shaft)


@model(
    "typing",
    steady=("depth",),
    events="keys",
    rate=Range(5.0, 0.5, 14.0, "1/s", "keys a second"),
    depth=Range(0.5, 0.0, 1.0, "", "from a laptop's keys to a typewriter's"),
)
def typing(circle: Circle, rate: Curve, depth: Curve) -> np.ndarray:
    """Keys that strike their stop and come back 70 ms later, in quick groups with pauses (Asonov and Agrawal, "Keyboard
    acoustic emanations", IEEE Security and Privacy 2004)."""
    deep = float(np.mean(depth))
    pool = []
    for _ in range(12):
        down = stack(
            [
                burst(circle, 0.04, 0.0003, 0.004, band(900.0 - 500.0 * deep, 6500.0, 0.8)),
                0.5
                * modes(
                    circle,
                    circle.random.uniform(0.85, 1.15) * np.array([420.0, 1150.0, 2350.0]),
                    (0.012, 0.008, 0.005),
                    (0.8, 1.0, 0.7),
                ),
            ]
        ).sum(axis=0)
        up = 0.35 * burst(circle, 0.03, 0.0003, 0.003, band(1500.0, 8000.0, 0.8))
        pool.append(
            stack([down, np.concatenate([np.zeros(int(circle.random.uniform(0.06, 0.09) * circle.rate)), up])]).sum(axis=0)
        )
    groups = np.clip(circle.slow(0.6, 1.2, 0.4), 0.02, 2.5)
    at, strength = circle.strikes(np.asarray(rate) * groups, 0.5, 0.25)
    return unit(circle.scatter(at, strength, stack(pool)))


@model(
    "printer",
    events="passes",
    rate=Range(1.2, 0.3, 4.0, "1/s", "passes a second"),
    motors=Range(0.5, 0.0, 1.0, "", "how much its motors hum"),
)
def printer(circle: Circle, rate: Curve, motors: Curve) -> np.ndarray:
    """A carriage that runs to and fro: a stepper motor whose tone rises and falls with its speed, paper, and clicks at the
    turns (ISO 7779 and ECMA-74 for the noise of office machines)."""
    swing = circle.phase(rate)
    pace = np.abs(np.sin(np.pi * swing)) ** 0.5
    motor = np.sin(2 * np.pi * circle.phase(180.0 + 620.0 * pace)) + 0.5 * np.sin(
        4 * np.pi * circle.phase(180.0 + 620.0 * pace)
    )
    paper = circle.noise(band(900.0, 6000.0, 0.8)) * pace
    at, strength = circle.strikes(rate, 0.0, 0.1)
    clicks = circle.scatter(at, strength, stack([plate_modes(circle, 700.0, 8, 0.01, 0.3) for _ in range(3)]))
    return 0.5 * np.asarray(motors) * unit(motor * pace) + unit(paper) + 0.6 * unit(clicks) + 0.2 * turbulence(circle, 500.0)
