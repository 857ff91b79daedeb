"""Blender units and metres."""

from __future__ import annotations

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
