"""Read the room of a scene, and add a box for one."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
from mathutils import Vector

from ..errors import See2SoundError
from ..materials import MATERIALS
from ..soundscene import Absorption, Ground, Response, Room, Shoebox
from .roomproperties import CUSTOM, RoomProperties
from .units import kept_frame, metres_per_unit

ROOM_NAME = "Sound Room"
SPACE = 1.5
"""Metres that a new box leaves around what is in it."""
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
