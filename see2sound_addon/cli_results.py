"""What several verbs of the shell command share: the usual mixes, and their levels as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .progress import Progress

USUAL_LAYOUTS = ("binaural", "5.1", "ambix1")


def mix_usual_layouts(out: Path, progress: Progress) -> tuple[list[dict[str, Any]], list[str]]:
    """Mix the plan of a folder in the usual layouts; facts of the mixes, and notes. `render` gives the same bytes."""
    from . import pipeline
    from .planfile import read_plan

    plan, mixes, notes = read_plan(out / "plan.json"), [], []
    for layout in USUAL_LAYOUTS:
        report = pipeline.mix(plan, layout, out / f"mix_{layout}.wav", progress)
        mixes.append({"file": str(report.path), "layout": layout, "samples": report.samples, **levels_of(report)})
        notes += report.notes
    return mixes, list(dict.fromkeys(notes))


def levels_of(report: Any) -> dict[str, float | None]:
    """JSON has no infinity: silence is null, and so is a loudness that is not defined."""
    levels = report.levels
    named = {"peak_db": levels.peak, "true_peak_db": levels.true_peak, "rms_db": levels.rms, "lufs": levels.loudness}
    return {name: round(value, 2) if value is not None and value > -1e3 else None for name, value in named.items()}


def text_of(levels: dict[str, Any]) -> str:
    """The levels of a mix in a few words."""
    if levels["peak_db"] is None:
        return "silent"
    loudness = "" if levels["lufs"] is None else f", {levels['lufs']:.1f} LUFS"
    return f"true peak {levels['true_peak_db']:.1f} dB{loudness}"
