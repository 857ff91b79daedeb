"""Write WAV files.

WAVE_FORMAT_EXTENSIBLE (Microsoft, "Multiple channel audio data and WAVE files"); RF64 where a file would pass 4 GiB (EBU Tech
3306).
"""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .formats import Signal
from .writer import AudioWriter

FRONT_CENTRE = 0x4
"""Channel mask of a mono file."""
_FLOAT_FORMAT = uuid.UUID("00000003-0000-0010-8000-00aa00389b71").bytes_le
_INTEGER_FORMAT = uuid.UUID("00000001-0000-0010-8000-00aa00389b71").bytes_le
_RIFF_LIMIT = 2**32 - 2**16


@dataclass(frozen=True)
class Stamp:
    """The bext chunk (EBU Tech 3285): what a file is, and how many samples after the beginning it begins."""

    description: str
    begin: int

    def chunk(self) -> bytes:
        """Version 1, without loudness."""
        text = self.description.encode("ascii", "replace")[:256]
        body = struct.pack(
            "<256s32s32s10s8sQH64s190x", text, b"See2Sound", b"", b"0000-00-00", b"00:00:00", self.begin, 1, b""
        )  # without a date, so that the same plan gives the same bytes
        return struct.pack("<4sI", b"bext", len(body)) + body


class WavWriter(AudioWriter):
    """32-bit floating point, or 24 or 16 bits with dither, of any number of channels."""

    def __init__(self, path: Path, signal: Signal, stamp: Stamp | None = None) -> None:
        super().__init__(path, signal)
        self._extra = b"" if stamp is None else stamp.chunk()

    def open(self, partial: Path) -> None:
        """Write the header; the number of samples is known."""
        signal = self.signal
        self._file = partial.open("wb")
        self._file.write(wave_header(signal.channels, signal.rate, signal.samples, signal.mask, signal.bits, self._extra))

    def append(self, block: np.ndarray) -> None:
        """Interleaved, little-endian."""
        if self.signal.bits == 32:
            self._file.write(np.ascontiguousarray(block.T, dtype="<f4").tobytes())
        else:
            whole = np.ascontiguousarray(self.quantised(block).T, dtype="<i4")
            self._file.write(whole.view(np.uint8).reshape(*whole.shape, 4)[..., : self.signal.bits // 8].tobytes())

    def close(self) -> None:
        """End the file; a chunk of odd length is filled up."""
        signal = self.signal
        self._file.write(bytes(signal.channels * signal.bits // 8 * signal.samples % 2))
        self._file.close()


def wave_header(channels: int, rate: int, samples: int, mask: int, bits: int, extra: bytes = b"") -> bytes:
    """Everything before the samples: RIFF, or RF64 with a ds64 chunk where 32 bits do not hold the size.

    `extra`: other chunks, of even length.
    """
    frame = channels * bits // 8
    size = frame * samples
    form = struct.pack(
        "<4sIHHIIHHHHI16s", b"fmt ", 40, 0xFFFE, channels, rate, frame * rate, frame, bits, 22, bits, mask,
        _FLOAT_FORMAT if bits == 32 else _INTEGER_FORMAT,
    )  # fmt: skip
    fact = struct.pack("<4sII", b"fact", 4, min(samples, 0xFFFFFFFF))
    if size <= _RIFF_LIMIT:
        body = extra + form + fact + struct.pack("<4sI", b"data", size)
        return struct.pack("<4sI4s", b"RIFF", 4 + len(body) + size + size % 2, b"WAVE") + body
    body = extra + form + fact + struct.pack("<4sI", b"data", 0xFFFFFFFF)
    whole = 4 + 36 + len(body) + size + size % 2
    large = struct.pack("<4sIQQQI", b"ds64", 28, whole, size, samples, 0)
    return struct.pack("<4sI4s", b"RF64", 0xFFFFFFFF, b"WAVE") + large + body


def write_clip(path: Path, samples: np.ndarray, rate: int) -> None:
    """A mono float WAV from (n,) float32, whole or not at all."""
    write_audio(path, samples[None], rate, FRONT_CENTRE)


def write_audio(path: Path, samples: np.ndarray, rate: int, mask: int = 0) -> None:
    """A float WAV from (channels, n) float32, whole or not at all."""
    with WavWriter(path, Signal(len(samples), rate, samples.shape[1], mask)) as writer:
        writer.write(samples)
