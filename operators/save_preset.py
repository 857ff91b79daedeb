"""Operator: save and remove presets of the mix."""

import bpy
from bl_operators.presets import AddPresetBase

KEPT = ("layout", "sofa", "bits", "use_loudness", "loudness", "ceiling", "use_air", "temperature", "humidity")


class SEE2SOUND_OT_save_preset(AddPresetBase, bpy.types.Operator):
    """Save the settings of the mix as a preset, or remove a preset"""

    bl_idname = "see2sound.save_preset"
    bl_label = "Save Mix Preset"
    preset_menu = "SEE2SOUND_PT_mix_presets"
    preset_subdir = "see2sound/mix"
    preset_defines = ("settings = bpy.context.scene.see2sound",)
    preset_values = tuple(f"settings.{name}" for name in KEPT)
