"""Where the time goes: the main job step by step, the renderer beside its peers and beside the machine. Judges nothing.

Run by `python3 dev.py bench`; `python3 dev.py bench renderer` runs only the parts named: eye, job, scene, voices, library,
renderer, peers, cores, live; and truth, separation and neural, which take minutes and run only where they are named.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cProfile
import platform
import pstats
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import skimage
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import live
import neural
import peers
import separation
import truth
from machine import best, limits
from scenes import RATE, box, clip, hall, orbits

from see2sound_addon import pipeline
from see2sound_addon.backends import Backends, with_network
from see2sound_addon.paths import usual_folder
from see2sound_addon.progress import no_progress
from see2sound_addon.sound.generator import synthesise
from see2sound_addon.sound.library import index
from see2sound_addon.sound.library.search import search
from see2sound_addon.sound.models import MODELS
from see2sound_addon.spatial.kernels import kernel, kernels, using
from see2sound_addon.spatial.kernels.sinc import TAPS
from see2sound_addon.spatial.layouts import LAYOUTS
from see2sound_addon.spatial.renderer import render
from see2sound_addon.weights.eyes import installed

LONG = {"truth": truth.run, "separation": separation.main, "neural": neural.run}
"""Parts that take minutes."""
PICTURE = Path(skimage.__file__).parent / "data" / "motorcycle_left.png"


def main() -> None:
    """Run the parts named on the command line, or all."""
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    parts = {
        "eye": eye,
        "job": main_job,
        "scene": listening,
        "voices": voices,
        "library": library,
        "renderer": renderer,
        "peers": beside_peers,
        "cores": cores,
        "live": live.run,
    }
    for name in sys.argv[1:] or parts:
        (LONG.get(name) or parts[name])()


def timed(work, *arguments):
    """Seconds that a call takes, and its result."""
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result


def eye() -> None:
    """Time a look at a photograph on one core: with the embedded detector, and with each network that there is."""
    cv2.setNumThreads(1)
    there = installed(usual_folder() / "eyes")
    shared = Path(__file__).resolve().parents[2] / "shared" / "weights" / "nanodet_m.onnx"
    there |= {"nanodet_m": shared} if shared.exists() else {}
    print("A look at a picture of 1200 x 600, one core, without imports; the best of five")
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        cv2.imwrite(str(picture), cv2.resize(cv2.imread(str(PICTURE)), (1200, 600)))
        ways = {"embedded": Backends(), **{name: with_network(Backends(), path) for name, path in there.items()}}
        seconds = {name: min(timed(look_at, picture, way)[0] for _ in range(5)) for name, way in ways.items()}
    for name, value in seconds.items():
        print(f"  {name:24} {value:6.2f} s   {value / seconds['embedded']:5.2f} of the embedded one")
    print()


def look_at(picture: Path, backends: Backends) -> None:
    """One reconstruction."""
    pipeline.reconstruct(picture, backends=backends)


def main_job() -> None:
    """Time `see2sound run` as a whole."""
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


def listening() -> None:
    """Time Sounds From Scene: 500 objects, 20 of them moving, and an armature that walks, over 250 and 10,000 frames."""
    import bpy

    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))
    import street

    from see2sound_addon.blender import session
    from see2sound_addon.blender.reading.observing import observe

    session.make_ready()
    print("Sounds From Scene: 500 objects, 20 of them moving, one armature")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene, random = bpy.context.scene, np.random.default_rng(0)
    street.walker()
    street.solid("Pavement", "box", (200, 200, 0.1), (0, 0, -0.02), "Cobblestone")
    mesh = street.solid("Rock", "ball", (1, 1, 1), (0, 0, 0.5), "Stone").data
    for number in range(500):
        kind = ("Car", "Ball", "Crate", "Dog")[number % 4] if number < 20 else ("House", "Tree", "Lamp", "Rock")[number % 4]
        obj = bpy.data.objects.new(f"{kind}.{number:03d}", mesh)
        scene.collection.objects.link(obj)
        obj.location = (*random.uniform(-90, 90, 2), 0.5)
        for frame in range(1, 251, 10) if number < 20 else ():
            obj.location.x += random.uniform(0, 3)
            obj.location.z = 0.5 + abs(np.sin(frame))
            obj.keyframe_insert("location", frame=frame)
    for frames in (250, 10_000):
        scene.frame_start, scene.frame_end = 1, frames
        reading, (observed, surfaces) = timed(observe, bpy.context, scene)
        thinking, found = timed(pipeline.listen, observed, surfaces)
        heard = sum(one.wanted for one in found)
        shares = f"{reading:.2f} to read, {thinking:.2f} to listen"
        print(f"  {frames:6} frames           {reading + thinking:6.2f} s   {shares}; {heard} sources")
    print()


def voices() -> None:
    """Time each sound model: a loop of ten seconds, the best of two."""
    print("Sound models, loops of 10 s, one core, times real time")
    speeds = sorted((10.0 / best(lambda name=name: synthesise(name, 10.0, 0), 2), name) for name in MODELS)
    for number in range(0, len(speeds), 4):
        print("  " + "".join(f"{name:24}{speed:5.0f}   " for speed, name in speeds[number : number + 4]))
    slow = [name for speed, name in speeds if speed < 20.0]
    print(f"  {len(speeds)} models, the median {speeds[len(speeds) // 2][0]:.0f}; below 20: {', '.join(slow) or 'none'}\n")


def library() -> None:
    """Time indexing ten thousand small files, bringing them up to date, and searching."""
    nouns, verbs = ("door", "dog", "rain", "car", "glass", "bell", "wind", "step"), ("open", "near", "soft", "hit", "loop")
    noise = 0.1 * np.random.default_rng(0).standard_normal(4800)
    with tempfile.TemporaryDirectory() as folder:
        root, file = Path(folder, "sounds"), Path(folder, "library.sqlite")
        for number in range(10_000):
            part = root / f"set_{number // 500}"
            part.mkdir(parents=True, exist_ok=True)
            name = f"{nouns[number % 8]}_{verbs[number // 8 % 5]}_{number}.wav"
            soundfile.write(part / name, noise[: 2400 + number % 2400], 48000)
        seconds, done = timed(index.add_folder, root, no_progress, file)
        print(f"Library: {done.added} files of 0.1 s")
        print(f"  indexing                {seconds:6.2f} s   {done.added / seconds:6.0f} files a second")
        seconds, _ = timed(index.update, no_progress, file)
        print(f"  up to date again        {seconds:6.2f} s")
        for prompt in ("open door", "a dog barking softly", "breaking glass"):
            print(f"  search {prompt!r:24} {1000.0 * best(lambda p=prompt: search(p, 10, file), 5):6.1f} ms")
    print()


def rendered(scene, layout, threads=1):
    """Times real time, rendered once."""
    clips = [clip()] * len(scene.sources)
    seconds, _ = timed(lambda: [None for _ in render(scene, clips, LAYOUTS[layout], [], threads=threads)])
    return scene.duration / seconds


def five(*works):
    """Each work's results of five runs, in turn, after one that does not count."""
    for work in works:
        work()
    return np.array([[work() for work in works] for _ in range(5)]).T


