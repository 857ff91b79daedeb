"""See2Sound for Blender: a picture, a video or a 3D scene gets its sound in space."""

from . import operators, panels
from .see2sound_addon.blender import properties


def register() -> None:
    """Called by Blender when the extension is enabled."""
    properties.register()
    operators.register()
    panels.register()


def unregister() -> None:
    """Called by Blender when the extension is disabled."""
    panels.unregister()
    operators.unregister()
    properties.unregister()
