"""Clips that are read at any moment between their samples."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np

from .bands import REACH, filter_bands
from .kernels import kernel
from .kernels.grid import STEP
from .kernels.reference import stretch
from .kernels.sinc import TAPS

CHUNK = 8192
"""Samples that are filtered at once, at absolute places, so that the result does not depend on block limits."""
RECENT = 256
"""Filtered chunks, 32 kB each, that are kept: what one block reads of a source's reflections."""


class Clip:
    """A mono signal that may loop, silent outside itself where it does not. `samples`: (n,) float32."""

    def __init__(self, samples: np.ndarray, loop: bool) -> None:
        self.samples, self.loop = np.ascontiguousarray(samples, np.float32), loop

    def read(self, moments: np.ndarray) -> np.ndarray:
        """The signal at `moments` (n,), float64 in samples from its beginning; (n,) float32."""
        return kernel().read(self, moments)

    def part(self, control: np.ndarray) -> tuple[Clip, np.ndarray]:
        """A clip that holds what is read at moments given at control points (m,), and these moments in it."""
        return self, control

    def stretch(self, first: int, count: int) -> np.ndarray:
        """`count` samples from the `first` on, as they are."""
        return stretch(self, first, count)


def read_smoothly(clips: list[Clip | Walled], controls: list[np.ndarray]) -> list[np.ndarray]:
    """Each clip at moments given at control points (m,), on a smooth curve in between; (STEP (m - 3),) float32."""
    parts = [clip.part(np.ascontiguousarray(control)) for clip, control in zip(clips, controls, strict=True)]
    return kernel().read_smoothly([clip for clip, _ in parts], [control for _, control in parts])


class Recent:
    """The chunks filtered last, oldest first, for all threads."""

    def __init__(self) -> None:
        self._chunks: OrderedDict[tuple[int, int], np.ndarray] = OrderedDict()
        self._lock = Lock()

    def get(self, clip: Walled, number: int) -> np.ndarray:
        """(CHUNK,) of a clip's chunk."""
        key = (id(clip), number)
        with self._lock:
            found = self._chunks.get(key)
            if found is not None:
                self._chunks.move_to_end(key)
                return found
        found = clip.filtered(number)
        with self._lock:
            self._chunks[key] = found
            if len(self._chunks) > RECENT:
                self._chunks.popitem(last=False)
        return found


class Walled:
    """A clip as walls send it back: each octave with its gain, `reflectance` (bands,).

    Filtered before it is read, chunk by chunk, so that all images with the same walls share the work. `recent`: shared by all
    such clips.
    """

    def __init__(self, clip: Clip, reflectance: np.ndarray, rate: float, recent: Recent) -> None:
        self.clip, self.reflectance, self.rate, self._recent = clip, reflectance, rate, recent
        self.samples = clip.samples

    def part(self, control: np.ndarray) -> tuple[Clip, np.ndarray]:
        """See `Clip`."""
        least, most = float(control.min()), float(control.max())
        around = TAPS + STEP + int(most - least) // 8  # the curve may swing out between its points
        if not self.clip.loop:  # nothing sounds outside
            least, most = max(least, -2.0 * REACH), min(most, len(self.clip.samples) + 2.0 * REACH)
            if most <= least:
                return Clip(np.zeros(1, np.float32), False), control
        first, last = (int(least) - around) // CHUNK, (int(most) + around) // CHUNK
        window = np.concatenate([self._recent.get(self, number) for number in range(first, last + 1)])
        return Clip(window, False), control - first * CHUNK

    def filtered(self, number: int) -> np.ndarray:
        """(CHUNK,) float32"""
        return filter_bands(self.clip.stretch(number * CHUNK - REACH, CHUNK + 2 * REACH), self.reflectance, self.rate)
