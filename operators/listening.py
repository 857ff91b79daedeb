"""Operators: propose the sounds of a scene, and make Speakers of the proposals."""

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty

from ..see2sound_addon.blender import neural, sources
from ..see2sound_addon.blender.properties import choices
from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .working import Work, Working, ask, same_scene

if TYPE_CHECKING:
    from ..see2sound_addon.pipeline import Proposal

GENERATE = BoolProperty(
    name="Generate Sounds", description="Generate the sounds of the Speakers right away", default=True, options={"SKIP_SAVE"}
)


def make(context: bpy.types.Context, generate: bool) -> Work:
    """Part of a `work`: Speakers of the accepted proposals, and their sounds; returns notes."""
    from ..see2sound_addon.blender.backends import chosen_backends
    from ..see2sound_addon.blender.writing import clips, proposals
    from ..see2sound_addon.media.files import check_writable

    scene, uid = context.scene, context.scene.session_uid
    sources.settle_ids()
    models = neural.chosen_models(context, scene) if generate else None  # if it is missing, nothing is changed
    if generate:
        check_writable(sources.clip_folder())
    objects, notes = proposals.make_speakers(context, scene)
    if not generate:
        return notes
    objects = [obj for obj in objects if not sources.has_own_sound(obj)]
    prompts = [(obj.see2sound.source_id, obj.see2sound.prompt) for obj in objects]
    made = yield from ask(clips.request(scene, prompts, chosen_backends(scene), models))
    scene, ids = same_scene(context, uid), {source_id for source_id, _ in prompts}
    left = [obj for obj in sources.sources(scene) if obj.see2sound.source_id in ids]
    left = [obj for obj in left if sources.may_get_sound(obj) and not sources.has_own_sound(obj)]
    return notes + clips.attach_clips(scene, left, made.clips)


class SEE2SOUND_OT_listen_to_scene(Working, bpy.types.Operator):
    """Propose what sounds in the scene, from the names, movements and contacts of its objects. The list is below"""

    bl_idname = "see2sound.listen_to_scene"
    bl_label = "Sounds From Scene"
    bl_options = {"REGISTER", "UNDO"}

    parked: EnumProperty(
        name="Parked Vehicles", description="What engines do while vehicles stand", options={"SKIP_SAVE"},
        items=((choices.AS_SET, "As Set in the Scene", "Use the setting of the panel"), *choices.PARKED_ITEMS),
    )  # fmt: skip
    accept: BoolProperty(
        name="Make Speakers", description="Make a Speaker for each accepted proposal right away", default=False,
        options={"SKIP_SAVE"},
    )  # fmt: skip
    generate: GENERATE  # type: ignore[valid-type]

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.is_own_scene(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.blender.reading.observing import READING, observe_in_slices
        from ..see2sound_addon.blender.writing import proposals
        from ..see2sound_addon.pipeline import LISTENING, ListenSettings, listen_in_steps

        scene = context.scene
        parked = scene.see2sound.parked if self.parked == choices.AS_SET else self.parked
        slices = observe_in_slices(context, scene, seconds)
        observed, surfaces = yield from reporting.labelled(slices, READING)
        steps = listen_in_steps(observed, surfaces, ListenSettings(parked == "IDLE"))
        found = yield from reporting.labelled(steps, LISTENING)
        proposals.put_proposals(scene, found)
        self._say(found)
        more = (yield from make(context, self.generate)) if self.accept else []
        return observed.notes + more

    def _say(self, found: "list[Proposal]") -> None:
        sounding = sum(not one.silent for one in found)
        self.report({"INFO"}, f"{sounding} sources are proposed, {len(found) - sounding} objects are silent")


class SEE2SOUND_OT_make_speakers(Working, bpy.types.Operator):
    """Make a Speaker for each accepted proposal; it follows its object. What you changed on Speakers that are there stays"""

    bl_idname = "see2sound.make_speakers"
    bl_label = "Make Speakers"
    bl_options = {"REGISTER", "UNDO"}

    generate: GENERATE  # type: ignore[valid-type]

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.mode != "OBJECT":
            cls.poll_message_set("Speakers are made in Object Mode")
            return False
        if not any(item.accept for item in context.scene.see2sound.proposals):
            cls.poll_message_set("No proposal is accepted; run Sounds From Scene first")
            return False
        return reporting.is_own_scene(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        notes = yield from make(context, self.generate)
        return notes


class SEE2SOUND_OT_edit_events(bpy.types.Operator):
    """Add an event at the current frame, or remove the chosen one"""

    bl_idname = "see2sound.edit_events"
    bl_label = "Edit Events"
    bl_options = {"REGISTER", "UNDO"}

    action: EnumProperty(
        name="Action", description="What to do with the list of events",
        items=(
            ("ADD", "Add Event", "Add an event at the current frame"),
            ("REMOVE", "Remove Event", "Remove the chosen event"),
            ("SORT", "Sort Events", "Sort the events by their frames"),
        ),
    )  # fmt: skip

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        items = cls.bl_rna.properties["action"].enum_items  # type: ignore[attr-defined]
        return str(items[properties.action].description)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        active = sources.active_source(context.scene)
        if active is not None and active.library is None:
            return True
        cls.poll_message_set("Choose a source of this file")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._edit(context.scene))

    def _edit(self, scene: bpy.types.Scene) -> list[str]:
        from ..see2sound_addon.blender.writing.tracks import set_events

        facts = sources.active_source(scene).see2sound
        if not facts.events:
            raise See2SoundError("events-none", "The sound of this source has no events.", "Choose another prompt.")
        events = [(item.frame, item.strength) for item in facts.event_list]
        row = facts.event_index
        if self.action == "REMOVE" and 0 <= row < len(events):
            events.pop(row)
        elif self.action == "ADD":
            events.append((scene.frame_current_final, 1.0))
        set_events(facts.event_list, sorted(events))
        if self.action == "ADD":
            facts.events_from = "LIST"
        return []
