"""Numbers on the command line, with bounds and a clear line where they are wrong."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def number(low: float, high: float, what: str) -> Callable[[str], float]:
    """Reads a number between two bounds; `what` it is, for messages."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{what} must be a number, not {text!r}") from error
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{what} must lie between {low:g} and {high:g}")
        return value

    return read


def whole(low: int, high: int, what: str) -> Callable[[str], int]:
    """Reads a whole number between two bounds."""

    def read(text: str) -> int:
        value = number(low, high, what)(text)
        if value != int(value):
            raise argparse.ArgumentTypeError(f"{what} must be a whole number")
        return int(value)

    return read


seed = whole(0, 2**31 - 1, "the seed")
