"""Mixes into a film: its picture is copied as it is, each mix becomes a track with a name and a language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ..delivery.spherical import add_sa3d, add_sv3d
from ..errors import See2SoundError
from ..media.files import whole_file
from ..media.films import film_library, sound_from
from ..media.spherical import is_spherical
from ..paths import is_file, is_same_file
from ..progress import Progress, no_progress

KEEPS = ("replace", "keep", "mix")
"""What becomes of a soundtrack that is there already."""
AHEAD = 1.0
"""Seconds that sound is written ahead of the picture, so that players find both near each other."""
BLOCK = 4096
"""Samples that are encoded at once."""
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
"""Channel layouts by the number of channels of our mixes."""
AMBISONIC = {4: 1, 9: 2, 16: 3}
"""Orders of AmbiX by the number of channels; no loudspeaker layout of ours has as many."""
MARKED = (".mov", ".mp4", ".m4v")
"""Containers whose players want a box that says so."""


QUICKTIME = {"deu": "ger", "nld": "dut", "zho": "chi", "ell": "gre", "fas": "per", "isl": "ice"}
"""Languages that QuickTime files have by their bibliographic codes."""


@dataclass(frozen=True)
class Codec:
    """`encoder`: of FFmpeg. `most`: channels. `rates`: Hz that it takes, none for any. `bit_rate`: a channel, 0 for none.

    `ambisonic`: whether it may carry AmbiX.
    """

    encoder: str
    most: int
    rates: tuple[int, ...] = ()
    bit_rate: int = 0
    ambisonic: bool = False


CODECS = {
    "pcm": Codec("pcm_s24le", 8, ambisonic=True), "flac": Codec("flac", 8), "aac": Codec("aac", 8, (), 96_000),
    "ac3": Codec("ac3", 6, (48000, 44100, 32000), 106_000), "eac3": Codec("eac3", 6, (48000, 44100, 32000), 128_000),
    "opus": Codec("libopus", 8, (48000,), 80_000, ambisonic=True),
}  # fmt: skip
CONTAINERS = {
    ".mp4": ("aac", "ac3", "eac3", "opus", "flac"), ".m4v": ("aac", "ac3", "eac3"), ".mov": ("pcm", "aac", "ac3", "eac3"),
    ".mkv": ("flac", "pcm", "aac", "ac3", "eac3", "opus"), ".webm": ("opus",),
}  # fmt: skip
"""Codecs of each container, the usual one first."""


@dataclass(frozen=True)
class Track:
    """A mix in a film. `mix`: a sound file. `language`: three letters of ISO 639-2, or "". `codec`: "" for the usual one."""

    mix: Path
    name: str = ""
    language: str = ""
    codec: str = ""


def put_into_film(
    video: Path,
    tracks: list[Track],
    out: Path,
    sound: str = "replace",
    progress: Progress = no_progress,
    spherical: bool = False,
) -> list[str]:
    """Write a film with the picture of `video` and these tracks; returns notes. `sound`: one of KEEPS.

    `spherical`: mark the picture as equirectangular, all around; a picture that is marked already stays so.

    Errors: `film-library`, `film-unreadable`, `film-no-picture`, `format-unknown`, `format-impossible`, `clip-missing`,
    `would-overwrite`, `folder-not-writable`.
    """
    av = film_library()
    codecs = [_check(track, video, out) for track in tracks]
    marked = out.suffix.lower() in MARKED
    if spherical and not marked:
        known = ", ".join(MARKED)
        raise See2SoundError("format-impossible", f"{out.suffix} films are not marked as 360-degree.", f"Use {known}.")
    notes: list[str] = []
    try:
        with whole_file(out) as partial, _opened(av, video) as source:
            picture = source.streams.video[0]
            with av.open(str(partial), "w", format=_format(out)) as film:
                copies = {picture.index: film.add_stream_from_template(picture)}
                for kept in source.streams.audio if sound == "keep" else ():
                    copies[kept.index] = film.add_stream_from_template(kept)
                under = Under(av, video) if sound == "mix" and source.streams.audio else None
                voices = [
                    _Voice(av, film, track, codec, _begin(picture), under) for track, codec in zip(tracks, codecs, strict=True)
                ]
                seconds = _copy(source, copies, film, voices, progress)
                for voice in voices:
                    voice.write(film, np.inf)
                    voice.end(film)
                    voice.check(seconds, picture, notes)
            if marked:
                if spherical or is_spherical(video):
                    add_sv3d(partial)
                for number, voice in enumerate(voices, len(copies) - 1):
                    if voice.order:
                        add_sa3d(partial, number, voice.channels, voice.order)
    except (av.FFmpegError, soundfile.LibsndfileError, ValueError) as error:  # PyAV refuses some things as a ValueError
        raise See2SoundError(
            "format-impossible", f"{out.name} cannot be written: {error}.", "Use another container or codec."
        ) from error
    return notes


def _check(track: Track, video: Path, out: Path) -> Codec:
    """The codec of a track; what can be known before anything is written."""
    for path, code in ((video, "film-unreadable"), (track.mix, "clip-missing")):
        if not is_file(path):
            raise See2SoundError(code, f"There is no file {str(path)[:200]!r}.", "Check the path.")
        if is_same_file(out, path):
            raise See2SoundError("would-overwrite", f"{out} would be overwritten while it is read.", "Choose another name.")
    if out.suffix.lower() not in CONTAINERS:
        known = ", ".join(CONTAINERS)
        raise See2SoundError("format-unknown", f"{out.name} is no format for a film.", f"Use one of {known}.")
    possible = CONTAINERS[out.suffix.lower()]
    name = track.codec or possible[0]
    if name not in possible:
        raise See2SoundError(
            "format-impossible", f"{out.suffix} files do not hold {name!r}.", f"Use one of {', '.join(possible)}."
        )
    channels, layout = _channels_of(track.mix)
    plain = channels in LAYOUTS and channels <= CODECS[name].most and layout in (LAYOUTS[channels], "")
    if not plain and not (channels in AMBISONIC and CODECS[name].ambisonic):
        raise See2SoundError(
            "format-impossible",
            f"A track of {out.suffix} with {name} does not hold the {channels} channels of {track.mix.name}.",
            "Mix to stereo, binaural, 5.1 or 7.1 for a film, or to ambix1 to ambix3 for Opus, or PCM in .mov.",
        )
    return CODECS[name]


def _channels_of(mix: Path) -> tuple[int, str]:
    """How many channels a mix has, and what FFmpeg calls their loudspeakers if the file says: 5.1.2 has as many as 7.1."""
    channels = soundfile.info(mix).channels
    if channels != 8:
        return channels, ""
    with film_library().open(str(mix)) as file:
        name = str(file.streams.audio[0].layout.name)
    return channels, "" if name == f"{channels} channels" else name


def _opened(av: Any, video: Path) -> Any:
    try:
        source = av.open(str(video))
    except (av.FFmpegError, OSError) as error:
        raise See2SoundError("film-unreadable", f"{video.name} cannot be read as a film: {error}.", "Use a video.") from error
    if not source.streams.video:
        source.close()
        raise See2SoundError("film-no-picture", f"{video.name} has no picture.", "Use a video.")
    return source


def _format(out: Path) -> str:
    return {".mkv": "matroska", ".webm": "webm", ".mov": "mov"}.get(out.suffix.lower(), "mp4")


def _begin(picture: Any) -> float:
    """Seconds at which the first picture is shown: the sound begins with it."""
    return float((picture.start_time or 0) * picture.time_base)


def _copy(source: Any, copies: dict[int, Any], film: Any, voices: list[_Voice], progress: Progress) -> float:
    """Copy all packets, with sound beside them; returns the length of the picture in seconds."""
    picture = source.streams.video[0]
    whole, last, count = float(picture.duration or 0) * float(picture.time_base or 0), 0.0, 0
    for packet in source.demux([stream for stream in source.streams if stream.index in copies]):
        if not packet.size:  # the end of a stream
            continue
        if packet.stream is picture:
            count += 1
            shown = packet.pts if packet.pts is not None else packet.dts or 0
            last = max(last, float((shown + (packet.duration or 0)) * packet.time_base) - _begin(picture))
            for voice in voices:
                voice.write(film, last + AHEAD)
            progress("Writing the film", round(1000 * last), max(round(1000 * whole), 1))
        packet.stream = copies[packet.stream.index]
        film.mux(packet)
    if not count:
        raise See2SoundError("film-no-picture", "The video has no frames.", "Use another one.")
    return last


class Under:
    """The soundtrack that a film has already, to be added to a mix."""

    def __init__(self, av: Any, video: Path) -> None:
        self._av, self._video = av, video

    def blocks(self, rate: int, layout: str) -> Iterator[np.ndarray]:
        """(n, channels) float32 from the beginning of the picture."""
        with self._av.open(str(self._video)) as source:
            yield from sound_from(source, source.streams.audio[0], _begin(source.streams.video[0]), rate, layout)


class _Voice:
    """A track that is being written."""

    def __init__(self, av: Any, film: Any, track: Track, codec: Codec, begin: float, under: Under | None) -> None:
        self._av, self._file = av, soundfile.SoundFile(track.mix)
        self._rate, self._name, self._begin = self._file.samplerate, track.mix.name, begin
        self.channels, self.order = self._file.channels, AMBISONIC.get(self._file.channels, 0)
        self._layout = f"ambisonic {self.order}" if self.order else LAYOUTS[self._file.channels]
        rate = self._rate if not codec.rates or self._rate in codec.rates else codec.rates[0]
        options = {"mapping_family": "2"} if self.order and codec.encoder == "libopus" else {}
        self._stream = film.add_stream(codec.encoder, rate=rate, layout=self._layout, options=options)
        if codec.encoder == "flac":  # its usual format has 16 bits
            self._stream.codec_context.format = "s32"
        if codec.bit_rate:
            self._stream.bit_rate = codec.bit_rate * self._file.channels
        language = QUICKTIME.get(track.language, track.language) if film.format.name == "mov" else track.language
        for key, value in (("title", track.name), ("handler_name", track.name), ("language", language)):
            if value:
                self._stream.metadata[key] = value
        self._resampler = av.AudioResampler(self._stream.codec_context.format, self._layout, rate)
        self._read, self._loudest = 0, 0.0
        self._under = None if under is None else under.blocks(self._rate, self._layout)
        self._rest = np.zeros((0, self._file.channels), np.float32)

    def write(self, film: Any, until: float) -> None:
        """Encode what is heard up to a moment."""
        while self._read < self._file.frames and self._read < until * self._rate:
            block = self._file.read(BLOCK, dtype="float32", always_2d=True)
            if not len(block):
                return
            frame = self._av.AudioFrame.from_ndarray(
                np.ascontiguousarray(self._held(self._with_under(block))).reshape(1, -1), "flt", self._layout
            )
            frame.sample_rate = self._rate
            frame.pts = round(self._begin * self._rate) + self._read
            self._read += len(block)
            for part in self._resampler.resample(frame):
                film.mux(self._stream.encode(part))

    def end(self, film: Any) -> None:
        """Write what the encoder still holds."""
        for part in self._resampler.resample(None):
            film.mux(self._stream.encode(part))
        film.mux(self._stream.encode(None))
        self._file.close()

    def check(self, seconds: float, picture: Any, notes: list[str]) -> None:
        """Note a mix that is not as long as the picture, or too loud."""
        apart = self._read / self._rate - seconds
        if abs(apart) > 1.5 / float(picture.average_rate or 24):
            notes.append(f"{self._name} is {abs(apart):.2f} s {'longer' if apart > 0 else 'shorter'} than the picture.")
        if self._loudest > 1.0:
            over = 20.0 * np.log10(self._loudest)
            notes.append(f"{self._name} is {over:.1f} dB above full scale in the film, and was clipped. Lower the sources.")

    def _with_under(self, block: np.ndarray) -> np.ndarray:
        """A block of the mix with that of the film's own sound."""
        if self._under is None:
            return block
        while len(self._rest) < len(block):
            with suppress(StopIteration):
                self._rest = np.concatenate([self._rest, next(self._under)])
                continue
            self._rest = np.concatenate([self._rest, np.zeros((len(block), block.shape[1]), np.float32)])
        under, self._rest = self._rest[: len(block)], self._rest[len(block) :]
        return block + under

    def _held(self, block: np.ndarray) -> np.ndarray:
        """Within full scale, which is all that players and most codecs have."""
        self._loudest = max(self._loudest, float(np.abs(block).max(initial=0.0)))
        return np.clip(block, -1.0, 1.0)
