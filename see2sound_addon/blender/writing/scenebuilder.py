"""Build and save a scene from a reconstruction, for the shell."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import bpy

from ... import pipeline
from ...progress import Progress, no_progress
from ...soundscene import SoundScene
from .. import session
from ..reading import sampling
from . import clips, pictures, speakers


@dataclass
class BuiltScene:
    """`plan`: of the scene as its camera hears it. `models`: source id to what made its sound."""

    plan: SoundScene
    models: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def build(
    scene: bpy.types.Scene,
    found: pipeline.Reconstruction,
    picture: Path,
    out: Path,
    progress: Progress = no_progress,
    backends: pipeline.Backends = pipeline.Backends(),
) -> BuiltScene:
    """Fill an empty scene and save it as scene.blend in `out`, with clips/ beside it."""
    session.save_scene(out / "scene.blend")
    matches = speakers.match(scene, found, str(picture))
    wanted = clips.wanted_clips(scene, [(m.source_id, m.prompt) for m in matches], out / "clips")
    made = pipeline.make_clips(wanted, progress, backends)
    _, notes = pictures.put_picture(bpy.context, scene, str(picture), found, made)
    models = {clip.source_id: clip.model for clip in made}
    session.save_scene(out / "scene.blend")
    plan, more = sampling.sample_scene(bpy.context, scene, out / "clips", progress)
    return BuiltScene(plan, models, notes + more)
