"""Usual heights of objects in metres, and how much that varies (standard deviation of the natural logarithm)."""

from __future__ import annotations

import re

from ..lexicon.classes import SILENT
from ..objects import OBJECTS

USUAL_HEIGHTS: dict[str, tuple[float, float]] = {
    **{one.label: (one.height, one.spread) for one in OBJECTS.values() if one.prompt != SILENT and one.extent == "point"},
    "people": (1.7, 0.10), "man": (1.75, 0.08), "woman": (1.63, 0.08), "child": (1.2, 0.2),
    "singer": (1.7, 0.1),
    "taxi": (1.5, 0.10), "van": (2.1, 0.15), "lorry": (3.2, 0.25),
    "tram": (3.6, 0.1), "locomotive": (4.3, 0.12), "carriage": (3.9, 0.1),
    "motorbike": (1.15, 0.12), "tractor": (2.8, 0.2),
    "ship": (20.0, 0.8), "ferry": (12.0, 0.5), "aeroplane": (11.0, 0.5),
    "helicopter": (3.6, 0.25), "rocket": (50.0, 0.7), "shuttle": (56.0, 0.1),
    "goat": (0.75, 0.2), "pig": (0.8, 0.2), "duck": (0.35, 0.2),
    "rooster": (0.5, 0.2), "chicken": (0.4, 0.2),
    "piano": (1.3, 0.3), "guitar": (1.0, 0.1), "drum": (0.8, 0.4), "violin": (0.6, 0.1), "cello": (1.2, 0.1),
    "fountain": (3.0, 0.7),
    "campfire": (0.6, 0.4), "waterfall": (12.0, 1.0), "tree": (9.0, 0.6), "church": (25.0, 0.5), "house": (7.0, 0.4),
}  # fmt: skip
"""Vehicles by their makers' usual dimensions, animals at the withers or standing, people by WHO growth references."""

WHOLE_LABELS = {one.label: (one.height, one.spread) for one in OBJECTS.values() if one.extent == "point"}
"""Labels that count as a whole only: in "woman with handbag" the handbag does not tell the size."""


def usual_height(label: str) -> tuple[float, float] | None:
    """Metres and spread for the last word of a label that the table knows ("steam locomotive", "two dogs"), else None."""
    for name in (label.lower(), label.lower().removesuffix("s")):
        if name in WHOLE_LABELS:
            return WHOLE_LABELS[name]
    for word in reversed(re.findall(r"[a-z]+", label.lower())):
        for form in (word, word.removesuffix("s"), word.removesuffix("es")):
            if form in USUAL_HEIGHTS:
                return USUAL_HEIGHTS[form]
    return None
