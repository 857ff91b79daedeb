"""The verbs `see2sound film` and `see2sound batch` of the shell command: mixes into films, and many shots at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .cli_numbers import whole
from .errors import See2SoundError
from .progress import Progress

_jobs = whole(1, 256, "the number of jobs")
_shot = whole(1, 1_000_000, "the number of the shot")


def add_verbs(verb: Callable[..., argparse.ArgumentParser], progress: Progress) -> None:
    """Both of them."""
    film = verb("film", lambda options: _film(options, progress), "Put mixes into a video; its picture is copied as it is.")
    film.add_argument("video", type=Path)
    film.add_argument("mixes", type=Path, nargs="+", metavar="MIX", help="a WAV or FLAC for each track")
    film.add_argument("--out", type=Path, required=True, metavar="FILE", help=".mp4, .mov, .mkv or .webm")
    film.add_argument("--codec", default="", metavar="NAME", help="pcm, flac, aac, ac3, eac3 or opus; usual: by the container")
    film.add_argument("--name", action="append", default=[], metavar="TEXT", help="of the next track; once for each")
    film.add_argument("--language", action="append", default=[], metavar="CODE", help="of the next track, for example deu")
    film.add_argument(
        "--sound", choices=("replace", "keep", "mix"), default="replace", help="what becomes of the video's own soundtrack"
    )
    film.add_argument("--spherical", action="store_true", help="mark the picture as 360-degree (equirectangular; .mp4, .mov)")
    batch = verb("batch", lambda options: _batch(options, progress), "Run many shots; what is done already is skipped.")
    batch.add_argument("shots", type=Path, help="a CSV with the columns input, layout, out, and options of run, scene or mix")
    batch.add_argument("--out", type=Path, required=True, metavar="DIR")
    batch.add_argument("--jobs", type=_jobs, default=0, metavar="N", help="shots at once; usual: one for each core")
    batch.add_argument("--only", type=_shot, default=None, metavar="N", help="run a single shot, by its number")
    batch.add_argument("--openjd", type=Path, metavar="FILE", help="write an Open Job Description template, run nothing")
    batch.add_argument("--flamenco", type=Path, metavar="FILE", help="write a Flamenco job type (.js), run nothing")


def _film(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .outputs.film import Track, put_into_film

    for what, given in (("--name", options.name), ("--language", options.language)):
        if len(given) > len(options.mixes):
            raise See2SoundError("wrong-usage", f"There are more {what} than mixes.", "Give one for each mix.")
    names, languages = (given + [""] * len(options.mixes) for given in (options.name, options.language))
    tracks = [
        Track(mix, name, language, options.codec) for mix, name, language in zip(options.mixes, names, languages, strict=False)
    ]
    notes = put_into_film(options.video, tracks, options.out, options.sound, progress, options.spherical)
    count = "1 track" if len(tracks) == 1 else f"{len(tracks)} tracks"
    lines = [*(f"note: {note}" for note in notes), f"{options.out}: {count}"]
    return {"file": str(options.out), "notes": notes, "lines": lines}


def _command() -> list[str]:
    """The shell command for a shot: that of this Blender, if this is one, or by this Python."""
    from .workers.commands import usual_command

    blender: Any = sys.modules.get("bpy")
    if blender is not None and blender.app.binary_path:
        return [blender.app.binary_path, "--background", "-noaudio", "--command", "see2sound"]
    return usual_command()


def _batch(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .batch import farms
    from .batch.queue import run
    from .batch.shots import read_shots

    shots = read_shots(options.shots)
    written = []
    if options.openjd is not None:
        written.append(farms.write_openjd(shots, options.shots, options.out, options.openjd))
    if options.flamenco is not None:
        written.append(farms.write_flamenco(shots, options.shots, options.out, options.flamenco))
    if written:
        return {"files": [str(path) for path in written], "lines": [f"{path}: {len(shots)} shots" for path in written]}
    if options.only is not None:
        if options.only > len(shots):
            raise See2SoundError("shot-unknown", f"There is no shot {options.only}; the list has {len(shots)}.", "Count again.")
        shots = [shots[options.only - 1]]
    results = run(shots, options.out, options.jobs, _command(), progress)
    lines = [f"{one.shot.out}: {one.state}{f', {one.why}' if one.why else ''}" for one in results]
    failed = sum(one.state == "failed" for one in results)
    lines.append(f"{len(results)} shots: " + ", ".join(
        f"{sum(one.state == state for one in results)} {state}" for state in ("done", "skipped", "failed")
    ))  # fmt: skip
    facts = [{"input": one.shot.input, "out": str(one.shot.out), "state": one.state, "why": one.why} for one in results]
    return {"shots": facts, "lines": lines, "exit": 1 if failed else 0}
