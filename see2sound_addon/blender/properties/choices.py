"""Items of menus, and options that properties share."""

from __future__ import annotations

import bpy

from ...weights.eyes import EYES

# Since 4.5 Blender requires a flag for paths that may begin with "//".
RELATIVE_PATH = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}
HIDDEN = {"HIDDEN"}
"""For what panels do not show: facts that we keep, not settings."""
EXTENT_ITEMS = (
    ("point", "Point", "Sounds from one place", "DOT", 0),
    ("area", "Area", "Sounds from a surface as wide as its radius", "MESH_CIRCLE", 1),
    ("ambient", "Ambient", "Sounds from everywhere, without direction", "WORLD", 2),
)
MAKER_ITEMS = (
    ("SCENE", "As Set in the Scene", "The generator of the scene: procedural, or a neural model", "SCENE_DATA", 0),
    ("procedural", "Procedural", "A procedural sound model", "MOD_NOISE", 1),
    ("library", "Recordings", "The best match among your own recordings, or else a procedural sound", "FILE_SOUND", 2),
)
EVENT_ITEMS = (
    ("MODEL", "Model", "The sound model chooses them at random", "MOD_NOISE", 0),
    ("LIST", "List", "The list below, in which they can be edited", "PRESET", 1),
    ("KEYFRAMES", "Keyframes", "The keyframes of Strike above zero", "KEYFRAME", 2),
    ("MARKERS", "Markers", "Markers of the time line", "MARKER", 3),
)
PICTURE_ITEMS = (
    ("FILE", "File", "A picture, a video or an animation", "FILE_IMAGE", 0),
    ("SEQUENCE", "Image Sequence", "Numbered pictures, of which one is chosen", "RENDERLAYERS", 1),
    ("CLIP", "Movie Clip", "A movie clip of this file", "FILE_MOVIE", 2),
    ("IMAGE", "Image", "An image, image sequence or movie of this file", "IMAGE_DATA", 3),
)
PANORAMA_ITEMS = (
    ("AUTO", "As Its Metadata Say", "Pictures and videos with the metadata of a panorama show all directions", 0),
    ("NEVER", "Flat", "The picture was taken through one lens", 1),
    ("ALWAYS", "360 Degrees", "The picture is equirectangular: twice as wide as high, and shows all directions", 2),
)
PARKED_ITEMS = (
    ("SILENT", "Silent", "Engines are off while vehicles stand", "MUTE_IPO_ON", 0),
    ("IDLE", "Idle", "Engines idle while vehicles stand", "MUTE_IPO_OFF", 1),
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
EYE_CARDS = tuple(
    (name.upper(), name.title(), f"{card.file}: {card.megabytes:.1f} MB, {card.licence}") for name, card in EYES.items()
)
EYE_ITEMS = (
    ("BEST", "Best Installed", "The most precise detector that is installed, or the built-in one"),
    ("EMBEDDED", "Built-in", "Finds salient regions, persons, faces, cats and number plates"),
    *EYE_CARDS,
    ("FILE", "File", "A NanoDet or YOLOX of your own, as ONNX"),
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
CODEC_ITEMS = (
    ("AUTO", "Automatic", "AAC in MP4, PCM in MOV, FLAC in MKV, Opus in WebM"), ("aac", "AAC", "In MP4, MOV and MKV"),
    ("ac3", "AC-3", "Up to 5.1, in MP4, MOV and MKV"), ("eac3", "E-AC-3", "Up to 5.1, in MP4, MOV and MKV"),
    ("opus", "Opus", "In WebM, MKV and MP4"), ("flac", "FLAC", "Lossless, in MKV and MP4"),
    ("pcm", "PCM", "Uncompressed, 24 bits, in MOV and MKV"),
)  # fmt: skip
OWN_SOUND_ITEMS = (
    ("replace", "Replace", "The film has the mix alone"), ("keep", "Keep", "The mix is another track"),
    ("mix", "Add", "The video's own sound is added to the mix"),
)  # fmt: skip
ADM_ITEMS = (
    ("adm", "ITU-R BS.2076", "Polar positions and gains, for the renderers of broadcasters and most programs"),
    ("adm-atmos", "Atmos Profile", "A bed and Cartesian positions, 48 kHz, at most 118 objects, for Atmos tools"),
)
EMITTER_ITEMS = (
    ("KHR_audio_emitter", "KHR_audio_emitter", "The draft of Khronos"),
    ("OMI_audio_emitter", "OMI_audio_emitter", "The older proposal of the Open Metaverse Interoperability Group"),
)
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
