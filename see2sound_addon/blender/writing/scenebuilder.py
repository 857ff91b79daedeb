"""Build and save a scene from a picture or from the sounds of a 3D scene, for the shell."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import bpy
import numpy as np

from ... import pipeline
from ...listening.footprints import footprints
from ...listening.listen import ListenSettings
from ...listening.proposal import Proposal
from ...progress import Progress, no_progress
from ...soundscene import SoundScene
from ...soundtracks.split import SplitReport
from .. import session
from ..reading import observing, sampling
from ..room import tracing
from ..soundtrack import stems
from ..sources import has_own_sound
from . import clips, pictures, proposals, speakers


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
    split: SplitReport | None = None,
) -> BuiltScene:
    """Fill an empty scene and save it as scene.blend in `out`, with clips/ beside it.

    `split`: the moving picture's own sound, whose stems the sources have in place of generated clips.
    """
    session.save_scene(out / "scene.blend")
    matches = speakers.match(scene, found, str(picture))
    prompts = [(m.source_id, m.prompt) for m in matches] if split is None else []
    wanted = clips.wanted_clips(scene, prompts, out / "clips", found={m.source_id: m.source for m in matches})
    made = pipeline.make_clips(wanted, progress, backends)
    _, notes = pictures.put_picture(bpy.context, scene, str(picture), found, made)
    models = {clip.source_id: clip.model for clip in made}
    if split is not None:
        notes += stems.put_stems(bpy.context, scene, split.stems)
        models |= {one.name: "a stem of the soundtrack" for one in split.stems if one.level is not None}
    session.save_scene(out / "scene.blend")
    plan, more = sampling.sample_scene(bpy.context, scene, out / "clips", progress)
    return BuiltScene(plan, models, notes + more)


@dataclass
class HeardScene:
    """`plan`: of the scene as its camera hears it. `footprints`: (m, 4, 2) of what stands, from above."""

    plan: SoundScene
    proposals: list[Proposal]
    footprints: np.ndarray
    notes: list[str] = field(default_factory=list)


def listen(
    context: bpy.types.Context,
    scene: bpy.types.Scene,
    out: Path,
    idling: bool,
    progress: Progress = no_progress,
    backends: pipeline.Backends = pipeline.Backends(),
    acoustics: bool = True,
) -> HeardScene:
    """Listen to an open scene, accept what is proposed, and save it as scene.blend in `out`, with clips/ beside it.

    `acoustics`: whether what its meshes do to its sounds is traced, if the scene has no other room.

    Errors: those of `observe`, `sampling.sample_scene` and `pipeline.make_clips`.
    """
    observed, surfaces = observing.observe(context, scene, progress)
    found = pipeline.listen(observed, surfaces, ListenSettings(idling), progress)
    session.save_scene(out / "scene.blend")
    proposals.put_proposals(scene, found)
    objects, notes = proposals.make_speakers(context, scene)
    objects = [obj for obj in objects if not has_own_sound(obj)]
    prompts = [(obj.see2sound.source_id, obj.see2sound.prompt) for obj in objects]
    made = pipeline.make_clips(clips.wanted_clips(scene, prompts, out / "clips"), progress, backends)
    notes += clips.attach_clips(scene, objects, made)
    if acoustics and scene.see2sound.room.kind == "none":
        scene.see2sound.room.kind = "scene"  # as it is heard in the mixes
    session.save_scene(out / "scene.blend")
    plan, more = sampling.sample_scene(context, scene, out / "clips", progress)
    if acoustics and scene.see2sound.room.kind == "scene":
        plan, traced = tracing.with_acoustics(context, scene, plan, progress)
        more += traced
    return HeardScene(plan, found, footprints(observed.objects), [*observed.notes, *notes, *more])
