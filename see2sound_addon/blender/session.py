"""Blender without a window, for the shell: register, open and save files."""

from __future__ import annotations

import math
from pathlib import Path

import bpy

from ..errors import See2SoundError
from ..streams import quiet
from .properties import registration
from .units import set_frame_rate


def make_ready() -> None:
    """Register what the library keeps in .blend files, if no enabled extension has done so already."""
    if not hasattr(bpy.types.Object, "see2sound"):
        registration.register()


def context() -> bpy.types.Context:
    """Blender's, as it is now."""
    return bpy.context


def scene() -> bpy.types.Scene:
    """The scene that is open."""
    return bpy.context.scene


def has_scripts() -> bool:
    """Whether the open file brings text blocks, of which some might want to be run."""
    return len(bpy.data.texts) > 0


def new_scene(seconds: float, rate: float = 24.0) -> bpy.types.Scene:
    """An empty scene of at least that length, at a rate of frames a second."""
    with quiet():
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    set_frame_rate(scene, rate)
    scene.frame_start, scene.frame_end = 1, max(1, math.ceil(seconds * rate - 1e-6))
    return scene


def open_scene(path: Path) -> bpy.types.Scene:
    """Open a .blend without running its scripts. Errors: `blend-missing`, `blend-unreadable`."""
    if not path.is_file():
        raise See2SoundError("blend-missing", f"There is no file at {path}.", "Check the path.")
    try:
        with quiet():
            bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=False)
    except RuntimeError as error:
        why = str(error).strip().splitlines()[-1]
        raise See2SoundError("blend-unreadable", f"{path.name} cannot be opened: {why}", "Is it a .blend file?") from error
    return bpy.context.scene


def save_scene(path: Path) -> None:
    """Save the open file at `path`, without backups of its older self. Error: `folder-not-writable`."""
    preferences = bpy.context.preferences.filepaths
    backups = preferences.save_version
    preferences.save_version = 0
    try:
        with quiet():
            bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)
    except RuntimeError as error:
        why = str(error).strip().splitlines()[-1]
        raise See2SoundError("folder-not-writable", f"{path} cannot be written: {why}", "Choose another folder.") from error
    finally:
        preferences.save_version = backups
