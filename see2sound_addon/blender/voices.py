"""Generate clips for Speakers and attach them. All are made first, so that an error changes no scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .. import pipeline
from ..clipnames import clip_name
from ..placed import SILENT
from ..progress import Progress, silent
from ..sound.voice import Voice
from . import units
from .sources import is_muted, mute
from .speakers import attach_clip, drop_unused

Made = dict[str, tuple[Path, Voice]]
"""Clip and voice by source id; what is to be silent is not in it."""


def make_voices(
    scene: bpy.types.Scene,
    wanted: list[tuple[str, str]],
    folder: Path,
    progress: Progress = silent,
    backends: pipeline.Backends = pipeline.Backends(),
) -> Made:
    """Clips in `folder` for (source id, prompt) pairs, as long as the scene needs. Errors: those of `pipeline.voice`."""
    made: Made = {}
    clips = wanted_clips(scene, wanted, folder, None)
    for number, one in enumerate(clips):
        progress("Making sounds", number, len(clips))
        path = Path(one["path"])
        made[one["id"]] = (path, pipeline.voice(one["prompt"], path, one["seconds"], one["seed"], backends=backends))
    return made


def wanted_clips(
    scene: bpy.types.Scene, prompts: list[tuple[str, str]], folder: Path, neural: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """What the task `voices` is asked for, for (source id, prompt) pairs; what is to be silent is not in it.

    A clip of a neural model has another name than the embedded one's of the same prompt.
    """
    seconds = pipeline.clip_length(units.duration(scene))
    maker = "" if neural is None else repr(sorted(neural["choice"].items(), key=str))
    wanted = []
    for source_id, prompt in prompts:
        if prompt.strip().lower() != SILENT:
            seed = pipeline.seed_for(source_id, scene.see2sound.seed)
            path = folder / clip_name(source_id, prompt + maker, seconds, seed)
            wanted.append({"id": source_id, "prompt": prompt, "path": str(path), "seconds": seconds, "seed": seed})
    return wanted


def made_clips(wanted: list[dict[str, Any]], made: list[dict[str, Any]]) -> Made:
    """What the task `voices` has made, by source id; the samples are in the files."""
    silence = np.zeros(0, np.float32)
    return {
        one["id"]: (Path(one["path"]), Voice(silence, got["model"], got["level"], got["reference"], got["notes"]))
        for one, got in zip(wanted, made, strict=True)
    }


def attach_voices(scene: bpy.types.Scene, objects: list[bpy.types.Object], made: Made) -> list[str]:
    """Give Speakers their clips; a prompt of SILENT mutes, and what was muted for that alone sounds again. Returns notes."""
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
        path, voice = made[facts.source_id]
        if obj.data.sound is not None:
            before.append(obj.data.sound)
        attach_clip(obj, path, voice.reference_distance, scene)
        notes += [f"{facts.source_id}: {note}" for note in voice.notes]
    drop_unused(before)
    return notes
