"""Reflections off large flat faces: mirror images of the sources, wherever the listener can see them.

Each face, and each pair of faces one after the other, mirrors a source. The image is heard where the way from it to the
listener meets these faces, and nothing else (Allen and Berkley, JASA 65, 1979; Borish, JASA 75, 1984, on visibility).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..materials import BANDS
from .geometry import Geometry
from .rays import World
from .through import GAP

MOST_FACES = 24
"""The largest and nearest ones; two after each other make 552 images."""
MOST_IMAGES = 32
"""Of one source: the loudest."""
LEAST_AREA = 1.0
"""m²"""
FLAT = 0.02
"""Metres by which the triangles of one face may be off its plane."""
ALIKE = 0.9998
"""Cosine between their normals."""
FAINTEST = 0.01
"""Amplitude of an image, relative to the direct sound, below which it is left to the late reverberation."""
LIFT = 2e-3
"""Metres by which rays start off a face."""
MOST_AT_ONCE = 400
"""Moments."""


@dataclass
class Faces:
    """`normals`, `centres`: (f, 3). `radii`: (f,) of the spheres around them. `absorption`: (f, bands). `of`: (triangles,) the
    face of each triangle of the world, or -1."""

    normals: np.ndarray
    centres: np.ndarray
    radii: np.ndarray
    absorption: np.ndarray
    of: np.ndarray

    def __len__(self) -> int:
        return len(self.normals)

    def heights(self, points: np.ndarray) -> np.ndarray:
        """(..., f) signed distances of points (..., 3) from the planes."""
        return np.asarray(points @ self.normals.T - np.einsum("fi,fi->f", self.normals, self.centres))


@dataclass
class ImageTrack:
    """An image of a source over k moments: `matrix` (3, 3), `offset` (3,), `absorption` (bands,), `seen` (k,) 0 or 1."""

    matrix: np.ndarray
    offset: np.ndarray
    absorption: np.ndarray
    seen: np.ndarray


def large_faces(world: World, places: np.ndarray) -> Faces:
    """The flat faces of bodies that stand still which matter most to sound between `places` (k, 3)."""
    corners = _corners(world.geometry, world.order)
    of = np.full(len(world.still), -1)
    still = np.flatnonzero(world.still)
    corners = corners[still]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    double = np.linalg.norm(cross, axis=1)
    normals, areas, middles = cross / np.maximum(double, 1e-30)[:, None], 0.5 * double, corners.mean(axis=1)
    found = []
    for group in _by_plane(normals, areas, middles, corners):
        area, normal = areas[group], normals[group[0]]
        centre = area @ middles[group] / area.sum()
        centre = centre - ((centre - middles[group[0]]) @ normal) * normal
        radius = np.linalg.norm(corners[group] - centre, axis=2).max()
        near = np.maximum(np.linalg.norm(places - centre, axis=1).min() - radius, 0.0)
        surface = np.bincount(world.surface[still[group]], area).argmax()
        found.append((area.sum() / (1.0 + near**2), normal, centre, radius, surface, still[group]))
    found = sorted(found, key=lambda one: -one[0])[:MOST_FACES]
    for number, one in enumerate(found):
        of[one[5]] = number
    table = np.array([surface.absorption for surface in world.geometry.surfaces]).reshape(-1, len(BANDS))
    return Faces(
        np.array([one[1] for one in found]).reshape(-1, 3),
        np.array([one[2] for one in found]).reshape(-1, 3),
        np.array([one[3] for one in found]),
        table[[one[4] for one in found]],
        of,
    )


def _corners(geometry: Geometry, order: list[int]) -> np.ndarray:
    """(triangles, 3, 3) of the bodies, where they are first."""
    placed = [geometry.bodies[number].placed()[geometry.bodies[number].triangles] for number in order]
    return np.concatenate(placed) if placed else np.zeros((0, 3, 3))


def _by_plane(normals: np.ndarray, areas: np.ndarray, middles: np.ndarray, corners: np.ndarray) -> Iterator[np.ndarray]:
    """Numbers of triangles in the same plane and of a large area together, whichever way they face."""
    if len(normals) == 0:
        return
    main = np.abs(normals).argmax(axis=1)
    sign = np.sign(np.take_along_axis(normals, main[:, None], axis=1))
    heights = np.einsum("ti,ti->t", normals * sign, middles)
    keys = np.concatenate([np.rint(normals * sign * 50.0), np.rint(heights / (4.0 * FLAT))[:, None]], axis=1)
    _, bins = np.unique(keys, axis=0, return_inverse=True)
    total = np.bincount(bins.ravel(), areas)
    taken = np.zeros(len(normals), bool)
    for number in np.argsort(-total, kind="stable")[: 4 * MOST_FACES]:
        if total[number] < 0.5 * LEAST_AREA:
            return
        seeds = np.flatnonzero((bins.ravel() == number) & ~taken)
        if len(seeds) == 0:
            continue
        seed = seeds[areas[seeds].argmax()]
        near = np.flatnonzero((np.abs(normals @ normals[seed]) > ALIKE) & ~taken)
        off = np.abs((corners[near] - middles[seed]) @ normals[seed]).max(axis=1)
        group = near[off < FLAT]
        group = np.concatenate([[seed], group[group != seed]])
        taken[group] = True
        if areas[group].sum() >= LEAST_AREA:
            yield group


def images(
    world: World, faces: Faces, ears: np.ndarray, mouths: np.ndarray, frames: np.ndarray, source: int
) -> list[ImageTrack]:
    """The images of a source at `mouths` (k, 3) that are heard at `ears` (k, 3), at any of the frames (k,)."""
    tracks: dict[tuple[float, ...], ImageTrack] = {}
    for begin in range(0, len(ears), MOST_AT_ONCE):
        part = slice(begin, begin + MOST_AT_ONCE)
        for chain, seen in _seen(world, faces, ears[part], mouths[part], frames[part], source):
            matrix, offset = _mirror(faces, chain)
            absorption = 1.0 - np.prod(1.0 - faces.absorption[list(chain)], axis=0)
            # Two walls at a right angle give the same image in either order, each seen from a part of the room.
            key = (*np.rint(matrix.ravel() * 1e3), *np.rint(offset * 50.0), *np.rint(absorption * 1e4))
            track = tracks.setdefault(key, ImageTrack(matrix, offset, absorption, np.zeros(len(ears))))
            track.seen[part] = np.maximum(track.seen[part], seen)
    loudness = {key: _loudness(track, ears, mouths) for key, track in tracks.items()}
    kept = [key for key in tracks if loudness[key] > FAINTEST]
    return [tracks[key] for key in sorted(kept, key=lambda key: -loudness[key])[:MOST_IMAGES]]


def _mirror(faces: Faces, chain: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Matrix and offset of the mirrors of a chain, the one by the source first."""
    matrix, offset = np.eye(3), np.zeros(3)
    for number in chain:
        normal = faces.normals[number]
        turn = np.eye(3) - 2.0 * np.outer(normal, normal)
        shift = 2.0 * (normal @ faces.centres[number]) * normal
        matrix, offset = turn @ matrix, turn @ offset + shift
    return matrix, offset


