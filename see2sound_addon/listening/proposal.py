"""What is proposed to sound in a scene. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

Points = list[tuple[float, float]]
"""(seconds, value), in order."""


@dataclass
class Proposal:
    """A source that is proposed, or an object that is silent.

    `key`: identifies it from one run to the next. `object`: the Blender object that it follows, and `bone` of an armature, or
    "". `name`: its class, "silent", or "" where no word is known. `score`: 0 to 1; `why`: the reason, for the user.
    `wanted`: whether it is proposed to sound. `position`: (3,) metres in the world at the first frame. `points`: (k, 3)
    metres from there, of an area. `events`: (seconds, strength 0 to 1), or None where its model chooses them. `values`: curves
    of its model's parameters. `measures`: sizes in metres and a `count`, from which parameters may be set. `level`: its gain
    over time, linear; empty is always 1.
    """

    key: str
    object: str
    label: str
    name: str
    prompt: str
    score: float
    why: str
    wanted: bool
    position: np.ndarray = field(default_factory=lambda: np.zeros(3))
    extent: str = "point"
    radius: float = 0.0
    points: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))
    bone: str = ""
    events: Points | None = None
    values: dict[str, Points] = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)
    level: Points = field(default_factory=list)

    @property
    def silent(self) -> bool:
        """Whether it makes no sound."""
        return not self.prompt


def measures_of(size: np.ndarray) -> dict[str, float]:
    """Measures of an object of a size (3,), metres."""
    return {"size": float(size.max()), "height": float(size[2]), "width": float(size[:2].max())}
