"""Two hours of 64 sources that all move: how much memory a plan and a mix of it take, and how long. Takes long itself.

.venv/bin/python benchmarks/long.py [HOURS] [LAYOUT]
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenes import RATE, orbits

from see2sound_addon.planfile import read_plan, write_plan
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.loudness import Meter
from see2sound_addon.spatial.renderer import render

EVERY = 10.0
"""Samples of every path a second: they alone are 24 bytes each, 110 MB here."""


def main():
    """Mix hours of 64 moving sources and print the time and the peak memory."""
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    layout = find_layout(sys.argv[2] if len(sys.argv) > 2 else "stereo")
    plan = orbits(64, hours * 3600, every=EVERY)
    keep_and_read(orbits(64, hours * 3600, every=24.0))
    random = np.random.default_rng(0)
    clips = [random.standard_normal(5 * RATE).astype(np.float32) for _ in range(64)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, meter = time.perf_counter(), Meter(layout, RATE)
    for block in render(plan, clips, layout, []):
        meter.feed(block)
    seconds = time.perf_counter() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{hours:g} h, 64 sources, {layout.name}: {hours * 3600 / seconds:.1f} times real time")
    print(f"{most:.0f} MiB at most, of it {before:.0f} MiB Python, the plan and the clips before the first block")


def keep_and_read(plan):
    """Write the plan of a film, with a sample for each of its frames, and read it again."""
    for source in plan.sources:  # as Blender's Speakers share their moments
        source.path.times = plan.sources[0].path.times
    with tempfile.TemporaryDirectory() as folder:
        clip, path = Path(folder) / "clip.wav", Path(folder) / "plan.json"
        soundfile.write(clip, np.zeros(RATE), RATE)
        for source in plan.sources:
            source.clip = clip
        start = time.perf_counter()
        write_plan(plan, path)
        written = time.perf_counter()
        again = read_plan(path)
        seconds = time.perf_counter() - written
        size = path.with_suffix(".npz").stat().st_size / 2**20
    assert all(np.array_equal(a.path.positions, b.path.positions) for a, b in zip(plan.sources, again.sources, strict=True))
    print(f"plan, a sample a frame: {size:.0f} MiB, {written - start:.1f} s to write, {seconds:.1f} s to read")


if __name__ == "__main__":
    main()
