"""Tracks: objects, each followed from frame to frame by its points, and corrected by what is found in frames.

Frames are numbered from 0; boxes are (4,) left, top, right, bottom in pixels of the small pictures. What is found may be of an
earlier frame than the latest one: the correction moves with the object to the present.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...findings import Estimate
from ..boxes import inside, overlap, size_of
from .background import Flow, Shift, Small, colours_of, corners, shift_of

POINTS = 24
"""Points of an object that are followed."""
FOR_GROWTH = 12
"""Points of an object; the distances between them tell how it grows."""
MARGIN = 2
"""Pixels around a box in which points are looked for: the edge of a plain object is all that can be followed of it."""
LEAST_POINTS = 3
YOUNG, MOVING_SHARE, MOVES = 3, 0.4, 0.7
"""Frames in which a new track learns its velocity; share of its points that must agree that it moves; pixels a frame."""
STEADY, STEADIER = 1.0, 0.5
"""Pixels, and share of the velocity, by which a point of an object may move otherwise than the object did before."""
LEARNS = 0.35
"""How fast the velocity of a track changes to what is measured."""
MATCHES = 0.15
"""Intersection over union from which on something found may be a track."""
TAKES, TAKES_SIZE = 0.6, 0.35
"""How far a track's centre and size go to those of what was found."""
HIDDEN = 0.5
"""Seconds for which a track goes on without being followed."""
MISSED = 2.5
"""Seconds for which the detector may miss what stands still."""
OUTSIDE = 0.3
"""Share of a box within the picture below which the object has left it."""
EARLIER = 240
"""Frames for which what was found may be late."""
OTHER_NAME = 0.35
"""What another name adds to the cost of a match."""
KINDRED = (
    {"car", "truck", "bus", "train", "motorcycle", "motorcyclist", "tram", "steam locomotive", "tractor", "excavator"},
    {"person", "cyclist", "motorcyclist", "rider", "skateboard", "bicycle", "motorcycle", "child", "baby", "musician"},
    {"dog", "cat", "horse", "sheep", "cow", "bear", "elephant", "zebra", "giraffe", "bird", "rider", "pig", "lion"},
    {"bird", "chicken", "duck", "goose", "seagull", "owl", "crow"},
    {"boat", "airplane", "surfboard", "kite", "bird", "ship", "sailing boat", "seagull"},
    {"airplane", "aeroplane", "helicopter", "rocket"},
    {"telephone", "cell phone", "radio", "loudspeaker"},
    {"television", "tv", "computer", "laptop"},
    {"insect", "bee"},
    {"guitar", "violin"},
)
"""Names that a detector confuses."""


@dataclass(frozen=True)
class Seen:
    """What was found in a frame. `name`: see `fusion.object_of`, "" for what only moves. `velocity`: pixels a frame, or None.
    `distance`: what a depth model has measured, or None."""

    box: np.ndarray
    name: str = ""
    score: float = 0.0
    velocity: np.ndarray | None = None
    distance: Estimate | None = None


