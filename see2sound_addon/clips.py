"""Generated clips: which are wanted, how they are controlled, which were made, and their file names.

Light: Blender's panels import it.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from . import __version__ as VERSION


@dataclass(frozen=True)
class Controls:
    """What a user sets beyond the prompt.

    `values`: for a parameter of the sound model, points (seconds, value) of a curve; one point is a constant.
    `events`: (seconds, strength) of each event, or None to leave them to the model. `loop`: whether the clip loops without a
    seam; otherwise it is a one-shot that begins at once and is faded out.
    """

    values: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    events: list[tuple[float, float]] | None = None
    loop: bool = True


@dataclass(frozen=True)
class WantedClip:
    """A clip that is to be generated for a source.

    `path`: its file. `seconds`: its length. `generator`: the name of a backend, or "" for that of the job. `recording`: the
    file that the clip is to be made of, or None.
    """

    source_id: str
    prompt: str
    path: Path
    seconds: float
    seed: int
    controls: Controls = Controls()
    generator: str = ""
    recording: Path | None = None


@dataclass(frozen=True)
class MadeClip:
    """A clip that was generated for a source.

    `model`: what made it. `level`: dB SPL at one metre. `reference_distance`: metres, see `sound.levels`. `loops`: whether it
    may be repeated. `recording`: the file that it is made of, or "", and its `licence`. `prompt`: what it was made from.
    """

    source_id: str
    path: Path
    model: str
    level: float
    reference_distance: float
    notes: list[str] = field(default_factory=list)
    loops: bool = True
    recording: str = ""
    licence: str = ""
    prompt: str = ""


def clip_name(source_id: str, prompt: str, duration: float, seed: int, controls: Controls = Controls(), maker: str = "") -> str:
    """File name of a generated clip. `maker`: identifies a generator other than the embedded one.

    Another prompt, length, seed, control or maker is another file, so that nothing that an undo step, another scene or another
    .blend refers to is overwritten.
    """
    facts = (source_id, prompt, round(duration, 6), seed, VERSION, controls, maker)
    return f"{_stem(source_id)}_{zlib.crc32(repr(facts).encode()):08x}.wav"


def is_clip_of(name: str, source_id: str) -> bool:
    """Whether a file name is that of a clip generated for a source."""
    return re.fullmatch(rf"{re.escape(_stem(source_id))}_[0-9a-f]{{8}}\.wav", name) is not None


def _stem(source_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", source_id)[:60]
