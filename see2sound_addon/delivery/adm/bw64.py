"""BW64 files (ITU-R BS.2088-1): samples, what each channel is (chna), and the metadata (axml)."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from ..formats import Signal
from ..writer import AudioWriter
from .elements import Track

LIMIT = 2**32 - 2**16
"""Bytes up to which a file is a plain RIFF file, which more programs read."""


class Bw64Writer(AudioWriter):
    """16 or 24 bits with dither. `tracks`: one for each channel. `axml`: the metadata."""

    def __init__(self, path: Path, signal: Signal, tracks: list[Track], axml: bytes) -> None:
        super().__init__(path, signal)
        self._tracks, self._axml = tracks, axml

    def open(self, partial: Path) -> None:
        """Write all that comes before the samples."""
        signal = self.signal
        frame = signal.channels * signal.bits // 8
        self._size = frame * signal.samples
        form = struct.pack("<HHIIHH", 1, signal.channels, signal.rate, frame * signal.rate, frame, signal.bits)
        before = _chunk(b"fmt ", form) + _chunk(b"chna", _chna(self._tracks))
        self._after = _chunk(b"axml", self._axml)
        whole = 4 + 36 + len(before) + 8 + self._size + self._size % 2 + len(self._after)
        self._file = partial.open("wb")
        if whole <= LIMIT:
            self._file.write(struct.pack("<4sI4s", b"RIFF", whole, b"WAVE"))
            self._file.write(_chunk(b"JUNK", bytes(28)))
            data = struct.pack("<4sI", b"data", self._size)
        else:
            self._file.write(struct.pack("<4sI4s", b"BW64", 0xFFFFFFFF, b"WAVE"))
            self._file.write(_chunk(b"ds64", struct.pack("<QQQI", whole, self._size, 0, 0)))
            data = struct.pack("<4sI", b"data", 0xFFFFFFFF)
        self._file.write(before + data)

    def append(self, block: np.ndarray) -> None:
        """Interleaved, little-endian."""
        whole = np.ascontiguousarray(self.quantised(block).T, dtype="<i4")
        self._file.write(whole.view(np.uint8).reshape(*whole.shape, 4)[..., : self.signal.bits // 8].tobytes())

    def close(self) -> None:
        """Write what comes after the samples."""
        self._file.write(bytes(self._size % 2) + self._after)
        self._file.close()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content + bytes(len(content) % 2)


def _chna(tracks: list[Track]) -> bytes:
    lines = [
        struct.pack("<H12s14s11sx", number, one.uid.encode(), one.track_format.encode(), one.pack.encode())
        for number, one in enumerate(tracks, 1)
    ]
    return struct.pack("<HH", len(lines), len(lines)) + b"".join(lines)
