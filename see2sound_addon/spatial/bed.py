"""Ambisonic signals that stand still in the world, rotated with the listener and decoded into any layout."""

from __future__ import annotations

import numpy as np

from ..soundscene import SoundScene
from . import ambisonics
from .convolution import Convolver
from .decoding import ear_decoder, loudspeaker_decoder, rotations_of_harmonics
from .head import Head
from .kernels import kernel
from .kernels.grid import STEP
from .layouts import Layout
from .motion import segments
from .propagation import presence


class Bed:
    """`order`: of the signals. `head`: whose ears, for a binaural layout, where everything sounds `head.LEAD` later."""

    def __init__(self, scene: SoundScene, order: int, layout: Layout, head: Head | None, block: int) -> None:
        self.rate, self.order = float(scene.sample_rate), order
        self.listener, _ = segments(scene.listener, scene.speed_of_sound)
        self._ears = None
        channels = ambisonics.channels(order)
        if layout.kind == "speakers":
            self._decoder = loudspeaker_decoder(layout, order)
        elif head is not None:
            self._decoder = np.eye(channels)
            self._ears = Convolver(list(ear_decoder(head, order).transpose(1, 0, 2)), block)
        else:  # ambisonics, with as many channels as both have, or only the first for mono
            self._decoder = np.eye(layout.channels, channels)

    def __call__(self, signals: np.ndarray, start: int) -> np.ndarray:
        """(channels of the layout, n) from signals (channels of the order, n)."""
        steps = signals.shape[1] // STEP
        times = (start + STEP * np.arange(steps + 1)) / self.rate
        matrices = np.zeros((steps + 1, *self._decoder.shape))
        for ear in self.listener:
            heard = presence(times, ear)
            if heard.any():
                turned = self._decoder @ rotations_of_harmonics(
                    ear.rotations(times[:1] if not ear.turns else times), self.order
                )
                matrices += heard[:, None, None] * turned
        inputs = list(np.ascontiguousarray(signals, np.float32))
        channels = kernel().mix(inputs, np.ascontiguousarray(matrices.transpose(2, 0, 1)))
        return channels if self._ears is None else self._ears(list(channels))
