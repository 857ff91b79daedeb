"""The box by which players of 360-degree video know ambisonic sound: SA3D (Google, "Spatial Audio RFC"), in MP4 and MOV.

It lies in the sample entry of the sound, and all boxes around it grow by its size. What FFmpeg writes has the index after the
samples, so that these stay where they are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import See2SoundError

LARGEST_INDEX = 2**30
"""Bytes."""


def add_sa3d(path: Path, track: int, channels: int, order: int) -> None:
    """Mark the `track`th sound of a file (from 0) as AmbiX. Error: `format-impossible`."""
    with path.open("r+b") as file:
        boxes = _boxes(file, 0, path.stat().st_size)
        at, size = next(((at, size) for name, at, size in boxes if name == b"moov"), (0, 0))
        if not size:
            raise _impossible(path, "it has no index")
        if size > LARGEST_INDEX or at + size != path.stat().st_size:
            raise _impossible(path, "its index does not lie at its end")
        file.seek(at)
        index = bytearray(file.read(size))
        _mark(index, track, channels, order, path)
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


def _mark(index: bytearray, track: int, channels: int, order: int, path: Path) -> None:
    """Put the box into the index, which lies after all samples, so that nothing else moves."""
    sounds = []
    for name, trak, size in _inside(index, 0, len(index)):
        if name == b"trak":
            way = _way(index, trak, size, (b"mdia", b"minf", b"stbl", b"stsd"))
            minf = _way(index, trak, size, (b"mdia", b"minf"))
            if way and minf and any(one == b"smhd" for one, *_ in _inside(index, *minf[-1])):
                sounds.append([(trak, size), *way])
    if track >= len(sounds):
        raise _impossible(path, "it has no such track of sound")
    around = sounds[track]
    stsd, size = around[-1]
    entry = stsd + 16  # after version and number of entries
    (length,) = struct.unpack(">I", index[entry : entry + 4])
    if length < 36 or entry + length > stsd + size:
        raise _impossible(path, "its sound has no description")
    box = struct.pack(">I4sBBIBBI", 20 + 4 * channels, b"SA3D", 0, 0, order, 0, 0, channels)
    box += struct.pack(f">{channels}I", *range(channels))
    for place in (entry, *(place for place, _ in around), 0):
        (old,) = struct.unpack(">I", index[place : place + 4])
        index[place : place + 4] = struct.pack(">I", old + len(box))
    index[entry + length : entry + length] = box


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
    return See2SoundError("format-impossible", f"{path.name} cannot be marked as ambisonic: {why}.", "Use Opus in .mkv.")
