"""From candidates to regions: whole objects, each once, without fragments, duplicates and background."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from ..shapes import OUTLINE_POINTS
from .candidates import Candidate
from .superpixels import Superpixels

FAINTEST = 0.22
"""Candidates that score less than this show too little of an object."""
FAINTEST_BESIDE_BEST = 0.38
"""A candidate must reach this share of the best one's score."""
OVERLAP = 0.25
"""Two regions that share more than this of the smaller one are one object."""
INSIDE_HULL = 0.5
"""A region with more than this of it inside another's convex hull is a part of that one."""
GROWTH = 0.8
"""Parts may add up to this share of the area that an object began with."""
SATELLITE, SATELLITE_GAP, SATELLITE_SOLIDITY = 0.6, 0.015, 0.66
"""A satellite has at most this share of its neighbour's area, lies within this share of the picture's diagonal of it,
and together they fill at least this share of their convex hull."""
FILLED_SIDE = 256
"""Pixels of the mask that an outline is filled into."""
MIRRORED = 0.6
"""Correlation above which what lies under a shore is the mirror image of what stands on it."""


@dataclass(eq=False)
class Region:
    """A part of the picture that is one whole object or one surface.

    `mask`: (height, width) bool in the small picture that was looked at. `box`: x0, y0, x1, y1 as fractions, y down.
    `score`: 0 to 1, how surely it is something of its own. `kind`: what its finder knows it is ("person", "water"), else "".
    `note`: why the finder believes so, for the user. `is_bed`: whether it is the ambience of the whole picture.
    """

    mask: np.ndarray
    box: tuple[float, float, float, float]
    score: float
    kind: str = ""
    note: str = ""
    is_bed: bool = False


