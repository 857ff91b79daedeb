"""Operator: use a sound file for a source."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from ..see2sound_addon.blender import sources
from ..see2sound_addon.blender.properties import choices
from . import reporting
from .choose_picture import first_folder


class SEE2SOUND_OT_set_sound(bpy.types.Operator):
    """Use a sound file for the active source, at the level of the file"""

    bl_idname = "see2sound.set_sound"
    bl_label = "Set Sound"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="File", description="The sound file", subtype="FILE_PATH", options={"SKIP_SAVE"} | choices.RELATIVE_PATH
    )
    filter_sound: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        obj = sources.active_source(context.scene)
        if obj is not None and obj.library is None and obj.data.library is None:
            return True
        cls.poll_message_set("Choose a source of this file first")
        return False

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        sound = sources.active_source(context.scene).data.sound
        self.filepath = first_folder("" if sound is None else sound.filepath)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon.blender.writing import speakers
        from ..see2sound_addon.media.audio import audio_facts

        path = Path(bpy.path.abspath(self.filepath))
        audio_facts(path)
        speakers.set_own_sound(sources.active_source(context.scene), path)
        return []
