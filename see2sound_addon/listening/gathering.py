"""Many objects of one class become a few wide sources: a forest is not 5,000 Speakers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.cluster.vq import kmeans2

from ..shapes import AREA_POINTS

MOST_GROUPS = 4
"""Of one class."""
WIDE = 40.0
"""Metres: groups wider than this are divided while there may be more of them."""
FLOCKS = frozenset({
    "songbird", "sparrow", "gull", "pigeon", "crow", "duck", "chicken", "bee", "cricket", "cicada", "frog", "sheep",
    "cow", "pig", "applause", "crowd", "children playing",
})  # fmt: skip
"""Classes of which several that are near each other are one source."""
NEAR = 8.0
"""Metres that a flock is wide at most."""
SEVERAL = 8
"""Objects that sound from a point are gathered only if there are more than this many of a class."""


@dataclass(frozen=True)
class Group:
    """`members`: numbers of the places. `centre`: (3,). `radius`: metres. `points`: (k, 3) from the centre."""

    members: np.ndarray
    centre: np.ndarray
    radius: float
    points: np.ndarray


def gather(places: np.ndarray, sizes: np.ndarray) -> list[Group]:
    """Groups of places (n, 3) of objects of the sizes (n,), all in metres, the largest group first."""
    number = 1
    labels = np.zeros(len(places), int)
    while number < min(MOST_GROUPS, len(places)) and _widest(places, labels) > WIDE:
        number += 1
        labels = kmeans2(places, _seeds(places, number), minit="matrix")[1]
    groups = [_group(places, sizes, np.flatnonzero(labels == label)) for label in np.unique(labels)]
    return sorted(groups, key=lambda group: -len(group.members))


def _seeds(places: np.ndarray, number: int) -> np.ndarray:
    """Places (number, 3) to begin with, each the farthest from those before: the same for the same scene."""
    chosen = [places[0]]
    away = np.linalg.norm(places - chosen[0], axis=1)
    while len(chosen) < number:
        chosen.append(places[int(away.argmax())])
        away = np.minimum(away, np.linalg.norm(places - chosen[-1], axis=1))
    return np.array(chosen)


def _widest(places: np.ndarray, labels: np.ndarray) -> float:
    return max(float(np.ptp(places[labels == label], axis=0).max()) / 2.0 for label in np.unique(labels))


def _group(places: np.ndarray, sizes: np.ndarray, members: np.ndarray) -> Group:
    own = places[members]
    centre = 0.5 * (own.max(axis=0) + own.min(axis=0))
    away = np.linalg.norm(own - centre, axis=1)
    radius = float((away + 0.5 * sizes[members]).max())
    chosen = np.linspace(0, len(own) - 1, min(AREA_POINTS, len(own))).astype(int)
    order = np.argsort(np.arctan2(own[:, 1] - centre[1], own[:, 0] - centre[0]))
    points = own[order[chosen]] - centre if len(own) > 1 else np.zeros((0, 3))
    return Group(members, centre, radius, points)
