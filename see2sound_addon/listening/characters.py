"""Footsteps of armatures: one proposal for each kind of ground that an armature walks on."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..lexicon.classes import CLASSES, SILENT
from ..lexicon.lookup import explain
from .footfalls import Step, footfalls
from .kinship import Kinship
from .naming import FOOTING, footsteps_on, name_of
from .observed import FindSurfaces, Foot, Names, Observed
from .proposal import Proposal

MASS, TALL = 70.0, 1.75
"""Kilograms of a person of that height in metres; others have the same shape."""
TOGETHER = 0.08
"""Seconds: ends that come down closer together than that are no legs."""
HOOVES = "horse hooves"
LIGHTEST, HEAVIEST = 15.0, 200.0


def propose_steps(observed: Observed, kin: Kinship, find: FindSurfaces) -> tuple[list[Proposal], frozenset[str]]:
    """Proposals for the armatures with feet, and the names of all objects that belong to them."""
    feet: dict[str, list[Foot]] = defaultdict(list)
    for foot in observed.feet:
        feet[foot.owner].append(foot)
    found: list[Proposal] = []
    bodies: set[str] = set()
    for owner, own in feet.items():
        body = frozenset({owner, *(obj.name for obj in kin.below(owner))})
        steps = [step for foot in own for step in footfalls(foot, observed.rate, find, body)]
        named = any(foot.named for foot in own)
        if not named and not _alternates(sorted(steps, key=lambda step: step.seconds)):
            continue  # an arm, a curtain, a car on bones
        bodies |= body
        names = kin.objects[owner].names if owner in kin.objects else (("object", owner),)
        found += _proposals(owner, names, own, sorted(steps, key=lambda step: step.seconds))
    return found, frozenset(bodies)


def _alternates(steps: list[Step]) -> bool:
    """Whether footfalls are those of legs: one after the other, mostly of another foot."""
    pairs = list(zip(steps, steps[1:], strict=False))
    others = [one for one, two in pairs if one.foot != two.foot and two.seconds - one.seconds > TOGETHER]
    return len(pairs) > 1 and len(others) > 0.7 * len(pairs)


def _proposals(owner: str, names: Names, feet: list[Foot], steps: list[Step]) -> list[Proposal]:
    place = np.mean([foot.lowest[0] for foot in feet], axis=0)
    if not steps:
        why = f"an armature with {len(feet)} feet that do not step"
        return [Proposal(f"{owner}:steps", owner, owner, SILENT, "", 0.8, why, False, place)]
    grounds: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        grounds[_walks_on(names, step.ground)].append(step)
    mass = float(np.clip(MASS * (feet[0].height / TALL) ** 3, LIGHTEST, HEAVIEST))
    found = []
    for name, own in grounds.items():
        on = next((text for _, text in own[0].ground), "")
        found.append(
            Proposal(
                key=f"{owner}:{name}",
                object=owner,
                bone=feet[0].common,
                label=owner,
                name=name,
                prompt=CLASSES[name].prompt,
                score=0.9,
                why=f"{len(feet)} feet come down {len(own)} times" + (f" on {on!r}" if on else ""),
                wanted=True,
                position=place,
                events=[(step.seconds, step.strength) for step in own],
                measures={"mass": mass},
            )
        )
    return found


def _walks_on(names: Names, ground: Names) -> str:
    """The class of footsteps: by the ground, or, where there is none, by what walks."""
    if name_of(names).name in ("horse", HOOVES):
        return HOOVES
    if ground:
        return footsteps_on(ground)
    walks = (explain(f"{text} walking").name for _, text in names)
    return next((name for name in walks if name.startswith(FOOTING)), footsteps_on(()))
