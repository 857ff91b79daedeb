"""Candidates for objects: groups of superpixels with a score."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .superpixels import Superpixels

THRESHOLDS = np.concatenate([np.arange(0.10, 0.60, 0.04), np.arange(0.60, 0.95, 0.08)])
"""Saliency levels at which the picture is cut into islands; an object is an island at some level."""
SMALLEST, LARGEST = 0.002, 0.45
"""Fractions of the picture that a candidate may fill: smaller ones are specks, larger ones backgrounds."""
SALIENCY_STEP = 60.0
"""What a full step of saliency weighs against colours, in units of Lab (0 to 255 each), when like patches are merged."""

# The score of a candidate is evidence (how it differs) times shape, size, place and what speaks against an object. The weights
# and bounds below were set by hand on the pictures of the tests and on those that scikit-image carries, so that whole objects
# come first; tests/vision holds the result, and no single value matters much.
WEIGHT_SALIENCY, WEIGHT_CONTRAST, WEIGHT_COLOUR = 0.40, 0.25, 0.35
"""Shares of the evidence: saliency inside, more of it inside than around, and colour and edges unlike what is around."""
COLOUR_STEP, EDGE_STEP, WEIGHT_STEPS = 50.0, 40.0, 0.6
"""Differences in Lab from the surroundings, and across the rim, that count fully; each adds this share, together 1 at most."""
WEAK_EDGES = 35
"""Percentile of the steps across the rim: an object may be open on a part of its outline."""
LEAST_SHAPE = 0.45
"""Factor of a shape that fills nothing of its convex hull; one that fills it gets 1."""
USUAL_SIZE, SIZE_SPREAD, LEAST_SIZE = 0.05, 1.1, 0.4
"""An object fills about a twentieth of a picture; the spread is that of the natural logarithm, the last the least factor."""
MIDDLE, MIDDLE_SPREAD, LEAST_CENTRAL = (0.5, 0.55), (0.45, 0.40), 0.6
"""Photographers put objects into the middle, a little below it; x and y, fractions, and the least factor."""
LEAST_STANDING, ABOVE_HORIZON, STANDING_RANGE = 0.35, 0.05, 0.15
"""Factor of what ends above the horizon, how far above counts as that, and over how much of the height it rises to 1."""
AT_BORDER = 0.45
"""Taken from what lies along the picture's edges all round: it is mostly background."""
TALL, USUAL_TALL = 0.7, 0.25
"""What is taller than this share of the picture is more likely a backdrop, by this share over its height."""


@dataclass
class Candidate:
    """`members`: (n,) bool over the patches. `score`: 0 to 1."""

    members: np.ndarray
    score: float


def find_candidates(patches: Superpixels, salient: np.ndarray, background: np.ndarray, horizon_row: float) -> list[Candidate]:
    """Islands of saliency at many levels and merged groups of like patches, best first.

    `salient`, `background` (sky, bare ground, water): (n,) from 0 to 1.
    """
    area = patches.size / patches.size.sum()
    groups = _islands(patches, salient) + _merged_groups(patches, salient)
    unique = {members.tobytes(): members for members in groups if SMALLEST <= area[members].sum() <= LARGEST}
    scene = _Scene(patches, salient, background, horizon_row, area)
    found = [Candidate(members, scene.score(members)) for members in unique.values()]
    return sorted(found, key=lambda candidate: -candidate.score)


def _islands(patches: Superpixels, salient: np.ndarray) -> list[np.ndarray]:
    count = len(patches)
    a, b = patches.neighbours.T
    groups = []
    for threshold in THRESHOLDS:
        above = salient > threshold
        joined = above[a] & above[b]
        graph = coo_matrix((np.ones(joined.sum()), (a[joined], b[joined])), (count, count))
        number, labels = connected_components(graph, directed=False)
        groups += [members for i in np.unique(labels[above]) if (members := (labels == i) & above).any()]
    return groups


def _merged_groups(patches: Superpixels, salient: np.ndarray) -> list[np.ndarray]:
    """Every stage of joining the two most alike neighbours, small ones first (after selective search, Uijlings 2013)."""
    count = len(patches)
    alive = {i: np.array([i]) for i in range(count)}
    size = dict(enumerate(patches.size / patches.size.sum()))
    feature = {i: np.append(patches.lab[i], SALIENCY_STEP * salient[i]) for i in range(count)}
    links: dict[int, set[int]] = {i: set() for i in range(count)}
    for a, b in patches.neighbours:
        links[a].add(int(b))
        links[b].add(int(a))

    def cost(a: int, b: int) -> float:
        smaller = min(size[a], size[b])
        return float(np.linalg.norm(feature[a] - feature[b]) * np.sqrt(smaller))

    costs = {(int(a), int(b)): cost(a, b) for a, b in patches.neighbours}
    groups = []
    new = count
    while costs:
        a, b = min(costs, key=costs.__getitem__)
        alive[new] = np.concatenate([alive.pop(a), alive.pop(b)])
        size[new] = size[a] + size[b]
        feature[new] = (feature[a] * size[a] + feature[b] * size[b]) / size[new]
        links[new] = (links.pop(a) | links.pop(b)) - {a, b}
        for other in links[new]:
            links[other] -= {a, b}
            costs.pop((min(a, other), max(a, other)), None)
            costs.pop((min(b, other), max(b, other)), None)
            links[other].add(new)
            costs[(other, new)] = cost(other, new)
        costs.pop((min(a, b), max(a, b)), None)
        members = np.zeros(count, bool)
        members[alive[new]] = True
        groups.append(members)
        new += 1
    return groups


