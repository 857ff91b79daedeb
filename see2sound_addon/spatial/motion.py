"""Interpolate trajectories: positions and rotations at any time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import Akima1DInterpolator
from scipy.spatial.transform import Rotation, Slerp

from ..soundscene import Trajectory

PLACE_TIME, MOST_PLACES = 0.04, 500
"""Seconds per position of a source that moves too fast, and the maximum number of positions between two samples."""

AROUND, BEHIND, AHEAD = 4, 30, 2000
"""Samples of a path that its curve looks at on either side, and for which it is made before and in advance."""


@dataclass
class Segment:
    """A part of a trajectory without a cut, from `begin` to `end` in seconds. The first and last poses are held outside."""

    begin: float
    end: float
    times: np.ndarray
    points: np.ndarray
    quaternions: np.ndarray

    def __post_init__(self) -> None:
        self._curve: tuple[float, float, Akima1DInterpolator] | None
        moves = len(self.points) > 1 and bool(np.ptp(self.points, axis=0).any())
        turns = len(self.quaternions) > 1 and bool(np.ptp(self.quaternions, axis=0).any())
        self._moves, self._curve = moves, None
        self._turn = Slerp(self.times, _rotation(self.quaternions)) if turns else None

    @cached_property
    def top_speed(self) -> float:
        """Maximum speed between two samples, metres per second; 0 for a constant position."""
        if not self._moves:
            return 0.0
        return float((np.linalg.norm(np.diff(self.points, axis=0), axis=1) / np.diff(self.times)).max())

    @property
    def turns(self) -> bool:
        """Whether its orientation ever changes."""
        return self._turn is not None

    @property
    def endless(self) -> bool:
        """Whether there is no cut before or after it."""
        return not (np.isfinite(self.begin) or np.isfinite(self.end))

    def positions(self, times: np.ndarray) -> np.ndarray:
        """(n, 3) metres at (n,) seconds."""
        if not self._moves:
            return np.broadcast_to(self.points[0], (len(times), 3))
        _, _, curve = self._curve_over(float(times.min()), float(times.max()))
        return np.asarray(curve(np.clip(times, self.times[0], self.times[-1])))

    def pieces(self, begin: float, end: float) -> tuple[np.ndarray, np.ndarray, float, float]:
        """Knots (k + 1,) and coefficients (4, k, 3) of cubics for at least `begin` to `end`, and from when to when they are the
        path's; a point (3,) if it never moves."""
        if not self._moves:
            return self.times[:1], np.ascontiguousarray(self.points[0], float), -np.inf, np.inf
        first, last, curve = self._curve_over(begin, end)
        first, last = -np.inf if first <= self.times[0] else first, np.inf if last >= self.times[-1] else last
        return curve.x, curve.c, first, last

    def _curve_over(self, begin: float, end: float) -> tuple[float, float, Akima1DInterpolator]:
        """The curve through all samples, or of a long film those around `begin` to `end`: a piece depends on no more than
        three samples to either side, so that both are the same.

        Modified Akima: smooth, exact on straight lines, and without overshoot where something starts or stops.
        """
        begin, end = (min(max(time, self.times[0]), self.times[-1]) for time in (begin, end))
        known = self._curve
        if known is not None and known[0] <= begin and end <= known[1]:
            return known
        first = int(np.searchsorted(self.times, begin, "right")) - 1 - BEHIND
        last = int(np.searchsorted(self.times, end, "left")) + AHEAD
        inside = slice(max(0, first - AROUND), last + 1 + AROUND)
        curve = Akima1DInterpolator(*_at_least_three(self.times[inside], self.points[inside]), method="makima")
        # In one assignment, for several threads may be here at once.
        self._curve = float(self.times[max(0, first)]), float(self.times[min(last, len(self.times) - 1)]), curve
        return self._curve

    def rotations(self, times: np.ndarray) -> np.ndarray:
        """(n, 3, 3) world from local at (n,) seconds."""
        if self._turn is None:
            return np.broadcast_to(matrices(self.quaternions[:1]), (len(times), 3, 3))
        return np.asarray(self._turn(np.clip(times, self.times[0], self.times[-1])).as_matrix())


