"""Safe questions about paths from untrusted files, which may not be valid paths."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether there is a file. `Path.is_file` raises OSError for a name that is too long for any file; this does not."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_same_file(path: Path, other: Path) -> bool:
    """Whether both paths lead to one existing file."""
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False


def usual_folder() -> Path:
    """Where the shell keeps detectors, the neural environment and models."""
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "see2sound"
