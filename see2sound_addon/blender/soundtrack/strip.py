"""The mix as the soundtrack: a strip in the sequencer, and Speakers that are muted in Blender meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from ...errors import See2SoundError
from ..sources import beside_blend, is_muted, sharing
from . import freshness

MARK = "see2sound"
NAME = "See2Sound Mix"
TOP = 128
"""The highest channel that a sequencer has."""
CHANNELS = {1: "MONO", 2: "STEREO", 4: "SURROUND4", 6: "SURROUND51", 8: "SURROUND71"}
"""Channel settings of Blender's output by number of channels, in the order of WAV files."""
CODECS = {"WEBM": "OPUS", "OGG": "VORBIS", "MPEG1": "AC3", "MPEG2": "AC3", "FLASH": "MP3"}
"""Of containers that do not take AAC."""
MOST = {"MPEG1": 6, "MPEG2": 6, "OGG": 6, "FLASH": 2, "DV": 2}
"""Channels that the codecs of some containers can carry."""


def add_mix(scene: bpy.types.Scene, path: Path, channels: int, rate: int) -> bpy.types.Strip:
    """Add a mix to a free channel of the sequencer, or replace the earlier one, and set the output's audio.

    The Speakers of the scene are muted in Blender from now on, because the mix contains them. Errors: `soundtrack-missing`,
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
    strips, first = strips_of(scene), scene.frame_start
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
    if not video and output.format in MOST:  # not chosen by the user: Blender's default is MPEG-1
        output.format = "MPEG4"
    output.audio_channels = CHANNELS[channels]  # type: ignore[assignment]
    output.audio_mixrate = rate
    if output.audio_codec == "NONE":
        output.audio_codec = CODECS.get(output.format, "AAC")  # type: ignore[assignment]
    _carry(scene, True)
    return strip


def remove_mix(scene: bpy.types.Scene) -> int:
    """Remove the mix from the sequencer and unmute the Speakers. Return the mix's channel, 0 for none."""
    channel = 0
    for strips, strip in list(_ours(strips_of(scene))):
        channel, sound = strip.channel, strip.sound
        strips.remove(strip)
        if sound is not None and sound.users == 0:
            bpy.context.view_layer.update()  # Blender must stop playing it first
            bpy.data.sounds.remove(sound)
    _carry(scene, False)
    return channel


def has_mix(scene: bpy.types.Scene) -> bool:
    """Whether the sequencer contains the mix."""
    return scene.sequence_editor is not None and any(True for _ in _ours(strips_of(scene)))


def check_channels(channels: int) -> None:
    """Error `soundtrack-channels` where Blender's output has no such layout."""
    if channels not in CHANNELS:
        raise See2SoundError(
            "soundtrack-channels",
            f"Blender's output cannot carry {channels} channels.",
            "Use Binaural, Stereo, 5.1, 7.1 or Ambisonics of order 1 for a soundtrack; deliver other mixes as files.",
        )


def strips_of(scene: bpy.types.Scene) -> Any:
    """The strips of a scene's sequencer, which it gets if it has none."""
    return _strips_of(scene.sequence_editor or scene.sequence_editor_create())


def _strips_of(owner: Any) -> Any:
    """Of a sequence editor or a meta strip."""
    return owner.strips if hasattr(owner, "strips") else owner.sequences  # renamed in Blender 4.4


def _ours(strips: Any) -> Iterator[tuple[Any, Any]]:
    """Strips of the mix with the collections that contain them, also inside meta strips."""
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
    """Mute all audible Speakers, or unmute those that were muted for the mix."""
    scene.see2sound.carried = carried
    speakers = [obj for obj in scene.objects if obj.type == "SPEAKER" and obj.library is None]
    speakers = [obj for obj in speakers if obj.data.library is None]
    changed = [obj for obj in speakers if (not is_muted(obj) if carried else obj.see2sound.carried)]
    for obj in changed:
        for other in sharing(obj):
            other.see2sound.carried = carried
        obj.data.muted = carried
    with freshness.unchanged(scene):  # none of this changes what is heard
        bpy.context.view_layer.update()
