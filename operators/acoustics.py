"""Operator: trace the acoustics of the scene's meshes."""

import bpy

from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .traced_plan import scene_folder, traced_plan
from .working import Work, Working


class SEE2SOUND_OT_trace_acoustics(Working, bpy.types.Operator):
    """Trace what the meshes of the scene do to its sounds. Mixes use it until something moves"""

    bl_idname = "see2sound.trace_acoustics"
    bl_label = "Trace Acoustics"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.has_listener(cls, context) and reporting.is_own_scene(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.blender.reading import sampling

        scene, uid = context.scene, context.scene.session_uid
        slices = sampling.sample_in_slices(context, scene, scene_folder("trace_"), seconds)
        plan, notes = yield from reporting.labelled(slices, sampling.READING)
        if not plan.sources:
            hint = "Add Speakers with sounds, or unmute some."
            raise See2SoundError("sources-none", "The scene has no sounds to trace.", hint)
        _, more = yield from traced_plan(context, scene, plan, seconds, None, anew=True)
        scene = next((scene for scene in bpy.data.scenes if scene.session_uid == uid), None)
        if scene is not None:
            scene.see2sound.room.kind = "scene"
        count = len(plan.sources)
        self.report({"INFO"}, f"The acoustics of {count} source{'s' if count != 1 else ''} are traced")
        return notes + more
