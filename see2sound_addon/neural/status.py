"""Report the device and the loaded models of the neural environment. Runs where torch is."""

from __future__ import annotations

import importlib.metadata
import sys

import torch

from ..progress import Progress
from .loading import STORE, device, precision, total_memory
from .requests import Done, FreeModels, MemoryUsed, ReportMemory, ReportStatus, Status


def report_status(request: ReportStatus, progress: Progress) -> Status:
    """Versions, the device that will be used, its memory in bytes, and which models are loaded."""
    name = torch.cuda.get_device_name(0) if device() == "cuda" else device().upper()
    return Status(
        torch=str(torch.__version__),
        cuda_build=torch.version.cuda or torch.version.hip,
        transformers=importlib.metadata.version("transformers"),
        diffusers=importlib.metadata.version("diffusers"),
        device=device(),
        device_name=name,
        precision=str(precision()).removeprefix("torch."),
        memory=total_memory(),
        budget=STORE.budget,
        loaded=STORE.names(),
    )


def free_models(request: FreeModels, progress: Progress) -> Done:
    """Let go of every model in memory."""
    STORE.clear()
    return Done()


def report_memory(request: ReportMemory, progress: Progress) -> MemoryUsed:
    """The peak so far."""
    if device() == "cuda":
        return MemoryUsed(int(torch.cuda.max_memory_allocated()))
    try:
        import resource
    except ImportError:  # Windows
        return MemoryUsed(0)
    unit = 1 if sys.platform == "darwin" else 1024
    return MemoryUsed(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
