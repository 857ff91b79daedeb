"""Property group of sources, on the Object of a Speaker."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    StringProperty,
)

from ...shapes import AREA_POINTS, OUTLINE_POINTS
from .. import sources
from ..room.tracing import geometry_changed
from .choices import EVENT_ITEMS, EXTENT_ITEMS, HIDDEN, MAKER_ITEMS, OVERRIDABLE, RELATIVE_PATH
from .listening import EventProperties, go_to_event
from .parameters import ParameterProperties, TakeProperties


def _label_changed(self: SourceProperties, context: bpy.types.Context) -> None:
    from ..writing import speakers  # brings NumPy and more, which the extension must not wait for at its start

    speakers.label_changed(self.id_data)  # type: ignore[arg-type]


def _extent_changed(self: SourceProperties, context: bpy.types.Context) -> None:
    from ..writing import speakers

    speakers.extent_changed(self.id_data)  # type: ignore[arg-type]


def _prompt_changed(self: SourceProperties, context: bpy.types.Context) -> None:
    from ..writing import parameters

    parameters.settle(self.id_data)  # type: ignore[arg-type]


def _event_chosen(self: SourceProperties, context: bpy.types.Context) -> None:
    go_to_event(self.event_list, self.event_index)


def _is_muted(self: SourceProperties) -> bool:
    return sources.is_muted(self.id_data)  # type: ignore[arg-type]


def _mute(self: SourceProperties, muted: bool) -> None:
    sources.mute(self.id_data, muted)  # type: ignore[arg-type]


class SourceProperties(bpy.types.PropertyGroup):
    """On a Speaker's Object."""

    source_id: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Source ID", description="The name of this source in plans and file names"
    )
    label: StringProperty(
        override=OVERRIDABLE,
        name="Label",
        description="What it is. A label with a usual size, such as 'dog' or 'car', moves the Speaker to a fitting distance, "
        "unless it was moved by hand",
        update=_label_changed,
    )
    prompt: StringProperty(
        override=OVERRIDABLE,
        name="Prompt",
        description="Description of the sound. 'silent' means no sound. Takes effect with Generate Sounds",
        update=_prompt_changed,
    )
    maker: EnumProperty(
        override=OVERRIDABLE, name="Sound From", description="What makes the sound of this source", items=MAKER_ITEMS
    )
    take: IntProperty(
        override=OVERRIDABLE,
        name="Take",
        description="Number of the take: another one is another sound of the same kind",
        min=0,
        soft_max=20,
    )
    seconds: FloatProperty(
        override=OVERRIDABLE,
        name="Duration",
        description="Duration of the generated sound. 0 is that of the scene, up to a minute",
        min=0.0,
        max=3600.0,
        soft_max=60.0,
        unit="TIME_ABSOLUTE",
    )
    parameters: CollectionProperty(override=OVERRIDABLE | {"USE_INSERTION"}, type=ParameterProperties, name="Parameters",
        description="Parameters of the sound model",
    )  # fmt: skip
    takes: CollectionProperty(override=OVERRIDABLE | {"USE_INSERTION"}, type=TakeProperties, name="Takes",
        description="Sounds that were made for this source, the newest first",
    )  # fmt: skip
    take_index: IntProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Take in the List", description="The row that is highlighted", min=0
    )
    sound_class: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Class", description="Class of sounds that the prompt names"
    )
    events: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Events", description="What an event of the sound model is"
    )
    events_from: EnumProperty(
        override=OVERRIDABLE,
        name="Events From",
        description="What gives the moments of the events of the sound, such as steps or barks",
        items=EVENT_ITEMS,
    )
    event_list: CollectionProperty(override=OVERRIDABLE | {"USE_INSERTION"}, type=EventProperties, name="Event List",
        description="Events of the sound",
    )  # fmt: skip
    event_index: IntProperty(
        override=OVERRIDABLE, name="Event", description="Go to the frame of the event", update=_event_chosen
    )
    marker_text: StringProperty(
        override=OVERRIDABLE,
        name="Markers",
        description="Markers of the time line whose names begin with this are events. If empty, the label is used",
    )
    scene_key: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Scene Key", description="The proposal that this source was made of"
    )
    set_by_us: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Set by See2Sound", description="Fingerprints of what was set, as JSON"
    )
    strike: FloatProperty(
        override=OVERRIDABLE,
        name="Strike",
        description="Each keyframe above zero is an event of that strength",
        default=1.0,
        min=0.0,
        soft_max=2.0,
    )
    replaced: BoolProperty(override=OVERRIDABLE, options=HIDDEN, name="Replaced", description="The sound was chosen by hand")
    recording: StringProperty(
        override=OVERRIDABLE,
        name="Recording",
        description="The recording that the sound is made of",
        subtype="FILE_PATH",
        options=RELATIVE_PATH | HIDDEN,
    )
    licence: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Licence", description="Licence of the recording, as its file says"
    )
    no_acoustics: BoolProperty(
        override=OVERRIDABLE,
        update=geometry_changed,
        name="Leave Out of Acoustics",
        description="Sound passes this object as if it were not there",
    )
    extent: EnumProperty(
        override=OVERRIDABLE,
        name="Extent",
        description="Spatial extent of the source",
        items=EXTENT_ITEMS,
        update=_extent_changed,
    )
    muted: BoolProperty(
        override=OVERRIDABLE,
        name="Mute",
        description="Mute the source in the mix and in Blender",
        get=_is_muted,
        set=_mute,
    )
    solo: BoolProperty(override=OVERRIDABLE, name="Solo", description="Mix and preview only this source and other solo sources")
    locked: BoolProperty(
        override=OVERRIDABLE,
        name="Lock",
        description="Protect the source from Reconstruct Sources and Generate Sounds",
    )
    carried: BoolProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Carried by the Mix",
        description="Muted in Blender because the mix in the sequencer contains it. New mixes still contain it",
    )
    score: FloatProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Score",
        description="How certain it is that this is one object",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    radius: FloatProperty(
        override=OVERRIDABLE, name="Radius", description="Radius of an area source", min=0.0, soft_max=100.0, unit="LENGTH"
    )
    synchronous: BoolProperty(
        override=OVERRIDABLE,
        name="In Sync",
        description="No travel time and no Doppler effect, as for dialogue in films",
    )
    divergence: FloatProperty(override=OVERRIDABLE,
        name="Divergence", description="Share of the sound that moves to 45 degrees left and right", min=0.0, max=1.0,
        subtype="FACTOR",
    )  # fmt: skip
    spread: FloatProperty(override=OVERRIDABLE,
        name="Spread", description="Angle over which a point source is spread, without decorrelation", min=0.0, max=6.283185,
        subtype="ANGLE",
    )  # fmt: skip
    use_lfe: BoolProperty(
        override=OVERRIDABLE,
        name="Send to LFE",
        description="Send the low frequencies of the source to the LFE channel, which contains nothing else",
    )
    lfe: FloatProperty(override=OVERRIDABLE,
        name="LFE Level (dB)", description="Level of the send to the LFE channel, independent of distance", default=-10.0,
        min=-120.0, max=20.0, precision=1,
    )  # fmt: skip
    shape: FloatVectorProperty(override=OVERRIDABLE, options=HIDDEN,
        name="Shape", description="Points of an area source, in multiples of its radius from its centre. All zero is a disc",
        size=3 * AREA_POINTS,
    )  # fmt: skip
    diffuse: BoolProperty(
        override=OVERRIDABLE,
        name="Diffuse",
        description="In ambisonics, fill all channels with decorrelated copies instead of the first channel only",
    )
    loop: BoolProperty(
        override=OVERRIDABLE,
        name="Loop",
        description="Repeat the clip seamlessly to the end of the scene",
        default=True,
    )
    picture: StringProperty(
        override=OVERRIDABLE,
        name="Picture",
        description="The picture in which the source was found",
        subtype="FILE_PATH",
        options=RELATIVE_PATH | HIDDEN,
    )
    by_hand: BoolProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Marked by Hand",
        description="The source was marked or merged by hand, so Reconstruct Sources keeps it",
    )
    box: FloatVectorProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Box",
        description="Left, top, right and bottom in the picture, 0 to 1",
        size=4,
    )
    centre: FloatVectorProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Centre", description="Visible centre in the picture, 0 to 1", size=2
    )
    lens: FloatVectorProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Lens",
        description="Focal length in picture widths, the picture's aspect, its optical centre. "
        "With parallel rays, the width in metres instead of the focal length",
        size=4,
    )
    parallel: BoolProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Parallel Rays", description="The picture's camera is orthographic"
    )
    outline: FloatVectorProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Outline",
        description="Points of the outline in the picture, x and y from 0 to 1",
        size=(OUTLINE_POINTS, 2),
    )
    camera_pose: FloatVectorProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Camera Pose",
        description="Pose of the picture's camera, in metres",
        size=(4, 4),
    )
    picture_distance: FloatProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Distance in Picture",
        description="Distance in metres, estimated without the label",
    )
    picture_doubt: FloatProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Doubt", description="Standard deviation of the logarithm of that distance"
    )
    placed: FloatVectorProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Placed", description="Location set by See2Sound", size=3, subtype="XYZ"
    )
    clip: StringProperty(
        override=OVERRIDABLE,
        name="Clip",
        description="Last generated clip",
        subtype="FILE_PATH",
        options=RELATIVE_PATH | HIDDEN,
    )
    set_reference: FloatProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Set Reference",
        description="Distance reference set by See2Sound",
    )
    set_start: FloatProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Set Start", description="Start of the strip set by See2Sound"
    )
    projection: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Projection", description="Kind of the picture's camera"
    )
    shown_at: IntProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Shown At",
        description="Frame of the scene in which a moving picture shows the source best",
    )
    set_keys: IntProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Set Keyframes", description="Fingerprint of the keyframes set by See2Sound"
    )
    set_volume: IntProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Set Volume", description="Fingerprint of the volume set by See2Sound"
    )
    set_events: IntProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Set Events", description="Fingerprint of the events set by See2Sound"
    )
    silenced: BoolProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Silenced", description="Muted because its prompt is 'silent'"
    )
    guessed_extent: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Guessed Extent", description="The extent before it was edited"
    )
    guessed_label: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Guessed Label", description="The label before it was edited"
    )
    guessed_prompt: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Guessed Prompt", description="The prompt before it was edited"
    )
