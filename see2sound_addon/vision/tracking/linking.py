"""From tracks to objects: parts of one object joined, and tracks linked over the time in which an object was not seen.

All pairs of tracks of a shot are weighed against each other at once, as an assignment of ends to beginnings. Directions are
those of the world, so the camera may turn meanwhile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...findings import Estimate
from ...projection import Projection
from ..boxes import size_of
from ..fusion import object_of
from .background import alike
from .tracks import KINDRED, Track, area_ratio
from .watching import Shot

LEAST_HITS, LEAST_SECONDS = 4, 0.3
"""How often, and for how long, what only moves must have been seen moving."""
LEAST_SHARE = 0.25
"""Share of its frames in which what only moves must have been seen moving."""
LEAST_TRAVEL, LEAST_PIXELS = 0.5, 10.0
"""How far it must have moved: in sizes of its own, and in pixels."""
LEAST_VOTES = 0.7
"""Sum of the detector's scores from which on a name is believed."""
HIDDEN, STANDING, AWAY = 3.0, 12.0, 20.0
"""Seconds for which an object may be hidden while it moves, while it stands, and while it is outside the picture."""
RECENT = 0.35
"""Seconds over which the velocity at the end of a track is measured."""
NEAR, BENDS, LEAST_ANGLE = 0.6, 0.6, 0.02
"""How far an object may be from where it was expected: sizes of it, share of the way in between, and radians."""
AWAY_ANGLE = 0.3
"""Radians from where an object has left the picture, within which it comes back."""
LOOKS_ALIKE, SAME_LOOK = 0.25, 0.6
"""Likeness of colours below which two tracks are not of one object; and of those that were outside the picture."""
WHOLE = 0.6
"""Share of its usual area from which on an object is seen whole."""
MOST_GROWTH = 12.0
"""How many times larger the box of an object may be after a gap."""
OVERLAPS = 0.25
"""Seconds for which two tracks of one object may overlap."""
BORDER = 0.02
"""Share of the picture: a box this near to the edge may go on outside it."""
TOGETHER = 5
"""Frames that two parts of one object have in common."""


@dataclass(eq=False)
class Object:
    """An object of a shot. `frames`: (n,) increasing. `boxes`: (n, 4) left, top, right, bottom as fractions.
    `seen`: (n,) whether it was followed, not only expected. `steps`: (n,) its own movement, in its heights a frame.
    `name`: see `fusion.object_of`, or "". `score`: 0 to 1. `enters`, `leaves`: whether at the picture's edge. `gaps`: first and
    last frame of each time in which it was outside the picture. `distances`: frame and what a depth model has measured there.
    """

    frames: np.ndarray
    boxes: np.ndarray
    seen: np.ndarray
    steps: np.ndarray
    name: str
    score: float
    enters: bool
    leaves: bool
    gaps: list[tuple[int, int]] = field(default_factory=list)
    distances: list[tuple[int, Estimate]] = field(default_factory=list)


def objects_of(shot: Shot, rate: float, projection: Projection) -> list[Object]:
    """The objects of a shot that was watched at `rate` frames a second."""
    tracks = _without_parts([track for track in shot.tracks if _may_be_real(track)], rate)
    chains = _linked([_End(track, shot, rate, projection) for track in tracks], rate)
    return [_object(chain, shot, rate) for chain in chains if _is_real([end.track for end in chain], rate)]


def _may_be_real(track: Track) -> bool:
    """Whether a track was named, or seen moving more than now and then."""
    return bool(track.votes) or len(track.hits) >= max(3, LEAST_SHARE * len(track.boxes))


def _is_real(chain: list[Track], rate: float) -> bool:
    """Whether the detector has named it surely, or it has moved for long and far enough."""
    votes = sum(sum(track.votes.values()) for track in chain)
    if votes >= LEAST_VOTES:
        return True
    hits = sum(len(track.hits) for track in chain)
    sizes = [np.linalg.norm(box[2:] - box[:2]) for track in chain for box in track.boxes]
    way = sum(float(np.linalg.norm(np.sum(track.steps, axis=0))) for track in chain)
    seconds = sum(track.last - track.first + 1 for track in chain) / rate
    far = way > LEAST_TRAVEL * float(np.median(sizes)) and way > LEAST_PIXELS
    return bool(hits >= LEAST_HITS and seconds >= LEAST_SECONDS and far)


