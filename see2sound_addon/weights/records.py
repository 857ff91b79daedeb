"""Records of downloads: which files a model folder has, their sizes and their hashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import See2SoundError
from ..paths import is_file
from .fetch import file_hash

RECORD = "see2sound.json"
"""What was downloaded: the repository, its revision, and every file's size and hash."""
LARGEST_JSON = 64 * 2**20
"""Bytes of a file of settings that is read."""


def record_files(folder: Path, repository: str, revision: str) -> None:
    """Write down what a download brought, to be checked before every loading."""
    files = {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": file_hash(path)}
        for path in _downloaded(folder)
    }
    text = json.dumps({"repository": repository, "revision": revision, "files": files}, indent=1)
    (folder / RECORD).write_text(text, encoding="utf-8")


def _downloaded(folder: Path) -> list[Path]:
    """All files of a model but the record itself."""
    files = (path for path in sorted(folder.rglob("*")) if is_file(path) and path != folder / RECORD)
    return [path for path in files if ".cache" not in path.relative_to(folder).parts]


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file, or None if there is no file. Error: `model-incomplete`."""
    if not is_file(path):
        return None
    read = load_json(path)
    if not isinstance(read, dict):
        raise _unreadable(path, "it is no object")
    return read


def load_json(path: Path) -> Any:
    """What a JSON file of a model holds. Error: `model-incomplete`."""
    try:
        if path.stat().st_size > LARGEST_JSON:
            raise ValueError("it is too large")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, why: str) -> See2SoundError:
    message = f"{path.name} of {path.parent.name} cannot be read: {why}."
    return See2SoundError("model-incomplete", message, "Download the model again.")


def check_record(folder: Path) -> None:
    """Compare names and sizes of all files with the record, if there is one. Error: `model-incomplete`."""
    record = read_json(folder / RECORD)
    if record is None:
        return  # a folder of the artist's own
    files = _recorded(record)
    for path in _downloaded(folder):
        if path.relative_to(folder).as_posix() not in files:
            message = f"{path.name} of {folder.name} is not in the record of the download."
            raise See2SoundError("model-incomplete", message, "Download the model again.")
    for name, facts in files.items():
        path = folder / name
        if not is_file(path) or path.stat().st_size != facts.get("size"):
            message = f"{name} of {folder.name} is not what was downloaded."
            raise See2SoundError("model-incomplete", message, "Download the model again.")


def _recorded(record: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    files = (record or {}).get("files", {})
    good = isinstance(files, dict) and all(isinstance(facts, dict) for facts in files.values())
    if not good or any(Path(name).is_absolute() or ".." in Path(name).parts for name in files):
        raise See2SoundError("model-incomplete", f"{RECORD} is no record of a download.", "Download the model again.")
    return files


def check_hashes(folder: Path) -> None:
    """Compare every file with its record, which takes a second a gigabyte. Error: `model-changed`."""
    record = read_json(folder / RECORD)
    for name, facts in _recorded(record).items():
        if not is_file(folder / name) or file_hash(folder / name) != facts.get("sha256"):
            raise See2SoundError(
                "model-changed", f"{name} of {folder.name} has changed since its download.", "Download the model again."
            )
