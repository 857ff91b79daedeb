"""The embedded sound generators by name, and which of them can be controlled."""

from __future__ import annotations

from .generator import SoundGenerator, synthesise
from .library.generator import take_recording

GENERATORS: dict[str, SoundGenerator] = {"procedural": synthesise, "library": take_recording}
