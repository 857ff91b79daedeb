"""A long mix in stretches that different machines render, and that are joined to what one would have rendered, to the bit."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from ..delivery.formats import Delivery, Signal
from ..delivery.mixdown import Levels, deliver
from ..delivery.wav import Stamp, WavWriter
from ..errors import See2SoundError
from ..paths import is_file, is_same_file
from ..progress import Progress
from ..soundscene import SoundScene
from ..spatial.layouts import Layout, find_layout
from ..spatial.loudness import Meter
from ..spatial.renderer import BLOCK, render
from .together import Part

HEADER = 4096
"""Bytes at the beginning of a file in which its stamp lies."""


@dataclass(frozen=True)
class Stretch:
    """`begin`: its first sample in the mix of `whole` samples."""

    path: Path
    layout: str
    seed: int
    begin: int
    samples: int
    whole: int
    rate: int


def write_stretch(part: Part, number: int, count: int, out: Path, notes: list[str], progress: Progress) -> None:
    """Write the `number`th of `count` stretches of a mix, from 1, as a float WAV that says where it lies.

    Errors: `part-unknown`, `folder-not-writable`.
    """
    scene, layout = part.scene, part.layout
    begin, end = limits(scene, number, count)
    about = json.dumps({"see2sound": 1, "layout": layout.name, "seed": scene.seed, "whole": scene.samples})
    signal = Signal(layout.channels, scene.sample_rate, end - begin, layout.mask)
    blocks = render(scene, part.clips, layout, notes, part.head, begin, end, part.response)
    with WavWriter(out, signal, Stamp(about, begin)) as writer:
        done = 0
        for block in blocks:
            writer.write(block)
            done += block.shape[1]
            progress(f"Mixing {layout.name}, part {number} of {count}", done, end - begin)


def limits(scene: SoundScene, number: int, count: int) -> tuple[int, int]:
    """First sample of a stretch, and of the next one: whole blocks, for these are what is rendered."""
    blocks = -(-scene.samples // BLOCK)
    if not 1 <= number <= count or count > max(blocks, 1):
        raise See2SoundError(
            "part-unknown", f"There is no part {number} of {count}; this mix can be cut into at most {max(blocks, 1)}.",
            "Use fewer parts.",
        )  # fmt: skip
    first, last = blocks * (number - 1) // count, blocks * number // count
    return min(first * BLOCK, scene.samples), min(last * BLOCK, scene.samples)


def join(paths: list[Path], out: Path, delivery: Delivery, progress: Progress) -> tuple[Levels, Layout, int]:
    """Join all stretches of a mix into one file, as the whole would have been written; its levels, layout and samples.

    Errors: `part-wrong`, `part-missing`, `would-overwrite`, those of `deliver`.
    """
    parts = sorted((read_stretch(path) for path in paths), key=lambda part: part.begin)
    first, at = parts[0], 0
    for part in parts:
        if is_same_file(out, part.path):
            raise See2SoundError("would-overwrite", f"{out} is one of the parts.", "Choose another name.")
        if (part.layout, part.seed, part.whole, part.rate) != (first.layout, first.seed, first.whole, first.rate):
            raise See2SoundError(
                "part-wrong", f"{part.path.name} is of another mix than {first.path.name}.", "Check the names."
            )
        if part.begin != at:
            raise _missing(at, part.begin, first.rate)
        at += part.samples
    if at != first.whole:
        raise _missing(at, first.whole, first.rate)
    layout = find_layout(first.layout)
    meter = Meter(layout, first.rate)
    levels = deliver(
        _blocks(parts, progress), meter, out, layout.channels, first.rate, first.whole, layout.mask, delivery, first.seed
    )
    return levels, layout, first.whole


def _missing(begin: int, end: int, rate: int) -> See2SoundError:
    what = "Samples are there twice" if begin > end else "A part is missing"
    return See2SoundError(
        "part-missing", f"{what} at {min(begin, end) / rate:.2f} s.", "Give all parts of the mix, each one once."
    )


def read_stretch(path: Path) -> Stretch:
    """What a file says of itself. Error: `part-wrong`."""
    if not is_file(path):
        raise See2SoundError("part-wrong", f"There is no file {str(path)[:200]!r}.", "Check the path.")
    try:
        with path.open("rb") as file:
            head = file.read(HEADER)
        at = head.index(b"bext") + 8
        about = json.loads(head[at : at + 256].rstrip(b"\0"))
        (begin,) = struct.unpack("<Q", head[at + 338 : at + 346])
        info = soundfile.info(path)
        layout, seed, whole = str(about["layout"]), int(about["seed"]), int(about["whole"])
        if find_layout(layout).channels != info.channels or info.subtype != "FLOAT":
            raise ValueError("its channels are not those of its layout")
    except (OSError, ValueError, KeyError, TypeError, struct.error, soundfile.LibsndfileError, See2SoundError) as error:
        raise See2SoundError("part-wrong", f"{path.name} is no part of a mix.", "Give what --part has written.") from error
    return Stretch(path, layout, seed, int(begin), info.frames, whole, info.samplerate)


def _blocks(parts: list[Stretch], progress: Progress) -> Iterator[np.ndarray]:
    """(channels, n) float32 in the blocks that a whole mix has, so that its loudness is added up alike."""
    for part in parts:
        with soundfile.SoundFile(part.path) as file:
            while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
                progress("Joining", part.begin + file.tell(), part.whole)
                yield np.ascontiguousarray(block.T)
