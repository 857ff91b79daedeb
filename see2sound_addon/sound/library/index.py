"""The index of recordings in SQLite: folders, files and the words that describe them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import See2SoundError
from ...paths import is_folder, usual_folder
from ...progress import Progress, no_progress
from .metadata import describe

PLACE = "SEE2SOUND_LIBRARY"
"""The environment variable that names the file of the index."""
SUFFIXES = frozenset((".wav", ".wave", ".bwf", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc"))
LARGEST_FILE = 4 << 30
"""Bytes; larger files are no clips."""
MOST_NOTES = 20
"""Files that are named one by one."""
BATCH = 200
"""Files between two commits: what was read stays, even if the work is cancelled."""
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS folders (id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY, folder INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE, path TEXT UNIQUE NOT NULL,
    changed INTEGER NOT NULL, size INTEGER NOT NULL, seconds REAL, channels INTEGER, rate INTEGER, level REAL, class TEXT,
    licence TEXT, words INTEGER, error TEXT
);
CREATE TABLE IF NOT EXISTS words (
    word TEXT NOT NULL, file INTEGER NOT NULL REFERENCES files(id) ON DELETE CASCADE, PRIMARY KEY (word, file)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS words_of_file ON words (file);
CREATE INDEX IF NOT EXISTS files_of_class ON files (class);
CREATE INDEX IF NOT EXISTS files_of_folder ON files (folder);
"""


@dataclass(frozen=True)
class Updated:
    """`added`, `removed`, `kept`: numbers of files. `notes`: what could not be read."""

    added: int
    removed: int
    kept: int
    notes: list[str] = field(default_factory=list)


def library_file() -> Path:
    """Where the index is: what SEE2SOUND_LIBRARY names, or the usual place."""
    return Path(os.environ.get(PLACE) or usual_folder() / "library.sqlite")


def opened(file: Path | None = None) -> closing[sqlite3.Connection]:
    """The index, made where it is missing. Error: `library-broken`."""
    file = file or library_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, timeout=20.0)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except (sqlite3.Error, OSError) as error:
        raise See2SoundError(
            "library-broken",
            f"The index of recordings {file} cannot be used: {error}.",
            "Delete it, and add your folders again.",
        ) from error
    return closing(connection)


def add_folder(folder: Path, progress: Progress = no_progress, file: Path | None = None) -> Updated:
    """Enter a folder and index it. Errors: `folder-missing`, `library-broken`, `library-inside`."""
    folder = folder.absolute()
    if not is_folder(folder):
        raise See2SoundError("folder-missing", f"There is no folder {folder}.", "Name a folder of recordings.")
    with opened(file) as index:
        for (known,) in index.execute("SELECT path FROM folders").fetchall():
            if folder != Path(known) and (folder.is_relative_to(known) or Path(known).is_relative_to(folder)):
                raise See2SoundError(
                    "library-inside", f"{folder} overlaps {known}, which is in the library.", "Remove one of them first."
                )
        index.execute("INSERT OR IGNORE INTO folders (path) VALUES (?)", (str(folder),))
        index.commit()
        return _update(index, [folder], progress)


def update(progress: Progress = no_progress, file: Path | None = None) -> Updated:
    """Bring the index up to date with its folders, by the times and sizes of files. Error: `library-broken`."""
    with opened(file) as index:
        folders = [Path(path) for (path,) in index.execute("SELECT path FROM folders ORDER BY path")]
        return _update(index, folders, progress)


def remove_folder(folder: Path, file: Path | None = None) -> int:
    """Take a folder out of the index; its files stay where they are. Returns their number. Error: `folder-missing`."""
    with opened(file) as index:
        row = index.execute("SELECT id FROM folders WHERE path = ?", (str(folder.absolute()),)).fetchone()
        if row is None:
            raise See2SoundError(
                "folder-missing", f"{folder} is not in the library.", "`see2sound library list` shows its folders."
            )
        (count,) = index.execute("SELECT count(*) FROM files WHERE folder = ?", row).fetchone()
        index.execute("DELETE FROM folders WHERE id = ?", row)
        index.commit()
        return int(count)


