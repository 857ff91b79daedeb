"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import See2SoundError


def check_place(path: Path) -> None:
    """Error `not-a-file` where a folder, a device or nothing at all is named instead of a file."""
    if not path.name or path.is_dir() or (path.exists() and not path.is_file()):
        raise See2SoundError("not-a-file", f"{str(path)!r} is no place for a file.", "Give the name of a file to write.")


@contextmanager
def scratch_file(path: Path) -> Iterator[Path]:
    """A path beside `path` for something large that is gone at the end. Error: `folder-not-writable`."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.raw")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield scratch
    except OSError as error:
        raise not_writable(path, error) from error
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` at the end, and vanishes if anything goes wrong.

    Error: `folder-not-writable`.
    """
    check_place(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(path)
    except OSError as error:
        raise not_writable(path, error) from error
    finally:
        with suppress(OSError):  # where nothing could be written there is nothing to clear away
            partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """UTF-8, with line ends as they are. Error: `folder-not-writable`."""
    with whole_file(path) as partial:
        partial.write_bytes(text.encode())


def check_writable(folder: Path) -> None:
    """Make a folder and see that files can be written into it, before long work begins. Error: `folder-not-writable`."""
    trial = folder / f".see2sound.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise not_writable(folder, error) from error


def not_writable(path: Path, error: OSError) -> See2SoundError:
    """The error for a file that cannot be written."""
    why = error.strerror or str(error)
    return See2SoundError("folder-not-writable", f"{path} cannot be written: {why}.", "Choose another folder.")
