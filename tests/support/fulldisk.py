"""The shell command where there is no room."""

import resource
import subprocess
import sys

ROOM = 150_000
"""Bytes that a file may have: less than any output of the tests, more than a plan."""


def run_on_full_disk(arguments):
    """The shell command in a process that may write no larger file, as on a disk that is full."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))  # noqa: E731
    command = [sys.executable, "-m", "see2sound_addon.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, preexec_fn=limit)
