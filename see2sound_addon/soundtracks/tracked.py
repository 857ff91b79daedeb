"""What the tracks of a moving picture tell a separator: which sources, when they are likely to sound, and from where."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from ..findings import Footage, FoundSource
from ..soundscene import Trajectory
from .facts import AROUND, UNSEEN, WantedSource, has_known_sound

RESTING = 0.4
"""How likely a source sounds while it rests, beside 1."""
EVERY = 0.1
"""Seconds between two weights."""
STARTING = 0.3
"""Seconds around the moment at which a source starts to move, in which it is likely to sound."""


def tracked_sources(sources: list[FoundSource], footage: Footage) -> list[WantedSource]:
    """Those whose class is known: the stems of a film."""
    return [
        WantedSource(source.id, source.prompt, direction_of(source, footage), *weights_of(source, footage.seconds))
        for source in sources
        if has_known_sound(source.prompt)
    ]


def weights_of(source: FoundSource, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Times and weights (k,): less while it is not seen, and while it rests; none for a source that is there all the time."""
    seen, fader = source.path.times, source.fader
    if len(seen) < 2 and len(fader.times) < 2:
        return np.zeros(0), np.zeros(0)
    times = np.arange(0.0, seconds + EVERY, EVERY)
    weights = np.ones(len(times))
    if len(seen) > 1:
        weights[(times < seen[0] - AROUND) | (times > seen[-1] + AROUND)] = UNSEEN
        weights *= np.maximum(_moving(source.path, times), _starting(source.events, times))
    if len(fader.times) > 1:
        level = np.interp(times, fader.times, fader.gain_db)
        weights *= np.clip(10.0 ** (level / 20.0), UNSEEN, 1.0)
    return times, np.maximum(weights, UNSEEN)


def _moving(path: Trajectory, times: np.ndarray) -> np.ndarray:
    """From RESTING to 1 with the speed, relative to the largest."""
    if len(path.positions) < 3:
        return np.ones(len(times))
    speed = np.linalg.norm(np.gradient(path.positions, path.times, axis=0), axis=1)
    if speed.max() < 0.05:  # metres a second: it stands
        return np.ones(len(times))
    return np.asarray(RESTING + (1.0 - RESTING) * np.interp(times, path.times, speed / speed.max()))


def _starting(events: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The strength of the events (k, 2) that each time is near to, or 0."""
    near = np.abs(times[:, None] - events[:, 0]) <= STARTING
    return np.asarray((near * events[:, 1]).max(axis=1, initial=0.0))


def direction_of(source: FoundSource, footage: Footage) -> np.ndarray | None:
    """Unit vector (3,) to its mean place, in the listener's frame; None for what comes from everywhere."""
    if source.extent == "ambient":
        return None
    camera, path = footage.path, source.path
    times = path.times if len(path.positions) > 1 else camera.times[:1]
    nearest = np.clip(np.searchsorted(camera.times, times), 0, len(camera.times) - 1)
    turns = camera.rotations[nearest if len(camera.rotations) > 1 else np.zeros(len(times), int)]
    places = camera.positions[nearest if len(camera.positions) > 1 else np.zeros(len(times), int)]
    seen = Rotation.from_quat(turns[:, [1, 2, 3, 0]]).inv().apply(path.positions - places)  # a camera looks along its -Z
    direction = np.stack([-seen[:, 2], -seen[:, 0], seen[:, 1]], axis=1)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
    mean = direction.mean(axis=0)
    length = np.linalg.norm(mean)
    return None if length < 1e-6 else np.asarray(mean / length)
