"""Bodies that roll or scrape along what is below them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from .ground import heights_below, is_ball, is_wheel_shaped
from .motion import angular_velocities, moving, spans, velocities
from .observed import FindSurfaces, Names, SceneObject

ROLLS, SCRAPES = 0.4, 0.6
"""Speed at the point of contact over that of the body: below the one it rolls, above the other it is dragged."""
SHORTEST = 0.3
"""Seconds."""
LEAST_SPEED = 0.15
"""Metres a second, below which nothing is heard."""


@dataclass(frozen=True)
class Touching:
    """A body along a surface. `rolls`, `scrapes`: (n,) whether it does. `speed`: (n,) m/s. `surface`: names of the surface."""

    rolls: np.ndarray
    scrapes: np.ndarray
    speed: np.ndarray
    surface: Names


def touching(obj: SceneObject, rate: float, gravity: np.ndarray, find: FindSurfaces) -> Touching | None:
    """Where a body that moves rolls or scrapes along what is below it, or None if it never does."""
    track, count = obj.track, len(obj.track.positions)
    strong = float(np.linalg.norm(gravity))
    if count < 3 or strong == 0.0:
        return None
    down = gravity / strong
    velocity = velocities(track.positions, rate)
    velocity = velocity - (velocity @ down)[:, None] * down  # along the ground
    speed = np.linalg.norm(velocity, axis=1)
    if speed.max() < LEAST_SPEED:
        return None
    support = _support(obj, down)
    past = frozenset({obj.name})
    gap = -(track.positions @ down) - heights_below(track.positions, down, find, past) - support
    touches = (gap < 0.12 * support + 0.01) & (gap > -0.6 * support)
    spins = angular_velocities(track, rate, speed / np.maximum(support, 1e-6) if is_wheel_shaped(obj) else None)
    at_contact = velocity + np.cross(spins, support[:, None] * down)
    slip = np.linalg.norm(at_contact, axis=1) / np.maximum(speed, 1e-6)
    on = moving(np.where(touches, speed, 0.0), rate)
    rolls = on & (slip < ROLLS) & is_wheel_shaped(obj)  # what tips over its edge does not slip either
    scrapes = on & (slip > SCRAPES)
    rolls, scrapes = (_long_enough(one, speed, float(obj.size.max()), rate) for one in (rolls, scrapes))
    if not (rolls.any() or scrapes.any()):
        return None
    first = np.flatnonzero(rolls | scrapes)[:1]
    met = find(track.positions[first], down[None], first, past)
    return Touching(rolls, scrapes, speed, met.names[0])


def _long_enough(on: np.ndarray, speed: np.ndarray, size: float, rate: float) -> np.ndarray:
    """(n,) without what lasts less than SHORTEST seconds, or covers less than half the size of the body."""
    kept = np.zeros(len(on), bool)
    for first, last in spans(on):
        way = float(speed[first:last].sum()) / rate
        kept[first:last] = (last - first) / rate >= SHORTEST and way >= 0.5 * size
    return kept


def _support(obj: SceneObject, down: np.ndarray) -> np.ndarray:
    """(n,) metres from the centre of a body to its lowest point: of a ball its radius, else of its bounds."""
    half = 0.5 * obj.size
    if is_ball(obj):
        return np.full(len(obj.track.positions), float(half.mean()))
    down_inside = Rotation.from_quat(obj.track.rotations, scalar_first=True).inv().apply(down)
    lowest = np.abs(down_inside) @ half
    if is_wheel_shaped(obj):  # a wheel stands on its rim
        lowest = np.minimum(lowest, float(np.sort(half)[-1]))
    return np.asarray(lowest)
