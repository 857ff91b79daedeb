"""Sample a Blender scene over its frames into a plan, from the evaluated dependency graph."""

from __future__ import annotations

import math
import zlib
from array import array
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import numpy as np
import soundfile
from mathutils import Matrix, Quaternion

from ...errors import See2SoundError
from ...media.audio import audio_facts
from ...media.files import whole_file
from ...progress import Progress, Slices, at_once, no_progress
from ...soundscene import Air, Cone, Fader, SoundScene, Source, Trajectory, check_finite
from ...spatial.levels import has_cone
from ...spatial.room.images import outside
from .. import heard
from ..properties.source import SourceProperties
from ..room.reading import scene_room
from ..sources import free_id, has_foreign_reference, heard_and_unheard, is_muted, sound_strips
from ..units import frame_rate, metres_per_unit, visit_frames
from .events import events_of

JUST_BEFORE = 1e-6
"""Seconds before a cut at which the previous camera is sampled last."""
READING = "Reading the scene"
FARTHEST = 1e9
"""Metres: plans bound their distances."""
SILENCE = 1e-6
"""A volume below this is taken as this, -120 dB."""
FURTHER_BACK = 10.0
"""Seconds by which loops that begin at the first frame start earlier, so that their sound has arrived by then."""


@dataclass(frozen=True)
class Instance:
    """Identifies a Speaker inside a collection instance, as the dependency graph does."""

    owner: str
    number: tuple[int, ...]
    speaker: str


@dataclass
class Emitter:
    """A Speaker of the scene, or (`instance`) of a collection that is instanced in it."""

    obj: bpy.types.Object
    instance: Instance | None = None
    sample: Sample = field(default_factory=lambda: Sample())
    pose: Matrix | None = None


@dataclass
class Sample:
    """One object over time: `positions` in Blender units, `rotations` (w, x, y, z), for Speakers `volumes` and `pitches`.

    Flat arrays, because NumPy converts nested lists so slowly that Blender's window would freeze; in the precision that
    Blender has itself, for a long film has many of them. All Speakers share their `times`.
    """

    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    positions: array[float] = field(default_factory=lambda: array("f"))
    rotations: array[float] = field(default_factory=lambda: array("f"))
    volumes: array[float] = field(default_factory=lambda: array("f"))
    pitches: array[float] = field(default_factory=lambda: array("f"))


def sample_scene(
    context: bpy.types.Context, scene: bpy.types.Scene, clips: Path, progress: Progress = no_progress
) -> tuple[SoundScene, list[str]]:
    """The plan of a scene with its active camera as the listener, and notes on what is left out.

    `clips`: a folder for sounds that are packed into the .blend. Errors: `no-camera`, `clip-missing`.
    """
    return at_once(sample_in_slices(context, scene, clips, 1.0), READING, progress)


def sample_in_slices(
    context: bpy.types.Context, scene: bpy.types.Scene, clips: Path, seconds: float, shown: range | None = None
) -> Slices[tuple[SoundScene, list[str]]]:
    """`sample_scene` in slices of about `seconds`, between which the scene is at its original frame.

    `shown`: the frames that are heard, None for all of the scene's. Yields how many frames are read, and of how many. The
    scene must not change in between.
    """
    shots = _shots(scene)
    audible, unheard = heard_and_unheard(scene, context.view_layer)
    notes = [f"{obj.name!r} {why}; it is left out." for obj, why in unheard.items()]
    emitters = [Emitter(obj) for obj in audible]
    if has_instanced_speakers(scene):
        emitters += _instanced(context.evaluated_depsgraph_get())
    shown = shown or range(scene.frame_start, scene.frame_end + 1)
    listener, cuts = yield from _sample_frames(context, scene, shots, emitters, shown, seconds)
    plan = _plan_without_sources(context, scene, shown)
    plan.listener = _trajectory(listener, metres_per_unit(scene), cuts)
    taken: set[str] = set()
    for emitter in emitters:
        sources, more = _sources_of(emitter, scene, shown.start, clips, taken)
        plan.sources += sources
        notes += more
        yield len(shown) + 1, len(shown) + 1
    check_finite(plan)
    for source in plan.sources:
        notes += outside(plan.room, source.id, source.path)
    return plan, notes


