"""Watch a moving picture from beginning to end: its shots, what the camera does, and the tracks of all that may sound."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from ...media.moving import Frame
from ...projection import Projection
from .background import SIDE, WIDE_SIDE, Flow, Shift, Small, flow_of, flows_together, turn_of
from .movers import LEAST_SURE, Mover, find_movers, residual_flow
from .shots import ShotFrame, in_shots
from .tracks import Seen, Track, Tracker

FASTEST = 31.0
"""Frames a second that are looked at; of faster pictures every second, third or further one."""
LOOKS_ASIDE = 12.0
"""The frames before and after that show what moves are this part of a second away."""
SLOWEST = 8.0
"""Frames a second from which on neighbouring frames are enough alike for movement to be seen."""
LOOKS_AT = 0.25
"""Seconds after its beginning at which the first picture of a shot is looked at: it may fade in."""
PLAIN = 6.0
"""Deviation of grey values below which a picture shows nothing yet."""

NOT_YET = -1

Detect = Callable[[np.ndarray], list[Seen]]
"""What a detector finds in a frame (height, width, 3), boxes as fractions."""


@dataclass
class Shot:
    """`first`, `last`: its frames. `turns`: (n, 3, 3), the camera's frame in each frame of it, seen from the first one.
    `tracks`: with their boxes in pixels of `size`, (width, height). `looked`: the frame that was looked at, NOT_YET before.
    `sureness`: (n,) the share of the background that tells what the camera does.
    """

    first: int
    size: tuple[int, int]
    last: int = 0
    turns: list[np.ndarray] = field(default_factory=list)
    sureness: list[float] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    looked: int = NOT_YET


@dataclass
class Watched:
    """`times`: (n,) seconds of the frames that were looked at. `rate`: of these, frames a second."""

    times: list[float]
    rate: float
    shots: list[Shot]


class Watcher:
    """Watches the frames of one shot, one by one.

    What moves in a frame shows once the next frames are there; the tracks get to know it then. `movement`: whether what only
    moves is looked for, and not what a detector names alone.
    """

    def __init__(self, first: int, small: Small, rate: float, projection: Projection, movement: bool = True) -> None:
        size = (small.grey.shape[1], small.grey.shape[0])
        self.shot = Shot(first, size, first, [np.eye(3)], [1.0])
        self.tracker = Tracker(rate, size, first)
        self.tracker.begin(small)
        self.latest = small
        self._projection, self._aside = projection, max(1, round(rate / LOOKS_ASIDE))
        self._smalls: deque[Small] = deque([small], maxlen=2 * self._aside + 1)
        self._shifts: deque[Shift] = deque(maxlen=2 * self._aside)
        self._flows: deque[np.ndarray] = deque(maxlen=self._aside + 1)
        self._sees_movement = movement and rate >= SLOWEST

    def advance(self, small: Small, ground: Flow | None = None) -> None:
        """The next frame, and the flow of the whole picture from the one before, if it is known."""
        before, points = self.latest, self.tracker.points()
        if ground is None:
            ground, own = flows_together(before, small, points)
        else:
            own = flow_of(before, small, points)
        self.latest = small
        shift = self.tracker.advance(small, ground, own)
        shot = self.shot
        shot.turns.append(shot.turns[-1] @ turn_of(shift, shot.size, self._projection))
        shot.sureness.append(shift.share)
        shot.last = self.tracker.frame
        if not self._sees_movement:
            return
        self._flows.append(residual_flow(self._smalls[-1].grey, small.grey, shift))
        self._smalls.append(small)
        self._shifts.append(shift)
        if len(self._smalls) == 2 * self._aside + 1:
            self._look_at_movement()

    def detected(self, frame: int, found: list[Seen]) -> None:
        """What a detector found in a frame, boxes as fractions."""
        scale = np.array([*self.shot.size, *self.shot.size], float)
        self.tracker.observe(frame, [replace(one, box=one.box * scale) for one in found], by_detector=True)

    def end(self) -> Shot:
        """The shot with all its tracks."""
        self.shot.tracks = self.tracker.end()
        return self.shot

    def _look_at_movement(self) -> None:
        aside = self._aside
        if min(shift.share for shift in self._shifts) < LEAST_SURE:
            return  # the background was not found
        to_here, from_here = np.eye(3), np.eye(3)
        for number in range(aside):
            to_here = self._shifts[number].matrix @ to_here
            from_here = self._shifts[aside + number].matrix @ from_here
        here = self._smalls[aside]
        found = find_movers(
            here.grey, self._smalls[0].grey, to_here, self._smalls[-1].grey, np.linalg.inv(from_here), self._flows[0]
        )
        self.tracker.observe(self.tracker.frame - aside, [_seen(mover) for mover in found], by_detector=False)


def watch(
    frames: Iterable[Frame],
    rate: float,
    projection: Projection,
    detect: Detect,
    every: float,
    look: Callable[[int, Frame], None],
    progress: Callable[[float], None],
) -> Watched:
    """Watch all frames of a moving picture.

    `rate`: frames a second. `detect`: is asked every `every` seconds. `look`: is called once for each shot, with the number
    of a frame and the frame. `progress`: is told the time of each frame.
    """
    step = max(1, round(rate / FASTEST)) if rate > FASTEST else 1
    watched = Watched([], rate / step, [])
    watcher: Watcher | None = None
    began = asked = 0.0
    side = WIDE_SIDE if projection.panoramic else SIDE
    latest: tuple[int, Frame] | None = None

    def end() -> None:
        if watcher is None or latest is None:
            return
        if watcher.shot.looked == NOT_YET:
            watcher.shot.looked = latest[0]
            look(*latest)
        watched.shots.append(watcher.end())

    for shown in in_shots(islice(frames, 0, None, step), rate >= SLOWEST, side):
        number, time = len(watched.times), shown.frame.time
        watched.times.append(time)
        progress(time)
        if shown.flow is None or watcher is None:
            end()
            watcher, began, asked = Watcher(number, shown.small, watched.rate, projection), time, time - every
        else:
            watcher.advance(shown.small, shown.flow)
        if time - asked >= every - 1e-6:
            watcher.detected(number, detect(shown.frame.pixels))
            asked = time
        if watcher.shot.looked == NOT_YET and _shows_something(shown, time - began):
            watcher.shot.looked = number
            look(number, shown.frame)
        latest = (number, shown.frame)
    end()
    return watched


def _shows_something(shown: ShotFrame, since: float) -> bool:
    return since >= LOOKS_AT and float(shown.small.grey.std()) > PLAIN


def _seen(mover: Mover) -> Seen:
    return Seen(mover.box, velocity=mover.velocity)
