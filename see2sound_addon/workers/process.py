"""Start a worker process, follow its progress, cancel it, and turn each failure into an error."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from .. import logs
from ..errors import See2SoundError
from ..media.scratch import create_file
from ..progress import Progress, no_progress
from .messages import Request, Result, from_message, to_message

LOGGER = logging.getLogger(__name__)
PACKAGE_ROOT = Path(__file__).resolve().parents[2]
SILENCE = 30.0
"""Seconds without a message after which a worker is killed; the first one includes starting Python."""
GRACE = 2.0
"""Seconds that a worker may take to end before it is killed."""
LONGEST_POLL = 2.0
"""Maximum seconds between two polls that count as silence."""
ALIVE = b'{"alive": true}'
LOW_PRIORITY = 15
"""Of 19, as `nice` has it."""
TICK = 0.2
"""Seconds between two checks for cancellation."""
LONGEST_LINE = 2**26


NEEDED = {
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TMP", "TEMP", "LANG", "LANGUAGE", "TZ", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR",
    "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION", "XDG_DATA_HOME", "SEE2SOUND_KERNEL", "SEE2SOUND_LIBRARY",
    "SEE2SOUND_WORDS", logs.VARIABLE,
}  # fmt: skip
"""Environment variables that other processes receive: paths, folders, language, devices."""
NEEDED_PREFIXES = ("LC_", "OMP_", "OPENBLAS_", "MKL_", "VECLIB_", "NUMEXPR_", "CUDA_", "PYTORCH_")
FOR_NETWORK = {
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE", "HF_TOKEN", "HF_HOME", "HF_ENDPOINT", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
}  # fmt: skip
NETWORK_PREFIXES = ("PIP_",)


def handed_over(network: bool) -> dict[str, str]:
    """The environment variables for another process. `network`: also those for downloads, such as proxies and tokens."""
    names = NEEDED | (FOR_NETWORK if network else set())
    prefixes = NEEDED_PREFIXES + (NETWORK_PREFIXES if network else ())
    return {name: value for name, value in os.environ.items() if name.upper() in names or name.upper().startswith(prefixes)}


def give_way(pid: int = 0, priority: int = LOW_PRIORITY) -> None:
    """Let a process, or this one, leave the processor to others, where the system can do that. It stays so to its end."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, priority)


