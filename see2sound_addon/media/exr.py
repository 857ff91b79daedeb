"""Check an OpenEXR file before it is decoded: on a malformed one, OpenCV's decoder may take a minute.

After "OpenEXR File Layout" (openexr.com): a header of attributes, a table of offsets, and a chunk for each group of lines.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

NEEDED = ("channels", "compression", "dataWindow", "displayWindow")
MOST_ATTRIBUTES = 512
LONGEST_NAME = 256
LINES = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256}
"""Lines in a chunk, by compression."""
TILED, DEEP, MULTIPART = 0x200, 0x800, 0x1000
"""Flags of the version."""


def check_exr(path: Path, most_pixels: int) -> None:
    """Raise ValueError for a file that is not a whole single-part OpenEXR picture of at most `most_pixels`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        flags = struct.unpack("<4xI", file.read(8))[0]
        if flags & (DEEP | MULTIPART):
            raise ValueError("it has several parts, or deep pixels")
        attributes = _header(file, size)
        missing = [name for name in NEEDED if name not in attributes]
        if missing:
            raise ValueError(f"its header has no {missing[0]}")
        windows = [struct.unpack("<4i", attributes[name]) for name in ("dataWindow", "displayWindow")]
        for left, top, right, bottom in windows:
            if not (left <= right and top <= bottom and (right - left + 1) * (bottom - top + 1) <= most_pixels):
                raise ValueError("its windows are empty or too large")
        compression = attributes["compression"][0]
        if compression not in LINES:
            raise ValueError("its compression is unknown")
        if not flags & TILED:
            _, top, _, bottom = windows[0]
            _check_chunks(file, size, -(-(bottom - top + 1) // LINES[compression]))


def _header(file: BinaryIO, size: int) -> dict[str, bytes]:
    attributes: dict[str, bytes] = {}
    for _ in range(MOST_ATTRIBUTES):
        name = _text(file)
        if not name:
            return attributes
        _text(file)
        length = struct.unpack("<i", file.read(4))[0]
        if not 0 <= length <= size - file.tell():
            raise ValueError("its header is cut off")
        attributes[name] = file.read(length)
    raise ValueError("its header does not end")


def _text(file: BinaryIO) -> str:
    letters = bytearray()
    while (letter := file.read(1)) not in (b"\0", b"") and len(letters) < LONGEST_NAME:
        letters += letter
    return letters.decode("latin-1")


def _check_chunks(file: BinaryIO, size: int, count: int) -> None:
    table = file.read(8 * count)
    begin = file.tell()
    for (offset,) in struct.iter_unpack("<Q", table[: len(table) // 8 * 8]):
        if not begin <= offset <= size - 8:
            raise ValueError("its table of lines is damaged")
        file.seek(offset + 4)
        if not 0 <= struct.unpack("<i", file.read(4))[0] <= size - offset - 8:
            raise ValueError("its lines are cut off")
    if len(table) < 8 * count:
        raise ValueError("its table of lines is cut off")
