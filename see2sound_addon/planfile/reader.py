"""Take checked values out of JSON data."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from ..errors import See2SoundError
from .arrays import ArrayFile
from .bounds import MOST_KEYS, MOST_NUMBERS

FORMAT_HINT = "The format of plans is described in docs/plan.md of See2Sound's source code."


class Reader:
    """Takes keys out of a dictionary, checked; whatever is left over is an error that names it.

    `where`: what the dictionary is, for messages. `arrays`: the plan's file of arrays, or None.
    """

    def __init__(self, data: Any, where: str, arrays: ArrayFile | None = None) -> None:
        if not isinstance(data, dict):
            raise See2SoundError("plan-type", f"{where} must be an object.", FORMAT_HINT)
        self.data, self.where, self.arrays = dict(data), where, arrays

    def inner(self, key: str, where: str, default: Any = ...) -> Reader:
        """The object under a key."""
        return Reader(self.take(key, default), where, self.arrays)

    def fail(self, key: str, must: str, code: str = "plan-value") -> See2SoundError:
        """The error for a key."""
        return See2SoundError(code, f"{self.where}: {key} {must}.", FORMAT_HINT)

    def take(self, key: str, default: Any = ...) -> Any:
        """A value as it is."""
        if key in self.data:
            return self.data.pop(key)
        if default is ...:
            raise self.fail(repr(key), "is missing", "plan-key-missing")
        return default

    def text(self, key: str, default: Any = ..., among: tuple[str, ...] = ()) -> str:
        """A string, one of `among` if that is given."""
        value = self.take(key, default)
        if not isinstance(value, str) or (among and value not in among):
            raise self.fail(repr(key), f"must be one of {', '.join(among)}" if among else "must be text")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise self.fail(repr(key), "must be true or false")
        return value

    def number(self, key: str, default: Any = ..., low: float = -math.inf, high: float = math.inf) -> float:
        """A finite number within bounds."""
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
            raise self.fail(repr(key), f"must be a finite number, not {_short(value)}")
        if not low <= value <= high:
            raise self.fail(repr(key), f"must lie between {low:g} and {high:g}, not {value:g}")
        return float(value)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        value = self.number(key, default, low, high)
        if value != int(value):
            raise self.fail(repr(key), f"must be a whole number, not {value:g}")
        return int(value)

    def array(self, key: str, columns: int, default: Any = ..., largest: float = 1e7) -> np.ndarray:
        """(n,) for columns 0, else (n, columns): a list, or `{"array": NAME}` of the plan's file of arrays."""
        value = self.take(key, default)
        shape = f"a list of {columns}-number lists" if columns else "a list of numbers"
        if isinstance(value, dict):
            array = self._stored(key, value)
        elif not isinstance(value, list) or not _holds_numbers(value, columns):
            raise self.fail(repr(key), f"must be {shape}")
        else:
            try:
                array = np.array(value, float)
            except OverflowError as error:
                raise self.fail(repr(key), f"must hold finite numbers up to {largest:g}") from error
        if columns and array.shape == (0,):
            array = array.reshape(0, columns)
        if array.ndim != (2 if columns else 1) or (columns and array.shape[1] != columns):
            raise self.fail(repr(key), f"must be {shape}")
        if not np.isfinite(array).all() or (np.abs(array) > largest).any():
            raise self.fail(repr(key), f"must hold finite numbers up to {largest:g}")
        return array

    def _stored(self, key: str, value: dict[str, Any]) -> np.ndarray:
        name = value.get("array")
        if self.arrays is None or len(value) != 1 or not isinstance(name, str) or name not in self.arrays:
            raise self.fail(repr(key), f"names no array of the plan's file of arrays: {_short(value)}", "plan-arrays")
        return self.arrays[name]

    def end(self) -> None:
        """Error `plan-key-unknown` for what is left over."""
        if self.data:
            raise self.fail(_short(sorted(self.data)[0]), "is not a key of the plan", "plan-key-unknown")


def parse_json(text: str) -> Any:
    """JSON text to plain data. Errors: `plan-syntax`, `plan-too-large`."""
    # Every number needs a separator; so the text bounds how many there are before anything is made of it.
    if text.count(",") > MOST_NUMBERS // 4:
        raise See2SoundError(
            "plan-too-large",
            f"The plan has more than {MOST_NUMBERS // 4 // 10**6} million values.",
            "Let See2Sound write it: long trajectories then go to a file of arrays beside it.",
        )
    try:
        return json.loads(text, object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError) as error:
        raise See2SoundError(
            "plan-syntax", f"The plan is not JSON: {str(error)[:200]}.", "Write it with a JSON library."
        ) from error


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_KEYS:
        raise ValueError(f"an object has {len(pairs)} keys, and at most {MOST_KEYS} are read")
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {_short(name)} stands twice in one object")
        found[name] = value
    return found


def _holds_numbers(value: list[Any], columns: int) -> bool:
    """Whether a list holds nothing but numbers (columns 0), or lists of that many numbers."""
    if columns == 0:
        return all(type(number) in (int, float) for number in value)
    return all(type(row) is list and len(row) == columns and _holds_numbers(row, 0) for row in value)


def _short(value: Any) -> str:
    """A value for a message."""
    if isinstance(value, list | dict):
        return f"a list of {len(value)} values" if isinstance(value, list) else "an object"
    return repr(value)[:60] if not isinstance(value, int) or abs(value) < 10**60 else "a huge number"
