import bpy
from bpy.props import BoolProperty, StringProperty

from ..see2sound_addon.blender import sources


class SEE2SOUND_OT_remove_source(bpy.types.Operator):
    """Remove a source: its Speaker, its strip and its sound; the clip's file stays unless Delete Clip is on"""

    bl_idname = "see2sound.remove_source"
    bl_label = "Remove Source"
    bl_options = {"REGISTER", "UNDO"}

    object_name: StringProperty(name="Object", description="Or which Speaker", options={"SKIP_SAVE"})
    source_id: StringProperty(name="Source ID", description="Which source", options={"SKIP_SAVE"})

    delete_clip: BoolProperty(
        name="Delete Clip", description="The file of a sound that was generated for it, too; undo cannot bring that back",
        default=False, options={"SKIP_SAVE"},
    )  # fmt: skip

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not self.object_name:
            sources.settle_ids()
        for thing in sources.sources(context.scene):
            chosen = thing.name == self.object_name if self.object_name else thing.see2sound.source_id == self.source_id
            if chosen and thing.library is None:
                sources.remove(thing, self.delete_clip)
                return {"FINISHED"}
        if self.object_name:
            thing = context.scene.objects.get(self.object_name)
            why = "is linked; remove it in its own file" if thing is not None and sources.is_source(thing) else "is no source"
            self.report({"ERROR"}, f"{self.object_name!r} {why if thing is not None else 'is not in this scene'}.")
            return {"CANCELLED"}
        self.report({"ERROR"}, f"There is no source {self.source_id!r} in this scene. Look at the list for its name.")
        return {"CANCELLED"}
