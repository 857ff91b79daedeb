"""Audio files: any clip in as mono float32, mixes out as WAVE_FORMAT_EXTENSIBLE."""

from __future__ import annotations

import math
import os
import struct
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile
from scipy.signal import resample_poly

from ..errors import See2SoundError
from .files import not_writable, whole_file

LONGEST_CLIP = 2**28
"""Frames (93 minutes at 48 kHz) times channels; a longer file is not read into memory."""
_FLOAT_FORMAT = uuid.UUID("00000003-0000-0010-8000-00aa00389b71").bytes_le
_RIFF_LIMIT = 2**32 - 2**16


@dataclass
class ClipFile:
    """`samples`: (n,) float32 mono. `notes`: what had to be done to the file that its user should know."""

    samples: np.ndarray
    notes: list[str] = field(default_factory=list)


def read_clip(path: str | os.PathLike[str], rate: int) -> ClipFile:
    """Read a WAV, FLAC, OGG, MP3 or AIFF as mono at `rate` Hz.

    Several channels are averaged and other rates resampled, and the notes say so.
    Errors: `clip-missing`, `clip-unreadable`, `clip-empty`, `clip-invalid`, `clip-too-long`.
    """
    path = Path(path)
    if not path.is_file():
        raise See2SoundError("clip-missing", f"There is no audio file at {path}.", "Check the path.")
    try:
        with soundfile.SoundFile(path) as file:
            if file.frames * file.channels > LONGEST_CLIP:
                raise See2SoundError("clip-too-long", f"{path.name} is too long to be a clip.", "Cut it first.")
            data, own_rate = file.read(dtype="float32", always_2d=True), file.samplerate
    except soundfile.LibsndfileError as error:
        raise See2SoundError(
            "clip-unreadable",
            f"{path.name} cannot be read as audio: {error.error_string}",
            "Use WAV, FLAC, OGG, MP3 or AIFF.",
        ) from error
    if len(data) == 0:
        raise See2SoundError("clip-empty", f"{path.name} holds no sound: its length is zero.", "Export it again.")
    if not np.isfinite(data).all():
        raise See2SoundError("clip-invalid", f"{path.name} holds values that are not numbers.", "Export it again.")
    clip = ClipFile(data[:, 0])
    if data.shape[1] > 1:
        clip.samples = data.mean(axis=1)
        clip.notes.append(f"{path.name} has {data.shape[1]} channels; they were averaged to one.")
    if own_rate != rate:
        common = math.gcd(own_rate, rate)
        clip.samples = resample_poly(clip.samples.astype(np.float64), rate // common, own_rate // common)
        clip.notes.append(f"{path.name} was resampled from {own_rate} to {rate} Hz.")
    clip.samples = np.ascontiguousarray(clip.samples, dtype=np.float32)
    return clip


class WavWriter:
    """A 32-bit float WAVE_FORMAT_EXTENSIBLE file, written block by block; an exception leaves no file behind.

    Microsoft, "Multiple channel audio data and WAVE files". `mask` 0 says that channels are no loudspeakers.
    Use it as a context manager. Errors: `folder-not-writable`, `file-too-large`.
    """

    def __init__(self, path: Path, channels: int, rate: int, samples: int, mask: int) -> None:
        self.path, self.channels = path, channels
        self.peak = 0.0
        self.energy = 0.0
        self.samples = 0
        size = 4 * channels * samples
        if size > _RIFF_LIMIT:
            raise See2SoundError(
                "file-too-large",
                f"{path.name} would be {size / 2**30:.1f} GiB; a WAV file ends at 4.",
                "Mix a shorter range.",
            )
        self._expected = samples
        self._place = whole_file(path)
        self._header = struct.pack(
            "<4sI4s 4sIHHIIHHHHI16s 4sII 4sI",
            b"RIFF", 72 + size, b"WAVE",
            b"fmt ", 40, 0xFFFE, channels, rate, 4 * channels * rate, 4 * channels, 32, 22, 32, mask, _FLOAT_FORMAT,
            b"fact", 4, samples,
            b"data", size,
        )  # fmt: skip

    def __enter__(self) -> WavWriter:
        partial = self._place.__enter__()
        try:
            self._file = partial.open("wb")
            self._file.write(self._header)
        except OSError as error:
            raise not_writable(self.path, error) from error
        return self

    def write(self, block: np.ndarray) -> None:
        """Append (channels, n) float32."""
        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
        self.energy += float((block.astype(np.float64) ** 2).sum())
        self.samples += block.shape[1]
        try:
            self._file.write(np.ascontiguousarray(block.T, dtype="<f4").tobytes())
        except OSError as error:
            raise not_writable(self.path, error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._file.close()
            if kind is None and self.samples != self._expected:
                raise ValueError(f"{self.samples} samples were written where {self._expected} were announced")
        except (OSError, ValueError) as failure:
            self._place.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._place.__exit__(kind, error, trace)


def write_clip(path: Path, samples: np.ndarray, rate: int) -> None:
    """A mono float WAV from (n,) float32, whole or not at all."""
    with WavWriter(path, 1, rate, len(samples), 0x4) as writer:
        writer.write(samples[None])
