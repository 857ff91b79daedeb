"""Look at a panorama: flat views in all directions, which overlap, so that no seam cuts an object and no pole hides one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from ..backends import Backends
from ..findings import Evidence, FoundSource
from ..projection import Camera, Equirectangular, Perspective, Projection
from ..vision.detectors import Detector
from ..vision.fusion import named_objects
from ..vision.look import Sighting, look
from ..vision.regions import outline
from ..vision.tracking.tracks import Seen
from .placing import depth_of, place_sighting

FIELD = np.radians(90.0)
"""Of a view, both ways."""
RINGS = ((0.0, 6), (50.0, 4), (-50.0, 4), (90.0, 1), (-90.0, 1))
"""Elevations in degrees, and the number of views around at each. Neighbours share at least 30 degrees."""
SIDE = 640
"""Pixels of a view."""
LEAST_SHOWN = 0.6
"""Share of a view that the picture must show."""
CUT = 0.015
"""Share of a view: what reaches this near to its edge may be whole in the next view."""
SAME = 0.5
"""Share of the angle of the larger of two sources of one name below which they are one."""
APART, PART = 0.25, 0.8
"""The same for sources of different names, and where a view shows a part of one only."""
MASK = (128, 256)
"""Pixels of the masks of sources in a panorama."""
BEYOND = 5.0
"""Row of a horizon that lies far outside a view."""


@dataclass(frozen=True, eq=False)
class FlatView:
    """`turn`: (3, 3) the panorama's camera frame from the view's. `lens`: of the view. `points`: (SIDE, SIDE, 2) float32, where
    in the panorama each of its pixels is."""

    turn: np.ndarray
    lens: Perspective
    points: np.ndarray = field(repr=False)

    def rays(self, points: np.ndarray) -> np.ndarray:
        """Directions (n, 3) in the panorama's camera frame of points (n, 2) of the view."""
        return np.asarray(self.lens.rays(points)[1] @ self.turn.T)


def views_of(projection: Projection) -> list[FlatView]:
    """The views that a panorama shows most of."""
    lens = Perspective.of_view(float(FIELD), 1.0)
    few, rays = lens.rays(_grid(9))[1], lens.rays(_grid(SIDE))[1]
    found = []
    for elevation, count in RINGS:
        for number in range(count):
            turn = Rotation.from_euler("YX", [360.0 * number / count, elevation], degrees=True).as_matrix()
            if _shown(projection, few @ turn.T).mean() >= LEAST_SHOWN:
                points = projection.points(rays @ turn.T).reshape(SIDE, SIDE, 2)
                found.append(FlatView(turn, lens, points.astype(np.float32)))
    return found


def _grid(side: int) -> np.ndarray:
    """The centres of the pixels of a view, (side * side, 2)."""
    steps = (np.arange(side) + 0.5) / side
    return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)


def _shown(projection: Projection, rays: np.ndarray) -> np.ndarray:
    """Which directions (n, 3) a picture shows."""
    points = projection.points(rays)
    inside = ((points >= 0.0) & (points <= 1.0)).all(axis=1)
    _, again = projection.rays(points)
    return np.asarray(inside & ((again * rays).sum(axis=1) > 0.999))


def flat_picture(pixels: np.ndarray, projection: Projection, view: FlatView) -> np.ndarray:
    """What a view shows of a panorama (height, width, 3), as (SIDE, SIDE, 3)."""
    height, width = pixels.shape[:2]
    places = view.points * np.array([width, height], np.float32) - np.float32(0.5)
    border = cv2.BORDER_WRAP if _wraps(projection) else cv2.BORDER_CONSTANT
    return np.asarray(cv2.remap(pixels, places, None, cv2.INTER_LINEAR, borderMode=border))


def _wraps(projection: Projection) -> bool:
    return isinstance(projection, Equirectangular) and projection.wraps


def look_around(
    pixels: np.ndarray, camera: Camera, height: float, most: int, backends: Backends
) -> tuple[list[tuple[Sighting, FoundSource]], list[str]]:
    """The sources of a panorama (height, width, 3): at most `most`, the ambience of the place last; and notes.

    `height`: of the camera above the ground, metres.
    """
    objects: list[_Around] = []
    beds: list[tuple[Sighting, FoundSource]] = []
    for view in views_of(camera.projection):
        flat = flat_picture(pixels, camera.projection, view)
        pose = camera.pose.copy()
        pose[:3, :3] = pose[:3, :3] @ view.turn
        through = Camera(view.lens, pose)
        measured, sightings = look(flat, most, _horizon(through), backends.detector, backends.segmenter, backends.labeller)
        depth = depth_of(backends, measured, through, height)
        for order, sighting in enumerate(sightings):
            source = place_sighting(sighting, "", measured, through, depth)
            if sighting.region.is_bed:
                beds.append((sighting, _in_panorama(sighting, source, view, camera)))
            elif sighting.guess.extent != "ambient":
                objects.append(_Around.of(sighting, source, view, order))
    objects.sort(key=lambda one: (one.cut, one.order, -one.sighting.region.score))
    kept: list[_Around] = []
    for one in objects:
        if not any(one.is_same(other) for other in kept):
            kept.append(one)
    kept.sort(key=lambda one: (one.order, -one.sighting.region.score))
    bed = _usual(beds)
    found = [(one.sighting, _in_panorama(one.sighting, one.source, one.view, camera)) for one in kept[: most - len(bed)]]
    notes = [sighting.region.note for sighting, _ in bed if sighting.region.note]
    return found + bed, notes


