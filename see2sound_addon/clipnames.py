"""Names of generated clips. Light: Blender's panels import it."""

from __future__ import annotations

import re
import zlib

from . import __version__ as VERSION


def clip_name(source_id: str, prompt: str, duration: float, seed: int) -> str:
    """File name of a generated clip.

    Another prompt, length or seed is another file, so that nothing that an undo step, another scene or another .blend refers to
    is overwritten.
    """
    return f"{_stem(source_id)}_{zlib.crc32(repr((source_id, prompt, round(duration, 6), seed, VERSION)).encode()):08x}.wav"


def is_clip_of(name: str, source_id: str) -> bool:
    """Whether a file name is that of a clip generated for a source."""
    return re.fullmatch(rf"{re.escape(_stem(source_id))}_[0-9a-f]{{8}}\.wav", name) is not None


def _stem(source_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", source_id)[:60]
