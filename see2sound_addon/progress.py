"""Progress callbacks, and slices of work."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]
"""`progress(label, done, total)`; may raise `errors.Cancelled`."""
Slices = Generator[tuple[int, int], None, Result]
"""Work in slices, for a main thread that does other work in between: yields how much is done, and of how much."""


def no_progress(label: str, done: int, total: int) -> None:
    """A progress callback that does nothing."""


def at_once(slices: Slices[Result], label: str, progress: Progress) -> Result:
    """Do all slices of some work; its result."""
    while True:
        try:
            done, total = next(slices)
        except StopIteration as end:
            result: Result = end.value
            return result
        progress(label, done, total)
