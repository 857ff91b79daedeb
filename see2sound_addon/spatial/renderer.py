"""Render a scene into a layout, block by block, with constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from scipy import fft

from ..soundscene import SoundScene
from . import ambisonics, head, panning
from .layouts import Layout
from .propagation import FASTEST, STEP, Arrival, Propagation

BLOCK = 8192
"""Samples a block; a multiple of STEP and HOP. The result does not depend on it."""
HOP = 256
"""Samples between the head's responses that a moving source fades through."""


class Renderer(Protocol):
    """Turn what arrives in one block into channels. Blocks come in order, without gaps."""

    def __call__(self, arrivals: list[Arrival], start: int, stop: int) -> np.ndarray:
        """(channels, stop - start) float32."""
        ...


def render(scene: SoundScene, clips: list[np.ndarray], layout: Layout, notes: list[str]) -> Iterator[np.ndarray]:
    """Yield blocks (channels, up to BLOCK) float32 that add up to exactly `scene.samples`.

    `clips`: a mono signal (n,) float32 at the scene's rate for each source. `notes` receives what its user should know.
    """
    propagation = Propagation(scene, clips)
    renderer = _make(layout, scene)
    for start in range(0, scene.samples, BLOCK):
        block = renderer(list(propagation.arrivals(start, start + BLOCK)), start, start + BLOCK)
        yield block[:, : scene.samples - start]
    notes.extend(
        f"Source {name!r} moves faster than {FASTEST:g} times the speed of sound; its Doppler shift is not exact."
        for name in sorted(propagation.too_fast)
    )


def _make(layout: Layout, scene: SoundScene) -> Renderer:
    rate = float(scene.sample_rate)
    if layout.kind == "binaural":
        return Binaural(rate, scene.speed_of_sound)
    return Panned(layout, rate)


class Panned:
    """Mono, loudspeakers and ambisonics: every channel is the sources' sum with slowly changing gains."""

    def __init__(self, layout: Layout, rate: float) -> None:
        self.layout, self.rate = layout, rate

    def __call__(self, arrivals: list[Arrival], start: int, stop: int) -> np.ndarray:
        layout, steps = self.layout, (stop - start) // STEP
        if not arrivals:
            return np.zeros((layout.channels, stop - start), np.float32)
        signals = np.stack([arrival.signal(start, stop, self.rate) for arrival in arrivals])
        gains = np.stack([self._gains(arrival) for arrival in arrivals], axis=2).astype(np.float32)
        # Straight lines between control points: each step is the product of the gains at both of its ends with the
        # signals faded out and in, all steps in one batched matrix product.
        parts = signals.reshape(len(arrivals), steps, STEP).transpose(1, 0, 2)
        fade_in = (np.arange(STEP, dtype=np.float32) / STEP)[None, None]
        both = np.concatenate([parts * (1.0 - fade_in), parts * fade_in], axis=1)
        ends = np.concatenate([gains[1:-2], gains[2:-1]], axis=2)
        return (ends @ both).transpose(1, 0, 2).reshape(layout.channels, stop - start)

    def _gains(self, arrival: Arrival) -> np.ndarray:
        """(control points, channels)"""
        layout = self.layout
        if layout.kind == "mono":
            return np.ones((len(arrival.gain), 1))
        if layout.kind == "speakers":
            return panning.pan(arrival.direction, arrival.sharpness, arrival.spread, layout)
        orders = np.ones((len(arrival.gain), layout.order + 1))
        if arrival.spread.any():
            orders = ambisonics.cap_gains(arrival.spread, layout.order)
        orders[:, 1:] *= arrival.sharpness[:, None]
        return ambisonics.encode(arrival.direction, layout.order, orders)


