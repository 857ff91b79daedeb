"""The metadata of a programme as XML: ITU-R BS.2076-2, and the profile that Atmos tools read.

They contradict each other in where tracks are named and in coordinates, so that there are two flavours of everything that
differs.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from xml.sax.saxutils import XMLGenerator

import numpy as np

from ...errors import clean_line

from .elements import BEDS, AudioObject, Bed, Programme, Track

FIRST = 0x1001
"""Numbers from here on are for own definitions."""
SCHEMA = "urn:ebu:metadata-schema:ebuCore_2015"
HELD = 1000
"""Hundred-thousandths of a second that a place which is reached at once is held before the way goes on."""


class _Writer:
    """XML, element by element."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._xml = XMLGenerator(self._out, "UTF-8", short_empty_elements=True)
        self._xml.startDocument()

    @contextmanager
    def inside(self, name: str, **attributes: object) -> Iterator[None]:
        """An element with others in it."""
        self._xml.startElement(name, {key: str(value) for key, value in attributes.items()})
        yield
        self._xml.endElement(name)

    def put(self, name: str, text: object, **attributes: object) -> None:
        """An element with a text."""
        with self.inside(name, **attributes):
            self._xml.characters(str(text))

    def done(self) -> bytes:
        """All of it."""
        self._xml.endDocument()
        return self._out.getvalue()


def metadata(programme: Programme) -> tuple[bytes, list[Track]]:
    """The axml chunk of ITU-R BS.2076, and what the channels are: those of the bed, then one for each object."""
    xml, tracks = _Writer(), _tracks(programme)
    first = 0 if programme.bed is None else len(BEDS[programme.bed.layout][1])
    with (
        xml.inside("ebuCoreMain", xmlns=SCHEMA), xml.inside("coreMetadata"), xml.inside("format"),
        xml.inside("audioFormatExtended", version="ITU-R_BS.2076-2"),
    ):  # fmt: skip
        _programme(xml, programme)
        _contents(xml, programme)
        if programme.bed is not None:
            with xml.inside("audioObject", audioObjectID=_id("AO", FIRST), audioObjectName=_name(programme.bed.name)):
                xml.put("audioPackFormatIDRef", tracks[0].pack)
                for track in tracks[:first]:
                    xml.put("audioTrackUIDRef", track.uid)
        for number, (one, track) in enumerate(zip(programme.objects, tracks[first:], strict=True), FIRST + bool(first)):
            times = {"start": _time(_ticks(one.begin)), "duration": _time(_ticks(one.end) - _ticks(one.begin))}
            with xml.inside("audioObject", audioObjectID=_id("AO", number), audioObjectName=_name(one.name), **times):
                xml.put("audioPackFormatIDRef", track.pack)
                xml.put("audioTrackUIDRef", track.uid)
        for number, one in enumerate(programme.objects, FIRST):
            _formats(xml, number, one)
            with _channel(xml, number, one):
                for block in _blocks(one):
                    _polar_block(xml, number, one, *block)
        for track in tracks:
            with xml.inside("audioTrackUID", UID=track.uid, sampleRate=programme.rate, bitDepth=programme.bits):
                xml.put("audioTrackFormatIDRef", track.track_format)
                xml.put("audioPackFormatIDRef", track.pack)
    return xml.done(), tracks


def _tracks(programme: Programme) -> list[Track]:
    bed = [] if programme.bed is None else _bed_tracks(programme.bed)
    objects = [
        Track(f"ATU_{len(bed) + place:08x}", f"AT_0003{number:04x}_01", f"AP_0003{number:04x}")
        for place, number in enumerate(range(FIRST, FIRST + len(programme.objects)), 1)
    ]
    return bed + objects


def _bed_tracks(bed: Bed) -> list[Track]:
    pack, channels = BEDS[bed.layout]
    return [Track(f"ATU_{number:08x}", f"AT_000100{channel}_01", pack) for number, channel in enumerate(channels, 1)]


def _programme(xml: _Writer, programme: Programme) -> None:
    named = {"audioProgrammeLanguage": programme.language} if programme.language else {}
    times = {"start": _time(0), "end": _time(_ticks(programme.seconds))}
    with xml.inside(
        "audioProgramme", audioProgrammeID=_id("APR", FIRST), audioProgrammeName=_name(programme.name), **named, **times
    ):
        for number in range(FIRST, FIRST + len(programme.objects) + (programme.bed is not None)):
            xml.put("audioContentIDRef", _id("ACO", number))
        if programme.loudness is not None:
            with xml.inside("loudnessMetadata", loudnessMethod="ITU-R BS.1770"):
                xml.put("integratedLoudness", f"{programme.loudness:.2f}")
                if programme.true_peak is not None:
                    xml.put("maxTruePeak", f"{programme.true_peak:.2f}")


