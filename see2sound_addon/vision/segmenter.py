"""Segmenters: find the regions of a picture that can make a sound."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np
from scipy import ndimage

from .ambience import find_ambience
from .candidates import find_candidates
from .detectors import Detection
from .fusion import ellipse, fuse
from .regions import Region, choose_regions, make_region
from .view import View

SOUNDING_SURFACES = {"water": 0.06, "foliage": 0.10}
"""Surfaces that sound by themselves, with the least share of the picture at which they are worth a source."""
BED_SCORE = 0.1
"""Of a street's ambience, or another place's: it comes after everything that can be pointed at."""
FLAT = 2.0
"""Deviation of colours, of 255, below which a picture shows nothing."""


class Segmenter(Protocol):
    """Find regions in a view; none is only background, none lies in another."""

    def __call__(self, view: View, detections: list[Detection], most: int) -> list[Region]:
        """At most `most` regions, those that stand out most first. `detections`: what a detector has found, surest first."""
        ...


def segment_by_saliency(view: View, detections: list[Detection], most: int) -> list[Region]:
    """The embedded segmenter: what was detected, what stands out, and surfaces that sound; no weights, no network."""
    if _is_plain(view):
        return []
    regions: list[Region] = []
    taken = np.zeros(len(view.patches), bool)
    detected = [_detected(view, detection) for detection in detections]
    for region in [*(region for region in detected if region is not None), *_surfaces(view)]:
        # Detections come first and surest first; what lies mostly in an earlier one is not another object.
        if len(regions) < most and _claim(view, region, taken):
            regions.append(region)
    found = sorted(regions + _objects(view, taken, most - len(regions)), key=lambda region: -region.score)
    if view.horizon.street and len(found) < most:
        found.append(make_region(np.ones(view.small.shape[:2], bool), BED_SCORE, "street"))
    return found


def segment_by_detections(view: View, detections: list[Detection], most: int) -> list[Region]:
    """For detectors that know many classes: detected objects, sounding surfaces, what else stands out, and the place's bed.

    Loudest first; the bed comes last.
    """
    if _is_plain(view):
        return []
    taken = _in_boxes(view, detections)
    regions = fuse(view, detections)[:most]
    for region in _surfaces(view):
        if len(regions) < most and _claim(view, region, taken):
            regions.append(region)
    regions += sorted(_objects(view, taken, most - len(regions)), key=lambda region: -region.score)
    bed = find_ambience(view, detections)
    if bed is not None:
        whole = make_region(np.ones(view.small.shape[:2], bool), BED_SCORE, bed.kind)
        regions.append(replace(whole, note=bed.reason, is_bed=True))
    return regions


SEGMENTERS: dict[str, Segmenter] = {"saliency": segment_by_saliency, "detections": segment_by_detections}


def _is_plain(view: View) -> bool:
    """Whether the picture is of one colour."""
    return bool(view.small.std(axis=(0, 1)).max() < FLAT)


def _claim(view: View, region: Region, taken: np.ndarray) -> bool:
    """Mark the patches of a region as taken, unless most of them are; whether it got them."""
    claimed = view.patches.mean(region.mask) > 0.5
    free = bool((claimed & taken).sum() <= 0.5 * max(1, claimed.sum()))
    if free:
        taken |= claimed
    return free


def _in_boxes(view: View, detections: list[Detection]) -> np.ndarray:
    """(n,) bool: the patches that lie in a detection. They are that object, or a part of it."""
    x, y = view.patches.centre.T
    taken = np.zeros(len(view.patches), bool)
    for left, top, right, bottom in (one.box for one in detections):
        taken |= (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    return taken


def _objects(view: View, taken: np.ndarray, most: int) -> list[Region]:
    surfaces = view.surfaces
    background = np.maximum(view.plain, surfaces["water"])
    candidates = find_candidates(view.patches, view.salient, background, view.horizon.row)
    kinds = np.select([surfaces["fire"] > 0.4, surfaces["water"] > 0.5, surfaces["foliage"] > 0.5], [1, 2, 3], 0)
    light = cv2.GaussianBlur(cv2.cvtColor(view.small, cv2.COLOR_RGB2GRAY), (0, 0), 2.0).astype(np.float32)
    return choose_regions(candidates, view.patches, view.salient, kinds, taken, light, view.horizon.row, most)


def _surfaces(view: View) -> list[Region]:
    found = []
    for kind, least in SOUNDING_SURFACES.items():
        membership = ndimage.gaussian_filter(view.surfaces[kind][view.patches.labels], 2.0)
        pieces, count = ndimage.label(membership > 0.45)
        if count:
            sizes = np.bincount(pieces.ravel())[1:]
            mask = pieces == sizes.argmax() + 1
            if mask.mean() >= least:
                found.append(make_region(mask, float(membership[mask].mean()) * 0.9, kind))
    return found


def _detected(view: View, detection: Detection) -> Region | None:
    """The ellipse that fills a detection's box: crisper than a box, and its middle is the object's."""
    height, width = view.small.shape[:2]
    x0, y0, x1, y1 = (np.array(detection.box) * [width, height, width, height]).tolist()
    mask = ellipse((height, width), (x0, y0, x1, y1))
    return make_region(mask, detection.score, detection.label) if mask.any() else None
