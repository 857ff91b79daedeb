from pathlib import Path

import bpy
from bpy.props import BoolProperty

from ..see2sound_addon.blender import sources, units
from . import reporting

SILENT = "silent"


def make_voices(context: bpy.types.Context, wanted: list[tuple[str, str]], folder: Path) -> dict:
    """Clips in `folder` for (source id, prompt) pairs; (path, Voice) by id, nothing for silent ones. Changes no scene."""
    from ..see2sound_addon import pipeline

    scene, made = context.scene, {}
    seconds = pipeline.clip_length(units.duration(scene))
    with reporting.ProgressCursor(context) as progress:
        for number, (source_id, prompt) in enumerate(wanted):
            progress("Making sounds", number, len(wanted))
            if prompt.strip().lower() == SILENT:
                continue
            seed = pipeline.seed_for(source_id, scene.see2sound.seed)
            path = folder / pipeline.clip_name(source_id, prompt, seconds, seed)
            made[source_id] = (path, pipeline.voice(prompt, path, seconds, seed))
    return made


def attach_voices(context: bpy.types.Context, things: list[bpy.types.Object], made: dict) -> list[str]:
    """Give Speakers their clips; what has none is muted, what was muted for that alone sounds again."""
    from ..see2sound_addon.blender import speakers

    notes = []
    for thing in things:
        facts = thing.see2sound
        if facts.source_id not in made:
            facts.silenced = facts.silenced or not thing.data.muted
            thing.data.muted = True
            continue
        if facts.silenced:
            facts.silenced = thing.data.muted = False
        path, voice = made[facts.source_id]
        speakers.attach_clip(thing, path, voice.reference_distance, context.scene)
        notes += [f"{thing.name}: {note}" for note in voice.notes]
    return notes


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
        from ..see2sound_addon.blender import speakers
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
        made = make_voices(context, [(t.see2sound.source_id, t.see2sound.prompt) for t in things], folder)
        return attach_voices(context, things, made)
