"""Small pictures of waveforms, as icons for lists of recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import bpy.utils.previews

SIZE = 64
"""Pixels, wide and high."""
_pictures: list[Any] = []


def icon_of(path: str) -> int:
    """The icon of a recording's waveform, 0 if it was not drawn."""
    return int(_pictures[0][path].icon_id) if _pictures and path in _pictures[0] else 0


def draw(path: Path) -> None:
    """Draw the waveform of a recording, once. Error: `clip-unreadable`."""
    from ..sound.library.fit import waveform

    if not _pictures:
        _pictures.append(bpy.utils.previews.new())
    if str(path) in _pictures[0]:
        return
    picture = _pictures[0].new(str(path))
    pixels = waveform(path, SIZE).ravel().tolist()
    picture.icon_size = picture.image_size = (SIZE, SIZE)
    picture.icon_pixels_float = picture.image_pixels_float = pixels


def unregister() -> None:
    """Free the pictures."""
    while _pictures:
        bpy.utils.previews.remove(_pictures.pop())
