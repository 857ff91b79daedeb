"""The main loop of a worker process: one task after another, one JSON object per line.

In, a line each: {"task": name, "data": {...}} or {"cancel": true}. Out: {"alive": true}, {"progress": [label, done, total]},
and at the end of a task {"result": {...}} or {"error": {"code", "message", "hint"}}. Whatever else is printed goes to the
log.

Run as `python -m see2sound_addon.jobs.worker`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from queue import Queue
from typing import Any

from .. import logs
from ..errors import Cancelled, See2SoundError
from ..workers.messages import from_message, to_message
from .requests import FreeNeural
from .tasks import find_task, perform

HEARTBEAT = 1.0
"""Seconds between heartbeats. They come from a separate thread, so that only a process that is stuck as a whole sends none."""


class Channel:
    """Send lines from any thread, and receive requests and cancellations."""

    def __init__(self) -> None:
        # A private copy of standard output; what libraries print goes to the log.
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self.requests: Queue[dict[str, Any] | None] = Queue()
        self.cancelled = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._beat, daemon=True).start()

    def send(self, message: dict[str, Any]) -> None:
        """Write one line. If the parent process has ended, end this one."""
        with self._lock:
            try:
                self._out.write(json.dumps(message) + "\n")
                self._out.flush()
            except (BrokenPipeError, ValueError):
                os._exit(1)

    def progress(self, label: str, done: int, total: int) -> None:
        """The progress callback of tasks. Error: Cancelled."""
        if self.cancelled.is_set():
            raise Cancelled
        self.send({"progress": [label, done, total]})

    def _listen(self) -> None:
        for line in sys.stdin:
            request = json.loads(line)
            if request.get("cancel"):
                self.cancelled.set()
            else:
                self.cancelled.clear()  # a late cancellation was meant for the previous task
                self.requests.put(request)
        self.cancelled.set()
        self.requests.put(None)

    def _beat(self) -> None:
        while True:
            time.sleep(HEARTBEAT)
            self.send({"alive": True})


def main() -> None:
    """Serve until standard input ends."""
    logs.set_level_from_environment()
    channel = Channel()
    while (request := channel.requests.get()) is not None:
        channel.send(_answer(request, channel))
    perform(FreeNeural())


def _answer(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    try:
        task = find_task(request["task"])
        try:
            asked = from_message(task.request, request["data"])
        except (TypeError, ValueError, KeyError) as error:
            message = f"The job {request['task']!r} cannot be started: {error}."
            raise See2SoundError("task-data", message, "Install See2Sound again.") from error
        return {"result": to_message(task.do(asked, channel.progress))}
    except Cancelled:
        return {"error": {"code": "cancelled", "message": "Cancelled.", "hint": ""}}
    except See2SoundError as error:
        return {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
    except MemoryError:
        return {
            "error": {
                "code": "out-of-memory",
                "message": "Out of memory.",
                "hint": "Close other programs, or use a shorter scene.",
            }
        }


if __name__ == "__main__":
    main()
