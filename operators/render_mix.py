import tempfile
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..see2sound_addon.blender import properties
from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .working import Step, Working

AS_SET = "scene"


class SEE2SOUND_OT_render_mix(Working, bpy.types.Operator):
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

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def first_step(self, context: bpy.types.Context) -> Step:
        from ..see2sound_addon.blender import sampling
        from ..see2sound_addon.media.files import write_text
        from ..see2sound_addon.planfile import plan_to_json

        scene, settings = context.scene, context.scene.see2sound
        self._path = self._target(settings)
        layout = settings.layout if self.layout == AS_SET else self.layout
        bits = 24 if self._path.suffix.lower() == ".flac" and settings.bits == "32" else int(settings.bits)
        loudness = settings.loudness if settings.use_loudness else None
        folder = Path(tempfile.mkdtemp(prefix="mix_", dir=bpy.app.tempdir))  # Blender removes it; jobs may wait in a queue
        with reporting.ProgressCursor(context) as progress:
            plan, self._notes = sampling.sample_scene(context, scene, folder, progress)
        write_text(folder / "plan.json", plan_to_json(plan))
        return Step("mix", {
            "plan": str(folder / "plan.json"), "layout": layout, "out": str(self._path),
            "delivery": {"bits": bits, "loudness": loudness, "ceiling": settings.ceiling},
            "sofa": bpy.path.abspath(settings.sofa) if settings.sofa and layout == "binaural" else None,
        })  # fmt: skip

    def take(self, context: bpy.types.Context, result: dict) -> list[str]:
        peak = result["true_peak"]
        self.report({"INFO"}, f"{self._path.name}: {result['seconds']:.2f} s, true peak {peak:.1f} dB")
        return self._notes + result["notes"]

    def _target(self, settings: bpy.types.PropertyGroup) -> Path:
        target = self.filepath or settings.mix_path
        if target.startswith("//") and not bpy.data.filepath:
            raise See2SoundError(
                "blend-unsaved", "The .blend file has not been saved, so a path beside it leads nowhere.",
                "Save it first, or choose another folder.",
            )  # fmt: skip
        path = Path(bpy.path.abspath(target))
        return path if path.suffix.lower() in (".wav", ".flac") else path.with_name(f"{path.name or 'mix'}.wav")