def spread(values):
    """The median of several values, and the least and the largest."""
    return f"{np.median(values):6.1f} ({np.min(values):.1f} to {np.max(values):.1f})"


def renderer() -> None:
    """Time the renderer for each layout, as a multiple of real time, with each kernel."""
    flops, bytes_ = limits()
    print("Renderer, 8 moving sources with true propagation delay, 60 s: times real time, the median of five (least to most)")
    print(f"  (one core; it multiplies matrices at {flops:.0f} GFLOP/s and copies {bytes_:.0f} GB/s)")
    plan = orbits(8, 60.0)
    for layout in ("stereo", "5.1", "7.1", "7.1.4", "ambix1", "ambix3", "ambix7", "binaural"):
        print(f"  {layout:9}" + "".join(f"  {name} {spread(with_kernel(name, plan, layout))}" for name in kernels()))
    print(f"  8 still to two ears: {spread(five(lambda: rendered(orbits(8, 60.0, False), 'binaural'))[0])}")
    room = five(lambda: rendered(hall(60.0), "binaural"))[0]
    print(f"  one moving source in a room of order 2 with its tail, binaural: {spread(room)}")
    print("Two threads as a multiple of one:")
    for layout in ("7.1", "ambix3", "binaural"):
        one, two = five(lambda name=layout: rendered(plan, name), lambda name=layout: rendered(plan, name, 2))
        print(f"  {layout:9} {spread(two / one)}")
    for layout in ("ambix3", "7.1.4", "binaural"):
        where_the_time_goes(layout, flops)
    print()


