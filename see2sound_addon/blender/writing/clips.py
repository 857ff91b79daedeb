"""Which clips a scene needs, and giving them to Speakers. All are made first, so that an error changes no scene."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy

from ... import pipeline
from ...clips import Controls, MadeClip, WantedClip, clip_name
from ...errors import See2SoundError
from ...findings import SILENT, FoundSource
from ...jobs.requests import MakeClips, Models
from ...lexicon.classes import CLASSES
from ...sound.generator import LONGEST, SHORTEST
from ...steps import EMBEDDED, BackendNames
from .. import units
from ..reading.controls import controls_of
from ..sources import beside_blend, clip_folder, is_muted, mute, sources
from .parameters import settle
from .speakers import attach_clip, attach_sound, drop_unused
from .tracks import has_own_moments

MOST_TAKES = 20
"""Takes that a source remembers."""


def wanted_clips(
    scene: bpy.types.Scene,
    prompts: list[tuple[str, str]],
    folder: Path,
    maker: str = "",
    takes: dict[str, int] | None = None,
    found: dict[str, FoundSource] | None = None,
    least: float = 0.0,
) -> list[WantedClip]:
    """The clips for (source id, prompt) pairs, as long as the scene needs; a prompt of SILENT needs none, nor does
    an empty one: what it is is not known. Sources that are there already have their controls, generators and durations.

    `maker`: identifies a generator other than the embedded one; its clip of the same prompt has another name. `takes`: instead
    of those of the sources. `found`: the sources of a picture, for when their sounds happen. `least`: seconds that the scene
    will have at least.
    """
    prompts = [(source_id, prompt) for source_id, prompt in prompts if prompt.strip().lower() not in ("", SILENT)]
    asked = {source_id for source_id, _ in prompts}
    there = {obj.see2sound.source_id: obj for obj in sources(scene) if obj.see2sound.source_id in asked}
    set_by_hand = dict(zip(there, controls_of(scene, list(there.values())), strict=True))
    wanted = []
    for source_id, prompt in prompts:
        obj, source = there.get(source_id), (found or {}).get(source_id)
        known = _controls_of(prompt, source)
        controls = set_by_hand.get(source_id) or known
        if obj is not None and source is not None and len(source.events) and not has_own_moments(obj):
            controls = replace(controls, events=known.events, loop=known.loop)
        take = (takes or {}).get(source_id, 0 if obj is None else obj.see2sound.take)
        own = "" if obj is None or obj.see2sound.maker == "SCENE" else obj.see2sound.maker
        seed = (pipeline.seed_for(source_id, scene.see2sound.seed) + take) % 2**31
        seconds = _seconds(max(units.duration(scene), least), obj, controls)
        path = folder / clip_name(source_id, prompt, seconds, seed, controls, own or maker)
        wanted.append(WantedClip(source_id, prompt, path, seconds, seed, controls, own))
    return wanted


def _controls_of(prompt: str, source: FoundSource | None) -> Controls:
    """What a picture tells of the sound of a source."""
    events = None if source is None else pipeline.moments_for(prompt, source.events)
    return Controls(events=events, loop=events is None)


def _seconds(whole: float, obj: bpy.types.Object | None, controls: Controls) -> float:
    """How long a clip is: as set, as long as the whole scene where something in it has its time, else long enough to loop."""
    if obj is not None and obj.see2sound.seconds > 0.0:
        return max(float(obj.see2sound.seconds), SHORTEST)
    timed = controls.events is not None or any(len(points) > 1 for points in controls.values.values())
    return min(max(whole, pipeline.SHORTEST_CLIP), LONGEST) if timed else pipeline.clip_length(whole)


def request(
    scene: bpy.types.Scene,
    prompts: list[tuple[str, str]],
    backends: BackendNames,
    models: Models | None,
    takes: dict[str, int] | None = None,
    found: dict[str, FoundSource] | None = None,
    least: float = 0.0,
) -> MakeClips:
    """The request for the clips of (source id, prompt) pairs, in the folder of clips."""
    maker = "" if models is None else models.choice.maker
    maker += "" if backends.generator == EMBEDDED.generator else backends.generator
    return MakeClips(wanted_clips(scene, prompts, clip_folder(), maker, takes, found, least), backends, models)


def recording_request(scene: bpy.types.Scene, obj: bpy.types.Object, recording: Path) -> MakeClips:
    """The request for the clip of a source from one recording."""
    facts = obj.see2sound
    (one,) = wanted_clips(scene, [(facts.source_id, facts.prompt)], clip_folder(), str(recording))
    return MakeClips([replace(one, recording=recording)])


def attach_clips(scene: bpy.types.Scene, objects: list[bpy.types.Object], clips: list[MadeClip]) -> list[str]:
    """Give Speakers their clips; a prompt of SILENT mutes, and what was muted for that alone sounds again. Returns notes."""
    made = {clip.source_id: clip for clip in clips}
    notes: list[str] = []
    before: list[bpy.types.Sound] = []
    for obj in objects:
        facts = obj.see2sound
        if facts.source_id not in made and facts.prompt.strip().lower() != SILENT:
            continue  # it was locked, or not there, when the clips were made
        if facts.source_id not in made:
            facts.silenced = facts.silenced or not is_muted(obj)
            mute(obj, True)
            continue
        if facts.silenced:
            facts.silenced = False
            mute(obj, False)
        clip = made[facts.source_id]
        if obj.data.sound is not None:
            before.append(obj.data.sound)
        attach_clip(obj, clip.path, clip.reference_distance, scene)
        settle(obj)  # sources of older files have no parameters yet
        facts.replaced = False
        facts.recording, facts.licence = beside_blend(Path(clip.recording)) if clip.recording else "", clip.licence
        if not clip.loops:
            facts.loop = False  # what happens once is not repeated
        before += _keep_take(obj, clip)
        notes += [f"{facts.source_id}: {note}" for note in clip.notes]
    drop_unused(before)
    return notes


def _keep_take(obj: bpy.types.Object, clip: MadeClip) -> list[bpy.types.Sound]:
    """Put the sound of a Speaker at the head of its list of takes. Returns the sounds of rows that have left the list.

    Blender's own sounds are kept, not paths: their files are found again where the .blend is saved next.
    """
    facts, gone = obj.see2sound, []
    known = facts.takes.find(clip.path.name)
    if known < 0:
        facts.takes.add().name = clip.path.name
        known = len(facts.takes) - 1
    take = facts.takes[known]
    if take.sound is not None and take.sound != obj.data.sound:
        gone.append(take.sound)
    take.sound, take.prompt, take.number = obj.data.sound, clip.prompt, facts.take
    take.reference, take.loop, take.recording, take.licence = clip.reference_distance, facts.loop, facts.recording, clip.licence
    take.made_by = bpy.path.basename(facts.recording) or clip.model
    procedural = all(name in CLASSES for name in clip.model.split(" + "))
    take.maker = "RECORDING" if clip.recording else "PROCEDURAL" if procedural else "MODEL"
    facts.takes.move(known, 0)
    while len(facts.takes) > MOST_TAKES and obj.override_library is None:  # an override cannot remove what is linked
        if facts.takes[-1].sound is not None:
            gone.append(facts.takes[-1].sound)
        facts.takes.remove(len(facts.takes) - 1)
    facts.take_index = 0
    return gone


def use_take(scene: bpy.types.Scene, obj: bpy.types.Object, row: int) -> None:
    """Give a Speaker a sound of its list of takes. Generate Sounds then leaves it. Errors: `take-missing`, `clip-missing`."""
    facts = obj.see2sound
    if not 0 <= row < len(facts.takes) or facts.takes[row].sound is None:
        raise See2SoundError("take-missing", f"{obj.name} has no take {row}.", f"It has {len(facts.takes)}, from 0.")
    take = facts.takes[row]
    path = Path(bpy.path.abspath(take.sound.filepath, library=take.sound.library))
    if take.sound.packed_file is None and not path.is_file():
        raise See2SoundError("clip-missing", f"The sound {path} is gone.", "Use Another Take, or Generate Sounds.")
    attach_sound(obj, take.sound, take.reference, scene)
    facts.replaced, facts.take, facts.loop, facts.take_index = True, take.number, take.loop, row
    facts.recording, facts.licence = take.recording, take.licence
