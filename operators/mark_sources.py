"""Operator: select, unmute, lock or unlock all sources."""

import bpy
from bpy.props import EnumProperty

from ..see2sound_addon.blender import sources

ACTIONS = (
    ("SELECT", "Select All", "Select the Speakers of all sources"),
    ("UNMUTE", "Unmute All", "Let all sources sound"),
    ("UNSOLO", "No Solo", "No source is solo any more"),
    ("LOCK", "Lock All", "Keep all sources as they are"),
    ("UNLOCK", "Unlock All", "Let reconstruction and generation change all sources"),
)


class SEE2SOUND_OT_mark_sources(bpy.types.Operator):
    """Select, unmute, lock or unlock all sources of the scene"""

    bl_idname = "see2sound.mark_sources"
    bl_label = "All Sources"
    bl_options = {"REGISTER", "UNDO"}

    action: EnumProperty(name="Action", description="What to do with the sources", items=ACTIONS)

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        return next(text for name, _, text in ACTIONS if name == properties.action)

    def execute(self, context: bpy.types.Context) -> set[str]:
        for obj in sources.sources(context.scene):
            if self.action == "SELECT":
                if obj.name in context.view_layer.objects:
                    obj.select_set(True)
            elif obj.library is None:
                self._mark(obj)
        return {"FINISHED"}

    def _mark(self, obj: bpy.types.Object) -> None:
        if self.action == "UNMUTE" and obj.data.library is None:
            obj.see2sound.muted = False
        elif self.action == "UNSOLO":
            obj.see2sound.solo = False
        elif self.action in ("LOCK", "UNLOCK"):
            obj.see2sound.locked = self.action == "LOCK"
