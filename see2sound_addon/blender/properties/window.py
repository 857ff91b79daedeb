"""Property group of the window manager: progress of jobs, the preview and the neural environment. It is not saved."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, StringProperty

from .parameters import HitProperties


class WindowProperties(bpy.types.PropertyGroup):
    """On the WindowManager: what is going on, and what the neural environment was when it was looked at last."""

    job: StringProperty(name="Job", description="Current step of the job")
    share: FloatProperty(name="Progress", description="Progress of the job", min=0.0, max=1.0, subtype="FACTOR")
    notice: StringProperty(name="Notice", description="Notes on the mix that is rendered now")
    previewing: BoolProperty(name="Previewing", description="The live preview is on")
    preview: StringProperty(name="Preview", description="Messages of the live preview")
    neural: StringProperty(name="Neural Environment", description="Result of the last check")
    library: StringProperty(name="Recordings", description="What the library held when it was looked at last")
    hits: CollectionProperty(type=HitProperties, name="Found", description="Recordings that fit the prompt")
    hit_index: IntProperty(name="Chosen", description="The chosen recording", min=0)

    def show(self, label: str, share: float) -> None:
        """Progress for the panels."""
        self.job, self.share = label, share

    def hide(self) -> None:
        """Nothing is going on."""
        self.job, self.share, self.notice = "", 0.0, ""