def _loudness(track: ImageTrack, ears: np.ndarray, mouths: np.ndarray) -> float:
    """The largest amplitude of an image, relative to the direct sound."""
    way = np.linalg.norm(mouths @ track.matrix.T + track.offset - ears, axis=1)
    straight = np.linalg.norm(mouths - ears, axis=1)
    relative = track.seen * np.maximum(straight, 0.1) / np.maximum(way, 0.1)
    return float(relative.max() * np.sqrt(1.0 - track.absorption).max())


def _seen(
    world: World, faces: Faces, ears: np.ndarray, mouths: np.ndarray, frames: np.ndarray, source: int
) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Chains of one or two faces that mirror a source, and at which moments (k,) they are seen."""
    count, number = len(ears), len(faces)
    if number == 0:
        return
    mouth_heights, ear_heights = faces.heights(mouths), faces.heights(ears)
    first = mouths[:, None] - 2.0 * mouth_heights[..., None] * faces.normals  # (k, f, 3) images off one face
    moments, last = np.nonzero(mouth_heights * ear_heights > 0.0)
    point = _crossing(faces, last, ears[moments], first[moments, last])
    good = _within(faces, last, point)
    moments, last, point = moments[good], last[good], point[good]
    lit = _way_is_free(world, faces, [ears[moments], point, mouths[moments]], [last], frames[moments], source)
    yield from _chains([last[lit]], moments[lit], count)
    for near in range(number):  # the face by the source
        images = first[:, near]
        heights = faces.heights(images)
        usable = heights * ear_heights > 0.0
        usable[:, near] = False
        moments, last = np.nonzero(usable)
        second = images[moments] - 2.0 * heights[moments, last][:, None] * faces.normals[last]
        point = _crossing(faces, last, ears[moments], second)
        good = _within(faces, last, point)
        moments, last, point = moments[good], last[good], point[good]
        # The reflection off the first face must lie between the source's image and the second face.
        same = faces.heights(point)[:, near] * mouth_heights[moments, near] > 0.0
        moments, last, point = moments[same], last[same], point[same]
        nears = np.full(len(moments), near)
        before = _crossing(faces, nears, point, images[moments])
        good = _within(faces, nears, before)
        moments, last, point, before, nears = moments[good], last[good], point[good], before[good], nears[good]
        stops = [ears[moments], point, before, mouths[moments]]
        lit = _way_is_free(world, faces, stops, [last, nears], frames[moments], source)
        yield from _chains([nears[lit], last[lit]], moments[lit], count)


def _chains(chain: list[np.ndarray], moments: np.ndarray, count: int) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Each chain of faces once, with the moments at which it is seen."""
    rows = np.stack(chain, axis=1) if len(moments) else np.zeros((0, len(chain)), int)
    for one in np.unique(rows, axis=0):
        seen = np.zeros(count)
        seen[moments[(rows == one).all(axis=1)]] = 1.0
        yield tuple(int(number) for number in one), seen


