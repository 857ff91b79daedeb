"""What was found in a picture: sources, where they are, and the evidence for them. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from .lexicon.classes import SILENT as SILENT
from .projection import Camera
from .soundscene import Trajectory

Box = tuple[float, float, float, float]
"""Left, top, right and bottom as fractions of a picture, y down."""


@dataclass(frozen=True)
class Settings:
    """Settings for the analysis of a picture.

    `field_of_view`: horizontal, radians, or None to take the camera's, the picture's own or 50 degrees. `horizon`: its
    row as a fraction of the height from the top, or None to estimate it. `camera_height`: metres above the ground.
    """

    max_sources: int = 5
    field_of_view: float | None = None
    horizon: float | None = None
    camera_height: float = 1.6


@dataclass(frozen=True)
class Estimate:
    """A distance in metres and the standard deviation of its natural logarithm: 0.1 is certain, 1 is a guess."""

    metres: float
    sigma: float


@dataclass
class Evidence:
    """What shows a source in a picture.

    `centre`: its visible centre x, y as fractions. `distance`: by the picture alone, without the usual size of its label.
    `mask`: (height, width) bool of a small picture, empty where only the outline is kept. `outline`: (k, 2) fractions.
    """

    box: Box
    centre: tuple[float, float]
    distance: Estimate
    mask: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), bool))
    outline: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))


@dataclass
class FoundSource:
    """A source that was found.

    `path`: where it is over time, in the world; one pose for a still. `distance`: from the camera at the beginning.
    `radius` of an area in metres; `points`: (k, 3) metres from its position, where the area sounds.
    `evidence`: None for a source that no picture shows.
    """

    id: str
    label: str
    prompt: str
    extent: str
    score: float
    path: Trajectory
    distance: Estimate
    radius: float = 0.0
    points: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))
    evidence: Evidence | None = None

    @property
    def position(self) -> np.ndarray:
        """Where it is at the beginning, (3,) world, metres."""
        return self.path.positions[0]


@dataclass
class Findings:
    """What was found in a picture of `size` (width, height). `notes`: messages for the user."""

    camera: Camera
    size: tuple[int, int]
    sources: list[FoundSource]
    notes: list[str]

    def without_masks(self) -> Findings:
        """For a message to another process: outlines and boxes only."""

        def light(source: FoundSource) -> FoundSource:
            kept = None if source.evidence is None else replace(source.evidence, mask=np.zeros((0, 0), bool))
            return replace(source, evidence=kept)

        return Findings(self.camera, self.size, [light(source) for source in self.sources], self.notes)
