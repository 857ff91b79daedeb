"""The names that neural detectors and labellers choose from. Their sounds are those of the lexicon."""

from __future__ import annotations

from ..lexicon.classes import SILENT
from .labeller import Guess, guess_from

POINTS = (
    "person", "child", "baby", "crowd of people", "dog", "cat", "horse", "cow", "sheep", "pig", "chicken", "duck", "goose",
    "bird", "seagull", "owl", "crow", "frog", "insect", "bee", "elephant", "lion", "car", "truck", "bus", "motorcycle",
    "bicycle", "train", "steam locomotive", "tram", "aeroplane", "helicopter", "rocket", "boat", "sailing boat", "ship",
    "tractor", "excavator", "siren", "fountain", "waterfall", "fire", "candle", "fireworks", "clock", "telephone", "bell",
    "television", "radio", "loudspeaker", "guitar", "piano", "violin", "drum", "trumpet", "flute", "musician", "computer",
    "keyboard", "printer", "washing machine", "vacuum cleaner", "refrigerator", "kettle", "coffee machine", "frying pan",
    "door", "fan", "chainsaw", "hammer", "gun", "windmill",
)  # fmt: skip
AREAS = (
    "sea", "river", "stream", "lake", "beach surf", "trees", "forest", "grass field", "road with traffic", "rain",
    "swimming pool", "harbour", "construction site",
)  # fmt: skip
SURROUNDINGS = (
    "city street", "market", "restaurant", "office", "concert", "stadium", "storm",
)  # fmt: skip
SILENT_NAMES = (
    "sky", "wall", "building", "floor", "ceiling", "table", "chair", "sofa", "bed", "book", "picture", "window",
    "plant in a pot", "rock", "mountain", "sand", "snow", "road", "pavement", "fence", "bridge", "statue", "food", "cup",
    "bottle", "box", "bag", "clothes", "sign", "lamp", "ball", "toy", "shadow",
)  # fmt: skip
"""Names that keep a labeller from taking a wall for something that sounds."""

CLASSES: dict[str, Guess] = {
    **{name: guess_from(name, "point") for name in POINTS},
    **{name: guess_from(name, "area") for name in AREAS},
    **{name: guess_from(name, "ambient") for name in SURROUNDINGS},
    **{name: guess_from(name, "area") for name in SILENT_NAMES},
}


def sounding_classes() -> list[str]:
    """What a detector is asked to look for: classes of objects, not of surfaces."""
    return [*POINTS, *AREAS]


def class_in(caption: str) -> Guess | None:
    """The class that a caption's words name, the longest name winning; None if it names none."""
    words = f" {' '.join(''.join(c if c.isalpha() else ' ' for c in caption.lower()).split())} "
    named = [name for name in CLASSES if f" {name} " in words or f" {name}s " in words]
    return CLASSES[max(named, key=lambda name: (CLASSES[name].prompt != SILENT, len(name)))] if named else None
