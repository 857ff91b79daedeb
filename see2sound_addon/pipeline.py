"""The method in five stages: look, place, voice, mix, deliver. Of a 3D scene, `listen` comes before them, and `trace` before
the mix.

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

from .acoustics.geometry import Geometry
from .acoustics.trace import trace_acoustics
from .backends import Backends, find_backend
from .clips import Controls, MadeClip, WantedClip
from .delivery.formats import Delivery
from .delivery.mixdown import Levels, deliver
from .delivery.wav import write_clip
from .errors import See2SoundError
from .findings import Box, Estimate, Evidence, Findings, FoundSource, Settings
from .listening.listen import LABEL as LISTENING
from .listening.listen import ListenSettings, propose_in_steps
from .listening.observed import FindSurfaces, Observed, no_surfaces
from .listening.proposal import Proposal
from .media.audio import audio_facts, read_clip, read_response
from .media.pictures import Picture, read_picture
from .media.sofa import read_sofa
from .objects import OBJECTS
from .paths import is_same_file
from .placement.distance import combine, size_distance, standing_distance, surface_distance
from .placement.position import area_radius, distance_to_ground, nearest_standing, place, region_points, visible_centre
from .progress import Progress, Slices, at_once, no_progress
from .projection import Camera, Perspective
from .sound.generator import GeneratedClip
from .sound.generators import CONTROLLED
from .sound.library.generator import use_recording
from .sound.models import MODELS
from .sound.models.registry import Range
from .soundscene import Response, SoundScene, Trajectory, check_clip_exists, check_finite
from .spatial.audibility import unheard
from .spatial.bounds import check_bounds
from .spatial.head import Head, default_head, head_from_measurement
from .spatial.layouts import Layout, find_layout
from .spatial.loudness import Meter
from .spatial.renderer import BLOCK, render
from .spatial.room.images import check_listener
from .vision.look import Sighting, look, look_at
from .vision.regions import filled, make_region, outline
from .vision.view import View

LOGGER = logging.getLogger(__name__)
COUNTS = ("people", "birds", "insects", "animals", "frogs", "horses", "children")
"""Parameters of sound models that say how many there are."""
AMBIENT_DISTANCE, BED_DISTANCE = Estimate(3.0, 1.0), Estimate(12.0, 1.0)
"""Ambient sources have no distance; these only set their level: of an ambient object, and of a place's bed, which is quiet."""
FAINT_HORIZON = 0.3
"""Confidence below which the user is told that the horizon was not seen."""
CLIP_RATE = 48000
"""Hz, of generated clips."""
SHORTEST_CLIP, LONGEST_CLIP = 1.0, 60.0
"""Seconds."""
DEFAULT_FIELD_OF_VIEW = np.radians(50.0)
"""Horizontal, if neither a camera nor the picture has one."""


@dataclass
class Reconstruction(Findings):
    """Findings with the picture and its measurements."""

    picture: Picture
    view: View


