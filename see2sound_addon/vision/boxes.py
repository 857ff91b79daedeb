"""Areas of boxes in a picture, and what they share. A box is left, top, right, bottom: four numbers, or an array (4,)."""

from __future__ import annotations

import numpy as np

from ..findings import Box

AnyBox = Box | np.ndarray


def size_of(box: AnyBox) -> float:
    """The area of a box."""
    return float(max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]))


def union(a: Box, b: Box) -> Box:
    """The smallest box around two."""
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def shared(a: AnyBox, b: AnyBox) -> float:
    """The area that two boxes share."""
    return size_of((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def inside(a: AnyBox, b: AnyBox, of_first: bool = False) -> float:
    """The share of the smaller of two boxes, or of the first one, that lies in the other one."""
    size = size_of(a) if of_first else min(size_of(a), size_of(b))
    return shared(a, b) / size if size > 0.0 else 0.0


def overlap(a: AnyBox, b: AnyBox) -> float:
    """Intersection over union of two boxes."""
    both = shared(a, b)
    whole = size_of(a) + size_of(b) - both
    return both / whole if whole > 0.0 else 0.0
