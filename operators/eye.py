"""Operators: get a detector, or use one from disk."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..see2sound_addon.blender import eye
from ..see2sound_addon.blender.properties import choices
from . import reporting
from .working import Work, Working, ask


class SEE2SOUND_OT_get_eye(Working, bpy.types.Operator):
    """Download a detector that names 80 kinds of objects, from OpenCV's model zoo at github.com or huggingface.co"""

    bl_idname = "see2sound.get_eye"
    bl_label = "Get Detector"
    bl_options = {"REGISTER"}

    name: EnumProperty(name="Detector", description="The detector to download", items=choices.EYE_CARDS)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if bpy.app.online_access:
            return True
        cls.poll_message_set("Blender is offline: allow online access in Preferences > System > Network, or use a file")
        return False

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.jobs.requests import GetEye

        file = (yield from ask(GetEye(eye.folder(), self.name.lower()))).file
        self.report({"INFO"}, f"{file.name} is installed.")
        return []


class SEE2SOUND_OT_add_eye(bpy.types.Operator):
    """Use a detector from disk: a NanoDet or YOLOX with COCO's classes, as ONNX"""

    bl_idname = "see2sound.add_eye"
    bl_label = "Use Detector File"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="File", description="The detector", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.onnx", options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, self._add)

    def _add(self) -> list[str]:
        from ..see2sound_addon.pipeline import check_network
        from ..see2sound_addon.weights.eyes import add_eye

        file = Path(bpy.path.abspath(self.filepath))
        check_network(file)
        path, settings = add_eye(eye.folder(), file), bpy.context.scene.see2sound
        settings.eye = "BEST"
        if eye.network_of(bpy.context.scene) != path:
            settings.eye, settings.eye_file = "FILE", str(path)
        self.report({"INFO"}, f"{path.name} is the detector of this scene.")
        return []
