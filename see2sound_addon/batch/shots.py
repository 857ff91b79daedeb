"""The list of shots: a table of what to make of which picture, video or scene."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from .. import __version__
from ..errors import See2SoundError
from ..paths import is_file
from ..planfile import read_plan

MOST_SHOTS = 100_000
LARGEST_LIST = 2**26
"""Bytes."""
OPTIONS = {
    "run": (
        "duration", "max-sources", "fov", "horizon", "camera-height", "seed", "eye", "voice-unknown", "panorama", "frames",
        "rate", "still-camera", "level-by-movement", "keep-sound",
    ),
    "scene": ("idle", "seed", "no-acoustics", "film"),
    "mix": ("layout", "sofa", "bits", "loudness", "ceiling", "format", "bake", "fps", "by-label", "no-acoustics"),
    "render": ("layout", "sofa", "bits", "loudness", "ceiling", "format", "bake", "fps", "by-label"),
}  # fmt: skip
"""Columns beside `input` and `out` that are options of each verb."""
FLAGS = {
    "voice-unknown", "still-camera", "level-by-movement", "keep-sound", "idle", "no-acoustics", "film", "bake", "by-label",
}  # fmt: skip
"""Options without a value: `yes` or `no` in the list."""
KNOWN = {"input", "out", "layout", *(name for names in OPTIONS.values() for name in names)}


@dataclass(frozen=True)
class Shot:
    """A row of the list. `number`: from 1. `input`: a path as it is written; `path`: from where the list lies.

    `out`: the name in the folder of results. `verb`: of the shell, with its `options`.
    """

    number: int
    input: str
    path: Path
    out: str
    verb: str
    options: tuple[tuple[str, str], ...]

    def arguments(self, target: Path) -> list[str]:
        """For the shell command."""
        given: list[str] = []
        for name, value in self.options:
            given += [f"--{name}"] if name in FLAGS else [f"--{name}={value}"]
        return [self.verb, str(self.path), "--out", str(target), *given]

    def fingerprint(self) -> str:
        """What the result depends on: the content of the input, the options and the version."""
        digest = hashlib.sha256(repr((__version__, self.verb, self.out, self.options)).encode())
        for path in files_of(self.path):
            digest.update(path.name.encode(errors="surrogateescape"))
            with path.open("rb") as file:
                while block := file.read(2**20):
                    digest.update(block)
        return digest.hexdigest()


def read_shots(path: Path) -> list[Shot]:
    """All rows. Errors: `shots-missing`, `shots-wrong` with the row."""
    if not is_file(path):
        raise See2SoundError("shots-missing", f"There is no list of shots at {str(path)[:200]!r}.", "Check the path.")
    if path.stat().st_size > LARGEST_LIST:
        raise _wrong(path, 0, "it is too large")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = [name.strip() if name else "" for name in reader.fieldnames or []]
            _check_columns(path, columns)
            reader.fieldnames = columns
            shots = [_shot(path, number, row) for number, row in enumerate(reader, 1)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _wrong(path, 0, str(error)) from error
    if not shots or len(shots) > MOST_SHOTS:
        raise _wrong(path, 0, "it has no shots" if not shots else f"it has more than {MOST_SHOTS} shots")
    first: dict[str, int] = {}
    for shot in shots:
        if first.setdefault(shot.out.casefold(), shot.number) != shot.number:
            raise _wrong(path, shot.number, f"{shot.out!r} is also the output of row {first[shot.out.casefold()]}")
    return shots


def _check_columns(path: Path, columns: list[str]) -> None:
    if "input" not in columns:
        raise _wrong(path, 0, "it has no column 'input'")
    for name in columns:
        if name not in KNOWN:
            raise _wrong(path, 0, f"there is no option {name!r}; known are {', '.join(sorted(KNOWN))}")
    if len(set(columns)) != len(columns):
        raise _wrong(path, 0, "a column is there twice")


def _shot(path: Path, number: int, row: dict[str, str | None]) -> Shot:
    if None in row or any(value is None for value in row.values()):
        raise _wrong(path, number, "it has not as many values as the first line")
    values = {name: (value or "").strip() for name, value in row.items()}
    given = values.pop("input")
    if not given:
        raise _wrong(path, number, "it has no input")
    source = (path.parent / given).absolute()
    verb = _verb(source, values)
    options = []
    for name, value in values.items():
        if name == "out" or not value:
            continue
        if name not in OPTIONS[verb]:
            raise _wrong(path, number, f"{name!r} is no option for {Path(given).name!r}, which is made by {verb!r}")
        if name in FLAGS:
            if value.lower() not in ("yes", "no"):
                raise _wrong(path, number, f"{name!r} is 'yes' or 'no', not {value[:40]!r}")
            if value.lower() == "no":
                continue
        options.append((name, value))
    if verb == "mix" and not any(name in ("layout", "format") for name, _ in options):
        raise _wrong(path, number, "a mix needs a layout")
    return Shot(number, given, source, _output(path, number, values.get("out", ""), source, verb, values), verb, tuple(options))


def _verb(source: Path, values: dict[str, str]) -> str:
    if source.suffix.lower() == ".blend":
        return "mix" if values.get("layout") or values.get("format") else "scene"
    return "render" if source.suffix.lower() == ".json" else "run"


def _output(path: Path, number: int, out: str, source: Path, verb: str, values: dict[str, str]) -> str:
    """A name inside the folder of results, never outside."""
    if not out:
        folder = verb in ("run", "scene") or values.get("format") in ("stems", "reaper")
        stem = source.stem or "shot"
        return stem if folder else f"{stem}_{values.get('layout') or values.get('format')}.wav"
    parts = [*PurePosixPath(out).parts, *PureWindowsPath(out).parts]
    if ".." in parts or PurePosixPath(out).is_absolute() or PureWindowsPath(out).drive or PureWindowsPath(out).root:
        raise _wrong(path, number, f"the output {out[:80]!r} leads out of the folder")
    return out


def files_of(path: Path) -> list[Path]:
    """What is read of an input: itself, the numbered pictures of a pattern or folder, the clips of a plan.

    Errors: `shot-missing`, `plan-*`.
    """
    if path.is_dir():
        return sorted(one for one in path.iterdir() if one.is_file())
    if "#" in path.name and not path.exists():
        stem = path.name.partition("#")[0]
        return sorted(one for one in path.parent.glob("*") if one.is_file() and one.name.startswith(stem))
    if not is_file(path):
        raise See2SoundError("shot-missing", f"There is no file {str(path)[:200]!r}.", "Correct the list.")
    if path.suffix.lower() != ".json":
        return [path]
    return [path, *sorted({source.clip for source in read_plan(path).sources})]


def _wrong(path: Path, row: int, why: str) -> See2SoundError:
    where = f"Row {row} of {path.name}" if row else path.name
    return See2SoundError("shots-wrong", f"{where}: {why}.", "Correct the list.")
