"""The metadata of a programme as XML by ITU-R BS.2076-2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .elements import BED_CHANNELS, BED_PACK, AudioObject, Programme, Track
from .xml import FIRST, Xml, id_of, name_of, ticks_of, time_of

SCHEMA = "urn:ebu:metadata-schema:ebuCore_2015"
HELD = 1000
"""Hundred-thousandths of a second that a place which is reached at once is held before the way goes on."""


def metadata(programme: Programme) -> tuple[bytes, list[Track]]:
    """The axml chunk of ITU-R BS.2076, and what the channels are: those of the bed, then one for each object."""
    xml, tracks = Xml(), _tracks(programme)
    first = 0 if programme.bed is None else len(BED_CHANNELS)
    with (
        xml.inside("ebuCoreMain", xmlns=SCHEMA), xml.inside("coreMetadata"), xml.inside("format"),
        xml.inside("audioFormatExtended", version="ITU-R_BS.2076-2"),
    ):  # fmt: skip
        _programme(xml, programme)
        _contents(xml, programme)
        if programme.bed is not None:
            with xml.inside("audioObject", audioObjectID=id_of("AO", FIRST), audioObjectName=name_of(programme.bed.name)):
                xml.put("audioPackFormatIDRef", tracks[0].pack)
                for track in tracks[:first]:
                    xml.put("audioTrackUIDRef", track.uid)
        for number, (one, track) in enumerate(zip(programme.objects, tracks[first:], strict=True), FIRST + bool(first)):
            times = {"start": time_of(ticks_of(one.begin)), "duration": time_of(ticks_of(one.end) - ticks_of(one.begin))}
            with xml.inside("audioObject", audioObjectID=id_of("AO", number), audioObjectName=name_of(one.name), **times):
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
    channels = [] if programme.bed is None else list(BED_CHANNELS.values())
    bed = [Track(f"ATU_{number:08x}", f"AT_000100{channel}_01", BED_PACK) for number, channel in enumerate(channels, 1)]
    objects = [
        Track(f"ATU_{len(bed) + place:08x}", f"AT_0003{number:04x}_01", f"AP_0003{number:04x}")
        for place, number in enumerate(range(FIRST, FIRST + len(programme.objects)), 1)
    ]
    return bed + objects


def _programme(xml: Xml, programme: Programme) -> None:
    named = {"audioProgrammeLanguage": programme.language} if programme.language else {}
    times = {"start": time_of(0), "end": time_of(ticks_of(programme.seconds))}
    with xml.inside(
        "audioProgramme", audioProgrammeID=id_of("APR", FIRST), audioProgrammeName=name_of(programme.name), **named, **times
    ):
        for number in range(FIRST, FIRST + len(programme.objects) + (programme.bed is not None)):
            xml.put("audioContentIDRef", id_of("ACO", number))
        if programme.loudness is not None:
            with xml.inside("loudnessMetadata", loudnessMethod="ITU-R BS.1770"):
                xml.put("integratedLoudness", f"{programme.loudness:.2f}")
                if programme.true_peak is not None:
                    xml.put("maxTruePeak", f"{programme.true_peak:.2f}")


def _contents(xml: Xml, programme: Programme) -> None:
    names = [] if programme.bed is None else [programme.bed.name]
    for number, name in enumerate(names + [one.name for one in programme.objects], FIRST):
        with xml.inside("audioContent", audioContentID=id_of("ACO", number), audioContentName=name_of(name)):
            xml.put("audioObjectIDRef", id_of("AO", number))


def _formats(xml: Xml, number: int, one: AudioObject) -> None:
    """The pack, the stream and the track of an object."""
    what, name = f"0003{number:04x}", name_of(one.name)
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
def _channel(xml: Xml, number: int, one: AudioObject) -> Iterator[None]:
    what = f"AC_0003{number:04x}"
    with xml.inside(
        "audioChannelFormat", audioChannelFormatID=what, audioChannelFormatName=name_of(one.name), typeLabel="0003",
        typeDefinition="Objects",
    ):  # fmt: skip
        yield


def _blocks(one: AudioObject) -> Iterator[tuple[int, int, int, int, bool]]:
    """Number, begin and length in hundred-thousandths of a second after the object's beginning, the knot that is reached at
    its end, and whether at once. A block goes from where the one before it ended; the first place is held for a moment."""
    end = ticks_of(one.end - one.begin)
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


def _polar_block(xml: Xml, number: int, one: AudioObject, block: int, at: int, lasts: int, knot: int, jump: bool) -> None:
    x, y, z = one.directions[knot]
    with xml.inside(
        "audioBlockFormat", audioBlockFormatID=f"AB_0003{number:04x}_{block:08x}", rtime=time_of(at), duration=time_of(lasts)
    ):
        xml.put("position", f"{np.degrees(np.arctan2(y, x)):.4f}", coordinate="azimuth")
        xml.put("position", f"{np.degrees(np.arcsin(np.clip(z, -1.0, 1.0))):.4f}", coordinate="elevation")
        xml.put("position", "1.0", coordinate="distance")
        xml.put("gain", f"{one.gains[knot]:.8f}")
        if one.widths[knot] > 0.0:
            xml.put("width", f"{one.widths[knot]:.2f}")
            xml.put("height", f"{one.widths[knot]:.2f}")
        if one.divergence > 0.0:
            xml.put("objectDivergence", f"{one.divergence:.4f}", azimuthRange="45")
        if jump:
            xml.put("jumpPosition", "1")
