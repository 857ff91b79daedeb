import bpy

from .base import Sidebar


class SEE2SOUND_PT_mix(Sidebar, bpy.types.Panel):
    bl_label = "Mix"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "layout")
        if settings.layout == "binaural":
            layout.prop(settings, "sofa")
        layout.prop(settings, "mix_path")
        layout.operator("see2sound.render_mix", icon="PLAY_SOUND")


class SEE2SOUND_PT_mix_level(Sidebar, bpy.types.Panel):
    bl_label = "Level"
    bl_parent_id = "SEE2SOUND_PT_mix"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header(self, context: bpy.types.Context) -> None:
        self.layout.prop(context.scene.see2sound, "use_loudness", text="")

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "bits")
        column = layout.column()
        column.active = settings.use_loudness
        column.prop(settings, "loudness")
        layout.prop(settings, "ceiling")


class SEE2SOUND_PT_mix_air(Sidebar, bpy.types.Panel):
    bl_label = "Air Absorption"
    bl_parent_id = "SEE2SOUND_PT_mix"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header(self, context: bpy.types.Context) -> None:
        self.layout.prop(context.scene.see2sound, "use_air", text="")

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.active = settings.use_air
        layout.prop(settings, "temperature")
        layout.prop(settings, "humidity")
