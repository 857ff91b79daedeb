import bpy
from bpy.props import BoolProperty

from ..see2sound_addon.blender import sources
from . import reporting


class SEE2SOUND_OT_generate(bpy.types.Operator):
    """Make each source's sound from its prompt. 'silent' mutes it; sounds of your own stay, unless Selected Only is on"""

    bl_idname = "see2sound.generate"
    bl_label = "Generate Sounds"
    bl_options = {"REGISTER", "UNDO"}

    selected: BoolProperty(
        name="Selected Only",
        description="Only the selected Speakers, replacing sounds of your own",
        default=False,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if any(sources.is_source(thing) for thing in context.scene.objects):
            return True
        cls.poll_message_set("The scene has no sources yet; reconstruct them from a picture first")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon.blender import speakers, voices
        from ..see2sound_addon.media.files import check_writable

        sources.settle_ids()
        things = [thing for thing in sources.sources(context.scene) if thing.library is None]
        if self.selected:
            things = [thing for thing in things if thing.select_get()]
        else:
            things = [thing for thing in things if not speakers.has_own_sound(thing)]
        if not things:
            return ["No source is selected." if self.selected else "All sources have sounds of your own."]
        folder = sources.clip_folder(__package__.rpartition(".")[0])
        check_writable(folder)
        wanted = [(thing.see2sound.source_id, thing.see2sound.prompt) for thing in things]
        with reporting.ProgressCursor(context) as progress:
            made = voices.make_voices(context.scene, wanted, folder, progress)
        return voices.attach_voices(context.scene, things, made)
