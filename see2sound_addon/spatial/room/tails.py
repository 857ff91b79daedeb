"""Late reverberation that was traced in a scene: it changes along the listener's way, and each source has its own.

At each moment that was traced, sources whose sound decays alike share a response: noise that decays by octave. What the
listener hears goes over from the responses of one moment into those of the next: outdoors, nothing of the hall rings on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import oaconvolve

from ...materials import BANDS
from ...soundscene import SoundScene, Tail, Traced
from ..bands import band_filters
from ..convolution import Convolver
from ..damping import air_absorption
from .images import LONGEST_REVERBERATION
from .reverberation import AHEAD, EXPONENT, Dry, Noises, mean_cone_gain

INAUDIBLE = -90.0
"""dB: a tail that is weaker is left out."""
FLOOR = -80.0
"""dB of an octave, relative to a source of amplitude 1 at 1 m, below which it has died away."""
ALIKE_DB, ALIKE_SHARE, ALIKE_DELAY = 2.0, 0.15, 0.02
"""Sources share a response where their octaves differ by no more than these: levels, decays, seconds of delay."""
ONSET = 0.003
"""Seconds over which a tail begins."""


@dataclass
class Group:
    """Sources that share a response. `shape`, `decay`: (bands,) dB and seconds. `sources`: number and amplitude of each."""

    shape: np.ndarray
    decay: np.ndarray
    delay: float
    sources: list[tuple[int, float]]


def groups_of(scene: SoundScene, moments: int) -> list[list[Group]]:
    """For each of a room's moments, the sources that are heard reverberating, those alike together, the loudest first."""
    heard = [
        (number, source.tail, source.reference_distance * mean_cone_gain(source))
        for number, source in enumerate(scene.sources)
        if source.tail is not None and source.extent != "ambient"
    ]
    return [_groups_at(heard, moment) for moment in range(moments)]


def _groups_at(heard: list[tuple[int, Tail, float]], moment: int) -> list[Group]:
    """`heard`: number of each source, its tail and its amplitude at 1 m."""
    found: list[Group] = []
    for number, tail, amplitude in sorted(heard, key=lambda one: -_level(one[1], moment)):
        level, decay, delay = _level(tail, moment), tail.decay[moment], float(tail.delay[moment])
        if level < INAUDIBLE:
            break
        shape = tail.level[moment] - level
        same = next((group for group in found if _alike(group, shape, decay, delay)), None)
        if same is None:
            same = Group(shape, decay, delay, [])
            found.append(same)
        same.sources.append((number, 10.0 ** (level / 20.0) * amplitude))
    return found


def _level(tail: Tail, moment: int) -> float:
    """dB of all octaves together."""
    return float(10.0 * np.log10((10.0 ** (tail.level[moment] / 10.0)).mean()))


def _alike(group: Group, shape: np.ndarray, decay: np.ndarray, delay: float) -> bool:
    audible = shape > -40.0
    return bool(
        (np.abs(group.shape - shape)[audible] < ALIKE_DB).all()
        and (np.abs(np.log(group.decay / decay))[audible] < ALIKE_SHARE).all()
        and abs(group.delay - delay) < ALIKE_DELAY
    )


def tail_seconds(scene: SoundScene) -> float:
    """Length of the longest response."""
    lengths = [
        (source.tail.delay[:, None] + _in_air(source.tail.decay, scene)).max()
        for source in scene.sources
        if source.tail is not None
    ]
    return min(LONGEST_REVERBERATION, float(max(lengths, default=0.0)))


def _in_air(decay: np.ndarray, scene: SoundScene) -> np.ndarray:
    """Decays with what the air absorbs."""
    if scene.air is None:
        return decay
    lost = air_absorption(np.array(BANDS), scene.air) * scene.speed_of_sound  # dB a second
    return np.asarray(60.0 / (60.0 / decay + lost))


