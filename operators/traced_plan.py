"""What operators share that need a plan with the acoustics of the scene's meshes."""

import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from . import reporting
from .working import ask, in_thread

if TYPE_CHECKING:
    from ..see2sound_addon.acoustics.geometry import Geometry
    from ..see2sound_addon.soundscene import SoundScene


def traced_plan(
    context: bpy.types.Context,
    scene: bpy.types.Scene,
    plan: "SoundScene",
    seconds: float,
    shown: range | None,
    anew: bool = False,
) -> Generator[Any, Any, tuple["SoundScene", list[str]]]:
    """Part of a `work`: the plan with what the scene's meshes do to it, as it was traced, or traced now; and notes.

    `shown`: the frames of the plan, None for all of the scene's; only a trace of all is kept. `anew`: whether it is traced
    even if a trace is kept.
    """
    from ..see2sound_addon.acoustics.rays import embree
    from ..see2sound_addon.blender.reading import geometry
    from ..see2sound_addon.blender.room import tracing
    from ..see2sound_addon.blender.units import frame_rate
    from ..see2sound_addon.jobs.requests import Trace
    from ..see2sound_addon.planfile import read_plan

    context.view_layer.update()  # what a script has moved just now
    shift = 0.0 if shown is None else (shown.start - scene.frame_start) / frame_rate(scene)
    known = None if anew else tracing.kept(scene, plan, shift)
    if known is not None:
        return known, []
    embree()  # or there is nothing to read the meshes for
    uid, folder = scene.session_uid, scene_folder("trace_")
    slices = geometry.read_in_slices(context, scene, seconds, shown)
    meshes, notes = yield from reporting.labelled(slices, geometry.READING)
    reading = tracing.begin(scene)
    out = tracing.new_file() if shown is None else folder / "traced.json"
    try:
        yield from in_thread(lambda: _write_request(plan, meshes, folder), "Writing the meshes")
        done = yield from ask(Trace(folder / "plan.json", folder / "meshes.npz", out))
        traced = read_plan(out)
        scene = next((scene for scene in bpy.data.scenes if scene.session_uid == uid), None)
        if scene is not None and shown is None:
            tracing.remember(scene, out, reading)
    finally:
        tracing.forget(reading)
    return traced, notes + done.notes


def _write_request(plan: "SoundScene", meshes: "Geometry", folder: Path) -> None:
    """Write what a worker traces."""
    from ..see2sound_addon.acoustics.geometry import write_geometry
    from ..see2sound_addon.planfile import write_plan

    write_plan(plan, folder / "plan.json")
    write_geometry(meshes, folder / "meshes.npz")


def scene_folder(prefix: str) -> Path:
    """A folder for files of a job; Blender removes it, because jobs may wait in a queue."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=bpy.app.tempdir))
