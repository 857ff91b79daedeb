"""The objects of a scene by their names, parents and classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..lexicon.classes import CLASSES, SILENT
from .behaviour import behaviour_of
from .naming import Named, name_object
from .observed import Observed, SceneObject
from .proposal import Proposal, measures_of

NO_SOURCES = frozenset({"CAMERA", "LIGHT", "SPEAKER", "LIGHT_PROBE", "LATTICE", "ARMATURE"})
"""Types of objects that do not sound by their names. Armatures sound by their feet."""
SURE = 0.5
"""Score from which a source is proposed to sound."""
PLACE = 0.4
"""What the name of a place counts, where an object has it: a street is no city."""


@dataclass(frozen=True)
class Family:
    """Objects that are one source. `head`: the one that leads and is followed. `members`: with the head."""

    head: SceneObject
    members: list[SceneObject]


class Kinship:
    """The objects of an observed scene: `named` has the class of each, by its name."""

    def __init__(self, observed: Observed) -> None:
        self.objects = {obj.name: obj for obj in observed.objects}
        self.named: dict[str, Named] = {obj.name: name_object(obj) for obj in observed.objects}
        self._children: dict[str, list[SceneObject]] = defaultdict(list)
        for obj in observed.objects:
            self._children[obj.parent].append(obj)

    def below(self, name: str) -> list[SceneObject]:
        """All descendants of an object."""
        found: dict[str, SceneObject] = {}
        todo = list(self._children.get(name, ()))
        while todo:
            obj = todo.pop()
            if obj.name not in found:  # a ring of parents ends here
                found[obj.name] = obj
                todo += self._children.get(obj.name, ())
        return list(found.values())

    def above(self, obj: SceneObject) -> list[SceneObject]:
        """All ancestors of an object, the nearest first."""
        found: dict[str, SceneObject] = {}
        while obj.parent in self.objects and obj.parent not in found:
            obj = self.objects[obj.parent]
            found[obj.name] = obj
        return list(found.values())

    def families(self, past: frozenset[str]) -> list[Family]:
        """The sources among the objects: each with its descendants of the same class; those of a vehicle are its parts.

        `past`: names of objects that are left out.
        """
        heads: dict[str, Family] = {}
        head_of: dict[str, str] = {}
        for obj in sorted(self.objects.values(), key=lambda one: len(self.above(one))):
            name = self.named[obj.name].name
            if name in ("", SILENT) or obj.kind in NO_SOURCES or obj.name in past:
                continue
            above = [head_of[one.name] for one in self.above(obj) if one.name in head_of]
            home = next((head for head in above if _belongs(name, self.named[head].name)), obj.name)
            head_of[obj.name] = home
            heads.setdefault(home, Family(obj, [])).members.append(obj)
        return [family for family in heads.values() if self._fills_space(family.members)]

    def _fills_space(self, members: Sequence[SceneObject]) -> bool:
        """Whether a family has a mesh, or is an empty that stands for a source: without children of any kind."""
        if len(members) == 1 and members[0].kind == "EMPTY" and members[0].size.max() <= 0.0:
            return not self._children.get(members[0].name)
        return any(obj.size.max() > 0.0 for obj in members)

    def propose(self, family: Family) -> Proposal:
        """A proposal for a family as it stands, before its movement is looked at."""
        head, named = family.head, self.named[family.head.name]
        known = CLASSES[named.name]
        score, why = named.score, named.why
        if known.extent == "ambient" and head.faces:
            score, why = PLACE * score, f"{why}, a place rather than an object"
        whole = behaviour_of(named.name).when == "always" or head.size.max() <= 0.0
        solid = [obj for obj in family.members if obj.size.max() > 0.0] if whole else [head]
        centre, radius = _bounds(solid or [head])
        largest = max(solid or [head], key=lambda obj: float(obj.size.max()))
        return Proposal(
            key=f"{head.name}:{named.name}",
            object=head.name,
            label=head.name,
            name=named.name,
            prompt=known.prompt,
            score=score,
            why=why,
            wanted=score >= SURE,
            position=centre,
            extent=known.extent,
            radius=radius if known.extent == "area" else 0.0,
            measures=measures_of(largest.size),
        )


def _belongs(name: str, head: str) -> bool:
    """Whether an object of a class is part of an ancestor of the class `head`."""
    return name == head or behaviour_of(head).when in ("drives", "moves")


def _bounds(objects: list[SceneObject]) -> tuple[np.ndarray, float]:
    """The centre of some objects at the first frame, and the radius around it that holds them."""
    places = np.array([obj.track.positions[0] for obj in objects])
    half = np.array([0.5 * float(obj.size.max()) for obj in objects])[:, None]
    centre = 0.5 * ((places - half).min(axis=0) + (places + half).max(axis=0))
    return centre, float((np.linalg.norm(places - centre, axis=1) + half[:, 0]).max())
