"""Look at one picture, flat or panoramic: its camera, and its sources with their places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..backends import Backends
from ..findings import Box, Estimate, FoundSource, Settings
from ..media.pictures import Picture
from ..projection import Camera, Equirectangular, Projection
from ..vision.depth import depth_from_ground
from ..vision.fusion import ellipse, named_objects
from ..vision.look import Sighting, look
from ..vision.tracking.tracks import Seen
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


def detect_in(
    projection: Projection, settings: Settings, backends: Backends, measures_each: int = 1
) -> Callable[[np.ndarray], list[Seen]]:
    """The objects that a detector finds in pictures of a projection, with boxes as fractions.

    `measures_each`: of so many pictures with objects, a depth model measures the distances in one; in panoramas in none.
    """
    if projection.panoramic:
        views = around.views_of(projection)
        return lambda pixels: around.detect_around(pixels, projection, views, backends.detector)
    measures, number = backends.depth is not depth_from_ground, -1

    def detect(pixels: np.ndarray) -> list[Seen]:
        nonlocal measures, number
        found = named_objects(backends.detector(pixels))
        number += bool(found)
        depth = None
        if found and measures and number % measures_each == 0:
            depth = _depth_alone(pixels, projection, settings, backends)
            measures = depth is not None
        return [Seen(np.array(one.box), one.name, one.score, distance=_measured(depth, one.box)) for one in found]

    return detect


def _depth_alone(pixels: np.ndarray, projection: Projection, settings: Settings, backends: Backends) -> Depth | None:
    """The depth of a frame if it is measured; the pose of its camera need not be known for that."""
    view = measure_view(pixels, settings.horizon)
    depth = depth_of(backends, view, Camera(projection, np.eye(4)), settings.camera_height)
    return depth if depth.doubt is not None else None


def _measured(depth: Depth | None, box: Box) -> Estimate | None:
    if depth is None:
        return None
    height, width = depth.distances.shape
    mask = ellipse((height, width), (box[0] * width, box[1] * height, box[2] * width, box[3] * height))
    return depth.measured(mask) if mask.any() else None