def folders(file: Path | None = None) -> list[tuple[Path, int, int]]:
    """The folders, each with the number of its recordings and of files that cannot be read."""
    with opened(file) as index:
        rows = index.execute(
            "SELECT folders.path, count(files.id) - count(files.error), count(files.error) FROM folders "
            "LEFT JOIN files ON files.folder = folders.id GROUP BY folders.id ORDER BY folders.path"
        )
        return [(Path(path), good, bad) for path, good, bad in rows]


def _update(index: sqlite3.Connection, wanted: list[Path], progress: Progress) -> Updated:
    added, removed, kept, notes = 0, 0, 0, []
    for folder in wanted:
        (key,) = index.execute("SELECT id FROM folders WHERE path = ?", (str(folder),)).fetchone()
        known = {path: (changed, size) for path, changed, size in index.execute(
            "SELECT path, changed, size FROM files WHERE folder = ?", (key,)
        )}  # fmt: skip
        if not is_folder(folder):
            notes.append(f"{folder} is not there; its {len(known)} recordings are kept in the index.")
            kept += len(known)
            continue
        found = {str(path): facts for path, facts in _files(folder, notes)}
        gone = [path for path in known if path not in found]
        new = [path for path, facts in found.items() if known.get(path) != facts]
        index.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in [*gone, *new]])
        for number, path in enumerate(new):
            if number % BATCH == 0:
                index.commit()
                progress(f"Indexing {folder.name}", number, len(new))
            error = _enter(index, key, Path(path), found[path])
            if error:
                notes.append(error)
        index.commit()
        added, removed, kept = added + len(new), removed + len(gone), kept + len(found) - len(new)
    progress("Indexed", 1, 1)
    more = len(notes) - MOST_NOTES
    return Updated(added, removed, kept, notes[:MOST_NOTES] + ([f"{more} more files cannot be read."] if more > 0 else []))


def _enter(index: sqlite3.Connection, folder: int, path: Path, facts: tuple[int, int]) -> str:
    """Enter one file; one that cannot be read is remembered, so that it is not tried again. Returns why it cannot."""
    try:
        one = describe(path)
    except See2SoundError as error:
        index.execute(
            "INSERT INTO files (folder, path, changed, size, error) VALUES (?, ?, ?, ?, ?)",
            (folder, str(path), *facts, error.message),
        )
        return error.message
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror or error}."
    row = index.execute(
        "INSERT INTO files (folder, path, changed, size, seconds, channels, rate, level, class, licence, words) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (folder, str(path), *facts, one.seconds, one.channels, one.rate, one.level, one.name, one.licence, len(one.words)),
    )
    index.executemany("INSERT INTO words (word, file) VALUES (?, ?)", [(word, row.lastrowid) for word in one.words])
    return ""


def _files(folder: Path, notes: list[str]) -> Iterator[tuple[Path, tuple[int, int]]]:
    """The audio files below a folder with their times and sizes; links in circles are followed once."""
    seen: set[tuple[int, int]] = set()
    for root, inside, names in os.walk(folder, onerror=lambda error: notes.append(_why(error)), followlinks=True):
        facts = Path(root).stat()
        if (facts.st_dev, facts.st_ino) in seen:
            inside.clear()
            continue
        seen.add((facts.st_dev, facts.st_ino))
        inside[:] = sorted(name for name in inside if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if path.suffix.lower() not in SUFFIXES or name.startswith("."):
                continue
            try:
                own = path.stat()
            except OSError as error:
                notes.append(_why(error))
                continue
            if own.st_size <= LARGEST_FILE:
                yield path, (own.st_mtime_ns, own.st_size)


def _why(error: OSError) -> str:
    return f"{error.filename} cannot be read: {error.strerror or error}."
