"""Operator: remove a source."""

import bpy
from bpy.props import BoolProperty, StringProperty

from ..see2sound_addon.blender import sources


class SEE2SOUND_OT_remove_source(bpy.types.Operator):
    """Remove the source with its Speaker, strip and sound. The clip stays on disk unless Delete Clip is on"""

    bl_idname = "see2sound.remove_source"
    bl_label = "Remove Source"
    bl_options = {"REGISTER", "UNDO"}

    object_name: StringProperty(
        name="Object", description="The Speaker of the source; used instead of Source ID", options={"SKIP_SAVE"}
    )
    source_id: StringProperty(name="Source ID", description="The ID of the source", options={"SKIP_SAVE"})

    delete_clip: BoolProperty(
        name="Delete Clip", description="Also delete the clip that was generated for this source. Undo does not restore it",
        default=False, options={"SKIP_SAVE"},
    )  # fmt: skip

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not self.object_name:
            sources.settle_ids()
        for obj in sources.sources(context.scene):
            chosen = obj.name == self.object_name if self.object_name else obj.see2sound.source_id == self.source_id
            if chosen and obj.library is None:
                sources.remove(obj, self.delete_clip)
                return {"FINISHED"}
        if self.object_name:
            obj = context.scene.objects.get(self.object_name)
            why = "is linked; remove it in its own file" if obj is not None and sources.is_source(obj) else "is no source"
            self.report({"ERROR"}, f"{self.object_name!r} {why if obj is not None else 'is not in this scene'}.")
            return {"CANCELLED"}
        self.report({"ERROR"}, f"There is no source {self.source_id!r} in this scene. Look at the list for its name.")
        return {"CANCELLED"}
