"""What was found in a picture: sources, where they are, and the evidence for them. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from .lexicon.classes import SILENT as SILENT
from .projection import Camera
from .soundscene import Fader, Trajectory

Box = tuple[float, float, float, float]
"""Left, top, right and bottom as fractions of a picture, y down."""


PANORAMAS = ("AUTO", "NEVER", "ALWAYS")
"""Whether a picture shows all directions, equirectangular: as its metadata say, never, or always."""


@dataclass(frozen=True)
class FootageSettings:
    """Settings for a moving picture.

    `first`, `last`: frames that are looked at, counted from 1; to the end without `last`. `rate`: frames a second of numbered
    pictures. `move_camera`: whether the camera turns as that of the picture does, or the sources move around a still one.
    `level_by_movement`: whether a source is as loud as it moves.
    """

    first: int = 1
    last: int | None = None
    rate: float = 24.0
    move_camera: bool = True
    level_by_movement: bool = False


@dataclass(frozen=True)
class Settings:
    """Settings for the analysis of a picture.

    `field_of_view`: horizontal, radians, or None to take the camera's, the picture's own or 50 degrees. `horizon`: its
    row as a fraction of the height from the top, or None to estimate it. `camera_height`: metres above the ground.
    `panorama`: one of PANORAMAS. `footage`: for moving pictures.
    """

    max_sources: int = 5
    field_of_view: float | None = None
    horizon: float | None = None
    camera_height: float = 1.6
    panorama: str = "AUTO"
    footage: FootageSettings = field(default_factory=lambda: FootageSettings())


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
    `pose`: (4, 4) of the camera in the frame of a moving picture that shows it, and `seconds`, when that is; None for a still.
    `measured`: whether a depth model has measured the distance.
    """

    box: Box
    centre: tuple[float, float]
    distance: Estimate
    mask: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), bool))
    outline: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    pose: np.ndarray | None = None
    seconds: float | None = None
    measured: bool = False


@dataclass
class FoundSource:
    """A source that was found.

    `path`: where it is over time, in the world; one pose for a still. `distance`: from the camera at the beginning.
    `radius` of an area in metres; `points`: (k, 3) metres from its position, where the area sounds.
    `evidence`: None for a source that no picture shows. `fader`: its level over time. `events`: (k, 2) seconds and strength
    (0 to 1) of the moments at which it starts to move.
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
    fader: Fader = field(default_factory=Fader)
    events: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))

    @property
    def position(self) -> np.ndarray:
        """Where it is at the beginning, (3,) world, metres."""
        return self.path.positions[0]


@dataclass
class Footage:
    """What a moving picture is, and what its camera does.

    `rate`: frames a second. `first`: the frame that time 0 is at. `seconds`: of what was looked at. `path`: the camera's poses
    in the world over time, (w, x, y, z); constant where it stands still.
    """

    rate: float
    first: int
    seconds: float
    path: Trajectory


@dataclass
class Findings:
    """What was found in a picture of `size` (width, height). `notes`: messages for the user. `footage`: None for a still."""

    camera: Camera
    size: tuple[int, int]
    sources: list[FoundSource]
    notes: list[str]
    footage: Footage | None = None

    def without_masks(self) -> Findings:
        """For a message to another process: outlines and boxes only."""

        def light(source: FoundSource) -> FoundSource:
            kept = None if source.evidence is None else replace(source.evidence, mask=np.zeros((0, 0), bool))
            return replace(source, evidence=kept)

        return Findings(self.camera, self.size, [light(source) for source in self.sources], self.notes, self.footage)
