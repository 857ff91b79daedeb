"""See2Sound for Blender: a picture, a video or a 3D scene gets its sound in space."""

from pathlib import Path

import bpy

from . import operators, panels
from .see2sound_addon.blender.exchange import gltf, usd
from .see2sound_addon.blender.exchange.gltf import glTF2ExportUserExtension as glTF2ExportUserExtension
from .see2sound_addon.blender.properties import registration


def register() -> None:
    """Called by Blender when the extension is enabled."""
    registration.register()
    operators.register()
    panels.register()
    gltf.register()
    usd.register()
    bpy.utils.register_preset_path(str(Path(__file__).parent))


def unregister() -> None:
    """Called by Blender when the extension is disabled."""
    bpy.utils.unregister_preset_path(str(Path(__file__).parent))
    usd.unregister()
    gltf.unregister()
    panels.unregister()
    operators.unregister()
    registration.unregister()
