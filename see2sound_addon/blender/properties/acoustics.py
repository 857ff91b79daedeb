"""Property groups of materials and collections: what sound meets."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty

from ...materials import MATERIALS
from ..room.tracing import geometry_changed

AUTO = "AUTO"
SURFACE_ITEMS = (
    (AUTO, "By Name", "As the names of the material and the object say, such as brick, glass or carpet"),
    *((name, name.title() if name != "open" else "Open (no wall)", "") for name in sorted(MATERIALS)),
)
LEFT_OUT = "Sound passes as if it were not there"


class MaterialProperties(bpy.types.PropertyGroup):
    """On the Material."""

    surface: EnumProperty(
        update=geometry_changed,
        name="Surface",
        description="What walls of this material absorb, and how much sound passes through them",
        items=SURFACE_ITEMS,
    )


class CollectionProperties(bpy.types.PropertyGroup):
    """On the Collection."""

    no_acoustics: BoolProperty(update=geometry_changed, name="Leave Out of Acoustics", description=LEFT_OUT)
