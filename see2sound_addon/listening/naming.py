"""From the names of an object to a class of sounds, with a score and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..lexicon.classes import SILENT
from ..lexicon.lookup import HINT, explain, split_words
from .observed import Names, SceneObject

TRUST = {"object": 1.0, "tag": 0.95, "data": 0.95, "action": 0.8, "parent": 0.8, "collection": 0.75, "material": 0.7}
"""How much a name counts, by where it stands."""
NOTHING_SAID = frozenset({
    "circle", "cone", "cube", "curve", "bezier", "cylinder", "empty", "grid", "icosphere", "mesh", "nurbs", "object",
    "plane", "sphere", "suzanne", "surface", "text", "torus", "uvsphere", "geometry", "shape", "group", "node", "root",
    "scene", "instance", "collection", "material", "untitled", "default", "base", "model", "sketchfab", "gltf", "fbx",
    "asset", "assets", "path", "camera", "light", "null", "locator", "armature", "rig", "metarig", "roundcube",
})  # fmt: skip
"""Names that programs give."""
BLADES = 50.0
"""Faces a square metre: a surface with fewer is ground that is called grass, not grass with blades."""
WIDE = 3.0
"""Metres."""
MATTER = frozenset({
    "calm water", "river", "stream", "waterfall", "waves on sand", "waves on rocks", "lava", "small fire", "large fire",
    "steam", "silent",
})  # fmt: skip
"""Classes that a material may name: an oak floor has the name of a tree, but does not rustle."""
SURFACES_OF_GROUND = ("wind in grass",)
"""Classes that a mesh without blades does not have."""


@dataclass(frozen=True)
class Named:
    """`name`: the class, SILENT, or "" where no word is known. `score`: 0 to 1. `why`: for the user."""

    name: str
    score: float
    why: str


UNKNOWN = Named("", 0.0, "no known word in its names")


def name_object(obj: SceneObject) -> Named:
    """The class that an object's names lead to."""
    found = name_of(obj.names)
    if found.name in SURFACES_OF_GROUND and _is_ground(obj):
        return Named(SILENT, found.score, f"{found.why}; without blades it is ground")
    return found


def name_of(names: Names) -> Named:
    """The class of the first name that says something; a word that only hints does not decide.

    A name that programs give, such as "Cube.003", says nothing. A known silent word ("house") decides like any other.
    """
    weak, hinted = UNKNOWN, False
    for where, text in names:
        said = hinted or weak is not UNKNOWN
        if _says_nothing(text) or (where in ("material", "action") and said):
            continue
        meaning = explain(text)
        if not meaning.name:
            continue
        score = meaning.score * TRUST[where]
        why = f"{where} {_shown(text)}"
        if meaning.score > HINT and (where != "material" or meaning.name in MATTER):
            return Named(meaning.name, score, why)
        if meaning.name != SILENT:
            hinted = True
        elif weak is UNKNOWN:
            weak = Named(SILENT, score, why)
    return weak


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


@lru_cache(20000)
def _says_nothing(text: str) -> bool:
    return all(word in NOTHING_SAID or len(word) < 2 or not word.isalpha() for word in split_words(text))


def _is_ground(obj: SceneObject) -> bool:
    wide, deep = float(obj.size[0]), float(obj.size[1])
    return obj.kind == "MESH" and min(wide, deep) > WIDE and obj.faces / max(wide * deep, 1e-6) < BLADES


FOOTING = ("footsteps on", "footsteps in")
USUAL_GROUND = "footsteps on stone"


def footsteps_on(names: Names) -> str:
    """The class of footsteps on a surface, by its material and its object's names; stone where they say nothing."""
    for _, text in names:
        meaning = explain(f"footsteps on {text}")
        if meaning.name.startswith(FOOTING) and len(meaning.words) > 1:  # a word for the ground, too
            return meaning.name
    return USUAL_GROUND


STRUCK: dict[str, tuple[str, ...]] = {
    "ball bounce": ("ball", "balloon", "basketball", "football", "tennis"),
    "glass clink": ("glass", "bottle", "jar", "vase", "marble"),
    "dishes": ("cup", "mug", "plate", "bowl", "dish", "pot", "pan", "cutlery", "spoon", "fork", "knife", "teapot"),
    "coins": ("coin", "coins", "key", "keys"),
    "metal impact": (
        "metal", "steel", "iron", "can", "barrel", "pipe", "wrench", "hammer", "chain", "sword", "copper", "brass", "anvil",
        "bucket", "bolt", "screw", "nail", "gear", "wheel", "container", "chrome", "aluminium", "aluminum", "tin",
    ),
    "stone impact": ("stone", "rock", "brick", "boulder", "concrete", "tile", "pebble", "rubble", "debris", "statue"),
    "wood impact": (
        "wood", "wooden", "crate", "box", "plank", "log", "board", "chair", "table", "stool", "domino", "block", "book",
        "branch", "pallet", "furniture", "cardboard", "dice", "die", "pin", "bowling pin", "skittle",
    ),
}  # fmt: skip
"""What bodies of these words sound like when they strike. Words of the material come after those of the object."""
USUAL_BODY = "wood impact"


def struck(names: Names) -> tuple[str, bool]:
    """The class of impacts of a body, and whether a word says so."""
    for _, text in names:
        words = set(split_words(text))
        for name, known in STRUCK.items():
            if words & set(known):
                return name, True
    return USUAL_BODY, False


HARD = {"grass": 0.2, "snow": 0.1, "sand": 0.15, "earth": 0.3, "carpet": 0.2, "cloth": 0.2, "rubber": 0.3, "water": 0.1,
        "wood": 0.6, "leaf": 0.2, "gravel": 0.5, "metal": 0.9, "stone": 0.9, "concrete": 0.9, "glass": 0.95}  # fmt: skip
USUAL_HARDNESS = 0.7


def hardness_of(names: Names) -> float:
    """How hard a surface is, 0 to 1."""
    text = " ".join(name for _, name in names).lower()
    return next((hard for word, hard in HARD.items() if word in text), USUAL_HARDNESS)
