"""Footfalls: where feet come down from the air and stay.

Frames are too coarse for the ear: 24 a second are 42 ms apart. The moment of a footfall lies where the steepest part of the
foot's fall, drawn on, reaches the ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .ground import heights_below
from .motion import velocities
from .observed import FindSurfaces, Foot, Names

HIGH, LOW = 0.3, 0.12
"""Shares of a foot's lift: above the one it is in the air, below the other it stands."""
LEAST_LIFT = 0.012
"""Of the body's height: a foot that is lifted less does not step."""
HOVERS = 0.2
"""Of the body's height: a foot that stays higher than that above what is below it does not touch it."""
WINDOW = 3.0
"""Seconds over which a gait is looked at: two steps or more."""
REACH = 0.35
"""Of the body's height: how far above a foot's lowest point rays begin, so that a foot that sinks in finds its ground."""
DOWN = np.array([0.0, 0.0, -1.0])
GRAVITY = 9.81


@dataclass(frozen=True)
class Step:
    """A footfall. `strength`: 0 to 1. `ground`: the names of what it falls on."""

    seconds: float
    strength: float
    foot: str
    ground: Names


def footfalls(foot: Foot, rate: float, find: FindSurfaces, past: frozenset[str]) -> list[Step]:
    """The steps of a foot: where it comes down from the air and stays. `past`: the objects of its own body."""
    count = len(foot.lowest)
    if count < 3:
        return []
    high = np.array([0.0, 0.0, REACH * foot.height])
    ground = heights_below(foot.lowest + high, DOWN, find, past)
    known = np.isfinite(ground)
    heights = foot.lowest[:, 2]
    stance, lift, flat = _gait(heights, rate)
    if known.mean() > 0.5:
        over = np.interp(np.arange(count), np.flatnonzero(known), (heights - ground)[known])
        own_stance, own_lift, own_flat = _gait(over, rate)
        if own_flat < flat:  # it follows the ground, as on stairs; else it is animated on a plane
            heights, stance, lift = over, own_stance, own_lift
        lift[own_stance > HOVERS * foot.height] = np.inf  # it floats, or flies
    lift[lift < LEAST_LIFT * foot.height] = np.inf  # it stands
    above = heights - stance
    glides = _glides(foot, rate)
    touches = _touches(above, foot.lowest[:, 2], lift, rate)
    touches = [(frame, speed) for frame, speed in touches if not glides[min(count - 1, round(frame))]]
    frames = np.array([min(count - 1, round(frame)) for frame, _ in touches], int)
    met = find(foot.lowest[frames] + high, np.tile(DOWN, (len(frames), 1)), frames, past)
    return [
        Step(frame / rate, step_strength(speed, foot.height), foot.bone, names)
        for (frame, speed), names in zip(touches, met.names, strict=True)
    ]


def step_strength(speed: float, height: float) -> float:
    """0 to 1, of a foot that comes down at `speed` m/s and carries a body of `height` metres.

    Speeds of legs of one gait grow with the root of their length (Froude; Alexander 1989).
    """
    return float(np.clip(0.3 + 0.5 * speed / np.sqrt(GRAVITY * 0.25 * height), 0.15, 1.0))


def _stance(above: np.ndarray) -> tuple[float, float]:
    """The height of (n,) at which a foot stands: that around which it stays most, in the lower half of its lift; and how far
    its heights differ there.

    The middle of the shortest interval that holds a quarter of the frames (Rousseeuw and Leroy 1987); toes that dig in as they
    push off lie below it.
    """
    low = np.sort(above[above <= 0.5 * (above.min() + above.max())])
    count = max(1, min(len(low), len(above) // 4))
    widths = low[count - 1 :] - low[: len(low) - count + 1]
    first = int(widths.argmin())
    return float(0.5 * (low[first] + low[first + count - 1])), float(widths[first])


def _gait(heights: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Of (n,) heights: (n,) the height at which a foot stands, and (n,) how far it is lifted from there, within WINDOW seconds
    around each frame; and how far its heights differ while it stands, in the mean.

    Ground that rises, a body that sinks into it, and pauses do not matter, then.
    """
    count, half = len(heights), max(1, round(0.5 * WINDOW * rate))
    centres = np.unique(np.linspace(0, count - 1, max(2, round(4.0 * count / half))).astype(int))
    parts = [heights[max(0, min(centre, count - half) - half) : max(centre, half) + half] for centre in centres]
    stances, widths = np.array([_stance(part) for part in parts]).T
    lifts = np.array([part.max() for part in parts]) - stances
    frames = np.arange(count)
    return np.interp(frames, centres, stances), np.interp(frames, centres, lifts), float(widths.mean())


def _touches(above: np.ndarray, heights: np.ndarray, lift: np.ndarray, rate: float) -> list[tuple[float, float]]:
    """(frame, speed downwards) of each fall from the air to the ground.

    `above`: (n,) metres above where the foot stands. `heights`: (n,) in the world. `lift`: (n,) how far it is lifted, infinite
    where it does not step.
    """
    found, in_air = [], bool(above[0] > LOW * lift[0])
    for frame in range(1, len(above)):
        if above[frame] > HIGH * lift[frame]:
            in_air = True
        elif in_air and above[frame] <= LOW * lift[frame]:
            in_air = False
            if np.isfinite(lift[frame]):
                found.append(_end_of_fall(above, heights, frame, rate))
    return found


def _end_of_fall(above: np.ndarray, heights: np.ndarray, frame: int, rate: float) -> tuple[float, float]:
    """Where the steepest part of a fall, drawn on, reaches the level at which the fall ends."""
    lowest = frame
    while lowest + 1 < len(above) and above[lowest + 1] < above[lowest]:
        lowest += 1
    begin = max(1, frame - 4)
    # Ground that rises below a foot, such as the edge of a stair, is no fall of the foot.
    drops = np.minimum(-np.diff(above[begin - 1 : lowest + 1]), -np.diff(heights[begin - 1 : lowest + 1]))
    steepest = begin + int(drops.argmax())
    slope = max(float(drops.max()), 1e-9)
    time = steepest + (above[steepest] - above[lowest]) / slope
    return float(min(max(time, steepest - 1.0), lowest)), slope * rate


def _glides(foot: Foot, rate: float) -> np.ndarray:
    """(n,) whether a foot moves along with a body that moves: it stands on skates or in a vehicle, and does not step."""
    own = np.linalg.norm(velocities(foot.lowest, rate)[:, :2], axis=1)
    body = np.linalg.norm(velocities(foot.root, rate)[:, :2], axis=1)
    after = min(max(1, round(0.12 * rate)), len(own) - 1)
    stands = np.minimum.reduce([np.concatenate([own[k:], np.full(k, own[-1])]) for k in range(after + 1)])
    return np.asarray((body > 0.15 * foot.height) & (stands > 0.8 * body))
