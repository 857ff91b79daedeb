"""Panel in the properties editor: See2Sound's settings of a Speaker."""

import bpy

from ..see2sound_addon.blender import sources
from .library import draw_sound
from .sources import draw_in_space, draw_source


class SEE2SOUND_PT_speaker(bpy.types.Panel):
    """Settings of the Speaker's source."""

    bl_label = "See2Sound"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "data"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return context.object is not None and context.object.type == "SPEAKER"

    def draw(self, context: bpy.types.Context) -> None:
        layout, obj = self.layout, context.object
        if not sources.is_source(obj):
            layout.label(text="Mixed as a point source", icon="INFO")
            layout.operator("see2sound.use_speaker", icon="SPEAKER")
            return
        row = layout.row(align=True)
        row.prop(obj.see2sound, "muted", toggle=True)
        row.prop(obj.see2sound, "solo", toggle=True)
        row.prop(obj.see2sound, "locked", toggle=True)
        draw_source(layout.column(), obj)


class SEE2SOUND_PT_speaker_sound(bpy.types.Panel):
    """What makes the sound of the Speaker's source, and its parameters."""

    bl_label = "Sound"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "data"
    bl_parent_id = "SEE2SOUND_PT_speaker"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return context.object is not None and sources.is_source(context.object)

    def draw(self, context: bpy.types.Context) -> None:
        draw_sound(self.layout, context.object)


class SEE2SOUND_PT_speaker_space(bpy.types.Panel):
    """Settings in space of the Speaker's source."""

    bl_label = "In Space"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "data"
    bl_parent_id = "SEE2SOUND_PT_speaker"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return context.object is not None and sources.is_source(context.object)

    def draw(self, context: bpy.types.Context) -> None:
        draw_in_space(self.layout, context.object)
