"""Panel: the room and its walls."""

from typing import TYPE_CHECKING

import bpy

from ..see2sound_addon.blender.room import tracing
from .base import Sidebar

if TYPE_CHECKING:
    from ..see2sound_addon.blender.room.properties import RoomProperties


class SEE2SOUND_PT_room(Sidebar, bpy.types.Panel):
    """Type and settings of the room."""

    bl_label = "Room"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, room = self.layout, context.scene.see2sound.room
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(room, "kind")
        if room.kind == "ground":
            layout.prop(room, "height")
            layout.prop(room, "ground")
        elif room.kind == "response":
            layout.prop(room, "response")
            layout.prop(room, "gain")
        elif room.kind == "scene":
            self._draw_scene(layout, room)
        elif room.kind == "shoebox":
            layout.prop(room, "box")
            if room.box is None:
                layout.operator("see2sound.add_room", icon="CUBE")
            layout.prop(room, "order")
            layout.prop(room, "tail")

    def _draw_scene(self, layout: bpy.types.UILayout, room: "RoomProperties") -> None:
        """Whether the scene is traced, and how it is shown."""
        if tracing.file_of(bpy.context.scene) is None:
            layout.label(text="Not traced yet; a mix traces it", icon="INFO")
        elif room.trace_outdated:
            layout.label(text="Something has moved since", icon="ERROR")
        else:
            layout.label(text="Traced", icon="CHECKMARK")
        layout.operator("see2sound.trace_acoustics", icon="LIGHT_SUN")
        layout.prop(room, "show_rays")


class SEE2SOUND_PT_room_scene(Sidebar, bpy.types.Panel):
    """What of the scene sound meets."""

    bl_label = "Surfaces"
    bl_parent_id = "SEE2SOUND_PT_room"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(context.scene.see2sound.room.kind == "scene")

    def draw(self, context: bpy.types.Context) -> None:
        layout, obj = self.layout, context.active_object
        layout.use_property_split = True
        layout.use_property_decorate = False
        if obj is None or obj.type not in tracing.SOLID_TYPES:
            layout.label(text="Choose an object to see its surfaces")
            return
        layout.prop(obj.see2sound, "no_acoustics", text="Leave Out Object")
        if context.collection is not None and context.collection != context.scene.collection:
            layout.prop(context.collection.see2sound, "no_acoustics", text="Leave Out Collection")
        for slot in obj.material_slots:
            if slot.material is not None:
                layout.prop(slot.material.see2sound, "surface", text=slot.material.name, translate=False)


class SEE2SOUND_PT_room_walls(Sidebar, bpy.types.Panel):
    """Materials of the walls."""

    bl_label = "Walls"
    bl_parent_id = "SEE2SOUND_PT_room"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(context.scene.see2sound.room.kind == "shoebox")

    def draw(self, context: bpy.types.Context) -> None:
        layout, room = self.layout, context.scene.see2sound.room
        layout.use_property_split = True
        layout.use_property_decorate = False
        walls = ("floor", "ceiling", "wall_x0", "wall_x1", "wall_y0", "wall_y1")
        for name in walls:
            layout.prop(room, name)
        if any(getattr(room, name) == "CUSTOM" for name in walls):
            layout.prop(room, "custom")
