"""Set up, check and remove the virtual environment for neural models.

Runs in our own Python; the standard library alone.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import See2SoundError
from ..media.files import check_writable
from ..progress import Progress, no_progress
from ..weights.cards import Card
from ..weights.consent import check_online
from ..weights.proposal import propose
from ..weights.requests import Download, ModelOffered, OfferModel
from ..workers.commands import run_program as run_command_line
from ..workers.process import Worker, run_program
from .requests import EnvironmentFacts, ReportStatus

LOCKS = Path(__file__).parent / "locks"
SIZES = {"cpu": 1.6, "cuda": 6.5, "rocm": 9.0, "metal": 1.5}
"""GB on the disk, by kind; some half of it is downloaded."""
STAMP = "see2sound.json"
LEAST_PYTHON = (3, 10)


@dataclass(frozen=True)
class Place:
    """`folder`: where our own environment is or would be. `python`: another one that an artist chose, or None."""

    folder: Path
    python: Path | None = None

    @property
    def executable(self) -> Path:
        """The Python to run models with."""
        return self.python or self.folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def usual_kind() -> str:
    """What fits this machine best as far as can be told without its drivers' libraries."""
    if platform.system() == "Darwin":
        return "metal" if platform.machine() == "arm64" else "cpu"
    if shutil.which("nvidia-smi"):
        return "cuda"
    return "rocm" if platform.system() == "Linux" and shutil.which("rocminfo") else "cpu"


def gpu_memory(kind: str) -> float:
    """GB of the GPU's memory as the driver states it, 0 where there is none or it is not told."""
    if kind == "cuda":
        query = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
        failed, said = run_command_line(query, whole=True)
        megabytes = [float(line) for line in said.splitlines() if line.strip().isdigit()] if not failed else []
        return max(megabytes, default=0.0) * 2**20 / 1e9
    if kind == "rocm":
        files = Path("/sys/class/drm").glob("card*/device/mem_info_vram_total")
        return max((float(file.read_text()) for file in files), default=0.0) / 1e9
    if kind == "metal" and hasattr(os, "sysconf"):
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) / 1e9
    return 0.0


def room_for_models(folder: Path, kind: str) -> tuple[float, float]:
    """GB of the GPU's memory, and of the disk, that models may take when the environment is there, too."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return gpu_memory(kind), shutil.disk_usage(existing).free / 1e9 - 2.0 * SIZES[kind]


def proposed(folder: Path, kind: str, commercial: bool) -> list[Card]:
    """The models that fit this machine."""
    return propose(*room_for_models(folder, kind), commercial)


def lock_of(kind: str) -> Path:
    """The lock file of a kind. Error: `neural-kind`."""
    if kind not in SIZES:
        raise See2SoundError("neural-kind", f"There is no environment of the kind {kind!r}.", f"Use {', '.join(SIZES)}.")
    return LOCKS / f"{kind}.txt"


def set_up(
    place: Place, kind: str, progress: Progress = no_progress, online: bool = False, requirements: Path | None = None
) -> None:
    """Make the environment anew beside the old one, try it, and put it in its place.

    `online`: that the user has agreed to download. What was downloaded before a cancel is kept. `requirements`: instead of the
    lock file. Errors: `offline`, `disk-full`, `neural-setup`, those of `probe`.
    """
    lock = requirements or lock_of(kind)
    check_online(online, "Setting up neural models downloads from pypi.org.")
    check_writable(place.folder)
    needed = SIZES.get(kind, 1.6) * 1.6e9  # beside it lie the downloads
    if shutil.disk_usage(place.folder).free < needed:
        raise See2SoundError(
            "disk-full", f"{needed / 1e9:.0f} GB must be free in {place.folder}.", "Make room, or choose another folder."
        )
    new, cache = place.folder / "env.new", place.folder / "downloads"
    shutil.rmtree(new, ignore_errors=True)
    own = Place(place.folder)
    try:
        progress("Making the environment", 0, 100)
        run_program([sys.executable, "-m", "venv", str(new)], *_followed(progress, 0, 2))
        python = new / own.executable.relative_to(place.folder / "env")
        install = [
            str(python), "-m", "pip", "install", "--cache-dir", str(cache), "--disable-pip-version-check", "--no-input",
            "--only-binary=:all:", "--progress-bar", "off", "-r", str(lock),
        ]  # fmt: skip
        run_program(install, *_followed(progress, _pins(lock), 98))
        progress("Trying it", 98, 100)
        found = probe(python)
        (new / STAMP).write_text(json.dumps({"kind": kind, **found}), encoding="utf-8")
        _take_its_place(new, place.folder / "env")
        shutil.rmtree(cache, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    progress("Ready", 100, 100)


def _take_its_place(new: Path, final: Path) -> None:
    """Rename, and back again where that fails."""
    old = final.with_name("env.old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if final.exists():
            final.rename(old)
        try:
            new.rename(final)
        except OSError:
            if old.exists():
                old.rename(final)
            raise
    except OSError as error:
        raise See2SoundError("folder-not-writable", f"{final} cannot be replaced: {error}.", "Close what uses it.") from error
    shutil.rmtree(old, ignore_errors=True)


class _Lines:
    """What pip says, as progress: a package collected or installed is a step."""

    def __init__(self, progress: Progress, steps: int, upto: int) -> None:
        self.progress, self.steps, self.upto, self.seen = progress, steps, upto, 0
        self.last = ("Making the environment", 0, 100)

    def __call__(self, line: str) -> None:
        label = "Making the environment"
        if line.startswith(("Collecting", "Processing", "  Downloading", "  Using cached", "Downloading")):
            self.seen += line.startswith(("Collecting", "Processing"))
            verb, name = [*line.split(), ""][:2]
            label = f"{verb} {Path(name).name}"
        elif line.startswith("Installing"):
            label = "Installing"
        share = min(1.0, self.seen / max(1, self.steps))
        self.last = (label[:60], int(self.upto * share * 0.9), 100)
        self.progress(*self.last)


def _followed(progress: Progress, steps: int, upto: int) -> tuple[_Lines, str, Callable[[], None]]:
    """The last arguments of `run_program`."""
    lines = _Lines(progress, steps, upto)
    return lines, "neural-setup", lambda: progress(*lines.last)


def _pins(lock: Path) -> int:
    return sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())


_PROBE = """
import json, sys
found = {"python": list(sys.version_info[:3])}
for name in ("torch", "transformers", "diffusers", "accelerate", "safetensors", "PIL", "numpy"):
    try:
        found[name] = str(__import__(name).__version__)
    except Exception as error:
        found[name] = None
        found.setdefault("wrong", []).append(f"{name}: {type(error).__name__}: {error}"[:200])