def _usual(beds: list[tuple[Sighting, FoundSource]]) -> list[tuple[Sighting, FoundSource]]:
    """The ambience that most views tell of."""
    labels = [source.label for _, source in beds]
    return [max(beds, key=lambda pair: labels.count(pair[1].label))] if beds else []


def _horizon(camera: Camera) -> float:
    """The row of the horizon in a view, which may lie outside it."""
    row = camera.horizon_row()
    if row is not None:
        return row
    return BEYOND if -camera.pose[2, 2] > 0.0 else -BEYOND


@dataclass(eq=False)
class _Around:
    """A source of a view. `direction`: (3,) in the panorama's camera frame. `angle`: of the larger side of its box, radians.
    `cut`: whether the view's edge cuts it. `order`: how much it stands out in its view."""

    sighting: Sighting
    source: FoundSource
    view: FlatView
    direction: np.ndarray
    angle: float
    cut: bool
    order: int

    @classmethod
    def of(cls, sighting: Sighting, source: FoundSource, view: FlatView, order: int) -> _Around:
        x0, y0, x1, y1 = sighting.region.box
        centre = source.evidence.centre if source.evidence is not None else ((x0 + x1) / 2.0, (y0 + y1) / 2.0)
        middle, left, right, top, bottom = view.rays(
            np.array([centre, (x0, centre[1]), (x1, centre[1]), (centre[0], y0), (centre[0], y1)])
        )
        angle = max(float(np.arccos(np.clip(left @ right, -1.0, 1.0))), float(np.arccos(np.clip(top @ bottom, -1.0, 1.0))))
        cut = min(x0, y0, 1.0 - x1, 1.0 - y1) < CUT
        return cls(sighting, source, view, middle, angle, cut, order)

    def is_same(self, other: _Around) -> bool:
        """Whether two views show the same source."""
        apart = float(np.arccos(np.clip(self.direction @ other.direction, -1.0, 1.0)))
        size = max(self.angle, other.angle)
        if self.cut or other.cut:  # the middle of a part is off that of the whole
            return apart < PART * size
        return apart < (SAME if self.source.label == other.source.label else APART) * size


def _in_panorama(sighting: Sighting, source: FoundSource, view: FlatView, camera: Camera) -> FoundSource:
    """A source of a view with its evidence as fractions of the panorama. A box may reach beyond an edge that wraps."""
    assert source.evidence is not None
    centre, ring = _together(camera.projection, view, source.evidence.centre, outline(sighting.region.mask))
    box = (*ring.min(axis=0).tolist(), *ring.max(axis=0).tolist()) if len(ring) else (0.0, 0.0, 1.0, 1.0)
    middle = float(centre[0]), float(centre[1])
    evidence = Evidence(box, middle, source.evidence.distance, _filled(ring), ring, measured=source.evidence.measured)
    return replace(source, evidence=evidence)


def _together(
    projection: Projection, view: FlatView, middle: tuple[float, float], edge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A point of a view and points (n, 2) around it in the panorama. Where that wraps, they stay together beyond its edge."""
    found = projection.points(view.rays(np.vstack([middle, edge])))
    centre, ring = found[0], found[1:]
    if _wraps(projection):
        centre[0] %= 1.0
        ring[:, 0] = centre[0] + (ring[:, 0] - centre[0] + 0.5) % 1.0 - 0.5
    return centre, ring


def _filled(ring: np.ndarray) -> np.ndarray:
    """The mask of an outline in fractions, which may reach beyond the left or right edge and go on at the other one."""
    mask = np.zeros(MASK, np.uint8)
    for offset in (-1.0, 0.0, 1.0):
        corners = np.rint((ring + np.array([offset, 0.0])) * [MASK[1], MASK[0]] - 0.5).astype(np.int32)
        if len(corners):
            cv2.fillPoly(mask, [corners], 1)
    return mask.astype(bool)


def detect_around(pixels: np.ndarray, projection: Projection, views: list[FlatView], detector: Detector) -> list[Seen]:
    """The objects that a detector finds in the `views_of` a panorama, with boxes as fractions of it, each once."""
    found: list[tuple[float, bool, np.ndarray, float, Seen]] = []
    for view in views:
        for one in named_objects(detector(flat_picture(pixels, projection, view))):
            x0, y0, x1, y1 = one.box
            edge = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), ((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1)])
            middle = (x0 + x1) / 2.0, (y0 + y1) / 2.0
            _, ring = _together(projection, view, middle, edge)
            box = np.concatenate([ring.min(axis=0), ring.max(axis=0)])
            rays = view.rays(edge[:3])
            angle = float(np.arccos(np.clip(rays[0] @ rays[2], -1.0, 1.0)))
            cut = min(x0, y0, 1.0 - x1, 1.0 - y1) < CUT
            found.append((one.score, cut, view.rays(np.array([middle]))[0], angle, Seen(box, one.name, one.score)))
    found.sort(key=lambda item: (item[1], -item[0]))
    kept: list[tuple[np.ndarray, float, Seen]] = []
    for _, _, direction, angle, seen in found:
        near = (np.arccos(np.clip(direction @ other, -1.0, 1.0)) < SAME * max(angle, wide) for other, wide, _ in kept)
        if not any(near):
            kept.append((direction, angle, seen))
    return [seen for _, _, seen in kept]
