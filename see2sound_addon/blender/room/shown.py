"""What was traced of the open scene, for panels, the overlay and the preview: read once, kept as plain data."""

from __future__ import annotations

import bpy

from ...acoustics import looking
from ...errors import See2SoundError
from ...planfile import read_plan
from ...soundscene import SoundScene, Source
from ..units import frame_rate
from . import tracing

_read: dict[tuple[str, int], SoundScene | None] = {}
"""The last trace by its file and when that was written."""


def trace_of(scene: bpy.types.Scene) -> SoundScene | None:
    """What was traced of a scene whose room is its meshes, also where that is out of date; None where nothing was."""
    room = scene.see2sound.room
    path = tracing.file_of(scene) if room.kind == "scene" else None
    if path is None:
        return None
    key = (str(path), path.stat().st_mtime_ns)
    if key not in _read:
        _read.clear()
        try:
            _read[key] = read_plan(path, clips=False)
        except See2SoundError:
            _read[key] = None
    return _read[key]


def seconds_now(scene: bpy.types.Scene) -> float:
    """The present frame on the trace's clock."""
    return float(scene.frame_current + scene.frame_subframe - scene.frame_start) / frame_rate(scene)


def heard_now(scene: bpy.types.Scene, source_id: str) -> looking.Heard:
    """What is heard of a source at the present frame; the free field where nothing was traced."""
    found = _found(scene, source_id)
    return looking.Heard() if found is None else looking.heard_at(*found, seconds_now(scene))


def ways_now(scene: bpy.types.Scene, source_id: str) -> list[looking.ShownWay]:
    """The ways of a source's sound at the present frame, metres."""
    found = _found(scene, source_id)
    return [] if found is None else looking.ways_at(*found, seconds_now(scene))


def hidden_frames(scene: bpy.types.Scene, source_id: str) -> list[tuple[float, float]]:
    """From which frame to which the straight way of a source is hidden."""
    found = _found(scene, source_id)
    if found is None:
        return []
    plan, source = found
    rate = frame_rate(scene)
    times = looking.hidden_times(source, plan.duration)
    return [(scene.frame_start + begin * rate, scene.frame_start + end * rate) for begin, end in times]


def _found(scene: bpy.types.Scene, source_id: str) -> tuple[SoundScene, Source] | None:
    plan = trace_of(scene)
    source = None if plan is None else looking.find(plan, source_id)
    return None if plan is None or source is None else (plan, source)
