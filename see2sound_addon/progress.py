"""The type of progress callbacks."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""`progress(label, done, total)`; may raise `errors.Cancelled`."""


def no_progress(label: str, done: int, total: int) -> None:
    """A progress callback that does nothing."""
