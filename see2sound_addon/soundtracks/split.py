"""Split a soundtrack into a folder: a file for each stem, one for the bed, mono clips for Speakers, and a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..delivery.formats import Signal
from ..delivery.wav import WavWriter
from ..errors import See2SoundError
from ..media.files import write_text
from ..media.soundtrack import FULL_SCALE, Soundtrack, open_soundtrack
from ..outputs.folders import whole_folder
from ..outputs.stems import file_names
from ..progress import Progress
from ..separation.changes import Change
from ..separation.separator import Separation, Separator, WantedStem
from ..spatial.layouts import find_layout
from ..spatial.panning import pan
from .examples import class_of, examples_of
from .facts import StemFacts, WantedSource
from .report import Spectrogram, write_report
from .shares import Shares

FACTS = "split.json"
BED = "bed"
MASKS = {1: 0x4, 2: 0x3, 6: 0x3F, 8: 0x63F}
"""WAVE channel masks."""
LOUDSPEAKERS = {1: (None,), 2: (30.0, -30.0), 6: (30.0, -30.0, 0.0, 0.0, 110.0, -110.0),
                8: (30.0, -30.0, 0.0, 0.0, 135.0, -135.0, 90.0, -90.0)}  # fmt: skip
"""Where the channels of a soundtrack play, degrees to the left; the low-frequency one in front. None: everywhere."""
LAYOUTS = {2: "stereo", 6: "5.1", 8: "7.1"}
MOST_STEMS = 16


@dataclass(frozen=True)
class SplitReport:
    """`stems`: those of the sources, then the bed's channels. `report`: the page."""

    folder: Path
    rate: int
    seconds: float
    stems: list[StemFacts]
    report: Path
    notes: list[str] = field(default_factory=list)


def split(
    path: Path, out: Path, wanted: Sequence[WantedSource], separator: Separator, progress: Progress, begin: float = 0.0,
    seconds: float | None = None,
) -> SplitReport:  # fmt: skip
    """Split the soundtrack of a film or a sound file, from `begin` on for `seconds`.

    A folder of an earlier run is replaced; changes made by hand there are kept for stems that have no others.
    Errors: those of `open_soundtrack`, `class-unknown`, `too-many-stems`, those of the separator, `folder-*`.
    """
    if len(wanted) > MOST_STEMS:
        raise See2SoundError("too-many-stems", f"{len(wanted)} stems are wanted.", f"Name at most {MOST_STEMS}.")
    before = _changes_before(out)
    with open_soundtrack(path, begin, seconds) as soundtrack, whole_folder(out, FACTS) as folder:
        stems = [_wanted_stem(one, soundtrack, before) for one in wanted]
        separation = separator(soundtrack, stems, progress)
        pictures = [Spectrogram(soundtrack.rate, soundtrack.samples) for _ in range(len(separation.names) + 2)]
        levels, more = _write(folder, soundtrack, separation, pictures)
        notes = [*separation.notes, *more]
        words = {one.name: one.words for one in wanted}
        changes = {one.name: one.changes for one in stems}
        facts = _facts(separation, levels, soundtrack.channels, words, changes)
        write_report(folder / "report.html", path.name, soundtrack.seconds, facts, pictures, notes)
        write_text(folder / FACTS, json.dumps(_plain(path, soundtrack, facts, notes), indent=1) + "\n")
    placed = [_in(out, one) for one in facts]
    return SplitReport(out, soundtrack.rate, soundtrack.seconds, placed, out / "report.html", notes)


def _wanted_stem(one: WantedSource, soundtrack: Soundtrack, before: dict[str, tuple[Change, ...]]) -> WantedStem:
    examples, axis = examples_of(one.words, soundtrack.rate), _axis(one.direction, soundtrack.channels)
    changes = one.changes or before.get(one.name, ())
    return WantedStem(one.name, class_of(one.words), examples, axis, one.times, one.weights, changes)


