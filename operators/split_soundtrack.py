"""Operators: split a soundtrack into stems, give a stem to a Speaker, and change a stem for a time."""

from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty

from ..see2sound_addon.blender import sources
from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .working import Work, Working, ask, same_scene

AROUND = 0.5
"""Seconds before and after the present frame that a new change has."""


def chosen_stem(scene: bpy.types.Scene) -> Any:
    """The stem that is chosen in the list, or None."""
    soundtrack = scene.see2sound.soundtrack
    return soundtrack.stems[soundtrack.stem_index] if 0 <= soundtrack.stem_index < len(soundtrack.stems) else None


class SEE2SOUND_OT_split_soundtrack(Working, bpy.types.Operator):
    """Split the sound of a film or a sound file into a stem for each source and a bed with all the rest. Speakers play them"""

    bl_idname = "see2sound.split_soundtrack"
    bl_label = "Split Soundtrack"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not context.scene.see2sound.soundtrack.file:
            cls.poll_message_set("Choose a film or a sound file first")
            return False
        return reporting.is_own_scene(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.blender.backends import chosen_backends
        from ..see2sound_addon.blender.soundtrack import stems
        from ..see2sound_addon.jobs.requests import SplitSoundtrack
        from ..see2sound_addon.media.files import check_writable

        scene, uid = context.scene, context.scene.session_uid
        settings = scene.see2sound.soundtrack
        file = Path(bpy.path.abspath(settings.file))
        if not file.is_file():
            raise See2SoundError("clip-missing", f"There is no file {str(file)[:200]!r}.", "Choose a film or a sound file.")
        wanted = stems.wanted_stems(scene)
        check_writable(sources.clip_folder())
        folder = sources.clip_folder() / f"soundtrack {file.stem[:60]}"
        done = yield from ask(SplitSoundtrack(file, folder, wanted, chosen_backends(scene)))
        scene = same_scene(context, uid)
        scene.see2sound.soundtrack.report = sources.beside_blend(done.report)
        notes = stems.put_stems(context, scene, done.stems, scene.see2sound.soundtrack.frame)
        heard = sum(not one.bed and one.level is not None for one in done.stems)
        self.report({"INFO"}, f"{heard} {'stem' if heard == 1 else 'stems'} and a bed")
        return done.notes + notes


class SEE2SOUND_OT_give_stem(bpy.types.Operator):
    """Let the active Speaker play the chosen stem, in place of the one that has played it"""

    bl_idname = "see2sound.give_stem"
    bl_label = "Give to Active Speaker"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        stem, obj = chosen_stem(context.scene), context.object
        if stem is None or not stem.heard:
            cls.poll_message_set("Choose a stem that is not empty")
            return False
        if obj is None or obj.type != "SPEAKER" or obj.library is not None or obj == stem.speaker:
            cls.poll_message_set("Make another Speaker of this file active")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon.blender.soundtrack import stems

        stems.give(context.scene, chosen_stem(context.scene), context.object)
        return []


class SEE2SOUND_OT_change_stem(bpy.types.Operator):
    """Take more or less of the chosen stem around the present frame. Takes effect with Split Soundtrack"""

    bl_idname = "see2sound.change_stem"
    bl_label = "Change Stem"
    bl_options = {"REGISTER", "UNDO"}

    kind: EnumProperty(
        name="Kind",
        description="More or less of the stem",
        items=(("MORE", "More", "More of this stem, 6 dB"), ("LESS", "Less", "Less of this stem, 6 dB")),
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        stem = chosen_stem(context.scene)
        if stem is None or stem.bed:
            cls.poll_message_set("Choose a stem that is no bed")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..see2sound_addon.blender.units import frame_rate

        scene, stem = context.scene, chosen_stem(context.scene)
        now = max((scene.frame_current - scene.see2sound.soundtrack.frame) / frame_rate(scene), 0.0)
        change = stem.changes.add()
        change.begin, change.end = max(now - AROUND, 0.0), now + AROUND
        change.decibels = 6.0 if self.kind == "MORE" else -6.0
        return {"FINISHED"}


class SEE2SOUND_OT_remove_change(bpy.types.Operator):
    """Remove a change of the chosen stem"""

    bl_idname = "see2sound.remove_change"
    bl_label = "Remove Change"
    bl_options = {"REGISTER", "UNDO"}

    number: IntProperty(name="Number", description="Number of the change, from 0", min=0, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        stem = chosen_stem(context.scene)
        if stem is None or not len(stem.changes):
            cls.poll_message_set("Choose a stem with a change")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        changes = chosen_stem(context.scene).changes
        changes.remove(min(self.number, len(changes) - 1))
        return {"FINISHED"}
