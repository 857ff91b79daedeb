"""Write files completely or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import See2SoundError
from .scratch import create_file


def check_place(path: Path) -> None:
    """Errors `not-a-file` where a folder, a device or nothing at all is named instead of a file, and `folder-missing`.

    A folder that does not exist is not made: it may be mistyped.
    """
    try:
        wrong = not path.name or path.is_dir() or (path.exists() and not path.is_file())
    except (OSError, ValueError):  # a name that no file could have
        wrong = True
    if wrong:
        raise See2SoundError("not-a-file", f"{str(path)[:200]!r} is no place for a file.", "Give the name of a file to write.")
    if not path.parent.is_dir():
        raise See2SoundError(
            "folder-missing", f"There is no folder {str(path.parent)[:200]!r}.", "Make the folder first, or correct the path."
        )


@contextmanager
def scratch_file(path: Path) -> Iterator[Path]:
    """A new file beside `path` for something large that is removed at the end. Error: `folder-not-writable`."""
    check_place(path)
    with _file_beside(path, ".raw") as scratch:
        yield scratch


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A new file beside `path` to write to; it takes the place of `path` at the end, and vanishes if anything goes wrong.

    Error: `folder-not-writable`.
    """
    check_place(path)
    with _file_beside(path, ".part") as partial:
        yield partial
        partial.replace(path)


@contextmanager
def _file_beside(path: Path, suffix: str) -> Iterator[Path]:
    made: Path | None = None
    try:
        made = create_file(path.parent, suffix)
        yield made
    except OSError as error:
        raise not_writable(path, error) from error
    finally:
        if made is not None:
            with suppress(OSError):  # it may have taken the place of `path`
                made.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """UTF-8, with line ends as they are. Error: `folder-not-writable`."""
    with whole_file(path) as partial:
        partial.write_bytes(text.encode())


def check_writable(folder: Path) -> None:
    """Make a folder and see that files can be written into it, before long work begins. Error: `folder-not-writable`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        create_file(folder, ".part").unlink()
    except OSError as error:
        raise not_writable(folder, error) from error


def not_writable(path: Path, error: OSError) -> See2SoundError:
    """The error for a file that cannot be written."""
    why = error.strerror or str(error)
    return See2SoundError("folder-not-writable", f"{path} cannot be written: {why}.", "Choose another folder.")
