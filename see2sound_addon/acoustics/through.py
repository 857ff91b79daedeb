"""What goes through walls: the mass law."""

from __future__ import annotations

import numpy as np

from ..materials import BANDS
from .geometry import Surface
from .rays import CLEARANCE, World

MOST_WALLS = 32
"""Surfaces of one ray that are counted."""
HOLLOW = 1.0
"""Metres: a closed body that is thicker, such as a house, counts as hollow, with a wall of the usual thickness each side."""
LARGEST_LOSS = 120.0
"""dB."""
GAP = 0.1
"""Metres around a source in which surfaces do not hide it: it often stands on one."""


def wall_loss(surface: Surface, thickness: np.ndarray | float) -> np.ndarray:
    """(..., bands) dB that a wall of `thickness` (...) metres takes of sound from all sides.

    The field-incidence mass law, R = 20 log10(m f) - 47 dB (Fahy and Gardonio, "Sound and Structural Vibration", 2007, 5.3;
    Bies and Hansen, "Engineering Noise Control", 2009, 8.2), for m in kg/m² and f in Hz. Without the dips of coincidence.
    """
    mass = np.asarray(thickness, float)[..., None] * surface.density
    with np.errstate(divide="ignore"):
        return np.clip(20.0 * np.log10(mass * np.array(BANDS)) - 47.0, 0.0, LARGEST_LOSS)


def losses(
    world: World, origins: np.ndarray, targets: np.ndarray, frames: np.ndarray, sources: np.ndarray | None
) -> np.ndarray:
    """(k, bands) dB that all walls from `origins` (k, 3) to `targets` (k, 3) take together."""
    rays, triangles, places, slants = crossings(world, origins, targets, frames, sources)
    found = np.zeros((len(origins), len(BANDS)))
    order = np.lexsort((places, world.closed[triangles], world.body[triangles], rays))
    rays, triangles, places, slants = rays[order], triangles[order], places[order], slants[order]
    body, closed = world.body[triangles], world.closed[triangles]
    usual = np.array([surface.thickness for surface in world.geometry.surfaces])[world.surface[triangles]]
    # A ray enters the closed parts of a body, leaves, enters: the way from each odd crossing to the next is inside a wall.
    new = np.ones(len(rays), bool)
    new[1:] = (rays[1:] != rays[:-1]) | (body[1:] != body[:-1]) | (closed[1:] != closed[:-1])
    first = np.maximum.accumulate(np.where(new, np.arange(len(rays)), 0))
    turn = np.arange(len(rays)) - first
    leaves = closed & (turn % 2 == 1)
    paired = np.zeros(len(rays), bool)
    paired[:-1] = leaves[1:]  # a crossing whose way out is known
    inside = np.zeros(len(rays))
    inside[:-1] = (places[1:] - places[:-1]) * slants[:-1]
    hollow = paired & (inside > HOLLOW) & (usual < HOLLOW)
    thickness = np.where(paired & ~hollow, inside, usual)
    counts = np.where(leaves, 0.0, np.where(hollow, 2.0, 1.0))
    for number, surface in enumerate(world.geometry.surfaces):
        mine = (world.surface[triangles] == number) & (counts > 0.0)
        np.add.at(found, rays[mine], counts[mine, None] * wall_loss(surface, thickness[mine]))
    return np.minimum(found, LARGEST_LOSS)


def crossings(
    world: World, origins: np.ndarray, targets: np.ndarray, frames: np.ndarray, sources: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """All surfaces that rays cross: number of the ray, of the triangle, metres from the origin, cosine to the normal."""
    way = targets - origins
    length = np.linalg.norm(way, axis=1)
    directions = way / np.maximum(length, 1e-9)[:, None]
    passed = np.zeros(len(origins))
    active = np.arange(len(origins))
    rows = []
    for _ in range(MOST_WALLS):
        if len(active) == 0:
            break
        own = None if sources is None else sources[active]
        hits = world.cast(origins[active] + passed[active, None] * directions[active], directions[active], frames[active], own)
        place = passed[active] + hits.distance
        met = place < length[active] - GAP
        active, place = active[met], place[met]
        slant = np.abs(np.einsum("ki,ki->k", hits.normal[met], directions[active]))
        rows.append((active, hits.triangle[met], place, slant))
        passed[active] = place + CLEARANCE * (1.0 + place)
    if not rows:
        return np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(0)
    rays, triangles, places, slants = (np.concatenate(column) for column in zip(*rows, strict=True))
    return rays, triangles, places, slants
