"""Operator: select the Speaker of a source."""

import bpy
from bpy.props import StringProperty

from ..see2sound_addon.blender import sources


class SEE2SOUND_OT_select_source(bpy.types.Operator):
    """Select a source's Speaker and nothing else"""

    bl_idname = "see2sound.select_source"
    bl_label = "Select Source"
    bl_options = {"REGISTER", "UNDO"}

    source_id: StringProperty(name="Source ID", description="The ID of the source", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        row = sources.row_of(context.scene, self.source_id)
        if row >= 0:
            sources.choose_row(context.scene, row)
            return {"FINISHED"}
        self.report({"ERROR"}, f"There is no source {self.source_id!r} in this scene. Look at the list for its name.")
        return {"CANCELLED"}
