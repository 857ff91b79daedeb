"""The events of a source: from its list, from keyframes, or from markers of the time line."""

from __future__ import annotations

import re

import bpy

from ..animation import fcurves
from ..units import frame_rate

STRIKE = "see2sound.strike"


def events_of(scene: bpy.types.Scene, obj: bpy.types.Object) -> list[tuple[float, float]] | None:
    """(seconds from the scene's first frame, strength) of each event, in order; None where the model chooses them."""
    facts, rate = obj.see2sound, frame_rate(scene)
    if not facts.events or facts.events_from == "MODEL":
        return None
    if facts.events_from == "KEYFRAMES":
        found = [(key.co.x, key.co.y) for curve in fcurves(obj) if curve.data_path == STRIKE for key in curve.keyframe_points]
    elif facts.events_from == "MARKERS":
        found = [(float(m.frame), strength_in(m.name)) for m in scene.timeline_markers if is_marker_of(m.name, obj)]
    else:
        found = [(item.frame, item.strength) for item in facts.event_list]
    last = scene.frame_end + 1.0
    return sorted(
        ((frame - scene.frame_start) / rate, float(strength))
        for frame, strength in found
        if strength > 0.0 and scene.frame_start <= frame < last
    )


def is_marker_of(name: str, obj: bpy.types.Object) -> bool:
    """Whether a marker of the time line is an event of a source."""
    text = (obj.see2sound.marker_text or obj.see2sound.label).strip().lower()
    return bool(text) and name.strip().lower().startswith(text)


def strength_in(name: str) -> float:
    """The strength at the end of a marker's name, "thunder 0.5", or 1."""
    found = re.search(r"\s([01]?\.\d+|[01])\s*$", name)
    return min(max(float(found.group(1)), 0.0), 1.0) if found else 1.0
