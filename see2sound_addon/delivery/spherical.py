"""The boxes by which players of 360-degree video know what a film is, in MP4 and MOV.

SA3D marks ambisonic sound (Google, "Spatial Audio RFC"), st3d and sv3d an equirectangular picture (Google, "Spherical Video V2
RFC"). They lie in the sample entry of their track, and all boxes around it grow by their size. What FFmpeg writes has the index
after the samples, so that these stay where they are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import See2SoundError

LARGEST_INDEX = 2**30
"""Bytes."""
SOUND, PICTURE = b"smhd", b"vmhd"
"""Boxes by which a track of each kind is known."""
SHORTEST = {SOUND: 36, PICTURE: 86}
"""Bytes of a sample entry before the boxes in it."""


def add_sa3d(path: Path, track: int, channels: int, order: int) -> None:
    """Mark the `track`th sound of a file (from 0) as AmbiX. Error: `format-impossible`."""
    box = struct.pack(">BBIBBI", 0, 0, order, 0, 0, channels) + struct.pack(f">{channels}I", *range(channels))
    _mark_file(path, SOUND, track, _box(b"SA3D", box))


def add_sv3d(path: Path) -> None:
    """Mark the picture of a file as equirectangular, all around, for one eye. Error: `format-impossible`."""
    head = _box(b"svhd", bytes(4) + b"See2Sound\0")
    projection = _box(b"proj", _box(b"prhd", bytes(4 + 12)) + _box(b"equi", bytes(4 + 16)))  # no rotation, no edges left out
    _mark_file(path, PICTURE, 0, _box(b"st3d", bytes(4 + 1)) + _box(b"sv3d", head + projection))


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def _mark_file(path: Path, kind: bytes, track: int, boxes: bytes) -> None:
    """Put boxes into the sample entry of the `track`th track of a kind, unless they are there."""
    with path.open("r+b") as file:
        tops = _boxes(file, 0, path.stat().st_size)
        at, size = next(((at, size) for name, at, size in tops if name == b"moov"), (0, 0))
        if not size:
            raise _impossible(path, "it has no index")
        if size > LARGEST_INDEX or at + size != path.stat().st_size:
            raise _impossible(path, "its index does not lie at its end")
        file.seek(at)
        index = bytearray(file.read(size))
        _mark(index, kind, track, boxes, path)
        file.seek(at)
        file.write(index)


def _boxes(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size of the boxes of a file's top level."""
    while begin + 8 <= end:
        file.seek(begin)
        size, name = struct.unpack(">I4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        size = size or end - begin
        if size < 8:
            return
        yield name, begin, size
        begin += size


def _inside(index: bytearray, at: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """The same of what lies in a box of the index, after its own eight bytes."""
    place, end = at + 8, at + size
    while place + 8 <= end:
        length, name = struct.unpack(">I4s", index[place : place + 8])
        if length < 8 or place + length > end:
            return
        yield bytes(name), place, length
        place += length


def _mark(index: bytearray, kind: bytes, track: int, boxes: bytes, path: Path) -> None:
    """Put boxes into the index, which lies after all samples, so that nothing else moves."""
    tracks = []
    for name, trak, size in _inside(index, 0, len(index)):
        if name == b"trak":
            way = _way(index, trak, size, (b"mdia", b"minf", b"stbl", b"stsd"))
            minf = _way(index, trak, size, (b"mdia", b"minf"))
            if way and minf and any(one == kind for one, *_ in _inside(index, *minf[-1])):
                tracks.append([(trak, size), *way])
    if track >= len(tracks):
        raise _impossible(path, "it has no such track")
    around = tracks[track]
    stsd, size = around[-1]
    entry = stsd + 16  # after version and number of entries
    (length,) = struct.unpack(">I", index[entry : entry + 4])
    if length < SHORTEST[kind] or entry + length > stsd + size:
        raise _impossible(path, "its track has no description")
    if boxes[4:8] in index[entry : entry + length]:
        return
    for place in (entry, *(place for place, _ in around), 0):
        (old,) = struct.unpack(">I", index[place : place + 4])
        index[place : place + 4] = struct.pack(">I", old + len(boxes))
    index[entry + length : entry + length] = boxes


def _way(index: bytearray, at: int, size: int, names: tuple[bytes, ...]) -> list[tuple[int, int]]:
    """Place and size of boxes in each other; nothing if one is missing."""
    found = []
    for wanted in names:
        inner = next(((place, length) for name, place, length in _inside(index, at, size) if name == wanted), None)
        if inner is None:
            return []
        found.append(inner)
        at, size = inner
    return found


def _impossible(path: Path, why: str) -> See2SoundError:
    return See2SoundError("format-impossible", f"{path.name} cannot be marked for players: {why}.", "Use .mkv.")
