"""The tasks of a worker, by name. Their modules are imported on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ..errors import See2SoundError
from ..neural.catalogue import PICTURE_TASKS
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


def mix(data: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`jobs.mixing.mix_on_all_cores` of the file `plan`; `delivery` as its fields."""
    from ..delivery.mixdown import Delivery
    from ..planfile import read_plan
    from .mixing import mix_on_all_cores

    plan = read_plan(data["plan"])
    report = mix_on_all_cores(plan, data["layout"], data["out"], progress, Delivery(**data["delivery"]), data["sofa"])
    return {"true_peak": max(report.levels.true_peak, -999.0), "notes": report.notes, "seconds": plan.duration}


def reconstruct(data: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`pipeline.reconstruct`; what was found, without masks."""
    from .. import pipeline
    from ..camera import Camera
    from . import messages

    camera = None if data["camera"] is None else Camera.from_json(data["camera"])
    with _backends(data["neural"], progress) as backends:
        found = pipeline.reconstruct(data["picture"], camera, pipeline.Settings(**data["settings"]), progress, backends)
    return messages.findings_to_json(found)


def voices(data: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """A clip for each of `wanted`: its `prompt`, `path`, `seconds` and `seed`."""
    from pathlib import Path

    from .. import pipeline

    made = []
    with _backends(data["neural"], progress) as backends:
        for number, one in enumerate(data["wanted"]):
            progress("Making sounds", number, len(data["wanted"]))
            voice = pipeline.voice(one["prompt"], Path(one["path"]), one["seconds"], one["seed"], backends=backends)
            made.append(
                {"model": voice.model, "level": voice.level, "reference": voice.reference_distance, "notes": voice.notes}
            )
    return {"made": made}


_neurals: dict[str, Any] = {}
"""The neural worker of this process, kept from one job to the next with the models that it holds."""


@contextmanager
def _backends(neural: dict[str, Any] | None, progress: Progress) -> Iterator[Any]:
    """The backends that a job asks for: `python` and `choice`, or None for the embedded ones."""
    from ..pipeline import Backends

    if neural is None:
        yield Backends()
        return
    from ..neural.client import Neural
    from .messages import choice_from_json

    kept = _neurals.pop(neural["python"], None)
    client = kept if kept is not None else Neural(neural["python"], choice_from_json(neural["choice"]), progress)
    client.choice, client.progress = choice_from_json(neural["choice"]), progress
    try:
        yield client.backends()
    except BaseException:
        client.close()
        raise
    _neurals[neural["python"]] = client


def free_neural(data: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """End the neural worker, and with it all that it holds."""
    while _neurals:
        _neurals.popitem()[1].close()
    return {}


def set_up_neural(data: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`neural.environment.set_up`. The caller has asked the user for consent."""
    from pathlib import Path

    from ..neural.environment import Place, describe, set_up

    place = Place(Path(data["folder"]))
    free_neural({}, progress)  # nothing may run in what is about to be replaced
    set_up(place, data["kind"], progress, online=True)
    return describe(place)


def fetch_model(data: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`neural.environment.fetch_model`. The caller has asked the user for consent."""
    from pathlib import Path

    from ..neural import environment
    from ..neural.catalogue import CARDS

    place = environment.Place(Path(data["folder"]), Path(data["python"]) if data["python"] else None)
    models = Path(data["models"]) if data.get("models") else None
    return {"folder": str(environment.fetch_model(place, CARDS[data["model"]], progress, online=True, models=models))}


def describe_neural(data: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`neural.environment.describe`."""
    from pathlib import Path

    from ..neural.environment import Place, describe

    return describe(Place(Path(data["folder"]), Path(data["python"]) if data["python"] else None))


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
    "mix": mix,
    "reconstruct": reconstruct,
    "voices": voices,
    "set_up_neural": set_up_neural,
    "fetch_model": fetch_model,
    "describe_neural": describe_neural,
    "free_neural": free_neural,
    **{name: _neural("pictures", name) for name in PICTURE_TASKS},
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
