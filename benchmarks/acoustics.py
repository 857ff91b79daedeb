"""Trace a town of 300,000 triangles for 8 moving sources over 250 frames; the error of the late sound by the number of rays.

.venv/bin/python benchmarks/acoustics.py [--json FILE]
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from meshes import box, flat_surface, geometry, scene

from see2sound_addon.acoustics import diffuse
from see2sound_addon.acoustics.geometry import Body, Geometry, Surface
from see2sound_addon.acoustics.rays import World
from see2sound_addon.acoustics.trace import trace_acoustics
from see2sound_addon.progress import no_progress

FRAMES, RATE, SOURCES, TRIANGLES = 250, 25.0, 8, 300_000
SEEDS = 24
ROOM, ABSORPTION = (8.0, 6.0, 4.0), 0.15


def main():
    """Print the seconds and the memory of a trace, then the table of errors."""
    print(f"{os.cpu_count()} cores, {TRIANGLES} triangles, {FRAMES} frames, {SOURCES} sources that move")
    town, plan = make_town(), make_plan()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    steps = []
    start = time.perf_counter()
    traced, _ = trace_acoustics(plan, town, lambda *_: steps.append(time.perf_counter()) or no_progress)
    seconds = time.perf_counter() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    hidden = sum(len(source.detours) for source in traced.sources)
    images = sum(len(source.reflections) for source in traced.sources)
    print(f"  traced in {seconds:.1f} s; {most:.0f} MiB at most, of it {before:.0f} MiB Python and the town")
    print(f"  {hidden} detours, {images} reflections, late sound at {len(traced.room.times)} places")
    print(
        f"  structures {steps[1] - start:.1f} s, sources {steps[-2] - steps[1]:.1f} s, late sound {steps[-1] - steps[-2]:.1f} s"
    )
    found = errors()
    if len(sys.argv) > 2 and sys.argv[1] == "--json":
        Path(sys.argv[2]).write_text(json.dumps(found))


def errors():
    """The spread over seeds of the decay and the level in a room of 8 x 6 x 4 m, for several numbers of rays."""
    print("\nThe late sound of a shoebox, standard deviation over seeds at one place:")
    print("  rays   decay   level")
    shape = geometry(box((0, 0, 0), ROOM), surfaces=[flat_surface(ABSORPTION)])
    found = []
    for rays in (32, 64, 128, 256, 512, 1024, 2048):
        world = World(shape)
        none = np.zeros(len(world.still), bool)
        ear, mouth = np.array([(2.1, 2.2, 1.5)]), np.array([[(6.7, 4.3, 1.2)]])
        late = [diffuse.late_sound(world, ear, mouth, np.zeros(1, int), none, 343.3, seed, rays) for seed in range(SEEDS)]
        decay = np.array([one.decay[0, 0, 0] for one in late])
        level = np.array([one.level[0, 0, 0] for one in late])
        found.append((rays, float(decay.std() / decay.mean()), float(level.std())))
        print(f"  {rays:4d}   {100 * found[-1][1]:4.1f} %  {found[-1][2]:.2f} dB")
    return found


def make_town():
    """Houses of many small faces in a grid, on a lawn."""
    random = np.random.default_rng(0)
    houses, side = 100, 16
    bodies = []
    for number in range(houses):
        x, y = 14.0 * (number % 10) - 63.0, 14.0 * (number // 10) - 63.0
        wide, deep, high = random.uniform((5, 5, 4), (9, 9, 12))
        mesh = dense_box((x - wide / 2, y - deep / 2, 0.0), (x + wide / 2, y + deep / 2, high), side)
        bodies.append(Body(f"House {number}", [mesh[0]], mesh[1], np.zeros(len(mesh[1]), int)))
    vertices, triangles = dense_box((-100, -100, -1), (100, 100, 0), 10)
    bodies.append(Body("Lawn", [vertices], triangles, np.ones(len(triangles), int)))
    town = Geometry(bodies, [Surface.named("brick"), Surface.named("grass")], RATE, FRAMES + 1)
    assert abs(town.triangles - TRIANGLES) < 0.05 * TRIANGLES, town.triangles
    return town


def dense_box(low, high, side):
    """A box whose faces are grids of side x side quads."""
    low, high = np.array(low, float), np.array(high, float)
    u, v = np.meshgrid(np.linspace(0, 1, side + 1), np.linspace(0, 1, side + 1))
    corner = (np.arange(side)[:, None] * (side + 1) + np.arange(side)).ravel()
    quads = np.stack([corner, corner + 1, corner + side + 2, corner, corner + side + 2, corner + side + 1], axis=1)
    vertices, triangles = [], []
    for axis in range(3):
        for end in (0.0, 1.0):
            points = np.zeros(((side + 1) ** 2, 3))
            points[:, axis], points[:, (axis + 1) % 3], points[:, (axis + 2) % 3] = end, u.ravel(), v.ravel()
            triangles.append(quads.reshape(-1, 3) + len(vertices) * (side + 1) ** 2)
            vertices.append(low + points * (high - low))
    return np.concatenate(vertices), np.concatenate(triangles)


def make_plan():
    """A walk along a street, and cars on the streets around."""
    along = np.linspace(0.0, 1.0, FRAMES + 1)[:, None]
    ear = (-56.0, -40.0, 1.6) + along * np.array([0.0, 14.0, 0.0])
    mouths = [
        (-56.0 + 14.0 * (n % 4), -60.0 + 9.0 * n, 0.8) + along * np.array([0.0, 80.0 * (-1) ** n, 0.0]) for n in range(SOURCES)
    ]
    return scene(ear, *mouths, seconds=FRAMES / RATE)


if __name__ == "__main__":
    main()
