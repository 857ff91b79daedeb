"""What a worker can do: functions of plain data and a progress callback, by name. Imported when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
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


TASKS: dict[str, Task] = {"render_part": render_part}


def find_task(name: str) -> Task:
    """Error: `task-unknown`."""
    if name not in TASKS:
        raise See2SoundError("task-unknown", f"There is no task {name!r}.", "Install See2Sound again.")
    return TASKS[name]
