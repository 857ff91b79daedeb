"""The method in five stages: look, place, voice, mix, deliver. Of a 3D scene, `listen` comes before them, and `trace` before
the mix.

Plain functions of plain data, without Blender. The operators, the shell and scripts call the same functions.
"""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from .acoustics.geometry import Geometry
from .acoustics.trace import trace_acoustics
from .backends import Backends, find_backend
from .clips import Controls, MadeClip, WantedClip
from .delivery.formats import Delivery, Wanted, find_output
from .delivery.mixdown import Levels, deliver
from .delivery.wav import write_clip
from .errors import See2SoundError
from .findings import Settings
from .lexicon.lookup import explain
from .listening.listen import LABEL as LISTENING
from .listening.listen import ListenSettings, propose_in_steps
from .listening.observed import FindSurfaces, Observed, no_surfaces
from .listening.proposal import Proposal
from .media.audio import audio_facts, read_clip, read_response
from .media.moving import is_moving
from .media.sofa import read_sofa
from .outputs.adm_plan import plan_of
from .outputs.stretches import join, write_stretch
from .outputs.together import Part
from .paths import is_same_file
from .progress import Progress, Slices, at_once, no_progress
from .projection import Camera
from .reconstruction.moving import follow
from .reconstruction.placing import distance_for_label as distance_for_label
from .reconstruction.placing import standing_camera as standing_camera
from .reconstruction.still import Reconstruction as Reconstruction
from .reconstruction.still import mark as mark
from .reconstruction.still import merge as merge
from .reconstruction.still import reconstruct_still
from .sound.generator import GeneratedClip
from .sound.generators import CONTROLLED
from .sound.library.generator import use_recording
from .sound.models import MODELS
from .sound.models.registry import Range
from .soundscene import Response, SoundScene, check_clip_exists, check_finite
from .soundtracks.facts import WantedSource
from .soundtracks.split import SplitReport, split
from .spatial.audibility import unheard
from .spatial.bounds import check_bounds
from .spatial.head import Head, default_head, head_from_measurement
from .spatial.layouts import Layout, find_layout
from .spatial.loudness import Meter
from .spatial.renderer import BLOCK, render
from .spatial.room.images import check_listener
from .spatial.threads import cores

LOGGER = logging.getLogger(__name__)
COUNTS = ("people", "birds", "insects", "animals", "frogs", "horses", "children")
"""Parameters of sound models that say how many there are."""
CLIP_RATE = 48000
"""Hz, of generated clips."""
SHORTEST_CLIP, LONGEST_CLIP = 1.0, 60.0
"""Seconds."""
NEXT_TAKE = 1000003
"""Between the seeds of two takes."""


