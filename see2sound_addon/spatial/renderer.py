"""Render a scene into a layout, block by block, with constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Protocol

import numpy as np
from scipy import fft
from scipy.signal import oaconvolve

from ..errors import See2SoundError
from ..soundscene import SoundScene
from . import ambisonics, panning
from .decoding import evenly_spread
from .extent import SPOKES, diverged, spokes
from .head import LEAD, Head, default_head, samples
from .kernels import kernel
from .kernels.grid import HOP, STEP
from .kernels.sinc import TAPS, windowed_sinc
from .layouts import Layout, find_layout
from .propagation import Arrival, Propagation, heard
from .room.images import check_listener
from .room.reverberation import Noises
from .room.surroundings import Spreader, Surroundings
from .threads import in_order, keep_memory

BLOCK = 131072
"""Samples a block, a multiple of HOP: long enough that Python's overhead is small. The result does not depend on it."""
ROOM_BLOCK = 32768
"""Samples that a room works on at once: its responses are cut into parts as long, so that a short mix needs no more."""
TOGETHER = 16
"""Voices that are mixed at once: enough that channels are seldom added to, not so many that they need much memory."""
MOST_AROUND = 24
"""Directions from which a diffuse ambient source comes in ambisonics."""
EARLY = 96
"""Samples of room before and after a head's response, for the delays between its ears."""


Samples = Callable[[], np.ndarray]
"""What is left to do for a block, (channels, n) float32."""


class Renderer(Spreader, Protocol):
    """Turn the arrivals of a block into channels.

    `margin`: samples before and after a block that it wants to know of, a multiple of STEP. `around`: directions (k, 3)
    in the listener's frame over which it wants ambient sound spread, None if it needs no direction for that; `directionless`:
    whether that is for diffuse sources only. `lfe`: whether it has low-frequency loudspeakers.
    """

    margin: int
    around: np.ndarray | None
    directionless: bool
    lfe: bool

    def __call__(self, arrivals: list[Arrival], start: int, stop: int) -> Samples:
        """What makes the samples: (channels, stop - start or more), also what rings on after the block, to be added to the next
        ones. It may be called in any thread."""
        ...


