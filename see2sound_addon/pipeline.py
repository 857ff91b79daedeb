"""The whole method on one page: look, place, voice, mix.

Plain functions of plain data, without Blender. The operators, the shell and scripts call the same functions.
"""

from __future__ import annotations

import logging
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from .camera import Camera
from .delivery.mixdown import Delivery, Levels, deliver
from .errors import See2SoundError
from .media.audio import audio_facts, read_clip, read_response, write_clip
from .media.pictures import Picture, read_picture
from .media.sofa import read_sofa
from .paths import is_same_file
from .placed import Estimate, PlacedSource
from .placement.distance import combine, size_distance, standing_distance, surface_distance
from .placement.position import area_radius, distance_to_ground, place, region_points, visible_centre
from .progress import Progress, silent
from .sound.voice import GENERATORS, SoundGenerator, Voice
from .soundscene import Response, SoundScene, check_clip_exists, check_finite
from .spatial.audibility import unheard
from .spatial.bounds import check_bounds
from .spatial.head import Head, default_head, head_from_measurement
from .spatial.layouts import Layout, find_layout
from .spatial.loudness import Meter
from .spatial.renderer import BLOCK, render
from .spatial.rooms import check_listener
from .vision.depth import DEPTH_ESTIMATORS, DepthEstimator
from .vision.labeller import LABELLERS, Labeller
from .vision.look import Sighting, look
from .vision.regions import outline
from .vision.segmenter import SEGMENTERS, Segmenter
from .vision.view import View

LOGGER = logging.getLogger(__name__)
AMBIENT_DISTANCE = Estimate(3.0, 1.0)
"""Ambient sources have no distance; this one only sets their level."""
SHORTEST_CLIP, LONGEST_CLIP = 1.0, 60.0
"""Seconds."""
DEFAULT_FIELD_OF_VIEW = np.radians(50.0)
"""Horizontal, if neither a camera nor the picture has one."""


@dataclass(frozen=True)
class Settings:
    """Settings for the analysis of a picture.

    `field_of_view`: horizontal, radians, or None to take the camera's, the picture's own or 50 degrees. `horizon`: its
    row as a fraction of the height from the top, or None to estimate it. `camera_height`: metres above the ground.
    """

    max_sources: int = 5
    field_of_view: float | None = None
    horizon: float | None = None
    camera_height: float = 1.6


@dataclass(frozen=True)
class Backends:
    """The backend of each step: the embedded ones by default; `neural.client` has others."""

    segmenter: Segmenter = SEGMENTERS["saliency"]
    labeller: Labeller = LABELLERS["measures"]
    depth: DepthEstimator = DEPTH_ESTIMATORS["ground"]
    generator: SoundGenerator = GENERATORS["procedural"]


@dataclass
class Findings:
    """What was found in a picture of `size` (width, height). `notes`: messages for the user."""

    camera: Camera
    size: tuple[int, int]
    sources: list[PlacedSource]
    notes: list[str]


@dataclass
class Reconstruction(Findings):
    """Findings with the picture and its measurements."""

    picture: Picture
    view: View


def reconstruct(
    path: str | os.PathLike[str],
    camera: Camera | None = None,
    settings: Settings = Settings(),
    progress: Progress = silent,
    backends: Backends = Backends(),
) -> Reconstruction:
    """Find the objects of a picture that can make a sound, and their places in the world.

    `camera`: the frame that the picture is fitted into, or None for one that stands at the origin of the ground, at
    `camera_height`, level with the picture's horizon. Errors: those of `read_picture`.
    """
    progress("Reading the picture", 0, 3)
    picture = read_picture(path)
    LOGGER.info("read %s, %d x %d pixels", path, picture.width, picture.height)
    progress("Looking for what sounds", 1, 3)
    horizon, height, notes = settings.horizon, settings.camera_height, list(picture.notes)
    if camera is not None:
        camera = camera.for_picture(picture.height / picture.width)
        row = camera.horizon_row()
        if horizon is None and row is not None and camera.pose[2, 3] > 0.2:
            horizon, height = row, float(camera.pose[2, 3])
            notes.append(f"The horizon and the height above the ground, {height:.2f} m, are the camera's.")
    view, sightings = look(picture.pixels, settings.max_sources, horizon, backends.segmenter, backends.labeller)
    LOGGER.info("horizon at %.3f (confidence %.2f), %d regions", view.horizon.row, view.horizon.confidence, len(sightings))
    if camera is None:
        camera = standing_camera(picture, view.horizon.row, settings)
    progress("Placing it", 2, 3)
    depth = backends.depth(view, camera, height)
    stem = re.sub(r"[^a-z0-9]+", "_", Path(path).stem.lower()).strip("_")[:40] or "picture"
    sources = [_place(sighting, f"{stem}_{number}", view, camera, depth) for number, sighting in enumerate(sightings, 1)]
    notes.append(camera.source)
    if horizon is None and view.horizon.confidence < 0.3:
        notes.append("The horizon could not be seen; distances are rough. Set it, or the labels, for better ones.")
    if not sources:
        notes.append("Nothing in the picture stands out as something that sounds.")
    progress("Done", 3, 3)
    return Reconstruction(camera, (picture.width, picture.height), sources, notes, picture, view)


