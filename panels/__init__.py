"""What an artist sees. Draws only."""

import bpy

from . import drop, mix, neural, picture, room, sources

CLASSES = (
    picture.SEE2SOUND_PT_picture,
    picture.SEE2SOUND_PT_picture_camera,
    sources.SEE2SOUND_UL_sources,
    sources.SEE2SOUND_PT_sources,
    sources.SEE2SOUND_PT_sources_space,
    room.SEE2SOUND_PT_room,
    room.SEE2SOUND_PT_room_walls,
    mix.SEE2SOUND_PT_mix,
    mix.SEE2SOUND_PT_mix_level,
    mix.SEE2SOUND_PT_mix_air,
    neural.SEE2SOUND_PT_neural,
    neural.SEE2SOUND_AP_preferences,
    drop.SEE2SOUND_FH_picture,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
