"""Rays into a scene: what lies under a foot or before a body. For `listening`."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ...listening.observed import Names, Surfaces
from ..units import metres_per_unit

FARTHEST = 1e5
"""Metres."""
SLACK = 1e-4
"""Blender units around boxes, for those without a thickness."""


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
        boxes = [_boxes(own, corners) for _, _, own, corners in self.meshes]
        self.low = np.array([low[0] for low, _ in boxes]).reshape(-1, 3)
        self.high = np.array([high[0] for _, high in boxes]).reshape(-1, 3)
        self.moving = np.array([number for number, (low, _) in enumerate(boxes) if len(low) > 1], int)
        self.lows = np.array([boxes[number][0] for number in self.moving])
        self.highs = np.array([boxes[number][1] for number in self.moving])

    def __call__(self, origins: np.ndarray, directions: np.ndarray, frames: np.ndarray, past: frozenset[str]) -> Surfaces:
        """See `FindSurfaces`."""
        distances = np.full(len(origins), np.inf)
        normals = np.zeros((len(origins), 3))
        names: list[Names] = [()] * len(origins)
        last = -1
        for number in range(len(origins)):
            frame = int(frames[number])
            if frame != last:
                self._move(frame)
                last = frame
            hit = self._cast(origins[number] / self.metres, directions[number], frame, past)
            if hit is not None:
                distances[number], normals[number], names[number] = hit[0] * self.metres, hit[1], hit[2]
        return Surfaces(distances, normals, names)

    def _move(self, frame: int) -> None:
        if len(self.moving):
            frame = min(frame, self.lows.shape[1] - 1)
            self.low[self.moving], self.high[self.moving] = self.lows[:, frame], self.highs[:, frame]

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
        steep = 1.0 / np.where(np.abs(direction) < 1e-12, 1e-12, direction)
        one, two = (self.low - SLACK - origin) * steep, (self.high + SLACK - origin) * steep
        enters, leaves = np.minimum(one, two).max(axis=1), np.maximum(one, two).min(axis=1)
        return np.flatnonzero(leaves >= np.maximum(enters, 0.0))


def _boxes(poses: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest corners, (n, 3) each, of the box around corners (8, 3) at poses (n, 4, 4)."""
    placed = np.einsum("nij,kj->kni", poses[:, :3, :3], corners) + poses[:, :3, 3]
    return placed.min(axis=0), placed.max(axis=0)


def _names(obj: bpy.types.Object, face: int) -> Names:
    faces = obj.data.polygons
    slot = faces[face].material_index if 0 <= face < len(faces) else 0
    material = obj.material_slots[slot].material if slot < len(obj.material_slots) else None
    own: Names = () if material is None else (("material", material.name),)
    return (*own, ("object", obj.name), ("data", obj.data.name))
