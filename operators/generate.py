from pathlib import Path

import bpy
from bpy.props import BoolProperty

from ..see2sound_addon.blender import sources, units
from . import reporting

SILENT = "silent"


def make_clips(context: bpy.types.Context, things: list[bpy.types.Object], folder: Path) -> list[str]:
    """A clip as long as the scene for each Speaker, and notes on what could not be done as asked.

    All clips are made before the first Speaker is changed, so that an error changes none.
    """
    from ..see2sound_addon import pipeline
    from ..see2sound_addon.blender import speakers

    scene = context.scene
    seconds = units.duration(scene)
    sounding = [thing for thing in things if thing.see2sound.prompt.strip().lower() != SILENT]
    made = []
    with reporting.ProgressCursor(context) as progress:
        for number, thing in enumerate(sounding):
            progress("Making sounds", number, len(sounding))
            facts = thing.see2sound
            path = folder / f"{bpy.path.clean_name(facts.source_id)}.wav"
            voice = pipeline.voice(facts.prompt, path, seconds, pipeline.seed_for(facts.source_id, scene.see2sound.seed))
            made.append((thing, path, voice))
    for thing in things:
        thing.data.muted = thing not in sounding
    for thing, path, voice in made:
        speakers.attach_clip(thing, path, voice.reference_distance, scene)
    return [f"{thing.name}: {note}" for thing, _, voice in made for note in voice.notes]


class SEE2SOUND_OT_generate(bpy.types.Operator):
    """Make each source's sound from its prompt, as long as the scene. 'silent' mutes it"""

    bl_idname = "see2sound.generate"
    bl_label = "Generate Sounds"
    bl_options = {"REGISTER", "UNDO"}

    selected: BoolProperty(name="Selected Only", description="Only the selected Speakers", default=False, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if any(sources.is_source(thing) for thing in context.scene.objects):
            return True
        cls.poll_message_set("The scene has no sources yet; reconstruct them from a picture first")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        things = sources.sources(context.scene)
        if self.selected:
            things = [thing for thing in things if thing.select_get()]
        folder = sources.clip_folder(__package__.rpartition(".")[0])
        return make_clips(context, things, folder) if things else ["No source is selected."]