def _without_parts(tracks: list[Track], rate: float) -> list[Track]:
    """Tracks without those that are a part of another, sure one: no name of their own, and with it all along."""
    ordered = sorted(tracks, key=lambda track: (not track.votes, -sum(size_of(box) for box in track.boxes)))
    kept: list[Track] = []
    for track in ordered:
        whole = next((other for other in kept if _goes_with(track, other) and _is_real([other], rate)), None)
        if whole is None:
            kept.append(track)
    return kept


def _goes_with(part: Track, whole: Track) -> bool:
    first, last = max(part.first, whole.first), min(part.last, whole.last)
    common = last - first + 1
    if part.votes or common < min(TOGETHER, len(part.boxes)) or common < 0.6 * len(part.boxes):
        return False
    near = 0
    for frame in range(first, last + 1):
        a, b = part.boxes[frame - part.first], whole.boxes[frame - whole.first]
        reach = 0.3 * (b[2:] - b[:2])
        centre = (a[:2] + a[2:]) / 2.0
        near += bool((centre > b[:2] - reach).all() and (centre < b[2:] + reach).all())
    return near > 0.7 * common


def _linked(ends: list[_End], rate: float) -> list[list[_End]]:
    """Chains of tracks, each of one object."""
    costs = np.full((len(ends), len(ends)), 9.0)
    for row, one in enumerate(ends):
        for column, other in enumerate(ends):
            if one is not other and other.track.first > one.track.last - OVERLAPS * rate and other.track.last > one.track.last:
                costs[row, column] = _cost(one, other, rate)
    rows, columns = linear_sum_assignment(costs)
    following = {row: column for row, column in zip(rows, columns, strict=True) if costs[row, column] < 1.0}
    begun = set(range(len(ends))) - set(following.values())
    chains = []
    for first in sorted(begun, key=lambda number: ends[number].track.first):
        chain, at = [ends[first]], first
        while at in following:
            at = following[at]
            chain.append(ends[at])
        chains.append(chain)
    return chains


class _End:
    """The directions of a track at both its ends, and how fast they change.

    Behind an obstacle only a part of the object is left to be seen, so the ends are where it was last, and first, seen whole.
    """

    def __init__(self, track: Track, shot: Shot, rate: float, projection: Projection) -> None:
        self.track = track
        count, size = max(2, round(RECENT * rate)), np.array(shot.size, float)
        boxes = np.array(track.boxes)
        _, rays = projection.rays((boxes[:, :2] + boxes[:, 2:]) / 2.0 / size)
        turns = np.array(shot.turns)[track.first - shot.first : track.last - shot.first + 1]
        directions = np.einsum("nij,nj->ni", turns, rays)
        areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        whole = np.flatnonzero(areas >= WHOLE * np.median(areas))
        early, late = int(whole[0]), int(whole[-1])
        self.first_frame, self.last_frame = track.first + early, track.first + late
        self.first, self.last = directions[early], directions[late]
        self.early = _rate_of_change(directions[early : early + count + 1])
        self.late = _rate_of_change(directions[max(0, late - count) : late + 1])
        self.usual = np.median(boxes, axis=0)
        _, ends = projection.rays(np.array([self.usual[:2], self.usual[2:]]) / size)
        self.size = float(np.arccos(np.clip(ends[0] @ ends[1], -1.0, 1.0)))
        self.leaves, self.enters = _at_border(boxes[-1], shot.size), _at_border(boxes[0], shot.size)
        self.out, self.back = directions[-1], directions[0]


def _rate_of_change(directions: np.ndarray) -> np.ndarray:
    return np.asarray((directions[-1] - directions[0]) / max(1, len(directions) - 1))


def _at_border(box: np.ndarray, size: tuple[int, int]) -> bool:
    edge = BORDER * np.array(size, float)
    return bool((box[:2] < edge).any() or (box[2:] > np.array(size) - edge).any())


