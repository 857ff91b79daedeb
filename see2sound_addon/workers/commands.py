"""Run the shell command in processes of their own, which end when they are told to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading

from ..errors import See2SoundError
from .process import PACKAGE_ROOT, handed_over

LAST = 400
"""Characters of an error that are shown."""


class Stopped(threading.Event):
    """Set to end all that runs."""


def usual_command() -> list[str]:
    """The shell command by this Python."""
    return [sys.executable, "-m", f"{__package__.split('.')[-2]}.cli"]


def run_command(command: list[str], arguments: list[str], stopped: Stopped) -> str:
    """Run a shell command with arguments; "" if it succeeded, else its last line. Error: `worker-start`."""
    if stopped.is_set():
        return "stopped"
    environment = handed_over(False) | {"PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = os.pathsep.join([str(PACKAGE_ROOT), *(path for path in sys.path if path)])
    try:
        process = subprocess.Popen(
            [*command, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=environment, text=True, encoding="utf-8", errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except OSError as error:
        raise See2SoundError("worker-start", f"{command[0]} cannot be started: {error}.", "Install it again.") from error
    said = ""
    while True:
        try:
            said, _ = process.communicate(timeout=0.2)
            break
        except subprocess.TimeoutExpired:
            if stopped.is_set():
                process.kill()
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if process.returncode == 0:
        return ""
    return (lines[-1][-LAST:] if lines else f"it ended with {process.returncode}").removeprefix("see2sound: ")


def find_program(name: str, variable: str) -> str | None:
    """The path of a program that is not ours: from an environment variable, or on PATH."""
    return os.environ.get(variable) or shutil.which(name)


def run_program(command: list[str], whole: bool = False) -> tuple[bool, str]:
    """Whether a program failed, and the first line of what it said, or with `whole` all that it said."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            errors="replace", check=False, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except OSError as error:
        return True, str(error)
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return done.returncode != 0, done.stdout if whole else (lines[0][:LAST] if lines else f"it ended with {done.returncode}")
