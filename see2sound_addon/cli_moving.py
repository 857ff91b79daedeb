"""What the shell command says and asks of moving pictures."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from .cli_numbers import number
from .progress import Progress

RANGE = re.compile(r"(\d+)?-(\d+)?")


def add_choices(parser: argparse.ArgumentParser) -> None:
    """The options of `run` for moving pictures and panoramas."""
    parser.add_argument(
        "--frames", type=frame_range, default=(1, None), metavar="A-B", help="look at these frames only, counted from 1"
    )
    parser.add_argument(
        "--rate",
        type=number(0.01, 1000.0, "the rate"),
        default=24.0,
        metavar="FPS",
        help="frames a second of numbered pictures",
    )
    parser.add_argument("--still-camera", action="store_true", help="the camera stands still, and sources move as it turns")
    parser.add_argument("--level-by-movement", action="store_true", help="sources are as loud as they move")
    parser.add_argument("--keep-sound", action="store_true", help="split the video's own sound among the sources")
    parser.add_argument(
        "--panorama", choices=("auto", "never", "always"), default="auto",
        help="whether the picture shows all directions, equirectangular; auto: as its metadata say",
    )  # fmt: skip


def frame_range(text: str) -> tuple[int, int | None]:
    """The first and last frame of a range such as 1-240."""
    found = RANGE.fullmatch(text)
    first = int(found.group(1) or 1) if found else 0
    last = int(found.group(2)) if found and found.group(2) else None
    if found is None or first < 1 or (last is not None and last < first):
        raise argparse.ArgumentTypeError(f"the frames {text!r} are no range such as 1-240")
    return first, last


def footage_settings(options: argparse.Namespace) -> Any:
    """The settings of the pipeline."""
    from .findings import FootageSettings

    first, last = options.frames
    return FootageSettings(first, last, options.rate, not options.still_camera, options.level_by_movement)


def when(source: Any) -> str:
    """When a source is seen, as the end of a phrase; nothing for one that stands there all the time."""
    times = source.path.times
    return f", moving from {times[0]:.1f} to {times[-1]:.1f} s" if len(times) > 1 else ""


def split_sound(options: argparse.Namespace, found: Any, out: Path, progress: Progress, notes: list[str]) -> Any:
    """The stems of the video's own sound in `out`/soundtrack, of what was looked at; None if it has none. Notes are added."""
    from . import pipeline
    from .errors import See2SoundError
    from .soundtracks.tracked import tracked_sources

    footage = found.footage
    try:
        report = pipeline.split_soundtrack(
            options.picture, out / "soundtrack", tracked_sources(found.sources, footage), progress,
            begin=(footage.first - 1) / footage.rate, seconds=footage.seconds,
        )  # fmt: skip
    except See2SoundError as error:
        if error.code not in ("soundtrack-none", "film-unreadable", "clip-missing"):  # a folder of frames, an animated picture
            raise
        notes.append(f"{options.picture.name} has no sound that could be kept.")
        return None
    notes += report.notes
    return report


def write_film(options: argparse.Namespace, footage: Any, out: Path, progress: Progress, notes: list[str]) -> list[str]:
    """Write film.mp4: the moving picture with its new sound. Return its name; notes are added."""
    from . import pipeline
    from .blender.soundtrack import film
    from .delivery.formats import Delivery
    from .media.moving import open_moving
    from .media.scratch import temporary_folder
    from .planfile import read_plan

    plan = read_plan(out / "plan.json")
    with temporary_folder(out) as folder:  # whole numbers clip, so the film's sound keeps below full scale
        mix = folder / "film.wav"
        notes += [f"Film: {note}" for note in pipeline.mix(plan, "binaural", mix, progress, Delivery(bits=24)).notes]
        moving = open_moving(options.picture.resolve(), options.rate)
        film.sound_film(moving, footage, mix, plan.sample_rate, out / "film.mp4", progress)
    return ["film.mp4"]
