"""Panel: neural models."""

import bpy

from ..see2sound_addon.blender import backends, neural
from ..see2sound_addon.blender.properties.neural import EMBEDDED, FOLDER
from .base import Sidebar


class SEE2SOUND_PT_neural(Sidebar, bpy.types.Panel):
    """The model of each step, and the neural environment."""

    bl_label = "Neural Models"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound.neural
        layout.use_property_split = True
        layout.use_property_decorate = False
        for task in neural.TASKS:
            layout.prop(settings, task)
            if getattr(settings, task) == FOLDER:
                layout.prop(settings, f"{task}_folder")
        if settings.voice != EMBEDDED:
            for name in ("steps", "guidance", "takes", "negative"):
                layout.prop(settings, name)
        elif settings.ranking != EMBEDDED:
            layout.prop(settings, "takes")
        layout.label(text=context.window_manager.see2sound.neural or "Not checked yet", icon="INFO")
        row = layout.row(align=True)
        row.operator("see2sound.set_up_neural", text="Set Up", icon="IMPORT")
        row.operator("see2sound.check_neural", icon="FILE_REFRESH")
        layout.operator_menu_enum("see2sound.download_model", "model", icon="URL")
        row = layout.row(align=True)
        row.operator("see2sound.free_neural", icon="X")
        row.operator("see2sound.remove_neural", icon="TRASH")


class SEE2SOUND_PT_backends(Sidebar, bpy.types.Panel):
    """The backends that other add-ons bring."""

    bl_label = "Other Backends"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return backends.has_plugins()

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        for step in backends.STEPS:
            layout.prop(context.scene.see2sound.backends, step)
