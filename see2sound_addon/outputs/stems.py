"""Stems: each source by itself, dry on the time line and panned, aligned to the sample, with a cue sheet and an edit list."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..delivery.formats import Signal, Wanted
from ..delivery.wav import Stamp, WavWriter
from ..media.files import write_text
from ..progress import Progress
from ..soundscene import SoundScene, Source
from ..spatial.layouts import find_layout
from ..spatial.objects import alone, dry
from .folders import whole_folder
from .together import Part

EARLY = 512
"""Samples before a clip's beginning that its stem begins: a head's response rings a little ahead."""
SHEET = "cues.csv"
TIDY = re.compile(r"[^\w .()+-]+")


@dataclass(frozen=True)
class Stem:
    """A file of a source. `begin`, `samples`: where it lies in the film. `kind`: "dry" or "wet"."""

    source: str
    kind: str
    file: str
    begin: int
    samples: int
    peak: float


def write_stems(scene: SoundScene, clips: list[np.ndarray], out: Path, wanted: Wanted, progress: Progress) -> list[str]:
    """A folder with dry stems, with panned ones if there is a layout, with cues.csv and cues.edl; returns notes.

    Errors: `folder-not-writable`, `folder-not-empty`, `layout-unknown`.
    """
    notes: list[str] = []
    with whole_folder(out, SHEET) as folder:
        stems = stems_into(folder, scene, clips, wanted, progress, notes)
        write_text(folder / SHEET, cue_sheet(stems, scene.sample_rate))
        write_text(folder / "cues.edl", edit_list(stems, scene.sample_rate, wanted))
    return list(dict.fromkeys(notes))


def stems_into(
    folder: Path, scene: SoundScene, clips: list[np.ndarray], wanted: Wanted, progress: Progress, notes: list[str]
) -> list[Stem]:
    """Write the files of all stems."""
    mono, groups = find_layout("mono"), groups_of(scene.sources, wanted.by_label)
    layout = None if wanted.layout is None else find_layout(wanted.layout)
    kinds = ["dry"] if layout is None else ["dry", "wet"]
    for kind in kinds:
        (folder / kind).mkdir()
    stems: list[Stem] = []
    count = len(groups) * len(kinds)
    for number, (name, file, members) in enumerate(groups, 1):
        sources, own = [scene.sources[member] for member in members], [clips[member] for member in members]
        first = min(source.start for source in sources)
        begin = min(max(round(first * scene.sample_rate) - EARLY, 0), max(scene.samples - 1, 0))
        for kind in kinds:
            progress("Writing stems", len(stems), count)
            if kind == "dry" or layout is None:
                part = Part(dry(scene, sources), own, mono)
            else:
                part = Part(alone(scene, sources), own, layout, head=wanted.head, response=wanted.response)
            path = f"{kind}/{number:02d} {file}.wav"
            peak = _write(folder / path, part, begin, notes)
            stems.append(Stem(name, kind, path, begin, scene.samples - begin, peak))
    return stems


def groups_of(sources: list[Source], by_label: bool) -> list[tuple[str, str, list[int]]]:
    """Name, name of the file and numbers of the sources of each stem: each source by itself, or all with the same label."""
    members: dict[str, list[int]] = {}
    for number, source in enumerate(sources):
        members.setdefault((source.label or source.id) if by_label else source.id, []).append(number)
    files = file_names(list(members))
    return [(name, file, numbers) for (name, numbers), file in zip(members.items(), files, strict=True)]


def _write(path: Path, part: Part, begin: int, notes: list[str]) -> float:
    """One stem, from `begin` on; returns its largest absolute value."""
    scene, peak, at = part.scene, 0.0, 0
    signal = Signal(part.count, scene.sample_rate, scene.samples - begin, part.layout.mask, 32, scene.seed)
    with WavWriter(path, signal, Stamp(path.stem, begin)) as writer:
        for block in part.blocks(notes):
            kept = block[:, max(begin - at, 0) :]
            at += block.shape[1]
            peak = max(peak, float(np.abs(kept).max(initial=0.0)))
            writer.write(kept)
    return peak


def file_names(ids: list[str]) -> list[str]:
    """Names of files for ids in any script: no characters that a system or an edit list has no place for."""
    return [TIDY.sub("_", one).strip(" .")[:80] or "source" for one in ids]


def cue_sheet(stems: list[Stem], rate: int) -> str:
    """All stems as a table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "source", "kind", "begin_samples", "begin_seconds", "samples", "seconds", "peak_db"])
    for one in stems:
        peak = 20.0 * np.log10(one.peak) if one.peak > 0.0 else -np.inf
        begin, seconds = (f"{samples / rate:.6f}" for samples in (one.begin, one.samples))
        writer.writerow([one.file, _plain(one.source), one.kind, one.begin, begin, one.samples, seconds, f"{peak:.2f}"])
    return out.getvalue()


def _plain(text: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def edit_list(stems: list[Stem], rate: int, wanted: Wanted) -> str:
    """A CMX 3600 edit list, one event a stem, each on a track of its own, in whole frames."""
    lines = [f"TITLE: {TIDY.sub('_', wanted.name)[:60]}", "FCM: NON-DROP FRAME", ""]
    for number, one in enumerate(stems, 1):
        first, last = (round(at / rate * wanted.frame_rate) for at in (one.begin, one.begin + one.samples))
        last = max(last, first + 1)
        times = [_timecode(frame, wanted.frame_rate) for frame in (0, last - first, first, last)]
        track = "A" if number == 1 else f"A{number}"  # they sound at once
        lines += [
            f"{number:03d}  AX       {track:5} C        {' '.join(times)}",
            f"* FROM CLIP NAME: {Path(one.file).name}",
            "",
        ]
    return "\n".join(lines)


def _timecode(frame: int, rate: float) -> str:
    whole = max(1, round(rate))
    seconds, frames = divmod(frame, whole)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frames:02d}"