def _sample_frames(
    context: bpy.types.Context,
    scene: bpy.types.Scene,
    shots: list[tuple[int, bpy.types.Object]],
    emitters: list[Emitter],
    shown: range,
    seconds: float,
) -> Slices[tuple[Sample, list[float]]]:
    """Sample the listener and all emitters, from the first frame to the one after the last; return the listener and cuts."""
    listener, cuts, times, moments = Sample(), [], array("d"), array("d")
    instanced = any(emitter.instance is not None for emitter in emitters)
    frames = range(shown.start, shown.stop + 1)

    def sample(frame: int) -> None:
        graph = context.evaluated_depsgraph_get()
        time = (frame - shown.start) / frame_rate(scene)
        camera, before = _camera_at(shots, frame), _camera_at(shots, frame - 1)
        if frame > shown.start and camera != before:
            _add(listener, before, graph)
            times.append(time - JUST_BEFORE)
            cuts.append(time)
        _add(listener, camera, graph)
        times.append(time)
        moments.append(time)
        poses = _instance_poses(graph) if instanced else {}
        for emitter in emitters:
            if emitter.instance is not None:  # a hidden instance stays where it was
                emitter.pose = poses.get(emitter.instance, emitter.pose)
            _add(emitter.sample, emitter.obj, graph, emitter.pose)

    for done in visit_frames(scene, frames, seconds, sample):
        yield done, len(frames)
    listener.times, shared = np.array(times), np.array(moments)
    for emitter in emitters:
        emitter.sample.times = shared
    return listener, cuts


def _plan_without_sources(context: bpy.types.Context, scene: bpy.types.Scene, shown: range) -> SoundScene:
    settings = scene.see2sound
    return SoundScene(
        duration=len(shown) / frame_rate(scene),
        listener=Trajectory.fixed((0.0, 0.0, 0.0)),
        sources=[],
        seed=settings.seed,
        sample_rate=max(8000, scene.render.ffmpeg.audio_mixrate),
        speed_of_sound=scene.audio_doppler_speed,
        doppler_factor=scene.audio_doppler_factor,
        distance_model=scene.audio_distance_model.lower(),
        room=scene_room(scene, context.evaluated_depsgraph_get()),
        air=Air(settings.temperature, settings.humidity) if settings.use_air else None,
    )


def _sources_of(
    emitter: Emitter, scene: bpy.types.Scene, first_frame: int, clips: Path, taken: set[str]
) -> tuple[list[Source], list[str]]:
    """A source for each sound strip of an emitter, and notes. `taken`: ids that are used already; new ones are added."""
    obj, sample, notes = emitter.obj, emitter.sample, []
    strips = sound_strips(obj)
    if not strips:
        notes.append(f"{obj.name!r} has no NLA sound strip and so does not sound in Blender; it is left out.")
    if np.ptp(sample.pitches) > 1e-6:
        notes.append(f"The pitch of {obj.name!r} is animated; it is taken from the first frame.")
    _check_place(obj, sample)
    if strips and (why := _why_unreadable(obj, clips)):
        return [], [*notes, f"{obj.name!r} is left out. {why}"]
    if has_foreign_reference(obj):
        notes.append(
            f"{obj.name!r} has a sound of yours, but still the distance reference of the generated sound, "
            f"{obj.data.distance_reference:.3g}. Set it to 1 in the Speaker's properties for the file's own level."
        )
    sources = []
    for strip in strips:
        name = free_id(obj.see2sound.source_id or obj.name, taken)
        taken.add(name)
        start = (strip.frame_start - first_frame) / frame_rate(scene)
        sources.append(_source(obj, name, start, sample, scene, clips))
    emitter.sample = Sample()  # what it holds is in the plan now
    return sources, notes


def has_instanced_speakers(scene: bpy.types.Scene) -> bool:
    """Whether a collection with Speakers is instanced in a scene, at any depth."""
    seen: set[str] = set()

    def holds_speaker(obj: bpy.types.Object) -> bool:
        collection = obj.instance_collection if obj.instance_type == "COLLECTION" else None
        if collection is None or collection.name_full in seen:
            return False
        seen.add(collection.name_full)
        return any(inner.type == "SPEAKER" or holds_speaker(inner) for inner in collection.all_objects)

    return any(holds_speaker(obj) for obj in scene.objects)


