"""Entries in Blender's menus, and keys."""

from typing import Any

import bpy

KEYS = (
    ("see2sound.preview", "P"),
    ("see2sound.render_mix", "M"),
)
"""With Shift and Alt, in the 3D viewport."""
VERBS = (
    ("reconstruct", "generate"),
    ("listen_to_scene", "make_speakers"),
    ("draw_object", "merge_sources"),
    ("add_source", "add_sound", "set_sound", "replace_sound", "another_take", "use_take", "use_speaker"),
    ("trace_acoustics", "add_room"),
    ("add_recordings", "update_recordings", "remove_recordings"),
    ("split_soundtrack", "give_stem"),
    ("preview", "play_snippet"),
    ("render_mix", "add_to_sequencer", "remove_from_sequencer", "render_with_sound"),
    ("export_mix", "export_objects", "export_stems", "export_page", "export_film", "export_plan"),
    ("get_eye", "add_eye"),
    ("set_up_neural", "check_neural", "free_neural", "remove_neural"),
)
_ours: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


class SEE2SOUND_MT_object(bpy.types.Menu):
    """All that can be done, where F3 finds it."""

    bl_label = "See2Sound"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        for group in VERBS:
            for verb in group:
                layout.operator(f"see2sound.{verb}")
            layout.separator()
        layout.operator_menu_enum("see2sound.mark_sources", "action")
        layout.operator_menu_enum("see2sound.download_model", "model")


def _object(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    self.layout.separator()
    self.layout.menu("SEE2SOUND_MT_object", icon="SPEAKER")


def _add(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    self.layout.menu("SEE2SOUND_MT_add_sound", icon="SPEAKER")


def _import(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    self.layout.operator("see2sound.reconstruct", text="Picture as Sounding Scene (.png, .jpg, .mp4, ...)").browse = True
    self.layout.operator("see2sound.add_sound", text="Sound as Speaker (.wav, .flac, ...)")


def _export(self: bpy.types.Menu, context: bpy.types.Context) -> None:
    self.layout.operator("see2sound.export_mix", text="Spatial Mix (.wav, .flac)")
    self.layout.operator("see2sound.export_objects", text="Object Audio (ADM .wav)")
    self.layout.operator("see2sound.export_stems", text="Sound Stems (folder)")
    self.layout.operator("see2sound.export_page", text="Sound Report (.html)")
    self.layout.operator("see2sound.export_film", text="Film With Spatial Mix (.mp4, .mov, .mkv, .webm)")
    self.layout.operator("see2sound.export_plan", text="Sound Plan (.json)")


_ENTRIES = (
    ("VIEW3D_MT_object", _object),
    ("VIEW3D_MT_add", _add),
    ("TOPBAR_MT_file_import", _import),
    ("TOPBAR_MT_file_export", _export),
)


def register() -> None:
    """Add the entries to Blender's menus, and the keys."""
    for menu, draw in _ENTRIES:
        getattr(bpy.types, menu).append(draw)
    keys = bpy.context.window_manager.keyconfigs.addon
    if keys is None:  # without a window there are no keys
        return
    keymap = keys.keymaps.new(name="3D View", space_type="VIEW_3D")
    for operator, key in KEYS:
        _ours.append((keymap, keymap.keymap_items.new(operator, key, "PRESS", shift=True, alt=True)))  # type: ignore[arg-type]


def unregister() -> None:
    """Remove the entries and the keys."""
    while _ours:
        keymap, item = _ours.pop()
        keymap.keymap_items.remove(item)
    for menu, draw in reversed(_ENTRIES):
        getattr(bpy.types, menu).remove(draw)


def draw_keys(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """For the preferences: our keys, to be changed."""
    import rna_keymap_ui

    user = context.window_manager.keyconfigs.user
    for keymap, item in _ours:
        mine: Any = user.keymaps.get(keymap.name)
        found = next((k for k in mine.keymap_items if k.idname == item.idname), None) if mine is not None else None
        if found is not None:
            rna_keymap_ui.draw_kmi([], user, mine, found, layout, 0)