def render(
    scene: SoundScene,
    clips: list[np.ndarray],
    layout: Layout,
    notes: list[str],
    head: Head | None = None,
    start: int = 0,
    stop: int | None = None,
    response: np.ndarray | None = None,
    threads: int = 1,
) -> Iterator[np.ndarray]:
    """Yield blocks (channels, up to BLOCK) float32 that add up to the samples from `start` to `stop`, the whole by default.

    Any part equals that part of the whole, so that a long film can be divided among computers. `clips`: a mono signal (n,)
    float32 at the scene's rate for each source. `notes` receives what its user should know. `head`: whose ears hear a
    binaural mix, None for the default. `response`: (channels, taps) of a room that is a measured response. `threads`: how many
    blocks are rendered at once; the result is the same to the bit.
    Errors: `room-outside`, `not-finite`.
    """
    keep_memory()
    check_listener(scene)
    stop = scene.samples if stop is None else min(stop, scene.samples)
    if layout.kind == "binaural":
        head = head or default_head(scene.sample_rate)
    renderer = _make(layout, scene, head)
    room_block = min(BLOCK, ROOM_BLOCK)
    room = Surroundings(scene, clips, renderer, layout, head, response, room_block)
    propagation = Propagation(scene, clips, renderer.around, renderer.directionless, renderer.lfe, room.still)

    def direct(begin: int) -> Samples:
        end = begin + BLOCK  # whole, for NumPy rounds the last values of an array otherwise than those in its middle
        return renderer(list(propagation.arrivals(begin - renderer.margin, end + renderer.margin)), begin, end)

    def reverberated(span: range) -> np.ndarray | None:
        parts = [room(begin, begin + room_block) for begin in span]
        heard = [part for part in parts if part is not None]
        if not heard:
            return None
        return np.concatenate([np.zeros_like(heard[0]) if part is None else part for part in parts], axis=1)

    # What rings on from before is shorter than a block: one block ahead of the part is rendered and thrown away.
    first = max(0, start // BLOCK - 1) * BLOCK
    begins = range(first, stop, BLOCK)
    early = range(first - room.before * room_block, first, room_block)  # what a room heard before rings on
    spans = [early, *(range(begin, min(begin + BLOCK, stop), room_block) for begin in begins)]
    reverberations = in_order(reverberated, spans, 1 if threads > 1 else 0)
    rings_on = np.zeros((layout.channels, 0), np.float32)
    # What is computed at control points is computed here; several threads make the samples.
    direct_blocks = in_order(lambda samples: samples(), map(direct, begins), threads if threads > 1 else 0)
    with closing(direct_blocks) as blocks, closing(reverberations):
        next(reverberations)
        for begin, block, reverberation in zip(begins, blocks, reverberations, strict=True):
            block[:, : rings_on.shape[1]] += rings_on[:, : block.shape[1]]
            length = min(BLOCK, stop - begin)
            block, rings_on = block[:, :length], block[:, BLOCK:]
            if reverberation is not None:
                block = block + reverberation[:, :length]
            if not np.isfinite(block).all():
                raise _not_finite(propagation.arrivals(begin, begin + BLOCK), begin / scene.sample_rate)
            if begin + BLOCK > start:
                yield block[:, max(0, start - begin) : stop - begin]
    notes.extend(propagation.notes)


def _not_finite(arrivals: Iterable[Arrival], seconds: float) -> See2SoundError:
    """The error for a block that holds infinite values or values that are not numbers; it names the source."""
    largest = float(np.finfo(np.float32).max)
    culprits = (
        f"Source {arrival.voice.source.id[:60]!r}"
        for arrival in arrivals
        for values in (arrival.gain, arrival.direction, arrival.moment, arrival.voice.clip.samples)
        if not (np.abs(values) < largest).all()
    )
    what = next(culprits, "The room or the measured head")
    return See2SoundError(
        "not-finite",
        f"{what} gives infinite values, or values that are not numbers, at {seconds:.2f} s.",
        "Check its level, its distance settings and its position.",
    )


def _make(layout: Layout, scene: SoundScene, head: Head | None) -> Renderer:
    rate = float(scene.sample_rate)
    if head is not None and layout.kind == "binaural":
        return Binaural(rate, head)
    return Panned(layout, rate)


class Panned:
    """Mono, loudspeakers and ambisonics: every channel is the sources' sum with slowly changing gains."""

    margin = 0

    def __init__(self, layout: Layout, rate: float) -> None:
        self.layout, self.rate = layout, rate
        self.directionless = layout.kind == "ambisonics"
        everywhere = evenly_spread(min(MOST_AROUND, 2 * layout.channels)) if self.directionless else None
        self.around = panning.main_directions(layout) if layout.kind == "speakers" else everywhere
        self._lfe = np.array([speaker.is_lfe for speaker in layout.speakers], float)
        self.lfe = bool(self._lfe.any())

    def __call__(self, arrivals: list[Arrival], start: int, stop: int) -> Samples:
        """Of all channels, see `Renderer`."""
        together = [arrivals[first : first + TOGETHER] for first in range(0, len(arrivals), TOGETHER)]
        gains = [self._gains(some, (stop - start) // STEP + 1) for some in together]

        def samples() -> np.ndarray:
            total = None
            for some, gain in zip(together, gains, strict=True):
                total = kernel().mix(heard(some, self.rate), gain, total)
            return np.zeros((self.layout.channels, stop - start), np.float32) if total is None else total

        return samples

    def _gains(self, arrivals: list[Arrival], points: int) -> np.ndarray:
        """(arrivals, control points, channels)"""
        gains = np.empty((len(arrivals), points, self.layout.channels))
        for arrival, gain in zip(arrivals, gains, strict=True):
            inner = slice(arrival.core.start + 1, arrival.core.stop - 1)
            np.multiply(self._directional(arrival)[inner], arrival.gain[inner, None], out=gain)
        return gains

    def impulses(self, directions: np.ndarray, fractions: np.ndarray) -> tuple[np.ndarray, int]:
        """Panned impulses, see `Spreader`."""
        kernels = windowed_sinc(fractions)[:, ::-1]
        return (self._pan(directions)[:, :, None] * kernels[:, None]).astype(np.float32), TAPS // 2

    def diffuse(self, noises: Noises) -> np.ndarray:
        """Equal power in all channels, see `Spreader`."""
        layout = self.layout
        if layout.kind == "ambisonics":  # equal power from everywhere, each order's share in SN3D
            gains = (2.0 * np.floor(np.sqrt(np.arange(layout.channels))) + 1.0) ** -0.5
        else:
            gains = np.ones(1) if layout.kind == "mono" else (1.0 - self._lfe) / np.sqrt((1.0 - self._lfe).sum())
        return np.asarray(gains[:, None] * noises(layout.channels), np.float32)

    def _pan(self, directions: np.ndarray) -> np.ndarray:
        """(n, channels) of points far away."""
        if self.layout.kind == "mono":
            return np.ones((len(directions), 1))
        if self.layout.kind == "speakers":
            return panning.pan(directions, np.ones(len(directions)), self.layout)
        return ambisonics.encode(directions, self.layout.order)

    def _directional(self, arrival: Arrival) -> np.ndarray:
        layout, source = self.layout, arrival.voice.source
        if arrival.voice.is_lfe:
            return np.tile(self._lfe / np.sqrt(self._lfe.sum()), (len(arrival.gain), 1))
        if layout.kind == "mono":
            return np.ones((len(arrival.gain), 1))
        if layout.kind == "speakers":
            return panning.pan(arrival.direction, arrival.sharpness, layout, source.divergence, source.spread)
        if source.divergence == source.spread == 0.0 and arrival.sharpness.min() == 1.0:
            return ambisonics.encode(arrival.direction, layout.order)
        orders = np.ones((len(arrival.gain), layout.order + 1))
        orders[:, 1:] = arrival.sharpness[:, None] * ambisonics.cap_orders(layout.order, source.spread)[1:]
        places = diverged(arrival.direction, source.divergence)
        return np.asarray(sum(share * ambisonics.encode(place, layout.order, orders) for share, place in places))


class Binaural:
    """Two ears: each source reaches each ear at its own time and through the head's response for its direction.

    A response is held for a moment HOP samples away from the next and faded into it, see `kernels.interface.Ears`.
    """

    margin = HOP
    directionless = False
    lfe = False

    def __init__(self, rate: float, head: Head) -> None:
        self.rate, self.head = rate, head
        self.around: np.ndarray | None = panning.main_directions(find_layout("7.1.4"))
        self.lead = samples(LEAD, head.rate) / head.rate
        self.ears = kernel().ears(head.responses)

    def __call__(self, arrivals: list[Arrival], start: int, stop: int) -> Samples:
        """Of two ears, see `Renderer`."""
        around = [self._around(arrival) for arrival in arrivals]

        def samples() -> np.ndarray:
            total = self.ears.blank((stop - start) // HOP + 1)
            for first in range(0, len(arrivals), TOGETHER // 2):
                some = slice(first, first + TOGETHER // 2)
                self._hear(total, arrivals[some], around[some])
            return self.ears.sound(total)[:, HOP:]  # the first frame begins before the block

        return samples

    def impulses(self, directions: np.ndarray, fractions: np.ndarray) -> tuple[np.ndarray, int]:
        """Responses of both ears, see `Spreader`."""
        near, weight = self.head.around(directions)
        size = fft.next_fast_len(self.head.responses.shape[2] + 4 * EARLY, real=True)
        aligned = fft.rfft(self.head.responses, size, axis=2)
        mixed = np.einsum("nk,nkef->nef", weight.astype(np.float32), aligned[near])
        delays = np.einsum("nk,nke->ne", weight, self.head.delays[near]) * self.rate
        turn = -2j * np.pi * fft.rfftfreq(size)
        late = EARLY + delays - fractions[:, None]
        ears = fft.irfft(mixed * np.exp(turn * late[..., None]), size, axis=2)
        return ears.astype(np.float32), EARLY + samples(LEAD, self.head.rate)

    def diffuse(self, noises: Noises) -> np.ndarray:
        """Of measured responses for 7.1.4 directions, see `Spreader`."""
        directions = panning.main_directions(find_layout("7.1.4"))
        impulses, early = self.impulses(directions, np.zeros(len(directions)))
        unrelated = noises(len(directions))[:, None] / np.float32(np.sqrt(len(directions)))
        heard = oaconvolve(unrelated, impulses, axes=2).sum(axis=0)
        return np.asarray(heard[:, early:], np.float32)

    def _hear(self, total: np.ndarray, arrivals: list[Arrival], around: list[tuple[np.ndarray, np.ndarray]]) -> None:
        """Add what both ears hear of arrivals to `total`. `around`: the responses for the direction of each."""
        ears = [heard(arrivals, self.rate, self._delays(arrivals, around, ear)) for ear in range(2)]
        for arrival, (near, weight), *both in zip(arrivals, around, *ears, strict=True):
            middles = slice(arrival.core.start + 1 + HOP // STEP, arrival.core.stop - 1 - HOP // STEP, HOP // STEP)
            gain = arrival.gain[arrival.core][1:-1]
            self.ears.hear(total, both, gain, near[middles], weight[middles], arrival.sharpness[middles])

    def _delays(self, arrivals: list[Arrival], around: list[tuple[np.ndarray, np.ndarray]], ear: int) -> list[np.ndarray]:
        """(m,) seconds for each arrival. The lead that all responses share is taken back, so that nothing arrives late."""
        delays = np.ascontiguousarray(self.head.delays[:, ear])
        return [
            (weight * delays.take(near)).sum(axis=1) * arrival.sharpness - self.lead
            for arrival, (near, weight) in zip(arrivals, around, strict=True)
        ]

    def _around(self, arrival: Arrival) -> tuple[np.ndarray, np.ndarray]:
        """Measured directions (n, k) and their weights (n, k), of sum 1, all those of a spread or diverged source together."""
        source = arrival.voice.source
        places = diverged(arrival.direction, source.divergence)
        if source.spread > 0.0:
            half = np.full(len(arrival.gain), source.spread / 2.0)
            places = [(share / (SPOKES + 1), spoke) for share, place in places for spoke in spokes(place, half)]
        if len(places) == 1:
            return self.head.around(arrival.direction)
        found = [(share, *self.head.around(place)) for share, place in places]
        near = np.concatenate([near for _, near, _ in found], axis=1)
        return near, np.concatenate([share * weight for share, _, weight in found], axis=1)
