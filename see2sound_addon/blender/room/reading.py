"""Read the room of a scene."""

from __future__ import annotations

from pathlib import Path

import bpy
from mathutils import Vector

from ...errors import See2SoundError
from ...materials import MATERIALS
from ...soundscene import Absorption, Ground, Response, Room, Shoebox
from ..units import metres_per_unit
from .properties import CUSTOM, RoomProperties

TRACED_ROOMS = ("none", "scene")
"""Kinds of rooms for which the shell traces a scene's meshes; others are what the user has set."""
FLAT = 0.1
"""Metres: what is thinner than this is no room."""


def scene_room(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> Room | None:
    """The room in metres, as it is now. Errors: `room-object`, `room-response`."""
    settings = scene.see2sound.room
    match settings.kind:
        case "ground":
            return Ground(settings.height * metres_per_unit(scene), _absorption(settings, "ground"))
        case "shoebox":
            return _box(settings, graph, metres_per_unit(scene))
        case "response":
            path = Path(bpy.path.abspath(settings.response))
            if not settings.response or not path.is_file():
                raise See2SoundError(
                    "room-response", f"There is no impulse response at {str(path)!r}.", "Choose a file in the Room panel."
                )
            return Response(path, settings.gain)
    return None


def _box(settings: RoomProperties, graph: bpy.types.Depsgraph, scale: float) -> Shoebox:
    if settings.box is None:
        raise See2SoundError("room-object", "The room has no box.", "Choose an object in the Room panel, or add one there.")
    obj = settings.box.evaluated_get(graph)
    pose = obj.matrix_world
    low, high = _bounds(obj)
    size = Vector(high - low) * pose.to_scale() * scale
    size = Vector(abs(value) for value in size)
    if min(size) < FLAT:
        raise See2SoundError("room-object", f"{obj.name!r} is too thin for a room.", "Use something with a volume.")
    names = ("wall_x0", "wall_x1", "wall_y0", "wall_y1", "floor", "ceiling")
    return Shoebox(
        centre=tuple(pose @ ((low + high) / 2.0) * scale),
        size=tuple(size),
        walls=tuple(_absorption(settings, name) for name in names),
        rotation=tuple(pose.to_quaternion().normalized()),
        order=settings.order,
        tail=settings.tail,
    )


def _bounds(obj: bpy.types.Object) -> tuple[Vector, Vector]:
    if obj.type == "EMPTY":  # an empty is drawn as large as this to either side
        reach = Vector((1.0, 1.0, 1.0)) * obj.empty_display_size
        return -reach, reach
    corners = [Vector(corner) for corner in obj.bound_box]
    return Vector(map(min, zip(*corners, strict=True))), Vector(map(max, zip(*corners, strict=True)))


def _absorption(settings: RoomProperties, name: str) -> Absorption:
    material = getattr(settings, name)
    return tuple(settings.custom) if material == CUSTOM else MATERIALS[material]
