"""The whole of listening: from an observed scene to proposals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..lexicon.classes import CLASSES, SILENT
from ..lexicon.lookup import explain
from ..progress import Progress, no_progress
from .behaviour import behaviour_of
from .contacts import Impact, Step, footfalls, impacts, touching
from .effects import measures_of, propose_effects, wind_of
from .gathering import FLOCKS, NEAR, SEVERAL, Group, gather
from .motion import (
    DRIVES,
    STEADY,
    STILL,
    begins_to_move,
    curve,
    engine_load,
    engine_speed,
    gate,
    moving,
    smooth,
    speeds,
    swing,
    turns_a_minute,
)
from .naming import Named, footsteps_on, hardness_of, name_object, name_of, struck
from .observed import Crowd, FindSurfaces, Foot, Names, Observed, SceneObject, Track, no_surfaces
from .proposal import Points, Proposal

LABEL = "Listening to the scene"
SURE = 0.5
"""Score from which a source is proposed to sound."""
STAYS = 1.0
"""Metres: what moves less than that, such as a bird on its branch, counts as standing, unless its class sounds by moving."""
TURNS = 20.0
"""Turns a minute from which something counts as turning."""
MOST_BODIES = 12
"""Bodies that strike, of one class; more are gathered."""
PLACE = 0.4
"""What the name of a place counts, where an object has it: a street is no city."""
COUNTS = ("people", "birds", "insects", "animals", "frogs", "horses", "children")
"""Parameters that say how many there are."""
FOLLOWING = frozenset({"CAMERA", "LIGHT", "SPEAKER", "LIGHT_PROBE", "LATTICE", "ARMATURE"})
"""Types of objects that do not sound by their names. Armatures do by their feet."""


@dataclass(frozen=True)
class ListenSettings:
    """`idling`: whether engines idle while they stand, instead of being silent."""

    idling: bool = False


def propose(
    observed: Observed,
    find: FindSurfaces = no_surfaces,
    settings: ListenSettings = ListenSettings(),
    progress: Progress = no_progress,
) -> list[Proposal]:
    """What sounds in a scene, when and how; the surest first, what is silent last."""
    scene = _Scene(observed, find, settings)
    progress(LABEL, 0, 4)
    steps = scene.characters()
    progress(LABEL, 1, 4)
    named = scene.named_objects()
    progress(LABEL, 2, 4)
    bodies = scene.bodies()
    progress(LABEL, 3, 4)
    others = propose_effects(observed, find) + scene.crowds() + scene.marked()
    found = _without_doubles(_unique(scene.with_markers([*steps, *others, *named, *bodies])))
    progress(LABEL, 4, 4)
    return sorted(found, key=lambda one: (one.silent, not one.wanted, -one.score, one.label))


@dataclass
class _Scene:
    """An observed scene with what is known of its objects so far."""

    observed: Observed
    find: FindSurfaces
    settings: ListenSettings
    by_name: dict[str, SceneObject] = field(init=False)
    named: dict[str, Named] = field(init=False)
    children: dict[str, list[SceneObject]] = field(init=False)
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        objects = self.observed.objects
        self.by_name = {obj.name: obj for obj in objects}
        self.named = {obj.name: name_object(obj) for obj in objects}
        self.children = defaultdict(list)
        for obj in objects:
            self.children[obj.parent].append(obj)

    def characters(self) -> list[Proposal]:
        """Footsteps of armatures, one proposal for each kind of ground that an armature walks on."""
        feet: dict[str, list[Foot]] = defaultdict(list)
        for foot in self.observed.feet:
            feet[foot.owner].append(foot)
        found = []
        for owner, own in feet.items():
            body = frozenset({owner, *(obj.name for obj in self._below(owner))})
            self.taken |= body
            steps = [step for foot in own for step in footfalls(foot, self.observed.rate, self.find, body)]
            found += self._steps_of(owner, own, sorted(steps, key=lambda step: step.seconds))
        return found

    def _steps_of(self, owner: str, feet: list[Foot], steps: list[Step]) -> list[Proposal]:
        names = self.by_name[owner].names if owner in self.by_name else (("object", owner),)
        place = np.mean([foot.lowest[0] for foot in feet], axis=0)
        if not steps:
            why = f"an armature with {len(feet)} feet that do not step"
            return [Proposal(f"{owner}:steps", owner, owner, SILENT, "", 0.8, why, False, place)]
        grounds: dict[str, list[Step]] = defaultdict(list)
        for step in steps:
            grounds[self._walks_on(names, step.ground)].append(step)
        found = []
        for name, own in grounds.items():
            on = next((text for _, text in own[0].ground), "")
            why = f"{len(feet)} feet come down {len(own)} times" + (f" on {on!r}" if on else "")
            proposal = Proposal(f"{owner}:{name}", owner, owner, name, CLASSES[name].prompt, 0.9, why, True, place)
            proposal.events = [(step.seconds, step.strength) for step in own]
            proposal.bone = feet[0].common
            proposal.measures = {"mass": float(np.clip(70.0 * (feet[0].height / 1.75) ** 3, 15.0, 200.0))}
            found.append(proposal)
        return found

    def _walks_on(self, names: Names, ground: Names) -> str:
        if ground:
            return footsteps_on(ground)
        return next(
            (found for _, text in names if (found := explain(f"{text} walking").name).startswith("footsteps")), footsteps_on(())
        )

    def _below(self, name: str) -> list[SceneObject]:
        """All descendants of an object."""
        found, todo = [], list(self.children[name])
        while todo:
            obj = todo.pop()
            found.append(obj)
            todo += self.children[obj.name]
        return found

    def _above(self, obj: SceneObject) -> list[SceneObject]:
        """All ancestors of an object, the nearest first; a ring of parents ends."""
        found: list[SceneObject] = []
        while obj.parent in self.by_name and self.by_name[obj.parent] not in found:
            obj = self.by_name[obj.parent]
            found.append(obj)
        return found

    def named_objects(self) -> list[Proposal]:
        """Objects whose names lead to a class, with their movement; many of one class gathered; and those that are silent."""
        found: list[Proposal] = []
        standing: dict[str, list[tuple[SceneObject, list[SceneObject]]]] = defaultdict(list)
        heads = self._families()
        for head, members in heads.values():
            name = self.named[head.name].name
            self.taken.update(obj.name for obj in members)
            behaviour = behaviour_of(name)
            still = all(_way(obj.track) < STAYS for obj in members)
            if behaviour.when == "always" and not behaviour.swings and still:
                standing[name].append((head, members))
            else:
                found.append(self._sounding(head, members))
        for name, families in standing.items():
            found += self._standing(name, families)
        return found + self._silent()

    def _families(self) -> dict[str, tuple[SceneObject, list[SceneObject]]]:
        """By its head, each family: an object of a class, its descendants of the same class, and the parts of a vehicle.

        An object that fills no space and has a child of the same class is no source of its own: the family's head leads.
        """
        heads: dict[str, tuple[SceneObject, list[SceneObject]]] = {}
        ordered = sorted(self.observed.objects, key=lambda obj: len(self._above(obj)))
        head_of: dict[str, str] = {}
        for obj in ordered:
            name = self.named[obj.name].name
            if name in ("", SILENT) or obj.kind in FOLLOWING or obj.name in self.taken:
                continue
            above = [head_of[one.name] for one in self._above(obj) if one.name in head_of]
            home = next((head for head in above if self._belongs(name, self.named[head].name)), None)
            head_of[obj.name] = home or obj.name
            if home is None:
                heads[obj.name] = (obj, [obj])
            else:
                heads[home][1].append(obj)
        return {key: family for key, family in heads.items() if self._fills_space(family[1])}

    def _belongs(self, name: str, head: str) -> bool:
        return name == head or behaviour_of(head).when in ("drives", "moves")

    def _fills_space(self, members: Sequence[SceneObject]) -> bool:
        """Whether a family has a mesh, or is an empty on purpose: without any children."""
        lonely = len(members) == 1 and members[0].kind == "EMPTY"
        if lonely:
            return not self.children[members[0].name]
        return any(obj.size.max() > 0.0 for obj in members)

    def _sounding(self, head: SceneObject, members: list[SceneObject]) -> Proposal:
        """A proposal for an object that moves, or that sounds only when it is used."""
        named, rate = self.named[head.name], self.observed.rate
        proposal = self._plain(head, members)
        behaviour = behaviour_of(named.name)
        track = self._leading_track(head, members)
        if behaviour.when in ("drives", "moves", "turns"):
            self._drive(proposal, head, members, track, behaviour.when)
        if behaviour.swings:
            self._swing(proposal, members, behaviour.swings)
        if behaviour.when == "used" and not proposal.events:
            proposal.wanted, proposal.why = False, f"{proposal.why}; sounds only when it is used"
        shown = _visible(track)
        if not shown.all():
            proposal.level = _both(proposal.level, gate(shown, rate))
            proposal.why += "; appears and vanishes"
        return proposal

    def _plain(self, head: SceneObject, members: list[SceneObject]) -> Proposal:
        named = self.named[head.name]
        known = CLASSES[named.name]
        if known.extent == "ambient" and head.faces:
            named = Named(named.name, PLACE * named.score, f"{named.why}, a place rather than an object", named.words)
        whole = behaviour_of(named.name).when == "always" or head.size.max() <= 0.0
        solid = [obj for obj in members if obj.size.max() > 0.0] if whole else [head]
        centre, radius = _bounds(solid)
        return Proposal(
            f"{head.name}:{named.name}", head.name, head.name, named.name, known.prompt, named.score, named.why,
            named.score >= SURE, centre, known.extent, radius if known.extent == "area" else 0.0,
            measures=measures_of(max(solid, key=lambda obj: float(obj.size.max())).size),
        )  # fmt: skip

    def _leading_track(self, head: SceneObject, members: list[SceneObject]) -> Track:
        return next((obj.track for obj in [head, *members] if obj.track.moves), head.track)

    def _drive(self, proposal: Proposal, head: SceneObject, members: list[SceneObject], track: Track, when: str) -> None:
        """Parameters from the movement, and the level: what drives, rolls or turns is silent while it stands, or idles."""
        rate, count = self.observed.rate, self.observed.frames
        speed = smooth(speeds(track, rate), STEADY, rate) if track.moves else np.zeros(count)
        parts = [obj for obj in [*members, *self._below(head.name)] if obj.track.moves]
        spins = [turns_a_minute(obj.track, rate) for obj in parts if self._is_wheel(obj) is False]
        turning = np.max(spins, axis=0) if spins else np.zeros(count)
        on = moving(speed, rate, STILL)
        if when != "moves" or not track.moves:
            on = on | moving(turning, rate, TURNS)
        name = proposal.name
        if not on.any():
            idles = when == "drives" and self.settings.idling
            proposal.why += "; stands" + (" and idles" if idles else "")
            proposal.wanted = proposal.wanted and idles
            return
        if name in DRIVES:
            wheel, measured = self._wheels(head, name, speed)
            proposal.values["rpm"] = curve(engine_speed(DRIVES[name], wheel), rate, 15.0)
            proposal.why += f"; wheels turn at up to {wheel.max():.0f} rpm" + ("" if measured else " by its speed")
        elif turning.max() > TURNS:
            proposal.values["rpm"] = curve(smooth(turning, STEADY, rate), rate, max(2.0, 0.005 * float(turning.max())))
            proposal.why += f"; turns at up to {turning.max():.0f} rpm"
        if when != "turns":
            driving = f"{name} driving"
            proposal.prompt = driving if explain(driving).name == name else proposal.prompt
            proposal.values["speed"] = curve(speed, rate, 0.05)
            proposal.values["load"] = proposal.values["effort"] = curve(engine_load(speed, rate), rate, 0.02)
            proposal.why += f"; moves at up to {speed.max():.1f} m/s"
        idles = when == "drives" and self.settings.idling
        proposal.level = [] if idles else gate(on, rate)

    def _is_wheel(self, obj: SceneObject) -> bool:
        text = " ".join(text for _, text in obj.names[:2]).lower()
        return any(word in text for word in ("wheel", "tire", "tyre", "rim", "rad.", "reifen"))

    def _wheels(self, head: SceneObject, name: str, speed: np.ndarray) -> tuple[np.ndarray, bool]:
        """(n,) turns a minute of the wheels of a vehicle, measured where they turn, else from its speed and their size."""
        rate = self.observed.rate
        wheels = [obj for obj in self._below(head.name) if self._is_wheel(obj)]
        radius = 0.5 * float(np.median([obj.size.max() for obj in wheels])) if wheels else 0.0
        usual = radius if radius > 0.05 else DRIVES[name].radius
        by_speed = speed / usual * 60.0 / (2.0 * np.pi)
        turning = [turns_a_minute(obj.track, rate, 0.5 * float(obj.size.max())) for obj in wheels if obj.track.moves]
        if turning:
            measured = np.median(turning, axis=0)
            if measured.max() > 0.3 * by_speed.max():  # else they only steer, or are carried along
                return smooth(measured, STEADY, rate), True
        return by_speed, False

    def _swing(self, proposal: Proposal, members: list[SceneObject], kind: str) -> None:
        """Events from turning to and fro, or from the beginnings of movements."""
        rate = self.observed.rate
        parts = [obj for obj in [*members, *self._below(members[0].name)] if obj.track.moves]
        for obj in parts:
            found = swing(obj.track, rate)
            if kind == "begins":
                spin = turns_a_minute(obj.track, rate)
                begun = begins_to_move(spin, rate, 1.0) or begins_to_move(speeds(obj.track, rate), rate, STILL)
                proposal.events = begun or None
            elif found is not None:
                times = found.extremes if kind == "extremes" else found.passes
                height = float(np.ptp(found.angles))
                strength = float(np.clip(height / np.radians(60.0), 0.2, 1.0))
                proposal.events = [(time, strength) for time in times if time >= 0.0] or None
            if proposal.events:
                proposal.why += f"; moves {len(proposal.events)} times"
                return

    def _standing(self, name: str, families: list[tuple[SceneObject, list[SceneObject]]]) -> list[Proposal]:
        """Proposals for objects of one class that stand: each alone, or gathered where there are many, or they are wide."""
        wide = CLASSES[name].extent == "area"
        plain = [self._plain(head, members) for head, members in families]
        for proposal in plain:
            self._in_wind(proposal)
        places = np.array([one.position for one in plain])
        flock = name in FLOCKS and float(np.ptp(places, axis=0).max()) < NEAR
        if len(plain) < 2 or not (wide or flock or len(plain) > SEVERAL):
            return plain
        sizes = np.array([max(one.measures["size"], 0.0) for one in plain])
        return [self._gathered([plain[k] for k in group.members], group) for group in gather(places, sizes)]

    def _gathered(self, members: list[Proposal], group: Group) -> Proposal:
        """One wide source of several."""
        best = max(members, key=lambda one: one.score)
        first = min(one.label for one in members)
        events = sorted(event for one in members for event in one.events or [])
        merged = Proposal(
            f"{first}:{best.name}:{len(members)}", "", f"{best.name}, {len(members)}", best.name, best.prompt, best.score,
            f"{len(members)} objects such as {best.label!r}: {best.why}", best.wanted, group.centre, "area", group.radius,
            group.points, events=events or None, values=dict(best.values), measures={**best.measures, "count": float(len(members))},
        )  # fmt: skip
        merged.key = f"{first}:{best.name}:group"
        return merged

    def _in_wind(self, proposal: Proposal) -> None:
        blows = wind_of(self.observed)
        if blows is not None and proposal.name in ("wind in trees", "wind in grass", "flag", "sail", "wind chime"):
            proposal.values["wind"] = curve(blows, self.observed.rate, 0.2)

    def _silent(self) -> list[Proposal]:
        """What makes no sound, so that the artist sees that it was looked at."""
        found = []
        for obj in self.observed.objects:
            named = self.named[obj.name]
            if obj.kind in FOLLOWING or obj.kind == "EMPTY" or obj.name in self.taken:
                continue
            found.append(
                Proposal(
                    f"{obj.name}:", obj.name, obj.name, named.name, "", named.score, named.why, False, obj.track.positions[0]
                )
            )
        return found

    def bodies(self) -> list[Proposal]:
        """Impacts, rolling and scraping of bodies that move and have no sound of their own."""
        rate, gravity = self.observed.rate, self.observed.gravity
        found: list[Proposal] = []
        striking: dict[str, list[Proposal]] = defaultdict(list)
        for obj in self.observed.objects:
            if obj.kind in FOLLOWING or not obj.track.moves or obj.size.max() <= 0.0 or self._is_carried(obj):
                continue
            blows = impacts(obj, rate, gravity, self.find)
            if blows:
                proposal = self._struck(obj, blows)
                striking[proposal.name].append(proposal)
            found += self._along(obj)
        for proposals in striking.values():
            if len(proposals) <= MOST_BODIES:
                found += proposals
                continue
            places = np.array([one.position for one in proposals])
            sizes = np.array([one.measures["size"] for one in proposals])
            found += [self._gathered([proposals[k] for k in group.members], group) for group in gather(places, sizes)]
        return found

    def _is_carried(self, obj: SceneObject) -> bool:
        """Whether an object sounds by itself already, or is part of one that does or of a character."""
        steady = [one for one in [obj, *self._above(obj)] if self._sounds_by_itself(one)]
        return bool(steady) or (obj.name in self.taken and self.named[obj.name].name in ("", SILENT))

    def _sounds_by_itself(self, obj: SceneObject) -> bool:
        named = self.named[obj.name]
        return named.name not in ("", SILENT, "ball bounce", "rolling", "scraping") and not named.name.endswith("impact")

    def _struck(self, obj: SceneObject, blows: list[Impact]) -> Proposal:
        name, known = struck(obj.names)
        surface = next((text for one in blows for _, text in one.surface), "")
        why = f"strikes {len(blows)} times" + (f" on {surface!r}" if surface else "")
        fastest = max(one.speed for one in blows)
        size = float(obj.size.max())
        events = [(one.seconds, impact_strength(one.speed, size)) for one in blows]
        proposal = Proposal(
            f"{obj.name}:impacts", obj.name, obj.name, name, CLASSES[name].prompt, 0.9 if known else 0.6,
            f"{why}, at up to {fastest:.1f} m/s", True, obj.track.positions[0], events=events, measures=measures_of(obj.size),
        )  # fmt: skip
        hard = float(np.mean([hardness_of(one.surface) for one in blows]))
        proposal.values["hardness"] = [(0.0, hard)]
        return proposal

    def _along(self, obj: SceneObject) -> list[Proposal]:
        """Rolling and scraping."""
        rate = self.observed.rate
        found = touching(obj, rate, self.observed.gravity, self.find)
        if found is None:
            return []
        proposals = []
        for name, on in (("rolling", found.rolls), ("scraping", found.scrapes)):
            if not on.any():
                continue
            fastest = float(found.speed[on].max())
            why = f"{name} on {found.surface[0][1]!r}" if found.surface else name
            proposal = Proposal(
                f"{obj.name}:{name}", obj.name, obj.name, name, CLASSES[name].prompt, 0.8, f"{why}, at up to {fastest:.1f} m/s",
                True, obj.track.positions[0], measures=measures_of(obj.size), level=_by_speed(on, found.speed, fastest, rate),
            )  # fmt: skip
            proposal.values = {"speed": curve(found.speed, rate, 0.05), "hardness": [(0.0, hardness_of(found.surface))]}
            proposals.append(proposal)
        return proposals

    def crowds(self) -> list[Proposal]:
        """Wide sources of instances."""
        together: dict[tuple[str, str], list[tuple[Crowd, Named]]] = defaultdict(list)
        for crowd in self.observed.crowds:
            named = name_of(crowd.names)
            together[named.name, crowd.names[0][1] if named.name in ("", SILENT) else ""].append((crowd, named))
        found = []
        for (name, _), members in together.items():
            first, named = members[0]
            count = sum(len(crowd.positions) for crowd, _ in members)
            label = first.names[0][1]
            if name in ("", SILENT):
                why = f"{count} instances: {named.why}"
                found.append(
                    Proposal(f"{label}:instances", first.owner, label, name, "", named.score, why, False, first.positions[0])
                )
                continue
            places = np.concatenate([crowd.positions for crowd, _ in members])
            sizes = np.concatenate([np.full(len(crowd.positions), float(crowd.size.max())) for crowd, _ in members])
            for number, group in enumerate(gather(places, sizes)):
                known, own = CLASSES[name], len(group.members)
                behaviour = behaviour_of(name)
                proposal = Proposal(
                    f"{first.owner}:{name}:instances{number}", "", f"{label}, {own}", name, known.prompt, named.score,
                    f"{own} instances: {named.why}", named.score >= SURE and behaviour.when == "always", group.centre,
                    "ambient" if known.extent == "ambient" else "area" if own > 1 else known.extent, group.radius, group.points,
                    measures={**measures_of(first.size), "count": float(own)},
                )  # fmt: skip
                self._in_wind(proposal)
                found.append(proposal)
        return found

    def marked(self) -> list[Proposal]:
        """Sounds of markers of the time line whose names lead to a class, such as "thunder"."""
        events: dict[str, Points] = defaultdict(list)
        labels: dict[str, str] = {}
        for seconds, text in self.observed.markers:
            name = name_of((("object", text),)).name
            if name and name != SILENT and seconds >= 0.0:
                events[name].append((seconds, 1.0))
                labels.setdefault(name, text)
        return [
            Proposal(
                f"marker:{name}", "", labels[name], name, CLASSES[name].prompt, 0.9, f"{len(own)} markers of the time line", True,
                extent=CLASSES[name].extent if CLASSES[name].extent != "area" else "ambient", events=own,
            )
            for name, own in events.items()
        ]  # fmt: skip

    def with_markers(self, proposals: list[Proposal]) -> list[Proposal]:
        """Markers are the events of an object of the same class, where there is one."""
        marked = {one.name: one for one in proposals if one.key.startswith("marker:")}
        kept = list(proposals)
        for name, marker in marked.items():
            fits = [one for one in proposals if one.name == name and one.object and not one.silent and one is not marker]
            if fits and not fits[0].events:
                fits[0].events, fits[0].wanted = marker.events, True
                fits[0].why += f"; {marker.why}"
                kept.remove(marker)
        return kept


def _bounds(objects: list[SceneObject]) -> tuple[np.ndarray, float]:
    """The centre of some objects at the first frame, and the radius around it that holds them."""
    places = np.array([obj.track.positions[0] for obj in objects])
    half = np.array([0.5 * float(obj.size.max()) for obj in objects])[:, None]
    low, high = (places - half).min(axis=0), (places + half).max(axis=0)
    centre = 0.5 * (low + high)
    return centre, float((np.linalg.norm(places - centre, axis=1) + half[:, 0]).max())


def _way(track: Track) -> float:
    """Metres between its farthest places, along an axis."""
    return float(np.ptp(track.positions, axis=0).max())


def _visible(track: Track) -> np.ndarray:
    return np.asarray(track.visible, bool)


def _both(first: Points, second: Points) -> Points:
    """The product of two levels."""
    if not first or not second:
        return first or second
    times = sorted({time for time, _ in first} | {time for time, _ in second})
    levels = [np.interp(times, [t for t, _ in one], [v for _, v in one]) for one in (first, second)]
    return [(time, float(a * b)) for time, a, b in zip(times, *levels, strict=True)]


def _by_speed(on: np.ndarray, speed: np.ndarray, fastest: float, rate: float) -> Points:
    """The level of what rolls or scrapes: as its speed, which its model's level does not follow."""
    level = np.where(on, np.sqrt(np.clip(speed / max(fastest, 1e-6), 0.0, 1.0)), 0.0)
    return curve(smooth(level, STEADY, rate), rate, 0.03)


def impact_strength(speed: float, size: float) -> float:
    """0 to 1. The energy of a blow grows with the mass and the square of its speed; the ear compresses both (Hertzian contact:
    van den Doel, Kry and Pai 2001). 5 m/s of a body of 0.3 m is 0.8."""
    return float(np.clip(0.8 * (speed / 5.0) ** 0.8 * (size / 0.3) ** 0.25, 0.03, 1.0))


def _without_doubles(proposals: list[Proposal]) -> list[Proposal]:
    """Without what an object's other proposals say better: that it is silent, sounds when used, or is of the same class."""
    heard = {one.object for one in proposals if one.object and not one.silent and (one.wanted or one.events)}
    classes: set[tuple[str, str]] = set()
    kept = []
    for one in proposals:
        idle = one.silent or (not one.wanted and not one.events)
        same = bool(one.object) and (one.object, one.name) in classes
        if (idle and one.object in heard) or (same and not one.silent):
            continue
        classes.add((one.object, one.name))
        kept.append(one)
    return kept


def _unique(proposals: list[Proposal]) -> list[Proposal]:
    """Each key once: the first one counts."""
    found: dict[str, Proposal] = {}
    for one in proposals:
        found.setdefault(one.key, one)
    return list(found.values())
