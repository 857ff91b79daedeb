"""Property groups of a parameter of a sound model, of a take, and of a recording that a search has found."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from .choices import HIDDEN, OVERRIDABLE, RELATIVE_PATH

FOLLOW_ITEMS = (
    ("VALUE", "Value", "The value, or its animation", "DRIVER_TRANSFORM", 0),
    ("SPEED", "Speed", "The speed of the Speaker in metres a second, within the parameter's range", "CON_FOLLOWPATH", 1),
)

TAKE_ITEMS = (
    ("PROCEDURAL", "Procedural", "A procedural sound model", "MOD_NOISE", 0),
    ("MODEL", "Neural", "A neural model, or what another add-on brings", "NODETREE", 1),
    ("RECORDING", "Recording", "One of your own recordings", "FILE_SOUND", 2),
)


def _value_changed(self: ParameterProperties, context: bpy.types.Context) -> None:
    from ..writing import parameters

    parameters.value_changed(self)


class ParameterProperties(bpy.types.PropertyGroup):
    """One parameter of the class of sounds that a source's prompt names."""

    name: StringProperty(override=OVERRIDABLE, options=HIDDEN, name="Name", description="Name of the parameter")
    value: FloatProperty(
        override=OVERRIDABLE,
        name="Value",
        description="Value of the parameter; it can be animated. Takes effect with Generate Sounds",
        update=_value_changed,
    )
    follow: EnumProperty(
        override=OVERRIDABLE, name="Driven By", description="What gives the parameter its value", items=FOLLOW_ITEMS
    )
    edited: BoolProperty(override=OVERRIDABLE, options=HIDDEN, name="Edited", description="The value was set by hand")
    low: FloatProperty(override=OVERRIDABLE, options=HIDDEN, name="Lowest", description="The lowest value")
    high: FloatProperty(override=OVERRIDABLE, options=HIDDEN, name="Highest", description="The highest value")
    unit: StringProperty(override=OVERRIDABLE, options=HIDDEN, name="Unit", description="Unit of the value")
    meaning: StringProperty(override=OVERRIDABLE, options=HIDDEN, name="Meaning", description="What the parameter means")


class TakeProperties(bpy.types.PropertyGroup):
    """A sound that was made for a source, and can be used again."""

    # Blender finds rows of overrides again by their names, so no two may have the same.
    name: StringProperty(override=OVERRIDABLE, options=HIDDEN, name="Name", description="File name of the sound")
    made_by: StringProperty(
        override=OVERRIDABLE, name="Made By", description="The model or the recording that the sound is made of"
    )
    maker: EnumProperty(override=OVERRIDABLE, name="Kind", description="What makes the sound", items=TAKE_ITEMS)
    prompt: StringProperty(override=OVERRIDABLE, name="Prompt", description="The prompt that was used")
    sound: PointerProperty(override=OVERRIDABLE, type=bpy.types.Sound, name="Sound", description="The sound")
    number: IntProperty(override=OVERRIDABLE, options=HIDDEN, name="Take", description="Number of the take")
    reference: FloatProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Reference Distance", description="Distance reference of the sound, metres"
    )
    loop: BoolProperty(override=OVERRIDABLE, options=HIDDEN, name="Loop", description="The sound was repeated")
    recording: StringProperty(
        override=OVERRIDABLE,
        name="Recording",
        description="The recording that the sound is made of",
        subtype="FILE_PATH",
        options=RELATIVE_PATH | HIDDEN,
    )
    licence: StringProperty(override=OVERRIDABLE, options=HIDDEN, name="Licence", description="Licence of the recording")


class HitProperties(bpy.types.PropertyGroup):
    """A recording that Replace Sound has found."""

    name: StringProperty(name="Name", description="File name of the recording")
    path: StringProperty(name="File", description="The recording", subtype="FILE_PATH")
    seconds: FloatProperty(name="Duration", description="Duration of the recording", unit="TIME_ABSOLUTE")
    score: FloatProperty(name="Score", description="How well the recording fits the prompt", min=0.0, max=1.0, subtype="FACTOR")
    licence: StringProperty(name="Licence", description="Licence of the recording")
