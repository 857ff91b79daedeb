"""Place what was seen: sightings and a camera become sources in the world."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..backends import Backends
from ..errors import See2SoundError
from ..findings import Box, Estimate, Evidence, FoundSource, Settings
from ..media.pictures import Picture
from ..objects import OBJECTS
from ..placement.distance import FARTHEST, NEAREST, combine, size_distance, standing_distance, surface_distance
from ..placement.position import area_radius, distance_to_ground, nearest_standing, place, region_points, visible_centre
from ..projection import Camera, Equirectangular, Perspective, Projection
from ..soundscene import Trajectory
from ..vision.depth import Measured, depth_from_ground
from ..vision.look import Sighting
from ..vision.regions import outline
from ..vision.view import View

AMBIENT_DISTANCE, BED_DISTANCE = Estimate(3.0, 1.0), Estimate(12.0, 1.0)
"""Ambient sources have no distance; these only set their level: of an ambient object, and of a place's bed, which is quiet."""
DEFAULT_FIELD_OF_VIEW = np.radians(50.0)
"""Horizontal, if neither a camera nor the picture has one."""


def stem_of(path: str | os.PathLike[str]) -> str:
    """The beginning of the ids of a picture's sources."""
    return re.sub(r"[^a-z0-9]+", "_", Path(path).stem.lower()).strip("_")[:40] or "picture"


@dataclass(frozen=True)
class Depth:
    """Distances (height, width) in metres of a view. `ground`: those of the ground plane. `doubt`: standard deviation of the
    natural logarithm of measured distances, None where they follow from the ground."""

    distances: np.ndarray
    ground: np.ndarray
    doubt: float | None = None

    def surer(self, by_ground: Estimate, mask: np.ndarray) -> tuple[Estimate, bool]:
        """What was measured of an object with a mask (height, width), if that is surer than its distance by the ground; and
        whether it is."""
        measured = self.measured(mask)
        if measured is None or measured.sigma >= by_ground.sigma:
            return by_ground, False
        return measured, True

    def measured(self, mask: np.ndarray) -> Estimate | None:
        """What was measured of an object, or None where distances follow from the ground."""
        if self.doubt is None:
            return None
        return Estimate(float(np.clip(np.median(self.distances[mask]), NEAREST, FARTHEST)), self.doubt)


def depth_of(backends: Backends, view: View, camera: Camera, height: float) -> Depth:
    """The depth of a view. Error: `depth-invalid`."""
    found = backends.depth(view, camera, height)
    distances = found.distances if isinstance(found, Measured) else found
    if distances.shape != view.small.shape[:2] or not np.isfinite(distances).all():
        message = f"The depth has the shape {distances.shape}, or values that are not finite."
        raise See2SoundError("depth-invalid", message, "Choose another depth backend.")
    if isinstance(found, Measured):
        return Depth(distances, depth_from_ground(view, camera, height), found.doubt)
    return Depth(distances, distances)


def note_on_depth(sources: Iterable[FoundSource]) -> list[str]:
    """How many distances a depth model has measured."""
    count = sum(source.evidence is not None and source.evidence.measured for source in sources)
    return [f"The depth model is surer than the ground of {count} of the distances."] if count else []


def ground_of(camera: Camera, settings: Settings, notes: list[str]) -> tuple[float | None, float]:
    """The horizon's row, or None to estimate it, and the height above the ground, for a camera of a scene."""
    row, above = camera.horizon_row(), camera.height()
    if settings.horizon is not None or above is None:
        return settings.horizon, settings.camera_height
    if row is not None:
        notes.append(f"The horizon and the height above the ground, {above:.2f} m, are the camera's.")
        return row, above
    parallel = camera.projection.field_of_view == 0.0  # then the pose alone tells where the ground is
    return None, above if parallel else settings.camera_height


def projection_of(picture: Picture, settings: Settings) -> tuple[Projection, str]:
    """The projection of a picture without a camera, and where its field of view came from, for the user."""
    aspect = picture.height / picture.width
    if settings.panorama == "ALWAYS" or (settings.panorama == "AUTO" and picture.spherical):
        return Equirectangular(), "The picture shows all directions."
    if settings.field_of_view is not None:
        return Perspective.of_view(settings.field_of_view, aspect), "The field of view was given."
    if picture.focal_pixels is not None:
        return Perspective(picture.focal_pixels / picture.width, aspect), "The field of view is the picture's own (EXIF)."
    note = "The picture contains no field of view (EXIF): 50 degrees are assumed."
    return Perspective.of_view(float(DEFAULT_FIELD_OF_VIEW), aspect), note


def standing_camera(picture: Picture, horizon_row: float, settings: Settings) -> Camera:
    """A camera at (0, 0, camera_height) that looks along +Y, tilted so that the horizon is level with it."""
    projection, note = projection_of(picture, settings)
    tilt = np.pi / 2.0 - (projection.elevation(horizon_row) or 0.0)
    pose = np.eye(4)
    pose[1:3, 1:3] = [[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]
    pose[:3, 3] = (0.0, 0.0, settings.camera_height)
    return Camera(projection, pose, note)


def place_sighting(sighting: Sighting, name: str, view: View, camera: Camera, depth: Depth) -> FoundSource:
    """A sighting as a source of a camera's picture, by its depth."""
    region, guess, horizon = sighting.region, sighting.guess, view.horizon
    centre, measured = visible_centre(region.mask), False
    if guess.extent == "ambient":
        from_picture = BED_DISTANCE if region.is_bed else AMBIENT_DISTANCE
    elif guess.extent == "area" and region.kind not in OBJECTS and centre[1] > horizon.row:  # a surface that lies
        from_picture = surface_distance(region.mask, centre, depth.ground, camera, horizon.row, horizon.confidence)
    else:
        from_picture = standing_distance(region.mask, depth.ground, camera, horizon.row, horizon.confidence)
    if guess.extent != "ambient":
        from_picture, measured = depth.surer(from_picture, region.mask)
    distance = distance_for_label(from_picture, guess.label, region.box, centre, camera, guess.extent == "point")
    position = place(camera, centre, distance.metres)
    found = FoundSource(
        name, guess.label, guess.prompt, guess.extent, region.score, Trajectory.fixed(position), distance,
        evidence=Evidence(region.box, centre, from_picture, region.mask, outline(region.mask), measured=measured),
    )  # fmt: skip
    if guess.extent == "area":
        found.radius = area_radius(camera, region.box, distance.metres)
        found.points = region_points(region.mask, camera, depth.distances, centre, distance.metres) - position
    return found


def distance_for_label(
    from_picture: Estimate,
    label: str,
    box: Box,
    centre: tuple[float, float],
    camera: Camera,
    standing: bool = True,
) -> Estimate:
    """Combine the distance from the picture with that from the usual size for a label.

    The result is above the ground; `standing`: its foot, too.
    """
    from_size = size_distance(label, box, camera)
    distance = from_picture if from_size is None else combine([from_picture, from_size])
    farthest = distance_to_ground(camera, centre)
    if standing:
        farthest = min(farthest, nearest_standing(camera, box, centre))
    return replace(distance, metres=min(distance.metres, farthest))
