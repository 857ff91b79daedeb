"""The meshes of a scene as plain data: bodies of triangles, how they move, and what their surfaces are."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..errors import See2SoundError
from ..materials import MATERIALS, WEIGHTS

MOST_TRIANGLES = 3_000_000
"""Of all bodies, each shape of a body that deforms counted: 1 GB with their ray structures."""
LARGEST = 1e6
"""Metres from its own origin to the farthest point of a body; larger ones are a mistake."""
SAME_PLACE = 1e-5
"""Vertices this near, as a share of a body's size, are one."""


@dataclass(frozen=True)
class Surface:
    """`absorption`: (bands,). `density`: kg/m³. `thickness`: metres, of walls that are modelled without one."""

    name: str
    absorption: tuple[float, ...]
    density: float
    thickness: float

    @classmethod
    def named(cls, name: str) -> Surface:
        """The surface of that name in `materials`."""
        return cls(name, MATERIALS[name], *WEIGHTS[name])


@dataclass
class Body:
    """A mesh that moves as a whole.

    `shapes`: its vertices (n, 3) in its own space, several where it deforms, evenly over the frames. `triangles`: (m, 3) of
    their numbers. `surfaces`: (m,) numbers of `Geometry.surfaces`. `poses`: (frames, 4, 4) from its own space into the world,
    in metres, or (1, 4, 4). `owners`: its own name and those of its parents; `group`: what it moves along with.
    """

    name: str
    shapes: list[np.ndarray]
    triangles: np.ndarray
    surfaces: np.ndarray
    poses: np.ndarray = field(default_factory=lambda: np.eye(4)[None])
    owners: tuple[str, ...] = ()
    group: str = ""

    @property
    def is_still(self) -> bool:
        """Whether it neither moves nor deforms."""
        return len(self.poses) == 1 and len(self.shapes) == 1

    def placed(self, frame: int = 0) -> np.ndarray:
        """(n, 3) its vertices in the world."""
        shape = self.shapes[shape_at(frame, max(len(self.poses), 2), len(self.shapes))]
        pose = self.poses[min(frame, len(self.poses) - 1)]
        return np.asarray(shape @ pose[:3, :3].T + pose[:3, 3])


def shape_at(frame: int | np.ndarray, frames: int, shapes: int) -> np.ndarray:
    """Which of the shapes, spread evenly over the frames, is the one of a frame."""
    return np.rint(np.asarray(frame) * (shapes - 1) / max(1, frames - 1)).astype(int).clip(0, shapes - 1)


@dataclass
class Geometry:
    """The bodies of a scene over `frames` frames at `rate` a second, the first one at 0 s.

    `groups`: of the objects that sources belong to, by their names; see `Body.group`.
    """

    bodies: list[Body]
    surfaces: list[Surface]
    rate: float = 24.0
    frames: int = 1
    groups: dict[str, str] = field(default_factory=dict)

    @property
    def triangles(self) -> int:
        """How many there are, in all shapes."""
        return sum(len(body.triangles) * len(body.shapes) for body in self.bodies)


def check_geometry(geometry: Geometry) -> None:
    """Errors `geometry-empty`, `geometry-large` and `geometry-wrong`."""
    for body in geometry.bodies:
        points, surfaces = len(body.shapes[0]) if body.shapes else 0, len(geometry.surfaces)
        good = all(len(shape) == points for shape in body.shapes) and len(body.surfaces) == len(body.triangles)
        for numbers, most in ((body.triangles, points), (body.surfaces, surfaces)):
            good = good and (numbers.size == 0 or (numbers.min() >= 0 and numbers.max() < most))
        if not good:
            raise See2SoundError(
                "geometry-wrong",
                f"The body {body.name[:60]!r} has triangles or surfaces with numbers of vertices or surfaces that it has not.",
                "Count both from 0, with a surface for each triangle.",
            )
    if geometry.triangles == 0:
        raise See2SoundError(
            "geometry-empty",
            "The scene has no faces that sound could meet.",
            "Add meshes, or choose another kind of room.",
        )
    if geometry.triangles > MOST_TRIANGLES:
        raise See2SoundError(
            "geometry-large",
            f"The scene has {geometry.triangles} triangles; at most {MOST_TRIANGLES} are traced.",
            "Leave out objects or collections that stop no sound, such as leaves and details.",
        )


