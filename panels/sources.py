import bpy

from ..see2sound_addon.blender import sources
from .base import Sidebar

EXTENT_ICONS = {"point": "DOT", "area": "MESH_CIRCLE", "ambient": "WORLD"}


class SEE2SOUND_UL_sources(bpy.types.UIList):
    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:  # type: ignore[no-untyped-def]
        row = layout.row(align=True)
        if not sources.is_source(item):  # the list's inverted filter shows everything else
            row.label(text=item.name)
            return
        row.prop(item.see2sound, "label", text="", emboss=False, icon=EXTENT_ICONS.get(item.see2sound.extent, "DOT"))
        muted = item.data.muted
        row.prop(item.data, "muted", text="", icon="MUTE_IPO_ON" if muted else "MUTE_IPO_OFF", emboss=False)
        row.operator("see2sound.remove_source", text="", icon="X", emboss=False).object_name = item.name

    def filter_items(self, context, data, property) -> tuple[list[int], list[int]]:  # type: ignore[no-untyped-def]
        wanted = self.filter_name.lower()
        flags = [
            self.bitflag_filter_item if sources.is_source(thing) and wanted in thing.see2sound.label.lower() else 0
            for thing in getattr(data, property)
        ]
        return flags, []


class SEE2SOUND_PT_sources(Sidebar, bpy.types.Panel):
    bl_label = "Sources"

    def draw(self, context: bpy.types.Context) -> None:
        layout, scene = self.layout, context.scene
        settings = scene.see2sound
        layout.template_list("SEE2SOUND_UL_sources", "", scene, "objects", settings, "active_index", rows=4)
        active = sources.active_source(scene)
        if active is not None:
            column = layout.column()
            column.use_property_split = True
            column.use_property_decorate = False
            facts = active.see2sound
            column.prop(facts, "label")
            column.prop(facts, "prompt")
            column.prop(facts, "extent")
            if facts.extent == "area":
                column.prop(facts, "radius")
            elif facts.extent == "ambient":
                column.prop(facts, "diffuse")
            column.prop(active.data, "volume")
            column.prop(facts, "loop")
        elif not any(sources.is_source(thing) for thing in scene.objects):
            layout.label(text="Reconstruct a picture to fill this list", icon="INFO")
        layout.prop(settings, "seed")
        row = layout.row(align=True)
        row.operator("see2sound.generate", icon="SOUND")
        row.operator("see2sound.generate", text="Selected").selected = True


class SEE2SOUND_PT_sources_space(Sidebar, bpy.types.Panel):
    bl_label = "In Space"
    bl_parent_id = "SEE2SOUND_PT_sources"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return sources.active_source(context.scene) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        facts = sources.active_source(context.scene).see2sound
        layout.prop(facts, "synchronous")
        if facts.extent == "point":
            layout.prop(facts, "spread")
            layout.prop(facts, "divergence")
        row = layout.row(heading="LFE")
        row.prop(facts, "use_lfe", text="")
        column = row.column()
        column.active = facts.use_lfe
        column.prop(facts, "lfe", text="")
