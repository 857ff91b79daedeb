"""Temporary files and folders with random names, and the removal of those that killed processes have left."""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MACHINE = f"{zlib.crc32(platform.node().encode()):08x}"
_NAME = re.compile(r"\.see2sound_([0-9a-f]{8})_(\d+)_[0-9a-f]{16}(\.[a-z]+)?")
OLD = 86400.0
"""Seconds after which a leftover is removed where processes cannot be asked for."""
_swept: set[Path] = set()


def new_name(suffix: str = "") -> str:
    """A file name that holds this machine, this process and a random number."""
    return f".see2sound_{_MACHINE}_{os.getpid()}_{secrets.token_hex(8)}{suffix}"


def create_file(folder: Path, suffix: str) -> Path:
    """An empty new file in `folder`. It never follows a link and never opens a file that exists. Error: OSError."""
    sweep_once(folder)
    path = folder / new_name(suffix)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return path


@contextmanager
def temporary_folder(folder: Path | None = None) -> Iterator[Path]:
    """A new folder in `folder`, or in the system's temporary folder, that is removed at the end. Error: OSError."""
    folder = Path(tempfile.gettempdir()) if folder is None else folder
    sweep_once(folder)
    path = folder / new_name()
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep_once(folder: Path) -> None:
    """`sweep`, the first time that this process uses a folder."""
    folder = folder.absolute()
    if folder not in _swept:
        _swept.add(folder)
        sweep(folder)


def sweep(folder: Path) -> list[str]:
    """Remove temporary files and folders in `folder` whose process has ended; their names."""
    removed: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _NAME.fullmatch(entry.name)
            if found is None or not _is_left_over(entry, found[1], int(found[2])):
                continue
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    Path(entry.path).unlink()
                removed.append(entry.name)
    return removed


def _is_left_over(entry: os.DirEntry[str], machine: str, process: int) -> bool:
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    by_age = os.name != "posix" or machine != _MACHINE or entry.name.endswith(".log")  # an error may have named the log
    if by_age:
        return time.time() - facts.st_mtime > OLD
    if facts.st_uid != os.getuid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False
