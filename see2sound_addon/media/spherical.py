"""Whether a file says of itself that it shows all directions, equirectangular."""

from __future__ import annotations

from pathlib import Path

EDGE = 2 * 2**20
"""Bytes at the beginning and the end of a file that are searched: metadata of MP4 files lie at either."""
NEAR = 400
"""Bytes between the marks of one box or one XML element."""
MARKS = (
    (b"GPano:ProjectionType", b"equirectangular"),  # Google's Photo Sphere XMP, in pictures
    (b"GSpherical:Spherical>", b"true"),  # Spherical Video V1, an XML element
    (b"sv3d", b"equi"),  # Spherical Video V2, a box of MP4
)


def is_spherical(path: Path) -> bool:
    """Look for the marks of Photo Sphere XMP and of Spherical Video V1 and V2."""
    try:
        with path.open("rb") as file:
            head = file.read(EDGE)
            size = file.seek(0, 2)
            file.seek(max(len(head), size - EDGE))
            tail = file.read(EDGE)
    except OSError:
        return False
    return any(_has(part, first, second) for part in (head, tail) for first, second in MARKS)


def _has(data: bytes, first: bytes, second: bytes) -> bool:
    at = data.find(first)
    while at >= 0:
        if second in data[at : at + NEAR]:
            return True
        at = data.find(first, at + 1)
    return False