def standing_camera(picture: Picture, horizon_row: float, settings: Settings) -> Camera:
    """A camera at (0, 0, camera_height) that looks along +Y, tilted so that the horizon is level with it."""
    aspect = picture.height / picture.width
    if settings.field_of_view is not None:
        camera = Camera.from_field_of_view(settings.field_of_view, aspect, "The field of view was given.")
    elif picture.focal_pixels is not None:
        camera = Camera(picture.focal_pixels / picture.width, aspect, source="The field of view is the picture's own (EXIF).")
    else:
        source = "The picture does not tell its field of view: 50 degrees are assumed."
        camera = Camera.from_field_of_view(float(DEFAULT_FIELD_OF_VIEW), aspect, source)
    tilt = np.pi / 2.0 - camera.pitch_of_row(horizon_row)
    pose = np.eye(4)
    pose[1:3, 1:3] = [[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]
    pose[:3, 3] = (0.0, 0.0, settings.camera_height)
    camera.pose = pose
    return camera


def _place(sighting: Sighting, name: str, view: View, camera: Camera, depth: np.ndarray) -> PlacedSource:
    region, guess = sighting.region, sighting.guess
    centre = visible_centre(region.mask)
    horizon = view.horizon
    if guess.extent == "ambient":
        from_picture = AMBIENT_DISTANCE
    elif guess.extent == "area" and centre[1] > horizon.row:  # a horizontal surface
        from_picture = surface_distance(region.mask, centre, depth, camera, horizon.row, horizon.confidence)
    else:
        from_picture = standing_distance(region.mask, depth, camera, horizon.row, horizon.confidence)
    distance = distance_for_label(from_picture, guess.label, region.box, centre, camera)
    position = place(camera, centre, distance.metres)
    is_area = guess.extent == "area"
    return PlacedSource(
        id=name,
        label=guess.label,
        prompt=guess.prompt,
        extent=guess.extent,
        score=region.score,
        box=region.box,
        centre=centre,
        mask=region.mask,
        from_picture=from_picture,
        distance=distance,
        position=position,
        radius=area_radius(camera, region.box, distance.metres) if is_area else 0.0,
        points=region_points(region.mask, camera, depth, centre, distance.metres) - position if is_area else np.zeros((0, 3)),
        outline=outline(region.mask),
    )


def distance_for_label(
    from_picture: Estimate,
    label: str,
    box: tuple[float, float, float, float],
    centre: tuple[float, float],
    camera: Camera,
) -> Estimate:
    """Combine the distance from the picture with that from the usual size for a label, and keep the result above the ground."""
    from_size = size_distance(label, box, camera)
    distance = from_picture if from_size is None else combine([from_picture, from_size])
    return replace(distance, metres=min(distance.metres, distance_to_ground(camera, centre)))


def voice(prompt: str, path: Path, duration: float, seed: int = 0, rate: int = 48000, backends: Backends = Backends()) -> Voice:
    """Make a clip and write it to `path`. Errors: `duration-invalid`, `folder-not-writable`, the generator's own."""
    made = backends.generator(prompt, duration, seed, rate)
    write_clip(path, made.samples, rate)
    return made


def clip_length(duration: float) -> float:
    """Length in seconds of the generated clips of a scene of `duration` seconds. Clips loop, so they need not be as long."""
    return min(max(duration, SHORTEST_CLIP), LONGEST_CLIP)


def seed_for(source_id: str, seed: int) -> int:
    """The seed of a source, derived from the seed of the plan."""
    return (zlib.crc32(source_id.encode()) + seed) % 2**31


@dataclass
class MixReport:
    """The result of a mix. `notes`: warnings."""

    path: Path
    layout: Layout
    samples: int
    levels: Levels
    notes: list[str] = field(default_factory=list)


@dataclass
class Mixdown:
    """Everything that a mix needs in memory: `clips`, a mono signal (n,) for each source; `response` (channels, taps), if the
    room is one; `head` for a binaural layout."""

    scene: SoundScene
    layout: Layout
    clips: list[np.ndarray]
    head: Head | None
    response: np.ndarray | None
    notes: list[str]


def prepare_mix(scene: SoundScene, layout_name: str, sofa: str | os.PathLike[str] | None = None) -> Mixdown:
    """Read what a mix needs.

    Errors: `layout-unknown`, `not-finite`, `room-outside`, those of `check_bounds`, `sofa-*`, `clip-*`, `response-*`.
    """
    layout = find_layout(layout_name)
    LOGGER.info("mix of %.2f s, %d sources, %s", scene.duration, len(scene.sources), layout.name)
    check_finite(scene)
    for source in scene.sources:
        check_clip_exists(source)
    seconds = {path: audio_facts(path).seconds for path in {source.clip for source in scene.sources}}
    check_bounds(scene, layout, seconds)
    check_listener(scene)
    notes = [] if scene.sources else ["The scene has no sources; the mix is silent."]
    notes += unheard(scene, [seconds[source.clip] for source in scene.sources])
    read: dict[Path, np.ndarray] = {}
    for source in scene.sources:
        if source.clip not in read:
            clip = read_clip(source.clip, scene.sample_rate)
            read[source.clip] = clip.samples
            notes += clip.notes
    head, response = None, None
    if sofa is not None and layout.kind != "binaural":
        notes.append(f"The head {os.fspath(sofa)} is not used: only binaural mixes have ears.")
    elif sofa is not None:
        head = read_head(sofa, scene.sample_rate)
    if isinstance(scene.room, Response):
        response = read_response(scene.room.file, scene.sample_rate)
    return Mixdown(scene, layout, [read[source.clip] for source in scene.sources], head, response, notes)


def read_head(sofa: str | os.PathLike[str] | None, rate: int) -> Head:
    """Read the head of a SOFA file, or the default one. Errors: `sofa-*`."""
    if not sofa:
        return default_head(rate)
    measured = read_sofa(sofa)
    return head_from_measurement(measured.directions, measured.responses, measured.rate, rate)


def channels_of(layout_name: str) -> int:
    """Number of channels of a layout. Error: `layout-unknown`."""
    return find_layout(layout_name).channels


def mix(
    scene: SoundScene,
    layout_name: str,
    out: str | os.PathLike[str],
    progress: Progress = silent,
    delivery: Delivery = Delivery(),
    sofa: str | os.PathLike[str] | None = None,
    mixdown: Mixdown | None = None,
    blocks: Iterator[np.ndarray] | None = None,
) -> MixReport:
    """Render a scene into a WAV or FLAC file of exactly `scene.samples`.

    `sofa`: a measured head (SimpleFreeFieldHRIR) for a binaural mix, None for the KEMAR manikin.
    `mixdown`: what `prepare_mix` has read already. `blocks`: the rendered blocks, if other processes render them, see
    `jobs.mixing`.
    Errors: those of `prepare_mix`, `format-*`, `would-overwrite`, `folder-not-writable`.
    """
    out, mixdown = Path(out), mixdown or prepare_mix(scene, layout_name, sofa)
    layout = mixdown.layout
    _check_overwrites_nothing(out, scene, sofa)
    meter = Meter(layout, scene.sample_rate)
    blocks = blocks or _rendered(mixdown, progress)
    # With another number of threads, matrix products are rounded differently: parts rendered elsewhere would not be the same.
    with threadpool_limits(limits=1, user_api="blas"):
        levels = deliver(
            blocks, meter, out, layout.channels, scene.sample_rate, scene.samples, layout.mask, delivery, scene.seed
        )
    progress(f"Mixing {layout.name}", scene.samples, scene.samples)
    return MixReport(out, layout, scene.samples, levels, mixdown.notes + levels.notes)


def _check_overwrites_nothing(out: Path, scene: SoundScene, sofa: str | os.PathLike[str] | None) -> None:
    used = [(source.clip, f"the clip of source {source.id[:60]!r}") for source in scene.sources]
    used += [(scene.room.file, "the room's impulse response")] if isinstance(scene.room, Response) else []
    used += [(Path(sofa), "the measured head")] if sofa is not None else []
    for path, what in used:
        if is_same_file(out, path):
            raise See2SoundError("would-overwrite", f"{out} is {what}; the mix would overwrite it.", "Choose another name.")


def _rendered(mixdown: Mixdown, progress: Progress) -> Iterator[np.ndarray]:
    scene = mixdown.scene
    blocks = render(scene, mixdown.clips, mixdown.layout, mixdown.notes, mixdown.head, response=mixdown.response)
    for number, block in enumerate(blocks):
        LOGGER.debug("block %d", number)
        progress(f"Mixing {mixdown.layout.name}", number * BLOCK, scene.samples)
        yield block
