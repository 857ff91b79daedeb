"""Which detector a scene uses, and where detectors lie. Light: panels draw with it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import bpy

from ..weights.eyes import EMBEDDED, EYES, find_eye, installed
from .sources import PACKAGE


def folder() -> Path:
    """Where detectors lie: the extension's own folder, or the shell's where See2Sound is no extension."""
    if PACKAGE.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(PACKAGE, path="eyes"))
    from ..paths import usual_folder

    return usual_folder() / "eyes"


def network_of(scene: bpy.types.Scene, eye: str = "") -> Path | None:
    """The file of the detector that a scene uses, or None for the embedded one. `eye`: instead of the scene's setting.

    Errors: `eye-missing`, `eye-unknown`.
    """
    settings = scene.see2sound
    if not eye:
        named = {"BEST": "", "EMBEDDED": EMBEDDED, "FILE": bpy.path.abspath(settings.eye_file)}
        eye = named.get(settings.eye, settings.eye.lower())
    return find_eye(folder(), bpy.path.abspath(eye))


def is_installed() -> bool:
    """Whether there is any detector but the embedded one. Panels ask at each redraw."""
    here = folder()
    return _has_any(here, here.stat().st_mtime_ns if here.is_dir() else 0)


@lru_cache(1)
def _has_any(here: Path, changed: int) -> bool:
    return bool(installed(here))


def terms(name: str) -> str:
    """The size and the licence of a detector that can be downloaded."""
    card = EYES[name]
    return f"{card.megabytes:.1f} MB, {card.licence}"
