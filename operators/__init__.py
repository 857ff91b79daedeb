"""Operators: one file for each verb, or family of verbs."""

import sys
from typing import Any

import bpy

from ..see2sound_addon import cli
from ..see2sound_addon.blender import cache, waves
from ..see2sound_addon.blender import library as place
from ..see2sound_addon.blender.properties import defaults
from ..see2sound_addon.blender.room import tracing
from ..see2sound_addon.blender.soundtrack import freshness
from . import (
    acoustics,
    add_room,
    add_source,
    choose_picture,
    eye,
    files,
    generate,
    library,
    listening,
    mark_object,
    mark_sources,
    neural,
    preview,
    reconstruct,
    remove_source,
    render_mix,
    save_preset,
    select_source,
    sequencer,
    set_sound,
    split_soundtrack,
    working,
)

CLASSES = (
    choose_picture.SEE2SOUND_OT_choose_picture,
    reconstruct.SEE2SOUND_OT_reconstruct,
    generate.SEE2SOUND_OT_generate,
    listening.SEE2SOUND_OT_listen_to_scene,
    listening.SEE2SOUND_OT_make_speakers,
    listening.SEE2SOUND_OT_edit_events,
    library.SEE2SOUND_OT_another_take,
    library.SEE2SOUND_OT_use_take,
    library.SEE2SOUND_OT_replace_sound,
    library.SEE2SOUND_OT_play_recording,
    library.SEE2SOUND_OT_add_recordings,
    library.SEE2SOUND_OT_update_recordings,
    library.SEE2SOUND_OT_remove_recordings,
    add_source.SEE2SOUND_OT_add_source,
    add_source.SEE2SOUND_OT_add_class,
    add_source.SEE2SOUND_OT_add_sound,
    add_source.SEE2SOUND_OT_use_speaker,
    set_sound.SEE2SOUND_OT_set_sound,
    select_source.SEE2SOUND_OT_select_source,
    mark_sources.SEE2SOUND_OT_mark_sources,
    mark_object.SEE2SOUND_OT_draw_object,
    mark_object.SEE2SOUND_OT_mark_object,
    mark_object.SEE2SOUND_OT_merge_sources,
    remove_source.SEE2SOUND_OT_remove_source,
    add_room.SEE2SOUND_OT_add_room,
    acoustics.SEE2SOUND_OT_trace_acoustics,
    render_mix.SEE2SOUND_OT_render_mix,
    split_soundtrack.SEE2SOUND_OT_split_soundtrack,
    split_soundtrack.SEE2SOUND_OT_give_stem,
    split_soundtrack.SEE2SOUND_OT_change_stem,
    split_soundtrack.SEE2SOUND_OT_remove_change,
    files.SEE2SOUND_OT_export_mix,
    files.SEE2SOUND_OT_export_plan,
    files.SEE2SOUND_OT_export_objects,
    files.SEE2SOUND_OT_export_stems,
    files.SEE2SOUND_OT_export_page,
    files.SEE2SOUND_OT_export_film,
    files.SEE2SOUND_OT_clear_cache,
    save_preset.SEE2SOUND_OT_save_preset,
    sequencer.SEE2SOUND_OT_add_to_sequencer,
    sequencer.SEE2SOUND_OT_remove_from_sequencer,
    sequencer.SEE2SOUND_OT_render_with_sound,
    preview.SEE2SOUND_OT_preview,
    preview.SEE2SOUND_OT_play_snippet,
    working.SEE2SOUND_OT_cancel_job,
    eye.SEE2SOUND_OT_get_eye,
    eye.SEE2SOUND_OT_add_eye,
    neural.SEE2SOUND_OT_set_up_neural,
    neural.SEE2SOUND_OT_check_neural,
    neural.SEE2SOUND_OT_remove_neural,
    neural.SEE2SOUND_OT_download_model,
    neural.SEE2SOUND_OT_free_neural,
)
LOOK_EVERY = 1.0
"""Seconds."""
_commands: list[Any] = []
_state: dict[str, bool] = {}


@bpy.app.handlers.persistent
def _end_all(*_: object) -> None:
    """End jobs, the preview and the recording that is heard when another file is opened."""
    preview.stop()
    library.stop_playing()
    desk = sys.modules.get(f"{__package__.rpartition('.')[0]}.see2sound_addon.blender.desk")
    if desk is not None:  # nothing was begun where it was never loaded
        desk.DESK.close()


@bpy.app.handlers.persistent
def _watch(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> None:
    """Mark the mix outdated when the scene changes."""
    if _state.pop("restored", False) and freshness.is_whole(scene, graph):
        return  # after undo and opening a file everything counts as changed, but the scene knows what it knew
    freshness.watch(scene, graph)
    tracing.watch(scene, graph)


@bpy.app.handlers.persistent
def _restored(*_: object) -> None:
    _state["restored"] = True


def _look() -> float:
    """The same for changes that call no handler."""
    freshness.look()
    tracing.look()
    return LOOK_EVERY


@bpy.app.handlers.persistent
def _greet(*_: object) -> None:
    """Apply the preferences to a new file."""
    defaults.apply(bpy.context)


@bpy.app.handlers.persistent
def _take_clips_along(path: str = "", *_: object) -> None:
    """Copy clips along when a file is saved for the first time."""
    cache.take_along(path)


HANDLERS = (
    ("load_pre", _end_all), ("load_post", _greet), ("load_post", _restored), ("load_post", preview.settle),
    ("undo_post", _restored), ("undo_post", preview.settle), ("redo_post", _restored), ("redo_post", preview.settle),
    ("save_pre", _take_clips_along), ("save_pre", preview.before_saving), ("save_post", preview.settle),
    ("save_post_fail", preview.settle), ("depsgraph_update_post", _watch), ("depsgraph_update_post", preview.follow),
    ("frame_change_post", preview.follow),
)  # fmt: skip


def register() -> None:
    """Register operators, handlers, the timer and the shell command."""
    place.register()
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    for event, handler in HANDLERS:
        getattr(bpy.app.handlers, event).append(handler)
    bpy.app.timers.register(_look, first_interval=LOOK_EVERY, persistent=True)
    _commands.append(bpy.utils.register_cli_command("see2sound", cli.main))


def unregister() -> None:
    """Remove everything that `register` has added, and end all jobs."""
    working.end_all()
    for event, handler in HANDLERS:
        if handler in getattr(bpy.app.handlers, event):
            getattr(bpy.app.handlers, event).remove(handler)
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    _end_all()
    library.stop_playing()
    waves.unregister()
    place.unregister()
    bpy.utils.unregister_cli_command(_commands.pop())
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
