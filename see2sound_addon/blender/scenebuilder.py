"""A reconstruction into a saved .blend with its clips, as the shell does it without an artist."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import bpy

from .. import pipeline
from ..progress import Progress, silent
from ..soundscene import SoundScene
from . import camera, sampling, session, speakers, units


@dataclass
class BuiltScene:
    """`plan`: of the scene as its camera hears it. `models`: source id to what made its sound."""

    plan: SoundScene
    models: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def build(
    scene: bpy.types.Scene, found: pipeline.Reconstruction, picture: Path, out: Path, progress: Progress = silent
) -> BuiltScene:
    """Fill an empty scene and save it as scene.blend in `out`, with clips/ beside it."""
    session.save_scene(out / "scene.blend")
    scene.see2sound.picture = str(picture)
    camera.make_camera(scene, found.camera, (found.picture.width, found.picture.height))
    camera.show_picture(scene.camera, str(picture))
    models: dict[str, str] = {}
    notes: list[str] = []
    made = speakers.apply(bpy.context, scene, found, speakers.match(scene, found, str(picture)), str(picture))
    seconds = pipeline.clip_length(units.duration(scene))
    for number, thing in enumerate(made):
        progress("Making sounds", number, len(made))
        name, prompt = thing.see2sound.source_id, thing.see2sound.prompt
        seed = pipeline.seed_for(name, scene.see2sound.seed)
        path = out / "clips" / pipeline.clip_name(name, prompt, seconds, seed)
        voice = pipeline.voice(prompt, path, seconds, seed)
        speakers.attach_clip(thing, path, voice.reference_distance, scene)
        models[name] = voice.model
        notes += [f"{name}: {note}" for note in voice.notes]
    session.save_scene(out / "scene.blend")
    plan, more = sampling.sample_scene(bpy.context, scene, out / "clips", progress)
    return BuiltScene(plan, models, notes + more)
