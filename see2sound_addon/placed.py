"""Data classes of what was found in a picture and where it was placed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

SILENT = "silent"
"""The prompt that means: makes no sound."""


@dataclass(frozen=True)
class Estimate:
    """A distance in metres and the standard deviation of its natural logarithm: 0.1 is certain, 1 is a guess."""

    metres: float
    sigma: float


@dataclass
class PlacedSource:
    """A source found in a picture, with its position.

    `box`: x0, y0, x1, y1 and `centre`: x, y, as fractions of the picture, y down. `mask`: (height, width) bool, small.
    `from_picture`: its distance by the picture alone, `distance`: with its usual size. `position`: (3,) world, metres.
    `points`: (k, 3) metres from there, over the area that sounds. `outline`: (k, 2) around it, as fractions of the picture.
    """

    id: str
    label: str
    prompt: str
    extent: str
    score: float
    box: tuple[float, float, float, float]
    centre: tuple[float, float]
    mask: np.ndarray
    from_picture: Estimate
    distance: Estimate
    position: np.ndarray
    radius: float
    points: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))
    outline: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