if found.get("torch"):
    import torch
    found["cuda_build"] = torch.version.cuda or torch.version.hip
    found["cuda"] = torch.cuda.is_available()
    found["mps"] = torch.backends.mps.is_available()
print("see2sound:" + json.dumps(found))
"""


def probe(python: Path) -> dict[str, Any]:
    """What a Python has. Errors: `neural-missing`, `neural-broken`, each naming what is wrong and what to do."""
    if not python.is_file():
        raise See2SoundError(
            "neural-missing", "The neural environment is not set up.", "Set it up, or choose a Python that has torch."
        )
    lines: list[str] = []
    run_program([str(python), "-I", "-c", _PROBE], lines.append, "neural-broken", lambda: None)
    answer = next((line.removeprefix("see2sound:") for line in lines if line.startswith("see2sound:")), None)
    try:
        found = dict(json.loads(answer or ""))
    except ValueError as error:
        raise See2SoundError("neural-broken", f"{python} does not answer as a Python does.", "Choose another one.") from error
    if tuple(found["python"]) < LEAST_PYTHON:
        version = ".".join(map(str, found["python"]))
        raise See2SoundError(
            "neural-broken", f"{python} is Python {version}, too old for the models.", "Use Python 3.10 or later."
        )
    if found.get("wrong"):
        missing = "; ".join(found["wrong"])
        raise See2SoundError(
            "neural-broken", f"{python} lacks what models need: {missing}.", "Repair the environment by setting it up again."
        )
    return found


def describe(place: Place) -> EnvironmentFacts:
    """For `doctor` and the panel: what there is, what is missing, the device, its memory. Never raises See2SoundError."""
    try:
        probe(place.executable)
        with Worker(place.executable) as worker:
            status = worker.ask(ReportStatus())
    except See2SoundError as error:
        return EnvironmentFacts(False, error.message, error.hint)
    advice = ""
    if status.device == "cpu" and usual_kind() in ("cuda", "rocm"):
        build = "was made without CUDA" if not status.cuda_build else "sees no GPU; its driver may be too old"
        advice = (
            f"This machine has a GPU, but torch {build}. Set the environment up again as {usual_kind()}, or renew the driver."
        )
    return EnvironmentFacts(True, advice=advice, python=str(place.executable), status=status)


def remove(place: Place) -> None:
    """Delete our own environment and its downloads. Error: `folder-not-writable`."""
    for name in ("env", "env.new", "env.old", "downloads"):
        path = place.folder / name
        try:
            if path.exists():
                shutil.rmtree(path)
        except OSError as error:
            raise See2SoundError("folder-not-writable", f"{path} cannot be removed: {error}.", "Close what uses it.") from error


def fetch_model(
    place: Place, card: Card, progress: Progress = no_progress, online: bool = False, models: Path | None = None
) -> Path:
    """Download a model of the catalogue into the folder `models`; what is there already is kept.

    Errors: `offline`, those of the task `download`.
    """
    check_online(online, f"{card.repository} is downloaded from huggingface.co.")
    probe(place.executable)
    folder = (models or place.folder / "models") / card.id
    with _with_network(place) as worker:
        worker.ask(Download(card.repository, card.task, folder, card.revision), progress)
    return folder


def offer_model(place: Place, card: Card, progress: Progress = no_progress, online: bool = False) -> ModelOffered:
    """The files that a download of a model would take, and their size. Errors: `offline`, those of the task `offer_model`."""
    check_online(online, f"The list of files of {card.repository} lies at huggingface.co.")
    probe(place.executable)
    with _with_network(place) as worker:
        return worker.ask(OfferModel(card.repository, card.revision), progress)


def _with_network(place: Place) -> Worker:
    return Worker(place.executable, {"HF_HUB_DISABLE_TELEMETRY": "1"}, network=True)
