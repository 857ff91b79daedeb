"""What a worker can do: functions of plain data and a progress callback, by name. Imported when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..errors import See2SoundError
from ..progress import Progress

Task = Callable[[dict[str, Any], Progress], dict[str, Any]]


def render_part(data: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Samples `start` to `stop` of a plan's mix, as float32 (samples, channels) without a header in the file `out`."""
    from pathlib import Path

    import numpy as np

    from .. import pipeline
    from ..planfile import read_plan
    from ..spatial.renderer import render

    mixdown = pipeline.prepare_mix(read_plan(data["plan"]), data["layout"], data["sofa"])
    start, stop, done = data["start"], data["stop"], data["start"]
    notes: list[str] = []
    with Path(data["out"]).open("wb") as raw:
        for block in render(mixdown.scene, mixdown.clips, mixdown.layout, notes, mixdown.head, start, stop, mixdown.response):
            raw.write(np.ascontiguousarray(block.T, np.float32).tobytes())
            done += block.shape[1]
            progress("Mixing", done - start, stop - start)
    return {"notes": notes}


def _neural(module: str, name: str) -> Task:
    """A task of a neural module, which is imported when it is first asked for: only where torch is."""

    def task(data: dict[str, Any], progress: Progress) -> dict[str, Any]:
        progress("Loading the libraries", 0, 1)
        try:
            loaded = import_module(f"..neural.{module}", __package__)
        except ImportError as error:
            raise See2SoundError(
                "neural-missing",
                f"This Python has no neural libraries: {error}.",
                "Set up the neural environment, or repair it.",
            ) from error
        result: dict[str, Any] = getattr(loaded, name)(data, progress)
        return result

    return task


TASKS: dict[str, Task] = {
    "render_part": render_part,
    **{name: _neural("pictures", name) for name in ("regions", "detection", "depth", "names", "captions")},
    "voice": _neural("sounds", "voice"),
    "status": _neural("status", "status"),
    "free": _neural("status", "free"),
    "download": _neural("download", "download"),
}


def find_task(name: str) -> Task:
    """Error: `task-unknown`."""
    if name not in TASKS:
        raise See2SoundError("task-unknown", f"There is no task {name!r}.", "Install See2Sound again.")
    return TASKS[name]
