"""The metadata of a programme as XML by the profile that Atmos tools read: a bed first, Cartesian places, and no levels.

A place is reached in the first five milliseconds of a block, and held; so a way is given in short steps.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .cartesian import cube_of
from .elements import AudioObject, Programme, Track
from .xml import FIRST, Xml, id_of, name_of, ticks_of, time_of

SCHEMA = "urn:ebu:metadata-schema:ebuCore_2016"
STEP = 1024
"""Samples at 48 kHz between two places of an object that moves."""
REACHED = 0.005208
"""Seconds in which a place is reached: 250 samples."""
SAME = 0.004
"""Difference of a coordinate that is not worth a block: a fifth of a degree."""
OBJECTS = 0x100B
"""Number of the first object: the ten before it are for a bed of ten channels."""
BED = (
    ("Left", "L", (-1.0, 1.0, 0.0)), ("Right", "R", (1.0, 1.0, 0.0)), ("Center", "C", (0.0, 1.0, 0.0)),
    ("LFE", "LFE", (-1.0, 1.0, -1.0)), ("LeftSideSurround", "Lss", (-1.0, 0.0, 0.0)),
    ("RightSideSurround", "Rss", (1.0, 0.0, 0.0)), ("LeftRearSurround", "Lrs", (-1.0, -1.0, 0.0)),
    ("RightRearSurround", "Rrs", (1.0, -1.0, 0.0)),
)  # fmt: skip
"""Names, labels and places of a bed's channels, in the order that the profile asks for."""
BED_LABELS = ("M+030", "M-030", "M+000", "LFE1", "M+090", "M-090", "M+135", "M-135")
"""The same in ITU-R BS.2051."""
PCM = {"formatLabel": "0001", "formatDefinition": "PCM"}


def metadata(programme: Programme) -> tuple[bytes, list[Track]]:
    """The axml chunk, and what the channels are: those of the bed, then one for each object."""
    xml = Xml()
    bed = [Track(f"ATU_{number:08x}", f"AT_0001{0x1000 + number:04x}_01", "AP_00011001") for number in range(1, len(BED) + 1)]
    objects = [
        Track(f"ATU_{len(bed) + place:08x}", f"AT_0003{number:04x}_01", f"AP_0003{number:04x}")
        for place, number in enumerate(range(OBJECTS, OBJECTS + len(programme.objects)), 1)
    ]
    with (
        xml.inside("ebuCoreMain", xmlns=SCHEMA), xml.inside("coreMetadata"), xml.inside("format"),
        xml.inside("audioFormatExtended"),
    ):  # fmt: skip
        _programme(xml, programme)
        whole = {"start": time_of(0), "duration": time_of(ticks_of(programme.seconds))}
        with xml.inside("audioObject", audioObjectID=id_of("AO", FIRST), audioObjectName="Bed", **whole):
            xml.put("audioPackFormatIDRef", bed[0].pack)
            for track in bed:
                xml.put("audioTrackUIDRef", track.uid)
        for number, (one, track) in enumerate(zip(programme.objects, objects, strict=True), OBJECTS):
            with xml.inside("audioObject", audioObjectID=id_of("AO", number), audioObjectName=name_of(one.name), **whole):
                xml.put("audioPackFormatIDRef", track.pack)
                xml.put("audioTrackUIDRef", track.uid)
        _bed(xml)
        for number, one in enumerate(programme.objects, OBJECTS):
            _object(xml, number, one, programme)
        for track in bed + objects:
            with xml.inside("audioTrackUID", UID=track.uid, sampleRate=programme.rate, bitDepth=programme.bits):
                xml.put("audioTrackFormatIDRef", track.track_format)
                xml.put("audioPackFormatIDRef", track.pack)
    return xml.done(), bed + objects


def _programme(xml: Xml, programme: Programme) -> None:
    times = {"start": time_of(0), "end": time_of(ticks_of(programme.seconds))}
    name = name_of(programme.name)
    with xml.inside("audioProgramme", audioProgrammeID=id_of("APR", FIRST), audioProgrammeName=name, **times):
        xml.put("audioContentIDRef", id_of("ACO", FIRST))
        if programme.loudness is not None:
            with xml.inside("loudnessMetadata"):
                xml.put("integratedLoudness", f"{programme.loudness:.2f}")
    with xml.inside("audioContent", audioContentID=id_of("ACO", FIRST), audioContentName=name):
        for number in [FIRST, *range(OBJECTS, OBJECTS + len(programme.objects))]:
            xml.put("audioObjectIDRef", id_of("AO", number))
        xml.put("dialogue", 2, mixedContentKind=0)


