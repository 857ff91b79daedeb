"""A 3D scene as plain data: names, tracks, feet, effects, instances. Metres and seconds; knows no Blender."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Names = tuple[tuple[str, str], ...]
"""Where a name stands ("object", "tag", "data", "parent", "collection", "material", "action") and the name; surest first."""


@dataclass(frozen=True)
class Track:
    """Poses over the frames of a scene; one pose for an object that never moves.

    `positions`: (n, 3) of the centre of its bounds, in the world. `rotations`: (n, 4) unit quaternions (w, x, y, z).
    `visible`: (n,) whether it is rendered and larger than nothing. `turns`: (k, 2) seconds and angular speed in radians a
    second, measured within single frames, for objects that turn so fast that two frames cannot tell how far.
    """

    positions: np.ndarray
    rotations: np.ndarray
    visible: np.ndarray
    turns: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))

    @property
    def moves(self) -> bool:
        """Whether it has more than one pose."""
        return len(self.positions) > 1


@dataclass(frozen=True)
class SceneObject:
    """An object of the scene.

    `kind`: Blender's type, in capitals. `parent`: the name of its parent, or "". `size`: (3,) its bounds along its own axes
    where it is scaled most. `faces`: how many it has. `body`: "active" or "passive" where it is a rigid body, else "".
    `reach`: metres from the centre of its bounds to its farthest point, 0 where that is not known.
    """

    name: str
    kind: str
    names: Names
    track: Track
    size: np.ndarray
    parent: str = ""
    faces: int = 0
    body: str = ""
    reach: float = 0.0


@dataclass(frozen=True)
class Foot:
    """A foot of an armature. `owner`: the armature's name. `bone`: its own bone. `lowest`: (n, 3) its lowest point, world.

    `root`: (n, 3) the body that it carries. `height`: of that body, metres. `common`: the bone that all feet hang from, or "".
    `named`: whether the name of its bone says that it is a foot; else it is the lowest end of something.
    """

    owner: str
    bone: str
    lowest: np.ndarray
    root: np.ndarray
    height: float
    common: str = ""
    named: bool = True


@dataclass(frozen=True)
class Effect:
    """What sounds without being an object by itself.

    `kind`: "particles", "hair", "ocean", "cloth", "liquid", "fire", "smoke", "wind" or "world". `owner`: the object's name,
    or "". `position`, `size`: (3,) of the owner. `values`: numbers by name, each (n,) over the frames or (1,); see `effects`.
    """

    kind: str
    owner: str
    names: Names
    position: np.ndarray
    size: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Crowd:
    """Many instances of one object. `owner`: the object that places them. `positions`: (k, 3) at the first frame."""

    owner: str
    names: Names
    positions: np.ndarray
    size: np.ndarray


@dataclass
class Observed:
    """A scene. `rate`: frames a second. `frames`: how many. `gravity`: (3,) m/s². `markers`: (seconds, name)."""

    rate: float
    frames: int
    objects: list[SceneObject]
    feet: list[Foot] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    crowds: list[Crowd] = field(default_factory=list)
    markers: list[tuple[float, str]] = field(default_factory=list)
    gravity: np.ndarray = field(default_factory=lambda: np.array([0.0, 0.0, -9.81]))
    notes: list[str] = field(default_factory=list)

    @property
    def times(self) -> np.ndarray:
        """(n,) seconds of the frames, from the first one."""
        return np.arange(self.frames) / self.rate


@dataclass(frozen=True)
class Surfaces:
    """What rays meet. `distances`: (k,) metres, infinite where there is nothing. `normals`: (k, 3). `names`: of the materials
    and the objects, for each ray."""

    distances: np.ndarray
    normals: np.ndarray
    names: list[Names]


FindSurfaces = Callable[[np.ndarray, np.ndarray, np.ndarray, frozenset[str]], Surfaces]
"""Rays into the scene: from origins (k, 3), along unit directions (k, 3), at frame numbers (k,) counted from 0, past the
objects with these names."""


def no_surfaces(origins: np.ndarray, directions: np.ndarray, frames: np.ndarray, past: frozenset[str]) -> Surfaces:
    """For a scene without surfaces."""
    return Surfaces(np.full(len(origins), np.inf), np.zeros((len(origins), 3)), [()] * len(origins))