class TracedTails:
    """`dry`: the sources' sounds, by number. `diffuse`: a renderer's. `block`: samples that every call asks for."""

    def __init__(
        self,
        scene: SoundScene,
        room: Traced,
        dry: dict[int, Dry],
        diffuse: Callable[[Noises], np.ndarray],
        block: int,
    ) -> None:
        self.scene, self.times, self.dry, self.block = scene, room.times, dry, block
        self._diffuse, self._rate = diffuse, float(scene.sample_rate)
        self._groups = groups_of(scene, len(room.times))
        self._length = int(tail_seconds(scene) * self._rate) + 1
        self._bands: dict[int, np.ndarray] = {}
        self._sounding: dict[int, Convolver] = {}

    def __call__(self, start: int, stop: int) -> np.ndarray | None:
        """(channels, stop - start) float32, or None if nothing reverberates. Blocks come in order."""
        seconds = np.arange(start, stop) / self._rate
        first, last = np.searchsorted(self.times, [seconds[0], seconds[-1]], "right") - 1
        near = range(max(0, first), min(last + 2, len(self.times)))  # the moments before, within and after the block
        self._sounding = {moment: sounding for moment, sounding in self._sounding.items() if moment in near}
        total: np.ndarray | None = None
        for moment in near:
            weight = self._weight(moment, seconds)
            if not self._groups[moment] or not weight.any():
                continue
            if moment not in self._sounding:
                self._sounding[moment] = self._begin(self._groups[moment], start)
            heard = self._sounding[moment](self._sent(self._groups[moment], start)) * weight.astype(np.float32)
            total = heard if total is None else total + heard
        return total

    def _weight(self, moment: int, seconds: np.ndarray) -> np.ndarray:
        """(n,) how much the responses of one moment count: on straight lines to its neighbours."""
        around = slice(max(0, moment - 1), moment + 2)
        mine = (np.arange(len(self.times))[around] == moment).astype(float)
        return np.interp(seconds, self.times[around], mine)

    def _sent(self, groups: list[Group], start: int) -> list[np.ndarray]:
        """What the sources of each group send, from sample `start` on."""
        stop, needed = start + self.block, {number for group in groups for number, _ in group.sources}
        dry = {number: self.dry[number](start + AHEAD, stop + AHEAD) for number in sorted(needed)}
        return [sum(np.float32(level) * dry[number] for number, level in group.sources) for group in groups]  # type: ignore[misc]

    def _begin(self, groups: list[Group], start: int) -> Convolver:
        """The responses of a moment, with what was sent before `start`."""
        convolver = Convolver([self._response(group) for group in groups], self.block)
        for earlier in range(convolver.before, 0, -1):
            convolver(self._sent(groups, start - earlier * self.block))
        return convolver

    def _response(self, group: Group) -> np.ndarray:
        """(channels, taps), AHEAD samples late."""
        decay = _in_air(group.decay, self.scene)
        # As far as its loudest source is heard; an octave of a level L decays to FLOOR in its share of the time for 60 dB.
        loudest = 20.0 * np.log10(max(level for _, level in group.sources))
        reach = decay * np.clip((loudest + group.shape - FLOOR) / 60.0, 0.05, 1.0)
        length = min(self._length, int((group.delay + float(reach.max())) * self._rate) + 1)
        since = np.arange(length) / self._rate - group.delay
        onset = np.clip(since / ONSET, 0.0, 1.0)
        power = 10.0 ** (group.shape / 10.0) * 2.0 * EXPONENT / (group.decay * self._rate)
        fall = np.exp(-EXPONENT * np.maximum(since, 0.0)[None] / decay[:, None])
        envelopes = (np.sqrt(power)[:, None] * fall * onset).astype(np.float32)

        def noises(count: int) -> np.ndarray:
            made = np.zeros((count, length + AHEAD), np.float32)
            for number in range(count):
                np.einsum("bn,bn->n", self._noise(number)[:, :length], envelopes, out=made[number, AHEAD:])
            return made

        return np.asarray(self._diffuse(noises))

    def _noise(self, number: int) -> np.ndarray:
        """(bands, n) the octaves of one of the unrelated noises; all moments share them, or they would beat."""
        if number not in self._bands:
            noise = np.random.default_rng([self.scene.seed, number]).standard_normal(self._length).astype(np.float32)
            filters = band_filters(self._rate).astype(np.float32)
            self._bands[number] = np.stack([oaconvolve(noise, one, "same") for one in filters])
        return self._bands[number]
