"""Meshes for tests: boxes, walls with doors, and scenes around them. Skips where there are no rays."""

from pathlib import Path

import numpy as np
import pytest

from see2sound_addon.acoustics.geometry import Body, Geometry, Surface
from see2sound_addon.acoustics.trace import trace_acoustics
from see2sound_addon.soundscene import SoundScene, Source, Trajectory

pytest.importorskip("embreex")

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
SIDES = [
    (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7),
    (1, 7, 3),
]  # fmt: skip


def box(low, high):
    low, high = np.array(low, float), np.array(high, float)
    return CORNERS * (high - low) + low, np.array(SIDES)


def quad(*corners):
    return np.array(corners, float), np.array([(0, 1, 2), (0, 2, 3)])


def joined(*parts):
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in parts)])
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] + n for p, n in zip(parts, starts, strict=False)])


def wall(x, low, high, top, door=None):
    """A wall at x from y = low to high, as thin as paper. `door`: its y from and to, and its height."""
    if door is None:
        return [quad((x, low, 0), (x, high, 0), (x, high, top), (x, low, top))]
    a, b, over = door
    return [
        quad((x, low, 0), (x, a, 0), (x, a, top), (x, low, top)),
        quad((x, b, 0), (x, high, 0), (x, high, top), (x, b, top)),
        quad((x, a, over), (x, b, over), (x, b, top), (x, a, top)),
    ]


def room(x0, x1, y, z, left=None, right=None):
    """Floor, ceiling and walls of a room from x0 to x1, with a door in the left or the right wall."""
    return joined(
        quad((x0, 0, 0), (x1, 0, 0), (x1, y, 0), (x0, y, 0)),
        quad((x0, 0, z), (x1, 0, z), (x1, y, z), (x0, y, z)),
        quad((x0, 0, 0), (x1, 0, 0), (x1, 0, z), (x0, 0, z)),
        quad((x0, y, 0), (x1, y, 0), (x1, y, z), (x0, y, z)),
        *wall(x0, 0, y, z, left),
        *wall(x1, 0, y, z, right),
    )


def body(mesh, surface=0, name="body", **more):
    vertices, triangles = mesh
    return Body(name, [vertices], triangles, np.full(len(triangles), surface), **more)


def flat_surface(absorption, name="wall"):
    return Surface(name, (absorption,) * 7 if np.isscalar(absorption) else tuple(absorption), 1800.0, 0.1)


def geometry(*meshes, surfaces=("concrete",), **more):
    """Bodies of meshes, the n-th with the n-th of the surfaces."""
    known = [one if isinstance(one, Surface) else Surface.named(one) for one in surfaces]
    return Geometry([body(mesh, min(n, len(known) - 1), f"body{n}") for n, mesh in enumerate(meshes)], known, **more)


def moved(offsets):
    """Poses (n, 4, 4) of a body that stands at offsets (n, 3)."""
    poses = np.tile(np.eye(4), (len(offsets), 1, 1))
    poses[:, :3, 3] = offsets
    return poses


def path(positions, rate=25.0):
    positions = np.array(positions, float)
    if positions.ndim == 1:
        return Trajectory.fixed(positions)
    return Trajectory(np.arange(len(positions)) / rate, positions, np.array([[1.0, 0.0, 0.0, 0.0]]))


def scene(ear, *mouths, seconds=1.0, rate=25.0, **more):
    """A listener and sources, each a position (3,) or one for each frame (n, 3)."""
    sources = [Source(f"s{n}", Path(f"s{n}.wav"), path(mouth, rate)) for n, mouth in enumerate(mouths)]
    return SoundScene(seconds, path(ear, rate), sources, **more)


def trace_terrain(n):
    """Trace hills of 2 (n - 1)² triangles."""
    x, y = np.meshgrid(np.linspace(-200, 200, n), np.linspace(-200, 200, n))
    points = np.stack([x, y, 2 * np.sin(x / 9) * np.cos(y / 7)], axis=2).reshape(-1, 3)
    corner = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.concatenate([
        np.stack([corner, corner + 1, corner + n], axis=1),
        np.stack([corner + 1, corner + n + 1, corner + n], axis=1),
    ])  # fmt: skip
    traced, _ = trace_acoustics(scene((0, 0, 4), (60, 30, 3)), geometry((points, faces), surfaces=["grass"]))
    assert traced.sources[0].tail is not None
