"""Which clips a scene needs, and giving them to Speakers. All are made first, so that an error changes no scene."""

from __future__ import annotations

from pathlib import Path

import bpy

from ... import pipeline
from ...clips import MadeClip, WantedClip, clip_name
from ...findings import SILENT
from ...jobs.requests import MakeClips, Models
from ...steps import EMBEDDED, BackendNames
from .. import units
from ..sources import clip_folder, is_muted, mute
from .speakers import attach_clip, drop_unused


def wanted_clips(scene: bpy.types.Scene, prompts: list[tuple[str, str]], folder: Path, maker: str = "") -> list[WantedClip]:
    """The clips for (source id, prompt) pairs, as long as the scene needs; a prompt of SILENT needs none, nor does
    an empty one: what it is is not known.

    `maker`: identifies a generator other than the embedded one; its clip of the same prompt has another name.
    """
    seconds = pipeline.clip_length(units.duration(scene))
    wanted = []
    for source_id, prompt in prompts:
        if prompt.strip().lower() not in ("", SILENT):
            seed = pipeline.seed_for(source_id, scene.see2sound.seed)
            path = folder / clip_name(source_id, prompt + maker, seconds, seed)
            wanted.append(WantedClip(source_id, prompt, path, seconds, seed))
    return wanted


def request(scene: bpy.types.Scene, prompts: list[tuple[str, str]], backends: BackendNames, models: Models | None) -> MakeClips:
    """The request for the clips of (source id, prompt) pairs, in the folder of clips."""
    maker = "" if models is None else repr(models.choice)
    maker += "" if backends.generator == EMBEDDED.generator else backends.generator
    return MakeClips(wanted_clips(scene, prompts, clip_folder(), maker), backends, models)


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
        notes += [f"{facts.source_id}: {note}" for note in clip.notes]
    drop_unused(before)
    return notes
