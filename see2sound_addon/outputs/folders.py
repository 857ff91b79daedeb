"""Folders that are whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import See2SoundError
from ..media.files import not_writable
from ..media.scratch import new_name, temporary_folder


@contextmanager
def whole_folder(path: Path, mark: str) -> Iterator[Path]:
    """A new folder beside `path`, which takes its place at the end, and vanishes if anything goes wrong.

    One that is there is replaced if it is empty, or holds the file `mark`, by which we know what we have made ourselves.
    Errors: `folder-not-writable`, `folder-not-empty`, `folder-missing`.
    """
    _check(path, mark)
    try:
        with temporary_folder(path.parent) as scratch:
            made = scratch / path.name
            made.mkdir()
            yield made
            if path.exists():
                path.rename(scratch / new_name(".old"))
            made.rename(path)
    except OSError as error:
        raise not_writable(path, error) from error


def _check(path: Path, mark: str) -> None:
    if not path.name or not path.parent.is_dir():
        raise See2SoundError(
            "folder-missing", f"There is no folder {str(path.parent)[:200]!r}.", "Make the folder first, or correct the path."
        )
    if path.exists() and not (path.is_dir() and ((path / mark).is_file() or not any(path.iterdir()))):
        raise See2SoundError(
            "folder-not-empty", f"{str(path)[:200]!r} is there already, and not made by See2Sound.", "Choose another folder."
        )
