"""Apply the preferences to new files."""

from __future__ import annotations

import bpy

from .preferences import preferences

KEPT = {"layout": "layout_of_new", "max_sources": "sources_of_new"}
"""Of a scene's settings, and what they are called in the preferences."""


def apply(context: bpy.types.Context) -> None:
    """Apply the preferences to the scenes of a file that was never saved; settings that were changed stay."""
    own = preferences(context)
    if own is None or bpy.data.filepath:
        return
    for scene in bpy.data.scenes:
        for name, preferred in KEPT.items():
            if not scene.see2sound.is_property_set(name):
                setattr(scene.see2sound, name, getattr(own, preferred))