class Reach:
    """Where stretches of a path can be.

    `begins`, `ends`: (k,) seconds. `centres`: (k, 3) and `radii`: (k,) of spheres around them, metres.
    """

    def __init__(self, stretches: list[Segment]) -> None:
        self.begins = np.array([stretch.begin for stretch in stretches])
        self.ends = np.array([stretch.end for stretch in stretches])
        self.centres = np.array([stretch.points.mean(axis=0) for stretch in stretches])
        spread = [np.linalg.norm(s.points - c, axis=1).max() for s, c in zip(stretches, self.centres, strict=True)]
        self.radii = 2.0 * np.array(spread)  # a curve through points may swing out a little


def segments(path: Trajectory, fastest: float) -> tuple[list[Segment], bool]:
    """The stretches between a trajectory's cuts, in order; the first begins and the last ends at infinity.

    What moves faster than `fastest` (metres a second) is heard as a row of places, one after the other: no sound can
    follow it smoothly. The second value says whether that was so.
    """
    path, jumps = _with_jumps(path, fastest)
    return _between_cuts(path), jumps


def _with_jumps(path: Trajectory, fastest: float) -> tuple[Trajectory, bool]:
    if len(path.positions) == 1:
        return path, False
    step = np.diff(path.times)
    inside = np.ones(len(step), bool)
    inside[np.searchsorted(path.times, path.cuts, "left").clip(1, len(step)) - 1] = False
    fast = inside & (np.linalg.norm(np.diff(path.positions, axis=0), axis=1) > fastest * step)
    if not fast.any():
        return path, False
    extra = [
        np.linspace(path.times[i], path.times[i + 1], max(2, min(MOST_PLACES, int(np.ceil(step[i] / PLACE_TIME)) + 1)))[1:-1]
        for i in np.flatnonzero(fast)
    ]
    smooth = _between_cuts(path)
    times = np.unique(np.concatenate([path.times, *extra]))
    positions, rotations = np.empty((len(times), 3)), path.rotations
    for segment in smooth:
        mine = (times >= segment.begin) & (times < segment.end)
        positions[mine] = segment.positions(times[mine])
    if len(path.rotations) > 1:
        nearest = np.searchsorted(path.times, times, "right").clip(1, len(path.times)) - 1
        rotations = path.rotations[nearest]
    speeding = [times[(times > path.times[i]) & (times <= path.times[i + 1])] for i in np.flatnonzero(fast)]
    return Trajectory(times, positions, rotations, np.unique(np.concatenate([path.cuts, *speeding]))), True


def _between_cuts(path: Trajectory) -> list[Segment]:
    bounds = [-np.inf, *path.cuts.tolist(), np.inf]
    found = []
    for begin, end in zip(bounds[:-1], bounds[1:], strict=True):
        first, last = (int(number) for number in np.searchsorted(path.times, [begin, end], "left"))
        if first == last:  # no sample between two cuts: the pose before holds
            first = max(0, int(np.searchsorted(path.times, begin, "right")) - 1)
            last = first + 1
        inside = slice(first, last)  # no copies: a long film's paths are large
        points = path.positions[inside] if len(path.positions) > 1 else path.positions
        quaternions = path.rotations[inside] if len(path.rotations) > 1 else path.rotations
        found.append(Segment(begin, end, path.times[inside], points, quaternions))
    return found


def _at_least_three(times: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add a point between two: SciPy's Akima curve through two points is not straight."""
    if len(times) != 2:
        return times, points
    return np.insert(times, 1, times.mean()), np.insert(points, 1, points.mean(axis=0), axis=0)


def matrices(quaternions: np.ndarray) -> np.ndarray:
    """(n, 3, 3) world from local of unit quaternions (n, 4)."""
    return np.asarray(_rotation(quaternions).as_matrix())


def _rotation(quaternions: np.ndarray) -> Rotation:
    """SciPy keeps the scalar last; the plan has it first."""
    return Rotation.from_quat(quaternions[:, [1, 2, 3, 0]])
