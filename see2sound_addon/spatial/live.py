"""Mix moving sources for two ears or two loudspeakers hop by hop, as they come: what a live picture and the preview need.

Nothing is known of a source's future. Each hop begins a frame of two hops, under a window that adds up to one with those before
and after it. In a frame a clip is read in a straight line: the delay goes from where it was to where it is now, and on as far
again. The next frame fades in where the source really went, so that nothing clicks, not even where a clip jumps.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy.signal import butter, sosfiltfilt

from .delayline import Clip, read_smoothly
from .feedback import DECAYS, Reverberator
from .head import LEAD, Head, samples
from .kernels import kernel
from .kernels.grid import HOP, STEP, WINDOW
from .layouts import find_layout
from .panning import pan

FORGOTTEN = 6.0
"""Seconds after which a source that is gone is forgotten; until then it may come back."""
KNOWN = 768
"""Delays of the past that are kept, one for each hop: 4 s."""
ROUNDS = 4
"""Of the iteration for the time of emission."""
SETTLES = 0.1
"""Seconds in which a delay follows its source, which is known by pictures only. The pitch of steady movement is exact."""
JUMP = 0.03
"""Seconds of delay beyond which a source has jumped, and is heard from its new place at once."""
DULL = 700.0
"""Hz: the cut-off of the sound that an obstacle dulls."""
POINTS = 2 * HOP // STEP + 1
"""Control points of a frame."""
WINDOWED = np.append(WINDOW[::STEP], 0.0)
"""(POINTS,) the window at control points; between them it is straight."""


@dataclass(frozen=True)
class Placed:
    """Where a source is now, and how loud. `direction`: (3,) from the listener, x front, y left, z up. `gain`: linear, in all.

    `travel`: seconds that the sound takes to arrive; 0 for a source that is heard as it sounds. `sharpness`: 1 is a point, 0 is
    heard from everywhere alike. `dull`: amplitude of low sounds beyond `gain`. `tail`: amplitude of the reverberation, and
    `decay` its seconds. `pitch`: how much faster the clip is read. `at`: samples into the clip where it goes on, or None.
    """

    direction: np.ndarray
    travel: float = 0.0
    gain: float = 1.0
    sharpness: float = 1.0
    dull: float = 0.0
    tail: float = 0.0
    decay: float = 0.0
    pitch: float = 1.0
    at: float | None = None


class Hearing(Protocol):
    """What sources are heard with. `signals`: of how many a source needs."""

    signals: int

    def place(self, directions: np.ndarray, sharpness: np.ndarray) -> np.ndarray:
        """Delays (n, signals) in samples for directions (n, 3), which it keeps in mind for `frame`."""
        ...

    def frame(self, which: list[int], signals: list[list[np.ndarray]], gains: np.ndarray) -> np.ndarray:
        """(2, two hops or more) of frames under the window. `which`: of the directions; `gains`: (n, POINTS)."""
        ...


class TwoEars:
    """A head, as the engine has it."""

    signals = 2

    def __init__(self, head: Head) -> None:
        self._head, self._ears = head, kernel().ears(head.responses)
        self._lead = samples(LEAD, head.rate)

    def place(self, directions: np.ndarray, sharpness: np.ndarray) -> np.ndarray:
        """See `Hearing`."""
        self._near, self._weight = self._head.around(directions)
        self._sharpness = sharpness
        delays = (self._weight[..., None] * self._head.delays[self._near]).sum(axis=1)
        return np.asarray(delays * sharpness[:, None] * self._head.rate - self._lead)

    def frame(self, which: list[int], signals: list[list[np.ndarray]], gains: np.ndarray) -> np.ndarray:
        """See `Hearing`."""
        heard = self._ears.blank(2)  # the second frame stays silent: the last one is not heard to its end
        for number, both, gain in zip(which, signals, gains, strict=True):
            one = slice(number, number + 1)
            self._ears.hear(heard[:1], both, gain, self._near[one], self._weight[one], self._sharpness[one])
        return self._ears.sound(heard)


class TwoLoudspeakers:
    """Loudspeakers 30 degrees to the left and right, as the engine pans to them."""

    signals = 1

    def __init__(self) -> None:
        self._layout = find_layout("stereo")

    def place(self, directions: np.ndarray, sharpness: np.ndarray) -> np.ndarray:
        """See `Hearing`."""
        self._gains = pan(directions, sharpness, self._layout)
        return np.zeros((len(directions), 1))

    def frame(self, which: list[int], signals: list[list[np.ndarray]], gains: np.ndarray) -> np.ndarray:
        """See `Hearing`."""
        panned = (gains * WINDOWED)[:, :, None] * self._gains[which][:, None]
        return kernel().mix([one for (one,) in signals], panned)


@dataclass
class _Voice:
    """`moment`: samples into the clip, where it is read but for the delays.

    `delays`, None before the first hop, and `levels` (gain, dull, tail): at the end of the last hop. `travel`: samples that the
    sound takes, and `turn`: how much they change in a hop.
    """

    clip: Clip
    length: int
    moment: float = 0.0
    pitch: float = 1.0
    delays: np.ndarray | None = None
    levels: np.ndarray = field(default_factory=lambda: np.zeros(3))
    travel: float = 0.0
    turn: float = 0.0
    known: deque[float] = field(default_factory=lambda: deque(maxlen=KNOWN))
    latest: Placed | None = None
    presence: float = 0.0
    away: int = 0
    dulled: Clip | None = None


class LiveMixer:
    """A mixer. `fade`: seconds in which a source comes, and goes."""

    def __init__(self, hearing: Hearing, rate: int, fade: float = 0.0) -> None:
        self.hearing, self.rate = hearing, rate
        self._step = HOP / (fade * rate) if fade > 0.0 else 1.0
        self._voices: dict[str, _Voice] = {}
        self._rings = np.zeros((2, 0), np.float32)
        self._reverberator = Reverberator(rate)
        self._decays = len(DECAYS)
        self._sent = np.zeros((self._decays, HOP))

    def warm_up(self) -> None:
        """Do what is slow the first time."""
        self.add("", np.zeros(HOP, np.float32))
        self.add_dulled("", np.zeros(HOP, np.float32))
        for _ in range(8):
            self.render({"": Placed(np.array([1.0, 0.0, 0.0]), 1.0, dull=1.0, tail=1.0, decay=1.0)})
        self.remove("")

    def add(self, name: str, clip: np.ndarray, loop: bool = True) -> None:
        """A source with its clip (n,) float32, n > 0."""
        self._voices[name] = _Voice(Clip(clip, loop), len(clip))

    def add_dulled(self, name: str, clip: np.ndarray) -> None:
        """What `dulled` makes of a source's clip; until then nothing is heard of what is `Placed.dull`."""
        if name in self._voices:
            self._voices[name].dulled = Clip(clip, self._voices[name].clip.loop)

    def has(self, name: str) -> bool:
        """Whether a source has been added, and is not forgotten."""
        return name in self._voices

    def moment(self, name: str) -> float:
        """Samples into its clip at which a source is."""
        return self._voices[name].moment

    def remove(self, name: str) -> None:
        """Forget a source."""
        self._voices.pop(name, None)

    def render(self, placed: dict[str, Placed]) -> np.ndarray:
        """The next hop, (2, HOP) float32. Sources that are not `placed` fade out, and are forgotten later."""
        voices = self._heard(placed)
        frame, sends = (
            self._frame(voices) if voices else (np.zeros((2, 2 * HOP), np.float32), np.zeros((self._decays, 2 * HOP)))
        )
        out = np.zeros((2, max(frame.shape[1], self._rings.shape[1])), np.float32)
        out[:, : frame.shape[1]] = frame
        out[:, : self._rings.shape[1]] += self._rings
        self._rings = out[:, HOP:]
        due, self._sent = self._sent + sends[:, :HOP], sends[:, HOP:]
        return np.asarray(out[:, :HOP] + self._reverberator.render(due))

    def _heard(self, placed: dict[str, Placed]) -> list[_Voice]:
        """The voices that sound, or have just done so; the others only go on in time."""
        heard = []
        for name, voice in list(self._voices.items()):
            now = placed.get(name)
            step = self._step if now is not None else -self._step
            voice.presence = min(max(voice.presence + step, 0.0), 1.0)
            voice.latest = now or voice.latest
            if now is not None and now.at is not None:
                voice.moment, voice.delays = now.at, None
            voice.away = 0 if now is not None or voice.latest is None else voice.away + 1
            if voice.away * HOP > FORGOTTEN * self.rate:
                del self._voices[name]
            elif voice.latest is None or (voice.presence == 0.0 and not voice.levels.any()):
                voice.moment += HOP * voice.pitch
                voice.delays = None
            else:
                heard.append(voice)
        return heard

    def _frame(self, voices: list[_Voice]) -> tuple[np.ndarray, np.ndarray]:
        """What all voices add from now on, under the window, (2, two hops or more), and what of it reverberates, (decays, two
        hops)."""
        latest = [voice.latest for voice in voices if voice.latest is not None]
        directions = np.array([_unit(one.direction) for one in latest])
        interaural = self.hearing.place(directions, np.array([one.sharpness for one in latest]))
        travel = np.array([self._travel(voice, one.travel) for voice, one in zip(voices, latest, strict=True)])
        goals = interaural + travel[:, None]
        targets = np.array([[one.gain, one.dull, one.tail] for one in latest])
        targets *= np.array([voice.presence for voice in voices])[:, None]
        levels = _ramps(np.array([voice.levels for voice in voices]), targets)
        controls = self._controls(voices, np.array([one.pitch for one in latest]), goals)
        for voice, one, goal, target in zip(voices, latest, goals, targets, strict=True):
            voice.delays, voice.levels, voice.pitch = goal, target, one.pitch
            voice.moment += HOP * one.pitch
            if voice.clip.loop:
                voice.moment %= voice.length
        return self._mixed(voices, controls, levels)

    def _controls(self, voices: list[_Voice], pitches: np.ndarray, goals: np.ndarray) -> np.ndarray:
        """Moments (n, signals, POINTS + 2) in the clips, from a control point before the frame to one after it.

        `goals`: (n, signals) delays in samples at the end of the hop.
        """
        starts = np.array([goal if voice.delays is None else voice.delays for voice, goal in zip(voices, goals, strict=True)])
        starts = np.where(np.abs(goals - starts) > JUMP * self.rate, goals, starts)
        points = np.arange(-1.0, POINTS + 1.0)
        moments = np.array([voice.moment for voice in voices])[:, None] + STEP * points * pitches[:, None]
        delays = starts[..., None] + (goals - starts)[..., None] * points * (STEP / HOP)
        return np.asarray(moments[:, None] - delays)

    def _mixed(self, voices: list[_Voice], controls: np.ndarray, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Read all clips, and those that are dulled, and let them be heard. `controls`, `levels`: for each voice."""
        sounding = levels.any(axis=2)
        loud = np.flatnonzero(sounding[:, 0] | sounding[:, 2]).tolist()
        dull = [number for number in np.flatnonzero(sounding[:, 1]) if voices[number].dulled is not None]
        which, signals = loud + dull, self.hearing.signals
        if not which:
            return np.zeros((2, 2 * HOP), np.float32), np.zeros((self._decays, 2 * HOP))
        clips = [voices[number].clip for number in loud] + [voices[number].dulled or voices[number].clip for number in dull]
        read = read_smoothly(
            [clip for clip in clips for _ in range(signals)], [one for number in which for one in controls[number]]
        )
        lines = [read[first : first + signals] for first in range(0, len(read), signals)]
        frame = self.hearing.frame(which, lines, np.concatenate([levels[loud, 0], levels[dull, 1]]))
        if not sounding[:, 2].any():
            return frame, np.zeros((self._decays, 2 * HOP))
        sends = np.zeros((len(loud), POINTS, self._decays))
        for row, number in enumerate(loud):
            sends[row, :, _nearest_decay(voices[number])] = levels[number, 2] * WINDOWED
        return frame, kernel().mix([line[0] for line in lines[: len(loud)]], sends)

    def _travel(self, voice: _Voice, seconds: float) -> float:
        """Samples since the emission of what arrives at the end of the hop: from where the source was then."""
        latest = seconds * self.rate
        if latest <= 0.0:
            voice.known.clear()
            voice.travel = voice.turn = 0.0
            return 0.0
        if not voice.known:
            voice.travel, voice.turn = latest, 0.0
        voice.known.append(latest)
        travel = latest
        for _ in range(ROUNDS):
            travel = _at(voice.known, travel / HOP)
        if abs(travel - voice.travel) > JUMP * self.rate:
            voice.travel, voice.turn = travel, 0.0
        # A critically damped spring: what is known in steps, once a picture, is followed smoothly.
        stiff = 2.0 * HOP / (SETTLES * self.rate)
        decay = np.exp(-stiff)
        apart = voice.travel - travel
        push = voice.turn + stiff * apart
        voice.travel = travel + (apart + push) * decay
        voice.turn = (voice.turn - stiff * push) * decay
        return float(voice.travel)


def _unit(direction: np.ndarray) -> np.ndarray:
    """What is at the listener is ahead."""
    length = float(np.linalg.norm(direction))
    return direction / length if length > 1e-9 else np.array([1.0, 0.0, 0.0])


def _nearest_decay(voice: _Voice) -> int:
    """The number of the decay that stands for a voice's own."""
    wanted = 0.0 if voice.latest is None else voice.latest.decay
    return int(np.abs(np.log(np.array(DECAYS) / max(wanted, 0.05))).argmin())


def _ramps(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(n, k, POINTS): straight lines over the first hop of a frame from levels (n, k) to levels (n, k), which then stay."""
    along = np.minimum(np.arange(POINTS) * (STEP / HOP), 1.0)
    return np.asarray(before[..., None] + (after - before)[..., None] * along)


def dulled(clip: np.ndarray, rate: int) -> np.ndarray:
    """A clip (n,) without its high sounds: a low-pass of first order, forwards and backwards."""
    low = sosfiltfilt(butter(1, DULL, fs=rate, output="sos"), clip, padlen=min(64, len(clip) - 1))
    return np.asarray(low, np.float32)


def _at(known: deque[float], ago: float) -> float:
    """A value some hops ago, between those that are known; the first one before them."""
    whole = int(ago)
    if whole + 1 >= len(known):
        return known[0]
    part = ago - whole
    return known[-1 - whole] * (1.0 - part) + known[-2 - whole] * part
