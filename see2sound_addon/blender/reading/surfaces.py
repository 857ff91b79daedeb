"""Rays into a scene: what lies under a foot or before a body. For `listening`."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ...listening.observed import Names, Surfaces
from ..units import metres_per_unit

FARTHEST = 1e5
"""Metres."""


class SceneSurfaces:
    """The meshes of a scene, to send rays at. Objects that move stand where `poses` (n, 4, 4), in Blender units, puts them.

    Shapes are those of the present frame. A function of `listening.observed.FindSurfaces`.
    """

    def __init__(
        self, scene: bpy.types.Scene, graph: bpy.types.Depsgraph, objects: list[bpy.types.Object], poses: dict[str, np.ndarray]
    ) -> None:
        self.metres = metres_per_unit(scene)
        self.meshes: list[tuple[str, bpy.types.Object, np.ndarray, np.ndarray]] = []
        for obj in objects:
            evaluated = obj.evaluated_get(graph)
            if obj.type != "MESH" or len(evaluated.data.polygons) == 0:
                continue
            fixed = np.array(evaluated.matrix_world, float)[None]
            own = poses.get(obj.name, fixed)
            corners = np.array([list(corner) for corner in evaluated.bound_box], float)
            if np.isfinite(own).all() and np.isfinite(corners).all():
                self.meshes.append((obj.name, evaluated, own, corners))
        boxes = [self._box(own[0], corners) for _, _, own, corners in self.meshes]
        self.low = np.array([low for low, _ in boxes]).reshape(-1, 3)
        self.high = np.array([high for _, high in boxes]).reshape(-1, 3)
        self.moving = [number for number, (_, _, own, _) in enumerate(self.meshes) if len(own) > 1]

    def _box(self, pose: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        placed = corners @ pose[:3, :3].T + pose[:3, 3]
        return placed.min(axis=0), placed.max(axis=0)

    def __call__(self, origins: np.ndarray, directions: np.ndarray, frames: np.ndarray, past: frozenset[str]) -> Surfaces:
        """See `FindSurfaces`."""
        distances = np.full(len(origins), np.inf)
        normals, names = np.zeros((len(origins), 3)), [()] * len(origins)
        last = -1
        for number in range(len(origins)):
            frame = int(frames[number])
            if frame != last:
                self._move(frame)
                last = frame
            hit = self._cast(origins[number] / self.metres, directions[number], frame, past)
            if hit is not None:
                distances[number], normals[number], names[number] = hit[0] * self.metres, hit[1], hit[2]  # type: ignore[call-overload]
        return Surfaces(distances, normals, names)  # type: ignore[arg-type]

    def _move(self, frame: int) -> None:
        for number in self.moving:
            _, _, own, corners = self.meshes[number]
            self.low[number], self.high[number] = self._box(own[min(frame, len(own) - 1)], corners)

    def _cast(
        self, origin: np.ndarray, direction: np.ndarray, frame: int, past: frozenset[str]
    ) -> tuple[float, np.ndarray, Names] | None:
        best: tuple[float, np.ndarray, Names] | None = None
        for number in self._in_the_way(origin, direction):
            name, obj, own, _ = self.meshes[number]
            if name in past:
                continue
            pose = Matrix(own[min(frame, len(own) - 1)].tolist())
            back = pose.inverted_safe()
            start = back @ Vector(origin.tolist())
            along = back.to_3x3() @ Vector(direction.tolist())
            if along.length == 0.0:
                continue
            hit, place, normal, face = obj.ray_cast(start, along.normalized(), distance=FARTHEST * along.length)
            if not hit:
                continue
            distance = float((np.array(pose @ place, float) - origin) @ direction)
            if best is None or distance < best[0]:
                upright = back.to_3x3().transposed() @ normal
                best = distance, np.array(upright.normalized(), float), _names(obj, face)
        return best

    def _in_the_way(self, origin: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """The meshes whose boxes a ray meets (the slab method, Kay and Kajiya 1986)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            one, two = (self.low - 1e-4 - origin) / direction, (self.high + 1e-4 - origin) / direction
        enters = np.nanmax(np.fmin(one, two), axis=1) if len(self.low) else np.zeros(0)
        leaves = np.nanmin(np.fmax(one, two), axis=1) if len(self.low) else np.zeros(0)
        return np.flatnonzero(leaves >= np.maximum(enters, 0.0))


def _names(obj: bpy.types.Object, face: int) -> Names:
    faces = obj.data.polygons
    slot = faces[face].material_index if 0 <= face < len(faces) else 0
    material = obj.material_slots[slot].material if slot < len(obj.material_slots) else None
    own: Names = () if material is None else (("material", material.name),)
    return (*own, ("object", obj.name), ("data", obj.data.name))