def reconstruct(
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
    horizon, height, notes = settings.horizon, settings.camera_height, list(picture.notes)
    if camera is not None:
        camera = camera.fitted(picture.height / picture.width)
        horizon, height = _ground_of(camera, settings, notes)
    notes += backends.notes
    view, sightings = look(
        picture.pixels, settings.max_sources, horizon, backends.detector, backends.segmenter, backends.labeller
    )
    LOGGER.info("horizon at %.3f (confidence %.2f), %d regions", view.horizon.row, view.horizon.confidence, len(sightings))
    if camera is None:
        camera = standing_camera(picture, view.horizon.row, settings)
    progress("Placing it", 2, 3)
    depth = _depth(backends, view, camera, height)
    stem = _stem(path)
    sources = [_place(sighting, f"{stem}_{number}", view, camera, depth) for number, sighting in enumerate(sightings, 1)]
    notes += [sighting.region.note for sighting in sightings if sighting.region.note]
    notes.append(camera.note)
    if horizon is None and view.horizon.confidence < FAINT_HORIZON:
        notes.append("The horizon could not be seen; distances are rough. Set it, or the labels, for better ones.")
    unknown = sum(not source.prompt for source in sources)
    if unknown:
        notes.append(f"{unknown} of the objects could not be named. Type a label to give them a sound.")
    if not sources:
        notes.append("Nothing in the picture stands out as something that sounds.")
    progress("Done", 3, 3)
    return Reconstruction(camera, (picture.width, picture.height), sources, notes, picture, view)


def mark(
    path: str | os.PathLike[str],
    box: Box,
    camera: Camera | None = None,
    settings: Settings = Settings(),
    backends: Backends = Backends(),
) -> Reconstruction:
    """The one object that a user has marked in a picture, by a box around it, or by a box without a size: a click.

    The detector names it if it knows it, the labeller otherwise. Errors: those of `read_picture`, `box-invalid`.
    """
    x0, y0, x1, y1 = box
    if not (0.0 <= x0 <= x1 <= 1.0 and 0.0 <= y0 <= y1 <= 1.0):
        raise See2SoundError("box-invalid", f"The box {box} is not within the picture.", "Draw it inside the picture.")
    picture = read_picture(path)
    horizon, height, notes = settings.horizon, settings.camera_height, list(backends.notes)
    if camera is not None:
        camera = camera.fitted(picture.height / picture.width)
        horizon, height = _ground_of(camera, settings, [])
    view, sighting = look_at(picture.pixels, box, horizon, backends.detector, backends.labeller)
    if camera is None:
        camera = standing_camera(picture, view.horizon.row, settings)
    source = _place(sighting, _stem(path), view, camera, _depth(backends, view, camera, height))
    return Reconstruction(camera, (picture.width, picture.height), [source], notes, picture, view)


def merge(evidence: list[Evidence]) -> Evidence:
    """What several pieces of evidence show together: the outline around all of them, and the surest of their distances."""
    mask = np.logical_or.reduce([filled(one.outline) for one in evidence])
    region = make_region(mask, 1.0)
    surest = min(evidence, key=lambda one: one.distance.sigma)
    return Evidence(region.box, visible_centre(mask), surest.distance, mask, outline(mask))


def _stem(path: str | os.PathLike[str]) -> str:
    return re.sub(r"[^a-z0-9]+", "_", Path(path).stem.lower()).strip("_")[:40] or "picture"


def _depth(backends: Backends, view: View, camera: Camera, height: float) -> np.ndarray:
    """The depth of a view. Error: `depth-invalid`."""
    depth = backends.depth(view, camera, height)
    if depth.shape != view.small.shape[:2] or not np.isfinite(depth).all():
        message = f"The depth has the shape {depth.shape}, or values that are not finite."
        raise See2SoundError("depth-invalid", message, "Choose another depth backend.")
    return depth


def _ground_of(camera: Camera, settings: Settings, notes: list[str]) -> tuple[float | None, float]:
    """The horizon's row, or None to estimate it, and the height above the ground, for a camera of a scene."""
    row, above = camera.horizon_row(), camera.height()
    if settings.horizon is not None or above is None:
        return settings.horizon, settings.camera_height
    if row is not None:
        notes.append(f"The horizon and the height above the ground, {above:.2f} m, are the camera's.")
        return row, above
    parallel = camera.projection.field_of_view == 0.0  # then the pose alone tells where the ground is
    return None, above if parallel else settings.camera_height


def standing_camera(picture: Picture, horizon_row: float, settings: Settings) -> Camera:
    """A camera at (0, 0, camera_height) that looks along +Y, tilted so that the horizon is level with it."""
    aspect = picture.height / picture.width
    if settings.field_of_view is not None:
        projection, note = Perspective.of_view(settings.field_of_view, aspect), "The field of view was given."
    elif picture.focal_pixels is not None:
        projection = Perspective(picture.focal_pixels / picture.width, aspect)
        note = "The field of view is the picture's own (EXIF)."
    else:
        projection = Perspective.of_view(float(DEFAULT_FIELD_OF_VIEW), aspect)
        note = "The picture contains no field of view (EXIF): 50 degrees are assumed."
    tilt = np.pi / 2.0 - (projection.elevation(horizon_row) or 0.0)
    pose = np.eye(4)
    pose[1:3, 1:3] = [[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]
    pose[:3, 3] = (0.0, 0.0, settings.camera_height)
    return Camera(projection, pose, note)


def _place(sighting: Sighting, name: str, view: View, camera: Camera, depth: np.ndarray) -> FoundSource:
    region, guess, horizon = sighting.region, sighting.guess, view.horizon
    centre = visible_centre(region.mask)
    if guess.extent == "ambient":
        from_picture = BED_DISTANCE if region.is_bed else AMBIENT_DISTANCE
    elif guess.extent == "area" and region.kind not in OBJECTS and centre[1] > horizon.row:  # a surface that lies
        from_picture = surface_distance(region.mask, centre, depth, camera, horizon.row, horizon.confidence)
    else:
        from_picture = standing_distance(region.mask, depth, camera, horizon.row, horizon.confidence)
    distance = distance_for_label(from_picture, guess.label, region.box, centre, camera, guess.extent == "point")
    position = place(camera, centre, distance.metres)
    found = FoundSource(
        name, guess.label, guess.prompt, guess.extent, region.score, Trajectory.fixed(position), distance,
        evidence=Evidence(region.box, centre, from_picture, region.mask, outline(region.mask)),
    )  # fmt: skip
    if guess.extent == "area":
        found.radius = area_radius(camera, region.box, distance.metres)
        found.points = region_points(region.mask, camera, depth, centre, distance.metres) - position
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


def listen(
    observed: Observed,
    find: FindSurfaces = no_surfaces,
    settings: ListenSettings = ListenSettings(),
    progress: Progress = no_progress,
) -> list[Proposal]:
    """What sounds in a 3D scene, when and how: proposals with values and events that the sound models take.

    `find`: sends rays to the scene's surfaces. The proposals are sorted: those that sound first, the surest before others.
    """
    return at_once(listen_in_steps(observed, find, settings), LISTENING, progress)


def listen_in_steps(
    observed: Observed,
    find: FindSurfaces = no_surfaces,
    settings: ListenSettings = ListenSettings(),
) -> Slices[list[Proposal]]:
    """`listen` in steps, for a main thread that does other work in between."""
    found = yield from propose_in_steps(observed, find, settings)
    return [_fitted(one) for one in found]


def _fitted(proposal: Proposal) -> Proposal:
    """A proposal with the parameters that its model has, within their ranges."""
    model = MODELS.get(proposal.name)
    if model is None:
        return proposal
    values = {name: points for name, known in model.parameters.items() if (points := _points_of(name, known, proposal))}
    within = {
        name: [(time, min(max(value, model.parameters[name].low), model.parameters[name].high)) for time, value in points]
        for name, points in values.items()
    }
    return replace(proposal, values=within, events=proposal.events if model.events else None)


def _points_of(name: str, known: Range, proposal: Proposal) -> list[tuple[float, float]]:
    """The curve of a parameter: as proposed, or from the measures of the object."""
    if name in proposal.values:
        return proposal.values[name]
    measured = proposal.measures.get("count" if name in COUNTS else "mass" if known.unit == "kg" else name)
    fits = known.unit in ("m", "kg") or name in COUNTS
    return [] if measured is None or not fits else [(0.0, measured)]


def voice(
    prompt: str,
    path: Path,
    duration: float,
    seed: int = 0,
    rate: int = CLIP_RATE,
    backends: Backends = Backends(),
    controls: Controls = Controls(),
) -> GeneratedClip:
    """Make a clip and write it to `path`. The controls are those of the embedded generators; others make what the prompt says.

    Errors: `duration-invalid`, `parameter-*`, `events-none`, `folder-not-writable`, the generator's own.
    """
    controlled = next((one for one in CONTROLLED if one is backends.generator), None)
    if controlled is not None:
        made = controlled(prompt, duration, seed, rate, controls)
    else:
        made = backends.generator(prompt, duration, seed, rate)
        if controls.values or controls.events is not None:
            made.notes.append("Only procedural sounds have parameters and events; they were not used.")
    write_clip(path, made.samples, rate)
    return made


def make_clips(wanted: list[WantedClip], progress: Progress = no_progress, backends: Backends = Backends()) -> list[MadeClip]:
    """Make all clips that are wanted. Errors: those of `voice`, `backend-unknown`."""
    clips = []
    for number, one in enumerate(wanted):
        progress("Making sounds", number, len(wanted))
        own = replace(backends, generator=find_backend("generator", one.generator)) if one.generator else backends
        if one.recording is not None:
            made = use_recording(one.recording, one.prompt, one.seconds, one.seed, controls=one.controls)
            write_clip(one.path, made.samples, CLIP_RATE)
        else:
            made = voice(one.prompt, one.path, one.seconds, one.seed, backends=own, controls=one.controls)
        facts = (made.model, made.level, made.reference_distance, made.notes, made.loops, made.recording, made.licence)
        clips.append(MadeClip(one.source_id, one.path, *facts))
    return clips


def trace(scene: SoundScene, geometry: Geometry, progress: Progress = no_progress) -> tuple[SoundScene, list[str]]:
    """The plan of a scene with what its meshes do to its sounds, and notes.

    Each source that is no ambience gets octaves of occlusion, detours around edges, reflections and a tail; the room is a
    `Traced` one. What the plan had of these is replaced. Errors: `geometry-empty`, `geometry-large`, `rays-missing`.
    """
    LOGGER.info("tracing %d triangles for %d sources", geometry.triangles, len(scene.sources))
    return trace_acoustics(scene, geometry, progress)


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
    progress: Progress = no_progress,
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
