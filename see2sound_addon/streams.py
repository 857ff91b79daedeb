"""Keep standard output for results: what libraries print goes to standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Whatever is printed to standard output meanwhile, also by code that is not Python, goes to standard error."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # standard output is closed
        yield
        return
    try:
        os.dup2(2, 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


@contextlib.contextmanager
def muffled() -> Iterator[None]:
    """What code that is not Python prints meanwhile is dropped, as Blender's line for each frame of a film; ours is not."""
    sys.stderr.flush()
    try:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # standard error is closed
        yield
        return
    before = sys.stderr
    with quiet(), os.fdopen(os.dup(kept), "w", encoding="utf-8", errors="backslashreplace", buffering=1) as ours:
        sys.stderr = ours
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            sys.stderr = before
            os.close(kept)
            os.close(nowhere)
