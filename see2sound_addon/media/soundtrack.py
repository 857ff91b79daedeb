"""The soundtrack of a sound file or a film, read in pieces."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ..errors import See2SoundError
from ..paths import is_file
from .films import LONGEST, film_library, sound_from
from .scratch import temporary_folder

CHANNELS = (1, 2, 6, 8)
LOWEST, HIGHEST = 4000, 192000
"""Hz."""
LARGEST = 1000.0
"""Samples above are no audio."""
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
"""Names in FFmpeg, by the number of channels."""
SPARE = 2**28
"""Bytes that stay free on the disk."""
FULL_SCALE = 0.999
"""From here on a sample is clipped."""


@dataclass
class Soundtrack:
    """`rate`: Hz. `samples`: for each channel. `first`: sample of the file that it begins at."""

    path: Path
    rate: int
    channels: int
    samples: int
    first: int
    _file: Any

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.samples / self.rate

    def read(self, begin: int, end: int) -> np.ndarray:
        """(channels, end - begin) float32. Error: `clip-invalid`."""
        try:
            self._file.seek(min(self.first + begin, self._file.frames))
            block = self._file.read(end - begin, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise See2SoundError("clip-invalid", f"{self.path.name} is damaged: {error}.", "Export it again.") from error
        if not np.abs(block).max(initial=0.0) <= LARGEST:
            raise See2SoundError("clip-invalid", f"{self.path.name} holds values that are no audio.", "Export it again.")
        return np.ascontiguousarray(np.pad(block, ((0, end - begin - len(block)), (0, 0))).T)


@contextmanager
def open_soundtrack(path: Path, begin: float = 0.0, seconds: float | None = None) -> Iterator[Soundtrack]:
    """A sound file as it is, a film by way of a temporary file; from `begin` on for `seconds`.

    Errors: `clip-missing`, `clip-empty`, `clip-rate`, `clip-too-long`, `soundtrack-none`, `soundtrack-channels`,
    `film-unreadable`, `film-library`, `disk-full`.
    """
    if not is_file(path):
        raise See2SoundError("clip-missing", f"There is no file {str(path)[:300]!r}.", "Check the path.")
    file = _sound_file(path)
    if file is not None:
        with file:
            yield _checked(path, file, begin, seconds)
        return
    with temporary_folder() as folder:
        _decode(path, folder / "soundtrack.w64")
        with soundfile.SoundFile(folder / "soundtrack.w64") as decoded:
            yield _checked(path, decoded, begin, seconds)


def _sound_file(path: Path) -> soundfile.SoundFile | None:
    """A file that can be read from any place, or None."""
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, TypeError):  # raw samples have no rate
        return None
    if file.seekable():
        return file
    file.close()
    return None


def _checked(path: Path, file: soundfile.SoundFile, begin: float, seconds: float | None) -> Soundtrack:
    if file.frames == 0:
        raise See2SoundError("clip-empty", f"{path.name} holds no sound.", "Use another file.")
    if file.channels not in CHANNELS:
        raise See2SoundError(
            "soundtrack-channels", f"{path.name} has {file.channels} channels.", "A soundtrack is mono, stereo, 5.1 or 7.1."
        )
    if not LOWEST <= file.samplerate <= HIGHEST:
        raise See2SoundError("clip-rate", f"{path.name} has {file.samplerate} Hz.", "Export it with 48000 Hz.")
    if file.frames > LONGEST * file.samplerate:
        raise See2SoundError("clip-too-long", f"{path.name} is longer than a day.", "Cut it first.")
    first = min(round(begin * file.samplerate), file.frames)
    samples = file.frames - first if seconds is None else round(seconds * file.samplerate)
    return Soundtrack(path, file.samplerate, file.channels, max(samples, 1), first, file)


def _decode(film: Path, out: Path) -> None:
    """Write the first soundtrack of a film, from the first picture on; of a sound file, from its first sample on."""
    av = film_library()
    try:
        with av.open(str(film)) as source:
            if not source.streams.audio:
                raise See2SoundError("soundtrack-none", f"{film.name} has no sound.", "Use a film with a soundtrack.")
            voice = source.streams.audio[0]
            if voice.channels not in CHANNELS:
                raise See2SoundError(
                    "soundtrack-channels", f"{film.name} has {voice.channels} channels.",
                    "A soundtrack is mono, stereo, 5.1 or 7.1.",
                )  # fmt: skip
            first = next(iter(source.streams.video), voice)
            begin = 0.0 if first.start_time is None else float(first.start_time * first.time_base)
            _write(source, voice, begin, out)
    except (av.FFmpegError, OSError, ValueError, AttributeError, soundfile.LibsndfileError) as error:  # streams without a codec
        raise See2SoundError(
            "film-unreadable",
            f"{film.name} cannot be read: {getattr(error, 'strerror', None) or error}.",
            "Use a film or a WAV.",
        ) from error


def _write(source: Any, voice: Any, begin: float, out: Path) -> None:
    with soundfile.SoundFile(out, "w", voice.rate, voice.channels, "FLOAT", format="W64") as file:
        for block in sound_from(source, voice, begin, voice.rate, LAYOUTS[voice.channels]):
            file.write(block)
            _check_length(out, file.frames, voice.rate)


def _check_length(out: Path, samples: int, rate: int) -> None:
    """Some bytes may stand for days of silence. Errors: `clip-too-long`, `disk-full`."""
    if samples > LONGEST * rate:
        raise See2SoundError("clip-too-long", "The film's sound is longer than a day.", "Cut it first.")
    if shutil.disk_usage(out.parent).free < SPARE:
        raise See2SoundError("disk-full", f"The film's sound does not fit into {out.parent.parent}.", "Make room there.")
