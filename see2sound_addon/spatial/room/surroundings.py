"""Add the room to a mix, block by block: responses of still sources, late reverberation, measured responses."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from scipy.signal import oaconvolve

from ...soundscene import Response, Shoebox, SoundScene, Traced
from ..bed import Bed
from ..convolution import Convolver
from ..extent import decorrelated
from ..head import LEAD, Head, samples
from ..layouts import Layout
from ..panning import unit_vector
from .images import holds
from .reverberation import AHEAD, Dry, Noises, late_tail, mean_cone_gain, stands_still, still_response
from .tails import TracedTails

Senders = list[tuple[float, list[tuple[int, float]]]]
"""Groups of sources that a room hears, by when its answer begins, seconds: a source's number and its amplitude at 1 m."""
ONSET_STEP = 0.01
"""Seconds to which these beginnings are rounded down, so that few responses serve many sources."""
ONSET_FADE = 0.003


class Spreader(Protocol):
    """What a room needs from a renderer."""

    def impulses(self, directions: np.ndarray, fractions: np.ndarray) -> tuple[np.ndarray, int]:
        """See `reverberation.Place`."""
        ...

    def diffuse(self, noises: Noises) -> np.ndarray:
        """(channels, taps) of a sound from everywhere; `noises(k)` gives k unrelated ones, (k, taps)."""
        ...


class Surroundings:
    """`response`: (channels, taps) of a `Response` room at the scene's rate. `block`: samples that every call asks for."""

    def __init__(
        self,
        scene: SoundScene,
        clips: list[np.ndarray],
        spreader: Spreader,
        layout: Layout,
        head: Head | None,
        response: np.ndarray | None,
        block: int,
    ) -> None:
        rate, room = float(scene.sample_rate), scene.room
        self.still = frozenset(number for number, source in enumerate(scene.sources) if stands_still(scene, source))
        self._senders: Senders = []
        self._early: Convolver | None = None
        self._late: Convolver | None = None
        self._bed: Bed | None = None
        self._tails: TracedTails | None = None
        if self.still:
            self._early = Convolver(
                [still_response(scene, scene.sources[n], spreader.impulses) for n in sorted(self.still)], block
            )
        if isinstance(room, Shoebox) and room.tail:
            self._senders = _senders(scene)
            tail = late_tail(scene, room, spreader.diffuse)
            self._late = Convolver([_not_before(tail, onset * rate, ONSET_FADE * rate) for onset, _ in self._senders], block)
        elif isinstance(room, Response) and response is not None:
            self._senders = [(0.0, [sender for _, group in _senders(scene) for sender in group])]
            response = response * np.float32(10.0 ** (room.gain_db / 20.0))
            late = AHEAD
            if len(response) > 2:
                order = math.isqrt(len(response)) - 1
                self._bed = Bed(scene, order, layout, head if layout.kind == "binaural" else None, block)
                late -= samples(LEAD, scene.sample_rate) if layout.kind == "binaural" else 0
            else:
                response = _around(response, scene, spreader)
            self._late = Convolver([np.pad(response, ((0, 0), (late, 0)))], block)
        wanted = self.still | {number for _, group in self._senders for number, _ in group}
        self._dry = {number: Dry(scene.sources[number], clips[number], rate) for number in wanted}
        if isinstance(room, Traced):
            reverberant = {n: Dry(one, clips[n], rate) for n, one in enumerate(scene.sources) if one.tail is not None}
            self._tails = TracedTails(scene, room, reverberant, spreader.diffuse, block)

    @property
    def before(self) -> int:
        """Number of earlier blocks whose sound may still be audible."""
        return max((part.before for part in (self._early, self._late) if part is not None), default=0)

    def __call__(self, start: int, stop: int) -> np.ndarray | None:
        """(channels, stop - start) float32, or None if the room adds nothing."""
        dry = {number: source(start + AHEAD, stop + AHEAD) for number, source in self._dry.items()}
        parts = []
        if self._early is not None:
            parts.append(self._early([dry[number] for number in sorted(self.still)]))
        if self._late is not None:
            sent = np.zeros((len(self._senders), stop - start), np.float32)
            for row, (_, group) in zip(sent, self._senders, strict=True):
                for number, level in group:
                    row += np.float32(level) * dry[number]
            late = self._late(list(sent))
            parts.append(late if self._bed is None else self._bed(late, start))
        if self._tails is not None and (tails := self._tails(start, stop)) is not None:
            parts.append(tails)
        return sum(parts[1:], parts[0]) if parts else None


def _senders(scene: SoundScene) -> Senders:
    """Group sources by the arrival of their direct sound; the response of a room begins with it, not before."""
    groups: dict[float, list[tuple[int, float]]] = {}
    for number, source in enumerate(scene.sources):
        if source.extent == "ambient" or not holds(scene.room, source.path):
            continue
        way = source.path.positions.mean(axis=0) - scene.listener.positions.mean(axis=0)
        late = 0.0 if source.synchronous else float(np.linalg.norm(way)) / scene.speed_of_sound
        onset = ONSET_STEP * np.floor(late / ONSET_STEP)
        groups.setdefault(onset, []).append((number, source.reference_distance * mean_cone_gain(source)))
    return sorted(groups.items()) or [(0.0, [])]


def _not_before(tail: np.ndarray, onset: float, fade: float) -> np.ndarray:
    """A tail (channels, taps) without what comes before `onset`, fading in over `fade`, both in samples."""
    since = (np.arange(tail.shape[1]) - AHEAD - onset) / fade
    return tail * np.clip(since, 0.0, 1.0).astype(np.float32)


def _around(response: np.ndarray, scene: SoundScene, spreader: Spreader) -> np.ndarray:
    """(channels, taps) of a mono response, from everywhere, or of a stereo one, from 30 degrees left and right."""
    if len(response) == 1:
        return spreader.diffuse(lambda count: np.stack(decorrelated(response[0], count, scene.sample_rate, False, scene.seed)))
    directions = np.array([unit_vector(30.0, 0.0), unit_vector(-30.0, 0.0)])
    impulses, early = spreader.impulses(directions, np.zeros(2))
    placed = oaconvolve(response[:, None], impulses, axes=2).sum(axis=0)
    return np.asarray(placed[:, early:], np.float32)
