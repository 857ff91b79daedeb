"""Operators of File > Export, and clearing the clips of unsaved files."""

import tempfile
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..see2sound_addon.blender.backends import load_plugins
from ..see2sound_addon.blender.properties import choices
from . import reporting
from .render_mix import RenderMix, plan_of_scene, target_path
from .working import Work, Working

PATH = {"SKIP_SAVE"} | choices.RELATIVE_PATH


def _suggested(suffix: str) -> str:
    """Beside the .blend, named like it."""
    return bpy.path.abspath(f"//{Path(bpy.data.filepath).stem or 'untitled'}{suffix}")


class SEE2SOUND_OT_export_mix(RenderMix, bpy.types.Operator):
    """Render what the active camera hears to a sound file"""

    bl_idname = "see2sound.export_mix"
    bl_label = "Export Spatial Mix"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="File", description="Path of the mix", subtype="FILE_PATH", options=PATH)
    filter_glob: StringProperty(default="*.wav", options={"HIDDEN", "SKIP_SAVE"})
    check_existing: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    layout: EnumProperty(
        name="Layout",
        description="Loudspeaker layout, binaural or ambisonics",
        items=choices.LAYOUT_CHOICES,
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from ..see2sound_addon.delivery import formats

        if not self.filepath:
            self.filepath = _suggested(".wav")
        load_plugins()
        self.filter_glob = ";".join(f"*{suffix}" for suffix in formats.suffixes())  # other add-ons may bring formats
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


class SEE2SOUND_OT_export_plan(Working, bpy.types.Operator):
    """Export sources, trajectories and settings as a plan with copies of the clips, to render it with the shell command"""

    bl_idname = "see2sound.export_plan"
    bl_label = "Export Sound Plan"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="File", description="Path of the plan", subtype="FILE_PATH", options=PATH)
    filter_glob: StringProperty(default="*.json", options={"HIDDEN", "SKIP_SAVE"})
    check_existing: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.has_listener(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = _suggested(".json")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        path = target_path(self.filepath, (".json",), "plan")
        folder = Path(tempfile.mkdtemp(prefix="plan_", dir=bpy.app.tempdir))
        notes = yield from plan_of_scene(context, seconds, folder, path, carry=True)
        self.report({"INFO"}, f"{path.name} is written.")
        return notes


class SEE2SOUND_OT_clear_cache(bpy.types.Operator):
    """Delete the clips of files that were never saved. Clips that the open file uses stay"""

    bl_idname = "see2sound.clear_cache"
    bl_label = "Clear"
    bl_options = {"REGISTER"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)  # type: ignore[return-value]

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, self._clear)

    def _clear(self) -> list[str]:
        from ..see2sound_addon.blender import cache

        self.report({"INFO"}, f"{cache.clear()} clips deleted")
        return []
