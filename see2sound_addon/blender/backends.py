"""Which backends a scene uses. Light: panels draw with it."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import bpy

from ..steps import STEPS, BackendNames


def chosen_backends(scene: bpy.types.Scene) -> BackendNames:
    """The backends that a scene names, with the files of other add-ons that bring some."""
    from ..backends import loaded_files

    settings = scene.see2sound.backends
    chosen = {step: getattr(settings, step) for step in STEPS if getattr(settings, step)}
    return replace(BackendNames(files=loaded_files()), **chosen)


def registered(step: str) -> list[str]:
    """Names of the backends of a step, those of other add-ons included; empty while nothing has loaded the library."""
    library: Any = sys.modules.get(f"{__package__.rpartition('.')[0]}.backends")
    return sorted(library.TABLES[step]) if library is not None else []


def has_others() -> bool:
    """Whether another add-on has registered backends for a step."""
    return any(len(registered(step)) > 1 for step in STEPS)
