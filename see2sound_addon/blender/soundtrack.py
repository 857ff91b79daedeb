"""The mix as the animation's soundtrack: a strip in the sequencer, and Speakers that are silent in Blender meanwhile.

Light: a handler that runs after every change of the scene is here, too.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from ..errors import See2SoundError
from .sources import beside_blend, is_muted, sharing

MARK = "see2sound"
NAME = "See2Sound Mix"
TOP = 128
"""The highest channel that a sequencer has."""
CHANNELS = {1: "MONO", 2: "STEREO", 4: "SURROUND4", 6: "SURROUND51", 8: "SURROUND71"}
"""What Blender's output can carry; all of these have the order that WAV files have."""
CODECS = {"WEBM": "OPUS", "OGG": "VORBIS", "MPEG1": "AC3", "MPEG2": "AC3", "FLASH": "MP3"}
"""Of containers that do not take AAC."""
MOST = {"MPEG1": 6, "MPEG2": 6, "OGG": 6, "FLASH": 2, "DV": 2}
"""Channels that the codecs of some containers can carry."""
HEARD = (
    "layout", "sofa", "bits", "use_loudness", "loudness", "ceiling", "use_air", "temperature", "humidity", "seed",
)  # fmt: skip
"""Settings of a scene that change its mix, rooms aside."""
OF_SOURCES = ("solo", "extent", "radius", "loop", "diffuse", "synchronous", "spread", "divergence", "use_lfe", "lfe")
OF_SPEAKERS = (
    "volume", "pitch", "attenuation", "distance_reference", "distance_max", "volume_min", "volume_max",
    "cone_angle_inner", "cone_angle_outer", "cone_volume_outer",
)  # fmt: skip
NOT_OF_ROOMS = {"rna_type", "name"}


def add_mix(scene: bpy.types.Scene, path: Path, channels: int, rate: int) -> bpy.types.Strip:
    """Put a mix on a free channel of the sequencer, instead of an older one, and have the output carry it.

    The Speakers of the scene are silent in Blender from now on, for the mix has their sound. Errors: `soundtrack-missing`,
    `soundtrack-channels`, `soundtrack-container`, `soundtrack-audio`.
    """
    check_channels(channels)
    output = scene.render.ffmpeg
    video = scene.render.image_settings.file_format == "FFMPEG"
    if video and channels > MOST.get(output.format, 8):
        raise See2SoundError(
            "soundtrack-container",
            f"Videos of the format {output.format} cannot carry {channels} channels.",
            "Choose MPEG-4, Matroska or QuickTime in the Output properties, or another layout.",
        )
    if not path.is_file():
        raise See2SoundError("soundtrack-missing", f"There is no mix at {path}.", "Render the mix first.")
    strips, first = _strips(scene), scene.frame_start
    others = [strip for strip in strips if not strip.get(MARK)]
    try:
        strip = strips.new_sound(NAME, str(path), TOP, first)
    except RuntimeError as error:  # nothing has been changed yet
        raise See2SoundError(
            "soundtrack-audio",
            f"Blender cannot take the mix: {str(error).strip().splitlines()[0]}",
            "Use a Blender with audio.",
        ) from error
    channel = remove_mix(scene)  # before the new one has its mark
    strip.name, strip[MARK] = NAME, True
    strip.channel = channel or _free_channel(others, strip)
    strip.frame_start = first
    strip.sound.filepath = beside_blend(path)
    if not video and output.format in MOST:  # nobody has chosen it: Blender's own default is MPEG-1
        output.format = "MPEG4"
    output.audio_channels = CHANNELS[channels]
    output.audio_mixrate = rate
    if output.audio_codec == "NONE":
        output.audio_codec = CODECS.get(output.format, "AAC")
    _carry(scene, True)
    return strip


def remove_mix(scene: bpy.types.Scene) -> int:
    """Take our mix out of the sequencer, and let the Speakers sound in Blender again; the channel it was on, 0 for none."""
    channel = 0
    for strips, strip in list(_ours(_strips(scene))):
        channel, sound = strip.channel, strip.sound
        strips.remove(strip)
        if sound is not None and sound.users == 0:
            bpy.context.view_layer.update()  # nobody may play it any more
            bpy.data.sounds.remove(sound)
    _carry(scene, False)
    return channel


def has_mix(scene: bpy.types.Scene) -> bool:
    """Whether our mix is in the sequencer."""
    return scene.sequence_editor is not None and any(True for _ in _ours(_strips(scene)))


def check_channels(channels: int) -> None:
    """Error `soundtrack-channels` where Blender's output has no such layout."""
    if channels not in CHANNELS:
        raise See2SoundError(
            "soundtrack-channels",
            f"Blender's output cannot carry {channels} channels.",
            "Use Binaural, Stereo, 5.1, 7.1 or Ambisonics of order 1 for a soundtrack; deliver other mixes as files.",
        )


def _strips(scene: bpy.types.Scene) -> Any:
    return _strips_of(scene.sequence_editor or scene.sequence_editor_create())


def _strips_of(owner: Any) -> Any:
    """Of a sequence editor or a meta strip."""
    return owner.strips if hasattr(owner, "strips") else owner.sequences  # renamed in Blender 4.4


def _ours(strips: Any) -> Iterator[tuple[Any, Any]]:
    """Our mix, with the collection that it is in, also where an artist has put it into a meta strip."""
    for strip in strips:
        if strip.get(MARK):
            yield strips, strip
        elif strip.type == "META":
            yield from _ours(_strips_of(strip))


