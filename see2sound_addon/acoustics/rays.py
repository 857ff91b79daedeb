"""Rays into the bodies of a scene, by Embree."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import See2SoundError
from .geometry import Body, Geometry, shape_at, solids

CHUNK = 16384
"""Rays that a thread sends at once."""
NEVER = 1e30
"""Metres; Embree's distance for a ray that meets nothing is larger."""
NUDGE = 5e-4
"""Metres by which all rays start later: a camera may lie exactly on a surface."""
CLEARANCE = 1e-4
"""Share of a way, and of a metre, by which rays keep off the surfaces that they start from."""


def embree() -> Any:
    """Embree's scenes and meshes. Error `rays-missing` where they are not there, or cannot be loaded."""
    try:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene
    except ImportError as error:
        raise See2SoundError(
            "rays-missing",
            f"The library for rays, embreex, cannot be loaded ({error}); walls do not stop sound.",
            "Install See2Sound again, for this platform and Python.",
        ) from error
    return EmbreeScene, TriangleMesh


@dataclass
class Hits:
    """What rays meet first: `distance` (k,), infinite for nothing; `triangle` (k,), -1 for nothing; `normal` (k, 3)."""

    distance: np.ndarray
    triangle: np.ndarray
    normal: np.ndarray


class _Part:
    """Bodies in one Embree scene for each shape. `first`: the number of its first triangle. `sources`: those of which it is a
    body of their own. `shift`: (3,) its place, where it stands still and unturned; else None."""

    def __init__(self, shapes: list[np.ndarray], triangles: np.ndarray, poses: np.ndarray, first: int) -> None:
        scene_class, mesh_class = embree()
        self.first, self.sources = first, np.zeros(0, int)
        self.scenes = [scene_class() for _ in shapes]
        for scene, shape in zip(self.scenes, shapes, strict=True):
            corners = shape.astype(np.float32)
            mesh_class(scene, np.ascontiguousarray(corners), np.ascontiguousarray(triangles, np.int32))
        low = np.min([shape.min(axis=0) for shape in shapes], axis=0)
        high = np.max([shape.max(axis=0) for shape in shapes], axis=0)
        middle = np.append(0.5 * (low + high), 1.0)
        self.poses = poses
        self.shift = poses[0, :3, 3] if len(poses) == 1 and np.array_equal(poses[0, :3, :3], np.eye(3)) else None
        self.inverse = np.linalg.pinv(poses)
        self.centres = (poses @ middle)[:, :3]
        scale = np.linalg.norm(poses[:, :3, :3], axis=1).max(axis=1)
        self.radii = 0.5 * float(np.linalg.norm(high - low)) * scale * 1.01 + 1e-6

    def may_meet(self, origins: np.ndarray, directions: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """(k,) whether rays come near it: the distance of its sphere's centre from their lines."""
        which = np.minimum(frames, len(self.poses) - 1)
        way = self.centres[which] - origins
        along = np.einsum("ki,ki->k", way, directions)
        square = np.einsum("ki,ki->k", way, way)
        radius = self.radii[which]
        return (square - along**2 < radius**2) & ((along > 0.0) | (square < radius**2))


class World:
    """All bodies of a geometry. `own`: for each source, the numbers of the bodies that are its own and hide nothing of it.

    `centre`: (3,) where the listener is, because Embree counts in single precision.

    `surface`, `solid`, `closed`: (triangles,) of each triangle: number of its surface, of the connected part that it belongs
    to, and whether that is closed. `still`: (triangles,) whether it neither moves nor deforms.
    """

    def __init__(self, geometry: Geometry, own: Sequence[frozenset[int]] = (), centre: np.ndarray = np.zeros(3)) -> None:
        self.geometry = geometry
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1)
        self._frames = geometry.frames
        owned = frozenset().union(*own) if own else frozenset()
        apart = [n for n, body in enumerate(geometry.bodies) if not body.is_still or n in owned]
        merged = [n for n in range(len(geometry.bodies)) if n not in set(apart)]
        self.order = [*merged, *apart]
        self._index([geometry.bodies[n] for n in self.order])
        self._parts: list[_Part] = []
        if merged:
            self._parts.append(_merge([geometry.bodies[n] for n in merged], centre))
        first = sum(len(geometry.bodies[n].triangles) for n in merged)
        for number in apart:
            body = geometry.bodies[number]
            part = _Part(body.shapes, body.triangles, body.poses, first)
            part.sources = np.array([n for n, bodies in enumerate(own) if number in bodies], int)
            self._parts.append(part)
            first += len(body.triangles)

    def _index(self, bodies: list[Body]) -> None:
        self.surface = np.concatenate([body.surfaces for body in bodies]) if bodies else np.zeros(0, int)
        self.body = np.repeat(np.arange(len(bodies)), [len(body.triangles) for body in bodies])
        self.still = np.repeat([body.is_still for body in bodies], [len(body.triangles) for body in bodies])
        found, after = [solids(body.shapes[0], body.triangles) for body in bodies], 0
        numbers = []
        for part, _ in found:
            numbers.append(part + after)
            after += int(part.max(initial=-1)) + 1
        self.solid = np.concatenate(numbers) if numbers else np.zeros(0, int)
        self.closed = np.concatenate([closed for _, closed in found]) if found else np.zeros(0, bool)

    def cast(self, origins: np.ndarray, directions: np.ndarray, frames: np.ndarray, sources: np.ndarray | None = None) -> Hits:
        """What rays meet from `origins` (k, 3) along unit `directions` (k, 3) at frames (k,), past the own bodies of
        `sources` (k,), if these are given."""
        count, origins = len(origins), origins + NUDGE * directions
        hits = Hits(np.full(count, np.inf), np.full(count, -1), np.zeros((count, 3)))
        for part in self._parts:
            if len(part.poses) == 1 and not len(part.sources) and part.first == 0:
                self._meet(part, slice(None), origins, directions, frames, hits)
                continue
            wanted = part.may_meet(origins, directions, frames)
            if sources is not None and len(part.sources):
                wanted &= ~np.isin(sources, part.sources)
            chosen = np.flatnonzero(wanted)
            if len(chosen):
                self._meet(part, chosen, origins[chosen], directions[chosen], frames[chosen], hits)
        hits.distance += NUDGE
        return hits

    def _meet(
        self, part: _Part, chosen: Any, origins: np.ndarray, directions: np.ndarray, frames: np.ndarray, hits: Hits
    ) -> None:
        """Note where rays meet a part before all others."""
        turn = None
        if part.shift is not None:
            origins = origins - part.shift
        else:
            back = part.inverse[np.minimum(frames, len(part.poses) - 1)] if len(part.poses) > 1 else part.inverse
            origins = (back[:, :3, :3] @ origins[:, :, None])[:, :, 0] + back[:, :3, 3]
            directions = (back[:, :3, :3] @ directions[:, :, None])[:, :, 0]
            turn = np.swapaxes(back[:, :3, :3], 1, 2)
        distance, triangle, normal = self._send(part, origins, directions, frames)
        if turn is not None:
            normal = (turn @ normal[:, :, None])[:, :, 0]
        nearer = distance < hits.distance[chosen]
        where = np.flatnonzero(nearer) if isinstance(chosen, slice) else chosen[nearer]
        hits.distance[where], hits.triangle[where] = distance[nearer], part.first + triangle[nearer]
        length = np.linalg.norm(normal[nearer], axis=1, keepdims=True)
        hits.normal[where] = normal[nearer] / np.maximum(length, 1e-30)

    def _send(
        self, part: _Part, origins: np.ndarray, directions: np.ndarray, frames: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if len(part.scenes) > 1:
            shapes = shape_at(frames, self._frames, len(part.scenes))
            distance, triangle = np.full(len(origins), np.inf), np.full(len(origins), -1)
            normal = np.zeros((len(origins), 3))
            for shape in np.unique(shapes):
                mine = shapes == shape
                found = self._run(part.scenes[shape], origins[mine], directions[mine])
                distance[mine], triangle[mine], normal[mine] = found
            return distance, triangle, normal
        return self._run(part.scenes[0], origins, directions)

    def _run(self, scene: Any, origins: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Embree lets go of the interpreter, so that several threads send rays at once."""
        origins, directions = np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32)

        def send(begin: int) -> dict[str, np.ndarray]:
            chunk = slice(begin, begin + CHUNK)
            return scene.run(origins[chunk], directions[chunk], query="INTERSECT", output=1)

        found = list(self._threads.map(send, range(0, max(len(origins), 1), CHUNK)))
        distance, triangle, normal = (np.concatenate([one[name] for one in found]) for name in ("tfar", "primID", "Ng"))
        met = (triangle >= 0) & (distance < NEVER)
        return np.where(met, distance.astype(float), np.inf), np.where(met, triangle, -1), normal.astype(float)

    def free(
        self, origins: np.ndarray, targets: np.ndarray, frames: np.ndarray, sources: np.ndarray | None = None, gap: float = 0.0
    ) -> np.ndarray:
        """(k,) whether nothing stands between `origins` (k, 3) and `targets` (k, 3), the last `gap` metres aside."""
        way = targets - origins
        length = np.linalg.norm(way, axis=1)
        hits = self.cast(origins, way / np.maximum(length, 1e-9)[:, None], frames, sources)
        return np.asarray(hits.distance >= length * (1.0 - CLEARANCE) - gap)

    def close(self) -> None:
        """End its threads."""
        self._threads.shutdown()


def _merge(bodies: list[Body], centre: np.ndarray) -> _Part:
    """All bodies that stand still as one, around a centre (3,)."""
    vertices = [body.placed() - centre for body in bodies]
    starts = np.cumsum([0, *(len(points) for points in vertices)])
    triangles = np.concatenate([body.triangles + start for body, start in zip(bodies, starts[:-1], strict=True)])
    pose = np.eye(4)[None]
    pose[0, :3, 3] = centre
    return _Part([np.concatenate(vertices)], triangles, pose, 0)
