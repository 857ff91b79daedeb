"""How much of a source the listener sees, and what the walls before the rest of it let through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..materials import BANDS
from .rays import World
from .through import GAP, losses

POINTS = 24
"""Of a source, spread over it."""
SOFT = 0.25
"""Metres: the radius of a source that is a point, so that it does not vanish at once behind an edge."""
AT_ONCE = 4096
"""Moments."""
OBJECT = 1.0
"""Metres around each point of a shape in which surfaces are those of the object that sounds there."""
TRIED = 5
"""Hidden points whose walls are counted."""


@dataclass
class Hidden:
    """Over k moments: `seen` (k,), 0 to 1; `centre` (k,) whether its middle is seen, or any point of a shape; `loss` (k, bands)
    dB, what walls take from the part that is not seen."""

    seen: np.ndarray
    centre: np.ndarray
    loss: np.ndarray


def spread_points(towards: np.ndarray, radius: float) -> np.ndarray:
    """(k, POINTS, 3) offsets on discs that face along `towards` (k, 3): a sunflower, the middle first."""
    number = np.arange(POINTS)
    out, turn = radius * np.sqrt(number / POINTS), number * np.pi * (3.0 - np.sqrt(5.0))
    steep = np.abs(towards[:, 2]) > 0.9 * np.linalg.norm(towards, axis=1)
    side = np.cross(np.where(steep[:, None], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]), towards)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    up = np.cross(towards, side)
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
    return np.asarray((out * np.cos(turn))[None, :, None] * side[:, None] + (out * np.sin(turn))[None, :, None] * up[:, None])


def hidden(
    world: World, ears: np.ndarray, mouths: np.ndarray, offsets: np.ndarray, frames: np.ndarray, source: int, shape: bool
) -> Hidden:
    """What `ears` (k, 3) see of a source at `mouths` (k, 3), whose points lie at `offsets` (k, p, 3) from there.

    `shape`: whether the points are objects of their own, such as the trees of a forest, and not parts of one.
    """
    parts = [
        _hidden(world, ears[part], mouths[part], offsets[part], frames[part], source, shape)
        for part in (slice(begin, begin + AT_ONCE) for begin in range(0, len(ears), AT_ONCE))
    ]
    return Hidden(*(np.concatenate([getattr(part, name) for part in parts]) for name in Hidden.__dataclass_fields__))


def _hidden(
    world: World, ears: np.ndarray, mouths: np.ndarray, offsets: np.ndarray, frames: np.ndarray, source: int, shape: bool
) -> Hidden:
    count, points = offsets.shape[:2]
    row = np.repeat(np.arange(count), points)
    targets = (mouths[:, None] + offsets).reshape(-1, 3)
    own = np.full(len(row), source)
    if shape:  # each point is an object of its own, and the middle is none
        reached, gap = np.ones((count, points), bool), OBJECT
    else:  # points beyond a wall or below the floor are none of the source's
        reached, gap = world.free(mouths[row], targets, frames[row], own).reshape(count, points), GAP
        reached[:, 0] = True
    clear = world.free(ears[row], targets, frames[row], own, gap).reshape(count, points)
    seen = (reached & clear).sum(axis=1) / reached.sum(axis=1)
    behind = reached & ~clear
    behind &= np.cumsum(behind, axis=1) <= TRIED
    moment, point = np.nonzero(behind)
    lost = losses(world, ears[moment], mouths[moment] + offsets[moment, point], frames[moment], np.full(len(moment), source))
    power = np.zeros((count, len(BANDS)))
    np.add.at(power, moment, 10.0 ** (-lost / 10.0))
    share = power / np.maximum(behind.sum(axis=1), 1)[:, None]
    loss = np.where(behind.any(axis=1)[:, None], -10.0 * np.log10(np.maximum(share, 1e-12)), 0.0)
    return Hidden(seen, clear.any(axis=1) if shape else clear[:, 0], loss)
