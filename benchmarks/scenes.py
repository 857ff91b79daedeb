"""The scenes that are timed."""

from pathlib import Path

import numpy as np

from see2sound_addon.materials import MATERIALS
from see2sound_addon.soundscene import Shoebox, SoundScene, Source, Trajectory

RATE = 48000
ROOM_SIZE = (8.0, 6.0, 3.5)
PLACES = [(1.0 + 0.7 * n, 1.0 + 0.5 * n, 1.0 + 0.2 * n) for n in range(8)]
LISTENER = (5.0, 2.0, 1.6)
ABSORPTION = 0.2


def orbits(count, duration, moving=True, every=24.0):
    """A plan of `count` sources that circle the listener, sampled `every` times a second."""
    times = np.linspace(0.0, duration, int(duration * every) + 1)
    sources = []
    for number in range(count):
        angle = 0.5 * times + number
        points = np.stack([5 * np.cos(angle), 5 * np.sin(angle), np.sin(angle)], axis=1)
        path = Trajectory(times, points, np.array([[1.0, 0, 0, 0]])) if moving else Trajectory.fixed(points[0])
        sources.append(Source(f"s{number}", Path("clip.wav"), path, loop=True))
    return SoundScene(duration, Trajectory.fixed((0, 0, 0)), sources)


def box(duration, order, tail=False):
    """Eight still sources in a room."""
    walls = ((ABSORPTION,) * 7,) * 6
    room = Shoebox(tuple(s / 2 for s in ROOM_SIZE), ROOM_SIZE, walls, order=order, tail=tail)
    sources = [Source(f"s{n}", Path("clip.wav"), Trajectory.fixed(place), loop=True) for n, place in enumerate(PLACES)]
    return SoundScene(duration, Trajectory.fixed(LISTENER), sources, room=room)


def hall(duration):
    """One source that moves in a room whose materials differ."""
    scene = orbits(1, duration)
    walls = (MATERIALS["plaster"],) * 4 + (MATERIALS["wood floor"], MATERIALS["acoustic tiles"])
    scene.room = Shoebox((0.0, 0.0, 0.0), (14.0, 12.0, 5.0), walls, order=2)
    return scene


def clip():
    """Five seconds of noise."""
    return np.random.default_rng(0).standard_normal(5 * RATE).astype(np.float32)