class Binaural:
    """Two ears: each source reaches each ear at its own time and through the head's response for its direction.

    A response is held for a moment HOP samples away from the next and faded into it: windows that add up to one, each
    filtered by the response at its middle, overlap and add (Zoelzer, "DAFX", 2011, chapter 7).
    """

    def __init__(self, rate: float, speed_of_sound: float) -> None:
        self.rate, self.speed_of_sound = rate, speed_of_sound
        self.size = fft.next_fast_len(2 * HOP + head.TAPS, real=True)
        responses = head.ear_responses(rate, speed_of_sound)
        self.spectra = fft.rfft(responses, self.size, axis=1).astype(np.complex64)
        everywhere = (responses * np.sin(np.linspace(0, np.pi, head.ANGLES))[:, None]).sum(axis=0)
        self.diffuse = fft.rfft(everywhere / everywhere.sum(), self.size).astype(np.complex64)
        self.window = np.bartlett(2 * HOP + 1)[:-1].astype(np.float32)
        self.tail = np.zeros((2, self.size), np.float32)

    def __call__(self, arrivals: list[Arrival], start: int, stop: int) -> np.ndarray:
        frames = (stop - start) // HOP + 1
        spectrum = np.zeros((2, frames, self.spectra.shape[1]), np.complex64)
        for arrival in arrivals:
            for ear, side in enumerate((1.0, -1.0)):
                spectrum[ear] += self._one_ear(arrival, side, start, stop)
        return self._overlap_add(fft.irfft(spectrum, self.size, axis=2), start, stop)

    def _one_ear(self, arrival: Arrival, side: float, start: int, stop: int) -> np.ndarray:
        incidence = np.arccos(np.clip(side * arrival.direction[:, 1], -1.0, 1.0))
        # The lead that all responses share is taken back here, so that nothing arrives late.
        delay = arrival.sharpness * head.ear_delay(incidence, self.speed_of_sound) - head.LEAD / self.rate
        signal = arrival.signal(start, stop, self.rate, delay)
        padded = np.concatenate([np.zeros(HOP, np.float32), signal, np.zeros(HOP, np.float32)])
        framed = np.lib.stride_tricks.sliding_window_view(padded, 2 * HOP)[::HOP] * self.window
        middles = slice(1, len(incidence) - 1, HOP // STEP)
        response = self._responses(incidence[middles], arrival.sharpness[middles], arrival.spread[middles])
        return fft.rfft(framed, self.size, axis=1) * response

    def _responses(self, incidence: np.ndarray, sharpness: np.ndarray, spread: np.ndarray) -> np.ndarray:
        """Spectra (n, bins) for incidences (n,), between whole degrees on a straight line."""
        degrees = np.degrees(incidence)
        if spread.any():
            shifts = np.degrees(spread)[:, None] * np.linspace(-1.0, 1.0, 9)
            folded = np.abs((degrees[:, None] + shifts + 180.0) % 360.0 - 180.0)
            exact = np.stack([self._at(column) for column in folded.T]).mean(axis=0)
        else:
            exact = self._at(degrees)
        return sharpness[:, None] * exact + (1.0 - sharpness[:, None]) * self.diffuse

    def _at(self, degrees: np.ndarray) -> np.ndarray:
        whole = np.minimum(degrees.astype(int), head.ANGLES - 2)
        part = (degrees - whole)[:, None].astype(np.float32)
        return (1.0 - part) * self.spectra[whole] + part * self.spectra[whole + 1]

    def _overlap_add(self, frames: np.ndarray, start: int, stop: int) -> np.ndarray:
        """Frames begin HOP samples apart, the first one HOP samples before the block; its first half lies in the past.

        The frame across two blocks is made in two halves, one by each block, for its window is zero where the signal
        of the other block would be.
        """
        length = stop - start
        out = np.zeros((2, length + self.size), np.float32)
        out[:, : self.size] = self.tail
        for number in range(frames.shape[1]):
            begin = (number - 1) * HOP
            if begin < 0:
                out[:, : self.size + begin] += frames[:, number, -begin:]
            else:
                out[:, begin : begin + self.size] += frames[:, number]
        self.tail = out[:, length : length + self.size].copy()
        return out[:, :length]
