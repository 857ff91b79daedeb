"""Play a file through Blender's own audio library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ...errors import See2SoundError

RATE = 48000
BUFFER = 2048
"""Samples."""


def play(path: Path) -> tuple[Any, Any]:
    """The device and the handle of a sound that has begun; it lasts as long as both are kept. Error: `preview-device`."""
    try:
        import aud
    except ImportError as error:
        raise See2SoundError(
            "preview-device", "This Blender was built without its audio library.", "Play the file with another program."
        ) from error
    device = _open(aud)
    return device, device.play(aud.Sound.file(str(path)))


def _open(aud: Any) -> Any:
    """An audio device of the kind that Blender is set to."""
    chosen = bpy.context.preferences.system.audio_device
    tried = []
    for kind in dict.fromkeys(("" if chosen in ("None", "") else chosen, "")):
        try:
            device = aud.Device(kind, RATE, aud.CHANNELS_STEREO, aud.FORMAT_FLOAT32, BUFFER, "See2Sound")
            if device.rate > 0.0:
                return device
            tried.append("Blender has no audio device")
        except aud.error as error:
            tried.append(str(error))
    raise See2SoundError(
        "preview-device",
        f"No audio device can be opened: {tried[0].rstrip('.')}.",
        "Choose one in Preferences > System > Sound.",
    )
