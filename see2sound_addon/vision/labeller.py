"""Labellers: guess the class and the sound of a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..lexicon.lookup import sound_of
from ..objects import OBJECTS
from .regions import Region
from .view import View


@dataclass(frozen=True)
class Guess:
    """`label`: what it is. `prompt`: how it sounds, or SILENT. `extent`: "point", "area" or "ambient"."""

    label: str
    prompt: str
    extent: str


def guess_from(label: str, extent: str | None = None) -> Guess:
    """What a label means by the lexicon: its sound, and its extent unless that is given."""
    sound = sound_of(label)
    return Guess(label, sound.prompt, extent or sound.extent)


KNOWN = {
    **{name: guess_from(known.label, known.extent) for name, known in OBJECTS.items()},
    "water": guess_from("water", "area"),
    "foliage": guess_from("leaves", "area"),
    "fire": guess_from("fire", "point"),
    "rocket": guess_from("rocket flame", "point"),
    "waterfall": guess_from("waterfall", "point"),
    "wide waterfall": guess_from("waterfall", "area"),
    "harbour": guess_from("harbour", "ambient"),
    "seaside": guess_from("seaside", "ambient"),
    "forest": guess_from("forest", "ambient"),
    "meadow": guess_from("meadow", "ambient"),
    "room": guess_from("room", "ambient"),
    "crowd bed": guess_from("crowd", "ambient"),
    "street": guess_from("city", "ambient"),
    "smoke": guess_from("smoke", "area"),
    "sky": guess_from("sky", "ambient"),
    "ground": guess_from("bare ground", "area"),
    "building": guess_from("building", "area"),
    "unknown": Guess("unknown object", "unknown", "point"),
    "unseen": Guess("unknown object", "unknown", "point"),
}
"""What a region is by its kind. "unseen": it is not in the picture that is at hand, so that this cannot tell what it is."""
UNVOICED = Guess("unknown object", "", "point")
"""An empty prompt: it gets no sound until its label is known."""


SURFACE = 0.5
"""Share of a region that must look like a surface for the region to be one."""
FIRE_AREA, ROCKET_AREA = 0.008, 0.01
"""Fractions of the picture that burn: less is a lamp or a reflection; a rocket's flame is larger than a camp fire's."""
WATERFALL_SHARE, WATERFALL_SCORE, WIDE_WATERFALL = 0.25, 0.33, 0.05
"""A waterfall is measured less surely than other surfaces: its share and the region's score; from this area on it is wide."""
DULL, STONE_SHARE = 0.35, 0.4
"""Saliency below which stony ground is ground, and the share of it that is stone."""
ABOVE_HORIZON, SURE_HORIZON = 0.05, 0.3
"""A building's foot ends this far above a horizon of at least this confidence, or it may be an object in front of one."""
FLAT = 0.6
"""Height over width, in pixels, below which a region below the horizon lies rather than stands."""
WHITE, WHITE_SHARE = 225, 0.2
"""Of 255 in all channels: burnt out; and the share of a flame that is so where it is a rocket's."""


class Labeller(Protocol):
    """Guess what a region of a view is."""

    def __call__(self, view: View, region: Region) -> Guess:
        """What a region is, and how it sounds."""
        ...


def label_by_measures(view: View, region: Region) -> Guess:
    """The embedded labeller: what the region's finder knew, else what its surface measures like; no weights."""
    if region.kind in KNOWN:
        return KNOWN[region.kind]
    share = {name: float(values[view.patches.labels][region.mask].mean()) for name, values in view.surfaces.items()}
    area = float(region.mask.mean())
    salience = float(view.salient[view.patches.labels][region.mask].mean())
    burning = float((region.mask & (view.surfaces["fire"] > 0.5)[view.patches.labels]).mean())
    if burning > FIRE_AREA:
        return KNOWN["rocket" if burning > ROCKET_AREA and _white_hot(view, region) else "fire"]
    if share["waterfall"] > WATERFALL_SHARE and region.score > WATERFALL_SCORE:
        return KNOWN["wide waterfall" if area > WIDE_WATERFALL else "waterfall"]
    if share["water"] > SURFACE:
        return KNOWN["water"]
    if share["foliage"] > SURFACE:
        return KNOWN["foliage"]
    if share["sky"] > SURFACE:
        return KNOWN["sky"]
    if share["smoke"] > SURFACE:
        return KNOWN["smoke"]
    stony = salience < DULL and share["stone"] > STONE_SHARE and _on_ground(view, region)
    if max(share["sand"], share["snow"]) > SURFACE or stony:
        return KNOWN["ground"]
    above = region.box[3] < view.horizon.row - ABOVE_HORIZON and view.horizon.confidence > SURE_HORIZON
    if share["built"] > SURFACE and above:
        return KNOWN["building"]
    return KNOWN["unknown"]


def label_what_is_known(view: View, region: Region) -> Guess:
    """Like `label_by_measures`; an unknown region gets an empty prompt, and so no sound."""
    guess = label_by_measures(view, region)
    return UNVOICED if guess == KNOWN["unknown"] else guess


LABELLERS: dict[str, Labeller] = {"measures": label_by_measures, "known": label_what_is_known}


def _on_ground(view: View, region: Region) -> bool:
    """Whether a region lies flat below the horizon, as ground does, rather than standing up."""
    x0, y0, x1, y1 = region.box
    return y0 > view.horizon.row and (y1 - y0) * view.small.shape[0] < FLAT * (x1 - x0) * view.small.shape[1]


def _white_hot(view: View, region: Region) -> bool:
    """Whether a flame has burnt out to white over a good part: a thousand kelvin more than a wood fire."""
    return float((view.small[region.mask].min(axis=1) > WHITE).mean()) > WHITE_SHARE