def _write(
    folder: Path, soundtrack: Soundtrack, separation: Separation, pictures: list[Spectrogram]
) -> tuple[np.ndarray, list[str]]:
    """Write all files block by block; returns the levels of the stems, and notes."""
    channels, rate, samples = soundtrack.channels, soundtrack.rate, soundtrack.samples
    names = _files(separation)
    (folder / "clips").mkdir()
    clipped, silent, at, shares = 0, True, 0, Shares(rate, len(names))
    whole, mono = Signal(channels, rate, samples, MASKS[channels]), Signal(1, rate, samples, MASKS[1])
    with ExitStack() as files:
        stems = [files.enter_context(WavWriter(folder / f"{name}.wav", whole)) for name in names]
        clips = [files.enter_context(WavWriter(folder / "clips" / f"{name}.wav", mono)) for name in names]
        bed = files.enter_context(WavWriter(folder / f"{BED}.wav", whole))
        beds = [files.enter_context(WavWriter(folder / "clips" / f"{name}.wav", mono)) for name in bed_names(channels)]
        for block in separation.blocks:
            mixture = soundtrack.read(at, at + block.shape[2])
            at += block.shape[2]
            clipped += int((np.abs(mixture) >= FULL_SCALE).sum())
            silent &= not np.any(mixture)
            rest = mixture - block.sum(axis=0)
            shares.feed(mixture, block, at >= samples)
            for writer, clip, stem, axis in zip(stems, clips, block, separation.axes, strict=True):
                writer.write(stem)
                clip.write((axis @ stem)[None].astype(np.float32))
            bed.write(rest)
            for writer, channel in zip(beds, rest, strict=True):
                writer.write(channel[None])
            for picture, signal in zip(pictures, [mixture, *block, rest], strict=True):
                picture.feed(signal)
    notes = ["The soundtrack is silent; all stems are empty."] if silent else []
    if clipped:
        notes.append(f"{clipped} samples of the soundtrack are at full scale; they are clipped in the stems, too.")
    return shares.strongest(), notes


def _files(separation: Separation) -> list[str]:
    """Names of files, of which no two are alike."""
    return [f"{number:02d} {name}" for number, name in enumerate(file_names(separation.names), 1)]


def bed_names(channels: int) -> list[str]:
    """Files of the bed's channels."""
    if channels == 1:
        return [BED]
    labels = ("left", "right", "centre", "low", "back left", "back right", "side left", "side right")
    return [f"{BED} {label}" for label in labels[:channels]]


def _facts(
    separation: Separation, levels: np.ndarray, channels: int, words: dict[str, str], changes: dict[str, tuple[Change, ...]]
) -> list[StemFacts]:
    """Of all files, with paths from the folder."""
    found = []
    for number, (name, file) in enumerate(zip(separation.names, _files(separation), strict=True)):
        level = round(float(levels[number]), 2) if separation.heard[number] and np.isfinite(levels[number]) else None
        azimuth = _azimuth(separation.axes[number])
        paths = Path(f"{file}.wav"), Path("clips", f"{file}.wav")
        found.append(StemFacts(name, words.get(name, name), *paths, level, azimuth, changes=changes.get(name, ())))
    bed = [
        StemFacts(name, name, Path(f"{BED}.wav"), Path("clips", f"{name}.wav"), None, azimuth, True)
        for name, azimuth in zip(bed_names(channels), LOUDSPEAKERS[channels], strict=True)
    ]
    return found + bed


def _in(folder: Path, one: StemFacts) -> StemFacts:
    return StemFacts(one.name, one.words, folder / one.file, folder / one.clip, one.level, one.azimuth, one.bed, one.changes)


def _plain(path: Path, soundtrack: Soundtrack, facts: list[StemFacts], notes: list[str]) -> dict[str, Any]:
    stems = [
        {"name": one.name, "words": one.words, "file": one.file.as_posix(), "clip": one.clip.as_posix(), "level_db": one.level,
         "azimuth": one.azimuth, "bed": one.bed, "changes": [asdict(change) for change in one.changes]}
        for one in facts
    ]  # fmt: skip
    return {"see2sound": 1, "soundtrack": str(path), "rate": soundtrack.rate, "seconds": soundtrack.seconds, "stems": stems,
            "notes": notes}  # fmt: skip


def _axis(direction: np.ndarray | None, channels: int) -> np.ndarray | None:
    """Gains (channels,) by which a direction is panned."""
    if direction is None or channels not in LAYOUTS:
        return None
    return np.asarray(pan(direction[None], np.ones(1), find_layout(LAYOUTS[channels]))[0])


def _azimuth(axis: np.ndarray) -> float | None:
    """Degrees to the left from which a stem comes, None in mono. Vector-base panning, as of films and of `spatial.panning`, has
    the direction in the sum of the loudspeakers' directions times their gains."""
    places = LOUDSPEAKERS[len(axis)]
    if places[0] is None:
        return None
    angles = np.radians(np.array(places, float))
    gains = np.maximum(axis, 0.0)
    left, front = gains @ np.sin(angles), gains @ np.cos(angles)
    return round(float(np.degrees(np.arctan2(left, front))), 1)


def _changes_before(out: Path) -> dict[str, tuple[Change, ...]]:
    """What was changed by hand in an earlier run; nothing where there is none."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        facts = json.loads((out / FACTS).read_text(encoding="utf-8"))
        return {one["name"]: tuple(Change(**change) for change in one["changes"]) for one in facts["stems"]}
    return {}
