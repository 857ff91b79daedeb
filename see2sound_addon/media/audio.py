"""Read audio files as mono float32."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from ..errors import See2SoundError
from ..paths import is_file

LONGEST_CLIP = 2**28
"""Frames (93 minutes at 48 kHz) times channels; a longer file is not read into memory."""
LONGEST_RESPONSE = 20
"""Seconds of a room's impulse response."""
RESPONSE_CHANNELS = (1, 2, *((order + 1) ** 2 for order in range(1, 8)))
LOWEST_RATE, HIGHEST_RATE = 4000, 768000
"""Hz."""
LARGEST_SAMPLE = 1000.0
"""60 dB above full scale; larger values are treated as invalid."""


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
        clip.samples = resampled(clip.samples, own_rate, rate)
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
    response = data.T if own_rate == rate else np.stack([resampled(channel, own_rate, rate) for channel in data.T])
    return np.ascontiguousarray(response, np.float32) * np.float32(own_rate / rate)


def resampled(samples: np.ndarray, own_rate: int, rate: int) -> np.ndarray:
    """A signal (n,) at another rate."""
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
