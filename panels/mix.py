import bpy

from .base import Sidebar


class SEE2SOUND_PT_mix(Sidebar, bpy.types.Panel):
    bl_label = "Mix"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "layout")
        layout.prop(settings, "mix_path")
        layout.prop(settings, "seed")
        layout.operator("see2sound.render_mix", icon="PLAY_SOUND")
