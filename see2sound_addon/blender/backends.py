"""Which backends a scene uses, and those of other add-ons. Light: panels draw with it."""

from __future__ import annotations

from dataclasses import replace

import bpy

from ..plugins import plugin_files
from ..steps import EMBEDDED, STEPS, BackendNames
from .eye import network_of


def chosen_backends(scene: bpy.types.Scene) -> BackendNames:
    """The backends that a scene names, without a detector from a file."""
    settings = scene.see2sound.backends
    chosen = {step: getattr(settings, step) for step in STEPS if getattr(settings, step)}
    return replace(BackendNames(plugins=plugin_files()), **chosen)


def backends_that_see(scene: bpy.types.Scene, eye: str = "") -> BackendNames:
    """The backends for a picture: with the detector that the scene, or `eye`, names, unless another add-on's is chosen.

    Errors: `eye-missing`, `eye-unknown`.
    """
    names = chosen_backends(scene)
    if not eye and names.detector != EMBEDDED.detector:
        return names
    return replace(names, network=network_of(scene, eye), voice_unknown=scene.see2sound.voice_unknown)


def has_plugins() -> bool:
    """Whether another add-on brings backends."""
    return bool(plugin_files())


def load_plugins() -> None:
    """Load what other add-ons bring, if there is anything. Error: `plugin-failed`."""
    if plugin_files():
        from ..backends import load_plugins

        load_plugins(plugin_files())


def names_of(step: str) -> list[str]:
    """Names of all backends of a step."""
    from ..backends import TABLES

    load_plugins()
    return sorted(TABLES[step])