def cleaned(body: Body) -> Body | None:
    """A body without triangles that are degenerate, or not finite at one of its poses; None if nothing is left."""
    if not np.isfinite(body.poses).all():
        return None
    finite = np.all([np.isfinite(shape).all(axis=1) for shape in body.shapes], axis=0)
    corners = body.shapes[0][body.triangles]
    with np.errstate(invalid="ignore", over="ignore"):
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    kept = finite[body.triangles].all(axis=1) & (area > 0.0) & np.isfinite(area)
    flat = np.abs(np.linalg.det(body.poses[:, :3, :3])).max() < 1e-18
    scale = np.linalg.norm(body.poses[:, :3, :3], axis=1).max()
    if flat or not kept.any() or np.abs(corners[kept]).max() * scale > LARGEST:
        return None
    shapes = [np.where(finite[:, None], shape, 0.0) for shape in body.shapes]
    return Body(body.name, shapes, body.triangles[kept], body.surfaces[kept], body.poses, body.owners, body.group)


def solids(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each triangle (m,): the number of the connected part that it belongs to, and whether that part is closed.

    A part is closed where every edge has two faces; which way they face does not matter.
    """
    size = float(np.ptp(vertices, axis=0).max()) or 1.0
    places = np.rint((vertices - vertices.min(axis=0)) / (size * SAME_PLACE)).astype(np.int64)
    keys = (places[:, 0] << 42) | (places[:, 1] << 21) | places[:, 2]
    _, same = np.unique(keys, return_inverse=True)
    corners = same[triangles]
    count = int(same.max()) + 1
    edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    _, part_of = connected_components(coo_array((np.ones(len(edges), bool), edges.T), (count, count)), directed=False)
    ends = np.sort(edges, axis=1)
    _, which, shared = np.unique(ends[:, 0] * count + ends[:, 1], return_inverse=True, return_counts=True)
    open_edges = shared[which] != 2
    part = part_of[corners[:, 0]]
    is_open = np.zeros(int(part_of.max()) + 1, bool)
    is_open[part_of[edges[open_edges, 0]]] = True
    return part, ~is_open[part]


def write_geometry(geometry: Geometry, path: Path) -> None:
    """To a file for the worker that traces it."""
    arrays: dict[str, np.ndarray] = {}
    bodies = []
    for number, body in enumerate(geometry.bodies):
        arrays[f"{number}.shapes"] = np.stack(body.shapes).astype(np.float32)
        arrays[f"{number}.triangles"] = body.triangles.astype(np.int32)
        arrays[f"{number}.surfaces"] = body.surfaces.astype(np.int32)
        arrays[f"{number}.poses"] = body.poses
        bodies.append({"name": body.name, "owners": body.owners, "group": body.group})
    facts = {
        "bodies": bodies, "rate": geometry.rate, "frames": geometry.frames, "groups": geometry.groups,
        "surfaces": [[one.name, one.absorption, one.density, one.thickness] for one in geometry.surfaces],
    }  # fmt: skip
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def read_geometry(path: Path) -> Geometry:
    """What `write_geometry` wrote. Error `geometry-unreadable`."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            facts = json.loads(arrays["facts"].tobytes())
            bodies = [
                Body(
                    one["name"], list(arrays[f"{number}.shapes"].astype(float)), arrays[f"{number}.triangles"],
                    arrays[f"{number}.surfaces"], arrays[f"{number}.poses"], tuple(one["owners"]), one["group"],
                )
                for number, one in enumerate(facts["bodies"])
            ]  # fmt: skip
            surfaces = [Surface(name, tuple(a), density, thickness) for name, a, density, thickness in facts["surfaces"]]
            return Geometry(bodies, surfaces, facts["rate"], facts["frames"], facts["groups"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise See2SoundError(
            "geometry-unreadable", f"{path.name} cannot be read as a geometry.", "Trace the scene again."
        ) from error
