"""The file of arrays beside a plan: NumPy's .npz without pickles, with its sizes checked before reading."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from ..errors import See2SoundError
from ..media.files import whole_file
from ..paths import is_file
from .bounds import MOST_NUMBERS

ArrayFile = dict[str, np.ndarray]
"""Arrays by the names that a plan refers to."""


def write_arrays(path: Path, arrays: ArrayFile) -> str:
    """Write a file of float64 arrays; its name. Error: `folder-not-writable`."""
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    return path.name


def open_arrays(name: Any, folder: Path) -> ArrayFile:
    """Read the file of arrays that a plan in `folder` names. Errors: `plan-arrays`, `plan-too-large`."""
    if not isinstance(name, str) or Path(name).name != name or name in (".", ".."):
        raise _wrong("The plan's file of arrays must be a file name without a folder")
    path = folder / name
    if not is_file(path):
        raise _wrong(f"The plan's file of arrays is missing: {str(path)[:300]}")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, name)
        with np.load(path, allow_pickle=False) as file:
            return {key: np.asarray(file[key], float) for key in file.files}
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _wrong(f"{name} cannot be read as a file of arrays") from error


def _check_sizes(archive: zipfile.ZipFile, name: str) -> None:
    numbers = 0
    for item in archive.infolist():
        with archive.open(item) as member:
            shape, kind = _header(member)
        if kind.kind not in "fiu" or kind.itemsize > 8:
            raise _wrong(f"{name} holds {item.filename[:60]!r}, which is no array of numbers")
        numbers += int(np.prod([int(length) for length in shape], dtype=object)) if shape else 1
        if item.file_size > 8 * MOST_NUMBERS + 2**20:
            numbers = MOST_NUMBERS + 1
        if numbers > MOST_NUMBERS:
            raise See2SoundError(
                "plan-too-large",
                f"{name} holds more than {MOST_NUMBERS // 10**6} million numbers.",
                "Use a shorter plan, or fewer sources.",
            )


def _header(member: Any) -> tuple[tuple[int, ...], np.dtype]:
    version = npy.read_magic(member)  # type: ignore[no-untyped-call]
    read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError("unknown version")
    shape, _, kind = read(member)  # type: ignore[no-untyped-call]
    return shape, kind


def _wrong(what: str) -> See2SoundError:
    return See2SoundError("plan-arrays", f"{what}.", "Export the plan again, and keep both files together.")
