"""Where the time goes: the main job step by step, and the renderer as times real time. Judges nothing.

Run by `python3 dev.py bench`.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import skimage

from see2sound_addon import pipeline
from see2sound_addon.sound.voice import MODELS, synthesise
from see2sound_addon.soundscene import SoundScene, Source, Trajectory
from see2sound_addon.spatial.layouts import LAYOUTS
from see2sound_addon.spatial.renderer import render

RATE = 48000
PICTURE = Path(skimage.__file__).parent / "data" / "motorcycle_left.png"


def main() -> None:
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    main_job()
    voices()
    renderer()


def timed(work, *arguments):
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result


def main_job() -> None:
    print("The main job, 1080p picture, 10 s, 3 mixes, a process of its own")
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "1080p.png"
        Image.open(PICTURE).resize((1920, 1080)).save(picture)
        command = [sys.executable, "-m", "see2sound_addon.cli", "run", str(picture), "--out", folder + "/out"]
        seconds, _ = timed(lambda: subprocess.run(command, check=True, capture_output=True))
        print(f"  see2sound run           {seconds:6.2f} s")
        seconds, found = timed(pipeline.reconstruct, picture)
        print(f"  of it, look and place   {seconds:6.2f} s  ({len(found.sources)} sources)\n")


def voices() -> None:
    print("Voices, 10 s each")
    for name, (words, _) in MODELS.items():
        seconds, _ = timed(synthesise, words.split()[0], 10.0, 0)
        print(f"  {name:16} {seconds:6.2f} s   {10.0 / seconds:6.0f} times real time")
    print()


def renderer() -> None:
    print("Renderer, 8 sources with true propagation delay, 60 s, one core: times real time")
    clip = np.random.default_rng(0).standard_normal(5 * RATE).astype(np.float32)
    for kind, moving in (("still", False), ("moving", True)):
        plan = orbits(8, 60.0, moving)
        for layout in ("stereo", "5.1", "7.1.4", "ambix1", "ambix3", "ambix7", "binaural"):
            seconds, _ = timed(lambda: [None for _ in render(plan, [clip] * 8, LAYOUTS[layout], [])])  # noqa: B023
            print(f"  {layout:9} {kind:7} {60.0 / seconds:6.1f}")


def orbits(count: int, duration: float, moving: bool) -> SoundScene:
    times = np.linspace(0.0, duration, int(duration * 24) + 1)
    sources = []
    for number in range(count):
        angle = 0.5 * times + number
        points = np.stack([5 * np.cos(angle), 5 * np.sin(angle), np.sin(angle)], axis=1)
        path = Trajectory(times, points, np.array([[1.0, 0, 0, 0]])) if moving else Trajectory.fixed(points[0])
        sources.append(Source(f"s{number}", Path("clip.wav"), path, loop=True))
    return SoundScene(duration, Trajectory.fixed((0, 0, 0)), sources)


if __name__ == "__main__":
    main()
