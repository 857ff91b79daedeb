"""Whether the rendered mix is outdated. Light: a handler that runs after each change of a scene is here.

A job that mixes a scene keeps a `Reading`: a fingerprint of what it read, and whether the scene has changed since. When the
job has finished, the scene takes both over. So several mixes at once do not mistake each other's changes for their own.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy

from ..heard import OF_SCENE, source_properties, speaker_properties
from ..sources import is_muted, same_file

NOT_OF_ROOMS = {"rna_type", "name", "traced", "traced_with", "trace_outdated", "show_rays"}


@dataclass(eq=False)
class Reading:
    """What a job has read. `scene`: its session_uid. `print`: the fingerprint of its settings. `changed`: whether it is old."""

    scene: int
    print: str
    changed: bool = False


_readings: list[Reading] = []
"""Of the jobs at work."""


def begin(scene: bpy.types.Scene) -> Reading:
    """The scene was read for a mix just now; from here on its changes are watched, until `forget` or `remember`."""
    reading = Reading(scene.session_uid, _settings_print(scene))
    _readings.append(reading)
    return reading


def forget(reading: Reading | None) -> None:
    """The job has ended."""
    if reading in _readings:
        _readings.remove(reading)


def remember(scene: bpy.types.Scene, path: str, reading: Reading) -> None:
    """The mix at `path` is the scene's from now on."""
    forget(reading)
    settings = scene.see2sound
    settings.mixed, settings.mixed_with = path, reading.print
    settings.outdated = reading.changed or _settings_print(scene) != reading.print
    for other in bpy.data.scenes:
        if other != scene and other.library is None and other.see2sound.mixed and same_file(other.see2sound.mixed, path):
            other.see2sound.outdated = True  # its mix was written over


def setting_changed(settings: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """For `update` of settings that a mix is made with."""
    _look_at(settings.id_data)  # type: ignore[arg-type]


def look() -> None:
    """For a timer: changes of Speakers' own properties do not reach the dependency graph."""
    for scene in bpy.data.scenes:
        _look_at(scene)


def watch(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> None:
    """For `depsgraph_update_post`: mark mixes outdated when what they are made of has changed."""
    if not _is_watched(scene):
        return
    if any(_is_heard(update) for update in graph.updates):
        _mark(scene, "")
    elif any(isinstance(update.id, bpy.types.Scene) for update in graph.updates):
        _look_at(scene)


@contextmanager
def unchanged(scene: bpy.types.Scene) -> Iterator[None]:
    """What happens here does not make a mix outdated."""
    before, readings = scene.see2sound.outdated, [(reading, reading.changed) for reading in _readings]
    yield
    scene.see2sound.outdated = before
    for reading, changed in readings:
        reading.changed = changed


def is_whole(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> bool:
    """Whether everything that is heard was evaluated anew, as happens after undo and opening a file.

    Objects that are disabled or excluded are not in the dependency graph, and so are never evaluated.
    """
    updated = {update.id.name for update in graph.updates if isinstance(update.id, bpy.types.Object)}
    evaluated = (item for item in graph.ids if isinstance(item, bpy.types.Object))
    return updated >= {obj.name for obj in evaluated if obj.type in {"SPEAKER", "CAMERA"}}


def _of(scene: bpy.types.Scene) -> list[Reading]:
    return [reading for reading in _readings if reading.scene == scene.session_uid and not reading.changed]


def _is_watched(scene: bpy.types.Scene) -> bool:
    return bool((scene.see2sound.mixed_with and not scene.see2sound.outdated) or _of(scene))


def _look_at(scene: bpy.types.Scene) -> None:
    if _is_watched(scene):
        _mark(scene, _settings_print(scene))


def _mark(scene: bpy.types.Scene, now: str) -> None:
    """`now`: the fingerprint of the scene, or "" where it is another than it was for certain."""
    settings = scene.see2sound
    if settings.mixed_with and not settings.outdated and now != settings.mixed_with:
        settings.outdated = True
    for reading in _of(scene):
        reading.changed = now != reading.print


def _is_heard(update: bpy.types.DepsgraphUpdate) -> bool:
    obj = update.id
    if isinstance(obj, bpy.types.Object):
        return obj.type in {"SPEAKER", "CAMERA"} and (update.is_updated_transform or update.is_updated_geometry)
    return isinstance(obj, bpy.types.Speaker | bpy.types.Sound)


def _settings_print(scene: bpy.types.Scene) -> str:
    settings, room = scene.see2sound, scene.see2sound.room
    facts = [getattr(settings, name) for name in OF_SCENE]
    if room.box is not None:
        facts += [tuple(map(tuple, room.box.matrix_world)), tuple(room.box.dimensions), room.box.empty_display_size]
    facts += [_plain(getattr(room, item.identifier)) for item in room.bl_rna.properties if item.identifier not in NOT_OF_ROOMS]
    facts += [scene.frame_start, scene.frame_end, scene.render.fps, scene.render.fps_base, scene.unit_settings.scale_length]
    facts += [scene.unit_settings.system, scene.render.ffmpeg.audio_mixrate]
    facts += [scene.audio_volume, scene.audio_doppler_speed, scene.audio_doppler_factor, scene.audio_distance_model]
    facts += [(marker.frame, marker.camera.name) for marker in scene.timeline_markers if marker.camera is not None]
    facts += [scene.camera.name if scene.camera is not None else ""]
    facts += [_speaker_print(obj) for obj in scene.objects if obj.type == "SPEAKER"]
    return f"{zlib.crc32(repr(facts).encode()):08x}"


def _speaker_print(obj: bpy.types.Object) -> tuple[object, ...]:
    """What a Speaker's own properties say, but for what is animated."""
    data = obj.data
    still = data.animation_data is None
    sound = data.sound.name if data.sound is not None else ""
    ours = (getattr(obj.see2sound, name) for name in source_properties())
    return (obj.name, is_muted(obj), sound, *ours, *(getattr(data, name) if still else 0.0 for name in speaker_properties()))


def _plain(value: Any) -> object:
    if isinstance(value, bpy.types.ID):
        return value.name
    return tuple(value) if hasattr(value, "__len__") and not isinstance(value, str) else value
