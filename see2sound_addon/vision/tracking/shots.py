"""Where one shot ends and another begins. A flash is no such place: after it the picture is what it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...media.moving import Frame
from .background import SIDE, Flow, Small, alike, flow_between, small_of

OTHER = 0.55
"""Likeness of colours below which two frames are of different shots."""
DOUBTFUL, FOLLOWED, LOST = 0.85, 0.25, 0.08
"""Likeness below which they are if, besides, fewer of the corners than a share can be followed; and the share for others."""
LONGEST_FLASH = 3
"""Frames."""
FEW = 8
"""Corners that tell nothing."""


@dataclass(frozen=True)
class ShotFrame:
    """`flow`: from the frame before, or None for the first frame of a shot."""

    frame: Frame
    small: Small
    flow: Flow | None


def in_shots(frames: Iterable[Frame], dense: bool = True, side: int = SIDE) -> Iterator[ShotFrame]:
    """The frames of a moving picture without flashes, each with whether a shot begins there.

    `dense`: whether neighbouring frames are so close in time that corners can be followed; else colours alone tell.
    `side`: pixels of the longer side of the small pictures.
    """
    last: Small | None = None
    doubtful: list[ShotFrame] = []
    for frame in frames:
        small = small_of(frame.pixels, side)
        flow = None if last is None else flow_between(last, small)
        if last is not None and not _same_shot(last, small, flow, dense):
            if not doubtful:
                doubtful.append(ShotFrame(frame, small, None))
                continue
            flow = flow_between(doubtful[-1].small, small)
            same = _same_shot(doubtful[-1].small, small, flow, dense)
            if same and len(doubtful) < LONGEST_FLASH:
                doubtful.append(ShotFrame(frame, small, flow))
                continue
            yield from doubtful  # they are the beginning of another shot
            flow = flow if same else None
        doubtful.clear()  # else they were a flash
        yield ShotFrame(frame, small, flow)
        last = small
    yield from doubtful


def _same_shot(one: Small, other: Small, flow: Flow | None, dense: bool) -> bool:
    likeness = alike(one.colours, other.colours)
    if flow is None or one.grey.shape != other.grey.shape or likeness < OTHER:
        return False
    if not dense or len(flow.good) < FEW:
        return True
    return flow.share >= (FOLLOWED if likeness < DOUBTFUL else LOST)
