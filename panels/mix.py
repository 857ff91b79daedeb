"""Panel: the mix, its level, the air and the soundtrack."""

import bpy
from bl_ui.utils import PresetPanel

from ..see2sound_addon.blender.soundtrack import strip
from .base import Sidebar
from .picture import draw_button_or_progress


class SEE2SOUND_PT_mix_presets(PresetPanel, bpy.types.Panel):
    """Presets in the header of the Mix panel."""

    bl_label = "Mix Presets"
    preset_subdir = "see2sound/mix"
    preset_operator = "script.execute_preset"
    preset_add_operator = "see2sound.save_preset"


class SEE2SOUND_PT_mix(Sidebar, bpy.types.Panel):
    """Layout, file and Render Mix."""

    bl_label = "Mix"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        SEE2SOUND_PT_mix_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "layout")
        if settings.layout == "binaural":
            layout.prop(settings, "sofa")
        layout.prop(settings, "mix_path")
        if context.scene.camera is None:
            layout.label(text="Add a camera to listen from", icon="INFO")
        draw_button_or_progress(layout, context, "see2sound.render_mix", "PLAY_SOUND")
        for line in context.window_manager.see2sound.notice.splitlines():
            layout.label(text=line, icon="INFO", translate=False)
        if settings.mixed and settings.outdated:
            layout.label(text="The scene has changed since this mix", icon="ERROR")


class SEE2SOUND_PT_mix_soundtrack(Sidebar, bpy.types.Panel):
    """Add the mix to the sequencer, and render with sound."""

    bl_label = "Soundtrack"
    bl_parent_id = "SEE2SOUND_PT_mix"

    def draw(self, context: bpy.types.Context) -> None:
        layout, scene = self.layout, context.scene
        layout.operator("see2sound.add_to_sequencer", icon="SEQ_SEQUENCER")
        if strip.has_mix(scene):
            layout.operator("see2sound.remove_from_sequencer", icon="X")
        elif scene.see2sound.carried:  # the strip was deleted by hand
            layout.label(text="The Speakers are still muted", icon="ERROR")
            layout.operator("see2sound.remove_from_sequencer", text="Unmute Speakers", icon="SPEAKER")
        layout.operator("see2sound.render_with_sound", icon="RENDER_ANIMATION")


class SEE2SOUND_PT_mix_level(Sidebar, bpy.types.Panel):
    """Sample format, loudness and ceiling."""

    bl_label = "Level"
    bl_parent_id = "SEE2SOUND_PT_mix"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "bits")
        row = layout.row(heading="Loudness")
        row.prop(settings, "use_loudness", text="")
        column = row.column()
        column.active = settings.use_loudness
        column.prop(settings, "loudness", text="")
        layout.prop(settings, "ceiling")


class SEE2SOUND_PT_mix_air(Sidebar, bpy.types.Panel):
    """Air absorption."""

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
