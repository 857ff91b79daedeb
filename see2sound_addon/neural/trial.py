"""Try installed models: one tiny job of each, in a process of its own, with its seconds and its memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..errors import Cancelled, See2SoundError
from ..media.scratch import temporary_folder
from ..progress import Progress, no_progress
from ..weights.cards import TASKS
from ..weights.checks import check_model
from ..workers.messages import Request
from ..workers.process import Worker
from .client import OFFLINE
from .environment import Place
from .requests import (
    DescribePictures,
    DetectObjects,
    EstimateDepth,
    GenerateSound,
    LabelPictures,
    OutlineRegions,
    RankTakes,
    ReportMemory,
)  # fmt: skip

SIZE = (160, 120)
"""Pixels of the picture."""
SECONDS, STEPS, RATE = 1.0, 2, 48000


@dataclass(frozen=True)
class Tried:
    """`seconds`: to load and to do it once. `memory`: bytes at most, 0 where it is not known. `problem`: "" if it went well."""

    model: str
    task: str
    seconds: float
    memory: int
    problem: str = ""


def try_models(place: Place, progress: Progress = no_progress) -> list[Tried]:
    """Try every model in the place's folder of models; what does not work has a problem."""
    folder = place.folder / "models"
    models = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    found = []
    for number, model in enumerate(models):
        progress(f"Trying {model.name}", number, len(models))
        found.append(try_model(place, model))
    return found


def try_model(place: Place, model: Path) -> Tried:
    """Try one model, whatever it is for."""
    task = _task_of(model)
    if task is None:
        return Tried(model.name, "", 0.0, 0, "It is no model that is known.")
    with temporary_folder() as scratch:
        begun = time.perf_counter()
        try:
            with Worker(place.executable, OFFLINE) as worker:
                worker.ask(smallest_job(task, model, scratch))
                seconds, memory = time.perf_counter() - begun, worker.ask(ReportMemory()).peak
        except Cancelled:
            raise
        except See2SoundError as error:
            return Tried(model.name, task, time.perf_counter() - begun, 0, str(error))
    return Tried(model.name, task, seconds, memory)


def _task_of(model: Path) -> str | None:
    """What a model is for; one that is damaged is for what its configuration says."""
    for task in TASKS:
        try:
            check_model(model, task)
        except See2SoundError as error:
            if error.code == "model-wrong":
                continue
        return task
    return None


def smallest_job(task: str, model: Path, scratch: Path) -> Request[Any]:
    """A small job for a model."""
    picture = scratch / "picture.png"
    rows = np.linspace(0.0, 255.0, SIZE[1])[:, None, None]
    Image.fromarray((rows * np.ones((1, SIZE[0], 3))).astype(np.uint8)).save(picture)
    if task == "voice":
        return GenerateSound(model, "a dog barks", SECONDS, scratch / "voice.npy", steps=STEPS)
    if task == "ranking":
        takes = np.random.default_rng(0).normal(0.0, 0.1, (2, round(SECONDS * RATE))).astype(np.float32)
        np.savez(scratch / "takes.npz", **{str(number): take for number, take in enumerate(takes)})  # type: ignore[arg-type]
        return RankTakes(model, "a dog barks", scratch / "takes.npz", RATE)
    requests: dict[str, Request[Any]] = {
        "regions": OutlineRegions(model, picture, scratch / "regions.npz"),
        "detection": DetectObjects(model, picture, ["dog", "car"], 0.25),
        "depth": EstimateDepth(model, picture, scratch / "depth.npy"),
        "names": LabelPictures(model, [picture], ["dog", "car"]),
        "captions": DescribePictures(model, [picture]),
    }
    return requests[task]
