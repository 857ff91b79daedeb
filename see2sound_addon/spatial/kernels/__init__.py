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
_chosen: list[Kernel] = []
"""The one in use, last."""


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
    if not _chosen:
        _chosen.append(_named(os.environ.get(VARIABLE, "") or next(iter(kernels()))))
    return _chosen[-1]


def _named(name: str) -> Kernel:
    if name not in kernels():
        there = ", ".join(kernels())
        raise See2SoundError("kernel-unknown", f"There is no kernel {name!r} here.", f"Set {VARIABLE} to one of: {there}.")
    return kernels()[name]


@contextmanager
def using(name: str) -> Iterator[None]:
    """Use another kernel for a while, to compare them."""
    kernel()
    _chosen.append(_named(name))
    try:
        yield
    finally:
        _chosen.pop()
