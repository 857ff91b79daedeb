"""Stems of a soundtrack in a scene: the list that a user sees, and the Speakers that play them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..animation import fcurves, set_keys
from ..sources import adopt, beside_blend, describe, is_source, mute, remove, same_file, sources
from ..units import frame_rate, metres_per_unit

if TYPE_CHECKING:
    from ...soundtracks.facts import StemFacts, WantedSource

AWAY = 2.0
"""Metres from the camera at which the bed's loudspeakers, and stems that no source has, are."""


def put_stems(
    context: bpy.types.Context, scene: bpy.types.Scene, stems: list[StemFacts], frame: float | None = None
) -> list[str]:
    """Give Speakers the stems of a split: those that have had them, the sources of the same name, and new ones; returns notes.

    What was set of a stem in the list stays. `frame`: at which the soundtrack begins; the first of the scene without it.
    """
    items = scene.see2sound.soundtrack.stems
    known = {obj.see2sound.source_id: obj for obj in sources(scene)}
    named = {one.name for one in stems}
    for number in range(len(items) - 1, -1, -1):
        if items[number].name not in named:
            items.remove(number)
    notes = []
    for one in stems:
        item = items.get(one.name) or items.add()
        item.name, item.words, item.clip, item.bed = one.name, one.words, beside_blend(one.clip), one.bed
        item.heard, item.level = one.bed or one.level is not None, one.level or 0.0
        obj = item.speaker if item.speaker is not None and scene.objects.get(item.speaker.name) else known.get(one.name)
        if not item.heard and item.speaker is None:
            if obj is not None:
                notes.append(f"{one.name} is silent: it was not found in the soundtrack.")
            continue
        item.speaker = obj if obj is not None else _new_speaker(context, scene, one)
        play(item.speaker, one.clip, scene, frame)
    return notes


def wanted_stems(scene: bpy.types.Scene) -> list[WantedSource]:
    """What the soundtrack is to be split into: as named, else the sources of the film; with the changes of the list."""
    from ...soundtracks.facts import WantedSource, has_known_sound, named_sources

    settings = scene.see2sound.soundtrack
    names = [name.strip() for name in settings.into.split(",") if name.strip()]
    film = bpy.path.abspath(settings.file)
    if names:
        wanted = named_sources(names)
    else:
        seen = [
            obj for obj in sources(scene) if same_file(obj.see2sound.picture, film) and has_known_sound(obj.see2sound.prompt)
        ]
        wanted = [WantedSource(obj.see2sound.source_id, obj.see2sound.prompt, None, *_when_seen(obj, scene)) for obj in seen]
    return [_changed(one, settings.stems.get(one.name)) for one in wanted]


def _when_seen(obj: bpy.types.Object, scene: bpy.types.Scene) -> tuple[np.ndarray, np.ndarray]:
    """Times and weights (k,) of a source that is seen from its first keyframe to its last; none for one without keyframes."""
    from ...soundtracks.facts import AROUND, UNSEEN

    frames = [key.co.x for curve in fcurves(obj) if curve.data_path == "location" for key in curve.keyframe_points]
    if len(frames) < 2:
        return np.zeros(0), np.zeros(0)
    begin = scene.see2sound.soundtrack.frame
    first, last = ((frame - begin) / frame_rate(scene) for frame in (min(frames), max(frames)))
    times = np.array([first - AROUND - 1e-3, first - AROUND, last + AROUND, last + AROUND + 1e-3])
    return times, np.array([UNSEEN, 1.0, 1.0, UNSEEN])


def _changed(one: WantedSource, item: Any) -> WantedSource:
    from ...separation.changes import Change

    if item is None:
        return one
    changes = [change for change in item.changes if change.end > change.begin]
    return one.changed([Change(change.begin, change.end, change.decibels) for change in changes])


def give(scene: bpy.types.Scene, item: Any, obj: bpy.types.Object) -> None:
    """Another Speaker plays a stem. The one that has played it is removed if it was made for that, else it is muted."""
    before = item.speaker
    if before is not None and scene.objects.get(before.name) == before:
        if before.see2sound.label == item.name and not before.see2sound.picture:
            remove(before)
        else:
            mute(before, True)
    if not is_source(obj):
        adopt(obj)
    item.speaker = obj
    play(obj, Path(bpy.path.abspath(item.clip)), scene, scene.see2sound.soundtrack.frame)


def play(obj: bpy.types.Object, clip: Path, scene: bpy.types.Scene, frame: float | None = None) -> None:
    """A Speaker plays a stem in step with the picture, at the level that the soundtrack has."""
    from ..writing.speakers import set_own_sound
    from ..writing.tracks import is_level_as_set

    set_own_sound(obj, clip)
    facts, speaker = obj.see2sound, obj.data
    if facts.set_volume and is_level_as_set(obj):  # as loud as the picture told; the recording knows better
        set_keys(speaker, speaker, "volume", [])
        speaker.volume, facts.set_volume = 1.0, 0
    facts.synchronous, facts.loop = True, False
    speaker.attenuation = 0.0  # its distance is in the recording
    for track in obj.animation_data.nla_tracks if obj.animation_data is not None else ():
        for strip in track.strips:
            if strip.type == "SOUND":
                strip.frame_start = scene.frame_start if frame is None else frame


def _new_speaker(context: bpy.types.Context, scene: bpy.types.Scene, one: StemFacts) -> bpy.types.Object:
    """Where the soundtrack has the stem, in front of the camera and moving with it; or from everywhere."""
    from ..writing.speakers import add_source

    obj = add_source(context, scene, one.name, None)
    describe(obj, one.words)
    obj.name = obj.see2sound.label = one.name
    if one.azimuth is None and one.bed:
        obj.see2sound.extent = "ambient"
        return obj
    camera: Any = scene.camera
    azimuth, away = math.radians(one.azimuth or 0.0), AWAY / metres_per_unit(scene)
    place = (-away * math.sin(azimuth), 0.0, -away * math.cos(azimuth))
    if camera is None:
        obj.location = (place[0], away * math.cos(azimuth), 0.0)
    else:
        obj.parent, obj.location = camera, place
        obj.matrix_parent_inverse.identity()
    return obj
