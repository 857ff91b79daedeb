"""Generated clips: which are wanted, which were made, and their file names. Light: Blender's panels import it."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from . import __version__ as VERSION


@dataclass(frozen=True)
class WantedClip:
    """A clip that is to be generated for a source. `path`: its file. `seconds`: its length."""

    source_id: str
    prompt: str
    path: Path
    seconds: float
    seed: int


@dataclass(frozen=True)
class MadeClip:
    """A clip that was generated for a source.

    `model`: what made it. `level`: dB SPL at one metre. `reference_distance`: metres, see `sound.levels`.
    """

    source_id: str
    path: Path
    model: str
    level: float
    reference_distance: float
    notes: list[str] = field(default_factory=list)


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
