"""What an artist can do: one file per verb."""

import bpy

from ..see2sound_addon import cli
from . import add_room, generate, reconstruct, remove_source, render_mix, select_source

CLASSES = (
    reconstruct.SEE2SOUND_OT_reconstruct,
    generate.SEE2SOUND_OT_generate,
    add_room.SEE2SOUND_OT_add_room,
    render_mix.SEE2SOUND_OT_render_mix,
    select_source.SEE2SOUND_OT_select_source,
    remove_source.SEE2SOUND_OT_remove_source,
)
_commands = []


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    _commands.append(bpy.utils.register_cli_command("see2sound", cli.main))


def unregister() -> None:
    bpy.utils.unregister_cli_command(_commands.pop())
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
