"""Add a box for the room of a scene."""

from __future__ import annotations

import math

import bpy
from mathutils import Vector

from ..units import kept_frame, metres_per_unit

ROOM_NAME = "Sound Room"
SPACE = 1.5
"""Metres that a new box leaves around what is in it."""


def _reach(context: bpy.types.Context, scene: bpy.types.Scene) -> tuple[Vector, Vector] | None:
    """The corners of what cameras and Speakers reach from the first frame to the last; None where there are none."""
    objects = [obj for obj in scene.objects if obj.type in {"SPEAKER", "CAMERA"}]
    if not objects:
        return None
    low, high = [math.inf] * 3, [-math.inf] * 3
    with kept_frame(scene):
        for frame in range(scene.frame_start, scene.frame_end + 1):
            scene.frame_set(frame)
            graph = context.evaluated_depsgraph_get()
            for obj in objects:
                place = obj.evaluated_get(graph).matrix_world.translation
                if all(map(math.isfinite, place)):
                    low, high = list(map(min, low, place)), list(map(max, high, place))
    return (Vector(low), Vector(high)) if math.isfinite(low[0]) else None


def add_box(context: bpy.types.Context) -> bpy.types.Object:
    """A wire cube around the cameras and all Speakers of a scene in all its frames; it is the scene's room from now on."""
    scene = context.scene
    scale = metres_per_unit(scene)
    lowest, highest = _reach(context, scene) or (Vector((0.0, 0.0, 1.6)) / scale,) * 2
    space = Vector((SPACE, SPACE, SPACE)) / scale
    low, high = lowest - space, highest + space
    if low.z + space.z >= 0.0:  # everything is above the floor that most scenes have
        low.z = min(0.0, low.z + space.z)
    obj = bpy.data.objects.new(ROOM_NAME, None)
    obj.empty_display_type, obj.empty_display_size = "CUBE", 0.5
    obj.location, obj.scale = (low + high) / 2.0, high - low
    scene.collection.objects.link(obj)
    scene.see2sound.room.kind, scene.see2sound.room.box = "shoebox", obj
    return obj
