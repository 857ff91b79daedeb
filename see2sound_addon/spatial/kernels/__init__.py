"""The inner loops of the engine, compiled or in NumPy: see `interface.Kernel`."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from ...errors import See2SoundError
from . import reference
from .interface import Kernel
from .library import find_libraries
from .native import Native

LOGGER = logging.getLogger(__name__)
VARIABLE = "SEE2SOUND_KERNEL"
"""Environment variable that forces one of the kernels: numpy, baseline or avx2."""
_forced: list[str] = []


@cache
def kernels() -> dict[str, Kernel]:
    """Those that run here by name, the fastest first."""
    found, why = find_libraries()
    for reason in why:
        LOGGER.info("kernel not used: %s", reason)
    if not found:
        LOGGER.warning("No compiled kernel fits this machine; mixes are rendered by NumPy, several times slower.")
    return {**{library.name: Native(library) for library in found}, reference.name: reference}


def kernel() -> Kernel:
    """The one in use. Error: `kernel-unknown`."""
    name = _forced[-1] if _forced else os.environ.get(VARIABLE, "")
    if not name:
        return next(iter(kernels().values()))
    if name not in kernels():
        there = ", ".join(kernels())
        raise See2SoundError("kernel-unknown", f"There is no kernel {name!r} here.", f"Set {VARIABLE} to one of: {there}.")
    return kernels()[name]


@contextmanager
def using(name: str) -> Iterator[None]:
    """Use another kernel for a while, to compare them."""
    _forced.append(name)
    try:
        yield
    finally:
        _forced.pop()