def reconstruct(
    path: str | os.PathLike[str],
    camera: Camera | None = None,
    settings: Settings = Settings(),
    progress: Progress = no_progress,
    backends: Backends = Backends(),
) -> Reconstruction:
    """Find the objects of a still or moving picture that can make a sound, and their places in the world over time.

    `camera`: the frame that the picture is fitted into, or None for one that stands at the origin of the ground, at
    `camera_height`, level with the picture's horizon. Errors: those of `read_picture` and `open_moving`.
    """
    if is_moving(path):
        return follow(path, camera, settings, progress, backends)
    return reconstruct_still(path, camera, settings, progress, backends)


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

    Where the backends have a ranker, the take that fits the prompt best is kept.
    Errors: `duration-invalid`, `parameter-*`, `events-none`, `folder-not-writable`, the generator's and the ranker's own.
    """
    made = _take(prompt, duration, seed, rate, backends, controls)
    if backends.ranker is not None and backends.takes > 1:
        others = (seed + NEXT_TAKE * number for number in range(1, backends.takes))
        takes = [made, *(_take(prompt, duration, other % 2**31, rate, backends, controls) for other in others)]
        best = int(np.argmax(backends.ranker(prompt, [take.samples for take in takes], rate)))
        made = takes[best]
        made.notes.append(f"Take {best + 1} of {len(takes)} fits {prompt!r} best.")
    write_clip(path, made.samples, rate)
    return made


def _take(prompt: str, duration: float, seed: int, rate: int, backends: Backends, controls: Controls) -> GeneratedClip:
    controlled = next((one for one in CONTROLLED if one is backends.generator), None)
    if controlled is not None:
        return controlled(prompt, duration, seed, rate, controls)
    made = backends.generator(prompt, duration, seed, rate)
    if controls.values or controls.events is not None:
        made.notes.append("Only procedural sounds have parameters and events; they were not used.")
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
        clips.append(MadeClip(one.source_id, one.path, *facts, one.prompt))
    return clips


def trace(scene: SoundScene, geometry: Geometry, progress: Progress = no_progress) -> tuple[SoundScene, list[str]]:
    """The plan of a scene with what its meshes do to its sounds, and notes.

    Each source that is no ambience gets octaves of occlusion, detours around edges, reflections and a tail; the room is a
    `Traced` one. What the plan had of these is replaced. Errors: `geometry-empty`, `geometry-large`, `rays-missing`.
    """
    LOGGER.info("tracing %d triangles for %d sources", geometry.triangles, len(scene.sources))
    return trace_acoustics(scene, geometry, progress)


def moments_for(prompt: str, events: np.ndarray) -> list[tuple[float, float]] | None:
    """The events (k, 2) that a clip of a prompt is made with, if its sound has any; None to leave them to the model."""
    model = MODELS.get(explain(prompt).name)
    if model is None or not model.events or not len(events):
        return None
    return [(float(seconds), float(strength)) for seconds, strength in events]


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
    threads: int | None = None,
) -> MixReport:
    """Render a scene into a WAV or FLAC file of exactly `scene.samples`.

    `sofa`: a measured head (SimpleFreeFieldHRIR) for a binaural mix, None for the KEMAR manikin.
    `mixdown`: what `prepare_mix` has read already. `threads`: None for as many as there are cores; the file is the same.
    Errors: those of `prepare_mix`, `format-*`, `would-overwrite`, `folder-not-writable`.
    """
    out, mixdown = Path(out), mixdown or prepare_mix(scene, layout_name, sofa)
    layout = mixdown.layout
    _check_overwrites_nothing(out, scene, sofa)
    meter = Meter(layout, scene.sample_rate)
    blocks = _rendered(mixdown, progress, threads or cores())
    # With another number of threads, matrix products are rounded differently: parts rendered elsewhere would not be the same.
    with threadpool_limits(limits=1, user_api="blas"):
        levels = deliver(
            blocks, meter, out, layout.channels, scene.sample_rate, scene.samples, layout.mask, delivery, scene.seed
        )
    progress(f"Mixing {layout.name}", scene.samples, scene.samples)
    return MixReport(out, layout, scene.samples, levels, mixdown.notes + levels.notes)


def split_soundtrack(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    wanted: Sequence[WantedSource],
    progress: Progress = no_progress,
    backends: Backends = Backends(),
    begin: float = 0.0,
    seconds: float | None = None,
) -> SplitReport:
    """Split the soundtrack of a film or a sound file into a stem for each wanted source and a bed with all the rest.

    Without any wanted, what lasts and what strikes are stems. `begin`, `seconds`: of the part that is split. All stems and the
    bed add up to the soundtrack. Errors: those of `soundtracks.split.split`.
    """
    with threadpool_limits(limits=cores(), user_api="blas"):
        return split(Path(path), Path(out), wanted, backends.separator, progress, begin, seconds)


def plan_of_objects(path: str | os.PathLike[str], folder: Path) -> tuple[SoundScene, list[str]]:
    """The plan of an ADM file, and notes. `folder`: for the clips of its objects. Errors: `adm-*`, `folder-not-writable`."""
    return plan_of(Path(path), folder)


@dataclass
class ExportReport:
    """The result of an export: a file or a folder. `notes`: warnings."""

    path: Path
    notes: list[str] = field(default_factory=list)


def export(
    scene: SoundScene,
    output: str,
    out: str | os.PathLike[str],
    progress: Progress = no_progress,
    layout_name: str | None = None,
    sofa: str | os.PathLike[str] | None = None,
    bake: bool = False,
    frame_rate: float = 24.0,
    by_label: bool = False,
) -> ExportReport:
    """Write a scene as objects, stems or another of `delivery.formats.OUTPUTS`.

    `layout_name`, `sofa`: for outputs that are panned. `bake`: whether object audio has travel times and reflections in its
    signals. `frame_rate`: of edit lists. `by_label`: whether sources with the same label are one stem.
    Errors: those of `prepare_mix` and of the output, `format-*`, `would-overwrite`.
    """
    out, form = Path(out), find_output(output)
    if form.layout == "needed" and layout_name is None:
        raise See2SoundError("layout-unknown", f"{form.name} needs a layout.", "Name one, for example 7.1.4.")
    if form.layout == "none" and layout_name is not None:
        raise See2SoundError("format-impossible", f"{form.name} has no layout: it is panned later.", "Leave the layout out.")
    mixdown = prepare_mix(scene, layout_name or "7.1.4", sofa)
    _check_overwrites_nothing(out, scene, sofa)
    wanted = Wanted(out.stem, layout_name, mixdown.head, mixdown.response, bake, frame_rate, by_label)
    with threadpool_limits(limits=1, user_api="blas"):
        notes = form.write(scene, mixdown.clips, out, wanted, progress)
    return ExportReport(out, list(dict.fromkeys(mixdown.notes + notes)))


def mix_part(
    scene: SoundScene,
    layout_name: str,
    out: str | os.PathLike[str],
    number: int,
    count: int,
    progress: Progress = no_progress,
    sofa: str | os.PathLike[str] | None = None,
) -> ExportReport:
    """Render one of `count` stretches of a mix, `number` from 1, for `outputs.stretches.join`.

    Errors: those of `prepare_mix`, `part-unknown`, `would-overwrite`, `folder-not-writable`.
    """
    out, mixdown = Path(out), prepare_mix(scene, layout_name, sofa)
    _check_overwrites_nothing(out, scene, sofa)
    part = Part(mixdown.scene, mixdown.clips, mixdown.layout, head=mixdown.head, response=mixdown.response)
    with threadpool_limits(limits=1, user_api="blas"):
        write_stretch(part, number, count, out, mixdown.notes, progress)
    return ExportReport(out, mixdown.notes)


def join_parts(
    parts: list[Path], out: str | os.PathLike[str], progress: Progress = no_progress, delivery: Delivery = Delivery()
) -> MixReport:
    """Join the stretches of a mix into the file that `mix` would have written. Errors: those of `outputs.stretches.join`."""
    levels, layout, samples = join(parts, Path(out), delivery, progress)
    return MixReport(Path(out), layout, samples, levels, levels.notes)


def _check_overwrites_nothing(out: Path, scene: SoundScene, sofa: str | os.PathLike[str] | None) -> None:
    used = [(source.clip, f"the clip of source {source.id[:60]!r}") for source in scene.sources]
    used += [(scene.room.file, "the room's impulse response")] if isinstance(scene.room, Response) else []
    used += [(Path(sofa), "the measured head")] if sofa is not None else []
    for path, what in used:
        if is_same_file(out, path):
            raise See2SoundError("would-overwrite", f"{out} is {what}; the mix would overwrite it.", "Choose another name.")


def _rendered(mixdown: Mixdown, progress: Progress, threads: int) -> Iterator[np.ndarray]:
    scene = mixdown.scene
    layout, response = mixdown.layout, mixdown.response
    blocks = render(scene, mixdown.clips, layout, mixdown.notes, mixdown.head, response=response, threads=threads)
    for number, block in enumerate(blocks):
        LOGGER.debug("block %d", number)
        progress(f"Mixing {mixdown.layout.name}", number * BLOCK, scene.samples)
        yield block
