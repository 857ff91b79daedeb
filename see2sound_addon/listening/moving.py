"""Objects whose sound follows their movement: vehicles, what turns, what swings, what appears and vanishes."""

from __future__ import annotations

import numpy as np

from ..lexicon.lookup import explain, split_words
from .behaviour import behaviour_of
from .engines import DRIVES, engine_load, engine_speed
from .kinship import Family, Kinship
from .motion import STEADY, STILL, curve, gate, moving, smooth, speeds, turns_a_minute
from .observed import Observed, SceneObject, Track
from .proposal import Points, Proposal
from .swinging import begins_to_move, swing

TURNS = 20.0
"""Turns a minute from which something counts as turning."""
TYRES = frozenset({"tire", "tires", "tyre", "tyres", "rim", "rims"})
"""Words for wheels, beside those that contain "wheel"."""
STRIDE = 0.7
"""Metres of a step of a person that is animated without legs."""
SMALLEST_WHEEL = 0.05
"""Metres of radius: smaller parts are no wheels."""
ROLLING = 0.3
"""Of the speed that rolling wheels would have: wheels that turn less only steer, or are carried along."""


def propose_moving(observed: Observed, kin: Kinship, family: Family, idling: bool) -> Proposal:
    """A proposal for a family that moves, or sounds only when it moves or is used. `idling`: what engines do as they stand."""
    proposal, behaviour = kin.propose(family), behaviour_of(kin.named[family.head.name].name)
    track = next((obj.track for obj in [family.head, *family.members] if obj.track.moves), family.head.track)
    if behaviour.when in ("drives", "moves", "turns"):
        _drive(proposal, observed, kin, family, track, idling)
    if behaviour.swings:
        _swing(proposal, observed.rate, [*family.members, *kin.below(family.head.name)], behaviour.swings)
    if behaviour.when == "used" and not proposal.events:
        proposal.wanted = False
        proposal.why += "; sounds only when it is used"
    if not track.visible.all():
        proposal.level = product(proposal.level, gate(track.visible, observed.rate))
        proposal.why += "; appears and vanishes"
    return proposal


def _drive(proposal: Proposal, observed: Observed, kin: Kinship, family: Family, track: Track, idling: bool) -> None:
    """Parameters from the movement. What drives, rolls or turns is silent while it stands, or idles."""
    rate, when = observed.rate, behaviour_of(proposal.name).when
    idles = when == "drives" and idling
    speed = smooth(speeds(track, rate), STEADY, rate) if track.moves else np.zeros(observed.frames)
    turning = _turning(observed, kin, family)
    on = moving(speed, rate, STILL) if when != "turns" else np.zeros(len(speed), bool)
    if when != "moves":
        on = on | moving(turning, rate, TURNS)
    if not on.any():
        proposal.why += "; stands" + (" and idles" if idles else "")
        proposal.wanted = proposal.wanted and idles
        return
    if proposal.name in DRIVES:
        wheel, measured = wheel_speed(observed, kin, family, speed)
        proposal.values["rpm"] = curve(engine_speed(DRIVES[proposal.name], wheel), rate, 15.0)
        proposal.why += f"; wheels turn at up to {wheel.max():.0f} rpm" + ("" if measured else " by its speed")
    elif turning.max() > TURNS:
        proposal.values["rpm"] = curve(smooth(turning, STEADY, rate), rate, max(2.0, 0.005 * float(turning.max())))
        proposal.why += f"; turns at up to {turning.max():.0f} rpm"
    if when != "turns":
        driving = f"{proposal.name} driving"
        proposal.prompt = driving if explain(driving).name == proposal.name else proposal.prompt
        proposal.values["speed"] = curve(speed, rate, 0.05)
        proposal.values["pace"] = curve(speed / STRIDE, rate, 0.05)
        proposal.values["load"] = proposal.values["effort"] = curve(engine_load(speed, rate), rate, 0.02)
        proposal.why += f"; moves at up to {speed.max():.1f} m/s"
    proposal.level = [] if idles else gate(on, rate)


def _turning(observed: Observed, kin: Kinship, family: Family) -> np.ndarray:
    """(n,) turns a minute of the fastest part that is no wheel: a rotor, the blades of a fan."""
    parts = [obj for obj in [*family.members, *kin.below(family.head.name)] if obj.track.moves and not is_wheel(obj)]
    found = [turns_a_minute(obj.track, observed.rate) for obj in parts]
    return np.max(found, axis=0) if found else np.zeros(observed.frames)


def is_wheel(obj: SceneObject) -> bool:
    """Whether an object is called a wheel."""
    text = " ".join(text for _, text in obj.names[:2])
    return "wheel" in text.lower() or not TYRES.isdisjoint(split_words(text))


def wheel_speed(observed: Observed, kin: Kinship, family: Family, speed: np.ndarray) -> tuple[np.ndarray, bool]:
    """(n,) turns a minute of a vehicle's wheels, and whether they were measured; else from its speed and their size."""
    wheels = [obj for obj in kin.below(family.head.name) if is_wheel(obj) and 0.5 * obj.size.max() > SMALLEST_WHEEL]
    usual = DRIVES[kin.named[family.head.name].name].radius
    radius = 0.5 * float(np.median([obj.size.max() for obj in wheels])) if wheels else usual
    by_speed = speed / radius * 60.0 / (2.0 * np.pi)
    turning = [turns_a_minute(one.track, observed.rate, 0.5 * float(one.size.max())) for one in wheels if one.track.moves]
    measured = np.median(turning, axis=0) if turning else np.zeros(len(speed))
    if measured.max() > ROLLING * by_speed.max():
        return smooth(measured, STEADY, observed.rate), True
    return by_speed, False


def _swing(proposal: Proposal, rate: float, parts: list[SceneObject], kind: str) -> None:
    """Events from turning to and fro, or from the beginnings of movements."""
    for obj in parts:
        if not obj.track.moves:
            continue
        events = _beginnings(obj.track, rate) if kind == "begins" else _swings(obj.track, rate, kind)
        if events:
            proposal.events = events
            proposal.why += f"; moves {len(events)} times"
            return


def _beginnings(track: Track, rate: float) -> Points:
    return begins_to_move(turns_a_minute(track, rate), rate, 1.0) or begins_to_move(speeds(track, rate), rate, STILL)


def _swings(track: Track, rate: float, kind: str) -> Points:
    found = swing(track, rate)
    if found is None or not found.extremes:  # it turns on and on
        return []
    strength = float(np.clip(np.ptp(found.angles) / np.radians(60.0), 0.2, 1.0))
    return [(time, strength) for time in (found.extremes if kind == "extremes" else found.passes)]


def product(first: Points, second: Points) -> Points:
    """The product of two levels over time; an empty one is always 1."""
    if not first or not second:
        return first or second
    times = sorted({time for time, _ in first} | {time for time, _ in second})
    levels = [np.interp(times, [t for t, _ in one], [v for _, v in one]) for one in (first, second)]
    return [(time, float(a * b)) for time, a, b in zip(times, *levels, strict=True)]