def _free_channel(others: list[bpy.types.Strip], strip: bpy.types.Strip) -> int:
    taken = {
        other.channel
        for other in others
        if other.frame_final_start < strip.frame_final_end and other.frame_final_end > strip.frame_final_start
    }
    return next(channel for channel in range(1, TOP + 1) if channel not in taken)


def _carry(scene: bpy.types.Scene, carried: bool) -> None:
    """Silence all Speakers that are heard, or let those sound again that were silent for that reason."""
    settings = scene.see2sound
    before, settings.carried = (settings.outdated, settings.read_outdated), carried
    speakers = [thing for thing in scene.objects if thing.type == "SPEAKER" and thing.library is None]
    speakers = [thing for thing in speakers if thing.data.library is None]
    changed = [thing for thing in speakers if (not is_muted(thing) if carried else thing.see2sound.carried)]
    for thing in changed:
        for other in sharing(thing):
            other.see2sound.carried = carried
        thing.data.muted = carried
    bpy.context.view_layer.update()
    settings.outdated, settings.read_outdated = before  # none of this changes what is heard


def begin_watch(scene: bpy.types.Scene) -> None:
    """The scene was read for a mix just now; from here on its changes are watched."""
    settings = scene.see2sound
    settings.read_with, settings.read_outdated = _settings_print(scene), False


def remember(scene: bpy.types.Scene, path: str) -> None:
    """That mix is there now, in place of the one before."""
    settings = scene.see2sound
    settings.mixed, settings.mixed_with, settings.outdated = path, settings.read_with, settings.read_outdated
    settings.read_with = ""


def setting_changed(settings: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """For `update` of settings that a mix is made with."""
    _look_at(settings.id_data)


def look() -> None:
    """Now and then: changes of Speakers' own properties pass the dependency graph by."""
    for scene in bpy.data.scenes:
        _look_at(scene)


def _look_at(scene: bpy.types.Scene) -> None:
    settings = scene.see2sound
    watched = (settings.mixed_with and not settings.outdated) or (settings.read_with and not settings.read_outdated)
    if watched:
        _mark(settings, _settings_print(scene))


def _mark(settings: bpy.types.PropertyGroup, now: str) -> None:
    """`now`: the fingerprint of the scene, or "" where it is another than it was for certain."""
    settings.outdated = settings.outdated or bool(settings.mixed_with and now != settings.mixed_with)
    settings.read_outdated = settings.read_outdated or bool(settings.read_with and now != settings.read_with)


def watch(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> None:
    """For `depsgraph_update_post`: note that the mix is out of date once anything that it is made of has changed."""
    settings = scene.see2sound
    if not settings.mixed_with and not settings.read_with:
        return
    if any(_is_heard(update) for update in graph.updates):
        _mark(settings, "")
    elif any(isinstance(update.id, bpy.types.Scene) for update in graph.updates):
        _look_at(scene)


def is_whole(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> bool:
    """Whether everything that is heard was evaluated anew, as happens after undo and opening a file."""
    updated = {update.id.name for update in graph.updates if isinstance(update.id, bpy.types.Object)}
    return updated >= {thing.name for thing in scene.objects if thing.type in {"SPEAKER", "CAMERA"}}


def _is_heard(update: bpy.types.DepsgraphUpdate) -> bool:
    thing = update.id
    if isinstance(thing, bpy.types.Object):
        return thing.type in {"SPEAKER", "CAMERA"} and (update.is_updated_transform or update.is_updated_geometry)
    return isinstance(thing, bpy.types.Speaker | bpy.types.Sound)


def _settings_print(scene: bpy.types.Scene) -> str:
    settings, room = scene.see2sound, scene.see2sound.room
    facts = [getattr(settings, name) for name in HEARD]
    if room.box is not None:
        facts += [tuple(map(tuple, room.box.matrix_world)), tuple(room.box.dimensions), room.box.empty_display_size]
    facts += [_plain(getattr(room, item.identifier)) for item in room.bl_rna.properties if item.identifier not in NOT_OF_ROOMS]
    facts += [scene.frame_start, scene.frame_end, scene.render.fps, scene.render.fps_base, scene.unit_settings.scale_length]
    facts += [scene.audio_volume, scene.audio_doppler_speed, scene.audio_doppler_factor, scene.audio_distance_model]
    facts += [(marker.frame, marker.camera.name) for marker in scene.timeline_markers if marker.camera is not None]
    facts += [scene.camera.name if scene.camera is not None else ""]
    facts += [_speaker_print(thing) for thing in scene.objects if thing.type == "SPEAKER"]
    return f"{zlib.crc32(repr(facts).encode()):08x}"


def _speaker_print(thing: bpy.types.Object) -> tuple[object, ...]:
    """What a Speaker's own properties say, but for what is animated."""
    data = thing.data
    still = data.animation_data is None
    sound = data.sound.name if data.sound is not None else ""
    ours = (getattr(thing.see2sound, name) for name in OF_SOURCES)
    return (thing.name, is_muted(thing), sound, *ours, *(getattr(data, name) if still else 0.0 for name in OF_SPEAKERS))


def _plain(value: Any) -> object:
    if isinstance(value, bpy.types.ID):
        return value.name
    return tuple(value) if hasattr(value, "__len__") and not isinstance(value, str) else value
