"""Property groups of scenes, objects and the window manager."""

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

from ..shapes import AREA_POINTS, OUTLINE_POINTS
from . import sources
from .freshness import setting_changed
from .neural import NeuralProperties
from .roomproperties import RELATIVE_PATH, RoomProperties
from .windowproperties import WindowProperties

OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}
HIDDEN = {"HIDDEN"}
"""For what panels do not show: facts that we keep, not settings."""
EXTENT_ITEMS = (
    ("point", "Point", "Sounds from one place", "DOT", 0),
    ("area", "Area", "Sounds from a surface as wide as its radius", "MESH_CIRCLE", 1),
    ("ambient", "Ambient", "Sounds from everywhere, without direction", "WORLD", 2),
)
LAYOUT_ITEMS = (
    ("binaural", "Binaural", "Two channels for headphones, by measured ears"),
    ("stereo", "Stereo", "Two loudspeakers at 30 degrees left and right"),
    ("5.1", "5.1", "ITU-R BS.2051 0+5+0"),
    ("5.1.2", "5.1.2", "ITU-R BS.2051 2+5+0"),
    ("5.1.4", "5.1.4", "ITU-R BS.2051 4+5+0"),
    ("4+5+1", "4+5+1", "ITU-R BS.2051 4+5+1"),
    ("7.1", "7.1", "ITU-R BS.2051 0+7+0"),
    ("3+7+0", "3+7+0", "ITU-R BS.2051 3+7+0, 7.2.3"),
    ("7.1.4", "7.1.4", "ITU-R BS.2051 4+7+0"),
    ("9.1.4", "9.1.4", "ITU-R BS.2051 4+9+0"),
    ("22.2", "22.2", "ITU-R BS.2051 9+10+3"),
    *((f"ambix{n}", f"Ambisonics, Order {n}", f"AmbiX, {(n + 1) ** 2} channels") for n in range(1, 8)),
    ("mono", "Mono", "One channel, without direction"),
)
CAMERA_ITEMS = (
    ("OWN", "Picture's Own", "A camera of its own, as the picture was taken; it becomes the active one"),
    ("ACTIVE", "Active Camera", "Fit the picture into the frame of the scene's active camera, which stays as it is"),
)
OTHERS_ITEMS = (
    ("REPLACE", "Replace", "Remove their sources, cameras and backgrounds, but for those that you have changed"),
    ("KEEP", "Keep", "Keep their sources and cameras, and add this picture's"),
)
AS_SET = "scene"
"""The choice of an operator that takes the setting of the scene."""
LAYOUT_CHOICES = ((AS_SET, "As Set in the Scene", "The layout chosen in the scene's settings"), *LAYOUT_ITEMS)
PREVIEW_ITEMS = (
    ("binaural", "Binaural", "For headphones"),
    ("stereo", "Stereo", "For two loudspeakers"),
)
LISTENER_ITEMS = (
    ("CAMERA", "Camera", "The scene's active camera"),
    ("VIEW", "Viewport", "The eye of the 3D viewport, while it does not look through the camera"),
)
BITS_ITEMS = (
    ("32", "32-bit Float", "Keeps what is above full scale", 32),
    ("24", "24-bit", "Integers, dithered", 24),
    ("16", "16-bit", "Integers, dithered", 16),
)


def _label_changed(self: SourceProperties, context: bpy.types.Context) -> None:
    from . import speakers  # brings NumPy and more, which the extension must not wait for at its start

    speakers.label_changed(self.id_data)


def _extent_changed(self: SourceProperties, context: bpy.types.Context) -> None:
    from . import speakers

    speakers.extent_changed(self.id_data)


def _is_muted(self: SourceProperties) -> bool:
    return sources.is_muted(self.id_data)


def _mute(self: SourceProperties, muted: bool) -> None:
    sources.mute(self.id_data, muted)


def _chosen_row(self: SceneProperties) -> int:
    return sources.active_row(self.id_data)


def _choose_row(self: SceneProperties, row: int) -> None:
    sources.choose_row(self.id_data, row)


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
        description="Focal length in picture widths, the picture's aspect, its optical centre",
        size=4,
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
    silenced: BoolProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Silenced", description="Muted because its prompt is 'silent'"
    )
    guessed_label: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Guessed Label", description="The label before it was edited"
    )
    guessed_prompt: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Guessed Prompt", description="The prompt before it was edited"
    )


