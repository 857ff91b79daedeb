"""Read audio files as mono float32, and write mixes as WAVE_FORMAT_EXTENSIBLE or FLAC."""

from __future__ import annotations

import math
import os
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile
from scipy.signal import resample_poly

from ..errors import See2SoundError
from ..paths import is_file
from .files import check_place, not_writable, whole_file

LONGEST_CLIP = 2**28
"""Frames (93 minutes at 48 kHz) times channels; a longer file is not read into memory."""
LONGEST_RESPONSE = 20
"""Seconds of a room's impulse response."""
RESPONSE_CHANNELS = (1, 2, *((order + 1) ** 2 for order in range(1, 8)))
LOWEST_RATE, HIGHEST_RATE = 4000, 768000
"""Hz."""
LARGEST_SAMPLE = 1000.0
"""60 dB above full scale; larger values are treated as invalid."""
_FLOAT_FORMAT = uuid.UUID("00000003-0000-0010-8000-00aa00389b71").bytes_le
_INTEGER_FORMAT = uuid.UUID("00000001-0000-0010-8000-00aa00389b71").bytes_le
_RIFF_LIMIT = 2**32 - 2**16


@dataclass
class ClipFile:
    """`samples`: (n,) float32 mono. `notes`: conversions that the user should know about."""

    samples: np.ndarray
    notes: list[str] = field(default_factory=list)


def read_clip(path: str | os.PathLike[str], rate: int) -> ClipFile:
    """Read a WAV, FLAC, OGG, MP3 or AIFF as mono at `rate` Hz.

    Several channels are averaged and other rates resampled, and the notes say so.
    Errors: `clip-missing`, `clip-unreadable`, `clip-empty`, `clip-invalid`, `clip-too-long`.
    """
    path = Path(path)
    data, own_rate = _read(path, rate, LONGEST_CLIP)
    clip = ClipFile(data[:, 0])
    if data.shape[1] > 1:
        clip.samples = data.mean(axis=1)
        clip.notes.append(f"{path.name} has {data.shape[1]} channels; they were averaged to one.")
    if own_rate != rate:
        clip.samples = _resampled(clip.samples, own_rate, rate)
        clip.notes.append(f"{path.name} was resampled from {own_rate} to {rate} Hz.")
    clip.samples = np.ascontiguousarray(clip.samples, dtype=np.float32)
    return clip


@dataclass(frozen=True)
class AudioFacts:
    """Facts from the header of an audio file. `rate`: Hz."""

    channels: int
    rate: int
    seconds: float


def audio_facts(path: str | os.PathLike[str]) -> AudioFacts:
    """Of a file, without reading it whole. Errors: `clip-missing`, `clip-unreadable`, `clip-empty`."""
    path = Path(path)
    with _opened(path) as file:
        if file.frames == 0:
            raise _empty(path)
        return AudioFacts(file.channels, file.samplerate, file.frames / file.samplerate)


def read_response(path: str | os.PathLike[str], rate: int) -> np.ndarray:
    """A room's impulse response (channels, taps) float32 at `rate` Hz: mono, stereo or AmbiX.

    Errors: those of `read_clip`, `response-channels`.
    """
    path = Path(path)
    data, own_rate = _read(path, rate, LONGEST_RESPONSE * rate * 64)
    if data.shape[1] not in RESPONSE_CHANNELS:
        raise See2SoundError(
            "response-channels",
            f"{path.name} has {data.shape[1]} channels.",
            "A room's response is mono, stereo or AmbiX (4, 9, 16, 25, 36, 49 or 64 channels).",
        )
    if len(data) > LONGEST_RESPONSE * own_rate:
        raise See2SoundError("clip-too-long", f"{path.name} is longer than {LONGEST_RESPONSE} s.", "Cut its end.")
    response = data.T if own_rate == rate else np.stack([_resampled(channel, own_rate, rate) for channel in data.T])
    return np.ascontiguousarray(response, np.float32) * np.float32(own_rate / rate)


