"""A page about a split soundtrack: spectrograms of mixture, stems and bed, one above the other. It loads nothing."""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ..media.files import write_text
from ..outputs.page import STYLE

if TYPE_CHECKING:
    from .facts import StemFacts

WIDTH, HEIGHT = 900, 120
"""Of a picture, in points of time and of frequency."""
FRAME = 2048
LOWEST = 40.0
"""Hz at the foot of a picture."""
RANGE = 70.0
"""DB from black to white."""
COLOURS = np.array([(0, 0, 4), (59, 15, 112), (140, 41, 129), (222, 73, 104), (254, 159, 109), (252, 253, 191)], float)
"""From quiet to loud, lighter and lighter."""


class Spectrogram:
    """The energy of a signal over time and frequency, added up as it goes by; it does not grow with the length."""

    def __init__(self, rate: int, samples: int) -> None:
        self._step, self._at = max(samples / WIDTH, 1.0), 0
        self._energy, self._count = np.zeros((HEIGHT, WIDTH)), np.zeros(WIDTH)
        centres = np.fft.rfftfreq(FRAME, 1.0 / rate)
        edges = np.geomspace(LOWEST, rate / 2.0, HEIGHT + 1)
        self._bands = [_between(centres, low, high) for low, high in zip(edges[:-1], edges[1:], strict=True)]

    def feed(self, block: np.ndarray) -> None:
        """(channels, n) float32."""
        frames = max(block.shape[1] // FRAME, 1)
        cut = np.zeros((len(block), frames * FRAME), np.float32)
        cut[:, : min(block.shape[1], cut.shape[1])] = block[:, : cut.shape[1]]
        spectra = np.fft.rfft(cut.reshape(len(block), frames, FRAME) * np.hanning(FRAME), axis=2)
        power = (np.abs(spectra) ** 2).sum(axis=0)
        bands = np.stack([power[:, first:last].mean(axis=1) for first, last in self._bands])
        column = ((self._at + np.arange(frames) * FRAME) / self._step).astype(int).clip(0, WIDTH - 1)
        np.add.at(self._energy.T, column, bands.T)
        np.add.at(self._count, column, 1)
        self._at += block.shape[1]

    def levels(self) -> np.ndarray:
        """(HEIGHT, WIDTH) dB, low frequencies first; moments between frames are those before them."""
        seen = self._count > 0
        known = np.maximum.accumulate(np.where(seen, np.arange(WIDTH), 0))
        return np.asarray(10.0 * np.log10((self._energy / np.maximum(self._count, 1))[:, known] + 1e-12))


def _between(centres: np.ndarray, low: float, high: float) -> tuple[int, int]:
    first = int(np.searchsorted(centres, low))
    return min(first, len(centres) - 1), max(int(np.searchsorted(centres, high)), min(first, len(centres) - 1) + 1)


def write_report(
    path: Path, name: str, seconds: float, stems: list[StemFacts], pictures: list[Spectrogram], notes: list[str]
) -> None:
    """Write the page. `pictures`: of the mixture, the stems and the bed. Error: `folder-not-writable`."""
    top = max(float(picture.levels().max()) for picture in pictures)
    sources = [one for one in stems if not one.bed]
    titles = ["Soundtrack", *(_title(one) for one in sources), "Bed: all the rest"]
    figures = "".join(
        f'<figure><figcaption>{escape(title)}</figcaption><img alt="" src="data:image/png;base64,{_png(picture, top)}" '
        'style="width: 100%; height: 120px"></figure>'
        for title, picture in zip(titles, pictures, strict=True)
    )
    said = "".join(f"<li>{escape(note)}</li>" for note in notes)
    write_text(
        path,
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        f"<style>{STYLE}</style></head><body>\n<h1>{escape(name)}</h1>\n"
        f'<p class="sub">{seconds:.2f} s from left to right, {LOWEST:.0f} Hz to half the sampling rate from below, '
        f"{RANGE:.0f} dB from dark to light, the same for all</p>\n{figures}\n<ul>{said}</ul>\n</body></html>\n",
    )


def _title(one: StemFacts) -> str:
    what = one.name if one.words == one.name else f"{one.name} ({one.words})"
    return f"{what}: " + ("empty" if one.level is None else f"{one.level:.1f} dB of the soundtrack where it is strongest")


def _png(picture: Spectrogram, top: float) -> str:
    """The picture as base64."""
    share = np.clip(1.0 + (picture.levels()[::-1] - top) / RANGE, 0.0, 1.0) * (len(COLOURS) - 1)
    steps = np.arange(len(COLOURS))
    colours = np.stack([np.interp(share, steps, channel) for channel in COLOURS.T], axis=2).round().astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(colours).save(data, "PNG", optimize=True)
    return base64.b64encode(data.getvalue()).decode("ascii")
