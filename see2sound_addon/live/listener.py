"""Start the process that mixes, and tell it where the sources are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from ..clips import MadeClip
from ..errors import See2SoundError
from ..spatial.live import Placed
from ..workers.process import PACKAGE_ROOT, handed_over


class Listener:
    """The mixing process, ready to begin. `sofa`: a measured head, or None. Errors: `worker-start`, `sofa-*`."""

    def __init__(self, sofa: Path | None = None) -> None:
        environment = handed_over(False)
        environment["PYTHONPATH"] = os.pathsep.join([str(PACKAGE_ROOT), *(path for path in sys.path if path)])
        environment.update(PYTHONIOENCODING="utf-8", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        module = f"{__package__.split('.')[-2]}.live.ears"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
                cwd=PACKAGE_ROOT, text=True, encoding="utf-8", creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except OSError as error:
            raise See2SoundError(
                "worker-start", f"{sys.executable} cannot be started: {error}.", "Install it again."
            ) from error
        self._lock = threading.Lock()
        self._say({"sofa": str(sofa) if sofa is not None else None})
        self._hear()

    def begin(self, start: float, seconds: float, out: Path) -> None:
        """Let the clock run from `start` on."""
        self._say({"start": start, "seconds": seconds, "out": str(out)})

    def add(self, name: str, clip: MadeClip) -> None:
        """A source has its clip."""
        self._say({"clip": name, "file": str(clip.path), "reference": clip.reference_distance, "loops": clip.loops})

    def place(self, at: float, placed: dict[str, Placed]) -> None:
        """Where the sources are, by a frame that was there `at`."""
        values = {name: [*one.direction.tolist(), one.metres, one.ambient] for name, one in placed.items()}
        self._say({"at": at, "placed": values})

    def stop(self) -> None:
        """Let the sound end now."""
        self._say({"stop": True})

    def end(self) -> dict[str, Any]:
        """Wait until all is mixed; how it went. Errors: those of the process, `worker-died`."""
        heard = self._hear()
        self.close()
        return heard

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was said last has not been read
                    continue

    def _say(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with self._lock:
            try:
                self._process.stdin.write(json.dumps(message) + "\n")
                self._process.stdin.flush()
            except (OSError, ValueError):  # it has ended, or is being ended; `end` says why
                return

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise See2SoundError("worker-died", "The mixing process has ended unexpectedly.", "Look at its messages above.")
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            self.close()
            raise See2SoundError(*said["error"])
        return said
