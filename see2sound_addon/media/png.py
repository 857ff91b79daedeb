"""Detect a PNG whose data ends early: Pillow accepts it and leaves the missing rows empty."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PIECE = 2**16
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By colour type (PNG specification, table 11.1)."""
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Of interlaced pictures: first column and row, and the steps between columns and rows (section 8.2)."""


def check_rows(path: Path) -> None:
    """Raise EOFError where the data ends before the last row; it is decompressed in pieces for that, and thrown away."""
    with path.open("rb") as file:
        header = file.read(33)
        width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header[16:29])
        needed, found = _size(width, height, depth * CHANNELS[colour], bool(interlaced)), 0
        stream = zlib.decompressobj()
        for piece in _data(file):
            while piece and not stream.eof:
                found += len(stream.decompress(piece, PIECE))
                piece = stream.unconsumed_tail
    if found < needed:
        raise EOFError(f"truncated: {100 * found // needed} % of its rows are there")


def _size(width: int, height: int, bits: int, interlaced: bool) -> int:
    """Bytes of all rows, each with one for its filter."""
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    sizes = ((-(-(width - x) // right), -(-(height - y) // down)) for x, y, right, down in PASSES if x < width and y < height)
    return sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes)


def _data(file: BinaryIO) -> Iterator[bytes]:
    """What all IDAT chunks hold, in pieces."""
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind != b"IDAT":
            file.seek(length + 4, 1)
            continue
        while length > 0 and (piece := file.read(min(length, PIECE))):
            length -= len(piece)
            yield piece
        file.seek(4, 1)
