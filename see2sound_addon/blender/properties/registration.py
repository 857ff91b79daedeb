"""Register all property groups."""

from __future__ import annotations

import bpy
from bpy.props import PointerProperty

from ..room.properties import RoomProperties
from .acoustics import CollectionProperties, MaterialProperties
from .backends import BackendProperties
from .choices import OVERRIDABLE
from .listening import EventProperties, ProposalProperties
from .neural import NeuralProperties
from .parameters import HitProperties, ParameterProperties, TakeProperties
from .scene import SceneProperties
from .soundtrack import SoundtrackProperties, StemChangeProperties, StemProperties
from .source import SourceProperties
from .window import WindowProperties

CLASSES = (
    ParameterProperties,
    HitProperties,
    TakeProperties,
    EventProperties,
    ProposalProperties,
    SourceProperties,
    RoomProperties,
    NeuralProperties,
    BackendProperties,
    StemChangeProperties,
    StemProperties,
    SoundtrackProperties,
    SceneProperties,
    WindowProperties,
    MaterialProperties,
    CollectionProperties,
)


def register() -> None:
    """Add the property groups to Blender's types."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Object.see2sound = PointerProperty(type=SourceProperties, override=OVERRIDABLE)  # type: ignore[arg-type]
    bpy.types.Scene.see2sound = PointerProperty(type=SceneProperties)
    bpy.types.WindowManager.see2sound = PointerProperty(type=WindowProperties)
    bpy.types.Material.see2sound = PointerProperty(type=MaterialProperties)
    bpy.types.Collection.see2sound = PointerProperty(type=CollectionProperties)


def unregister() -> None:
    """Take them away again."""
    del bpy.types.Collection.see2sound
    del bpy.types.Material.see2sound
    del bpy.types.WindowManager.see2sound
    del bpy.types.Scene.see2sound
    del bpy.types.Object.see2sound
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
