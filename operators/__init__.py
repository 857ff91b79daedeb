"""What an artist can do: one file per verb."""

import sys

import bpy

from ..see2sound_addon import cli
from . import add_room, generate, neural, reconstruct, remove_source, render_mix, select_source, working

CLASSES = (
    reconstruct.SEE2SOUND_OT_reconstruct,
    generate.SEE2SOUND_OT_generate,
    add_room.SEE2SOUND_OT_add_room,
    render_mix.SEE2SOUND_OT_render_mix,
    select_source.SEE2SOUND_OT_select_source,
    remove_source.SEE2SOUND_OT_remove_source,
    working.SEE2SOUND_OT_cancel_job,
    neural.SEE2SOUND_OT_set_up_neural,
    neural.SEE2SOUND_OT_check_neural,
    neural.SEE2SOUND_OT_remove_neural,
    neural.SEE2SOUND_OT_download_model,
    neural.SEE2SOUND_OT_free_neural,
)
_commands = []


@bpy.app.handlers.persistent
def _end_jobs(*_: object) -> None:
    """What was begun for a file ends with it."""
    desk = sys.modules.get(f"{__package__.rpartition('.')[0]}.see2sound_addon.blender.desk")
    if desk is not None:  # nothing was begun where it was never loaded
        desk.DESK.close()


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.app.handlers.load_pre.append(_end_jobs)
    _commands.append(bpy.utils.register_cli_command("see2sound", cli.main))


def unregister() -> None:
    bpy.app.handlers.load_pre.remove(_end_jobs)
    _end_jobs()
    bpy.utils.unregister_cli_command(_commands.pop())
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
