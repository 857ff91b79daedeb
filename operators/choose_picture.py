"""Operator: choose the picture of a scene."""

import os
from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from ..see2sound_addon.blender import sources
from . import reporting


class SEE2SOUND_OT_choose_picture(bpy.types.Operator):
    """Choose a picture or video"""

    bl_idname = "see2sound.choose_picture"
    bl_label = "Choose Picture"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="Picture", description="The picture or video", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_movie: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.is_own_scene(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.filepath = first_folder(context.scene.see2sound.picture)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        path = bpy.path.abspath(self.filepath)
        if not Path(path).is_file():
            self.report({"ERROR"}, f"There is no picture at {path!r}. Choose a file.")
            return {"CANCELLED"}
        context.scene.see2sound.picture = sources.beside_blend(Path(path))
        return {"FINISHED"}


def first_folder(path: str) -> str:
    """Where a file browser begins: beside the picture, else beside the .blend, else at home.

    Without a folder, Blender suggests the name of the .blend itself.
    """
    folder = Path(bpy.path.abspath(path)).parent if path else Path(bpy.path.abspath("//") or Path.home())
    return str(folder if folder.is_dir() else Path.home()) + os.sep
