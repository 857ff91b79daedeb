"""What was traced of a scene: kept in a file until its meshes, its camera or its Speakers move. Light, for handlers."""

from __future__ import annotations

import os
import uuid
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..soundtrack.freshness import Reading, unchanged
from ..sources import PACKAGE

if TYPE_CHECKING:
    from ...progress import Progress
    from ...soundscene import SoundScene

SOLID_TYPES = {"MESH", "CURVE", "SURFACE", "META", "FONT"}
"""Types of objects that sound meets."""
WATCHED = SOLID_TYPES | {"EMPTY", "ARMATURE", "LATTICE", "CAMERA", "SPEAKER"}
"""These, and types of objects that move them or are heard."""
MOST_LOOKED_AT = 500
"""Objects of a scene that the timer looks at, in 12 ms; of more, only a mix does."""
WITHOUT = ("geometry-empty", "geometry-large", "rays-missing")
"""Errors for which a mix goes on without acoustics, and says so."""
MOST_KEPT = 30
"""Files: the newest ones."""


def geometry_changed(settings: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """For `update` of settings that say what sound meets: every trace is old."""
    for scene in bpy.data.scenes:
        mark(scene)


def watch(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> None:
    """For `depsgraph_update_post`: the trace is old when something has moved or changed its shape."""
    room = scene.see2sound.room
    if (not room.traced or room.trace_outdated) and not any(one.scene == scene.session_uid for one in _readings):
        return
    for update in graph.updates:
        obj = update.id
        moved = update.is_updated_transform or update.is_updated_geometry
        if isinstance(obj, bpy.types.Object) and obj.type in WATCHED and moved:
            mark(scene)
            return


def look() -> None:
    """For a timer: some changes reach no handler, such as an object that is deleted or hidden, or another frame rate."""
    for scene in bpy.data.scenes:
        if scene.see2sound.room.kind == "scene" and len(scene.objects) <= MOST_LOOKED_AT:
            _is_as_traced(scene)


def _is_as_traced(scene: bpy.types.Scene) -> bool:
    """Whether the scene has a trace that is not old; one that turns out to be is marked."""
    room = scene.see2sound.room
    if room.traced and not room.trace_outdated and room.traced_with != fingerprint(scene):
        mark(scene)
    return bool(room.traced) and not room.trace_outdated


def fingerprint(scene: bpy.types.Scene) -> str:
    """Of what is in a scene, and when; where objects are that are not animated. What moves otherwise, a handler tells."""
    facts: list[object] = [scene.frame_start, scene.frame_end, scene.render.fps, scene.render.fps_base]
    facts += [scene.unit_settings.system, scene.unit_settings.scale_length, scene.audio_doppler_speed]
    facts += [(one.name, one.hide_render, one.hide_viewport) for one in scene.collection.children_recursive]
    facts += [len(layer.objects) for layer in scene.view_layers]
    facts += [_of_object(obj) for obj in scene.objects if obj.type in WATCHED]
    inside = {one for obj in scene.objects if (one := obj.instance_collection) is not None}
    facts += [_of_object(obj) for one in sorted(inside, key=lambda one: one.name) for obj in one.all_objects]
    return f"{zlib.crc32(repr(facts).encode()):08x}"


def _of_object(obj: bpy.types.Object) -> tuple[object, ...]:
    animated = obj.animation_data is not None
    still = () if animated else (obj.hide_render, obj.hide_viewport, *map(tuple, obj.matrix_basis))
    materials = tuple(slot.material.name for slot in obj.material_slots if slot.material is not None)
    names = [one.name for one in (obj.data, obj.parent, obj.instance_collection) if one is not None]
    return obj.name, *names, len(obj.modifiers), materials, still, _of_mesh(obj)


def _of_mesh(obj: bpy.types.Object) -> tuple[object, ...]:
    """How large a mesh is, for those that a library or another Blender has changed."""
    if obj.type != "MESH" or obj.data is None:
        return ()
    count = (len(obj.data.vertices), len(obj.data.polygons))
    deforms = len(obj.modifiers) > 0 or obj.data.shape_keys is not None
    return count if deforms else (*count, *(round(value, 4) for n in (0, 6) for value in obj.bound_box[n]))


_readings: list[Reading] = []
"""Of the scenes that are traced now."""


def begin(scene: bpy.types.Scene) -> Reading:
    """The meshes of a scene were read just now; from here on its changes are watched, until `forget`."""
    reading = Reading(scene.session_uid, fingerprint(scene))
    _readings.append(reading)
    return reading


def forget(reading: Reading) -> None:
    """The job has ended."""
    if reading in _readings:
        _readings.remove(reading)


def mark(scene: bpy.types.Scene) -> None:
    """The trace of a scene is old."""
    room = scene.see2sound.room
    for reading in _readings:
        reading.changed |= reading.scene == scene.session_uid
    if room.traced and not room.trace_outdated:
        room.trace_outdated = True
        if room.kind == "scene" and scene.see2sound.mixed_with:
            scene.see2sound.outdated = True


def folder(create: bool = False) -> Path:
    """Where traces are kept: the extension's own folder, or, without an extension, the temporary one of this Blender."""
    if PACKAGE.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(PACKAGE, path="acoustics", create=create))
    return Path(bpy.app.tempdir)


def kept_file(scene: bpy.types.Scene) -> Path | None:
    """The file of the scene's trace, if there is one that is not old."""
    return file_of(scene) if _is_as_traced(scene) else None


def file_of(scene: bpy.types.Scene) -> Path | None:
    """The file of the scene's trace, also of one that is old; None where it is gone."""
    name = scene.see2sound.room.traced
    if not name or Path(name).name != name:
        return None
    path = folder() / name
    return path if path.is_file() else None


def kept(scene: bpy.types.Scene, plan: SoundScene, shift: float = 0.0) -> SoundScene | None:
    """The plan with what was traced, if that holds for it. `shift`: seconds after the scene's first frame that it begins.

    It holds where the camera and every source are where they were.
    """
    from ...acoustics.keeping import with_trace
    from ...errors import See2SoundError
    from ...planfile import read_plan

    path = kept_file(scene)
    if path is None:
        return None
    try:
        return with_trace(plan, read_plan(path, clips=False), shift)
    except See2SoundError:  # of an older version, or damaged: it is traced again
        return None


def new_file() -> Path:
    """A name for a trace that no other scene, file or Blender has."""
    return folder(create=True) / f"{uuid.uuid4().hex}.json"


def remember(scene: bpy.types.Scene, path: Path, reading: Reading) -> None:
    """The trace at `path` is the scene's from now on; the oldest of others go."""
    with unchanged(scene):
        room = scene.see2sound.room
        room.traced, room.traced_with, room.trace_outdated = path.name, reading.print, reading.changed
    with os.scandir(path.parent) as entries:
        files = sorted((e for e in entries if e.name.endswith(".json") and e.is_file()), key=lambda e: -e.stat().st_mtime)
    for old in files[MOST_KEPT:] if PACKAGE.startswith("bl_ext.") else ():
        Path(old.path).unlink(missing_ok=True)
        Path(old.path).with_suffix(".npz").unlink(missing_ok=True)


def with_acoustics(
    context: bpy.types.Context, scene: bpy.types.Scene, plan: SoundScene, progress: Progress
) -> tuple[SoundScene, list[str]]:
    """The plan of a whole scene with what its meshes do to it, traced here and now unless it was, and notes.

    For scripts and the shell. A scene without meshes, or with too many, stays as it is, with a note where the scene's room is
    of the kind that needs them.
    """
    from ... import pipeline
    from ...errors import See2SoundError
    from ...progress import at_once
    from ..reading import geometry

    if not plan.sources:
        return plan, []
    known = kept(scene, plan)
    if known is not None:
        return known, []
    try:
        meshes, notes = at_once(geometry.read_in_slices(context, scene, 1.0), geometry.READING, progress)
        traced, more = pipeline.trace(plan, meshes, progress)
    except See2SoundError as error:
        if error.code not in WITHOUT:
            raise
        needed = error.code != "geometry-empty" or scene.see2sound.room.kind == "scene"
        return plan, [f"The mix is without acoustics. {error}"] if needed else []
    return traced, notes + more