@dataclass(eq=False)
class Track:
    """`first`: its first frame. `boxes`: one for each frame since. `sure`: whether it was followed there, or only expected.
    `hits`: frame and the name that was found there, or "". `votes`: sums of scores by name. `colours`: what it looks like.
    `velocity`: (2,) pixels a frame against the background. `steps`: its own movement in each frame, pixels. `best`: its highest
    score. `good`, `found`: the last frames in which it was followed or found, and found. `distances`: frame and what was
    measured there.
    """

    number: int
    first: int
    boxes: list[np.ndarray]
    sure: list[bool]
    colours: np.ndarray
    velocity: np.ndarray = field(default_factory=lambda: np.zeros(2))
    steps: list[np.ndarray] = field(default_factory=list)
    hits: list[tuple[int, str]] = field(default_factory=list)
    votes: dict[str, float] = field(default_factory=dict)
    best: float = 0.0
    good: int = 0
    found: int = 0
    distances: list[tuple[int, Estimate]] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Its last frame."""
        return self.first + len(self.boxes) - 1

    @property
    def name(self) -> str:
        """What it most likely is; "" if the detector never named it."""
        return max(self.votes, key=lambda name: self.votes[name]) if self.votes else ""

    def box_at(self, frame: int) -> np.ndarray | None:
        """Its box in a frame, or None."""
        return self.boxes[frame - self.first] if self.first <= frame <= self.last else None

    def last_sure(self) -> int:
        """The last frame in which it was followed or found."""
        return min(self.good, self.last)

    def cut(self, last: int) -> None:
        """Forget what comes after a frame."""
        kept = max(1, last - self.first + 1)
        self.boxes, self.sure, self.steps = self.boxes[:kept], self.sure[:kept], self.steps[:kept]


class Tracker:
    """Follows objects through the frames of one shot.

    `rate`: frames a second. `size`: (width, height) of the small pictures. `done`: tracks that have ended.
    """

    def __init__(self, rate: float, size: tuple[int, int], first: int = 0) -> None:
        self.rate, self.size, self.frame = rate, size, first
        self.active: list[Track] = []
        self.done: list[Track] = []
        self._shifts: deque[Shift] = deque(maxlen=EARLIER)
        self._smalls: deque[Small] = deque(maxlen=max(2, round(rate)))
        self._ends = np.zeros(1, int)
        self._count = 0

    def begin(self, small: Small) -> None:
        """The first frame."""
        self._smalls.append(small)

    def points(self) -> np.ndarray:
        """Points (n, 2) of all tracks in the latest frame, which `advance` wants to see followed."""
        grey = self._smalls[-1].grey
        points = [self._points(grey, track) for track in self.active]
        self._ends = np.cumsum([0, *(len(some) for some in points)])
        return np.concatenate([np.zeros((0, 2), np.float32), *points])

    def advance(self, small: Small, ground: Flow, own: Flow) -> Shift:
        """Follow all tracks into the next frame; the movement of the background.

        `ground`: the flow of the whole picture. `own`: that of `points`.
        """
        still = ~self._in_moving(ground.before)
        shift = shift_of(ground.only(still))
        self.frame += 1
        self._shifts.append(shift)
        self._smalls.append(small)
        for track, begin, end in zip(self.active, self._ends[:-1], self._ends[1:], strict=True):
            used = own.good[begin:end]
            _advance(track, own.before[begin:end][used], own.after[begin:end][used], shift)
        self._retire()
        return shift

    def observe(self, frame: int, found: list[Seen], by_detector: bool) -> None:
        """Correct tracks by what was found in a frame, and begin new ones."""
        tracks = [track for track in self.active if track.first <= frame <= track.last]
        pairs, rest = _match(tracks, frame, found)
        for track, seen in pairs:
            self._correct(track, frame, seen)
        for seen in rest:
            if by_detector or not self._part_of_one(frame, seen):
                self._new(frame, seen)

    def end(self) -> list[Track]:
        """All tracks of the shot, each up to where it was last followed."""
        for track in self.active:
            track.cut(track.last_sure())
        self.done += self.active
        self.active = []
        return self.done

    def _points(self, grey: np.ndarray, track: Track) -> np.ndarray:
        wider = np.array([-MARGIN, -MARGIN, MARGIN, MARGIN])
        x0, y0, x1, y1 = _within(track.boxes[-1] + wider, self.size)
        if x1 - x0 < 4 or y1 - y0 < 4:
            return np.zeros((0, 2), np.float32)
        return corners(np.ascontiguousarray(grey[y0:y1, x0:x1]), POINTS) + np.array([x0, y0], np.float32)

    def _in_moving(self, points: np.ndarray) -> np.ndarray:
        """Which points lie on something that moves by itself."""
        inside = np.zeros(len(points), bool)
        for track in self.active:
            if np.linalg.norm(track.velocity) > 0.5:
                x0, y0, x1, y1 = track.boxes[-1]
                inside |= (points[:, 0] > x0) & (points[:, 0] < x1) & (points[:, 1] > y0) & (points[:, 1] < y1)
        return inside if (~inside).sum() > len(points) // 3 else np.zeros(len(points), bool)

    def _retire(self) -> None:
        """End what has left the picture, what is hidden for too long, and what the detector does not confirm."""
        hidden, named = max(HIDDEN * self.rate, 2.0), max(MISSED * self.rate, 3.0)
        for track in list(self.active):
            sure, found = track.last_sure(), track.found
            still = np.linalg.norm(track.velocity) < 0.3
            missed = named if track.votes else hidden  # what only moves is found as long as it does
            if inside(track.boxes[-1], (0.0, 0.0, *self.size), of_first=True) < OUTSIDE or self.frame - sure > hidden:
                track.cut(sure)
            elif (still or not track.votes) and self.frame - found > missed:
                track.cut(found)
            else:
                continue
            self.active.remove(track)
            self.done.append(track)

    def _correct(self, track: Track, frame: int, seen: Seen) -> None:
        here = frame - track.first
        box, new = track.boxes[here], seen.box
        known = bool(track.name)
        if seen.name or not known:
            size = box[2:] - box[:2] + TAKES_SIZE * ((new[2:] - new[:2]) - (box[2:] - box[:2]))
            centre = _centre(box) + TAKES * (_centre(new) - _centre(box))
            change = np.concatenate([centre - size / 2.0, centre + size / 2.0]) - box
            for number in range(here, len(track.boxes)):
                track.boxes[number] = track.boxes[number] + change
        if seen.velocity is not None:
            track.velocity = track.velocity + LEARNS * (seen.velocity - track.velocity)
        track.sure[here] = True
        self._hit(track, frame, seen)

    def _hit(self, track: Track, frame: int, seen: Seen) -> None:
        track.hits.append((frame, seen.name))
        track.good, track.found = max(track.good, frame), max(track.found, frame)
        if seen.name:
            track.votes[seen.name] = track.votes.get(seen.name, 0.0) + seen.score
            track.best = max(track.best, seen.score)
        if seen.distance is not None:
            track.distances.append((frame, seen.distance))
        track.colours = track.colours + 0.3 * (self._colours(frame, seen.box) - track.colours)

    def _colours(self, frame: int, box: np.ndarray) -> np.ndarray:
        back = min(self.frame - frame, len(self._smalls) - 1)
        x0, y0, x1, y1 = _within(box, self.size)
        return colours_of(self._smalls[-1 - back].hsv[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])

    def _part_of_one(self, frame: int, seen: Seen) -> bool:
        """Whether a mover lies within a track that is followed already."""
        return any(
            (box := track.box_at(frame)) is not None and inside(seen.box, box, of_first=True) > 0.5 for track in self.active
        )

    def _new(self, frame: int, seen: Seen) -> None:
        velocity = np.zeros(2) if seen.velocity is None else seen.velocity.copy()
        track = Track(self._count, frame, [seen.box.copy()], [True], self._colours(frame, seen.box), velocity, [velocity])
        self._count += 1
        late = self.frame - frame
        for shift in list(self._shifts)[-late:] if late else []:
            _carry(track, shift, velocity)
        self._hit(track, frame, seen)
        self.active.append(track)


def _advance(track: Track, before: np.ndarray, after: np.ndarray, shift: Shift) -> None:
    """Move a track with those of its points that move as it did."""
    own = after - shift.move(before) if len(before) else np.zeros((0, 2))
    expected = _first_velocity(own) if len(track.boxes) <= YOUNG and len(own) else track.velocity
    fits = np.linalg.norm(own - expected, axis=1) < STEADY + STEADIER * np.linalg.norm(expected)
    if fits.sum() < LEAST_POINTS:
        _carry(track, shift, track.velocity)
        return
    step = np.median(own[fits], axis=0)
    _carry(track, shift, step, _growth(before[fits], after[fits]))
    track.sure[-1], track.good = True, track.last
    learns = 1.0 if len(track.boxes) <= YOUNG + 1 else LEARNS
    track.velocity = track.velocity + learns * (step - track.velocity)


def _first_velocity(own: np.ndarray) -> np.ndarray:
    """How a new object moves, by the movement of its points (n, 2) against the background: as those that move and agree."""
    moving = own[np.linalg.norm(own, axis=1) > MOVES]
    if len(moving) < max(LEAST_POINTS, MOVING_SHARE * len(own)):
        return np.zeros(2)
    return np.asarray(np.median(moving, axis=0))


def _carry(track: Track, shift: Shift, step: np.ndarray, growth: float | None = None) -> None:
    """Go on with the background and a step of its own."""
    box = track.boxes[-1]
    centre, half = _centre(box), (box[2:] - box[:2]) / 2.0
    around = shift.move(centre + np.array([[0.0, 0.0], [half[0], 0.0], [0.0, half[1]]]))
    reach = np.linalg.norm(around[1:] - around[0], axis=1) if growth is None else half * growth
    new = np.maximum(reach, 1.0)
    middle = around[0] + step
    track.boxes.append(np.concatenate([middle - new, middle + new]))
    track.sure.append(False)
    track.steps.append(np.asarray(step, float))


def _growth(before: np.ndarray, after: np.ndarray) -> float:
    """How much larger an object has become: the median change of distances between its points."""
    before, after = before[:FOR_GROWTH], after[:FOR_GROWTH]
    one, other = np.triu_indices(len(before), 1)
    lengths = np.linalg.norm(before[one] - before[other], axis=1)
    far = lengths > 4.0
    if far.sum() < 3:
        return 1.0
    grown = np.linalg.norm(after[one][far] - after[other][far], axis=1) / lengths[far]
    return float(np.clip(np.median(grown), 0.95, 1.05))


def _match(tracks: list[Track], frame: int, found: list[Seen]) -> tuple[list[tuple[Track, Seen]], list[Seen]]:
    """Pairs of tracks and what was found of them, by the assignment with the least cost; and what is new."""
    if not tracks or not found:
        return [], list(found)
    costs = np.array([[_cost(track, track.boxes[frame - track.first], seen) for seen in found] for track in tracks])
    rows, columns = linear_sum_assignment(costs)
    pairs = [(row, column) for row, column in zip(rows, columns, strict=True) if costs[row, column] < 1.0]
    taken = {column for _, column in pairs}
    return [(tracks[row], found[column]) for row, column in pairs], [one for n, one in enumerate(found) if n not in taken]


def _cost(track: Track, box: np.ndarray, seen: Seen) -> float:
    same = overlap(box, seen.box)
    size = np.linalg.norm(box[2:] - box[:2]) + np.linalg.norm(seen.box[2:] - seen.box[:2])
    apart = float(np.linalg.norm(_centre(box) - _centre(seen.box))) / max(float(size) / 2.0, 1e-6)
    if same < MATCHES and (apart > 0.5 or area_ratio(box, seen.box) > 6.0):
        return 9.0
    cost = 1.0 - 0.5 * same - 0.5 * max(0.0, 1.0 - apart)
    name = track.name
    if name and seen.name and name != seen.name:
        kindred = any(name in kin and seen.name in kin for kin in KINDRED)
        cost += OTHER_NAME if kindred else 2.0
    return cost


def area_ratio(one: np.ndarray, other: np.ndarray) -> float:
    """How many times larger the larger of two boxes is."""
    a, b = max(size_of(one), 1e-6), max(size_of(other), 1e-6)
    return max(a / b, b / a)


def _centre(box: np.ndarray) -> np.ndarray:
    return np.asarray((box[:2] + box[2:]) / 2.0)


def _within(box: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    x0, y0 = np.floor(np.clip(box[:2], 0, np.array(size) - 1)).astype(int)
    x1, y1 = np.ceil(np.clip(box[2:], 1, np.array(size))).astype(int)
    return int(x0), int(y0), int(x1), int(y1)
