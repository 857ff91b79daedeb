"""Property group of scenes."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from .. import sources
from ..room.properties import RoomProperties
from ..soundtrack.freshness import setting_changed
from .backends import BackendProperties
from .choices import (
    BITS_ITEMS,
    CAMERA_ITEMS,
    EMITTER_ITEMS,
    EYE_ITEMS,
    HIDDEN,
    LAYOUT_ITEMS,
    LISTENER_ITEMS,
    OTHERS_ITEMS,
    PANORAMA_ITEMS,
    PARKED_ITEMS,
    PICTURE_ITEMS,
    PREVIEW_ITEMS,
    RELATIVE_PATH,
)
from .listening import ProposalProperties
from .neural import NeuralProperties
from .soundtrack import SoundtrackProperties


def _chosen_row(self: SceneProperties) -> int:
    return sources.active_row(self.id_data)  # type: ignore[arg-type]


def _choose_row(self: SceneProperties, row: int) -> None:
    sources.choose_row(self.id_data, row)  # type: ignore[arg-type]


def _proposal_chosen(self: SceneProperties, context: bpy.types.Context) -> None:
    from ..writing import proposals

    proposals.select_target(self.id_data, self.proposal_index)  # type: ignore[arg-type]


class SceneProperties(bpy.types.PropertyGroup):
    """On the Scene: what the operators take when they are not told otherwise."""

    picture: StringProperty(
        name="Picture",
        description="The picture or video. A path that begins with // is relative to the .blend file",
    )
    picture_from: EnumProperty(name="Picture From", description="What the picture is taken from", items=PICTURE_ITEMS)
    movie_clip: PointerProperty(name="Movie Clip", description="The movie clip", type=bpy.types.MovieClip)
    image: PointerProperty(name="Image", description="The image, image sequence or movie", type=bpy.types.Image)
    picture_camera: EnumProperty(name="Camera", description="The camera that the picture is placed for", items=CAMERA_ITEMS)
    other_pictures: EnumProperty(
        name="Other Pictures", description="How to treat the sources and cameras of earlier pictures", items=OTHERS_ITEMS
    )
    eye: EnumProperty(name="Detector", description="What names the objects of a picture", items=EYE_ITEMS)
    eye_file: StringProperty(name="File", description="The detector, as ONNX", subtype="FILE_PATH", options=RELATIVE_PATH)
    voice_unknown: BoolProperty(
        name="Sounds for Unknown Objects",
        description="Also give a neutral sound to objects that the detector could not name",
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
    panorama: EnumProperty(name="Panorama", description="Whether the picture shows all directions", items=PANORAMA_ITEMS)
    use_footage_range: BoolProperty(name="Set Range", description="Look at a part of a moving picture only")
    footage_first: IntProperty(name="First Frame", description="First frame that is looked at", default=1, min=1)
    footage_last: IntProperty(
        name="Last Frame", description="Last frame that is looked at. 0 is the end of the picture", default=0, min=0
    )
    move_camera: BoolProperty(
        name="Turn Camera",
        description="Turn the picture's own camera as the camera of the moving picture turns. "
        "If off, it stands still and the sources move around it",
        default=True,
    )
    level_by_movement: BoolProperty(
        name="Level by Movement",
        description="Make a source as loud as it moves: quiet while it stands, full where it moves most",
    )
    room: PointerProperty(name="Room", description="Acoustics of the room", type=RoomProperties)
    neural: PointerProperty(name="Neural Models", description="Which model each step uses", type=NeuralProperties)
    backends: PointerProperty(name="Backends", description="Backends of other add-ons", type=BackendProperties)
    soundtrack: PointerProperty(name="Soundtrack", description="The soundtrack that is split", type=SoundtrackProperties)
    export_sounds: BoolProperty(
        name="Sounds", description="Export Speakers as audio emitters to glTF, and as spatial audio to USD", default=True
    )
    export_sounds_beside: BoolProperty(
        name="Beside the File", description="Copy sounds into a folder beside the glTF file. Without it they are in the file"
    )
    export_sounds_names: EnumProperty(
        name="Extension", description="Names of the glTF extension that a program reads", items=EMITTER_ITEMS
    )
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
    proposals: CollectionProperty(type=ProposalProperties, name="Proposals", description="What may sound in the scene")
    proposal_index: IntProperty(name="Active Proposal", description="The chosen proposal", update=_proposal_chosen)
    parked: EnumProperty(name="Parked Vehicles", description="What engines do while vehicles stand", items=PARKED_ITEMS)
    active_id: StringProperty(options=HIDDEN, name="Active Source", description="The active source")
    active_index: IntProperty(options=HIDDEN, name="Active Row", description="The active row", get=_chosen_row, set=_choose_row)