def _crossing(faces: Faces, numbers: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(k, 3) where lines from `begin` to `end` (k, 3) cross the planes of faces (k,)."""
    normals, centres = faces.normals[numbers], faces.centres[numbers]
    here = np.einsum("ki,ki->k", begin - centres, normals)
    there = np.einsum("ki,ki->k", end - centres, normals)
    span = here - there
    share = here / np.where(np.abs(span) < 1e-12, 1e-12, span)
    return np.asarray(begin + share[:, None] * (end - begin))


def _within(faces: Faces, numbers: np.ndarray, points: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(points - faces.centres[numbers], axis=1) <= faces.radii[numbers])


def _way_is_free(
    world: World, faces: Faces, stops: list[np.ndarray], chain: list[np.ndarray], frames: np.ndarray, source: int
) -> np.ndarray:
    """(k,) whether a way from stop to stop (k, 3) meets the faces of the chain, one after the other, and nothing else."""
    good = np.ones(len(frames), bool)
    for number, face in enumerate(chain):
        rows = np.flatnonzero(good)
        begin, end = _lifted(faces, stops, chain, number, rows), stops[number + 1][rows]
        way = end - begin
        length = np.linalg.norm(way, axis=1)
        sources = np.full(len(rows), source)
        hits = world.cast(begin, way / np.maximum(length, 1e-9)[:, None], frames[rows], sources)
        met = (faces.of[hits.triangle] == face[rows]) & (hits.triangle >= 0)
        good[rows] = met & (np.abs(hits.distance - length) < FLAT + 1e-3 * length)
    rows = np.flatnonzero(good)
    begin = _lifted(faces, stops, chain, len(chain), rows)
    good[rows] = world.free(begin, stops[-1][rows], frames[rows], np.full(len(rows), source), GAP)
    return good


def _lifted(faces: Faces, stops: list[np.ndarray], chain: list[np.ndarray], number: int, rows: np.ndarray) -> np.ndarray:
    """Where a leg begins: the listener, or a little off the face that it leaves, on the side that it came from."""
    place = stops[number][rows]
    if number == 0:
        return place
    normals = faces.normals[chain[number - 1][rows]]
    side = np.sign(np.einsum("ki,ki->k", stops[number - 1][rows] - place, normals))
    return np.asarray(place + LIFT * side[:, None] * normals)
