"""What was traced of one source at one moment, for the preview and to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..materials import BANDS
from ..soundscene import Detour, Reflection, SoundScene, Source
from .around import FIVE_HUNDRED
from .moments import places

LOW, HIGH = slice(0, 3), slice(4, 7)
"""The octaves up to 500 Hz, and from 2 kHz on."""
SEEN = -3.0
"""dB at 500 Hz below which the straight way counts as hidden."""


@dataclass(frozen=True)
class Heard:
    """`low`, `high`: amplitudes of a source's direct sound with its detours, relative to the free way. `tail`: amplitude of its
    reverberation relative to the source at 1 m; `decay`: its seconds."""

    low: float = 1.0
    high: float = 1.0
    tail: float = 0.0
    decay: float = 0.0


@dataclass(frozen=True)
class ShownWay:
    """A way to draw. `kind`: "straight", "detour" or "reflection". `points`: (k, 3) metres. `level`: dB at 500 Hz."""

    kind: str
    points: np.ndarray
    level: float

    @property
    def is_free(self) -> bool:
        """Whether nothing hides it."""
        return self.level >= SEEN


def find(scene: SoundScene, source_id: str) -> Source | None:
    """The source with that id."""
    return next((source for source in scene.sources if source.id == source_id), None)


def heard_at(scene: SoundScene, source: Source, seconds: float) -> Heard:
    """What is heard of a source of a traced scene."""
    power = (10.0 ** (_octaves(source, seconds) / 20.0)) ** 2
    for detour in source.detours:
        if detour.times[0] <= seconds <= detour.times[-1] or len(detour.times) == 1:
            power = power + 10.0 ** (_at(seconds, detour.times, detour.octaves) / 10.0)
    low, high = (float(np.sqrt(power[part].mean())) for part in (LOW, HIGH))
    times = getattr(scene.room, "times", None)
    if source.tail is None or times is None:
        return Heard(low, high)
    levels, decays = _at(seconds, times, source.tail.level), _at(seconds, times, source.tail.decay)
    return Heard(low, high, float(np.sqrt((10.0 ** (levels / 10.0)).mean())), float(decays[LOW.start : HIGH.stop - 1].mean()))


def ways_at(scene: SoundScene, source: Source, seconds: float) -> list[ShownWay]:
    """The ways of a source's sound at a moment: straight, around edges, and by single mirrors."""
    moment = np.array([seconds])
    ear, mouth = places(scene.listener, moment)[0], places(source.path, moment)[0]
    found = [ShownWay("straight", np.array([ear, mouth]), float(_octaves(source, seconds)[FIVE_HUNDRED]))]
    for detour in source.detours:
        level = _detour_level(detour, seconds)
        if level > -60.0:
            first, last = (_at(seconds, detour.times, points) for points in (detour.first, detour.last))
            found.append(ShownWay("detour", np.array([ear, first, last, mouth]), level))
    for reflection in source.reflections:
        gain = float(np.interp(seconds, reflection.times, reflection.gain))
        point = _mirrored_at(reflection, ear, mouth)
        if gain > 0.0 and point is not None:
            loss = 10.0 * np.log10(max(1.0 - reflection.absorption[FIVE_HUNDRED], 1e-6))
            found.append(ShownWay("reflection", np.array([ear, point, mouth]), 20.0 * np.log10(gain) + float(loss)))
    return found


def hidden_times(source: Source, duration: float) -> list[tuple[float, float]]:
    """From when to when, in seconds, the straight way of a source is hidden."""
    times, octaves = source.occlusion.times, source.occlusion.octaves
    if len(octaves) == 0:
        return []
    over = octaves[:, FIVE_HUNDRED] - SEEN
    crossed = np.flatnonzero((over[:-1] < 0.0) != (over[1:] < 0.0))
    share = over[crossed] / (over[crossed] - over[crossed + 1])
    moments = (times[crossed] + share * (times[crossed + 1] - times[crossed])).tolist()
    edges = [0.0] * bool(over[0] < 0.0) + moments + [duration] * bool(over[-1] < 0.0)
    return [(max(begin, 0.0), min(end, duration)) for begin, end in zip(edges[::2], edges[1::2], strict=True) if end > 0.0]


def _octaves(source: Source, seconds: float) -> np.ndarray:
    """(bands,) dB of the straight way."""
    if len(source.occlusion.octaves) == 0:
        return np.zeros(len(BANDS))
    return _at(seconds, source.occlusion.times, source.occlusion.octaves)


def _at(seconds: float, times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(columns,) of a curve (n, columns)."""
    return np.array([np.interp(seconds, times, column) for column in values.T])


def _detour_level(detour: Detour, seconds: float) -> float:
    within = len(detour.times) == 1 or detour.times[0] <= seconds <= detour.times[-1]
    return float(np.interp(seconds, detour.times, detour.octaves[:, FIVE_HUNDRED])) if within else -120.0


def _mirrored_at(reflection: Reflection, ear: np.ndarray, mouth: np.ndarray) -> np.ndarray | None:
    """Where on a single mirror the reflection is seen; None for images of two mirrors."""
    if np.linalg.det(reflection.matrix) > 0.0:
        return None
    image = reflection.matrix @ mouth + reflection.offset
    normal = image - mouth
    length = np.linalg.norm(normal)
    if length < 1e-6:
        return None
    normal = normal / length
    here, there = (ear - 0.5 * (image + mouth)) @ normal, (image - 0.5 * (image + mouth)) @ normal
    return None if abs(here - there) < 1e-9 else np.asarray(ear + here / (here - there) * (image - ear))
