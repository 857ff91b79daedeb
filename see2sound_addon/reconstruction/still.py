"""From a still picture to its sources."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field, replace

import numpy as np

from ..backends import Backends
from ..errors import See2SoundError
from ..findings import Box, Evidence, Findings, Settings
from ..media.moving import is_moving, open_moving
from ..media.pictures import Picture, read_picture
from ..placement.position import visible_centre
from ..progress import Progress, no_progress
from ..projection import Camera
from ..vision.look import look_at
from ..vision.regions import filled, make_region, outline
from ..vision.view import View
from .looking import look_at_picture
from .placing import depth_of, ground_of, note_on_depth, place_sighting, standing_camera, stem_of

LOGGER = logging.getLogger(__name__)
FAINT_HORIZON = 0.3
"""Confidence below which the user is told that the horizon was not seen."""


@dataclass
class Reconstruction(Findings):
    """Findings with the picture and its measurements."""

    picture: Picture = field(kw_only=True)
    view: View = field(kw_only=True)


def reconstruct_still(
    path: str | os.PathLike[str],
    camera: Camera | None = None,
    settings: Settings = Settings(),
    progress: Progress = no_progress,
    backends: Backends = Backends(),
) -> Reconstruction:
    """Find the objects of a picture that can make a sound, and their places in the world.

    `camera`: the frame that the picture is fitted into, or None for one that stands at the origin of the ground, at
    `camera_height`, level with the picture's horizon. Errors: those of `read_picture`.
    """
    progress("Reading the picture", 0, 3)
    picture = read_picture(path)
    LOGGER.info("read %s, %d x %d pixels", path, picture.width, picture.height)
    progress("Finding sources", 1, 3)
    if camera is not None:
        camera = camera.fitted(picture.height / picture.width)
    looked = look_at_picture(picture, camera, settings, backends)
    LOGGER.info("horizon at %.3f (confidence %.2f), %d regions", looked.horizon, looked.confidence, len(looked.found))
    progress("Placing it", 2, 3)
    stem = stem_of(path)
    sources = [replace(source, id=f"{stem}_{number}") for number, (_, source) in enumerate(looked.found, 1)]
    notes = [*picture.notes, *backends.notes, *looked.notes, *note_on_depth(sources), looked.camera.note]
    if not looked.level_known and looked.confidence < FAINT_HORIZON:
        notes.append("The horizon could not be seen; distances are rough. Set it, or the labels, for better ones.")
    unknown = sum(not source.prompt for source in sources)
    if unknown:
        notes.append(f"{unknown} of the objects could not be named. Type a label to give them a sound.")
    if not sources:
        notes.append("Nothing in the picture stands out as something that sounds.")
    progress("Done", 3, 3)
    return Reconstruction(looked.camera, (picture.width, picture.height), sources, notes, picture=picture, view=looked.view)


def mark(
    path: str | os.PathLike[str],
    box: Box,
    camera: Camera | None = None,
    settings: Settings = Settings(),
    backends: Backends = Backends(),
) -> Reconstruction:
    """The one object that a user has marked in a picture, by a box around it, or by a box without a size: a click.

    The detector names it if it knows it, the labeller otherwise. In a moving picture it is marked in the first frame of
    `settings.footage`. Errors: those of `read_picture` and `open_moving`, `box-invalid`.
    """
    x0, y0, x1, y1 = box
    if not (0.0 <= x0 <= x1 <= 1.0 and 0.0 <= y0 <= y1 <= 1.0):
        raise See2SoundError("box-invalid", f"The box {box} is not within the picture.", "Draw it inside the picture.")
    picture = _picture_of(path, settings)
    horizon, height, notes = settings.horizon, settings.camera_height, list(backends.notes)
    if camera is not None:
        camera = camera.fitted(picture.height / picture.width)
        horizon, height = ground_of(camera, settings, [])
    view, sighting = look_at(picture.pixels, box, horizon, backends.detector, backends.labeller)
    if camera is None:
        camera = standing_camera(picture, view.horizon.row, settings)
    source = place_sighting(sighting, stem_of(path), view, camera, depth_of(backends, view, camera, height))
    return Reconstruction(camera, (picture.width, picture.height), [source], notes, picture=picture, view=view)


def _picture_of(path: str | os.PathLike[str], settings: Settings) -> Picture:
    """A picture, or the first frame of a moving one that is asked for."""
    if not is_moving(path):
        return read_picture(path)
    moving = open_moving(path, settings.footage.rate)
    frame = next(iter(moving.read(settings.footage.first)))
    return Picture(frame.pixels, *moving.size, spherical=moving.spherical)


def merge(evidence: list[Evidence]) -> Evidence:
    """What several pieces of evidence show together: the outline around all of them, and the surest of their distances."""
    mask = np.logical_or.reduce([filled(one.outline) for one in evidence])
    region = make_region(mask, 1.0)
    surest = min(evidence, key=lambda one: one.distance.sigma)
    return Evidence(region.box, visible_centre(mask), surest.distance, mask, outline(mask))
