"""Panel: the list of sources and the settings of the active one."""

import bpy
from bpy.app.translations import pgettext_iface as iface
from bpy.props import BoolProperty, EnumProperty

from ..see2sound_addon.blender import sources
from .base import Sidebar

EXTENT_ICONS = {"point": "DOT", "area": "MESH_CIRCLE", "ambient": "WORLD"}
ORDERS = (
    ("LABEL", "Label", "By what they are", "SORTALPHA", 0),
    ("LEVEL", "Level", "The loudest first", "SOUND", 1),
    ("DISTANCE", "Distance", "What is nearest to the camera first", "CAMERA_DATA", 2),
)


WIDE = 330
"""Pixels, unscaled: in a narrower sidebar the list has no room for levels beside labels; they are below it too."""


class SEE2SOUND_UL_sources(bpy.types.UIList):
    """The list of sources, with filter and order."""

    order: EnumProperty(name="Order", description="Sort order of the list", items=ORDERS)
    heard_only: BoolProperty(name="Hide Muted", description="Hide muted sources")

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:  # type: ignore[no-untyped-def]
        row = layout.row(align=True)
        if not sources.is_source(item):  # the list's inverted filter shows everything else
            row.label(text=item.name)
            return
        facts = item.see2sound
        nameless = not facts.prompt and not sources.has_own_sound(item)
        icon_of = "QUESTION" if nameless else EXTENT_ICONS.get(facts.extent, "DOT")
        row.prop(facts, "label", text="", emboss=False, icon=icon_of)
        if nameless:
            row.label(text="What is it?")
        if context.region is None or context.region.width > WIDE * context.preferences.system.ui_scale:
            level = row.row(align=True)
            level.ui_units_x = 2.4
            level.prop(item.data, "volume", text="")
        row.prop(facts, "solo", text="", icon="SOLO_ON" if facts.solo else "SOLO_OFF", emboss=False)
        row.prop(facts, "muted", text="", icon="MUTE_IPO_OFF" if facts.muted else "MUTE_IPO_ON", emboss=False)
        row.prop(facts, "locked", text="", icon="LOCKED" if facts.locked else "UNLOCKED", emboss=False)

    def draw_filter(self, context, layout) -> None:  # type: ignore[no-untyped-def]
        row = layout.row(align=True)
        row.prop(self, "filter_name", text="", icon="VIEWZOOM")
        row.prop(self, "heard_only", text="", icon="MUTE_IPO_ON")
        row.separator()
        row.prop(self, "order", text="", icon_only=True)
        row.prop(self, "use_filter_sort_reverse", text="", icon="SORT_DESC" if self.use_filter_sort_reverse else "SORT_ASC")

    def filter_items(self, context, data, property) -> tuple[list[int], list[int]]:  # type: ignore[no-untyped-def]
        wanted, objects = self.filter_name.lower(), list(getattr(data, property))
        flags, keys = [0] * len(objects), []
        for index, obj in enumerate(objects):
            ours = sources.is_source(obj)
            if ours and wanted in obj.see2sound.label.lower() and not (self.heard_only and obj.see2sound.muted):
                flags[index] = self.bitflag_filter_item
            keys.append((index, self._key(obj, context) if ours else ()))
        return flags, bpy.types.UI_UL_list.sort_items_helper(keys, lambda pair: pair[1], self.use_filter_sort_reverse)

    def _key(self, obj, context) -> tuple[object, ...]:  # type: ignore[no-untyped-def]
        if self.order == "LEVEL":
            return (-obj.data.volume, obj.name)
        camera = context.scene.camera
        if self.order == "DISTANCE" and camera is not None:
            return ((obj.matrix_world.translation - camera.matrix_world.translation).length, obj.name)
        return (obj.see2sound.label.lower(), obj.name)


