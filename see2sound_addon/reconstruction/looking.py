"""Look at one picture, flat or panoramic: its camera, and its sources with their places."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..backends import Backends
from ..findings import Estimate, FoundSource, Settings
from ..media.pictures import Picture
from ..projection import Camera, Equirectangular, Projection
from ..vision.depth import depth_from_ground
from ..vision.fusion import ellipse, named_objects
from ..vision.look import Sighting, look
from ..vision.tracking.tracks import Seen
from ..vision.tracking.watching import Detect
from ..vision.view import View, measure_view
from . import around
from .placing import Depth, depth_of, ground_of, place_sighting, projection_of, standing_camera


@dataclass
class LookedAt:
    """`camera`: with its pose. `confidence`: of the horizon, 0 to 1; `level_known`: whether it was given. `found`: each source
    with what was seen of it, in the order of how much they stand out."""

    camera: Camera
    picture: Picture
    view: View
    found: list[tuple[Sighting, FoundSource]]
    level_known: bool
    notes: list[str] = field(default_factory=list)

    @property
    def horizon(self) -> float:
        """Its row as a fraction of the height."""
        return self.view.horizon.row

    @property
    def confidence(self) -> float:
        """Of the horizon."""
        return self.view.horizon.confidence


def look_at_picture(picture: Picture, camera: Camera | None, settings: Settings, backends: Backends) -> LookedAt:
    """Find and place the sources of a picture. `camera`: fitted to the picture, or None for one that stands on the ground."""
    horizon, height, notes = settings.horizon, settings.camera_height, list[str]()
    if camera is not None:
        horizon, height = ground_of(camera, settings, notes)
    if is_panoramic(picture, camera, settings):
        return _look_around(picture, camera, height, settings, backends, notes)
    view, sightings = look(
        picture.pixels, settings.max_sources, horizon, backends.detector, backends.segmenter, backends.labeller
    )
    if camera is None:
        camera = standing_camera(picture, view.horizon.row, settings)
    depth = depth_of(backends, view, camera, height)
    found = [(sighting, place_sighting(sighting, "", view, camera, depth)) for sighting in sightings]
    notes += [sighting.region.note for sighting in sightings if sighting.region.note]
    return LookedAt(camera, picture, view, found, horizon is not None, notes)


def is_panoramic(picture: Picture, camera: Camera | None, settings: Settings) -> bool:
    """Whether a picture is looked at all around."""
    if camera is not None:
        return camera.projection.panoramic
    return isinstance(projection_of(picture, settings)[0], Equirectangular)


def _look_around(
    picture: Picture, camera: Camera | None, height: float, settings: Settings, backends: Backends, notes: list[str]
) -> LookedAt:
    camera = camera or standing_camera(picture, 0.5, settings)
    view = measure_view(picture.pixels, 0.5)
    found, more = around.look_around(picture.pixels, camera, height, settings.max_sources, backends)
    return LookedAt(camera, picture, view, found, True, [*notes, *more])


def detect_in(projection: Projection, backends: Backends) -> Detect:
    """The objects that a detector finds in pictures of a projection, with boxes as fractions."""
    if projection.panoramic:
        views = around.views_of(projection)
        return lambda pixels: around.detect_around(pixels, projection, views, backends.detector)

    def detect(pixels: np.ndarray) -> list[Seen]:
        return [Seen(np.array(one.box), one.name, one.score) for one in named_objects(backends.detector(pixels))]

    return detect


def with_distances(detect: Detect, projection: Projection, settings: Settings, backends: Backends, each: int) -> Detect:
    """`detect`, with what a depth model measures of the objects in one of `each` pictures that has any; in panoramas in none.

    One that does not measure is asked once.
    """
    if projection.panoramic or backends.depth is depth_from_ground:
        return detect
    measures, number = True, -1

    def detect_and_measure(pixels: np.ndarray) -> list[Seen]:
        nonlocal measures, number
        found = detect(pixels)
        number += bool(found)
        if not found or not measures or number % each:
            return found
        depth = _depth_alone(pixels, projection, settings, backends)
        measures = depth is not None
        return found if depth is None else [replace(one, distance=_measured(depth, one.box)) for one in found]

    return detect_and_measure


def _depth_alone(pixels: np.ndarray, projection: Projection, settings: Settings, backends: Backends) -> Depth | None:
    """The depth of a frame if it is measured; the pose of its camera need not be known for that."""
    view = measure_view(pixels, settings.horizon)
    depth = depth_of(backends, view, Camera(projection, np.eye(4)), settings.camera_height)
    return depth if depth.doubt is not None else None


def _measured(depth: Depth, box: np.ndarray) -> Estimate | None:
    """What was measured in a box (4,)."""
    height, width = depth.distances.shape
    x0, y0, x1, y1 = (box * [width, height, width, height]).tolist()
    mask = ellipse((height, width), (x0, y0, x1, y1))
    return depth.measured(mask) if mask.any() else None
