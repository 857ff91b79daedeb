"""Notes on a camera or sources inside bodies."""

from __future__ import annotations

import numpy as np

from ..soundscene import SoundScene
from .geometry import Geometry
from .rays import World
from .through import crossings

ABOVE = 1e4
"""Metres: a ray that is this long leaves every body."""
UPWARDS = np.array([0.013, 0.017, 1.0])
"""Not along the edges of things that stand upright."""


SMALL = 3.0
"""Metres: a closed body of this size is no room."""


def _small(world: World, geometry: Geometry, parts: set[int]) -> list[str]:
    """The names of the bodies of some closed parts, where these are small."""
    found = {world.order[world.body[np.flatnonzero(world.solid == part)[0]]] for part in parts}
    bodies = [geometry.bodies[number] for number in sorted(found)]
    return [body.name for body in bodies if np.ptp(body.placed(), axis=0).max() < SMALL]


def inside_notes(
    world: World, scene: SoundScene, geometry: Geometry, ear: np.ndarray, mouths: dict[int, np.ndarray]
) -> list[str]:
    """A note for each source that is inside a closed body in which the camera is not; places are those at the beginning."""
    numbers = sorted(mouths)
    origins = np.array([ear, *(mouths[number] for number in numbers)])
    frames = np.zeros(len(origins), int)
    own = np.array([-1, *numbers])
    rays, triangles, _, _ = crossings(world, origins, origins + ABOVE * UPWARDS, frames, own)
    around: list[set[int]] = [set() for _ in origins]
    for ray in range(len(origins)):
        solid, count = np.unique(world.solid[triangles[(rays == ray) & world.closed[triangles]]], return_counts=True)
        around[ray] = set(solid[count % 2 == 1].tolist())
    notes = [f"The camera is inside {name!r}, and hears through its walls." for name in _small(world, geometry, around[0])]
    for row, number in enumerate(numbers, 1):
        for solid in sorted(around[row] - around[0])[:1]:
            name = geometry.bodies[world.order[world.body[np.flatnonzero(world.solid == solid)[0]]]].name
            notes.append(
                f"Source {scene.sources[number].id!r} is inside {name!r} and is heard through its walls. If that is the object "
                "that sounds, make it the Speaker's parent."
            )
    return notes