def _instanced(graph: bpy.types.Depsgraph) -> list[Emitter]:
    """The audible Speakers of collection instances."""
    found = []
    for instance in graph.object_instances:
        if instance.is_instance and instance.object.type == "SPEAKER":
            obj = instance.object.original
            if obj.data.sound is not None and not is_muted(obj):
                found.append(Emitter(obj, _key(instance)))
    return found


def _instance_poses(graph: bpy.types.Depsgraph) -> dict[Instance, Matrix]:
    return {_key(i): i.matrix_world.copy() for i in graph.object_instances if i.is_instance and i.object.type == "SPEAKER"}


def _key(instance: bpy.types.DepsgraphObjectInstance) -> Instance:
    return Instance(instance.parent.original.name_full, tuple(instance.persistent_id), instance.object.original.name_full)


def _shots(scene: bpy.types.Scene) -> list[tuple[int, bpy.types.Object]]:
    """The first frame of each active camera, by the camera markers, else the scene's camera."""
    bound = [marker for marker in scene.timeline_markers if marker.camera is not None and not marker.camera.hide_render]
    shots = sorted(((marker.frame, marker.camera) for marker in bound), key=lambda shot: shot[0])
    if not shots and scene.camera is None:
        raise See2SoundError("no-camera", "The scene has no active camera to listen from.", "Add a camera and make it active.")
    return shots or [(scene.frame_start, scene.camera)]


def check_camera(scene: bpy.types.Scene) -> None:
    """Error: `no-camera`."""
    _shots(scene)


def _camera_at(shots: list[tuple[int, bpy.types.Object]], frame: int) -> bpy.types.Object:
    return next((camera for start, camera in reversed(shots) if start <= frame), shots[0][1])


def _add(sample: Sample, obj: bpy.types.Object, graph: bpy.types.Depsgraph, pose: Matrix | None = None) -> None:
    """`pose`: of an instance, None for that of the object itself."""
    evaluated = obj.evaluated_get(graph)
    pose = evaluated.matrix_world if pose is None else pose
    sample.positions.extend(pose.translation)
    sample.rotations.extend(_listener_quaternion(pose) if obj.type != "SPEAKER" else _quaternion(pose))
    if obj.type == "SPEAKER":
        # A new volume does not reach the dependency graph by itself; tagging the Speaker would have Blender's audio copy all
        # that it knows of its earlier frames, at every frame.
        data = obj.data if obj.data.animation_data is None else evaluated.data
        sample.volumes.append(float(data.volume))
        sample.pitches.append(float(data.pitch))


def _check_place(obj: bpy.types.Object, sample: Sample) -> None:
    if not np.isfinite(sample.positions).all() or not np.isfinite(sample.rotations).all():
        raise See2SoundError(
            "nowhere", f"{obj.name!r} has a transform that is infinite or not a number.", "Check its drivers and location."
        )


def _why_unreadable(obj: bpy.types.Object, clips: Path) -> str:
    """Why a sound file cannot be read, or an empty text."""
    path = clip_path(obj, clips)
    try:
        audio_facts(path)
    except See2SoundError as error:
        return str(error)
    return ""


def _trajectory(sample: Sample, scale: float, cuts: list[float], turns: bool = True) -> Trajectory:
    """`turns`: whether its rotations make a difference; they are more than half of it."""
    positions = np.array(sample.positions, float).reshape(-1, 3) * scale
    rotations = np.array(sample.rotations if turns else sample.rotations[:4], float).reshape(-1, 4)
    if np.ptp(positions, axis=0).max() < 1e-7:
        positions = positions[:1]
    if np.ptp(rotations, axis=0).max() < 1e-7:
        rotations = rotations[:1]
    if len(positions) == 1 and len(rotations) == 1:
        return Trajectory(np.zeros(1), positions, rotations)
    return Trajectory(sample.times, positions, rotations, np.array(cuts))


def _quaternion(pose: Matrix) -> Quaternion:
    return _unit(pose.to_3x3().normalized())


def _unit(axes: Matrix) -> Quaternion:
    """The rotation of axes; the identity if their scale is zero."""
    if abs(axes.determinant()) < 0.5:
        return Quaternion()
    return axes.to_quaternion().normalized()


