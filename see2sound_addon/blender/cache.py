"""Clips of files that were never saved, in the extension's own folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import bpy

from .sources import PACKAGE


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
    used = {_real(bpy.path.abspath(sound.filepath, library=sound.library)) for sound in bpy.data.sounds}
    unused = [entry for entry in _files() if _real(entry.path) not in used]
    for entry in unused:
        Path(entry.path).unlink(missing_ok=True)
    return len(unused)


def take_along(path: str) -> None:
    """Before a file is saved at `path`: clips that lie here go with it, into clips/ beside it, and its sounds with them.

    What cannot be copied stays where it is, and is found there.
    """
    home = folder()
    if home is None or not path:
        return
    beside = Path(path).parent / "clips"
    for sound in bpy.data.sounds:
        clip = Path(bpy.path.abspath(sound.filepath, library=sound.library))
        if sound.library is not None or _real(str(clip.parent)) != _real(str(home)) or not clip.is_file():
            continue
        try:
            beside.mkdir(exist_ok=True)
            if not (beside / clip.name).exists():
                shutil.copy2(clip, beside / clip.name)
        except OSError:
            continue
        sound.filepath = str(beside / clip.name)  # Blender makes it relative as it saves


def _real(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


def _files() -> list[os.DirEntry[str]]:
    home = folder()
    if home is None:
        return []
    with os.scandir(home) as entries:
        return [entry for entry in entries if entry.is_file(follow_symlinks=False) and entry.name.endswith(".wav")]
