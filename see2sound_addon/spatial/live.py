"""Mix moving sources for two ears block by block, as they come: what a live picture needs.

Nothing is known of a source's future, so a block goes in straight lines from where the source was at its beginning to where it
is now: the delay of each ear, the gain, and the aligned responses of the head, which fade over. The delay is that since the
emission, from where the source was then, so that Doppler's effect is exact; the direction is the latest one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from .delayline import Clip
from .head import LEAD, Head, samples

FADE = 0.25
"""Seconds in which a source comes, and goes."""
FORGOTTEN = 6.0
"""Seconds after which a source that is gone is forgotten; until then it may come back."""
NEAREST = 0.25
"""Metres."""
SAME_WAY = float(np.cos(np.radians(0.2)))
"""Cosine of a change of direction that is not heard."""
KNOWN = 256
"""Distances of the past that are kept, one for each block."""
ROUNDS = 4
"""Of the iteration for the time of emission."""
MOST_BEND = 0.2
"""Largest change of the delay in a block, as a share of it: a tenth of the speed of sound is far beyond what is followed."""


@dataclass(frozen=True)
class Placed:
    """Where a source is now. `direction`: (3,) from the listener, x front, y left, z up. `gain`: linear, beside distance.

    `ambient`: whether it comes from nowhere.
    """

    direction: np.ndarray
    metres: float
    gain: float = 1.0
    ambient: bool = False


@dataclass
class _Voice:
    clip: Clip
    reference: float
    moment: float = 0.0
    delays: np.ndarray = field(default_factory=lambda: np.zeros(2))
    way: np.ndarray = field(default_factory=lambda: np.zeros(3))
    interaural: np.ndarray = field(default_factory=lambda: np.zeros(2))
    known: deque[float] = field(default_factory=lambda: deque(maxlen=KNOWN))
    gain: float = 0.0
    level: float = 0.0
    away: int = 0
    spectrum: np.ndarray | None = None


class LiveMixer:
    """A mixer for two ears. `block`: samples. `speed`: of sound, metres per second."""

    def __init__(self, head: Head, block: int, speed: float = 343.3) -> None:
        self.head, self.block, self.speed = head, block, speed
        self._taps = head.responses.shape[2]
        self._size = next_fast_len(block + self._taps - 1, real=True)
        self._lead = samples(LEAD, head.rate)
        alike = np.zeros((2, self._taps), np.float32)
        alike[:, self._lead] = np.sqrt(0.5)
        self._from_nowhere = rfft(alike, self._size)
        self._voices: dict[str, _Voice] = {}
        self._tail = np.zeros((2, self._taps - 1), np.float32)
        self._rise = np.linspace(0.0, 1.0, block, dtype=np.float32)
        self._ramp = np.arange(1, block + 1) / block

    def add(self, name: str, clip: np.ndarray, reference: float, loop: bool = True) -> None:
        """A source with its clip (n,) float32. `reference`: metres within which it grows no louder."""
        voice = _Voice(Clip(clip, loop), max(reference, NEAREST))
        voice.clip.read(np.arange(self.block, dtype=float))  # what is slow the first time
        self._voices[name] = voice

    def has(self, name: str) -> bool:
        """Whether a source has been added, and has not ended."""
        return name in self._voices

    def render(self, placed: dict[str, Placed]) -> np.ndarray:
        """The next block, (2, block) float32. Sources that are not `placed` fade out, and are forgotten later."""
        spectra = np.zeros((2, self._size // 2 + 1), np.complex64)
        for name, voice in list(self._voices.items()):
            now = placed.get(name)
            step = self.block / (FADE * self.head.rate)
            level = min(1.0, voice.level + step) if now is not None else max(0.0, voice.level - step)
            voice.away = 0 if now is not None or voice.spectrum is None else voice.away + 1
            if now is None and voice.level <= 0.0:
                if voice.away * self.block > FORGOTTEN * self.head.rate:
                    del self._voices[name]
                voice.moment += self.block
                continue
            spectra += self._one(voice, now, level)
        wet = irfft(spectra, self._size)
        out = wet[:, : self.block].copy()
        out[:, : self._tail.shape[1]] += self._tail[:, : self.block]
        rest = np.zeros_like(self._tail)
        kept = wet[:, self.block : self.block + rest.shape[1]]
        rest[:, : kept.shape[1]] = kept
        if self._tail.shape[1] > self.block:
            rest[:, : self._tail.shape[1] - self.block] += self._tail[:, self.block :]
        self._tail = rest
        return out

    def _one(self, voice: _Voice, now: Placed | None, level: float) -> np.ndarray:
        """What a source adds: the spectra of the block and the ringing after it, for both ears."""
        new = voice.spectrum is None
        delays, gain, spectrum = self._goal(voice, now)
        if new:
            voice.delays, voice.spectrum, voice.gain = delays, spectrum, gain
        assert voice.spectrum is not None
        bend = MOST_BEND * self.block
        delays = voice.delays + np.clip(delays - voice.delays, -bend, bend)
        loudness = (voice.gain * voice.level + (gain * level - voice.gain * voice.level) * self._rise).astype(np.float32)
        start, turn = voice.delays[:, None], (delays - voice.delays)[:, None]
        moments = voice.moment + np.arange(self.block) - (start + turn * self._ramp)
        dry = np.stack([voice.clip.read(moments[0]), voice.clip.read(moments[1])]) * loudness
        if voice.spectrum is spectrum:
            wet = rfft(dry, self._size) * spectrum
        else:  # the responses fade over from those of before to those of now
            later = rfft(dry * self._rise, self._size)
            wet = (rfft(dry, self._size) - later) * voice.spectrum + later * spectrum
        voice.moment += self.block
        voice.delays, voice.gain, voice.level, voice.spectrum = delays, gain, level, spectrum
        return np.asarray(wet)

    def _goal(self, voice: _Voice, now: Placed | None) -> tuple[np.ndarray, float, np.ndarray]:
        """Delays in samples, gain and spectra of the ears' responses at the end of the block."""
        if now is None:
            assert voice.spectrum is not None
            return voice.delays, voice.gain, voice.spectrum
        metres = max(now.metres, NEAREST)
        gain = now.gain * voice.reference / max(metres, voice.reference)
        if now.ambient:
            return np.zeros(2), now.gain, self._from_nowhere
        way = now.direction / max(float(np.linalg.norm(now.direction)), 1e-9)
        if voice.spectrum is not None and float(way @ voice.way) > SAME_WAY:
            return self._travel(voice, metres) + voice.interaural, gain, voice.spectrum
        around, weights = self.head.around(way[None])
        response = np.einsum("k,ket->et", weights[0], self.head.responses[around[0]])
        interaural = (weights[0][:, None] * self.head.delays[around[0]]).sum(axis=0) * self.head.rate
        voice.way, voice.interaural = way, interaural - self._lead
        return self._travel(voice, metres) + voice.interaural, gain, rfft(response, self._size)

    def _travel(self, voice: _Voice, metres: float) -> float:
        """Samples since the emission of what arrives at the end of the block: from where the source was then."""
        voice.known.append(metres)
        per_metre = self.head.rate / self.speed
        travel = metres * per_metre
        for _ in range(ROUNDS):
            travel = _at(voice.known, travel / self.block) * per_metre
        return travel


def _at(known: deque[float], ago: float) -> float:
    """A value some blocks ago, between those that are known; the first one before them."""
    whole = int(ago)
    if whole + 1 >= len(known):
        return known[0]
    part = ago - whole
    return known[-1 - whole] * (1.0 - part) + known[-2 - whole] * part
