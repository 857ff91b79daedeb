"""Everything that a room adds to a mix beside the reflections under way: block by block, from the sources' dry sounds."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from scipy.signal import oaconvolve

from ..soundscene import Response, Shoebox, SoundScene
from .bed import Bed
from .convolution import Convolver
from .extent import decorrelated
from .head import LEAD, Head, samples
from .layouts import Layout
from .panning import unit_vector
from .reverberation import AHEAD, Dry, Noises, late_tail, mean_cone_gain, stands_still, still_response
from .rooms import holds


class Spreader(Protocol):
    """What a room asks of a renderer."""

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
        self._senders: list[tuple[int, float]] = []
        self._early: Convolver | None = None
        self._late: Convolver | None = None
        self._bed: Bed | None = None
        if self.still:
            self._early = Convolver(
                [still_response(scene, scene.sources[n], spreader.impulses) for n in sorted(self.still)], block
            )
        if isinstance(room, Shoebox) and room.tail:
            self._senders = _senders(scene)
            self._late = Convolver([late_tail(scene, room, spreader.diffuse)], block)
        elif isinstance(room, Response) and response is not None:
            self._senders = _senders(scene)
            response = response * np.float32(10.0 ** (room.gain_db / 20.0))
            late = AHEAD
            if len(response) > 2:
                order = math.isqrt(len(response)) - 1
                self._bed = Bed(scene, order, layout, head if layout.kind == "binaural" else None, block)
                late -= samples(LEAD, scene.sample_rate) if layout.kind == "binaural" else 0
            else:
                response = _around(response, scene, spreader)
            self._late = Convolver([np.pad(response, ((0, 0), (late, 0)))], block)
        wanted = self.still | {number for number, _ in self._senders}
        self._dry = {number: Dry(scene.sources[number], clips[number], rate) for number in wanted}

    @property
    def before(self) -> int:
        """Blocks back from which on a sound may still be heard."""
        return max((part.before for part in (self._early, self._late) if part is not None), default=0)

    def __call__(self, start: int, stop: int) -> np.ndarray | None:
        """(channels, stop - start) float32, or None where there is nothing of that kind."""
        dry = {number: source(start + AHEAD, stop + AHEAD) for number, source in self._dry.items()}
        parts = []
        if self._early is not None:
            parts.append(self._early([dry[number] for number in sorted(self.still)]))
        if self._late is not None:
            sent = np.zeros(stop - start, np.float32)
            for number, level in self._senders:
                sent += np.float32(level) * dry[number]
            late = self._late([sent])
            parts.append(late if self._bed is None else self._bed(late, start))
        return sum(parts[1:], parts[0]) if parts else None


def _senders(scene: SoundScene) -> list[tuple[int, float]]:
    """Which sources a room hears, and each one's amplitude at 1 m over all directions."""
    inside = [n for n, source in enumerate(scene.sources) if source.extent != "ambient" and holds(scene.room, source.path)]
    return [(n, scene.sources[n].reference_distance * mean_cone_gain(scene.sources[n])) for n in inside]


def _around(response: np.ndarray, scene: SoundScene, spreader: Spreader) -> np.ndarray:
    """(channels, taps) of a mono response, from everywhere, or of a stereo one, from 30 degrees left and right."""
    if len(response) == 1:
        return spreader.diffuse(lambda count: np.stack(decorrelated(response[0], count, scene.sample_rate, False, scene.seed)))
    directions = np.array([unit_vector(30.0, 0.0), unit_vector(-30.0, 0.0)])
    impulses, early = spreader.impulses(directions, np.zeros(2))
    placed = oaconvolve(response[:, None], impulses, axes=2).sum(axis=0)
    return np.asarray(placed[:, early:], np.float32)
