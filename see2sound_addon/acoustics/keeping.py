"""Use what was traced of a scene for another plan of the same scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..soundscene import SoundScene, Source, Traced, Trajectory
from .moments import places

SAME = 1e-3
"""Metres."""


def with_trace(plan: SoundScene, traced: SoundScene, shift: float = 0.0) -> SoundScene | None:
    """The plan with what was traced, or None where the listener or a source is not where it was then.

    `shift`: seconds of the trace at which the plan begins, for a plan of a part of the scene.
    """
    known = {source.id: source for source in traced.sources}
    same = (
        isinstance(traced.room, Traced)
        and plan.speed_of_sound == traced.speed_of_sound
        and plan.duration + shift <= traced.duration + 1e-6
        and _is_along(plan.listener, traced.listener, shift, plan.duration)
        and all(source.id in known and _is_same(source, known[source.id], shift, plan.duration) for source in plan.sources)
    )
    if not same or not isinstance(traced.room, Traced):
        return None
    sources = [_with(source, known[source.id], shift) for source in plan.sources]
    return replace(plan, sources=sources, room=replace(traced.room, times=traced.room.times - shift))


def _is_same(source: Source, known: Source, shift: float, duration: float) -> bool:
    facts = ("extent", "radius", "object", "synchronous")
    alike = all(getattr(source, name) == getattr(known, name) for name in facts)
    return alike and np.array_equal(source.points, known.points) and _is_along(source.path, known.path, shift, duration)


def _is_along(path: Trajectory, known: Trajectory, shift: float, duration: float) -> bool:
    """Whether a path is where another one is, `shift` seconds later, for the `duration` of a plan."""
    times = path.times if len(path.positions) > 1 else np.clip(known.times - shift, 0.0, duration)
    # A part of a scene ends with the pose of the frame after it.
    return bool(np.abs(places(path, times) - places(known, times + shift)).max() < SAME)


def _with(source: Source, known: Source, shift: float) -> Source:
    return replace(
        source,
        occlusion=replace(known.occlusion, times=known.occlusion.times - shift),
        detours=[replace(one, times=one.times - shift) for one in known.detours],
        reflections=[replace(one, times=one.times - shift) for one in known.reflections],
        tail=known.tail,
    )
