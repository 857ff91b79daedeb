"""The process that mixes what a moving picture sounds like, told where the sources are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..clips import MadeClip
from .heard import Seen
from .talking import SoundProcess


class Listener:
    """The process of `ears`, ready to begin. `sofa`: a measured head, or None. Errors: `worker-start`, `sofa-*`."""

    def __init__(self, sofa: Path | None = None) -> None:
        self._process = SoundProcess("ears")
        self._process.say({"sofa": str(sofa) if sofa is not None else None})
        self._process.hear()

    def begin(self, start: float, seconds: float, out: Path) -> None:
        """Let the clock run from `start` on."""
        self._process.say({"start": start, "seconds": seconds, "out": str(out)})

    def add(self, name: str, clip: MadeClip) -> None:
        """A source has its clip."""
        self._process.say({"clip": name, "file": str(clip.path), "reference": clip.reference_distance, "loops": clip.loops})

    def place(self, at: float, placed: dict[str, Seen]) -> None:
        """Where the sources are, by a frame that was there `at`."""
        values = {name: [*one.direction.tolist(), one.metres, one.ambient] for name, one in placed.items()}
        self._process.say({"at": at, "placed": values})

    def stop(self) -> None:
        """Let the sound end now."""
        self._process.say({"stop": True})

    def end(self) -> dict[str, Any]:
        """Wait until all is mixed; how it went. Errors: those of the process, `worker-died`."""
        heard = self._process.hear()
        self._process.close()
        return heard

    def close(self) -> None:
        """End the process."""
        self._process.close()
