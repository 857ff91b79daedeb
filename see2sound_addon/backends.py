"""Backends: the ways to do each step, by name, and how other add-ons bring their own.

A backend of a step is a function with the signature of that step's Protocol, a `Format` for the step "format", or an `Output`
for "output".
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from .delivery.formats import FORMATS, OUTPUTS
from .errors import Cancelled, See2SoundError
from .paths import is_file
from .separation.separator import SEPARATORS, Separator
from .sound.generator import Ranker, SoundGenerator
from .sound.generators import GENERATORS
from .steps import STEPS, BackendNames
from .vision.depth import DEPTH_ESTIMATORS, DepthEstimator
from .vision.detectors import DETECTORS, Detector
from .vision.labeller import LABELLERS, Labeller
from .vision.networks import Network
from .vision.segmenter import SEGMENTERS, Segmenter
from .weights.eyes import EYES
from .weights.fetch import file_hash
from .weights.requests import TryNetwork
from .workers.process import Worker

TABLES: dict[str, dict[str, Any]] = {
    "detector": DETECTORS,
    "segmenter": SEGMENTERS,
    "labeller": LABELLERS,
    "depth": DEPTH_ESTIMATORS,
    "generator": GENERATORS,
    "separator": SEPARATORS,
    "format": FORMATS,
    "output": OUTPUTS,
}
"""The backends of each step."""
_loaded: dict[Path, tuple[tuple[int, int], set[tuple[str, str]]]] = {}
"""Files of other add-ons that are loaded, each with its time and size, and the backends that it has registered."""
_own = {(step, name) for step, table in TABLES.items() for name in table}


@dataclass(frozen=True)
class Backends:
    """The backend of each step of the method; the embedded ones by default.

    `ranker`: chooses among so many `takes` of each sound, None to take the first. `notes`: on the choice, for the user.
    """

    detector: Detector = DETECTORS["embedded"]
    segmenter: Segmenter = SEGMENTERS["saliency"]
    labeller: Labeller = LABELLERS["measures"]
    depth: DepthEstimator = DEPTH_ESTIMATORS["ground"]
    generator: SoundGenerator = GENERATORS["procedural"]
    separator: Separator = SEPARATORS["embedded"]
    ranker: Ranker | None = None
    takes: int = 1
    notes: tuple[str, ...] = ()


def register_backend(step: str, name: str, backend: Any) -> None:
    """Add a backend to a step, or replace one that was registered before.

    `step`: a key of TABLES. `backend`: a function as the Protocol of the step says (`Detector`, `Segmenter`, `Labeller`,
    `DepthEstimator`, `SoundGenerator`, `Separator`), a `Format` or an `Output`.
    Errors: `step-unknown`, `backend-embedded` for the name of an embedded one.
    """
    table = _table(step)
    if (step, name) in _own:
        raise See2SoundError("backend-embedded", f"{name!r} is the embedded {step}.", "Choose another name.")
    table[name] = backend


def unregister_backend(step: str, name: str) -> None:
    """Remove a backend that was registered; nothing happens if there is none."""
    if (step, name) not in _own:
        _table(step).pop(name, None)


def find_backend(step: str, name: str) -> Any:
    """The backend of a step. Errors: `step-unknown`, `backend-unknown`."""
    table = _table(step)
    if name not in table:
        raise See2SoundError("backend-unknown", f"There is no {step} {name!r}.", f"Use {', '.join(sorted(table))}.")
    return table[name] if (step, name) in _own or step == "format" else _guarded(step, name, table[name])


def _guarded(step: str, name: str, backend: Callable[..., Any]) -> Callable[..., Any]:
    """A backend of another add-on, whose faults become an error that names it."""

    def guarded(*arguments: Any) -> Any:
        try:
            return backend(*arguments)
        except (See2SoundError, Cancelled):
            raise
        except Exception as error:  # whatever the code of another add-on raises
            raise _failed(f"The {step} {name!r}", error) from error

    return guarded


def _failed(what: str, error: Exception) -> See2SoundError:
    why = f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
    return See2SoundError("plugin-failed", f"{what} of another add-on failed: {why}.", "Choose another, or disable the add-on.")


def choose_backends(names: BackendNames) -> Backends:
    """The backends that a job names. Errors: `backend-unknown`, `plugin-failed`."""
    load_plugins(names.plugins)
    chosen = Backends(**{step: find_backend(step, getattr(names, step)) for step in STEPS})
    return chosen if names.network is None else with_network(chosen, names.network, names.voice_unknown)


def with_network(usual: Backends, path: Path, voice_unknown: bool = False) -> Backends:
    """The backends with a network as the detector, and with the segmenter and labeller that fit it.

    `voice_unknown`: whether objects without a name get a sound. A network that cannot be used is a note, and `usual` stays.
    """
    try:
        network = _network(path.absolute(), _stamp(path))
    except See2SoundError as error:
        return replace(usual, notes=(*usual.notes, f"{error} The embedded detector was used."))
    labeller = usual.labeller if voice_unknown else LABELLERS["known"]
    return replace(usual, detector=network, segmenter=SEGMENTERS["detections"], labeller=labeller)


@lru_cache(4)
def _network(path: Path, stamp: tuple[int, int]) -> Network:
    """A network, kept from one picture to the next while its file stays as it is."""
    check_network(path)
    return Network(path)


def check_network(path: Path) -> None:
    """Try a detector in a process of its own: OpenCV crashes on some damaged files. Files with a card's hash need no trial.

    Errors: `eye-missing`, `eye-wrong`.
    """
    if is_file(path) and file_hash(path) in {card.sha256 for card in EYES.values()}:
        return
    try:
        with Worker() as worker:
            worker.ask(TryNetwork(path.absolute()))
    except See2SoundError as error:
        if error.code != "worker-died":
            raise
        raise See2SoundError(
            "eye-wrong", f"{path.name} cannot be used as a detector: OpenCV crashes on it.", "Use a NanoDet or YOLOX as ONNX."
        ) from error


def _stamp(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except OSError:
        return (0, 0)
    return facts.st_mtime_ns, facts.st_size


def load_plugins(files: Iterable[Path]) -> None:
    """Load files of other add-ons, see `plugins`: new and changed ones; others that were loaded are removed.

    Error: `plugin-failed`.
    """
    wanted = {path: _stamp(path) for path in files}
    for path in [path for path, (stamp, _) in _loaded.items() if wanted.get(path) != stamp]:
        unload_plugin(path)
    for path, stamp in wanted.items():
        if path in _loaded:
            continue
        before = _names()
        try:
            _module(path).register(importlib.import_module(f"{__package__}.api"))
        except Exception as error:  # whatever the code of another add-on raises
            for step, name in _names() - before:
                unregister_backend(step, name)
            raise error if isinstance(error, See2SoundError) else _failed(f"The file {path.name}", error) from error
        _loaded[path] = (stamp, _names() - before)


def unload_plugin(path: Path) -> None:
    """Remove the backends that a file has registered."""
    _, names = _loaded.pop(path, ((0, 0), set()))
    for step, name in names:
        unregister_backend(step, name)


def _names() -> set[tuple[str, str]]:
    return {(step, name) for step, table in TABLES.items() for name in table}


def _table(step: str) -> dict[str, Any]:
    if step not in TABLES:
        raise See2SoundError("step-unknown", f"There is no step {step!r}.", f"Use {', '.join(TABLES)}.")
    return TABLES[step]


def _module(path: Path) -> ModuleType:
    name = f"see2sound_backends_{abs(hash(path)):x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("it is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # data classes look their module up
    spec.loader.exec_module(module)
    return module
