"""Panels, lists, menus and overlays. They only draw."""

from typing import Any

import bpy

from ..see2sound_addon import logs
from . import (
    drop,
    library,
    listening,
    menus,
    mix,
    neural,
    overlay,
    picture,
    preferences,
    preview,
    room,
    soundtrack,
    sources,
    speaker,
    ways,
    words,
)

CLASSES: tuple[Any, ...] = (
    picture.SEE2SOUND_PT_picture,
    picture.SEE2SOUND_PT_picture_camera,
    picture.SEE2SOUND_PT_picture_motion,
    listening.SEE2SOUND_UL_proposals,
    listening.SEE2SOUND_UL_events,
    listening.SEE2SOUND_PT_listening,
    listening.SEE2SOUND_PT_listening_why,
    sources.SEE2SOUND_UL_sources,
    sources.SEE2SOUND_MT_sources,
    menus.SEE2SOUND_MT_object,
    sources.SEE2SOUND_PT_sources,
    library.SEE2SOUND_UL_recordings,
    library.SEE2SOUND_UL_takes,
    *library.FAMILY_MENUS,
    library.SEE2SOUND_MT_add_sound,
    library.SEE2SOUND_PT_sources_sound,
    sources.SEE2SOUND_PT_sources_space,
    library.SEE2SOUND_PT_library,
    preview.SEE2SOUND_PT_preview,
    preview.SEE2SOUND_PT_preview_snippet,
    room.SEE2SOUND_PT_room,
    room.SEE2SOUND_PT_room_scene,
    room.SEE2SOUND_PT_room_walls,
    soundtrack.SEE2SOUND_UL_stems,
    soundtrack.SEE2SOUND_PT_soundtrack,
    mix.SEE2SOUND_PT_mix_presets,
    mix.SEE2SOUND_PT_mix,
    mix.SEE2SOUND_PT_mix_soundtrack,
    mix.SEE2SOUND_PT_mix_level,
    mix.SEE2SOUND_PT_mix_air,
    neural.SEE2SOUND_PT_neural,
    neural.SEE2SOUND_PT_backends,
    preferences.SEE2SOUND_AP_preferences,
    speaker.SEE2SOUND_PT_speaker,
    speaker.SEE2SOUND_PT_speaker_sound,
    speaker.SEE2SOUND_PT_speaker_space,
    drop.SEE2SOUND_FH_picture,
    drop.SEE2SOUND_FH_sound,
)


def register() -> None:
    """Register panels, menus, translations and the overlay."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    menus.register()
    words.register()
    overlay.register()
    ways.register()
    own: Any = bpy.context.preferences.addons.get(preferences.SEE2SOUND_AP_preferences.bl_idname)
    if own is not None and own.preferences is not None and own.preferences.is_property_set("log_level"):
        logs.set_level(own.preferences.log_level)


def unregister() -> None:
    """Remove everything that `register` has added."""
    ways.unregister()
    overlay.unregister()
    words.unregister()
    menus.unregister()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
