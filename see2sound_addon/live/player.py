"""The process that plays the live preview, told where the sources are."""

from __future__ import annotations

import threading
from pathlib import Path

from ..errors import See2SoundError
from .playing import Said
from .talking import SoundProcess

__all__ = ["Player", "Said"]


class Player:
    """Open while it plays. `layout`: "binaural" or "stereo". `sofa`: a measured head, or "".

    `device`: how it plays. `compiled`: whether by a compiled kernel, or by NumPy, which is several times slower.
    `broken`: why files cannot be read, by the names of their sources. Errors: `preview-device`, `sofa-*`, `worker-start`.
    """

    def __init__(self, layout: str, sofa: str = "") -> None:
        self._process = SoundProcess("playing")
        self._process.say({"layout": layout, "sofa": sofa})
        said = self._process.hear()
        self.device, self.compiled = str(said["device"]), bool(said["compiled"])
        self.broken: dict[str, str] = {}
        self._loaded: set[str] = set()
        self._problem: See2SoundError | None = None
        self._closed = False
        threading.Thread(target=self._listen, daemon=True).start()

    def has(self, name: str) -> bool:
        """Whether a source has been given its clip."""
        return name in self._loaded

    def load(self, name: str, clip: Path, loops: bool) -> None:
        """Give a source its clip, or another one."""
        self.broken.pop(name, None)
        self._loaded.add(name)
        self._process.say({"clip": name, "file": str(clip), "loops": loops})

    def place(self, sources: dict[str, Said], playing: bool) -> None:
        """Where all sources are now; others are forgotten. `playing`: whether the animation does. Errors: the process's."""
        if self._problem is not None:
            raise self._problem
        for name in self._loaded - sources.keys():
            self._loaded.discard(name)
            self._process.say({"forget": name})
        self._process.say({"now": sources, "playing": playing})

    def close(self) -> None:
        """Silence."""
        self._closed = True
        self._process.close()

    def _listen(self) -> None:
        """Note what the process says, until it ends."""
        try:
            while True:
                said = self._process.hear()
                self.broken[said["broken"]] = said["why"]
        except See2SoundError as error:
            self._problem = None if self._closed else error
        except (OSError, ValueError):  # closed while it was listened to
            return
