"""The verb `see2sound live`: a video or a camera device is heard as it is seen, against the clock."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import cli_eye, cli_moving
from .cli_numbers import number, seed, whole
from .errors import See2SoundError
from .progress import Progress

OWN_PRIORITY = 5
"""The process that mixes goes before the one that sees."""


def add_verb(verb: Callable[..., argparse.ArgumentParser], progress: Progress) -> None:
    """`live`."""

    def do(options: argparse.Namespace) -> dict[str, Any]:
        return _live(options, progress)

    text = "Follow a video or a camera device in real time: what would have been heard, and how well that went."
    parser = verb("live", do, text)
    parser.add_argument("video", help="a video, or the number of a camera device, such as 0")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.wav")
    parser.add_argument("--max-sources", type=whole(1, 16, "the number of sources"), default=5, metavar="N")
    angle = number(5.0, 165.0, "the field of view")
    parser.add_argument("--fov", type=angle, metavar="DEGREES", help="horizontal field of view")
    parser.add_argument("--seconds", type=number(1.0, 3600.0, "the time"), default=30.0, help="of a camera device")
    parser.add_argument("--frames", type=cli_moving.frame_range, default=(1, None), metavar="A-B", help="of a video")
    parser.add_argument("--sofa", type=Path, metavar="FILE", help="a measured head")
    parser.add_argument("--eye", default="", metavar="NAME", help="the detector: embedded, light, sharp or a path")
    parser.add_argument("--seed", type=seed, default=0, metavar="N")
    cli_eye.add_folder(parser)
    parser.set_defaults(voice_unknown=False)


def _live(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from .findings import FootageSettings, Settings
    from .live.session import Session
    from .media.files import check_place
    from .media.moving import open_moving
    from .media.scratch import temporary_folder
    from .workers.process import give_way

    out = options.out.absolute()
    if out.suffix.lower() != ".wav":
        raise See2SoundError("format-unknown", f"{out.name}: live sound is written as WAV.", "Give a name that ends in .wav.")
    check_place(out)
    device = int(options.video) if options.video.isdecimal() else None
    moving = open_moving(options.video) if device is None else None
    backends, eye = cli_eye.backends(options)
    first, last = options.frames
    field_of_view = None if options.fov is None else math.radians(options.fov)
    settings = Settings(options.max_sources, field_of_view, footage=FootageSettings(first, last))
    give_way(priority=OWN_PRIORITY)
    with temporary_folder() as folder:
        session = Session(settings, backends, folder, options.seed, options.sofa)
        if moving is not None:
            report = session.run_file(moving, out, progress)
        else:
            report = session.run_device(device or 0, options.seconds, out, progress)
    facts = {
        "seconds": round(report.seconds, 3), "frames": report.frames, "used": report.used, "dropped": report.dropped,
        "delay_median_ms": round(1000 * report.delay(50), 1), "delay_99_ms": round(1000 * report.delay(99), 1),
        "blocks": report.blocks, "late_blocks": report.late, "detections": report.detections, "sources": report.sources,
    }  # fmt: skip
    return {"file": str(out), **facts, "notes": report.notes, "lines": table(facts, eye, report.notes, out)}


def table(facts: dict[str, Any], eye: str, notes: list[str], out: Path) -> list[str]:
    """The result in lines."""
    return [
        f"{facts['seconds']:.1f} s; the detector was {eye}, and looked {facts['detections']} times",
        f"  frames        {facts['frames']:6d}   used {facts['used']}, dropped {facts['dropped']}",
        f"  audio blocks  {facts['blocks']:6d}   late {facts['late_blocks']}",
        f"  frame to sound  median {facts['delay_median_ms']:.0f} ms, 99 % within {facts['delay_99_ms']:.0f} ms",
        f"  sources: {', '.join(facts['sources']) or 'none'}",
        *(f"note: {note}" for note in notes),
        f"{out}: what would have been heard, binaural",
    ]
