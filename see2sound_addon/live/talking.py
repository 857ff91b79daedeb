"""A process that makes sound while others work: it is told what to do, and answers, in JSON objects a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import Any

from ..errors import See2SoundError
from ..workers.process import PACKAGE_ROOT, handed_over

FOR_SOUND = {
    "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "PULSE_SERVER", "PULSE_COOKIE", "PULSE_SINK", "PIPEWIRE_REMOTE",
    "PIPEWIRE_RUNTIME_DIR", "JACK_DEFAULT_SERVER", "ALSA_CONFIG_PATH",
}  # fmt: skip
"""Environment variables by which audio devices are found."""


class SoundProcess:
    """A running process of this package. `module`: its name in `live`. Error: `worker-start`."""

    def __init__(self, module: str) -> None:
        environment = handed_over(False) | {name: os.environ[name] for name in FOR_SOUND if name in os.environ}
        package = __package__.split(".")[-2]  # inside Blender, this package lies in others
        environment["PYTHONPATH"] = os.pathsep.join([str(PACKAGE_ROOT), *(path for path in sys.path if path)])
        environment.update(PYTHONIOENCODING="utf-8", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"{package}.live.{module}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env=environment, cwd=PACKAGE_ROOT, text=True, encoding="utf-8",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except OSError as error:
            raise See2SoundError(
                "worker-start", f"{sys.executable} cannot be started: {error}.", "Install it again."
            ) from error
        self._lock = threading.Lock()

    def say(self, message: dict[str, Any]) -> None:
        """Tell the process; nothing happens if it has ended, for `hear` says why."""
        assert self._process.stdin is not None
        with self._lock:
            try:
                self._process.stdin.write(json.dumps(message) + "\n")
                self._process.stdin.flush()
            except (OSError, ValueError):
                return

    def hear(self) -> dict[str, Any]:
        """What the process says next. Errors: those that it reports, `worker-died`."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise See2SoundError(
                "worker-died", "The process that mixes has ended unexpectedly.", "Look at its messages in the console."
            )
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            self.close()
            raise See2SoundError(*said["error"])
        return said

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
