"""Objects that stand and sound all the time, and instances: each alone, or gathered into wide sources."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..lexicon.classes import CLASSES, SILENT
from .behaviour import behaviour_of
from .gathering import FLOCKS, NEAR, SEVERAL, Group, gather
from .kinship import SURE, Family, Kinship
from .naming import Named, name_of
from .observed import Crowd, Observed
from .proposal import Points, Proposal, measures_of

IN_WIND = ("wind in trees", "wind in grass", "flag", "sail", "wind chime")
"""Classes that a wind field drives."""


def propose_standing(kin: Kinship, families: list[Family], wind: Points) -> list[Proposal]:
    """Proposals for families that stand. `wind`: m/s over time, empty without a wind field."""
    classes: dict[str, list[Proposal]] = defaultdict(list)
    for family in families:
        proposal = kin.propose(family)
        _blow(proposal, wind)
        classes[proposal.name].append(proposal)
    return [one for name, proposals in classes.items() for one in _few(name, proposals)]


def _few(name: str, proposals: list[Proposal]) -> list[Proposal]:
    places = np.array([one.position for one in proposals])
    wide = CLASSES[name].extent == "area"
    flock = name in FLOCKS and float(np.ptp(places, axis=0).max()) < NEAR
    if len(proposals) < 2 or not (wide or flock or len(proposals) > SEVERAL):
        return proposals
    return gathered(proposals)


def gathered(proposals: list[Proposal]) -> list[Proposal]:
    """A few wide sources of many proposals of one class."""
    places = np.array([one.position for one in proposals])
    sizes = np.array([one.measures["size"] for one in proposals])
    return [_one([proposals[k] for k in group.members], group) for group in gather(places, sizes)]


def _one(members: list[Proposal], group: Group) -> Proposal:
    """One source of a group. Its key is that of its first member, by name, so that it is known again."""
    best = max(members, key=lambda one: one.score)
    first = min(one.label for one in members)
    if len(members) == 1:
        return best
    return Proposal(
        key=f"{first}:{best.name}:group",
        object="",
        label=f"{best.name}, {len(members)}",
        name=best.name,
        prompt=best.prompt,
        score=best.score,
        why=f"{len(members)} objects such as {best.label!r}: {best.why}",
        wanted=best.wanted,
        position=group.centre,
        extent="area",
        radius=group.radius,
        points=group.points,
        events=sorted(event for one in members for event in one.events or []) or None,
        values=dict(best.values),
        measures={**best.measures, "count": float(len(members))},
    )


def _blow(proposal: Proposal, wind: Points) -> None:
    if wind and proposal.name in IN_WIND:
        proposal.values["wind"] = wind


def propose_crowds(observed: Observed, wind: Points) -> list[Proposal]:
    """Proposals for instances, by class; those that are silent by what is instanced."""
    together: dict[tuple[str, str], list[tuple[Crowd, Named]]] = defaultdict(list)
    for crowd in observed.crowds:
        named = name_of(crowd.names)
        quiet = named.name in ("", SILENT)
        together[named.name, crowd.names[0][1] if quiet else ""].append((crowd, named))
    found = []
    for (name, _), members in together.items():
        crowds, named = [crowd for crowd, _ in members], members[0][1]
        found += [_silent(crowds, named)] if name in ("", SILENT) else _wide(name, crowds, named, wind)
    return found


def _silent(crowds: list[Crowd], named: Named) -> Proposal:
    label, count = crowds[0].names[0][1], sum(len(crowd.positions) for crowd in crowds)
    why = f"{count} instances: {named.why}"
    return Proposal(
        f"{label}:instances", crowds[0].owner, label, named.name, "", named.score, why, False, crowds[0].positions[0]
    )


def _wide(name: str, crowds: list[Crowd], named: Named, wind: Points) -> list[Proposal]:
    places = np.concatenate([crowd.positions for crowd in crowds])
    sizes = np.concatenate([np.full(len(crowd.positions), float(crowd.size.max())) for crowd in crowds])
    known, found = CLASSES[name], []
    for number, group in enumerate(gather(places, sizes)):
        count = len(group.members)
        proposal = Proposal(
            key=f"{crowds[0].owner}:{name}:instances{number}",
            object="",
            label=f"{crowds[0].names[0][1]}, {count}",
            name=name,
            prompt=known.prompt,
            score=named.score,
            why=f"{count} instances: {named.why}",
            wanted=named.score >= SURE and behaviour_of(name).when == "always",
            position=group.centre,
            extent="ambient" if known.extent == "ambient" else "area" if count > 1 else known.extent,
            radius=group.radius,
            points=group.points,
            measures={**measures_of(crowds[0].size), "count": float(count)},
        )
        _blow(proposal, wind)
        found.append(proposal)
    return found