def _listener_quaternion(pose: Matrix) -> Quaternion:
    """A camera's pose in the listener's frame: front is its -Z, left its -X, up its +Y."""
    axes = pose.to_3x3().normalized()
    return _unit(Matrix((-axes.col[2], -axes.col[0], axes.col[1])).transposed())


def _source(obj: bpy.types.Object, name: str, start: float, sample: Sample, scene: bpy.types.Scene, clips: Path) -> Source:
    speaker, facts = obj.data, obj.see2sound
    scale = metres_per_unit(scene)
    loop = bool(facts.source_id) and facts.loop
    volumes = np.maximum(np.array(sample.volumes, float), SILENCE)
    steady = float(np.ptp(volumes)) < 1e-6
    gain = scene.audio_volume * (float(volumes[0]) if steady else 1.0)
    fader = Fader() if steady else Fader(sample.times, 20.0 * np.log10(volumes))
    path, pitch = clip_path(obj, clips), sample.pitches[0]
    if loop and start <= 0.0:
        start -= _laps_back(path) / pitch
    source = Source(
        id=name,
        clip=path,
        path=Trajectory.fixed((0.0, 0.0, 0.0)),
        label=facts.label,
        prompt=facts.prompt,
        extent=facts.extent if facts.source_id else "point",
        radius=facts.radius * scale if facts.source_id else 0.0,
        start=start,
        loop=loop,
        gain_db=20.0 * math.log10(max(gain, SILENCE)),
        pitch=pitch,
        fader=fader,
        points=_points(facts, scale),
        lfe_db=facts.lfe if facts.use_lfe else None,
        cone=Cone(math.radians(speaker.cone_angle_inner), math.radians(speaker.cone_angle_outer), speaker.cone_volume_outer),
        object=obj.parent.name if obj.parent is not None else "",
        events=_events(scene, obj),
        **{field: getattr(facts, name) for field, name in heard.OF_SOURCES.items()},
        **{field: getattr(speaker, name) for field, name in heard.OF_SPEAKERS.items()},
        **{field: min(getattr(speaker, name) * scale, FARTHEST) for field, name in heard.LENGTHS_OF_SPEAKERS.items()},
    )
    source.path = _trajectory(sample, scale, [], turns=has_cone(source) or len(source.points) > 0)
    return source


def _events(scene: bpy.types.Scene, obj: bpy.types.Object) -> np.ndarray:
    """(k, 2) seconds and strengths of what happens in a source's clip, where it is known."""
    events = np.array(events_of(scene, obj) or [], float).reshape(-1, 2)
    events[:, 1] = np.clip(events[:, 1], 0.0, 1.0)
    return events


def _points(facts: SourceProperties, scale: float) -> np.ndarray:
    """(k, 3) metres of an area that has a shape."""
    shape = np.array(facts.shape).reshape(-1, 3)
    used = shape[np.abs(shape).max(axis=1) > 0.0] if facts.source_id and facts.extent == "area" else shape[:0]
    return used * facts.radius * scale


def _laps_back(path: Path) -> float:
    """Seconds: a whole number of the clip's lengths, at least FURTHER_BACK, so that its phase stays that of its strip."""
    try:
        length = soundfile.info(path).duration
    except soundfile.LibsndfileError:  # the mix will say what is wrong with it
        return 0.0
    return math.ceil(FURTHER_BACK / length) * length if length > 0.0 else 0.0


def clip_path(obj: bpy.types.Object, clips: Path) -> Path:
    """The file of a Speaker's sound. `clips`: a folder for one that is packed into the .blend. Error: `clip-missing`."""
    sound = obj.data.sound
    path = Path(bpy.path.abspath(sound.filepath, library=sound.library))
    if sound.packed_file is not None and not path.is_file():
        path = clips / f"packed_{zlib.crc32(sound.name_full.encode()):08x}{path.suffix}"
        with whole_file(path) as partial:
            partial.write_bytes(sound.packed_file.data)
    if not path.is_file():
        raise See2SoundError(
            "clip-missing",
            f"The sound of {obj.name!r} is missing: {path}.",
            "Generate it again, or find the missing file.",
        )
    return path