def with_kernel(name, plan, layout):
    """Times real time, five times with the compiled kernels, once in NumPy."""
    with using(name):
        return [rendered(plan, layout)] if name == "numpy" else five(lambda: rendered(plan, layout))[0]


def where_the_time_goes(layout, flops):
    """Print the functions that take most of a mix."""
    plan, clips = orbits(8, 60.0), [clip()] * 8
    profile = cProfile.Profile()
    profile.runcall(lambda: [None for _ in render(plan, clips, LAYOUTS[layout], [])])
    stats = pstats.Stats(profile)
    total = stats.total_tt
    parts = {"reading clips": "heard", "paths, delays, levels": "arrivals", "gains": "_gains", "mixing": "mix", "heads": "hear"}
    found = {
        name: sum(values[3] for key, values in stats.stats.items() if key[2] == function and "spatial" in key[0])
        for name, function in parts.items()
    }
    text = ", ".join(f"{name} {100 * seconds / total:.0f} %" for name, seconds in found.items() if seconds)
    # The multiplications of reading (two rows of taps) and mixing: the least that this method needs.
    needed = 60 * RATE * 8 * (4 * TAPS + 4 * LAYOUTS[layout].channels) / 1e9
    print(f"  {kernel().name}, {layout}: {text}; {100 * needed / total / flops:.0f} % of the GFLOP/s")


def beside_peers() -> None:
    """Time other renderers in the same run, in turn."""
    print("Beside others in the same run: times real time, and how many times as fast as they, the median of five")
    rows = [
        ("8 moving to 7.1", "7.1", "OpenAL Soft (no delay)", lambda: peers.openal(60, "7.1")),
        ("8 moving to two ears", "binaural", "OpenAL Soft (no delay)", lambda: peers.openal(60, "hrtf")),
        ("8 moving to AmbiX-3", "ambix3", "OpenAL Soft (no delay)", lambda: peers.openal(60, "ambix3")),
        ("8 moving to 7.1", "7.1", "Blender's mixdown (no delay)", lambda: peers.blender(60, "SURROUND71")),
        ("8 still, room of order 10", "5.1", "pyroomacoustics", lambda: peers.pyroomacoustics(60)),
    ]
    for what, layout, name, peer in rows:
        plan = box(60.0, 10) if "room" in what else orbits(8, 60.0)
        if peer() is None:
            print(f"  {what:26} {name}: not here")
            continue
        ours, theirs = five(lambda p=plan, n=layout: rendered(p, n), lambda work=peer: 60.0 / work())
        print(f"  {what:26} {spread(ours)}   {name:29} {spread(theirs)}   ratio {spread(ours / theirs)}")
    print()


def cores() -> None:
    """Time mixes on all cores."""
    print("On all cores, with the file written and measured: times real time")
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "clip.wav"
        soundfile.write(sound, 0.1 * clip(), RATE, subtype="FLOAT")
        plan = orbits(8, 240.0, every=4.0)
        for source in plan.sources:
            source.clip = sound
        for layout in ("ambix3", "binaural"):
            speeds = []
            for count in (1, os.cpu_count()):
                out = Path(folder) / "mix.wav"
                seconds, _ = timed(lambda: pipeline.mix(plan, layout, out, threads=count))  # noqa: B023
                speeds.append(240 / seconds)
            one, several = speeds
            print(f"  {layout:9} one core {one:6.1f}   {os.cpu_count()} cores {several:6.1f}   ratio {several / one:.2f}")


if __name__ == "__main__":
    main()
