"""Requests to workers and their results: data classes, and how they travel as JSON.

A field may be a number, a text, a path, an array, None, a data class, or a list, tuple or dictionary of these. A field whose
type is an abstract class carries the name of the data class that it holds.
"""

from __future__ import annotations

import inspect
import types
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

Result = TypeVar("Result")


class Request(Generic[Result]):
    """Base class of requests, which are data classes. `task`: its name; `result`: the class of what the task returns."""

    task: ClassVar[str]
    result: ClassVar[type]


def to_message(value: Any) -> Any:
    """Plain data for JSON. Error: TypeError for what JSON cannot carry, such as NumPy's other numbers."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):  # NumPy's float64 is one, too
        return float(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, np.ndarray):
        return {"dtype": str(value.dtype), "shape": list(value.shape), "values": value.ravel().tolist()}
    if isinstance(value, list | tuple):
        return [to_message(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_message(item) for key, item in value.items()}
    if is_dataclass(value):
        message = {item.name: to_message(getattr(value, item.name)) for item in fields(value)}
        return {"type": type(value).__name__, **message} if _is_variant(type(value)) else message
    raise TypeError(f"{type(value).__name__} cannot be sent to a worker")


def from_message(kind: Any, data: Any) -> Any:
    """The inverse of `to_message` for a type. Errors: TypeError, ValueError, KeyError for other data."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return data
    if origin in (Union, types.UnionType):
        if data is None and type(None) in arguments:
            return None
        return from_message(next(item for item in arguments if item is not type(None)), data)
    if origin is list:
        return [from_message(arguments[0], item) for item in _checked(list, data)]
    if origin is tuple:
        kinds = arguments if arguments[-1] is not ... else (arguments[0],) * len(data)
        return tuple(from_message(item_kind, item) for item_kind, item in zip(kinds, _checked(list, data), strict=True))
    if origin is dict:
        return {key: from_message(arguments[1], item) for key, item in _checked(dict, data).items()}
    if kind is np.ndarray:
        return np.array(data["values"], np.dtype(data["dtype"])).reshape(data["shape"])
    if kind is Path:
        return Path(_checked(str, data))
    if inspect.isabstract(kind):
        variants = _variants(kind)
        kind = variants[data["type"]]
    if isinstance(kind, type) and is_dataclass(kind):
        known = _hints(kind)
        return kind(**{item.name: from_message(known[item.name], data[item.name]) for item in fields(kind)})
    return float(data) if kind is float and type(data) is int else _checked(kind, data)


def _is_variant(kind: type) -> bool:
    return any(inspect.isabstract(base) for base in kind.__bases__)


def _variants(kind: type) -> dict[str, type]:
    """The data classes that an abstract class stands for, by name."""
    found: dict[str, type] = {}
    variants: list[type] = kind.__subclasses__()
    for variant in variants:
        found |= _variants(variant) if inspect.isabstract(variant) else {variant.__name__: variant}
    return found


def _checked(kind: type, data: Any) -> Any:
    if not isinstance(data, kind):
        raise TypeError(f"{type(data).__name__} where {kind.__name__} is expected")
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