def _contents(xml: _Writer, programme: Programme) -> None:
    names = [] if programme.bed is None else [programme.bed.name]
    for number, name in enumerate(names + [one.name for one in programme.objects], FIRST):
        with xml.inside("audioContent", audioContentID=_id("ACO", number), audioContentName=_name(name)):
            xml.put("audioObjectIDRef", _id("AO", number))


def _formats(xml: _Writer, number: int, one: AudioObject) -> None:
    """The pack, the stream and the track of an object."""
    what, name = f"0003{number:04x}", _name(one.name)
    kind = {"typeLabel": "0003", "typeDefinition": "Objects"}
    with xml.inside("audioPackFormat", audioPackFormatID=f"AP_{what}", audioPackFormatName=name, **kind):
        xml.put("audioChannelFormatIDRef", f"AC_{what}")
    pcm = {"formatLabel": "0001", "formatDefinition": "PCM"}
    with xml.inside("audioStreamFormat", audioStreamFormatID=f"AS_{what}", audioStreamFormatName=f"PCM_{name}", **pcm):
        xml.put("audioChannelFormatIDRef", f"AC_{what}")
        xml.put("audioTrackFormatIDRef", f"AT_{what}_01")
    with xml.inside("audioTrackFormat", audioTrackFormatID=f"AT_{what}_01", audioTrackFormatName=f"PCM_{name}", **pcm):
        xml.put("audioStreamFormatIDRef", f"AS_{what}")


@contextmanager
def _channel(xml: _Writer, number: int, one: AudioObject) -> Iterator[None]:
    what = f"AC_0003{number:04x}"
    with xml.inside(
        "audioChannelFormat", audioChannelFormatID=what, audioChannelFormatName=_name(one.name), typeLabel="0003",
        typeDefinition="Objects",
    ):  # fmt: skip
        yield


def _blocks(one: AudioObject) -> Iterator[tuple[int, int, int, int, bool]]:
    """Number, begin and length in hundred-thousandths of a second after the object's beginning, the knot that is reached at
    its end, and whether at once. A block goes from where the one before it ended; the first place is held for a moment."""
    end = _ticks(one.end - one.begin)
    ticks = np.clip(np.round((one.times - one.begin) * 1e5).astype(int), 0, end)
    number, at = 0, 0
    for knot in range(len(ticks)):
        starts = knot == 0 or one.jumps[knot]
        until = min(max(int(ticks[knot]), at + 1) + (HELD if starts else 0), end)
        if knot + 1 < len(ticks) and starts:
            until = min(until, max(int(ticks[knot + 1]) - 1, at + 1))
        if knot == len(ticks) - 1:
            until = end
        if until > at:
            number += 1
            yield number, at, until - at, knot, bool(one.jumps[knot])
            at = until


def _polar_block(xml: _Writer, number: int, one: AudioObject, block: int, at: int, lasts: int, knot: int, jump: bool) -> None:
    x, y, z = one.directions[knot]
    with xml.inside(
        "audioBlockFormat", audioBlockFormatID=f"AB_0003{number:04x}_{block:08x}", rtime=_time(at), duration=_time(lasts)
    ):
        xml.put("position", f"{np.degrees(np.arctan2(y, x)):.4f}", coordinate="azimuth")
        xml.put("position", f"{np.degrees(np.arcsin(np.clip(z, -1.0, 1.0))):.4f}", coordinate="elevation")
        xml.put("position", "1.0", coordinate="distance")
        xml.put("gain", f"{one.gains[knot]:.8f}")
        if one.widths[knot] > 0.0:
            xml.put("width", f"{one.widths[knot]:.2f}")
            xml.put("height", f"{one.widths[knot]:.2f}")
        if one.divergence > 0.0:
            xml.put("objectDivergence", f"{one.divergence:.4f}", azimuthRange="45.0")
        if jump:
            xml.put("jumpPosition", "1")


def _ticks(seconds: float) -> int:
    return round(seconds * 1e5)


def _time(ticks: int) -> str:
    seconds, part = divmod(ticks, 100_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{part:05d}"


def _id(kind: str, number: int) -> str:
    return f"{kind}_{number:04x}"


def _name(text: str) -> str:
    return clean_line(text) or "unnamed"
