"""Read the meshes of a scene for `acoustics`: triangles, their surfaces, and how the objects move."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from ...acoustics.geometry import MOST_TRIANGLES, Body, Geometry, Surface, check_geometry, cleaned
from ...lexicon.surfaces import surface_of
from ...progress import Slices
from ..properties.acoustics import AUTO
from ..room.tracing import SOLID_TYPES
from ..units import frame_rate, metres_per_unit, visit_frames
from . import inventory
from .observing import Mover, movers_of

READING = "Reading the meshes"
DEFORMING = {
    "ARMATURE", "CLOTH", "SOFT_BODY", "MESH_DEFORM", "SURFACE_DEFORM", "LAPLACIANDEFORM", "HOOK", "WAVE", "OCEAN",
    "MESH_SEQUENCE_CACHE", "MESH_CACHE", "LATTICE", "CURVE", "CAST", "SIMPLE_DEFORM", "SHRINKWRAP", "WARP",
}  # fmt: skip
"""Modifiers that can change a shape from frame to frame."""
SHAPES = 8
"""Of a body that deforms, over all frames."""
SMALLEST = 0.3
"""Metres: smaller instances, such as stones and blades of grass, hide nothing."""
MOST_MOVING = 300
"""Bodies that move or deform: the largest ones. Others stand where they are at the first frame."""
OPEN = "open"
HEAD = 1.0
"""Metres: what a camera hangs from is left out if it is smaller."""
AWAY = 1e7
"""Blender units from where it would be: the place of what is hidden in renders at a frame."""


@dataclass
class Shape:
    """One evaluated mesh, in its own space, Blender units: `vertices` (n, 3), `triangles` (m, 3), `surfaces` (m,)."""

    vertices: np.ndarray
    triangles: np.ndarray
    surfaces: np.ndarray


@dataclass
class Found:
    """A body of the scene while it is read. `key`: of an instance, or None. `poses`: 16 numbers a frame."""

    obj: bpy.types.Object
    pose: np.ndarray
    shape: Shape
    key: tuple[object, ...] | None = None
    owner: bpy.types.Object | None = None
    poses: array[float] = field(default_factory=lambda: array("d"))
    shapes: list[np.ndarray] = field(default_factory=list)


def read_in_slices(
    context: bpy.types.Context, scene: bpy.types.Scene, seconds: float, shown: range | None = None
) -> Slices[tuple[Geometry, list[str]]]:
    """The meshes that a render shows, over the frames `shown` (None for all of the scene's) and the one after them.

    In slices of about `seconds`, between which the scene is at its original frame; yields frames read, and of how many. Objects
    and collections that are left out, and surfaces that stop nothing, are not there. Errors: `geometry-empty`,
    `geometry-large`.
    """
    shown = shown or range(scene.frame_start, scene.frame_end + 1)
    frames = range(shown.start, shown.stop + 1)
    yield 0, len(frames)
    objects = [obj for obj in inventory.seen_objects(context, scene) if not is_left_out(obj)]
    movers = yield from movers_of(context, scene, objects, shown, seconds)
    reader = _Reader(scene)
    for _ in visit_frames(scene, frames[:1], seconds, lambda _: reader.read(context, objects)):  # shapes are those of this one
        yield 0, len(frames)
    moving = reader.choose_moving({mover.obj.name for mover in movers})
    if moving:
        times = sorted({int(n) for n in np.rint(np.linspace(0, len(frames) - 1, SHAPES))})

        def sample(frame: int) -> None:
            graph = context.evaluated_depsgraph_get()
            reader.watch(graph, movers)
            reader.sample(graph, moving, frame - frames.start in times)

        for done in visit_frames(scene, frames, seconds, sample):
            yield done, len(frames)
    geometry = Geometry(
        [body for found in reader.found if (body := reader.body(found)) is not None],
        [Surface.named(name) for name in reader.surfaces],
        frame_rate(scene),
        len(frames),
        {obj.name: _group(obj, reader.moved) for obj in objects},
    )
    check_geometry(geometry)
    return geometry, reader.notes


def is_left_out(obj: bpy.types.Object) -> bool:
    """Whether the user has left out an object, or all collections that it is in."""
    return bool(obj.see2sound.no_acoustics) or (
        len(obj.users_collection) > 0 and all(collection.see2sound.no_acoustics for collection in obj.users_collection)
    )


def surface_name(obj: bpy.types.Object, material: bpy.types.Material | None) -> str:
    """The surface of a material on an object: as set, or as their names say."""
    if material is not None and material.see2sound.surface != AUTO:
        return str(material.see2sound.surface)
    if material is not None and _is_mist(material):
        return OPEN
    names = [material.name] if material is not None else []
    return surface_of([*names, obj.name, *([obj.data.name] if obj.data is not None else [])])


class _Reader:
    """Reads bodies, and numbers the surfaces that they have."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self.metres, self._camera = metres_per_unit(scene), scene.camera
        self.found: list[Found] = []
        self.surfaces: list[str] = []
        self.notes: list[str] = []
        self._shapes: dict[tuple[str, int], Shape | None] = {}
        self._begun: dict[str, np.ndarray] = {}
        self.moved: set[str] = set()

    def read(self, context: bpy.types.Context, objects: list[bpy.types.Object]) -> None:
        """The shapes of the present frame: objects as they are, and all instances."""
        graph = context.evaluated_depsgraph_get()
        for obj in objects:
            if obj.type in SOLID_TYPES and not _is_domain(obj) and not self._is_head(obj):
                evaluated = obj.evaluated_get(graph)
                self._add(obj, np.array(evaluated.matrix_world, float), self._shape(obj, evaluated))
        triangles = sum(len(one.shape.triangles) for one in self.found)
        for instance in graph.object_instances:
            inner = instance.object
            if not instance.is_instance or inner.type not in SOLID_TYPES or instance.parent is None:
                continue
            owner = instance.parent.original
            pose = np.array(instance.matrix_world, float)
            original = inner.original if inner.original is not None else inner
            if original == owner and owner.type != "MESH":
                continue  # the surface of a curve or a text is an instance, too
            hidden = owner.hide_render or original.hide_render or _in_hidden_collections(original)
            if hidden or is_left_out(owner) or is_left_out(original) or self._size(inner, pose) < SMALLEST:
                continue
            shape = self._shape(original, inner)
            triangles += 0 if shape is None else len(shape.triangles)
            if triangles > MOST_TRIANGLES:
                self.notes.append(
                    "The instances of the scene have too many triangles; those after the first "
                    f"{MOST_TRIANGLES // 10**6} millions stop no sound."
                )
                break
            self._add(original, pose, shape, (owner.name_full, *instance.persistent_id, original.name_full), owner)

    def _is_head(self, obj: bpy.types.Object) -> bool:
        """Whether the camera hangs from a small object, such as a head or a drone: it does not hear through that."""
        own = self._camera is not None and obj in _line(self._camera)[1:]
        return own and self._size(obj, np.array(obj.matrix_world, float)) < HEAD

    def _size(self, obj: bpy.types.Object, pose: np.ndarray) -> float:
        _, local = inventory.bounds(obj)
        return float(inventory.size_in_world(local, pose[None], self.metres).max())

    def _add(
        self,
        obj: bpy.types.Object,
        pose: np.ndarray,
        shape: Shape | None,
        key: tuple[object, ...] | None = None,
        owner: bpy.types.Object | None = None,
    ) -> None:
        if shape is not None and np.isfinite(pose).all():
            self.found.append(Found(obj, pose, shape, key, owner))

    def _shape(self, obj: bpy.types.Object, evaluated: bpy.types.Object) -> Shape | None:
        """The triangles of an evaluated object, without those that stop nothing; None where none are left."""
        # Geometry nodes give all their meshes one name.
        key = (obj.name_full, 0 if evaluated.data is None else evaluated.data.as_pointer())
        if key not in self._shapes:
            self._shapes[key] = self._read_shape(obj, evaluated)
        return self._shapes[key]

    def _read_shape(self, obj: bpy.types.Object, evaluated: bpy.types.Object) -> Shape | None:
        try:
            mesh: Any = evaluated.to_mesh()
        except RuntimeError:  # it has no geometry
            return None
        try:
            if mesh is None or len(mesh.polygons) == 0:
                return None
            mesh.calc_loop_triangles()
            vertices, triangles = vertices_of(mesh), np.empty(3 * len(mesh.loop_triangles), np.int32)
            mesh.loop_triangles.foreach_get("vertices", triangles)
            slots = np.empty(len(mesh.loop_triangles), np.int32)
            mesh.loop_triangles.foreach_get("material_index", slots)
        finally:
            evaluated.to_mesh_clear()
        names = [surface_name(obj, slot.material) for slot in evaluated.material_slots] or [surface_name(obj, None)]
        numbers = np.array([-1 if name == OPEN else self._number(name) for name in names])
        surfaces = numbers[np.clip(slots, 0, len(names) - 1)]
        kept = surfaces >= 0
        return Shape(vertices, triangles.reshape(-1, 3)[kept], surfaces[kept]) if kept.any() else None

    def _number(self, name: str) -> int:
        if name not in self.surfaces:
            self.surfaces.append(name)
        return self.surfaces.index(name)

    def choose_moving(self, movers: set[str]) -> list[Found]:
        """The bodies that move or deform, not more than are followed: the largest."""
        moving = [one for one in self.found if (one.owner or one.obj).name in movers or _deforms(one.obj)]
        if len(moving) > MOST_MOVING:
            self.notes.append(
                f"{len(moving)} objects move; the {MOST_MOVING} largest are followed, the others stop sound where they begin."
            )
            moving = sorted(moving, key=lambda one: -self._size(one.obj, one.pose))[:MOST_MOVING]
        return moving

    def watch(self, graph: bpy.types.Depsgraph, movers: list[Mover]) -> None:
        """Note which of those that may move have moved by the present frame."""
        for mover in movers:
            pose = np.array(mover.obj.evaluated_get(graph).matrix_world, float)
            begun = self._begun.setdefault(mover.obj.name, pose)
            if np.abs(pose - begun).max() > 1e-5:
                self.moved.add(mover.obj.name)

    def sample(self, graph: bpy.types.Depsgraph, moving: list[Found], shapes: bool) -> None:
        """Note where bodies are at the present frame, and, with `shapes`, the shapes of those that deform."""
        instances = {}
        if any(one.key is not None for one in moving):
            instances = dict(_instance_poses(graph))
        for one in moving:
            if one.key is not None:
                before = one.poses[-16:] if one.poses else one.pose.ravel()
                one.poses.extend(instances[one.key].ravel() if one.key in instances else before)
                continue
            evaluated = one.obj.evaluated_get(graph)
            pose = np.array(evaluated.matrix_world, float)
            if evaluated.hide_render:  # it is not there yet, or no longer
                pose[:3, 3] += AWAY
            one.poses.extend(pose.ravel())
            if shapes and _deforms(one.obj):
                self._sample_shape(one, evaluated)

    def _sample_shape(self, one: Found, evaluated: bpy.types.Object) -> None:
        """A mesh that gains or loses vertices keeps the shape before."""
        mesh: Any = evaluated.to_mesh()
        vertices = one.shape.vertices if mesh is None else vertices_of(mesh)
        evaluated.to_mesh_clear()
        same = len(vertices) == len(one.shape.vertices)
        one.shapes.append(vertices if same else (one.shapes[-1] if one.shapes else one.shape.vertices))

    def body(self, one: Found) -> Body | None:
        """A body in metres, or None if nothing of it is of use."""
        poses = np.array(one.poses).reshape(-1, 4, 4) if one.poses else one.pose[None]
        if np.isfinite(poses).all() and np.ptp(poses, axis=0).max() < 1e-6 * max(1.0, float(np.abs(poses).max())):
            poses = poses[:1]
        poses = poses.copy()
        poses[:, :3] *= self.metres
        shapes = one.shapes if one.shapes and np.ptp(np.stack(one.shapes), axis=0).max() > 1e-6 else [one.shape.vertices]
        owner = one.owner or one.obj
        names = tuple(parent.name for parent in _line(owner))
        body = Body(
            one.obj.name, [shape.astype(float) for shape in shapes], one.shape.triangles, one.shape.surfaces, poses,
            names if one.owner is None else (one.obj.name, *names), _group(owner, self.moved),
        )  # fmt: skip
        made = cleaned(body)
        if made is None:
            self.notes.append(
                f"{one.obj.name!r} stops no sound: it has no size, is too large, or has places that are not numbers. Check its "
                "scale, its location and its drivers."
            )
        return made


def vertices_of(mesh: Any) -> np.ndarray:
    """(n, 3) of a mesh, in its own space."""
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def _instance_poses(graph: bpy.types.Depsgraph) -> Iterable[tuple[tuple[object, ...], np.ndarray]]:
    for instance in graph.object_instances:
        if instance.is_instance and instance.parent is not None and instance.object.type in SOLID_TYPES:
            original = instance.object.original if instance.object.original is not None else instance.object
            key = (instance.parent.original.name_full, *instance.persistent_id, original.name_full)
            yield key, np.array(instance.matrix_world, float)


def _in_hidden_collections(obj: bpy.types.Object) -> bool:
    """Whether all collections of an instanced object are hidden in renders."""
    return len(obj.users_collection) > 0 and all(collection.hide_render for collection in obj.users_collection)


def _is_domain(obj: bpy.types.Object) -> bool:
    """Whether an object is the domain of a fluid: smoke, fire or water, but no wall."""
    return any(modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN" for modifier in obj.modifiers)  # type: ignore[attr-defined]


def _is_mist(material: bpy.types.Material) -> bool:
    """Whether a material has a volume and no surface."""
    tree: Any = material.node_tree
    outputs = [node for node in tree.nodes if node.type == "OUTPUT_MATERIAL"] if tree is not None else []
    return any(node.inputs["Volume"].is_linked and not node.inputs["Surface"].is_linked for node in outputs)


def _deforms(obj: bpy.types.Object) -> bool:
    keys = getattr(obj.data, "shape_keys", None)
    animated = keys is not None and keys.animation_data is not None
    return animated or any(modifier.type in DEFORMING for modifier in obj.modifiers)


def _line(obj: bpy.types.Object) -> list[bpy.types.Object]:
    """An object and its parents."""
    line = [obj]
    while line[-1].parent is not None and len(line) < 100:
        line.append(line[-1].parent)
    return line


def _group(obj: bpy.types.Object, movers: set[str]) -> str:
    """The name of the highest parent that moves, or "" where nothing of its line does."""
    return next((one.name for one in reversed(_line(obj)) if one.name in movers), "")
