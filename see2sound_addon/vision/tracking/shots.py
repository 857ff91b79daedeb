"""Where one shot ends and another begins. A flash is no such place: after it the picture is what it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...media.moving import Frame
from .background import Small, alike, corners, follow, small_of

OTHER = 0.55
"""Likeness of colours below which two frames are of different shots."""
DOUBTFUL, FOLLOWED = 0.85, 0.25
"""Likeness below which they are if, besides, fewer of the corners than this share can be followed."""
LONGEST_FLASH = 3
"""Frames."""
FEW = 8
"""Corners that tell nothing."""


@dataclass(frozen=True)
class ShotFrame:
    """`begins`: whether it is the first of a shot."""

    frame: Frame
    small: Small
    begins: bool


def in_shots(frames: Iterable[Frame]) -> Iterator[ShotFrame]:
    """The frames of a moving picture without flashes, each with whether a shot begins there."""
    last: Small | None = None
    doubtful: list[tuple[Frame, Small]] = []
    for frame in frames:
        small = small_of(frame.pixels)
        if last is None or _same_shot(last, small):
            doubtful.clear()  # it was a flash
            yield ShotFrame(frame, small, last is None)
            last = small
            continue
        if doubtful and (len(doubtful) >= LONGEST_FLASH or _same_shot(doubtful[-1][1], small)):
            yield from _another_shot(doubtful)
            last = doubtful[-1][1]
            doubtful.clear()
            cut = not _same_shot(last, small)
            yield ShotFrame(frame, small, cut)
            last = small
            continue
        doubtful.append((frame, small))
    yield from _another_shot(doubtful)


def _another_shot(frames: list[tuple[Frame, Small]]) -> Iterator[ShotFrame]:
    for number, (frame, small) in enumerate(frames):
        yield ShotFrame(frame, small, number == 0)


def _same_shot(one: Small, other: Small) -> bool:
    likeness = alike(one.colours, other.colours)
    if one.grey.shape != other.grey.shape or likeness < OTHER:
        return False
    if likeness > DOUBTFUL:
        return True
    points = corners(one.grey, 100)
    _, good = follow(one.grey, other.grey, points)
    return len(points) < FEW or float(good.mean()) >= FOLLOWED
