"""Rooms: mirror images of sources, and reverberation times.

Allen and Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65(4), 1979.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from ...errors import See2SoundError
from ...materials import BANDS
from ...soundscene import Air, Ground, Reflection, Room, Shoebox, SoundScene, Trajectory
from ..damping import air_absorption
from ..motion import matrices

INAUDIBLE = 1e-4
"""Amplitude below which a wall sends nothing back."""
LONGEST_REVERBERATION = 12.0
"""Seconds."""


@dataclass(frozen=True)
class Image:
    """A source as a mirror shows it: at `matrix` @ position + `offset`, (3, 3) and (3,) in the world.

    `reflectance`: (bands,) amplitude that the walls on the way leave.
    """

    matrix: np.ndarray
    offset: np.ndarray
    reflectance: np.ndarray

    def mirror(self, points: np.ndarray) -> np.ndarray:
        """(n, 3) of (n, 3)."""
        return points @ self.matrix.T + self.offset


def image_of(reflection: Reflection) -> Image:
    """The image of a reflection that was traced."""
    return Image(reflection.matrix, reflection.offset, np.sqrt(1.0 - reflection.absorption))


def images(room: Room | None) -> tuple[Image, ...]:
    """Every reflection off a room that is followed one by one."""
    return _images(room) if isinstance(room, Ground | Shoebox) else ()


@lru_cache(maxsize=4)
def _images(room: Ground | Shoebox) -> tuple[Image, ...]:
    found: list[Image] = []
    match room:
        case Ground():
            reflectance = np.sqrt(1.0 - np.array(room.absorption))
            found = [Image(np.diag([1.0, 1.0, -1.0]), np.array([0.0, 0.0, 2.0 * room.height]), reflectance)]
        case Shoebox():
            found = _box_images(room)
    heard = [image for image in found if image.reflectance.max() > INAUDIBLE]
    return tuple(
        sorted(heard, key=lambda image: image.reflectance.tobytes())
    )  # the same walls one after the other: they share work


def _box_images(room: Shoebox) -> list[Image]:
    turn, centre, size = _axes(room), np.array(room.centre), np.array(room.size)
    left = np.sqrt(1.0 - np.array(room.walls))
    found = []
    for cell in product(range(-room.order, room.order + 1), repeat=3):
        if not 0 < sum(map(abs, cell)) <= room.order:
            continue
        reflectance = np.ones(len(BANDS))
        for axis, number in enumerate(cell):
            first, second = (abs(number) + 1) // 2, abs(number) // 2
            towards, away = (2 * axis + 1, 2 * axis) if number > 0 else (2 * axis, 2 * axis + 1)
            reflectance = reflectance * left[towards] ** first * left[away] ** second
        matrix = turn @ np.diag([-1.0 if number % 2 else 1.0 for number in cell]) @ turn.T
        found.append(Image(matrix, centre - matrix @ centre + turn @ (size * cell), reflectance))
    return found


def _axes(room: Shoebox) -> np.ndarray:
    """(3, 3) world from the room's own axes."""
    return np.asarray(matrices(np.array([room.rotation]))[0])


def holds(room: Room | None, path: Trajectory) -> bool:
    """Whether a path stays within a room, or above the ground, all the time."""
    match room:
        case Ground():
            return bool((path.positions[:, 2] >= room.height).all())
        case Shoebox():
            local = (path.positions - np.array(room.centre)) @ _axes(room)
            return bool((np.abs(local) <= np.array(room.size) / 2.0).all())
        case _:
            return True


def outside(room: Room | None, name: str, path: Trajectory) -> list[str]:
    """A note where a source is not in the room all the time."""
    return (
        [] if holds(room, path) else [f"Source {name!r} is not in the room all the time; it is heard without its reflections."]
    )


def check_listener(scene: SoundScene) -> None:
    """Error `room-outside` where the listener leaves the room."""
    if holds(scene.room, scene.listener):
        return
    below = isinstance(scene.room, Ground)
    what = "The listener is below the ground." if below else "The listener is not in the room all the time."
    raise See2SoundError("room-outside", what, "Make the room larger, move it, or render without it.")


def mean_absorption(room: Shoebox) -> np.ndarray:
    """(bands,) of all walls, each by its area."""
    x, y, z = room.size
    areas = np.array([y * z, y * z, x * z, x * z, x * y, x * y])
    return np.asarray(areas @ np.array(room.walls) / areas.sum())


def reverberation_time(room: Shoebox, speed: float, air: Air | None) -> np.ndarray:
    """(bands,) seconds until 60 dB are lost, by Eyring (JASA 1, 1930), with the air's share."""
    x, y, z = room.size
    surface, volume = 2.0 * (x * y + y * z + x * z), x * y * z
    walls = -surface * np.log(np.maximum(1.0 - mean_absorption(room), 1e-12))
    in_air = 0.0 if air is None else 4.0 * volume * air_absorption(np.array(BANDS), air) / (10.0 * np.log10(np.e))
    return np.minimum(24.0 * np.log(10.0) * volume / (speed * np.maximum(walls + in_air, 1e-9)), LONGEST_REVERBERATION)
