"""Panel: the room and its walls."""

import bpy

from .base import Sidebar


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
        elif room.kind == "shoebox":
            layout.prop(room, "box")
            if room.box is None:
                layout.operator("see2sound.add_room", icon="CUBE")
            layout.prop(room, "order")
            layout.prop(room, "tail")


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
