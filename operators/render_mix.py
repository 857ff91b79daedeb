from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..see2sound_addon.blender import properties
from ..see2sound_addon.errors import See2SoundError
from . import reporting

AS_SET = "scene"


class SEE2SOUND_OT_render_mix(bpy.types.Operator):
    """Render what the active camera hears along its way, as a sound file"""

    bl_idname = "see2sound.render_mix"
    bl_label = "Render Mix"
    bl_options = {"REGISTER"}

    filepath: StringProperty(
        name="File", description="Where the mix goes; empty takes the path set in the scene", subtype="FILE_PATH",
        options={"SKIP_SAVE"} | properties.RELATIVE_PATH,
    )  # fmt: skip
    layout: EnumProperty(
        name="Layout",
        description="For which loudspeakers or headphones",
        items=((AS_SET, "As Set in the Scene", "The layout chosen in the scene's settings"), *properties.LAYOUT_ITEMS),
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.scene.camera is None and not any(m.camera for m in context.scene.timeline_markers):
            cls.poll_message_set("The scene has no active camera to listen from")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon import pipeline
        from ..see2sound_addon.blender import sampling
        from ..see2sound_addon.jobs.mixing import mix_on_all_cores

        scene = context.scene
        target = self.filepath or scene.see2sound.mix_path
        layout = scene.see2sound.layout if self.layout == AS_SET else self.layout
        if target.startswith("//") and not bpy.data.filepath:
            raise See2SoundError(
                "blend-unsaved", "The .blend file has not been saved, so a path beside it leads nowhere.",
                "Save it first, or choose another folder.",
            )  # fmt: skip
        path = Path(bpy.path.abspath(target))
        if path.suffix.lower() not in (".wav", ".flac"):
            path = path.with_name(f"{path.name or 'mix'}.wav")
        settings = scene.see2sound
        bits = 24 if path.suffix.lower() == ".flac" and settings.bits == "32" else int(settings.bits)
        delivery = pipeline.Delivery(bits, settings.loudness if settings.use_loudness else None, settings.ceiling)
        sofa = bpy.path.abspath(settings.sofa) if settings.sofa and layout == "binaural" else None
        with reporting.ProgressCursor(context) as progress:
            plan, notes = sampling.sample_scene(context, scene, Path(bpy.app.tempdir), progress)
            report = mix_on_all_cores(plan, layout, path, progress, delivery, sofa)
        self.report({"INFO"}, f"{path.name}: {plan.duration:.2f} s, true peak {report.levels.true_peak:.1f} dB")
        return notes + report.notes
