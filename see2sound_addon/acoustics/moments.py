"""The moments of a trace: where the listener and the sources are then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from ..soundscene import SoundScene, Source, Trajectory
from .geometry import Geometry

JUMP = 1e-7
"""Seconds that a cut takes."""
MOST_MOMENTS = 200_000


@dataclass
class Moments:
    """`times`: (n,) seconds of arrival. `frames`: (n,) of the geometry. `ears`: (n, 3). `stretches`: between cuts."""

    times: np.ndarray
    frames: np.ndarray
    ears: np.ndarray
    stretches: list[slice]


def moments_of(scene: SoundScene, geometry: Geometry) -> Moments:
    """Every frame of the geometry's rate; a single one where nothing ever moves."""
    cuts = np.unique(np.concatenate([scene.listener.cuts, *(source.path.cuts for source in scene.sources)]))
    cuts = cuts[(cuts > 0.0) & (cuts < scene.duration)]
    if _is_still(scene, geometry):
        times = np.zeros(1)
    else:
        count = min(MOST_MOMENTS, int(np.ceil(scene.duration * geometry.rate - 1e-6)) + 1)
        times = np.unique(np.concatenate([np.arange(count) / geometry.rate, cuts]))
        times = times[np.append(True, np.diff(times) > 1e-6)]
    frames = np.minimum(np.rint(times * geometry.rate), geometry.frames - 1).astype(int)
    edges = sorted({0, len(times), *np.searchsorted(times, cuts - 1e-6).tolist()})
    stretches = [slice(begin, end) for begin, end in zip(edges[:-1], edges[1:], strict=True)]
    return Moments(times, frames, places(scene.listener, times), stretches)


def _is_still(scene: SoundScene, geometry: Geometry) -> bool:
    paths = [scene.listener, *(source.path for source in scene.sources)]
    return all(len(path.positions) == 1 for path in paths) and all(body.is_still for body in geometry.bodies)


def places(path: Trajectory, times: np.ndarray) -> np.ndarray:
    """(n, 3) positions at times (n,), straight from sample to sample."""
    if len(path.positions) == 1:
        return np.tile(path.positions[0], (len(times), 1))
    known, positions = path.times, path.positions
    after = np.searchsorted(known, path.cuts, "left")
    after, cuts = after[(after > 0) & (after < len(known))], path.cuts[(after > 0) & (after < len(known))]
    if len(after):  # until a cut the pose before it holds, and from there on the next one
        held = np.stack([cuts - JUMP, cuts], axis=1).ravel()
        positions = np.insert(positions, np.repeat(after, 2), positions[np.stack([after - 1, after], axis=1).ravel()], axis=0)
        known = np.insert(known, np.repeat(after, 2), held)
    return np.stack([np.interp(times, known, axis) for axis in positions.T], axis=1)


def turns(path: Trajectory, times: np.ndarray) -> np.ndarray:
    """(n, 3, 3) rotations at times (n,), each that of the sample before."""
    rotations = Rotation.from_quat(path.rotations[:, [1, 2, 3, 0]]).as_matrix()
    if len(rotations) == 1:
        return np.broadcast_to(rotations, (len(times), 3, 3))
    return np.asarray(rotations[(np.searchsorted(path.times, times + 1e-9, "right") - 1).clip(0)])


def mouths_of(scene: SoundScene, source: Source, moments: Moments) -> np.ndarray:
    """(n, 3) where a source was when it emitted what arrives at the moments."""
    here = places(source.path, moments.times)
    if source.synchronous or len(source.path.positions) == 1:
        return here
    emitted = moments.times
    for _ in range(4):
        emitted = moments.times - np.linalg.norm(here - moments.ears, axis=1) / scene.speed_of_sound
        here = places(source.path, emitted)
    return here
