"""Bodies that strike, roll and scrape."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..lexicon.classes import CLASSES, SILENT
from ..progress import Slices
from .behaviour import behaviour_of
from .impacts import Impact, impacts
from .kinship import NO_SOURCES, Kinship
from .motion import STEADY, curve, smooth
from .moving import is_wheel
from .naming import hardness_of, struck
from .observed import FindSurfaces, Observed, SceneObject
from .proposal import Points, Proposal, measures_of
from .standing import gathered
from .touching import Touching, touching

MOST_BODIES = 12
"""Bodies of one class that strike, each as a source of its own; more are gathered."""
MOST_ALONG = 4
"""Bodies that roll or scrape, the largest first: more would be a crowd of noises."""
BY_CONTACT = ("", SILENT, "rolling", "scraping")
"""Classes of objects that sound by their contacts, beside those that sound only when they are used. Others, such as cars, have
a sound for their movement."""


def propose_bodies(observed: Observed, kin: Kinship, find: FindSurfaces, past: frozenset[str]) -> Slices[list[Proposal]]:
    """Proposals for all bodies that move and strike, roll or scrape, one body at a time. `past`: names that are left out."""
    striking: dict[str, list[Proposal]] = defaultdict(list)
    along: dict[str, list[Proposal]] = defaultdict(list)
    for number, obj in enumerate(observed.objects):
        if obj.kind in NO_SOURCES or not obj.track.moves or obj.size.max() <= 0.0 or obj.name in past or _is_part(obj, kin):
            continue
        yield number, len(observed.objects)
        blows = impacts(obj, observed.rate, observed.gravity, find)
        if blows:
            one = _strikes(obj, blows)
            striking[one.name].append(one)
        contact = None if is_wheel(obj) else touching(obj, observed.rate, observed.gravity, find)
        for one in _moves_along(obj, contact, observed.rate) if contact is not None else ():
            along[one.name].append(one)
    found = [one for own in striking.values() for one in (own if len(own) <= MOST_BODIES else gathered(own))]
    loudest = [sorted(own, key=lambda one: -one.measures["size"])[:MOST_ALONG] for own in along.values()]
    return found + [one for own in loudest for one in own]


def _is_part(obj: SceneObject, kin: Kinship) -> bool:
    """Whether an object, or one that it hangs from, has a sound for its movement."""
    names = [kin.named[one.name].name for one in [obj, *kin.above(obj)]]
    return any(name not in BY_CONTACT and behaviour_of(name).when != "used" for name in names)


def _strikes(obj: SceneObject, blows: list[Impact]) -> Proposal:
    name, known = struck(obj.names)
    size = float(obj.size.max())
    surface = next((text for one in blows for _, text in one.surface), "")
    where = f" on {surface!r}" if surface else ""
    return Proposal(
        key=f"{obj.name}:impacts",
        object=obj.name,
        label=obj.name,
        name=name,
        prompt=CLASSES[name].prompt,
        score=0.9 if known else 0.6,
        why=f"strikes {len(blows)} times{where}, at up to {max(one.speed for one in blows):.1f} m/s",
        wanted=True,
        position=obj.track.positions[0],
        events=[(one.seconds, impact_strength(one.speed, size)) for one in blows],
        values={"hardness": [(0.0, float(np.mean([hardness_of(one.surface) for one in blows])))]},
        measures=measures_of(obj.size),
    )


def impact_strength(speed: float, size: float) -> float:
    """0 to 1, of a body of `size` metres that strikes at `speed` m/s.

    The energy of a blow grows with the mass and the square of the speed, and the ear compresses both (van den Doel, Kry and
    Pai, "FoleyAutomatic", 2001). 5 m/s of a body of 0.3 m is 0.8.
    """
    return float(np.clip(0.8 * (speed / 5.0) ** 0.8 * (size / 0.3) ** 0.25, 0.03, 1.0))


def _moves_along(obj: SceneObject, contact: Touching, rate: float) -> list[Proposal]:
    """Rolling and scraping."""
    found = []
    for name, on in (("rolling", contact.rolls), ("scraping", contact.scrapes)):
        if not on.any():
            continue
        fastest = float(contact.speed[on].max())
        where = f" on {contact.surface[0][1]!r}" if contact.surface else ""
        found.append(
            Proposal(
                key=f"{obj.name}:{name}",
                object=obj.name,
                label=obj.name,
                name=name,
                prompt=CLASSES[name].prompt,
                score=0.8,
                why=f"{name}{where}, at up to {fastest:.1f} m/s",
                wanted=True,
                position=obj.track.positions[0],
                values={"speed": curve(contact.speed, rate, 0.05), "hardness": [(0.0, hardness_of(contact.surface))]},
                measures=measures_of(obj.size),
                level=_by_speed(on, contact.speed, fastest, rate),
            )
        )
    return found


def _by_speed(on: np.ndarray, speed: np.ndarray, fastest: float, rate: float) -> Points:
    """The level of what rolls or scrapes: as its speed, which its model's level does not follow."""
    level = np.where(on, np.sqrt(np.clip(speed / max(fastest, 1e-6), 0.0, 1.0)), 0.0)
    return curve(smooth(level, STEADY, rate), rate, 0.03)
