"""Several renderings of a plan's parts side by side, block by block, into one raw file: channels whose levels are set later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..progress import Progress
from ..soundscene import SoundScene
from ..spatial.head import Head
from ..spatial.layouts import Layout
from ..spatial.renderer import render

AT_ONCE = 65536
"""Samples that are read together."""


@dataclass
class Part:
    """Something to render. `clips`: (n,) for each source of `scene`. `channels`: which of the layout's, None for all."""

    scene: SoundScene
    clips: list[np.ndarray]
    layout: Layout
    channels: list[int] | None = None
    head: Head | None = None
    response: np.ndarray | None = None

    @property
    def count(self) -> int:
        """Of channels."""
        return self.layout.channels if self.channels is None else len(self.channels)

    def blocks(self, notes: list[str]) -> Iterator[np.ndarray]:
        """(count, n) float32."""
        for block in render(self.scene, self.clips, self.layout, notes, self.head, response=self.response):
            yield block if self.channels is None else block[self.channels]


def render_to(raw: Path, parts: list[Part], label: str, progress: Progress, notes: list[str]) -> np.ndarray:
    """Write all channels of all parts, interleaved float32; returns their largest absolute values (channels,)."""
    count, samples = sum(part.count for part in parts), parts[0].scene.samples
    peaks, done = np.zeros(count), 0
    with raw.open("wb") as file:
        for blocks in zip(*(part.blocks(notes) for part in parts), strict=True):
            together = np.concatenate(blocks)
            peaks = np.maximum(peaks, np.abs(together).max(axis=1, initial=0.0))
            file.write(np.ascontiguousarray(together.T, np.float32).tobytes())
            progress(label, done, samples)
            done += together.shape[1]
    return peaks


def read_from(raw: Path, channels: int) -> Iterator[np.ndarray]:
    """Blocks (channels, n) float32 of what `render_to` has written."""
    with raw.open("rb") as file:
        while data := file.read(4 * channels * AT_ONCE):
            yield np.frombuffer(data, np.float32).reshape(-1, channels).T
