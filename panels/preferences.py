"""Preferences of the extension."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..see2sound_addon import logs
from ..see2sound_addon.blender import cache, neural
from ..see2sound_addon.blender.properties import choices
from .menus import draw_keys


class SEE2SOUND_AP_preferences(bpy.types.AddonPreferences):
    """Preferences of the extension."""

    bl_idname = neural.PACKAGE

    layout_of_new: bpy.props.EnumProperty(name="Layout", description="Default layout of new files", items=choices.LAYOUT_ITEMS)
    sources_of_new: bpy.props.IntProperty(
        name="Sources", description="Default maximum number of sources in new files", default=5, min=1, max=32
    )
    sofa: bpy.props.StringProperty(
        name="Head", description="SOFA file with measured HRTFs for binaural sound. If empty, the KEMAR manikin is used",
        subtype="FILE_PATH",
    )  # fmt: skip
    neural_python: bpy.props.StringProperty(
        name="Python",
        description="A Python with torch and transformers. If empty, the environment that See2Sound sets up is used",
        subtype="FILE_PATH",
    )
    models_folder: bpy.props.StringProperty(
        name="Models",
        description="A folder with models for offline work. If empty, the models that See2Sound has downloaded are used",
        subtype="DIR_PATH",
    )

    log_level: bpy.props.EnumProperty(
        name="Log Level",
        description="Messages for developers, printed to Blender's console",
        items=[(level, level.title(), "") for level in logs.LEVELS],
        update=lambda self, context: logs.set_level(self.log_level),
    )

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.label(text="New Files")
        layout.prop(self, "layout_of_new")
        layout.prop(self, "sources_of_new")
        layout.separator()
        layout.label(text="Headphones")
        layout.prop(self, "sofa")
        layout.separator()
        layout.label(text="Neural models run in a separate Python")
        layout.prop(self, "neural_python")
        layout.prop(self, "models_folder")
        row = layout.row(align=True)
        row.operator("see2sound.set_up_neural", icon="IMPORT")
        row.operator("see2sound.check_neural", icon="FILE_REFRESH")
        row.operator("see2sound.remove_neural", icon="TRASH")
        layout.separator()
        count, size = cache.measure()
        row = layout.row()
        text = iface("Clips of files that were never saved: {}, {:.1f} MiB").format(count, size / 2**20)
        row.label(text=text, translate=False)
        row.operator("see2sound.clear_cache", icon="TRASH")
        layout.separator()
        layout.prop(self, "log_level")
        layout.separator()
        layout.label(text="Keys")
        draw_keys(layout, context)