def make_region(mask: np.ndarray, score: float, kind: str = "") -> Region:
    """A region from its mask (height, width) bool, which must not be empty."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)
    return Region(mask, box, float(score), kind)


def outline(mask: np.ndarray, points: int = OUTLINE_POINTS) -> np.ndarray:
    """Around the largest part of a mask, evenly spaced: (points, 2) x and y as fractions of the picture, y down."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2))
    ring = max(contours, key=cv2.contourArea)[:, 0].astype(float) + 0.5
    ring = np.concatenate([ring, ring[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    steps = np.arange(points) * along[-1] / points
    height, width = mask.shape
    return np.stack([np.interp(steps, along, ring[:, 0]) / width, np.interp(steps, along, ring[:, 1]) / height], axis=1)


def filled(ring: np.ndarray, side: int = FILLED_SIDE) -> np.ndarray:
    """The mask (side, side) bool of an outline (k, 2) in fractions: the inverse of `outline`."""
    mask = np.zeros((side, side), np.uint8)
    corners = np.clip(np.rint(ring * side - 0.5), 0, side - 1).astype(np.int32)
    cv2.fillPoly(mask, [corners], 1)
    return mask.astype(bool)


def choose_regions(
    candidates: list[Candidate],
    patches: Superpixels,
    salient: np.ndarray,
    kinds: np.ndarray,
    taken: np.ndarray,
    light: np.ndarray,
    horizon_row: float,
    most: int,
) -> list[Region]:
    """At most `most` regions out of candidates sorted best first.

    `salient`: (n,) 0 to 1. `kinds`: (n,) int, surfaces that one object does not reach across (fire beside rocket).
    `taken`: (n,) bool patches that a detector or a surface has claimed already. `light`: (height, width) lightness.
    """
    objects: list[_Thing] = []
    best = candidates[0].score if candidates else 0.0
    for candidate in candidates:
        if candidate.score < max(FAINTEST, FAINTEST_BESIDE_BEST * best):
            break
        new = _Thing(candidate.members & ~taken, candidate.score, patches, salient, kinds)
        if new.area < (1.0 - OVERLAP) * patches.size[candidate.members].sum():
            continue
        home = next((old for old in objects if new.belongs_to(old)), None)
        if home is not None:
            home.absorb(new)
        elif len(objects) < most and not is_reflection(new.mask(), light, horizon_row):
            objects.append(new)
    _join_satellites(objects, patches)
    return [make_region(_tidy(obj.mask()), obj.score) for obj in objects]


def _join_satellites(objects: list[_Thing], patches: Superpixels) -> None:
    """A small object that touches a larger one of its kind and rounds it off is a part of it: spoon and saucer, cup.

    What reaches the picture's edge may be a backdrop, in front of which other objects stand.
    """
    gap = math.hypot(*patches.labels.shape) * SATELLITE_GAP
    for small in sorted(objects, key=lambda obj: obj.area):
        near = ndimage.distance_transform_edt(~small.mask()) <= gap
        for large in sorted(objects, key=lambda obj: -obj.area):
            joined = small.members | large.members
            smaller = large is not small and small.area < SATELLITE * large.area and small.kind == large.kind
            alike = small.salience(small.members) > 0.6 * large.salience(large.members)
            backdrop = large.members[patches.border].any()
            if (
                smaller
                and alike
                and not backdrop
                and (near & large.mask()).any()
                and _solidity(joined, patches) > SATELLITE_SOLIDITY
            ):
                large.members, large.score = joined, max(small.score, large.score)
                large.area += small.area
                objects.remove(small)
                break


class _Thing:
    """A whole in the making: the best candidate for it, and the parts that complete it."""

    def __init__(self, members: np.ndarray, score: float, patches: Superpixels, salient: np.ndarray, kinds: np.ndarray) -> None:
        self.members, self.score, self.patches = members, score, patches
        self.area = float(patches.size[members].sum())
        self.room_to_grow = GROWTH * self.area
        self.kind = int(np.bincount(kinds[members], patches.size[members]).argmax()) if self.area else -1
        self.salient = salient

    def mask(self) -> np.ndarray:
        return self.members[self.patches.labels]

    def belongs_to(self, other: _Thing) -> bool:
        shared = self.patches.size[self.members & other.members].sum()
        if shared > OVERLAP * min(self.area, other.area):
            return True
        if _hull(other.members, self.patches)[self.mask()].mean() > INSIDE_HULL:
            return True
        return self.kind == other.kind and _shared_rim(self.members, other.members, self.patches) > 0.3

    def absorb(self, part: _Thing) -> None:
        """Take a part in where that keeps the whole salient, compact and of one kind; else the part is just dropped."""
        extra = part.members & ~self.members
        if self.kind != part.kind or not extra.any():
            return
        area = float(self.patches.size[extra].sum())
        joined = self.members | extra
        as_salient = self.salience(extra) > 0.5 * self.salience(self.members)
        solid = _solidity(joined, self.patches) > max(0.6, 0.9 * _solidity(self.members, self.patches))
        if as_salient and solid and area <= self.room_to_grow:
            self.members = joined
            self.area += area
            self.room_to_grow -= area

    def salience(self, members: np.ndarray) -> float:
        """The mean saliency of some patches, weighed by their size."""
        return float(np.average(self.salient[members], weights=self.patches.size[members]))


def is_reflection(mask: np.ndarray, light: np.ndarray, horizon_row: float) -> bool:
    """Whether a region below the horizon is the mirror image of what lies above it, as on calm water."""
    height = mask.shape[0]
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if (top + bottom) / 2.0 < (horizon_row + 0.03) * height:
        return False
    lower = light[top:bottom, left:right]
    for shore in range(max(0, top - height // 10), top + (bottom - top) // 4, 2):
        mirrored = light[max(0, 2 * shore - bottom) : max(0, 2 * shore - top), left:right][::-1]
        if len(mirrored) < len(lower) or lower.std() < 4.0 or mirrored.std() < 4.0:
            continue
        if np.corrcoef(lower.ravel(), mirrored.ravel())[0, 1] > MIRRORED:
            return True
    return False


def _shared_rim(new: np.ndarray, old: np.ndarray, patches: Superpixels) -> float:
    """The share of the smaller one's neighbours that lie in the other one."""
    a, b = patches.neighbours.T
    rim_new = np.unique(np.where(new[a], b, a)[new[a] != new[b]])
    rim_old = np.unique(np.where(old[a], b, a)[old[a] != old[b]])
    return max(float(old[rim_new].mean()) if len(rim_new) else 0.0, float(new[rim_old].mean()) if len(rim_old) else 0.0)


def _hull(members: np.ndarray, patches: Superpixels) -> np.ndarray:
    mask = members[patches.labels].astype(np.uint8)
    contours = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    hull = np.zeros_like(mask)
    return cv2.fillConvexPoly(hull, cv2.convexHull(np.concatenate(contours)), 1)


def _solidity(members: np.ndarray, patches: Superpixels) -> float:
    return float(patches.size[members].sum() / max(_hull(members, patches).sum(), 1))


def _tidy(mask: np.ndarray) -> np.ndarray:
    """Holes closed, outline smoothed, the largest piece kept."""
    radius = max(1, mask.shape[0] // 96)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    smooth = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    contours = cv2.findContours(smooth, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    largest = max(contours, key=cv2.contourArea)
    filled = cv2.drawContours(np.zeros_like(smooth), [largest], -1, 1, cv2.FILLED).astype(bool)
    return filled if filled.any() else mask
