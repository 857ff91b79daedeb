"""Choose the ambient bed of a picture from its detections and surfaces, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .detectors import Detection
from .view import View

VEHICLES = {"car", "bus", "truck", "motorcycle"}
STREET_OBJECTS = VEHICLES | {"traffic light", "stop sign", "parking meter", "fire hydrant"}
INDOORS = {
    "couch", "bed", "dining table", "tv", "refrigerator", "oven", "microwave", "sink", "toilet", "toaster", "keyboard", "mouse",
    "laptop", "book", "remote", "wine glass", "cup", "bowl",
}  # fmt: skip
STREET_MANY, CROWD_MANY, HARBOUR_MANY, ROOM_MANY = 3, 8, 2, 3
"""Objects of a kind from which on they make a place."""
SEA, HARBOUR_WATER, SAND = 0.15, 0.03, 0.03
"""Shares of the picture that are water, or sand, at a seaside and in a harbour."""
FOREST, MEADOW, OPEN_SKY, NO_SKY = 0.45, 0.25, 0.15, 0.02
"""Shares of the picture that are leaves and sky."""


@dataclass(frozen=True)
class Ambience:
    """`kind`: a key of `labeller.KNOWN`. `reason`: what it was concluded from, for the user."""

    kind: str
    reason: str


def find_ambience(view: View, detections: list[Detection]) -> Ambience | None:
    """The one bed that fits best, or None."""
    names = [one.label for one in detections]
    street = [name for name in names if name in STREET_OBJECTS]
    vehicles, persons, boats = (_count(names, kinds) for kinds in (VEHICLES, {"person"}, {"boat"}))
    indoors = {name for name in names if name in INDOORS}
    share = {name: _share(view, name) for name in ("sky", "water", "foliage", "sand")}
    if view.horizon.street or (vehicles and len(street) >= STREET_MANY):
        lines = ["straight lines that meet on the horizon"] if view.horizon.street else []
        return Ambience("street", _because("Street", [*lines, *([f"{vehicles} vehicles"] if vehicles else [])]))
    if len(indoors) >= ROOM_MANY and share["sky"] < NO_SKY:
        return Ambience("room", _because("Room", sorted(indoors)[:ROOM_MANY]))
    if boats >= HARBOUR_MANY and share["water"] > HARBOUR_WATER:
        return Ambience("harbour", _because("Harbour", [f"{boats} boats", _percent(share, "water")]))
    if persons >= CROWD_MANY:
        return Ambience("crowd bed", _because("Crowd", [f"{persons} persons"]))
    if share["water"] > SEA and share["sand"] > SAND:
        return Ambience("seaside", _because("Seaside", [_percent(share, "water"), _percent(share, "sand")]))
    if share["foliage"] > FOREST:
        return Ambience("forest", _because("Forest", [f"{100 * share['foliage']:.0f} % leaves"]))
    if share["foliage"] > MEADOW and share["sky"] > OPEN_SKY:
        return Ambience("meadow", _because("Meadow", [f"{100 * share['foliage']:.0f} % leaves", _percent(share, "sky")]))
    return None


def _count(names: list[str], kinds: set[str]) -> int:
    return sum(name in kinds for name in names)


def _share(view: View, surface: str) -> float:
    patches = view.patches
    return float(np.average(view.surfaces[surface], weights=patches.size))


def _percent(share: dict[str, float], name: str) -> str:
    return f"{100 * share[name]:.0f} % {name}"


def _because(place: str, reasons: list[str]) -> str:
    return f"{place} ambience was added: {', '.join(reasons)}. Mute or delete it if it does not fit."
