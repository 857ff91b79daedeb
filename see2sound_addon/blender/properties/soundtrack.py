"""Property groups of a soundtrack that is split, part of the Scene's settings."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from .choices import HIDDEN, RELATIVE_PATH


def _is_speaker(self: StemProperties, obj: bpy.types.Object) -> bool:
    return obj.type == "SPEAKER"


class StemChangeProperties(bpy.types.PropertyGroup):
    """More or less of a stem for a time."""

    begin: FloatProperty(
        name="Begin",
        description="Begin in the soundtrack",
        min=0.0,
        unit="TIME_ABSOLUTE",
        subtype="TIME_ABSOLUTE",
    )
    end: FloatProperty(name="End", description="End in the soundtrack", min=0.0, unit="TIME_ABSOLUTE", subtype="TIME_ABSOLUTE")
    decibels: FloatProperty(
        name="Change (dB)", description="How much more, or less, of this stem. The others and the bed get the rest",
        default=6.0, min=-60.0, max=60.0, soft_min=-24.0, soft_max=24.0, precision=1,
    )  # fmt: skip


class StemProperties(bpy.types.PropertyGroup):
    """A stem of the soundtrack, by its name."""

    words: StringProperty(options=HIDDEN, name="Words", description="What it is")
    clip: StringProperty(options=RELATIVE_PATH | HIDDEN, name="Clip", description="Mono file of the stem", subtype="FILE_PATH")
    heard: BoolProperty(options=HIDDEN, name="Heard", description="The stem was found in the soundtrack")
    level: FloatProperty(options=HIDDEN, name="Share (dB)", description="Share of the soundtrack where it is strongest")
    bed: BoolProperty(options=HIDDEN, name="Bed", description="The stem holds what no other has")
    speaker: PointerProperty(
        name="Speaker", description="The Speaker that plays the stem", type=bpy.types.Object, poll=_is_speaker
    )
    changes: CollectionProperty(type=StemChangeProperties, name="Changes", description="More or less of it for a time")


class SoundtrackProperties(bpy.types.PropertyGroup):
    """The soundtrack that is split."""

    file: StringProperty(
        name="Soundtrack", description="A film or a sound file whose sound is split", subtype="FILE_PATH", options=RELATIVE_PATH
    )
    into: StringProperty(
        name="Split Into",
        description="What is in it, such as 'dog, rain'. If empty, the sources that were found in this film; "
        "without any, what lasts and what strikes",
    )
    frame: IntProperty(name="Begins At", description="Frame of the scene at which the soundtrack begins", default=1)
    stems: CollectionProperty(type=StemProperties, name="Stems", description="Stems of the soundtrack")
    stem_index: IntProperty(name="Stem", description="The chosen stem", min=0)
    report: StringProperty(
        options=RELATIVE_PATH | HIDDEN, name="Report", description="Page about the stems", subtype="FILE_PATH"
    )
