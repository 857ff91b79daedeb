"""Panel: the live preview and snippets."""

import bpy

from .base import Sidebar


class SEE2SOUND_PT_preview(Sidebar, bpy.types.Panel):
    """Start and stop the live preview."""

    bl_label = "Preview"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings, state = self.layout, context.scene.see2sound, context.window_manager.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        text = "Stop Preview" if state.previewing else "Live Preview"
        icon = "SNAP_FACE" if state.previewing else "PLAY"
        layout.operator("see2sound.preview", text=text, icon=icon, depress=state.previewing)  # type: ignore[arg-type]
        column = layout.column()
        column.active = not state.previewing
        column.prop(settings, "preview_kind")
        layout.prop(settings, "preview_from")
        for line in state.preview.splitlines():
            layout.label(text=line, icon="INFO")


class SEE2SOUND_PT_preview_snippet(Sidebar, bpy.types.Panel):
    """Play a snippet of the mix."""

    bl_label = "Snippet"
    bl_parent_id = "SEE2SOUND_PT_preview"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(context.scene.see2sound, "snippet")
        layout.operator("see2sound.play_snippet", icon="PLAY_SOUND")
