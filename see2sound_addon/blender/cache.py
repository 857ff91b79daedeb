"""Clips of files that were never saved, in the extension's own folder."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

from .neural import PACKAGE


def folder() -> Path | None:
    """Where they are, or None where there is no extension or no such folder yet."""
    if not PACKAGE.startswith("bl_ext."):
        return None
    path = Path(bpy.utils.extension_path_user(PACKAGE, path="clips"))
    return path if path.is_dir() else None


def measure() -> tuple[int, int]:
    """How many files there are, and their size in bytes."""
    sizes = [entry.stat().st_size for entry in _files()]
    return len(sizes), sum(sizes)


def clear() -> int:
    """Delete those that the open file does not use; how many they were."""
    used = {os.path.normcase(bpy.path.abspath(sound.filepath)) for sound in bpy.data.sounds}
    unused = [entry for entry in _files() if os.path.normcase(entry.path) not in used]
    for entry in unused:
        Path(entry.path).unlink(missing_ok=True)
    return len(unused)


def _files() -> list[os.DirEntry[str]]:
    home = folder()
    if home is None:
        return []
    with os.scandir(home) as entries:
        return [entry for entry in entries if entry.is_file(follow_symlinks=False) and entry.name.endswith(".wav")]
