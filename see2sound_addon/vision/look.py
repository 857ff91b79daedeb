"""Look: from a picture to regions with guesses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..findings import Box
from ..lexicon.classes import SILENT
from .boxes import overlap, size_of
from .candidates import find_candidates
from .detectors import DETECTORS, Detection, Detector
from .fusion import outline_in
from .labeller import LABELLERS, Guess, Labeller
from .regions import Region, make_region
from .segmenter import SEGMENTERS, Segmenter
from .view import View, measure_view

SMALLEST_BOX = 1e-4
"""Share of the picture below which a box is a point."""
FITS, REACH = 0.3, 0.08
"""Intersection over union from which on a detection is what a box shows; half the box around a point without an object."""
SPARE = 3
"""More regions are looked at than wanted, since some turn out to be silent."""


@dataclass(eq=False)
class Sighting:
    """A region and what it may be."""

    region: Region
    guess: Guess


def look(
    pixels: np.ndarray,
    max_sources: int,
    horizon_row: float | None = None,
    detector: Detector = DETECTORS["embedded"],
    segmenter: Segmenter = SEGMENTERS["saliency"],
    labeller: Labeller = LABELLERS["measures"],
) -> tuple[View, list[Sighting]]:
    """What can sound in a picture (height, width, 3) uint8 RGB: at most `max_sources` sightings, the bed of the place last."""
    view = measure_view(pixels, horizon_row)
    regions = segmenter(view, detector(pixels), max_sources + SPARE)
    sightings = [Sighting(region, labeller(view, region)) for region in regions]
    sounding = [sighting for sighting in sightings if sighting.guess.prompt != SILENT]
    beds = [sighting for sighting in sounding if sighting.region.is_bed][:1]
    objects = [sighting for sighting in sounding if sighting not in beds]
    if max_sources == 1 and objects:
        beds = []
    return view, objects[: max_sources - len(beds)] + beds


def look_at(
    pixels: np.ndarray,
    box: Box,
    horizon_row: float | None = None,
    detector: Detector = DETECTORS["embedded"],
    labeller: Labeller = LABELLERS["measures"],
) -> tuple[View, Sighting]:
    """The object in a box of a picture, or at a point: a box without a size.

    A detection there gives the box and the name; without one, a point gets the most likely object around it.
    """
    view = measure_view(pixels, horizon_row)
    detection = _detected_at(detector(pixels), box)
    if detection is not None:
        region = make_region(outline_in(view.small, detection.box), detection.score, detection.label)
    elif size_of(box) > SMALLEST_BOX:
        region = make_region(outline_in(view.small, box), 1.0)
    else:
        region = _around(view, box)
    return view, Sighting(region, labeller(view, region))


def _detected_at(detections: list[Detection], box: Box) -> Detection | None:
    """The detection that fits a box best, or the smallest one around a point."""
    if size_of(box) > SMALLEST_BOX:
        best = max(detections, key=lambda one: overlap(one.box, box), default=None)
        return best if best is not None and overlap(best.box, box) > FITS else None
    x, y = (box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0
    around = [one for one in detections if one.box[0] <= x <= one.box[2] and one.box[1] <= y <= one.box[3]]
    return min(around, key=lambda one: size_of(one.box), default=None)


def _around(view: View, box: Box) -> Region:
    """The candidate with the highest score that contains a point, else what GrabCut finds in a box around it."""
    height, width = view.small.shape[:2]
    x, y = (box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0
    patch = view.patches.labels[min(int(y * height), height - 1), min(int(x * width), width - 1)]
    candidates = find_candidates(view.patches, view.salient, view.plain, view.horizon.row)
    best = next((one for one in candidates if one.members[patch]), None)
    if best is not None:
        return make_region(best.members[view.patches.labels], best.score)
    guess = (max(0.0, x - REACH), max(0.0, y - REACH), min(1.0, x + REACH), min(1.0, y + REACH))
    return make_region(outline_in(view.small, guess), 1.0)