class Worker:
    """A process that does one task at a time.

    `python`: path of the Python, None for the current one with its libraries. `environment_more`: variables for it; `network`:
    whether it may download, see `handed_over`. `gives_way`: whether it leaves the processor to other processes.
    `poll` returns at once, `wait` blocks. Use it as a context manager, or `close` it.
    """

    def __init__(
        self,
        python: str | os.PathLike[str] | None = None,
        environment_more: dict[str, str] | None = None,
        network: bool = False,
        gives_way: bool = False,
    ) -> None:
        environment = handed_over(network)
        # The current Python finds its libraries wherever Blender installed them; another Python has its own.
        paths = [str(PACKAGE_ROOT), *(sys.path if python is None else [])]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        environment.update(PYTHONIOENCODING="utf-8", PYTHONUNBUFFERED="1")
        environment.update(environment_more or {})
        try:
            self.log, self._failed = create_file(Path(tempfile.gettempdir()), ".log"), False
        except OSError as error:
            raise See2SoundError(
                "worker-start", f"The log of a worker cannot be written: {error}.", "Make room in the temporary folder."
            ) from error
        with self.log.open("wb") as log:
            program = os.fspath(python or sys.executable)
            try:
                self._process = subprocess.Popen(
                    [program, "-m", f"{__package__.split('.')[-2]}.jobs.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=environment,
                    cwd=PACKAGE_ROOT,  # "-m" looks for modules where it starts, and that must not be an untrusted folder
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                    start_new_session=os.name == "posix",  # its child processes end with it
                )
            except OSError as error:
                log.close()
                self.log.unlink()
                raise See2SoundError("worker-start", f"{program} cannot be started: {error}.", "Set it up again.") from error
        if gives_way:
            give_way(self._process.pid)
        LOGGER.info("started worker %d: %s", self._process.pid, program)
        self._lines: Queue[bytes | None] = Queue()
        self._heard = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        self._reset()
        self.busy = False
        self._expected: type = object

    def start(self, request: Request[Any]) -> None:
        """Begin a task. Error: `task-data` for data that JSON cannot carry; nothing is started then."""
        try:
            line = json.dumps({"task": request.task, "data": to_message(request)}, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise See2SoundError(
                "task-data", f"The job {request.task!r} cannot be started: {error}.", "Report this, with the scene."
            ) from error
        LOGGER.info("worker %d begins %s", self._process.pid, request.task)
        self._reset()
        self._expected = request.result
        self.busy = True
        self._write(line)

    def _reset(self) -> None:
        self._silent_for, self._polled = 0.0, time.monotonic()
        self._last = ("Starting", 0, 1)

    def poll(self, progress: Progress = no_progress) -> Any:
        """The result of the request, or None while there is none.

        Errors: the task's own, `worker-died`, `worker-rubbish`, `worker-hangs`.
        """
        while True:
            try:
                line = self._lines.get_nowait()
            except Empty:
                self._listen(progress)
                return None
            if line is None:
                raise self._failure("worker-died", f"The worker stopped unexpectedly ({self._ending()}).")
            result = self._take(line, progress)
            if result is not None:
                self.busy = False
                return result

    def _listen(self, progress: Progress) -> None:
        """Measure the time without messages. Time in which this process was stopped too, as in sleep, does not count."""
        now = time.monotonic()
        self._silent_for += min(now - self._polled, LONGEST_POLL)
        self._polled = now
        if self._heard.is_set():
            self._heard.clear()
            self._silent_for = 0.0
            progress(*self._last)  # repeated, because the callback may cancel the work
        elif self._silent_for > SILENCE:
            self.kill()
            raise self._failure("worker-hangs", f"The worker has given no sign of life for {SILENCE:.0f} s.")

    def wait(self, progress: Progress = no_progress) -> Any:
        """Wait for the result of the request. If `progress` raises, end the worker and re-raise."""
        while True:
            try:
                result = self.poll(progress)
            except See2SoundError:
                raise
            except BaseException:
                self.close()
                raise
            if result is not None:
                return result
            time.sleep(0.01)

    def ask(self, request: Request[Result], progress: Progress = no_progress) -> Result:
        """Begin a task and wait for its result. Errors: those of `start` and `poll`."""
        self.start(request)
        result: Result = self.wait(progress)
        return result

    def cancel(self) -> None:
        """Ask the task to stop at its next step; `poll` then raises the error `cancelled`."""
        self._write(json.dumps({"cancel": True}))

    def kill(self) -> None:
        """Kill the process and its child processes."""
        if os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def hang_up(self) -> None:
        """Ask the process to end, without waiting for it."""
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def close(self) -> None:
        """End the process, by force after a while, and remove its log, unless an error has named the log."""
        self.hang_up()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.kill()
        self.busy = False
        if not self._failed:
            with suppress(OSError):
                self.log.unlink(missing_ok=True)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self, line: bytes, progress: Progress) -> Any:
        try:
            message = json.loads(line)
            if "progress" in message:
                label, done, total = message["progress"]
                self._last = (str(label), int(done), int(total))
                progress(*self._last)
                return None
            if "error" in message:
                error = See2SoundError(*(str(message["error"][key]) for key in ("code", "message", "hint")))
            else:
                return from_message(self._expected, message["result"])
        except (ValueError, KeyError, TypeError) as wrong:
            self.kill()
            raise self._failure("worker-rubbish", f"Invalid reply from the worker: {line[:60]!r}.") from wrong
        self.busy = False
        raise error

    def _write(self, line: str) -> None:
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            pass  # it has ended; `poll` reports that

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout:
            while line := self._process.stdout.readline(LONGEST_LINE):
                self._heard.set()
                if line.strip() != ALIVE:  # an idle worker would pile them up
                    self._lines.put(line)
        self._lines.put(None)

    def _ending(self) -> str:
        code = self._process.wait()
        return f"killed by signal {-code}" if code < 0 else f"exit {code}"

    def _failure(self, code: str, message: str) -> See2SoundError:
        LOGGER.warning("worker %d: %s", self._process.pid, message)
        self.busy, self._failed = False, True
        try:
            last = [text for text in self.log.read_text(errors="replace").splitlines() if text.strip()][-1:]
        except OSError:
            last = []
        hint = f"The last line of its log, {self.log}: {last[0][:200]}" if last else "Try again."
        return See2SoundError(code, message, hint)


def run_program(command: list[str], take_line: Callable[[str], object], code: str, tick: Callable[[], object]) -> None:
    """Run a program to its end. Pass each printed line to `take_line` and call `tick` regularly; if either raises, kill the
    program.

    Error: `code`, with the last line, if the program fails.
    """
    lines: Queue[bytes | None] = Queue()
    last = ""
    try:
        program = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=PACKAGE_ROOT,
            env=handed_over(network=True), creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except OSError as error:
        raise See2SoundError(code, f"{command[0]} cannot be started: {error}.", "Set it up again.") from error

    def read() -> None:
        assert program.stdout is not None
        with program.stdout:
            for raw in program.stdout:
                lines.put(raw)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        while True:
            try:
                raw = lines.get(timeout=TICK)
            except Empty:
                tick()
                continue
            if raw is None:
                break
            line = raw.decode(errors="replace").rstrip()
            last = line or last
            take_line(line)
    except BaseException:
        program.kill()
        raise
    finally:
        program.wait()
    if program.returncode:
        raise See2SoundError(code, f"{Path(command[0]).name} failed: {last[:300]}", "Try again; what was downloaded is kept.")
