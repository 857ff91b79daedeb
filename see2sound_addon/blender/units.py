"""Blender units and metres, frames and seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy


def metres_per_unit(scene: bpy.types.Scene) -> float:
    """What one Blender unit of the scene is in metres."""
    return float(scene.unit_settings.scale_length) if scene.unit_settings.system != "NONE" else 1.0


def frame_rate(scene: bpy.types.Scene) -> float:
    """Frames a second."""
    return float(scene.render.fps) / float(scene.render.fps_base)


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
