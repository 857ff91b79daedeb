"""A folder that a digital audio workstation opens: a Reaper project with a track for each source, and their stems."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..delivery.formats import Wanted
from ..media.files import write_text
from ..progress import Progress
from ..soundscene import SoundScene
from ..spatial.layouts import find_layout
from .folders import whole_folder
from .stems import SHEET, Stem, cue_sheet, stems_into

FADE = 0.005
"""Seconds that an item fades in and out."""


def write_reaper(scene: SoundScene, clips: list[np.ndarray], out: Path, wanted: Wanted, progress: Progress) -> list[str]:
    """A folder with NAME.rpp, the stems and their cue sheet; returns notes. Dry tracks are muted where there are panned ones.

    Errors: `folder-not-writable`, `folder-not-empty`, `layout-unknown`.
    """
    notes: list[str] = []
    with whole_folder(out, SHEET) as folder:
        stems = stems_into(folder, scene, clips, wanted, progress, notes)
        write_text(folder / SHEET, cue_sheet(stems, scene.sample_rate))
        write_text(folder / f"{out.name}.rpp", project(stems, scene, wanted))
    return list(dict.fromkeys(notes))


def project(stems: list[Stem], scene: SoundScene, wanted: Wanted) -> str:
    """The project as text."""
    channels = 1 if wanted.layout is None else find_layout(wanted.layout).channels
    wide = max(2, channels + channels % 2)  # Reaper's tracks have even numbers of channels
    lines = ['<REAPER_PROJECT 0.1 "7.0" 0', f"  SAMPLERATE {scene.sample_rate} 1 0", f"  MASTER_NCH {wide} 2"]
    panned = any(one.kind == "wet" for one in stems)
    for one in stems:
        begin, length = one.begin / scene.sample_rate, one.samples / scene.sample_rate
        mute = int(panned and one.kind == "dry")
        name = _quoted(f"{one.source} ({one.kind})" if panned else one.source)
        lines += [
            "  <TRACK", f"    NAME {name}", f"    MUTESOLO {mute} 0 0", f"    NCHAN {wide if one.kind == 'wet' else 2}",
            "    <ITEM", f"      POSITION {begin:.9f}", f"      LENGTH {length:.9f}", "      LOOP 0",
            f"      FADEIN 1 {FADE} 0 1 0 0 0", f"      FADEOUT 1 {FADE} 0 1 0 0 0", f"      NAME {name}",
            "      <SOURCE WAVE", f"        FILE {_quoted(one.file)}", "      >", "    >", "  >",
        ]  # fmt: skip
    return "\n".join([*lines, ">", ""])


def _quoted(text: str) -> str:
    """By a mark that is not in the text."""
    mark = next((mark for mark in "\"'`" if mark not in text), None)
    return f"{mark}{text}{mark}" if mark else f"`{text.replace('`', chr(39))}`"
