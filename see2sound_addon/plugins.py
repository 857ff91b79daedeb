"""Python files in which other add-ons bring backends. Light: an add-on names its file when Blender starts.

Such a file has a function `register(api)`, which calls `api.register_backend(step, name, backend)`; `api` is
`see2sound_addon.api`. The file is loaded when a backend is first needed, in Blender's process or in a worker.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_files: list[Path] = []


def add_plugin(path: Path) -> None:
    """Name a file that registers backends."""
    path = Path(path).absolute()
    if path not in _files:
        _files.append(path)


def remove_plugin(path: Path) -> None:
    """Take a file back, and the backends that it has registered."""
    path = Path(path).absolute()
    if path in _files:
        _files.remove(path)
    loaded: Any = sys.modules.get(f"{__package__}.backends")
    if loaded is not None:
        loaded.unload_plugin(path)


def plugin_files() -> tuple[Path, ...]:
    """All files that are named."""
    return tuple(_files)