def _cost(one: _End, other: _End, rate: float) -> float:
    """How unlikely it is that one track goes on as another, 0 to 1; more is impossible."""
    gap = max(0, other.track.first - one.track.last)
    if gap > max(AWAY, STANDING, HIDDEN) * rate:
        return 9.0
    names = one.track.name, other.track.name
    if all(names) and names[0] != names[1] and not any(names[0] in kin and names[1] in kin for kin in KINDRED):
        return 9.0
    looks = alike(one.track.colours, other.track.colours)
    size = max(one.size, other.size)
    if one.leaves and other.enters and gap <= AWAY * rate and names[0] == names[1] and looks > SAME_LOOK:
        apart = float(np.linalg.norm(other.back - one.out))
        if apart < AWAY_ANGLE + 0.5 * size:
            return 0.3 + 0.4 * apart / AWAY_ANGLE + 0.3 * (1.0 - looks)
    slow = max(np.linalg.norm(one.late), np.linalg.norm(other.early)) * rate < 0.3 * size
    if gap > (STANDING if slow and all(names) else HIDDEN) * rate or looks < LOOKS_ALIKE:
        return 9.0
    if area_ratio(one.usual, other.usual) > MOST_GROWTH:
        return 9.0
    between = other.first_frame - one.last_frame
    paces = (one.late, other.early, (one.late + other.early) / 2.0)
    missed = min(float(np.linalg.norm(one.last + pace * between - other.first)) for pace in paces)
    way = max(np.linalg.norm(one.late), np.linalg.norm(other.early)) * max(between, 0)
    late = gap / ((STANDING if slow else HIDDEN) * rate)
    unsteady = 0.0 if other.track.votes else 1.0 - min(1.0, len(other.track.hits) / len(other.track.boxes))
    unlike = 0.2 * (1.0 - looks) + 0.12 * math.log(area_ratio(one.usual, other.usual))
    return float(missed / (NEAR * size + BENDS * way + LEAST_ANGLE) + unlike + 0.3 * late + 0.3 * unsteady)


def _object(ends: list[_End], shot: Shot, rate: float) -> Object:
    chain = [end.track for end in ends]
    votes: dict[str, float] = {}
    for track in chain:
        for name, vote in track.votes.items():
            votes[name] = votes.get(name, 0.0) + vote
    name = max(votes, key=lambda one: votes[one]) if votes else ""
    frames = np.concatenate([np.arange(track.first, track.last + 1) for track in chain])
    boxes = np.concatenate([np.array(track.boxes) for track in chain])
    seen = np.concatenate([np.array(track.sure, bool) for track in chain])
    steps = np.concatenate([np.linalg.norm(np.array(track.steps).reshape(-1, 2), axis=1) for track in chain])
    _, first = np.unique(frames, return_index=True)
    frames, boxes, seen, steps = frames[first], boxes[first], seen[first], steps[first]
    for one, other in zip(ends, ends[1:], strict=False):  # a part of an object tells nothing of where the whole is
        seen &= (frames <= one.last_frame) | (frames >= other.first_frame)
    frames, boxes, seen, steps = _from_the_beginning(frames, boxes, seen, steps, shot, rate)
    heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
    gaps = [
        (one.last, other.first)
        for one, other in zip(chain, chain[1:], strict=False)
        if _at_border(one.boxes[-1], shot.size) and _at_border(other.boxes[0], shot.size) and other.first > one.last + 1
    ]
    score = max((track.best for track in chain), default=0.0) or min(0.9, 0.3 + 0.02 * sum(len(t.hits) for t in chain))
    return Object(
        frames, boxes / np.array([*shot.size, *shot.size], float), seen, steps / heights,
        name if object_of(name) is not None else "", score,
        _at_border(boxes[0], shot.size), _at_border(boxes[-1], shot.size), gaps,
        [measured for track in chain for measured in track.distances],
    )  # fmt: skip


def _from_the_beginning(
    frames: np.ndarray, boxes: np.ndarray, seen: np.ndarray, steps: np.ndarray, shot: Shot, rate: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What moves is known a few frames later; it was there from the first frame of the shot on."""
    missing = int(frames[0]) - shot.first
    if not 0 < missing <= max(2.0, 0.2 * rate) or len(frames) < 3:
        return frames, boxes, seen, steps
    back = np.arange(missing, 0, -1)
    pace = (boxes[2] - boxes[0]) / 2.0
    early = boxes[0] - back[:, None] * pace
    return (
        np.concatenate([frames[0] - back, frames]), np.concatenate([early, boxes]),
        np.concatenate([np.full(missing, True), seen]), np.concatenate([np.full(missing, steps[0]), steps]),
    )  # fmt: skip