class SceneProperties(bpy.types.PropertyGroup):
    """On the Scene: what the operators take when they are not told otherwise."""

    picture: StringProperty(
        name="Picture",
        description="The picture or video. A path that begins with // is relative to the .blend file",
    )
    picture_camera: EnumProperty(name="Camera", description="The camera that the picture is placed for", items=CAMERA_ITEMS)
    other_pictures: EnumProperty(
        name="Other Pictures", description="How to treat the sources and cameras of earlier pictures", items=OTHERS_ITEMS
    )
    max_sources: IntProperty(name="Sources", description="Maximum number of sources", default=5, min=1, max=32)
    use_field_of_view: BoolProperty(
        name="Set Field of View",
        description="Use this instead of the picture's own (EXIF) or 50 degrees. The active camera keeps its own",
    )
    field_of_view: FloatProperty(
        name="Field of View", description="Horizontal field of view of the picture",
        default=0.872665, min=0.0873, max=2.9, subtype="ANGLE",
    )  # fmt: skip
    use_horizon: BoolProperty(name="Set Horizon", description="Set the horizon's height by hand")
    horizon: FloatProperty(
        name="Horizon", description="The horizon's height in the picture, from the top", default=45.0, min=0.0, max=100.0,
        subtype="PERCENTAGE",
    )  # fmt: skip
    camera_height: FloatProperty(
        name="Camera Height (m)", default=1.6, min=0.05, soft_max=100.0,
        description="How high above the ground the picture was taken, in metres whatever the scene's units. "
        "The active camera keeps its own height where it sees the horizon",
    )  # fmt: skip
    seed: IntProperty(
        update=setting_changed,
        name="Seed",
        description="Seed of the random generator. Each seed gives another take of every sound",
        default=0,
        min=0,
    )
    layout: EnumProperty(
        update=setting_changed,
        name="Layout",
        description="Loudspeaker layout, binaural or ambisonics of the mix",
        items=LAYOUT_ITEMS,
    )
    mix_path: StringProperty(
        name="File",
        description="Path of the mix",
        default="//mix.wav",
        subtype="FILE_PATH",
        options=RELATIVE_PATH,
    )
    sofa: StringProperty(update=setting_changed,
        name="Head",
        description="SOFA file with measured HRTFs. If empty, the file in the preferences or the KEMAR manikin is used",
        subtype="FILE_PATH", options=RELATIVE_PATH,
    )  # fmt: skip
    bits: EnumProperty(update=setting_changed, name="Samples", description="Sample format of the file", items=BITS_ITEMS)
    use_loudness: BoolProperty(update=setting_changed, name="Normalise", description="Normalise the mix to a loudness")
    loudness: FloatProperty(update=setting_changed,
        name="Loudness (LUFS)",
        description="Integrated loudness of the mix, ITU-R BS.1770; -23 for broadcast, -16 for podcasts",
        default=-23.0, min=-60.0, max=0.0, precision=1,
    )  # fmt: skip
    ceiling: FloatProperty(update=setting_changed,
        name="Ceiling (dB)", description="Maximum true peak after normalisation",
        default=-1.0, min=-20.0, max=0.0, precision=1,
    )  # fmt: skip
    use_air: BoolProperty(
        update=setting_changed, name="Air Absorption", description="Absorption of high frequencies by the air, ISO 9613-1"
    )
    temperature: FloatProperty(
        update=setting_changed,
        name="Temperature (C)",
        description="Temperature of the air in degrees Celsius",
        default=20.0,
        min=-40.0,
        max=60.0,
        precision=1,
    )
    humidity: FloatProperty(
        update=setting_changed,
        name="Humidity",
        description="Relative humidity of the air",
        default=50.0,
        min=0.0,
        max=100.0,
        subtype="PERCENTAGE",
    )
    room: PointerProperty(name="Room", description="Acoustics of the room", type=RoomProperties)
    neural: PointerProperty(name="Neural Models", description="Which model each step uses", type=NeuralProperties)
    preview_kind: EnumProperty(name="Listen With", description="Headphones or loudspeakers", items=PREVIEW_ITEMS)
    preview_from: EnumProperty(
        name="Listen From", description="Position of the listener in the live preview", items=LISTENER_ITEMS
    )
    snippet: FloatProperty(
        name="Length", description="Length of a snippet from the current frame", default=5.0, min=0.5, max=120.0,
        subtype="TIME_ABSOLUTE", unit="TIME_ABSOLUTE",
    )  # fmt: skip
    audio_off: BoolProperty(
        options=HIDDEN, name="Audio Off", description="Blender's own sound was turned off by the live preview"
    )
    mixed: StringProperty(
        name="Rendered Mix", description="Path of the last mix", subtype="FILE_PATH", options=RELATIVE_PATH | HIDDEN
    )
    mixed_with: StringProperty(options=HIDDEN, name="Rendered With", description="Fingerprint of the settings of the last mix")
    outdated: BoolProperty(options=HIDDEN, name="Out of Date", description="The scene has changed since its mix was rendered")
    show_outlines: BoolProperty(
        name="Outlines", description="Draw outlines and labels of the sources in the viewport", default=True
    )
    carried: BoolProperty(
        options=HIDDEN,
        name="Carried by the Mix",
        description="A mix in the sequencer contains the sound of the Speakers",
    )
    active_id: StringProperty(options=HIDDEN, name="Active Source", description="The active source")
    active_index: IntProperty(options=HIDDEN, name="Active Row", description="The active row", get=_chosen_row, set=_choose_row)


CLASSES = (SourceProperties, RoomProperties, NeuralProperties, SceneProperties, WindowProperties)


def register() -> None:
    """Add the property groups to Blender's types."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Object.see2sound = PointerProperty(type=SourceProperties, override=OVERRIDABLE)
    bpy.types.Scene.see2sound = PointerProperty(type=SceneProperties)
    bpy.types.WindowManager.see2sound = PointerProperty(type=WindowProperties)


def unregister() -> None:
    """Take them away again."""
    del bpy.types.WindowManager.see2sound
    del bpy.types.Scene.see2sound
    del bpy.types.Object.see2sound
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
