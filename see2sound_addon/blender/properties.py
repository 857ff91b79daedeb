"""What See2Sound keeps in a .blend: settings on the Scene, facts about each source on its Speaker's Object."""

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

from . import sources
from .freshness import setting_changed
from .neural import NeuralProperties, WindowProperties
from .roomproperties import RELATIVE_PATH, RoomProperties

OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}
HIDDEN = {"HIDDEN"}
"""For what panels do not show: facts that we keep, not settings."""
SHAPE_POINTS = 8
OUTLINE_POINTS = 32
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
        description="What it is. A known thing, such as 'dog' or 'car', brings the Speaker to a fitting distance, "
        "unless it was moved by hand",
        update=_label_changed,
    )
    prompt: StringProperty(
        override=OVERRIDABLE,
        name="Prompt",
        description="What it sounds like, in words; 'silent' for nothing. Takes effect at Generate Sounds",
    )
    extent: EnumProperty(
        override=OVERRIDABLE, name="Extent", description="How large the sound is", items=EXTENT_ITEMS, update=_extent_changed
    )
    muted: BoolProperty(
        override=OVERRIDABLE,
        name="Mute",
        description="Leave it out of the mix, and of Blender's own sound",
        get=_is_muted,
        set=_mute,
    )
    solo: BoolProperty(
        override=OVERRIDABLE, name="Solo", description="Hear only this source, and others that are solo, in mixes and previews"
    )
    locked: BoolProperty(
        override=OVERRIDABLE,
        name="Lock",
        description="Keep it as it is: finding sources again and generating sounds leave it alone",
    )
    carried: BoolProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Carried by the Mix",
        description="Silent in Blender because the mix in the sequencer carries it; it is still heard in new mixes",
    )
    score: FloatProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Score",
        description="How surely this is a thing of its own",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    radius: FloatProperty(
        override=OVERRIDABLE, name="Radius", description="How wide an area source is", min=0.0, soft_max=100.0, unit="LENGTH"
    )
    synchronous: BoolProperty(
        override=OVERRIDABLE,
        name="In Sync",
        description="Heard when it sounds, without the time that sound takes and without Doppler, as dialogue is in films",
    )
    divergence: FloatProperty(override=OVERRIDABLE,
        name="Divergence", description="How much of it moves from its place to 45 degrees left and right", min=0.0, max=1.0,
        subtype="FACTOR",
    )  # fmt: skip
    spread: FloatProperty(override=OVERRIDABLE,
        name="Spread", description="The angle that a point source fills, without being decorrelated", min=0.0, max=6.283185,
        subtype="ANGLE",
    )  # fmt: skip
    use_lfe: BoolProperty(
        override=OVERRIDABLE,
        name="Send to LFE",
        description="Send its low frequencies to the LFE channel, which gets nothing else",
    )
    lfe: FloatProperty(override=OVERRIDABLE,
        name="LFE Level (dB)", description="How much of it goes to the LFE channel, whatever its distance", default=-10.0,
        min=-120.0, max=20.0, precision=1,
    )  # fmt: skip
    shape: FloatVectorProperty(override=OVERRIDABLE, options=HIDDEN,
        name="Shape", description="Where an area sounds, in multiples of its radius from its middle; all zero is a disc",
        size=3 * SHAPE_POINTS,
    )  # fmt: skip
    diffuse: BoolProperty(
        override=OVERRIDABLE,
        name="Diffuse",
        description="In ambisonics, fill all channels with unrelated copies instead of the first one alone",
    )
    loop: BoolProperty(
        override=OVERRIDABLE,
        name="Loop",
        description="Repeat the clip without a seam for as long as the scene lasts",
        default=True,
    )
    picture: StringProperty(
        override=OVERRIDABLE,
        name="Picture",
        description="The picture it was found in",
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
        override=OVERRIDABLE, options=HIDDEN, name="Centre", description="Its visible centre in the picture, 0 to 1", size=2
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
        description="Around it in the picture: x and y of points, 0 to 1",
        size=(OUTLINE_POINTS, 2),
    )
    camera_pose: FloatVectorProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Camera Pose", description="Where the camera stood, in metres", size=(4, 4)
    )
    picture_distance: FloatProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Distance in Picture",
        description="Metres, estimated without knowing what it is",
    )
    picture_doubt: FloatProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Doubt", description="Standard deviation of the logarithm of that distance"
    )
    placed: FloatVectorProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Placed", description="Where it was put last", size=3, subtype="XYZ"
    )
    clip: StringProperty(
        override=OVERRIDABLE,
        name="Clip",
        description="The sound that was generated for it last",
        subtype="FILE_PATH",
        options=RELATIVE_PATH | HIDDEN,
    )
    set_reference: FloatProperty(
        override=OVERRIDABLE,
        options=HIDDEN,
        name="Set Reference",
        description="The distance reference that its sound was given last",
    )
    set_start: FloatProperty(override=OVERRIDABLE, options=HIDDEN, name="Set Start", description="Where its strip was put last")
    silenced: BoolProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Silenced", description="Muted because its prompt is 'silent'"
    )
    guessed_label: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Guessed Label", description="The label before anybody edited it"
    )
    guessed_prompt: StringProperty(
        override=OVERRIDABLE, options=HIDDEN, name="Guessed Prompt", description="The prompt before anybody edited it"
    )