class SEE2SOUND_MT_sources(bpy.types.Menu):
    """The menu beside the list of sources."""

    bl_label = "Sources"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_enum("see2sound.mark_sources", "action")
        layout.separator()
        layout.operator("see2sound.draw_object", icon="SELECT_SET")
        layout.operator("see2sound.merge_sources", icon="AUTOMERGE_ON")
        layout.separator()
        layout.operator("see2sound.use_speaker", icon="SPEAKER")
        layout.operator("see2sound.add_sound", icon="FILE_SOUND")
        layout.separator()
        layout.prop(context.scene.see2sound, "show_outlines")


class SEE2SOUND_PT_sources(Sidebar, bpy.types.Panel):
    """The list of sources, the settings of the active one and Generate Sounds."""

    bl_label = "Sources"

    def draw(self, context: bpy.types.Context) -> None:
        layout, scene = self.layout, context.scene
        settings, active = scene.see2sound, sources.active_source(scene)
        row = layout.row()
        row.template_list("SEE2SOUND_UL_sources", "", scene, "objects", settings, "active_index", rows=4)
        column = row.column(align=True)
        column.operator("see2sound.add_source", text="", icon="ADD")
        remove = column.row()
        remove.enabled = active is not None
        remove.operator("see2sound.remove_source", text="", icon="REMOVE").object_name = active.name if active else ""
        column.separator()
        column.menu("SEE2SOUND_MT_sources", text="", icon="DOWNARROW_HLT")
        if active is not None:
            draw_source(layout.column(), active)
        elif not any(sources.is_source(obj) for obj in scene.objects):
            layout.label(text="No sources yet", icon="INFO")
            layout.label(text="Use a picture or the scene, or add with +", icon="BLANK1")
        else:
            layout.label(text="Choose a source to change it", icon="INFO")
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "seed")
        row = layout.row(align=True)
        row.operator("see2sound.generate", icon="SOUND")
        row.operator("see2sound.generate", text="Selected").selected = True


def draw_source(layout: bpy.types.UILayout, obj: bpy.types.Object) -> None:
    """What one needs of a source: here and in the Speaker's own properties."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    facts = obj.see2sound
    layout.prop(facts, "label")
    layout.prop(facts, "prompt")
    layout.prop(facts, "extent")
    if facts.extent == "area":
        layout.prop(facts, "radius")
    elif facts.extent == "ambient":
        layout.prop(facts, "diffuse")
    layout.prop(obj.data, "volume")
    split = layout.split(factor=0.4)
    heading = split.row()
    heading.alignment = "RIGHT"
    heading.label(text="Sound")
    name = obj.data.sound.name if obj.data.sound is not None else ""
    split.operator("see2sound.set_sound", text=name or iface("Choose a File"), icon="FILE_SOUND", translate=False)
    layout.prop(facts, "loop")
    if obj.data.sound is None:
        layout.label(text="No sound yet: generate one", icon="INFO")
    elif sources.has_foreign_reference(obj):
        layout.label(text="Distance reference of the generated sound", icon="ERROR")
    if facts.carried:
        layout.label(text="Muted in Blender: the mix contains it", icon="INFO")


def draw_in_space(layout: bpy.types.UILayout, obj: bpy.types.Object) -> None:
    """What few need of a source."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    facts = obj.see2sound
    layout.prop(facts, "synchronous")
    if facts.extent == "point":
        layout.prop(facts, "spread")
        layout.prop(facts, "divergence")
    row = layout.row(heading="LFE")
    row.prop(facts, "use_lfe", text="")
    column = row.column()
    column.active = facts.use_lfe
    column.prop(facts, "lfe", text="")


class SEE2SOUND_PT_sources_space(Sidebar, bpy.types.Panel):
    """Settings in space of the active source."""

    bl_label = "In Space"
    bl_parent_id = "SEE2SOUND_PT_sources"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return sources.active_source(context.scene) is not None

    def draw(self, context: bpy.types.Context) -> None:
        draw_in_space(self.layout, sources.active_source(context.scene))