def _at_least(least: float, value: float) -> float:
    """A factor from `least` to 1 for a value from 0 to 1."""
    return least + (1.0 - least) * value


class _Scene:
    """What the scores need of a picture, made once."""

    def __init__(
        self,
        patches: Superpixels,
        salient: np.ndarray,
        background: np.ndarray,
        horizon_row: float,
        area: np.ndarray,
    ) -> None:
        self.patches, self.salient, self.background, self.area = patches, salient, background, area
        self.horizon_row = horizon_row
        a, b = patches.neighbours.T
        self.step = np.linalg.norm(patches.lab[a] - patches.lab[b], axis=1)
        self.at_border = np.zeros(len(patches), bool)
        self.at_border[patches.border] = True
        rows, columns = np.indices(patches.labels.shape)
        count = len(patches)
        self.low = np.zeros(count)
        self.high = np.full(count, np.inf)
        np.maximum.at(self.low, patches.labels.ravel(), (rows.ravel() + 1.0) / patches.labels.shape[0])
        np.minimum.at(self.high, patches.labels.ravel(), rows.ravel() / patches.labels.shape[0])

    def score(self, members: np.ndarray) -> float:
        """Saliency over its surroundings, edge strength all round, compact, not too large, standing on the ground."""
        a, b = self.patches.neighbours.T
        rim = members[a] != members[b]
        if not rim.any():
            return 0.0
        outside = np.unique(np.where(members[a], b, a)[rim])
        weight = self.area[members] / self.area[members].sum()
        inside_saliency = float(self.salient[members] @ weight)
        contrast = inside_saliency - float(np.average(self.salient[outside], weights=self.area[outside]))
        colour = float(np.linalg.norm(self.patches.lab[members].T @ weight - np.average(
            self.patches.lab[outside], axis=0, weights=self.area[outside])))  # fmt: skip
        edge = float(np.percentile(self.step[rim], WEAK_EDGES)) / EDGE_STEP
        unlike = min(1.0, WEIGHT_STEPS * (colour / COLOUR_STEP + min(edge, 1.0)))
        evidence = WEIGHT_SALIENCY * inside_saliency + WEIGHT_CONTRAST * max(contrast, 0.0) + WEIGHT_COLOUR * unlike
        border = float(self.at_border[members].mean())
        surface = float(self.background[members] @ weight)
        return float(
            evidence
            * _at_least(LEAST_SHAPE, self._compactness(members))
            * self._size_and_place(members, weight)
            * (1.0 - AT_BORDER * border)
            * (1.0 - surface)
        )

    def _size_and_place(self, members: np.ndarray, weight: np.ndarray) -> float:
        """The product of how usual its size is, how central it is, whether it stands on the ground, and is not too tall."""
        area = float(self.area[members].sum())
        size = float(np.exp(-(np.log(area / USUAL_SIZE) ** 2) / (2.0 * SIZE_SPREAD**2)))
        centre = self.patches.centre[members].T @ weight
        central = float(np.exp(-(((centre - MIDDLE) / MIDDLE_SPREAD) ** 2).sum() / 2.0))
        bottom, top = float(self.low[members].max()), float(self.high[members].min())
        standing = float(np.clip((bottom - self.horizon_row + ABOVE_HORIZON) / STANDING_RANGE, 0.0, 1.0))
        tall = USUAL_TALL / (bottom - top) if bottom - top > TALL else 1.0
        return _at_least(LEAST_SIZE, size) * _at_least(LEAST_CENTRAL, central) * _at_least(LEAST_STANDING, standing) * tall

    def _compactness(self, members: np.ndarray) -> float:
        """The share of its convex hull that the group fills (by patch centres, weighed by area)."""
        mask = members[self.patches.labels].astype(np.uint8)
        contours = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
        hull = cv2.convexHull(np.concatenate(contours))
        return float(np.clip(mask.sum() / max(cv2.contourArea(hull), 1.0), 0.0, 1.0))
