"""Panel: split the soundtrack of a film, and the list of its stems."""

import bpy

from ..see2sound_addon.blender import sources
from .base import Sidebar
from .picture import draw_button_or_progress


class SEE2SOUND_UL_stems(bpy.types.UIList):
    """The list of stems, with the level, solo and mute of their Speakers."""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:  # type: ignore[no-untyped-def]
        row = layout.row(align=True)
        row.label(text=item.name, icon="WORLD" if item.bed else "SOUND", translate=False)
        obj = item.speaker
        if obj is None or not sources.is_source(obj):
            row.label(text="" if item.heard else "Empty")
            return
        level = row.row(align=True)
        level.ui_units_x = 2.4
        level.prop(obj.data, "volume", text="")
        facts = obj.see2sound
        row.prop(facts, "solo", text="", icon="SOLO_ON" if facts.solo else "SOLO_OFF", emboss=False)
        row.prop(facts, "muted", text="", icon="MUTE_IPO_OFF" if facts.muted else "MUTE_IPO_ON", emboss=False)


class SEE2SOUND_PT_soundtrack(Sidebar, bpy.types.Panel):
    """Split Soundtrack and its stems."""

    bl_label = "Own Soundtrack"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound.soundtrack
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "file")
        layout.prop(settings, "into")
        layout.prop(settings, "frame")
        draw_button_or_progress(layout, context, "see2sound.split_soundtrack", "SOUND")
        if not len(settings.stems):
            return
        layout.template_list("SEE2SOUND_UL_stems", "", settings, "stems", settings, "stem_index", rows=4)
        if settings.stem_index >= len(settings.stems):
            return
        stem = settings.stems[settings.stem_index]
        layout.prop(stem, "speaker")
        layout.operator("see2sound.give_stem", icon="SPEAKER")
        row = layout.row(align=True)
        row.operator("see2sound.change_stem", text="More Here", icon="ADD").kind = "MORE"
        row.operator("see2sound.change_stem", text="Less Here", icon="REMOVE").kind = "LESS"
        for number, change in enumerate(stem.changes):
            row = layout.row(align=True)
            row.use_property_split = False
            row.prop(change, "begin", text="")
            row.prop(change, "end", text="")
            row.prop(change, "decibels", text="")
            row.operator("see2sound.remove_change", text="", icon="X").number = number
        if settings.report:
            layout.operator("wm.path_open", text="Open Report", icon="URL").filepath = bpy.path.abspath(settings.report)
