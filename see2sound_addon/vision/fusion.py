"""From detections to objects: each once, whole, and in the order in which they would be heard.

A detector reports boxes with names. Some are parts of others (a tie, a rider's handbag), some are the same object twice, some
belong together (a rider and a bicycle, a crowd, a row of cars), and some make no sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from ..findings import Box
from ..lexicon.classes import SILENT
from ..objects import OBJECTS, ObjectClass
from .boxes import inside, overlap, shared, size_of, union
from .classes import CLASSES
from .detectors import Detection
from .regions import Region, make_region
from .view import View

SAME, SAME_NAME = 0.7, 0.55
"""Two boxes are one object from this intersection over union on, whatever their names; and with one name, from this share of
the smaller one on that lies in the other."""
LONG = {"train"}
"""What is so long that a detector sees it in parts; of parts that touch, the surest stands for all: it is the one in front."""
RIDDEN = {"bicycle": "cyclist", "motorcycle": "motorcyclist", "horse": "rider"}
"""What a person rides, and what the two together are called."""
RIDES = 0.3
"""Share of the person's or of the ridden object's box that the other one covers."""
CROWDS = {"person": ("crowd", 4), "car": ("traffic", 4), "bus": ("traffic", 4), "truck": ("traffic", 4)}
"""What many of a kind that are close together are called, and from how many on."""
CLOSE, ALIKE = 1.0, 2.5
"""Members of a group are at most this many of their own heights apart, and at most this many times as high as each other."""
CARRIED = {"backpack", "handbag", "tie", "suitcase", "cell phone", "umbrella", "skateboard"}
"""What persons carry: no source of its own in a person's box."""
CARRIED_SHARE = 0.5
ON_WATER, MIRROR_GAP, MIRROR_ACROSS = 0.5, 0.3, 0.6
"""Share of a reflection that is water; how far it begins from the foot of what it mirrors, in heights; shared width."""
MOST_DETECTIONS = 200
"""The surest of them are looked at."""
GRABCUT_ROUNDS, GRABCUT_MARGIN = 2, 0.3
"""Iterations of GrabCut, and what it sees of the surroundings, as a share of the box."""
LEAST_FILL, SMALLEST_SIDE = 0.2, 6
"""A mask that fills less of its box, or a box of fewer pixels, is replaced by an ellipse."""


UNKNOWN_SIZE = ObjectClass("", "point", 1.0, 1.0)
"""Of objects that are none of COCO's: a metre high, more or less. That orders them; the usual size of a label places them."""


@dataclass
class Found:
    """An object in the making. `name`: a class of OBJECTS, or what `RIDDEN` and `CROWDS` call it. `boxes`: of its members."""

    name: str
    box: Box
    score: float
    boxes: list[Box] = field(default_factory=list)

    @property
    def level(self) -> float:
        """How loud it is likely to be where the camera stands.

        The level of its class at one metre, less what its distance takes by its height in the picture, more for many
        members, less for a low score; dB.
        """
        kind = object_of(self.name) or UNKNOWN_SIZE
        heights = [box[3] - box[1] for box in self.boxes or [self.box]]
        nearness = max(float(np.median(heights)), 1e-3) / kind.height
        return kind.level + 20.0 * math.log10(nearness * max(self.score, 1e-3)) + 10.0 * math.log10(len(heights))


def object_of(name: str) -> ObjectClass | None:
    """The class of an object: one of COCO's, or what a neural detector is asked for; None for surfaces and other names."""
    if name in OBJECTS:
        return OBJECTS[name]
    guess = CLASSES.get(name)
    if guess is None or guess.extent != "point":
        return None
    return replace(UNKNOWN_SIZE, label=guess.label)


def _sounds(one: Found) -> bool:
    known = object_of(one.name)
    return known is not None and known.prompt != SILENT


def named_objects(detections: list[Detection]) -> list[Found]:
    """Single objects that make a sound, each once, by their boxes alone: riders with what they ride, but no crowds."""
    return [one for one in _each_once(detections) if _sounds(one)]


def fuse(view: View, detections: list[Detection]) -> list[Region]:
    """The regions of all objects of a picture that make a sound, the loudest first."""
    found = _without_reflections(view, _each_once(detections))
    regions = []
    for one in _grouped([one for one in found if _sounds(one)]):
        region = _region(view, one)
        if region is not None:
            regions.append((one.level, region))
    regions.sort(key=lambda pair: -pair[0])
    return [region for _, region in regions]


def _each_once(detections: list[Detection]) -> list[Found]:
    found = _once([Found(one.label, one.box, one.score) for one in detections[:MOST_DETECTIONS] if object_of(one.label)])
    return _without_carried(_with_riders(found))


def _once(found: list[Found]) -> list[Found]:
    """The surest of those that are the same object. What is the same as one that was left out is left out, too."""
    ordered = sorted(found, key=lambda item: -item.score)
    return [one for number, one in enumerate(ordered) if not any(_is_same(one, other) for other in ordered[:number])]


def _is_same(one: Found, other: Found) -> bool:
    if one.name == other.name in LONG and shared(one.box, other.box) > 0.0:
        return True
    if one.name == other.name:
        return inside(one.box, other.box) >= SAME_NAME
    return overlap(one.box, other.box) >= SAME


def _with_riders(found: list[Found]) -> list[Found]:
    persons = [one for one in found if one.name == "person"]
    kept = [one for one in found if one.name != "person"]
    for number, one in enumerate(kept):
        rider = next((p for p in persons if _rides(p, one)), None) if one.name in RIDDEN else None
        if rider is not None:
            persons.remove(rider)
            kept[number] = replace(one, name=RIDDEN[one.name], box=union(one.box, rider.box), score=max(one.score, rider.score))
    return kept + persons


