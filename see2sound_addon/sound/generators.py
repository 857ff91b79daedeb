"""The embedded sound generators by name, and which of them can be controlled."""

from __future__ import annotations

from .generator import ControlledGenerator, SoundGenerator, synthesise
from .library.generator import take_recording

CONTROLLED: tuple[ControlledGenerator, ...] = (synthesise, take_recording)
"""Those that follow parameters and events."""
GENERATORS: dict[str, SoundGenerator] = {"procedural": synthesise, "library": take_recording}
