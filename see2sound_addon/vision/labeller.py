"""Labellers: guess the class and the sound of a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..findings import SILENT
from .regions import Region
from .view import View


@dataclass(frozen=True)
class Guess:
    """`label`: what it is. `prompt`: how it sounds, or SILENT. `extent`: "point", "area" or "ambient"."""

    label: str
    prompt: str
    extent: str


KNOWN = {
    "person": Guess("person", "people talking", "point"),
    "cat": Guess("cat", "cat", "point"),
    "car": Guess("car", "car engine idling", "point"),
    "water": Guess("water", "calm water lapping", "area"),
    "foliage": Guess("leaves", "wind in leaves", "area"),
    "fire": Guess("fire", "fire crackling", "point"),
    "rocket": Guess("rocket flame", "rocket engine roar", "point"),
    "waterfall": Guess("waterfall", "waterfall", "point"),
    "wide waterfall": Guess("waterfall", "waterfall", "area"),
    "street": Guess("city", "city street ambience", "ambient"),
    "smoke": Guess("smoke", SILENT, "area"),
    "sky": Guess("sky", SILENT, "ambient"),
    "ground": Guess("bare ground", SILENT, "area"),
    "building": Guess("building", SILENT, "area"),
    "unknown": Guess("unknown object", "unknown", "point"),
}


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
    if burning > 0.008:
        return KNOWN["rocket" if burning > 0.01 and _white_hot(view, region) else "fire"]
    if share["waterfall"] > 0.25 and region.score > 0.33:
        return KNOWN["wide waterfall" if area > 0.05 else "waterfall"]
    if share["water"] > 0.5:
        return KNOWN["water"]
    if share["foliage"] > 0.5:
        return KNOWN["foliage"]
    if share["sky"] > 0.5:
        return KNOWN["sky"]
    if share["smoke"] > 0.5:
        return KNOWN["smoke"]
    if max(share["sand"], share["snow"]) > 0.5 or (salience < 0.35 and share["stone"] > 0.4 and _on_ground(view, region)):
        return KNOWN["ground"]
    if share["built"] > 0.5 and region.box[3] < view.horizon.row - 0.05 and view.horizon.confidence > 0.3:
        return KNOWN["building"]
    return KNOWN["unknown"]


LABELLERS: dict[str, Labeller] = {"measures": label_by_measures}


def _on_ground(view: View, region: Region) -> bool:
    """Whether a region lies flat below the horizon, as ground does, rather than standing up."""
    x0, y0, x1, y1 = region.box
    return y0 > view.horizon.row and (y1 - y0) * view.small.shape[0] < 0.6 * (x1 - x0) * view.small.shape[1]


def _white_hot(view: View, region: Region) -> bool:
    """Whether a flame has burnt out to white over a good part: a thousand kelvin more than a wood fire."""
    return float((view.small[region.mask].min(axis=1) > 225).mean()) > 0.2
