"""Find the compiled library that fits this machine and this kernel.c."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("kernel.c")
BUILT = Path(__file__).with_name("built")
"""Where `dev.py` compiles to."""
PACKAGE = "see2sound_kernels"
"""The wheel that the extension carries."""
SUFFIXES = {"Windows": ".dll", "Darwin": ".dylib"}


@dataclass(frozen=True)
class Library:
    """`name`: which of the variants, by the instructions that it uses."""

    name: str
    path: Path
    opened: ctypes.CDLL


@cache
def source_hash() -> str:
    """What a library must say that it was compiled from."""
    return hashlib.sha256(SOURCE.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:16]


def find_libraries() -> tuple[list[Library], list[str]]:
    """The libraries that run here, the fastest first, and why others do not."""
    why: list[str] = []
    baseline = _find("baseline", why)
    if baseline is None:
        return [], why or ["none was built"]
    avx2 = _find("avx2", why) if baseline.opened.see2sound_avx2() else None
    return [library for library in (avx2, baseline) if library is not None], why


def _find(name: str, why: list[str]) -> Library | None:
    for folder in _folders():
        path = folder / f"{name}{SUFFIXES.get(platform.system(), '.so')}"
        if path.exists():
            opened, reason = _open(path)
            if opened is not None:
                return Library(name, path, opened)
            why.append(f"{path}: {reason}")
    return None


def _folders() -> list[Path]:
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    return [BUILT, *map(Path, places)]


def _open(path: Path) -> tuple[ctypes.CDLL | None, str]:
    """A library, or the reason why it is none that can be used."""
    try:
        opened = ctypes.CDLL(str(path))
        opened.see2sound_source.restype = ctypes.c_char_p
        made_from = opened.see2sound_source().decode()
    except (OSError, AttributeError) as error:
        return None, str(error)
    return (opened, "") if made_from == source_hash() else (None, "it was made from another version of kernel.c")
