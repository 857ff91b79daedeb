"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""`progress(label, done, total)`; may raise `errors.Cancelled`."""


def silent(label: str, done: int, total: int) -> None:
    """The progress callback of somebody who does not want to know."""