def _resampled(samples: np.ndarray, own_rate: int, rate: int) -> np.ndarray:
    common = math.gcd(own_rate, rate)
    return np.asarray(resample_poly(samples.astype(np.float64), rate // common, own_rate // common))


def _read(path: Path, rate: int, longest: int) -> tuple[np.ndarray, int]:
    """(n, channels) float32 and their rate."""
    with _opened(path) as file:
        if not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE:
            raise See2SoundError(
                "clip-rate", f"{path.name} has a sampling rate of {file.samplerate} Hz.", "Export it with 48000 Hz."
            )
        if file.frames * max(file.channels, rate / file.samplerate) > longest:
            raise See2SoundError("clip-too-long", f"{path.name} is too long to be a clip.", "Cut it first.")
        # The number of frames must be given for codecs that cannot seek.
        data, own_rate = file.read(file.frames, dtype="float32", always_2d=True), file.samplerate
    if len(data) == 0:
        raise _empty(path)
    if not np.abs(data).max() <= LARGEST_SAMPLE:
        raise See2SoundError("clip-invalid", f"{path.name} holds values that are no audio.", "Export it again.")
    return data, own_rate


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    if not is_file(path):
        raise See2SoundError("clip-missing", f"There is no audio file at {str(path)[:300]}.", "Check the path.")
    if path.suffix.lower() == ".raw":
        raise _unreadable(path, "a file without a header does not tell its rate and channels")
    try:
        with soundfile.SoundFile(path) as file:
            yield file
    except soundfile.LibsndfileError as error:
        raise _unreadable(path, error.error_string.rstrip(".")) from error
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # codecs that libsndfile knows only in part
        raise _unreadable(path, str(error)[:120].rstrip(".")) from error


def _unreadable(path: Path, why: str) -> See2SoundError:
    return See2SoundError("clip-unreadable", f"{path.name} cannot be read as audio: {why}.", "Use WAV, FLAC, OGG, MP3 or AIFF.")


def _empty(path: Path) -> See2SoundError:
    return See2SoundError("clip-empty", f"{path.name} holds no sound: its length is zero.", "Export it again.")


class AudioWriter:
    """Write an audio file block by block, completely or not at all. Use it as a context manager.

    `.wav` is WAVE_FORMAT_EXTENSIBLE (Microsoft, "Multiple channel audio data and WAVE files"), RF64 where it would pass
    4 GiB (EBU Tech 3306); `.flac` is FLAC, of up to 8 channels. `bits`: 32 is floating point, 24 and 16 are integers with
    triangular dither from `seed`. `mask`: where the channels stand, 0 if they are no loudspeakers.
    Errors: `format-unknown`, `format-impossible`, `folder-not-writable`, `not-finite`.
    """

    def __init__(self, path: Path, channels: int, rate: int, samples: int, mask: int, bits: int = 32, seed: int = 0) -> None:
        self.path, self.channels, self.rate, self.bits, self.mask = path, channels, rate, bits, mask
        self.samples = 0
        self._expected = samples
        self._flac = path.suffix.lower() == ".flac"
        check_place(path)
        _check_format(path, channels, bits)
        self._random = np.random.default_rng(seed)
        self._place = whole_file(path)

    def write(self, block: np.ndarray) -> None:
        """Append (channels, n) float32; integer formats clip values beyond full scale, so the caller must prevent them."""
        if not np.isfinite(block).all():
            raise See2SoundError(
                "not-finite",
                f"What would be written to {self.path.name} holds infinite values, or values that are not numbers.",
                "Report this, with the plan.",
            )
        self.samples += block.shape[1]
        try:
            if self._flac:
                shift = 2 ** (32 - self.bits)
                self._file.write(np.ascontiguousarray(self._quantised(block).T) * np.int32(shift))
            elif self.bits == 32:
                self._file.write(np.ascontiguousarray(block.T, dtype="<f4").tobytes())
            else:
                whole = np.ascontiguousarray(self._quantised(block).T, dtype="<i4")
                self._file.write(whole.view(np.uint8).reshape(*whole.shape, 4)[..., : self.bits // 8].tobytes())
        except (OSError, soundfile.LibsndfileError) as error:
            raise not_writable(self.path, OSError(str(error))) from error

    def _quantised(self, block: np.ndarray) -> np.ndarray:
        """Integers (channels, n) with triangular dither of two steps' width (Lipshitz, Wannamaker, Vanderkooy 1992)."""
        scale = 2.0 ** (self.bits - 1)
        dither = self._random.random(block.shape) - self._random.random(block.shape)
        return np.clip(np.rint(block * scale + dither), -scale, scale - 1.0).astype(np.int32)

    def __enter__(self) -> AudioWriter:
        self._partial = self._place.__enter__()
        try:
            if self._flac:
                self._file = soundfile.SoundFile(
                    self._partial, "w", self.rate, self.channels, subtype=f"PCM_{self.bits}", format="FLAC"
                )
            else:
                self._file = self._partial.open("wb")
                self._file.write(wave_header(self.channels, self.rate, self._expected, self.mask, self.bits))
        except (OSError, soundfile.LibsndfileError) as error:
            raise not_writable(self.path, error if isinstance(error, OSError) else OSError(str(error))) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._file.close()
            if kind is None and self.samples != self._expected:
                raise ValueError(f"{self.samples} samples were written where {self._expected} were announced")
        except (OSError, ValueError) as failure:
            self._place.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._place.__exit__(kind, error, trace)


def _check_format(path: Path, channels: int, bits: int) -> None:
    if path.suffix.lower() not in (".wav", ".flac") or bits not in (16, 24, 32):
        raise See2SoundError(
            "format-unknown",
            f"{path.name} with {bits} bits is no format for a mix.",
            "Use .wav with 16, 24 or 32 bits, or .flac.",
        )
    if path.suffix.lower() == ".flac" and (bits == 32 or channels > 8):
        what, hint = ("32-bit floating point", "24 or 16 bits") if channels <= 8 else (f"{channels} channels", "at most 8")
        raise See2SoundError("format-impossible", f"A FLAC file cannot hold {what}.", f"Use .wav, or {hint}.")


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
    write_audio(path, samples[None], rate, 0x4)


def write_audio(path: Path, samples: np.ndarray, rate: int, mask: int = 0) -> None:
    """A float WAV from (channels, n) float32, whole or not at all."""
    with AudioWriter(path, len(samples), rate, samples.shape[1], mask) as writer:
        writer.write(samples)
