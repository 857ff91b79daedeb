"""The whole of listening: from an observed scene to proposals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from ..lexicon.classes import CLASSES, SILENT
from ..progress import Slices
from .behaviour import behaviour_of
from .bodies import propose_bodies
from .characters import propose_steps
from .effects import propose_effects, wind_of
from .kinship import NO_SOURCES, Family, Kinship
from .motion import curve
from .moving import propose_moving
from .naming import FOOTING, name_of
from .observed import FindSurfaces, Observed, no_surfaces
from .proposal import Points, Proposal
from .standing import propose_crowds, propose_standing

LABEL = "Listening to the scene"
STAYS = 1.0
"""Metres: what moves less than that, such as a bird on its branch, stands, unless its class sounds by moving."""
MOST_SILENT = 300
"""Silent objects that are listed."""


@dataclass(frozen=True)
class ListenSettings:
    """`idling`: whether engines idle while they stand, instead of being silent."""

    idling: bool = False


def propose_in_steps(
    observed: Observed, find: FindSurfaces = no_surfaces, settings: ListenSettings = ListenSettings()
) -> Slices[list[Proposal]]:
    """What sounds in a scene, when and how; what is proposed to sound first, the surest before others, the silent last."""
    yield 0, 1
    kin = Kinship(observed)
    steps, bodies = propose_steps(observed, kin, find)
    blows = wind_of(observed)
    wind = [] if blows is None else curve(blows, observed.rate, 0.2)
    effects = propose_effects(observed, find)
    past = bodies | {one.object for one in effects if one.name == "wind"}
    families = kin.families(past)
    by_standing: dict[bool, list[Family]] = {True: [], False: []}
    for family in families:
        by_standing[_stands(kin, family)].append(family)
    named = propose_standing(kin, by_standing[True], wind)
    named += [propose_moving(observed, kin, family, settings.idling) for family in by_standing[False]]
    struck = yield from propose_bodies(observed, kin, find, bodies)
    heard = _with_markers([*steps, *effects, *named, *struck, *propose_crowds(observed, wind)], observed.markers)
    taken = past | {obj.name for family in families for obj in family.members}
    found = _once([*heard, *_silent(observed, kin, taken)])
    return sorted(found, key=lambda one: (one.silent, not one.wanted, -one.score, one.label))


def _stands(kin: Kinship, family: Family) -> bool:
    """Whether a family sounds all the time, from where it is."""
    behaviour = behaviour_of(kin.named[family.head.name].name)
    way = max(float(np.ptp(obj.track.positions, axis=0).max()) for obj in family.members)
    shown = all(obj.track.visible.all() for obj in family.members)
    return behaviour.when == "always" and not behaviour.swings and way < STAYS and shown


def _silent(observed: Observed, kin: Kinship, taken: frozenset[str] | set[str]) -> list[Proposal]:
    """The objects that make no sound, so that the artist sees that they were looked at."""
    found = []
    for obj in observed.objects:
        if obj.kind in NO_SOURCES or obj.kind == "EMPTY" or obj.name in taken:
            continue
        named = kin.named[obj.name]
        place = obj.track.positions[0]
        found.append(Proposal(f"{obj.name}:", obj.name, obj.name, named.name, "", named.score, named.why, False, place))
    return found[:MOST_SILENT]


def _with_markers(proposals: list[Proposal], markers: list[tuple[float, str]]) -> list[Proposal]:
    """Markers of the time line whose names lead to a class are events of an object of that class, or sound by themselves."""
    events: dict[str, Points] = defaultdict(list)
    labels: dict[str, str] = {}
    for seconds, text in markers:
        name = name_of((("object", text),)).name
        if name not in ("", SILENT) and seconds >= 0.0:
            events[name].append((seconds, 1.0))
            labels.setdefault(name, text)
    found = list(proposals)
    for name, own in events.items():
        why = f"{len(own)} markers of the time line"
        fits = next((one for one in found if one.name == name and one.object and not one.silent and not one.events), None)
        if fits is None:
            extent = "ambient" if CLASSES[name].extent != "point" else "point"
            prompt = CLASSES[name].prompt
            found.append(Proposal(f"marker:{name}", "", labels[name], name, prompt, 0.9, why, True, extent=extent, events=own))
        else:
            fits.events, fits.wanted, fits.why = own, True, f"{fits.why}; {why}"
    return found


def _once(proposals: list[Proposal]) -> list[Proposal]:
    """Without proposals with the key of an earlier one, and without what an object's other proposals say better: that it is
    silent, sounds when it is used, or is of the same class."""
    heard = {one.object for one in proposals if one.object and not one.silent and (one.wanted or one.events)}
    used = {one.name for one in proposals if one.events and behaviour_of(one.name).when == "used"}
    keys: set[str] = set()
    classes: set[tuple[str, str]] = set()
    kept = []
    for one in proposals:
        idle = one.silent or (not one.wanted and not one.events)
        double = one.key in keys or (bool(one.object) and not one.silent and (one.object, one.name) in classes)
        if double or (idle and one.object in heard):
            continue
        if idle and (one.name.startswith(FOOTING) or one.name == "running"):  # a stair is called step
            one.name, one.prompt = SILENT, ""
        if idle and one.name in used:  # a church beside its bell that swings
            one.name, one.prompt, one.why = SILENT, "", f"{one.why}; another of the class is used"
        keys.add(one.key)
        classes.add((one.object, one.name))
        kept.append(one)
    return kept
