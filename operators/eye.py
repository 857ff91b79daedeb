"""Operators: get a detector, or use one from disk."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..see2sound_addon.blender import eye
from ..see2sound_addon.blender.properties import choices
from .working import Work, Working, ask, same_scene


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


class SEE2SOUND_OT_add_eye(Working, bpy.types.Operator):
    """Use a detector from disk: a NanoDet or YOLOX with COCO's classes, as ONNX"""

    bl_idname = "see2sound.add_eye"
    bl_label = "Use Detector File"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="File", description="The detector", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.onnx", options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.jobs.requests import AddEye

        uid, file = context.scene.session_uid, Path(bpy.path.abspath(self.filepath)).absolute()
        path = (yield from ask(AddEye(eye.folder(), file))).file
        scene = same_scene(context, uid)
        scene.see2sound.eye = "BEST"
        if eye.network_of(scene) != path:
            scene.see2sound.eye, scene.see2sound.eye_file = "FILE", str(path)
        self.report({"INFO"}, f"{path.name} is the detector of this scene.")
        return []
