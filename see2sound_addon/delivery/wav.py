"""Write WAV files.

WAVE_FORMAT_EXTENSIBLE (Microsoft, "Multiple channel audio data and WAVE files"); RF64 where a file would pass 4 GiB (EBU Tech
3306).
"""

from __future__ import annotations

import struct
import uuid
from pathlib import Path

import numpy as np

from .formats import Signal
from .writer import AudioWriter

FRONT_CENTRE = 0x4
"""Channel mask of a mono file."""
_FLOAT_FORMAT = uuid.UUID("00000003-0000-0010-8000-00aa00389b71").bytes_le
_INTEGER_FORMAT = uuid.UUID("00000001-0000-0010-8000-00aa00389b71").bytes_le
_RIFF_LIMIT = 2**32 - 2**16


class WavWriter(AudioWriter):
    """32-bit floating point, or 24 or 16 bits with dither, of any number of channels."""

    def open(self, partial: Path) -> None:
        """Write the header; the number of samples is known."""
        signal = self.signal
        self._file = partial.open("wb")
        self._file.write(wave_header(signal.channels, signal.rate, signal.samples, signal.mask, signal.bits))

    def append(self, block: np.ndarray) -> None:
        """Interleaved, little-endian."""
        if self.signal.bits == 32:
            self._file.write(np.ascontiguousarray(block.T, dtype="<f4").tobytes())
        else:
            whole = np.ascontiguousarray(self.quantised(block).T, dtype="<i4")
            self._file.write(whole.view(np.uint8).reshape(*whole.shape, 4)[..., : self.signal.bits // 8].tobytes())

    def close(self) -> None:
        """End the file."""
        self._file.close()


def wave_header(channels: int, rate: int, samples: int, mask: int, bits: int) -> bytes:
    """Everything before the samples: RIFF, or RF64 with a ds64 chunk where 32 bits do not hold the size."""
    frame = channels * bits // 8
    size = frame * samples
    form = struct.pack(
        "<4sIHHIIHHHHI16s", b"fmt ", 40, 0xFFFE, channels, rate, frame * rate, frame, bits, 22, bits, mask,
        _FLOAT_FORMAT if bits == 32 else _INTEGER_FORMAT,
    )  # fmt: skip
    fact = struct.pack("<4sII", b"fact", 4, min(samples, 0xFFFFFFFF))
    if size <= _RIFF_LIMIT:
        body = form + fact + struct.pack("<4sI", b"data", size)
        return struct.pack("<4sI4s", b"RIFF", 4 + len(body) + size, b"WAVE") + body
    body = form + fact + struct.pack("<4sI", b"data", 0xFFFFFFFF)
    whole = 4 + 36 + len(body) + size
    large = struct.pack("<4sIQQQI", b"ds64", 28, whole, size, samples, 0)
    return struct.pack("<4sI4s", b"RF64", 0xFFFFFFFF, b"WAVE") + large + body


def write_clip(path: Path, samples: np.ndarray, rate: int) -> None:
    """A mono float WAV from (n,) float32, whole or not at all."""
    write_audio(path, samples[None], rate, FRONT_CENTRE)


def write_audio(path: Path, samples: np.ndarray, rate: int, mask: int = 0) -> None:
    """A float WAV from (channels, n) float32, whole or not at all."""
    with WavWriter(path, Signal(len(samples), rate, samples.shape[1], mask)) as writer:
        writer.write(samples)
