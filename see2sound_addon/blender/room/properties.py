"""Property group of the room."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...materials import BANDS, MATERIALS
from ..properties.choices import HIDDEN, RELATIVE_PATH
from ..soundtrack.freshness import setting_changed

CUSTOM = "CUSTOM"
KIND_ITEMS = (
    ("none", "None", "Open air: sounds arrive on the straight way alone"),
    ("ground", "Ground", "A plane under everything sends sound back"),
    ("shoebox", "Box", "Six walls, as large and where an object's bounds are: reflections, then reverberation"),
    ("scene", "Scene", "The scene's own meshes: walls hide, edges bend, faces reflect, rooms reverberate"),
    ("response", "Impulse Response", "The sound of a real place, from a file"),
)
MATERIAL_ITEMS = (
    *((name, name.title() if name != "open" else "Open (no wall)", "") for name in sorted(MATERIALS)),
    (CUSTOM, "Custom", "What is set under Custom Absorption"),
)


def _wall(name: str, where: str, material: str) -> object:
    description = f"What the wall {where} is made of; materials differ in what they take of low and high sounds"
    return EnumProperty(name=name, description=description, items=MATERIAL_ITEMS, default=material, update=setting_changed)


class RoomProperties(bpy.types.PropertyGroup):
    """Part of the Scene's settings."""

    kind: EnumProperty(
        update=setting_changed, name="Room", description="Type of the room: what reflects sound", items=KIND_ITEMS
    )
    traced: StringProperty(options=HIDDEN, name="Trace", description="The file of what was traced of the scene")
    traced_with: StringProperty(options=HIDDEN, name="Traced With", description="Fingerprint of the scene that was traced")
    trace_outdated: BoolProperty(
        options=HIDDEN, name="Trace Out of Date", description="Something has moved since the scene was traced"
    )
    show_rays: BoolProperty(
        name="Show Ways", description="Draw the ways of the active source's sound in the viewport, and where it is hidden "
        "along the time line", default=True,
    )  # fmt: skip
    height: FloatProperty(update=setting_changed, name="Height", description="Height of the ground", default=0.0, unit="LENGTH")
    ground: _wall("Material", "under everything", "grass")
    box: PointerProperty(
        update=setting_changed,
        name="Box",
        description="The object whose bounds are the room; the camera must stay inside",
        type=bpy.types.Object,
        poll=lambda self, obj: obj.type in {"MESH", "EMPTY", "CURVE", "LATTICE", "VOLUME"},
    )
    wall_x0: _wall("Wall -X", "at the box's lower X", "wood panels")
    wall_x1: _wall("Wall +X", "at the box's upper X", "wood panels")
    wall_y0: _wall("Wall -Y", "at the box's lower Y", "curtain")
    wall_y1: _wall("Wall +Y", "at the box's upper Y", "curtain")
    floor: _wall("Floor", "under foot", "carpet on pad")
    ceiling: _wall("Ceiling", "overhead", "acoustic tiles")
    custom: FloatVectorProperty(update=setting_changed,
        name="Custom Absorption", size=len(BANDS), min=0.0, max=1.0, default=(0.1,) * len(BANDS),
        description="How much a wall of Custom material takes in the octaves from 125 Hz to 8 kHz, 0 to 1",
    )  # fmt: skip
    order: IntProperty(update=setting_changed,
        name="Reflections", description="Maximum number of walls of a reflection that is computed individually. "
        "Each reflection of a moving source costs time. Later reflections are reverberation", default=2, min=0, max=10,
    )  # fmt: skip
    tail: BoolProperty(
        update=setting_changed,
        name="Reverberation",
        description="Add reverberation after the individual reflections",
        default=True,
    )
    response: StringProperty(update=setting_changed,
        name="Response", description="An impulse response: mono (from everywhere), stereo or AmbiX",
        subtype="FILE_PATH", options=RELATIVE_PATH,
    )  # fmt: skip
    gain: FloatProperty(update=setting_changed,
        name="Level (dB)", description="Level of the response relative to the sources", default=0.0,
        soft_min=-40.0, soft_max=20.0, min=-120.0, max=60.0, precision=1,
    )  # fmt: skip