class SceneProperties(bpy.types.PropertyGroup):
    """On the Scene: what the operators take when they are not told otherwise."""

    picture: StringProperty(
        name="Picture",
        description="The picture or video that gets its sound; a path that begins with // lies beside the .blend",
    )
    picture_camera: EnumProperty(name="Camera", description="Through which camera the picture is seen", items=CAMERA_ITEMS)
    other_pictures: EnumProperty(
        name="Other Pictures", description="What happens to the sources of pictures before this one", items=OTHERS_ITEMS
    )
    max_sources: IntProperty(name="Sources", description="How many sources to look for at most", default=5, min=1, max=32)
    use_field_of_view: BoolProperty(
        name="Set Field of View",
        description="Use this instead of the picture's own (EXIF) or 50 degrees. The active camera keeps its own",
    )
    field_of_view: FloatProperty(
        name="Field of View", description="Horizontal angle that the picture shows",
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
        update=setting_changed, name="Seed", description="Another number, another take of every sound", default=0, min=0
    )
    layout: EnumProperty(
        update=setting_changed, name="Layout", description="For which loudspeakers or headphones to mix", items=LAYOUT_ITEMS
    )
    mix_path: StringProperty(
        name="File",
        description="Where the mix goes",
        default="//mix.wav",
        subtype="FILE_PATH",
        options=RELATIVE_PATH,
    )
    sofa: StringProperty(update=setting_changed,
        name="Head",
        description="Measured ears for binaural mixes, a SOFA file; empty takes the preferences', else the KEMAR manikin's",
        subtype="FILE_PATH", options=RELATIVE_PATH,
    )  # fmt: skip
    bits: EnumProperty(update=setting_changed, name="Samples", description="How samples are written", items=BITS_ITEMS)
    use_loudness: BoolProperty(update=setting_changed, name="Normalise", description="Bring the mix to a loudness")
    loudness: FloatProperty(update=setting_changed,
        name="Loudness (LUFS)",
        description="Integrated loudness of the mix, ITU-R BS.1770; -23 for broadcast, -16 for podcasts",
        default=-23.0, min=-60.0, max=0.0, precision=1,
    )  # fmt: skip
    ceiling: FloatProperty(update=setting_changed,
        name="Ceiling (dB)", description="How far the true peak may rise when the level is changed",
        default=-1.0, min=-20.0, max=0.0, precision=1,
    )  # fmt: skip
    use_air: BoolProperty(update=setting_changed, name="Air Absorption", description="Air dulls what is far away, ISO 9613-1")
    temperature: FloatProperty(
        update=setting_changed,
        name="Temperature (C)",
        description="Of the air, in degrees Celsius",
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
    room: PointerProperty(name="Room", description="What surrounds the scene", type=RoomProperties)
    neural: PointerProperty(name="Neural Models", description="Who does what", type=NeuralProperties)
    preview_kind: EnumProperty(name="Listen With", description="What the preview is made for", items=PREVIEW_ITEMS)
    preview_from: EnumProperty(name="Listen From", description="Where the live preview listens", items=LISTENER_ITEMS)
    snippet: FloatProperty(
        name="Length", description="Of a snippet, in seconds from the playhead on", default=5.0, min=0.5, max=120.0,
        subtype="TIME_ABSOLUTE", unit="TIME_ABSOLUTE",
    )  # fmt: skip
    audio_off: BoolProperty(
        options=HIDDEN, name="Audio Off", description="Blender's own sound was turned off by the live preview"
    )
    mixed: StringProperty(
        name="Rendered Mix", description="The mix that was rendered last", subtype="FILE_PATH", options=RELATIVE_PATH | HIDDEN
    )
    mixed_with: StringProperty(
        options=HIDDEN, name="Rendered With", description="A fingerprint of the settings that the last mix was made with"
    )
    outdated: BoolProperty(options=HIDDEN, name="Out of Date", description="The scene has changed since its mix was rendered")
    show_outlines: BoolProperty(
        name="Outlines", description="Draw what was found over the picture, in the camera's view", default=True
    )
    carried: BoolProperty(
        options=HIDDEN,
        name="Carried by the Mix",
        description="A mix in the sequencer carries the sound of this scene's Speakers",
    )
    active_id: StringProperty(options=HIDDEN, name="Active Source", description="The chosen source")
    active_index: IntProperty(options=HIDDEN, name="Active Row", description="The chosen row", get=_chosen_row, set=_choose_row)


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
