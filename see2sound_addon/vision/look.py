"""Look: from a picture to regions with guesses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..objects import SILENT
from .detectors import DETECTORS, Detector
from .labeller import LABELLERS, Guess, Labeller
from .regions import Region
from .segmenter import SEGMENTERS, Segmenter
from .view import View, measure_view

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
    beds = [sighting for sighting in sounding if sighting.region.note and sighting.guess.extent == "ambient"][:1]
    objects = [sighting for sighting in sounding if sighting not in beds]
    return view, objects[: max_sources - len(beds)] + beds
