"""What is in a scene: objects with their names and sizes, effects, instances, markers. For `listening`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from ...listening.observed import Crowd, Effect, Names
from ..animation import fcurves
from ..units import frame_rate, metres_per_unit

MOST_NAMES = 6
"""Materials, collections and parents that are looked at for their names."""
MOST_INSTANCES = 200_000
LARGEST = 1e6
"""Metres; larger bounds, and those that are not finite, are a mistake."""
BLENDERS = ("Scene Collection", "RigidBodyWorld", "RigidBodyConstraints")
"""Collections that Blender names."""
LIFE = 0.5
"""Share of a particle's life after which its speed stands for all of it."""


def seen_objects(context: bpy.types.Context, scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The objects that a render of the scene shows, or shows for some time, in the order of their names."""
    context.view_layer.update()  # or what was just added is missing
    hidden = _hidden_collections(scene.collection)
    there = {obj.name_full: obj for obj in context.view_layer.objects}
    shown = {name: obj for name, obj in there.items() if _is_seen(obj, hidden)}
    for obj in list(shown.values()):  # artists hide the armatures of what they show
        rigs = [modifier.object for modifier in obj.modifiers if modifier.type == "ARMATURE"]  # type: ignore[attr-defined]
        shown |= {rig.name_full: rig for rig in [*rigs, obj.parent] if rig is not None and rig.type == "ARMATURE"}
    return [obj for _, obj in sorted(shown.items())]


def _is_seen(obj: bpy.types.Object, hidden: set[bpy.types.Collection]) -> bool:
    """Whether a render shows an object at some time."""
    switched = _animated(obj, "hide_render") or not obj.hide_render
    evaluated = _animated(obj, "hide_viewport") or not obj.hide_viewport
    return switched and evaluated and not all(collection in hidden for collection in obj.users_collection)


def _hidden_collections(collection: bpy.types.Collection, above: bool = False) -> set[bpy.types.Collection]:
    hidden = above or collection.hide_render or collection.hide_viewport
    found = {collection} if hidden else set()
    for child in collection.children:
        found |= _hidden_collections(child, hidden)
    return found


def _animated(obj: bpy.types.Object, path: str) -> bool:
    drivers: list[bpy.types.FCurve] = list(obj.animation_data.drivers) if obj.animation_data is not None else []
    return any(curve.data_path == path for curve in [*fcurves(obj), *drivers])


def names_of(obj: bpy.types.Object) -> Names:
    """All names that may say what an object is, the surest first."""
    found = [("object", obj.name)]
    for block in (obj, obj.data):
        if block is not None and block.asset_data is not None:
            found += [("tag", tag.name) for tag in block.asset_data.tags]
    if obj.data is not None and obj.data.name != obj.name:
        found.append(("data", obj.data.name))
    if obj.instance_type == "COLLECTION" and obj.instance_collection is not None:
        found.append(("data", obj.instance_collection.name))
        found += [("data", inner.name) for inner in list(obj.instance_collection.objects)[:MOST_NAMES]]
    parent = obj.parent
    while parent is not None and len(found) < 4 * MOST_NAMES and ("parent", parent.name) not in found:
        found.append(("parent", parent.name))
        parent = parent.parent
    found += [("collection", one.name) for one in list(obj.users_collection)[:MOST_NAMES] if one.name not in BLENDERS]
    found += [("material", name) for name in material_names(obj)[:MOST_NAMES]]
    action = obj.animation_data.action if obj.animation_data is not None else None
    if action is not None:
        found.append(("action", action.name))
    return tuple(found)


def material_names(obj: bpy.types.Object) -> list[str]:
    """The names of an object's materials."""
    return [slot.material.name for slot in obj.material_slots if slot.material is not None]


def bounds(obj: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    """The centre (3,) of an evaluated object's bounds in its own space, and their size (3,) there, in Blender units."""
    if obj.instance_type == "COLLECTION" and obj.instance_collection is not None:
        corners = _of_collection(obj.instance_collection)
    elif obj.type in {"MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD", "VOLUME"}:
        corners = np.array([list(corner) for corner in obj.bound_box], float)
    else:
        return np.zeros(3), np.zeros(3)
    if len(corners) == 0 or not np.isfinite(corners).all():
        return np.zeros(3), np.zeros(3)
    return 0.5 * (corners.max(axis=0) + corners.min(axis=0)), np.ptp(corners, axis=0)


def size_in_world(size: np.ndarray, poses: np.ndarray, metres: float) -> np.ndarray:
    """(3,) metres, along the own axes of an object of a `size` in its own space, when its poses (n, 4, 4) scale it most."""
    scale = np.linalg.norm(poses[:, :3, :3], axis=1).max(axis=0)
    found = size * scale * metres
    return np.where(np.isfinite(found) & (found < LARGEST), found, 0.0)


def _of_collection(collection: bpy.types.Collection) -> np.ndarray:
    meshes = [obj for obj in collection.all_objects if obj.type == "MESH"][:1000]
    offset = np.array(collection.instance_offset, float)
    corners = [obj.matrix_world @ Vector(corner) for obj in meshes for corner in obj.bound_box]
    return np.array([list(corner) for corner in corners], float).reshape(-1, 3) - offset


def reach(obj: bpy.types.Object, centre: np.ndarray) -> float:
    """How far the farthest vertex of an evaluated mesh is from a point (3,) of its own space, Blender units; 0 of others."""
    if obj.type != "MESH" or obj.data is None or len(obj.data.vertices) == 0:
        return 0.0
    flat = np.empty(3 * len(obj.data.vertices), np.float32)
    obj.data.vertices.foreach_get("co", flat)
    away = float(np.linalg.norm(flat.reshape(-1, 3) - centre, axis=1).max())
    return away if np.isfinite(away) else 0.0


def face_count(obj: bpy.types.Object) -> int:
    """The faces of an evaluated mesh, 0 of others."""
    return len(obj.data.polygons) if obj.type == "MESH" and obj.data is not None else 0


def effects_of(scene: bpy.types.Scene, objects: list[bpy.types.Object], graph: bpy.types.Depsgraph) -> list[Effect]:
    """The effects of a scene, with their settings at the present frame."""
    metres, found = metres_per_unit(scene), []
    burns = any(_burns(modifier) for obj in objects for modifier in obj.modifiers)
    for obj in objects:
        blows = obj.field is not None and obj.field.type == "WIND"
        if not (blows or obj.particle_systems or obj.modifiers):
            continue
        evaluated = obj.evaluated_get(graph)
        centre, local = bounds(evaluated)
        size = size_in_world(local, np.array(evaluated.matrix_world, float)[None], metres)
        place = np.array(evaluated.matrix_world @ Vector(centre.tolist()), float) * metres
        names = names_of(obj)
        for system in obj.particle_systems:
            found += _particles(obj, system, scene, names, place, size)
        for modifier in obj.modifiers:
            kind = _kind_of(modifier, burns)
            if kind and modifier.show_render:
                found.append(Effect(kind, obj.name, names, place, size, _values_of(modifier, metres)))
        if blows:
            found.append(Effect("wind", obj.name, names, place, size, {"strength": np.array([float(obj.field.strength)])}))
    return found + _world(scene)


def _particles(
    obj: bpy.types.Object,
    system: bpy.types.ParticleSystem,
    scene: bpy.types.Scene,
    names: Names,
    place: np.ndarray,
    size: np.ndarray,
) -> list[Effect]:
    settings, rate = system.settings, frame_rate(scene)
    shown = [("object", system.name), ("data", settings.name)]
    if settings.instance_object is not None:
        shown.append(("data", settings.instance_object.name))
    if settings.instance_collection is not None:
        shown.append(("data", settings.instance_collection.name))
    own = (*shown, *names)
    if settings.type == "HAIR":
        placed = settings.render_type in {"OBJECT", "COLLECTION"}  # then they are instances
        return [] if placed else [Effect("hair", obj.name, own, place, size)]
    seconds = max(settings.frame_end - settings.frame_start, 1.0) / rate
    gravity = abs(scene.gravity[2]) if scene.use_gravity else 0.0
    pulled = gravity * settings.effector_weights.gravity * LIFE * settings.lifetime / rate
    values = {
        "rate": settings.count / seconds,
        "from": (settings.frame_start - scene.frame_start) / rate,
        "until": (settings.frame_end + settings.lifetime - scene.frame_start) / rate,
        "falls": pulled + max(0.0, -settings.object_align_factor[2]),
        "area": max(float(size[0] * size[1]), 0.01),
    }
    return [Effect("particles", obj.name, own, place, size, {name: np.array([float(value)]) for name, value in values.items()})]


def _burns(modifier: bpy.types.Modifier) -> bool:
    flow: Any = modifier.flow_settings if modifier.type == "FLUID" and modifier.fluid_type == "FLOW" else None  # type: ignore[attr-defined]
    return flow is not None and flow.flow_type in {"FIRE", "BOTH"}


def _kind_of(modifier: Any, burns: bool) -> str:
    if modifier.type in {"OCEAN", "CLOTH"}:
        return str(modifier.type.lower())
    if modifier.type != "FLUID" or modifier.fluid_type != "DOMAIN":
        return ""
    if modifier.domain_settings.domain_type == "LIQUID":
        return "liquid"
    return "fire" if burns else "smoke"


def _values_of(modifier: Any, metres: float) -> dict[str, np.ndarray]:
    if modifier.type != "OCEAN":
        return {}
    return {"waves": np.array([modifier.wave_scale * metres]), "wind": np.array([modifier.wind_velocity])}


def _world(scene: bpy.types.Scene) -> list[Effect]:
    world = scene.world
    if world is None:
        return []
    nodes: Any = world.node_tree.nodes if world.node_tree is not None else ()
    images = [node.image.name for node in nodes if node.type == "TEX_ENVIRONMENT" and node.image]
    names = tuple(("object", name) for name in [*images, world.name])
    return [Effect("world", "", names, np.zeros(3), np.zeros(3))]


def crowds_of(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> tuple[list[Crowd], list[str]]:
    """What is instanced by points, faces, particles and geometry nodes, at the present frame, and notes."""
    metres, notes = metres_per_unit(scene), []
    places: dict[tuple[str, str], list[float]] = defaultdict(list)
    kinds: dict[tuple[str, str], tuple[Names, np.ndarray]] = {}
    for number, instance in enumerate(graph.object_instances):
        if not instance.is_instance or instance.parent is None:
            continue
        if number > MOST_INSTANCES:
            notes.append(f"The scene has more than {MOST_INSTANCES} instances; the others were not read.")
            break
        owner = instance.parent.original
        inner = instance.object
        if owner.instance_type == "COLLECTION" or inner.type in {"SPEAKER", "CAMERA", "LIGHT", "EMPTY"}:
            continue  # an object of its own, see `names_of`
        if any(system.settings.type == "EMITTER" for system in owner.particle_systems):
            continue  # an effect
        key = (owner.name, inner.original.name if inner.original is not None else inner.name)
        places[key].extend(instance.matrix_world.translation)
        if key not in kinds:
            names = names_of(inner.original) if inner.original is not None and inner.original != owner else names_of(owner)
            if inner.data is not None:
                names = (("data", inner.data.name), *names)
            pose = np.array(instance.matrix_world, float)[None]
            kinds[key] = names, size_in_world(bounds(inner)[1], pose, metres)
    found = []
    for (owner_name, _), flat in places.items():
        names, size = kinds[owner_name, _]
        positions = np.array(flat).reshape(-1, 3) * metres
        if np.isfinite(positions).all() and np.abs(positions).max() < LARGEST:
            found.append(Crowd(owner_name, names, positions, size))
    return found, notes


def markers_of(scene: bpy.types.Scene) -> list[tuple[float, str]]:
    """(seconds, name) of the markers of the time line that bind no camera."""
    rate = frame_rate(scene)
    return sorted(((m.frame - scene.frame_start) / rate, m.name) for m in scene.timeline_markers if m.camera is None)
