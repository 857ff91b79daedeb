"""Notes on a camera or sources inside bodies."""

from __future__ import annotations

import numpy as np

from ..soundscene import SoundScene
from .geometry import Body
from .rays import World
from .through import crossings

ABOVE = 1e4
"""Metres: a ray that is this long leaves every body."""
UPWARDS = np.array([0.013, 0.017, 1.0])
"""Not along the edges of what stands upright."""
SMALL = 3.0
"""Metres: a closed body of this size is no room."""


def inside_notes(world: World, scene: SoundScene, ear: np.ndarray, mouths: dict[int, np.ndarray]) -> list[str]:
    """A note for each source that is inside a closed body in which the camera is not, and for a camera in a small one.

    `ear`, `mouths`: where the listener and the sources, by their numbers, are at the beginning.
    """
    numbers = sorted(mouths)
    origins = np.array([ear, *(mouths[number] for number in numbers)])
    frames = np.zeros(len(origins), int)
    own = np.array([-1, *numbers])
    rays, triangles, _, _ = crossings(world, origins, origins + ABOVE * UPWARDS, frames, own)
    around: list[set[int]] = [set() for _ in origins]
    for ray in range(len(origins)):
        solid, count = np.unique(world.solid[triangles[(rays == ray) & world.closed[triangles]]], return_counts=True)
        around[ray] = set(solid[count % 2 == 1].tolist())
    small = [body for body in _bodies_of(world, around[0]) if np.ptp(body.placed(), axis=0).max() < SMALL]
    notes = [f"The camera is inside {body.name!r}, and hears through its walls." for body in small]
    for row, number in enumerate(numbers, 1):
        name = scene.sources[number].id
        notes += [
            f"Source {name!r} is inside {body.name!r} and is heard through its walls. If that is the object that sounds, make "
            "it the Speaker's parent."
            for body in _bodies_of(world, around[row] - around[0])[:1]
        ]
    return notes


def _bodies_of(world: World, parts: set[int]) -> list[Body]:
    """The bodies that some closed parts belong to."""
    numbers = {world.order[world.body[np.flatnonzero(world.solid == part)[0]]] for part in parts}
    return [world.geometry.bodies[number] for number in sorted(numbers)]
