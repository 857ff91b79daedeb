"""Operators: add the mix to the sequencer, remove it, and render the animation with it."""

from functools import partial
from pathlib import Path

import bpy

from ..see2sound_addon.blender.soundtrack import strip
from . import reporting
from .render_mix import RenderMix
from .working import Work, same_scene


class SEE2SOUND_OT_add_to_sequencer(bpy.types.Operator):
    """Add the rendered mix to the sequencer. Rendered animations contain it, and Blender plays it instead of the Speakers"""

    bl_idname = "see2sound.add_to_sequencer"
    bl_label = "Add Mix to Sequencer"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.scene.see2sound.mixed:
            return True
        cls.poll_message_set("Render the mix first")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: add(context))


def add(context: bpy.types.Context) -> list[str]:
    """The mix rendered last, as the soundtrack; notes."""
    from ..see2sound_addon.media.audio import audio_facts

    scene = context.scene
    path = Path(bpy.path.abspath(scene.see2sound.mixed))
    facts = audio_facts(path)
    strip.add_mix(scene, path, facts.channels, facts.rate)
    if getattr(context.workspace, "sequencer_scene", scene) is None:  # from Blender 5.0 on sequencers show a scene of their own
        context.workspace.sequencer_scene = scene
    return ["The scene has changed since this mix was rendered."] if scene.see2sound.outdated else []


class SEE2SOUND_OT_remove_from_sequencer(bpy.types.Operator):
    """Remove the mix from the sequencer, and unmute the Speakers in Blender"""

    bl_idname = "see2sound.remove_from_sequencer"
    bl_label = "Remove Mix from Sequencer"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        strip.remove_mix(context.scene)
        return {"FINISHED"}


class SEE2SOUND_OT_render_with_sound(RenderMix, bpy.types.Operator):
    """Render the mix, add it to the sequencer, and render the animation with it"""

    bl_idname = "see2sound.render_with_sound"
    bl_label = "Render With Sound"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.scene.camera is None:
            cls.poll_message_set("The scene has no active camera")
            return False
        if context.scene.render.image_settings.file_format != "FFMPEG":
            cls.poll_message_set("The output is pictures, which carry no sound: choose FFmpeg Video in the Output properties")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def chosen_layout(self, scene: bpy.types.Scene) -> str:
        return str(scene.see2sound.layout)  # without a property of its own, `layout` would be what Blender draws into

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.pipeline import channels_of

        uid = context.scene.session_uid
        strip.check_channels(channels_of(self.chosen_layout(context.scene)))
        notes = yield from super().work(context, seconds)
        scene = same_scene(context, uid)
        notes += add(context)
        if self._job is None:  # a script waits for the film
            bpy.ops.render.render(animation=True, scene=scene.name)
        else:  # Blender handles events as it starts to render, so this operator must have ended, with its undo step, before
            bpy.app.timers.register(partial(_start_render, uid), first_interval=RENDER_AFTER)
        return notes


RENDER_AFTER = 0.2
"""Seconds."""


def _start_render(scene_uid: int) -> float | None:
    """For a timer: render a scene's animation in a window, as soon as that can be."""
    scene = next((scene for scene in bpy.data.scenes if scene.session_uid == scene_uid), None)
    if scene is None or not bpy.context.window_manager.windows:
        return None
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        if not bpy.ops.render.render.poll():  # type: ignore[call-arg]
            return RENDER_AFTER
        bpy.ops.render.render("INVOKE_DEFAULT", animation=True, scene=scene.name)
    return None
