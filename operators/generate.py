"""Operator: generate the sounds of sources."""

import bpy
from bpy.props import BoolProperty

from ..see2sound_addon.blender import neural, sources
from .working import Work, Working, ask, same_scene


class SEE2SOUND_OT_generate(Working, bpy.types.Operator):
    """Generate the sound of each source from its prompt. 'silent' mutes it. Your own sounds stay, unless Selected Only is on"""

    bl_idname = "see2sound.generate"
    bl_label = "Generate Sounds"
    bl_options = {"REGISTER", "UNDO"}

    selected: BoolProperty(
        name="Selected Only",
        description="Generate sounds for the selected Speakers only, and replace your own sounds",
        default=False,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if any(sources.is_source(obj) for obj in context.scene.objects):
            return True
        cls.poll_message_set("The scene has no sources yet; reconstruct them from a picture first")
        return False

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.blender.backends import chosen_backends
        from ..see2sound_addon.blender.writing import clips
        from ..see2sound_addon.media.files import check_writable

        sources.settle_ids()
        scene, uid = context.scene, context.scene.session_uid
        objects = self._open(scene)
        if self.selected:
            objects = [obj for obj in objects if obj.select_get()]
        if not objects:
            why = (
                "No unlocked source is selected."
                if self.selected
                else "All sources are locked, linked or have sounds of your own."
            )
            return [why]
        check_writable(sources.clip_folder())
        prompts = [(obj.see2sound.source_id, obj.see2sound.prompt) for obj in objects]
        models = neural.chosen_models(context, scene)
        made = yield from ask(clips.request(scene, prompts, chosen_backends(scene), models))
        # What was removed in the meantime is left alone.
        scene, ids = same_scene(context, uid), {source_id for source_id, _ in prompts}
        nameless = [obj.name for obj in self._open(scene) if not obj.see2sound.prompt.strip()]
        notes = [f"{name} has no prompt, and so no sound. Type a label or a prompt." for name in nameless]
        objects = [obj for obj in self._open(scene) if obj.see2sound.source_id in ids]
        return notes + clips.attach_clips(scene, objects, made.clips)

    def _open(self, scene: bpy.types.Scene) -> list[bpy.types.Object]:
        """What may get a sound: neither linked nor locked, nor with a sound of the artist's own unless that was asked for."""
        objects = [obj for obj in sources.sources(scene) if sources.may_get_sound(obj)]
        return [obj for obj in objects if self.selected or not sources.has_own_sound(obj)]
