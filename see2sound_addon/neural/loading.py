"""Load models on demand and keep them within a memory budget; the least recently used one goes first."""

from __future__ import annotations

import gc
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Before transformers is imported: what is not in the folder is not looked for elsewhere.
os.environ.update(
    HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1",
    DIFFUSERS_VERBOSITY="error", TRANSFORMERS_VERBOSITY="error",
)  # fmt: skip

import torch

from ..errors import See2SoundError
from ..progress import Progress
from ..weights.checks import check_model, weights_size
from ..weights.records import check_hashes

FROM_FOLDER: dict[str, Any] = {"local_files_only": True, "use_safetensors": True}
SHARE_OF_MEMORY = 0.6
"""Of what the device has, for models; the rest is for what they compute."""
EVERY = 0.1
"""Seconds between two checks for cancellation."""


def device() -> str:
    """Where models run."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def precision() -> torch.dtype:
    """Half on GPUs."""
    return torch.float32 if device() == "cpu" else torch.float16


def total_memory() -> int:
    """Bytes that the device has."""
    if device() == "cuda":
        return int(torch.cuda.get_device_properties(0).total_memory)
    try:
        return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return 8 * 2**30


class Store:
    """`budget`: bytes for all models together, None for a share of the device's memory."""

    def __init__(self, budget: int | None = None) -> None:
        self.budget = budget or int(SHARE_OF_MEMORY * total_memory())
        self._loaded: OrderedDict[tuple[str, str], tuple[Any, int]] = OrderedDict()
        self._hashed: set[tuple[str, float]] = set()

    def get(self, folder: str | os.PathLike[str], task: str, load: Callable[[Path, str], Any]) -> tuple[Any, str]:
        """What `load(folder, family)` gives, now or before, and the family. Errors: those of `checks`, `model-wrong`."""
        path = Path(folder)
        family = check_model(path, task)
        key = (str(path.resolve()), task)
        if key in self._loaded:
            self._loaded.move_to_end(key)
            return self._loaded[key][0], family
        changed = (key[0], max(file.stat().st_mtime for file in path.rglob("*.safetensors")))
        if changed not in self._hashed:
            check_hashes(path)
            self._hashed.add(changed)
        size = weights_size(path) // (2 if precision() == torch.float16 else 1)
        while self._loaded and size + sum(bytes_ for _, bytes_ in self._loaded.values()) > self.budget:
            self._loaded.popitem(last=False)
            _sweep()
        try:
            model = load(path, family)
        except (ImportError, OSError, ValueError, KeyError, RuntimeError, AttributeError, TypeError) as error:
            if is_out_of_memory(error):
                raise
            reason = " ".join(str(error).split())[:200]
            raise See2SoundError(
                "model-wrong", f"{path.name} cannot be loaded: {reason}", "Download the model again."
            ) from error
        self._loaded[key] = (model, size)
        return model, family

    def names(self) -> list[str]:
        """Folders of what is in memory, the oldest first."""
        return [folder for folder, _ in self._loaded]

    def clear(self) -> None:
        """Free everything."""
        self._loaded.clear()
        _sweep()


def _sweep() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


STORE = Store()


@contextmanager
def watched(model: torch.nn.Module, progress: Progress, label: str) -> Iterator[None]:
    """While a model runs, `progress` is asked again and again, and may raise to stop it in the middle of a step."""
    last = time.monotonic()

    def ask(module: torch.nn.Module, arguments: Any) -> None:
        nonlocal last
        if time.monotonic() - last > EVERY:
            last = time.monotonic()
            progress(label, 0, 1)

    hooks = [module.register_forward_pre_hook(ask) for module in model.modules()]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def is_out_of_memory(error: Exception) -> bool:
    """Whether there was not enough memory: torch says so in a type of its own for GPUs, for processors in words alone."""
    said = str(error).lower()
    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or any(one in said for one in words)


@contextmanager
def memory_errors(lower: str) -> Iterator[None]:
    """Turn running out of memory into an error that says what to lower."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        STORE.clear()
        raise See2SoundError(
            "out-of-memory", f"The memory of the {device()} is not enough.", f"Lower {lower}, or free the models."
        ) from error
