"""Two hours of 64 sources that all move: how much memory it takes, and how long. Takes long itself.

.venv/bin/python benchmarks/long.py [HOURS] [LAYOUT]
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scenes import RATE, orbits

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


if __name__ == "__main__":
    main()