def _bed(xml: Xml) -> None:
    kind = {"typeLabel": "0001", "typeDefinition": "DirectSpeakers"}
    with xml.inside("audioPackFormat", audioPackFormatID="AP_00011001", audioPackFormatName="Bed", **kind):
        for number in range(1, len(BED) + 1):
            xml.put("audioChannelFormatIDRef", f"AC_0001{0x1000 + number:04x}")
    for number, (name, label, place) in enumerate(BED, 0x1001):
        what = f"0001{number:04x}"
        named = {"audioChannelFormatID": f"AC_{what}", "audioChannelFormatName": f"RoomCentric{name}"}
        with (
            xml.inside("audioChannelFormat", **named, **kind),
            xml.inside("audioBlockFormat", audioBlockFormatID=f"AB_{what}_00000001"),
        ):
            xml.put("speakerLabel", f"RC_{label}")
            _place(xml, place)
        _streams(xml, what, f"PCM_RoomCentric{name}", "AP_00011001")


def _object(xml: Xml, number: int, one: AudioObject, programme: Programme) -> None:
    what, name = f"0003{number:04x}", name_of(one.name)
    kind = {"typeLabel": "0003", "typeDefinition": "Objects"}
    with xml.inside("audioPackFormat", audioPackFormatID=f"AP_{what}", audioPackFormatName=name, **kind):
        xml.put("audioChannelFormatIDRef", f"AC_{what}")
    with xml.inside("audioChannelFormat", audioChannelFormatID=f"AC_{what}", audioChannelFormatName=name, **kind):
        for block, (begin, end, place, width) in enumerate(_steps(one, programme.seconds), 1):
            times = {"rtime": time_of(begin), "duration": time_of(end - begin)}
            with xml.inside("audioBlockFormat", audioBlockFormatID=f"AB_{what}_{block:08x}", **times):
                _place(xml, place)
                if width > 0.0:
                    for side in ("width", "depth", "height"):
                        xml.put(side, f"{width:.4f}")
                xml.put("jumpPosition", 1, interpolationLength=f"{0.0 if block == 1 else REACHED:.6f}")
    _streams(xml, what, f"PCM_{name}", f"AP_{what}")


def _steps(one: AudioObject, seconds: float) -> Iterator[tuple[int, int, np.ndarray, float]]:
    """Begin and end in hundred-thousandths of a second, the place (3,) and the size of blocks that are held."""
    times = np.arange(0.0, seconds, STEP / 48000.0)
    within = np.searchsorted(one.times, times + REACHED, "right").clip(1, max(len(one.times) - 1, 1))
    directions = np.column_stack([np.interp(times + REACHED, one.times, column) for column in one.directions.T])
    ahead = np.minimum(within, len(one.times) - 1)
    held = one.jumps[ahead]  # before a jump it stays where it was
    directions[held] = one.directions[within[held] - 1]
    places = cube_of(directions / np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-9))
    widths = np.interp(times, one.times, one.widths) / 360.0
    kept = [0]
    for number in range(1, len(times)):
        if np.abs(places[number] - places[kept[-1]]).max() > SAME or abs(widths[number] - widths[kept[-1]]) > SAME:
            kept.append(number)
    begins = [ticks_of(times[number]) for number in kept]
    for number, begin, end in zip(kept, begins, [*begins[1:], ticks_of(seconds)], strict=True):
        yield begin, end, places[number], float(widths[number])


def _place(xml: Xml, place: np.ndarray | tuple[float, ...]) -> None:
    xml.put("cartesian", 1)
    for name, value in zip("XYZ", place, strict=True):
        xml.put("position", f"{value + 0.0:.6f}", coordinate=name)


def _streams(xml: Xml, what: str, name: str, pack: str) -> None:
    with xml.inside("audioStreamFormat", audioStreamFormatID=f"AS_{what}", audioStreamFormatName=name, **PCM):
        xml.put("audioChannelFormatIDRef", f"AC_{what}")
        xml.put("audioPackFormatIDRef", pack)
        xml.put("audioTrackFormatIDRef", f"AT_{what}_01")
    with xml.inside("audioTrackFormat", audioTrackFormatID=f"AT_{what}_01", audioTrackFormatName=name, **PCM):
        xml.put("audioStreamFormatIDRef", f"AS_{what}")
