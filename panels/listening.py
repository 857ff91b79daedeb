"""Panel: what is proposed to sound in the scene, why, and when."""

import bpy
from bpy.app.translations import pgettext_iface as iface
from bpy.props import BoolProperty

from .base import Sidebar
from .picture import draw_button_or_progress


class SEE2SOUND_UL_proposals(bpy.types.UIList):
    """The list of proposals; what is silent is folded away."""

    show_silent: BoolProperty(name="Show Silent", description="Also list the objects that make no sound")

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:  # type: ignore[no-untyped-def]
        layout.use_property_split = False
        row = layout.row(align=True)
        if item.silent:
            row.active = False
            row.label(text=item.name, icon="BLANK1", translate=False)
            row.label(text="Silent" if item.sound_class else "Not known")
            return
        row.prop(item, "accept", text="")
        names = row.split(factor=0.5)
        names.label(text=item.name, translate=False)
        names.label(text=item.sound_class.capitalize(), translate=False)
        events = row.row()
        events.ui_units_x = 2.0
        events.alignment = "RIGHT"
        events.label(text=str(len(item.events)) if item.events else "", translate=False)

    def draw_filter(self, context, layout) -> None:  # type: ignore[no-untyped-def]
        row = layout.row(align=True)
        row.prop(self, "filter_name", text="", icon="VIEWZOOM")
        row.prop(self, "show_silent", text="", icon="MUTE_IPO_ON")

    def filter_items(self, context, data, property) -> tuple[list[int], list[int]]:  # type: ignore[no-untyped-def]
        wanted, items = self.filter_name.lower(), getattr(data, property)
        shown = [
            (not item.silent or self.show_silent) and (wanted in item.name.lower() or wanted in item.sound_class.lower())
            for item in items
        ]
        return [self.bitflag_filter_item if one else 0 for one in shown], []


class SEE2SOUND_UL_events(bpy.types.UIList):
    """A list of events. Choosing one sets the frame."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:  # type: ignore[no-untyped-def]
        layout.use_property_split = False
        row = layout.row(align=True)
        row.prop(item, "frame", text="", emboss=False)
        row.prop(item, "strength", text="", emboss=False, slider=True)


class SEE2SOUND_PT_listening(Sidebar, bpy.types.Panel):
    """Sounds From Scene, and the proposals."""

    bl_label = "Scene"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "parked")
        draw_button_or_progress(layout, context, "see2sound.listen_to_scene", "SCENE_DATA")
        if not settings.proposals:
            return
        layout.template_list("SEE2SOUND_UL_proposals", "", settings, "proposals", settings, "proposal_index", rows=5)
        silent = sum(item.silent for item in settings.proposals)
        if silent:
            layout.label(text=iface("{} objects are silent").format(silent), icon="MUTE_IPO_ON", translate=False)
        layout.operator("see2sound.make_speakers", icon="SPEAKER")


class SEE2SOUND_PT_listening_why(Sidebar, bpy.types.Panel):
    """The reason and the events of the chosen proposal."""

    bl_label = "Proposal"
    bl_parent_id = "SEE2SOUND_PT_listening"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        settings = context.scene.see2sound
        return 0 <= settings.proposal_index < len(settings.proposals)

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        item = settings.proposals[settings.proposal_index]
        column = layout.column(align=True)
        for line in item.why.split("; "):
            column.label(text=line, translate=False)
        if item.events:
            layout.template_list("SEE2SOUND_UL_events", "proposal", item, "events", item, "event_index", rows=4)


def draw_events(layout: bpy.types.UILayout, obj: bpy.types.Object) -> None:
    """What gives the events of a source, and their list."""
    facts = obj.see2sound
    layout.prop(facts, "events_from")
    if facts.events_from == "MARKERS":
        layout.prop(facts, "marker_text", icon="MARKER")
    elif facts.events_from == "KEYFRAMES":
        strike = layout.column()
        strike.use_property_decorate = True
        strike.prop(facts, "strike")
    elif facts.events_from == "LIST":
        row = layout.row()
        row.template_list("SEE2SOUND_UL_events", "source", facts, "event_list", facts, "event_index", rows=4)
        column = row.column(align=True)
        column.operator("see2sound.edit_events", text="", icon="ADD").action = "ADD"
        column.operator("see2sound.edit_events", text="", icon="REMOVE").action = "REMOVE"
        column.operator("see2sound.edit_events", text="", icon="SORTTIME").action = "SORT"
