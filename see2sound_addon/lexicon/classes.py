"""The classes of sounds, read from classes.tsv."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SILENT = "silent"
"""The prompt, and the class, that means: makes no sound."""
UNKNOWN = "room tone"
"""The class that stands in for what no word explains."""


@dataclass(frozen=True)
class SoundClass:
    """A class of sounds.

    `audioset`: its name in the AudioSet ontology. `extent`: "point", "area" or "ambient". `prompt`: how it sounds, in words
    for a neural model that lead back to this class. `level`: dB SPL at one metre while it sounds, and `level_source`.
    `lacks`: what its procedural model does not do.
    """

    name: str
    audioset: str
    extent: str
    prompt: str
    level: float
    level_source: str
    lacks: str


def _read() -> dict[str, SoundClass]:
    text = Path(__file__).with_name("classes.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {
        name: SoundClass(name, audioset, extent, prompt, float(level), source, lacks)
        for name, audioset, extent, prompt, level, source, lacks in rows
    }


CLASSES = _read()
"""All classes by name."""