def _rides(person: Found, ridden: Found) -> bool:
    """Whether a person is above what is ridden and overlaps it."""
    middle = (person.box[0] + person.box[2]) / 2.0
    above = person.box[1] < ridden.box[1] and ridden.box[0] <= middle <= ridden.box[2]
    return above and inside(person.box, ridden.box) > RIDES


def _without_carried(found: list[Found]) -> list[Found]:
    persons = [one.box for one in found if one.name == "person" or one.name in RIDDEN.values()]
    return [
        one
        for one in found
        if one.name not in CARRIED or all(inside(one.box, box, of_first=True) < CARRIED_SHARE for box in persons)
    ]


def _without_reflections(view: View, found: list[Found]) -> list[Found]:
    """Without what lies on water, upside down below an object of the same name."""
    water = view.surfaces["water"][view.patches.labels]

    def is_mirrored(one: Found) -> bool:
        rows = slice(int(one.box[1] * water.shape[0]), max(1, int(one.box[3] * water.shape[0])))
        columns = slice(int(one.box[0] * water.shape[1]), max(1, int(one.box[2] * water.shape[1])))
        if not water[rows, columns].size or water[rows, columns].mean() < ON_WATER:
            return False
        return any(other is not one and other.name == one.name and _stands_over(other.box, one.box) for other in found)

    return [one for one in found if not is_mirrored(one)]


def _stands_over(upper: Box, lower: Box) -> bool:
    across = min(upper[2], lower[2]) - max(upper[0], lower[0])
    tall = upper[3] - upper[1], lower[3] - lower[1]
    touching = abs(lower[1] - upper[3]) < MIRROR_GAP * max(tall)
    return touching and across > MIRROR_ACROSS * min(upper[2] - upper[0], lower[2] - lower[0])


def _grouped(found: list[Found]) -> list[Found]:
    """Many of a kind that are close together become one area."""
    rest = list(found)
    groups: list[Found] = []
    for name, (_, many) in {CROWDS[one.name][0]: CROWDS[one.name] for one in found if one.name in CROWDS}.items():
        members = [one for one in found if one.name in CROWDS and CROWDS[one.name][0] == name]
        for cluster in _clusters(members):
            if len(cluster) >= many:
                box = cluster[0].box
                for one in cluster[1:]:
                    box = union(box, one.box)
                groups.append(Found(name, box, max(one.score for one in cluster), [one.box for one in cluster]))
                rest = [one for one in rest if one not in cluster]
    return groups + rest


def _clusters(members: list[Found]) -> list[list[Found]]:
    left, clusters = list(members), []
    while left:
        cluster = [left.pop(0)]
        for one in cluster:  # it grows while it is gone through
            near = [other for other in left if _close(one.box, other.box)]
            cluster += near
            left = [other for other in left if other not in near]
        clusters.append(cluster)
    return clusters


def _close(a: Box, b: Box) -> bool:
    tall, small = max(a[3] - a[1], b[3] - b[1]), min(a[3] - a[1], b[3] - b[1])
    across = max(a[0], b[0]) - min(a[2], b[2])
    down = max(a[1], b[1]) - min(a[3], b[3])
    return tall <= ALIKE * small and max(across, down, 0.0) <= CLOSE * small


def _region(view: View, one: Found) -> Region | None:
    mask = np.zeros(view.small.shape[:2], bool)
    for box in one.boxes or [one.box]:
        mask |= outline_in(view.small, box)
    return make_region(mask, one.score, one.name) if mask.any() else None


def outline_in(pixels: np.ndarray, box: Box) -> np.ndarray:
    """The object in a box as a mask (height, width) bool, by GrabCut (Rother et al. 2004); an ellipse if that fails."""
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = np.multiply(box, (width, height, width, height))
    left, top, right, bottom = math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1)
    whole = ellipse((height, width), (x0, y0, x1, y1))
    if min(right - left, bottom - top) < SMALLEST_SIDE:
        return whole
    # A crop is much faster than the whole picture, and its surroundings are what the object differs from.
    wide, high = round(GRABCUT_MARGIN * (right - left)), round(GRABCUT_MARGIN * (bottom - top))
    a, b = max(0, left - wide), max(0, top - high)
    crop = np.ascontiguousarray(pixels[b : min(height, bottom + high), a : min(width, right + wide)])
    labels = np.zeros(crop.shape[:2], np.uint8)
    labels[top - b : bottom - b, left - a : right - a] = cv2.GC_PR_FGD
    if (labels == cv2.GC_BGD).sum() < crop.shape[0]:  # the box is all there is: nothing to learn a background from
        return whole
    cv2.setRNGSeed(0)
    try:
        cv2.grabCut(crop, labels, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # too few colours
        return whole
    mask = np.zeros((height, width), bool)
    mask[b : b + crop.shape[0], a : a + crop.shape[1]] = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return mask if mask.sum() > LEAST_FILL * size_of((x0, y0, x1, y1)) else whole


def ellipse(shape: tuple[int, int], box: tuple[float, float, float, float]) -> np.ndarray:
    """The ellipse that fills a box in pixels."""
    x0, y0, x1, y1 = box
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    across, down = (columns - (x0 + x1) / 2) / max(x1 - x0, 1e-6), (rows - (y0 + y1) / 2) / max(y1 - y0, 1e-6)
    return np.asarray((2 * across) ** 2 + (2 * down) ** 2 <= 1.0)
