"""Observed scenes built by hand, for tests of listening."""

import numpy as np

from see2sound_addon.listening.observed import Foot, Observed, SceneObject, Surfaces, Track

GRAVITY = 9.81


def track(positions, rotations=None, visible=None, turns=None):
    positions = np.atleast_2d(np.asarray(positions, float))
    count = len(positions)
    rotations = np.tile([1.0, 0, 0, 0], (count, 1)) if rotations is None else np.asarray(rotations, float)
    visible = np.ones(count, bool) if visible is None else np.asarray(visible, bool)
    return Track(positions, rotations, visible, np.zeros((0, 2)) if turns is None else np.asarray(turns, float))


def scene_object(name, positions=((0, 0, 0),), size=(1, 1, 1), rotations=None, **more):
    made = track(positions, rotations, more.pop("visible", None), more.pop("turns", None))
    names = more.pop("names", (("object", name),))
    return SceneObject(name, more.pop("kind", "MESH"), names, made, np.asarray(size, float), **more)


def observed(objects, rate=24.0, frames=96, **more):
    return Observed(rate, frames, objects, **more)


def turning(axis, angles):
    """(n, 4) quaternions of turns about an axis."""
    half = 0.5 * np.asarray(angles, float)[:, None]
    return np.concatenate([np.cos(half), np.sin(half) * np.asarray(axis, float)], axis=1)


def floor(material="stone", height=0.0):
    """A level floor, as `find` of listening."""

    def find(origins, directions, frames, past):
        down = directions[:, 2] < -1e-6
        distance = np.where(down, (origins[:, 2] - height) / np.where(down, -directions[:, 2], 1.0), np.inf)
        distance = np.where(distance >= 0.0, distance, np.inf)
        names = [(("material", material), ("object", "Floor"))] * len(origins)
        return Surfaces(distance, np.tile([0.0, 0, 1], (len(origins), 1)), names)

    return find


def bounces(height, restitution, until):
    """Seconds at which a ball that is dropped meets the floor, and its speed then: closed form."""
    time, speed = np.sqrt(2.0 * height / GRAVITY), np.sqrt(2.0 * GRAVITY * height)
    found = []
    while time < until and speed > 0.01:  # infinitely many bounces take a finite time
        found.append((time, speed))
        speed *= restitution
        time += 2.0 * speed / GRAVITY
    return found


def ball_height(seconds, height, restitution):
    """Of the ball's lowest point at a moment."""
    met = [(0.0, 0.0), *bounces(height, restitution, seconds)]
    if len(met) == 1:
        return height - 0.5 * GRAVITY * seconds**2
    since, speed = seconds - met[-1][0], met[-1][1] * restitution
    return max(0.0, speed * since - 0.5 * GRAVITY * since**2)


def walking_foot(rate, seconds, phase=0.0, speed=0.0, lift=0.15, cycle=1.0, stance=0.6, name="foot", ground=lambda x: 0.0):
    """A foot that stands and swings; it lands at whole cycles less its phase. `speed`: of the body, 0 for a treadmill."""
    times = np.arange(round(rate * seconds)) / rate
    reach = 0.5 * cycle * stance * (speed or 1.4)
    share = (times / cycle + phase) % 1.0
    swing = np.clip((share - stance) / (1.0 - stance), 0.0, 1.0)
    along = np.where(share < stance, reach - share * cycle * (speed or 1.4), -reach + 2.0 * reach * swing) + speed * times
    up = np.where(share < stance, 0.0, lift * np.sin(np.pi * swing))
    lowest = np.stack([along, np.zeros_like(along), up + np.vectorize(ground)(along)], axis=1)
    root = np.stack([speed * times, np.zeros_like(times), np.full_like(times, 0.95)], axis=1)
    return Foot("Man", name, lowest, root, 1.75)
