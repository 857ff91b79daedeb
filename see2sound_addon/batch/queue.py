"""The queue on this machine: one process for each shot, as many at once as there are cores."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from ..errors import See2SoundError
from ..media.files import write_text
from ..media.scratch import new_name, temporary_folder
from ..progress import Progress
from ..spatial.threads import cores
from ..workers.commands import Stopped, run_command
from .shots import Shot

DONE = ".see2sound_done"
"""Folder of what is known of shots that are done."""


@dataclass(frozen=True)
class Result:
    """`state`: "done", "skipped" or "failed". `why`: a line, if it failed."""

    shot: Shot
    state: str
    why: str = ""


def run(shots: list[Shot], out: Path, jobs: int, command: list[str], progress: Progress) -> list[Result]:
    """Do all shots that are not done; the others go on where one fails.

    `jobs`: at once, 0 for as many as there are cores. `command`: the shell command.

    Error: `folder-not-writable`.
    """
    try:
        (out / DONE).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise See2SoundError("folder-not-writable", f"{out} cannot be made: {error}.", "Choose another folder.") from error
    lock, finished, stopped = Lock(), [0], Stopped()

    def one(shot: Shot) -> Result:
        result = _one(shot, out, command, stopped)
        with lock:
            finished[0] += 1
            progress("Shots", finished[0], len(shots))
        return result

    with ThreadPoolExecutor(jobs or cores()) as pool:
        try:
            return list(pool.map(one, shots))
        except BaseException:
            stopped.set()  # ends what runs, and begins nothing more
            raise


def _one(shot: Shot, out: Path, command: list[str], stopped: Stopped) -> Result:
    """A task writes beside its place and is renamed, so that what is there is whole."""
    target, record = out / shot.out, out / DONE / f"{_safe(shot.out)}.json"
    try:
        print_ = shot.fingerprint()
        if target.exists() and _recorded(record) == print_:
            return Result(shot, "skipped")
        foreign = target.is_dir() and any(target.iterdir()) and not record.is_file()
        if foreign or target.resolve() == out.resolve():
            message = f"{target} is there, and no earlier batch has made it."
            raise See2SoundError("would-overwrite", message, "Give the shot another name in `out`.")
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary_folder(target.parent) as folder:  # one that a killed batch leaves is swept up by the next
            made = folder / target.name
            why = run_command(command, shot.arguments(made), stopped)
            if why:
                return Result(shot, "failed", why)
            _replace(made, target)
        write_text(record, json.dumps({"input": shot.input, "out": shot.out, "fingerprint": print_}))
    except (OSError, See2SoundError) as error:
        return Result(shot, "failed", str(error))
    return Result(shot, "done")


def _recorded(record: Path) -> str:
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        return str(known["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _replace(made: Path, target: Path) -> None:
    if target.is_dir():
        target.rename(made.with_name(new_name(".old")))  # which goes with the folder that it is in
        made.rename(target)
    else:
        made.replace(target)


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else f"%{ord(letter):x}" for letter in name)[:180]
