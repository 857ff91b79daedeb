"""Where the index of the artist's recordings is, and what the panels know of it. Light: panels draw with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import bpy

from .sources import PACKAGE

PLACE = "SEE2SOUND_LIBRARY"
"""The environment variable that `sound.library.index` reads; workers inherit it."""
_set: list[str] = []


def register() -> None:
    """Keep the index in the extension's own folder, unless the user names another place."""
    if PACKAGE.startswith("bl_ext.") and not os.environ.get(PLACE):
        os.environ[PLACE] = str(Path(bpy.utils.extension_path_user(PACKAGE, path="")) / "library.sqlite")
        _set.append(os.environ[PLACE])


def unregister() -> None:
    """Forget the place."""
    while _set:
        if os.environ.get(PLACE) == _set.pop():
            del os.environ[PLACE]


def file() -> Path:
    """The index; it may not be there yet."""
    from ..sound.library.index import library_file

    return library_file()


class Found(NamedTuple):
    """A recording that was found; see `sound.library.search.Hit`."""

    path: str
    seconds: float
    score: float
    licence: str


def search(prompt: str, most: int) -> list[Found]:
    """The recordings that fit a prompt best. Error: `library-broken`."""
    from ..sound.library.search import search

    return [Found(str(hit.file), hit.seconds, hit.score, hit.licence) for hit in search(prompt, most) if hit.file.is_file()]


def folders() -> list[tuple[Path, int]]:
    """The folders of the library with the number of their recordings. Error: `library-broken`."""
    from ..sound.library.index import folders

    return [(path, good) for path, good, _ in folders()]


def remove_folder(folder: Path) -> None:
    """Take a folder out of the library. Errors: `folder-missing`, `library-broken`."""
    from ..sound.library.index import remove_folder

    remove_folder(folder)
