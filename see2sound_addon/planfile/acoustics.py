"""Read what the meshes of a scene do to its sound: octaves, detours, reflections, tails, and the surroundings."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..materials import BANDS
from ..soundscene import Detour, Occlusion, Reflection, Tail, Traced
from .bounds import MOST_DETOURS, MOST_REFLECTIONS, MOST_TRACED
from .reader import Reader

MOST_DB = 300.0


def occlusion_from(reader: Reader) -> Occlusion:
    """Errors: `plan-*`."""
    occlusion = Occlusion(
        reader.array("times", 0, [0.0], largest=1e6),
        reader.array("gain_db", 0, [0.0], largest=120.0),
        reader.array("lowpass", 0, [20000.0], largest=1e6),
        reader.array("octaves", len(BANDS), [], largest=MOST_DB),
    )
    _check_times(reader, occlusion.times)
    if len({len(occlusion.times), len(occlusion.gain_db), len(occlusion.lowpass)}) != 1:
        raise reader.fail("'gain_db' and 'lowpass'", "must be as long as times")
    if len(occlusion.octaves) not in (0, len(occlusion.times)):
        raise reader.fail("'octaves'", "must be as long as times")
    if (occlusion.lowpass < 1.0).any():
        raise reader.fail("'lowpass'", "must be at least 1 Hz")
    reader.end()
    return occlusion


def detours_from(reader: Reader) -> list[Detour]:
    """Errors: `plan-*`."""
    return [_detour(inner) for inner in _list(reader, "detours", "A detour", MOST_DETOURS)]


def _detour(reader: Reader) -> Detour:
    detour = Detour(
        reader.array("times", 0, largest=1e6),
        reader.array("first", 3),
        reader.array("last", 3),
        reader.array("between", 0),
        reader.array("octaves", len(BANDS), largest=MOST_DB),
    )
    _check_times(reader, detour.times)
    if {len(detour.first), len(detour.last), len(detour.between), len(detour.octaves)} != {len(detour.times)}:
        raise reader.fail("'first', 'last', 'between' and 'octaves'", "must be as long as times")
    if detour.between.min() < 0.0:
        raise reader.fail("'between'", "must not be negative")
    reader.end()
    return detour


def reflections_from(reader: Reader) -> list[Reflection]:
    """Errors: `plan-*`."""
    return [_reflection(inner) for inner in _list(reader, "reflections", "A reflection", MOST_REFLECTIONS)]


def _reflection(reader: Reader) -> Reflection:
    reflection = Reflection(
        reader.array("matrix", 3, largest=1.0 + 1e-6),
        reader.array("offset", 0),
        reader.array("absorption", 0, largest=1.0),
        reader.array("times", 0, largest=1e6),
        reader.array("gain", 0, largest=1.0),
    )
    _check_times(reader, reflection.times)
    if len(reflection.matrix) != 3 or np.abs(reflection.matrix @ reflection.matrix.T - np.eye(3)).max() > 1e-3:
        raise reader.fail("'matrix'", "must be three rows at right angles, each of length 1")
    if len(reflection.offset) != 3:
        raise reader.fail("'offset'", "must have 3 numbers")
    if len(reflection.absorption) != len(BANDS) or reflection.absorption.min() < 0.0:
        raise reader.fail("'absorption'", f"must be {len(BANDS)} numbers from 0 to 1")
    if len(reflection.gain) != len(reflection.times) or reflection.gain.min() < 0.0:
        raise reader.fail("'gain'", "must be as long as times, with values from 0 to 1")
    reader.end()
    return reflection


def tail_from(reader: Reader) -> Tail | None:
    """Errors: `plan-*`. Its length is checked by `check_tail`."""
    if reader.data.get("tail") is None:
        reader.data.pop("tail", None)
        return None
    inner = reader.inner("tail", f"The tail of {reader.where[0].lower()}{reader.where[1:]}")
    tail = Tail(
        inner.array("level", len(BANDS), largest=MOST_DB),
        inner.array("decay", len(BANDS), largest=60.0),
        inner.array("delay", 0, largest=60.0),
    )
    if len({len(tail.level), len(tail.decay), len(tail.delay)}) != 1 or len(tail.delay) == 0:
        raise inner.fail("'level', 'decay' and 'delay'", "must be equally long")
    if tail.decay.min() < 0.01 or tail.delay.min() < 0.0:
        raise inner.fail("'decay' and 'delay'", "must be at least 0.01 s and 0 s")
    inner.end()
    return tail


def check_tail(reader: Reader, tail: Tail | None, room: object) -> None:
    """Error `plan-value` for a tail without a traced room, or of another length than its times."""
    if tail is not None and (not isinstance(room, Traced) or len(room.times) != len(tail.delay)):
        raise reader.fail("'tail'", "needs a room of the kind traced, with as many times as it has rows")


def traced_from(reader: Reader) -> Traced:
    """Errors: `plan-*`."""
    traced = Traced(
        reader.array("times", 0, largest=1e6),
        reader.array("openness", 0, largest=1.0),
        reader.array("mean_free_path", 0),
        reader.array("absorption", len(BANDS), largest=1.0),
    )
    _check_times(reader, traced.times)
    if len(traced.times) > MOST_TRACED:
        raise reader.fail("'times'", f"must be at most {MOST_TRACED}")
    if {len(traced.openness), len(traced.mean_free_path), len(traced.absorption)} != {len(traced.times)}:
        raise reader.fail("'openness', 'mean_free_path' and 'absorption'", "must be as long as times")
    return traced


def _list(reader: Reader, key: str, where: str, most: int) -> list[Reader]:
    items: Any = reader.take(key, [])
    if not isinstance(items, list) or len(items) > most:
        raise reader.fail(repr(key), f"must be a list of at most {most}")
    owner = reader.where[0].lower() + reader.where[1:]
    return [Reader(item, f"{where} of {owner}", reader.arrays) for item in items]


def _check_times(reader: Reader, times: np.ndarray) -> None:
    if len(times) == 0 or (np.diff(times) <= 0.0).any():
        raise reader.fail("'times'", "must go forwards", "plan-times-backwards")
