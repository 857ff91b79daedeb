"""Blender units and metres, frames and seconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from time import perf_counter

import bpy


def metres_per_unit(scene: bpy.types.Scene) -> float:
    """What one Blender unit of the scene is in metres."""
    return float(scene.unit_settings.scale_length) if scene.unit_settings.system != "NONE" else 1.0


def frame_rate(scene: bpy.types.Scene) -> float:
    """Frames a second."""
    return float(scene.render.fps) / float(scene.render.fps_base)


def set_frame_rate(scene: bpy.types.Scene, rate: float) -> None:
    """Set it, exactly: Blender divides a whole number by a base, such as 24 by 1.001."""
    whole = max(1, math.ceil(rate - 1e-6))
    scene.render.fps, scene.render.fps_base = whole, whole / rate


def duration(scene: bpy.types.Scene) -> float:
    """The scene's length in seconds, its last frame included."""
    return (scene.frame_end - scene.frame_start + 1) / frame_rate(scene)


@contextmanager
def kept_frame(scene: bpy.types.Scene) -> Iterator[None]:
    """The scene stands at the same frame, with the same camera, afterwards."""
    frame, subframe, camera = scene.frame_current, scene.frame_subframe, scene.camera
    try:
        yield
    finally:
        scene.frame_set(frame, subframe=subframe)
        scene.camera = camera


def visit_frames(
    scene: bpy.types.Scene, frames: range, seconds: float, visit: Callable[[int], None]
) -> Generator[int, None, None]:
    """Set each frame and call `visit` with it, in slices of about `seconds`; yields after each how many frames are done.

    Between slices the scene is at its original frame. Simulations go on where the slice before has ended.
    """
    done = 0
    while done < len(frames):
        end = perf_counter() + seconds
        with kept_frame(scene):
            _resume_simulation(scene, frames[done], done == 0)
            while True:  # at least one frame
                scene.frame_set(frames[done])
                visit(frames[done])
                done += 1
                if done == len(frames) or perf_counter() >= end:
                    break
        yield done


def _resume_simulation(scene: bpy.types.Scene, frame: int, first: bool) -> None:
    """Rigid bodies are simulated from one frame to the next only, so the frames before must have been set."""
    world = scene.rigidbody_world
    if world is None or not world.enabled or world.point_cache.is_baked:
        return
    begin = world.point_cache.frame_start
    for earlier in range(begin if first else max(begin, frame - 1), frame):
        scene.frame_set(earlier)
