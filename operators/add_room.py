"""Operator: add a box as the room of the mix."""

import bpy

from . import reporting


class SEE2SOUND_OT_add_room(bpy.types.Operator):
    """Add a box around the cameras and Speakers over the frame range, and use it as the room of the mix"""

    bl_idname = "see2sound.add_room"
    bl_label = "Add Room Box"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.is_own_scene(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon.blender.room import box

        context.view_layer.update()
        obj = box.add_box(context)
        if context.mode == "OBJECT":
            for other in context.view_layer.objects:
                other.select_set(other == obj)
            context.view_layer.objects.active = obj
        return []
