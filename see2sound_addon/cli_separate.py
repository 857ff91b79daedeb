"""The verb `see2sound separate` of the shell command: a soundtrack becomes stems."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import cli_eye
from .errors import See2SoundError
from .progress import Progress

CHANGE = re.compile(r"(?P<stem>.+):(?P<begin>\d+(\.\d+)?)-(?P<end>\d+(\.\d+)?):(?P<decibels>[+-]?\d+(\.\d+)?)")


def add_verb(verb: Callable[..., argparse.ArgumentParser], progress: Progress) -> None:
    """`separate`."""
    text = "Split the soundtrack of a film or a sound file into a stem for each source and a bed."
    parser = verb("separate", lambda options: _separate(options, progress), text)
    parser.add_argument("soundtrack", type=Path, metavar="FILM|WAV")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--into", default="", metavar="WORDS", help='what is in it, such as "dog, rain"; else what is found in the film'
    )
    parser.add_argument(
        "--change", action="append", default=[], type=_change, metavar="STEM:A-B:DB",
        help='more or less of a stem from A to B seconds, such as "dog:1.5-2:+6"',
    )  # fmt: skip
    parser.add_argument("--eye", default="", metavar="NAME", help="the detector for the film, as of `run`")
    cli_eye.add_folder(parser)


def _change(text: str) -> tuple[str, Any]:
    from .separation.changes import Change

    found = CHANGE.fullmatch(text)
    if found is None or float(found["end"]) <= float(found["begin"]) or abs(float(found["decibels"])) > 60.0:
        raise argparse.ArgumentTypeError(f"the change {text!r} is not such as dog:1.5-2:+6")
    return found["stem"].strip(), Change(float(found["begin"]), float(found["end"]), float(found["decibels"]))


def _separate(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from . import pipeline
    from .soundtracks.facts import named_sources

    names = [name.strip() for name in options.into.split(",") if name.strip()]
    notes: list[str] = []
    wanted = named_sources(names) if names else _found(options, progress, notes)
    unknown = {name for name, _ in options.change} - {one.name for one in wanted}
    if unknown:
        known = ", ".join(one.name for one in wanted) or "none"
        raise See2SoundError("stem-unknown", f"There is no stem {sorted(unknown)[0]!r}.", f"There are: {known}.")
    wanted = [one.changed([change for name, change in options.change if name == one.name]) for one in wanted]
    report = pipeline.split_soundtrack(options.soundtrack, options.out, wanted, progress)
    stems = [_facts_of(one) for one in report.stems]
    notes += report.notes
    lines = [f"  {one['name']}: {_level(one)}" for one in stems if not one["bed"]]
    lines = [
        f"{len(lines)} {'stem' if len(lines) == 1 else 'stems'} and a bed in {report.folder}:",
        *lines,
        *(f"note: {note}" for note in notes),
    ]
    return {"out": str(report.folder), "stems": stems, "report": str(report.report), "notes": notes, "lines": lines}


def _found(options: argparse.Namespace, progress: Progress, notes: list[str]) -> list[Any]:
    """The sources that are seen in a film; nothing for a sound file."""
    from . import pipeline
    from .media.moving import is_moving
    from .soundtracks.tracked import tracked_sources

    if not options.soundtrack.is_file() or not is_moving(options.soundtrack):
        return []
    backends, _ = cli_eye.backends(argparse.Namespace(**vars(options), voice_unknown=False))
    found = pipeline.reconstruct(options.soundtrack, None, pipeline.Settings(), progress, backends)
    wanted = tracked_sources(found.sources, found.footage) if found.footage is not None else []
    if not wanted:
        notes.append("Nothing with a known sound was found in the film; name what is in it with --into.")
    return wanted


def _facts_of(one: Any) -> dict[str, Any]:
    return {"name": one.name, "words": one.words, "file": str(one.file), "clip": str(one.clip), "level": one.level,
            "azimuth": one.azimuth, "bed": one.bed}  # fmt: skip


def _level(one: dict[str, Any]) -> str:
    if one["level"] is None:
        return "empty"
    return f"{one['level']:.1f} dB of the soundtrack where it is strongest{_side(one['azimuth'])}"


def _side(azimuth: float | None) -> str:
    if azimuth is None:
        return ""
    if abs(azimuth) < 0.5:
        return ", in the middle"
    return f", {abs(azimuth):.0f} degrees {'left' if azimuth > 0.0 else 'right'}"
