"""Render a scene into a layout, block by block, with constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from scipy import fft
from scipy.signal import oaconvolve

from ..errors import See2SoundError
from ..soundscene import SoundScene
from . import ambisonics, panning
from .decoding import evenly_spread
from .delayline import TAPS, windowed_sinc
from .extent import SPOKES, diverged, spokes
from .head import LEAD, Head, default_head, samples
from .layouts import Layout, find_layout
from .propagation import STEP, Arrival, Propagation, ramp, ramped_product
from .room.images import check_listener
from .room.reverberation import Noises
from .room.surroundings import Spreader, Surroundings

BLOCK = 32768
"""Samples a block, a multiple of STEP and HOP: long enough that Python's overhead is small. The result does not
depend on it."""
HOP = 256
"""Samples between the head's responses that a moving source fades through."""


MOST_AROUND = 24
"""Directions from which a diffuse ambient source comes in ambisonics."""
EARLY = 96
"""Samples of room before and after a head's response, for the delays between its ears."""


class Renderer(Spreader, Protocol):
    """Turn the arrivals of a block into channels. Blocks come in order, without gaps.

    `margin`: samples before and after a block that it wants to know of, a multiple of STEP. `around`: directions (k, 3)
    in the listener's frame over which it wants ambient sound spread, None if it needs no direction for that; `directionless`:
    whether that is for diffuse sources only. `lfe`: whether it has low-frequency loudspeakers.
    """

    margin: int
    around: np.ndarray | None
    directionless: bool
    lfe: bool

    def __call__(self, arrivals: list[Arrival], start: int, stop: int) -> np.ndarray:
        """(channels, stop - start) float32."""
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
) -> Iterator[np.ndarray]:
    """Yield blocks (channels, up to BLOCK) float32 that add up to the samples from `start` to `stop`, the whole by default.

    Any part equals that part of the whole, so that a long film can be divided among computers. `clips`: a mono signal (n,)
    float32 at the scene's rate for each source. `notes` receives what its user should know. `head`: whose ears hear a
    binaural mix, None for the default. `response`: (channels, taps) of a room that is a measured response.
    Errors: `room-outside`, `not-finite`.
    """
    check_listener(scene)
    stop = scene.samples if stop is None else min(stop, scene.samples)
    if layout.kind == "binaural":
        head = head or default_head(scene.sample_rate)
    renderer = _make(layout, scene, head)
    room = Surroundings(scene, clips, renderer, layout, head, response, BLOCK)
    propagation = Propagation(scene, clips, renderer.around, renderer.directionless, renderer.lfe, room.still)
    for begin in range((start // BLOCK - room.before) * BLOCK, max(0, start // BLOCK - 1) * BLOCK, BLOCK):
        room(begin, begin + BLOCK)  # what was heard before rings on
    # What rings on from before is shorter than a block: one block ahead of the part is rendered and thrown away.
    first = max(0, start // BLOCK - 1) * BLOCK
    for begin in range(first, stop, BLOCK):
        end = begin + BLOCK
        arrivals = list(propagation.arrivals(begin - renderer.margin, end + renderer.margin))
        block = renderer(arrivals, begin, end)
        reverberation = room(begin, end)
        if reverberation is not None:
            block = block + reverberation
        if not np.isfinite(block).all():
            raise _not_finite(arrivals, begin / scene.sample_rate)
        if end > start:
            yield block[:, max(0, start - begin) : stop - begin]
    notes.extend(propagation.notes)


def _not_finite(arrivals: list[Arrival], seconds: float) -> See2SoundError:
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

    def __call__(self, arrivals: list[Arrival], start: int, stop: int) -> np.ndarray:
        """Of all channels, see `Renderer`."""
        if not arrivals:
            return np.zeros((self.layout.channels, stop - start), np.float32)
        signals = np.stack([arrival.signal(self.rate) for arrival in arrivals])
        gains = np.stack([self._gains(arrival)[arrival.core] for arrival in arrivals], axis=2).astype(np.float32)
        return ramped_product(gains[1:-1], signals)

    def _gains(self, arrival: Arrival) -> np.ndarray:
        """(control points, channels)"""
        return self._directional(arrival) * arrival.gain[:, None]

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
        orders = np.ones((len(arrival.gain), layout.order + 1))
        orders[:, 1:] = arrival.sharpness[:, None] * ambisonics.cap_orders(layout.order, source.spread)[1:]
        places = diverged(arrival.direction, source.divergence)
        return np.asarray(sum(share * ambisonics.encode(place, layout.order, orders) for share, place in places))


class Binaural:
    """Two ears: each source reaches each ear at its own time and through the head's response for its direction.

    A response is held for a moment HOP samples away from the next and faded into it: windows that add up to one, each
    filtered by the response at its middle, overlap and add (Zoelzer, "DAFX", 2011, chapter 7).
    """

    margin = HOP
    directionless = False
    lfe = False

    def __init__(self, rate: float, head: Head) -> None:
        self.rate, self.head = rate, head
        self.around: np.ndarray | None = panning.main_directions(find_layout("7.1.4"))
        self.size = fft.next_fast_len(2 * HOP + head.responses.shape[2], real=True)
        self.lead = samples(LEAD, head.rate) / head.rate
        self.spectra = fft.rfft(head.responses, self.size, axis=2).astype(np.complex64)
        self.table = self.spectra.reshape(len(self.spectra), -1).view(np.float32)
        self.everywhere = self.spectra.mean(axis=0)
        self.window = np.bartlett(2 * HOP + 1)[:-1].astype(np.float32)
        self.tail = np.zeros((2, self.size), np.float32)

    def __call__(self, arrivals: list[Arrival], start: int, stop: int) -> np.ndarray:
        """Of two ears, see `Renderer`."""
        frames = (stop - start) // HOP + 1
        spectrum = np.zeros((2, frames, self.spectra.shape[2]), np.complex64)
        for arrival in arrivals:
            spectrum += self._both_ears(arrival)
        return self._overlap_add(fft.irfft(spectrum, self.size, axis=2), stop - start)

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

    def _both_ears(self, arrival: Arrival) -> np.ndarray:
        near, weight = self._around(arrival)
        delays = np.einsum("nk,nke->en", weight, self.head.delays[near]) * arrival.sharpness
        # The lead that all responses share is taken back here, so that nothing arrives late.
        ears = np.stack([arrival.signal(self.rate, delay - self.lead) for delay in delays]) * ramp(arrival.gain[arrival.core])
        framed = np.lib.stride_tricks.sliding_window_view(ears, 2 * HOP, axis=1)[:, ::HOP] * self.window
        near, weight, sharpness = near[arrival.core], weight[arrival.core], arrival.sharpness[arrival.core]
        middles = slice(1 + HOP // STEP, len(weight) - 1 - HOP // STEP, HOP // STEP)
        response = self._responses(near[middles], weight[middles], sharpness[middles])
        return fft.rfft(framed, self.size, axis=2) * response

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

    def _responses(self, near: np.ndarray, weight: np.ndarray, sharpness: np.ndarray) -> np.ndarray:
        """Spectra (2, frames, bins), between measured directions their weighted mean."""
        same = bool((near == near[0]).all() and np.ptp(weight, axis=0).max() < 1e-9 and np.ptp(sharpness) == 0.0)
        if same:  # a source that does not move needs one response, not one a frame
            near, weight, sharpness = near[:1], weight[:1], sharpness[:1]
        # One matrix product a frame, on real and imaginary parts alike.
        mixed = weight.astype(np.float32)[:, None] @ self.table[near]
        exact = mixed.reshape(len(near), 2, -1).view(np.complex64).transpose(1, 0, 2)
        if (sharpness < 1.0).any():
            blend = sharpness[None, :, None].astype(np.float32)
            exact = blend * exact + (1.0 - blend) * self.everywhere[:, None]
        return exact

    def _overlap_add(self, frames: np.ndarray, length: int) -> np.ndarray:
        """Frames (2, count, size) begin HOP samples apart, the first one HOP samples before the block.

        The last one has its middle at the block's end: the next block makes it again, whole, as its first, so that no
        rounding depends on where blocks begin.
        """
        out = np.zeros((2, HOP + length + self.size), np.float32)
        out[:, HOP : HOP + self.size] = self.tail
        for number in range(frames.shape[1] - 1):
            out[:, number * HOP : number * HOP + self.size] += frames[:, number]
        self.tail = out[:, HOP + length :].copy()
        out[:, length : length + HOP] += frames[:, -1, :HOP]
        return out[:, HOP : HOP + length]
