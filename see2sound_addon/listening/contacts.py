"""Contacts from tracks: footfalls, impacts, and bodies that roll or scrape along a surface.

Frames are too coarse for the ear: 24 a second are 42 ms apart. Times between frames come from the movement before and after
a contact, which is smooth: where both meet is the contact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .motion import angular_velocities, moving, velocities
from .observed import FindSurfaces, Foot, Names, SceneObject

HIGH, LOW = 0.3, 0.12
"""Shares of a foot's lift: above the one it is in the air, below the other it stands."""
LEAST_LIFT = 0.012
"""Of the body's height: a foot that is lifted less does not step."""
HOVERS = 0.2
"""Of the body's height: a foot that stays higher than that above what is below it does not touch it."""
REACH = 0.35
"""Of the body's height: how far above a foot's lowest point rays begin, so that a foot that sinks in finds its ground."""


MOST_RAYS = 1000
"""For one foot or body, to the ground under its way."""
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
    ground = _heights_below(foot.lowest + high, DOWN, find, past)
    above, known = foot.lowest[:, 2] - ground, np.isfinite(ground)
    if known.mean() <= 0.5:  # a walk without ground
        above = foot.lowest[:, 2]
    elif not known.all():
        above = np.interp(np.arange(count), np.flatnonzero(known), above[known])
    stance = _stance(above)
    if known.mean() > 0.5 and stance > HOVERS * foot.height:
        return []  # it floats, or flies
    above = above - stance
    glides = _glides(foot, rate)
    touches = [
        (frame, speed) for frame, speed in _touches(above, rate, foot.height) if not glides[min(count - 1, round(frame))]
    ]
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


def _heights_below(origins: np.ndarray, down: np.ndarray, find: FindSurfaces, past: frozenset[str]) -> np.ndarray:
    """(n,) how far along -`down` the surface below each of (n, 3) lies, -inf without one; rays at MOST_RAYS frames at most.

    Between these frames the surface is taken to run straight.
    """
    count = len(origins)
    frames = np.unique(np.linspace(0, count - 1, min(count, MOST_RAYS)).astype(int))
    met = find(origins[frames], np.tile(down, (len(frames), 1)), frames, past)
    heights = -(origins[frames] @ down) - met.distances
    return heights if len(frames) == count else np.interp(np.arange(count), frames, heights)


def _stance(above: np.ndarray) -> float:
    """The height (n,) at which a foot stands: that around which it stays most, in the lower half of its lift.

    The middle of the shortest interval that holds a quarter of the frames (Rousseeuw and Leroy 1987); toes that dig in as they
    push off lie below it.
    """
    low = np.sort(above[above <= 0.5 * (above.min() + above.max())])
    count = max(1, min(len(low), len(above) // 4))
    widths = low[count - 1 :] - low[: len(low) - count + 1]
    first = int(widths.argmin())
    return float(0.5 * (low[first] + low[first + count - 1]))


def _touches(above: np.ndarray, rate: float, height: float) -> list[tuple[float, float]]:
    """(frame, speed downwards) of each fall from the air to the ground. `above`: (n,) metres above where the foot stands."""
    lift = float(above.max())
    if lift < LEAST_LIFT * height:
        return []
    found, in_air = [], bool(above[0] > LOW * lift)
    for frame in range(1, len(above)):
        if above[frame] > HIGH * lift:
            in_air = True
        elif in_air and above[frame] <= LOW * lift:
            in_air = False
            found.append(_end_of_fall(above, frame, rate))
    return found


def _end_of_fall(above: np.ndarray, frame: int, rate: float) -> tuple[float, float]:
    """Where the steepest part of a fall, drawn on, reaches the level at which the fall ends."""
    lowest = frame
    while lowest + 1 < len(above) and above[lowest + 1] < above[lowest]:
        lowest += 1
    begin = max(1, frame - 4)
    drops = above[begin - 1 : lowest] - above[begin : lowest + 1]
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


@dataclass(frozen=True)
class Impact:
    """A body strikes a surface. `speed`: along its normal, m/s. `surface`: its names, empty where no ray finds it."""

    seconds: float
    speed: float
    normal: np.ndarray
    surface: Names


LEAST_SPEED = 0.15
"""Metres a second along the normal, below which an impact is not heard."""
REST = 0.35
"""Of the speed before: a smaller change of velocity is no impact."""


def impacts(obj: SceneObject, rate: float, gravity: np.ndarray, find: FindSurfaces) -> list[Impact]:
    """The impacts of a body that moves: its velocity changes within one frame, against the way that it came."""
    positions = obj.track.positions
    found = [
        (frame, *_meeting(positions, frame, normal, rate, gravity), normal)
        for frame, normal in _jumps(positions, rate, gravity)
    ]
    if not found:
        return []
    frames = np.array([frame for frame, *_ in found])
    normals = np.array([normal for *_, normal in found])
    met = find(positions[frames], -normals, frames, frozenset({obj.name}))
    radius = 0.5 * float(obj.size.max())
    out = []
    for number, (frame, time, speed, normal) in enumerate(found):
        near = met.distances[number] < 1.3 * radius + 1.5 * speed / rate
        if near and _is_ball(obj):  # its surface is known, so the moment is when the gap closes
            gap = float(met.distances[number]) * float(abs(met.normals[number] @ normal)) - radius
            mean = speed - 0.5 * abs(float(gravity @ normal)) * gap / max(speed, 1e-6)
            time = frame / rate + min(max(gap / max(mean, 1e-6), 0.0), 1.0 / rate)
        if near or _is_fall(normal, gravity):
            out.append(Impact(time, speed, normal, met.names[number] if near else ()))
    return out


def _is_fall(normal: np.ndarray, gravity: np.ndarray) -> bool:
    """Whether a body is thrown back upwards: then there is ground, even where no mesh shows it."""
    strong = float(np.linalg.norm(gravity))
    return strong > 0.0 and float(normal @ gravity) < -0.8 * strong


def _jumps(positions: np.ndarray, rate: float, gravity: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """(frame, unit normal) of the intervals between a frame and the next in which the velocity jumps.

    With v of the intervals, the jump in interval k is v[k+1] - v[k-1], less what the acceleration on both sides explains.
    """
    v = np.diff(positions, axis=0) * rate
    if len(v) < 5:
        return []
    v = np.concatenate([v, v[-1:]])  # so that a blow in the last interval but one is seen
    a = np.diff(v, axis=0)  # per interval
    fall = gravity / rate
    bend = np.minimum(np.linalg.norm(a, axis=1), np.linalg.norm(a - fall, axis=1))  # less where it falls freely
    quiet = np.minimum(bend[:-3], bend[3:])
    inside = v[3:-1] - v[1:-3]  # in intervals 2, 3, ...
    inside = inside - 2.0 * fall * (np.linalg.norm(a[:-3] - fall, axis=1) < np.linalg.norm(a[:-3], axis=1))[:, None]
    strength = np.linalg.norm(inside, axis=1)
    slack = 2.0 * float(np.linalg.norm(fall))
    out: list[tuple[int, np.ndarray]] = []
    for row in np.argsort(-strength):
        k = int(row) + 2  # the interval from frame k to the next
        if strength[row] < LEAST_SPEED:
            break
        normal = inside[row] / strength[row]
        before, within, after = v[k - 1], v[k], v[k + 1]
        towards, away = -float(before @ normal), float(after @ normal)
        if towards < LEAST_SPEED or away < -0.2 * towards or away > 1.1 * towards + slack:
            continue
        if np.linalg.norm(within) > 1.5 * max(np.linalg.norm(before), np.linalg.norm(after)) + slack:
            continue  # it was put somewhere else
        if strength[row] < max(REST * float(np.linalg.norm(before)), 3.0 * float(quiet[row])):
            continue  # a bend, not a blow
        if all(abs(k - other) > 1 for other, _ in out):
            out.append((k, normal))
    return sorted(out, key=lambda one: one[0])


def _meeting(positions: np.ndarray, frame: int, normal: np.ndarray, rate: float, gravity: np.ndarray) -> tuple[float, float]:
    """Seconds at which the movement before, drawn on, meets the one after, drawn back, along the normal; the speed then."""
    along = positions @ normal
    pull = float(gravity @ normal)
    p, v, a = _drawn(along[: frame + 1][::-1], -1.0 / rate, pull)
    q, w, b = _drawn(along[frame + 1 :], 1.0 / rate, pull)
    one = 1.0 / rate
    # p + v t + a t²/2 = q + w (t - one) + b (t - one)²/2, with t from the frame before
    square, line, rest = 0.5 * (a - b), v - w + b * one, p - q + w * one - 0.5 * b * one**2
    roots = (
        np.roots([square, line, rest]) if abs(square) > 1e-9 else np.array([-rest / line if abs(line) > 1e-12 else 0.5 * one])
    )
    real = [float(root.real) for root in roots if abs(root.imag) < 1e-9 and -0.5 * one <= root.real <= 1.5 * one]
    time = min(max(min(real, key=lambda t: abs(t - 0.5 * one), default=0.5 * one), 0.0), one)
    return frame / rate + time, abs(v + a * time)


def _drawn(values: np.ndarray, step: float, pull: float) -> tuple[float, float, float]:
    """Place, speed and acceleration at the first of (n,) values that lie `step` seconds apart, away from a contact.

    The acceleration is that of three values; or gravity's `pull`, where that explains them as well, or there are only two.
    """
    if len(values) < 2:
        return float(values[0]), 0.0, 0.0
    first = (values[1] - values[0]) / step
    acceleration = pull
    if len(values) > 2:
        measured = (values[2] - 2.0 * values[1] + values[0]) / step**2
        acceleration = pull if abs(measured - pull) < 0.15 * abs(pull) else float(measured)
    return float(values[0]), float(first - 0.5 * acceleration * step), float(acceleration)


@dataclass(frozen=True)
class Touching:
    """A body along a surface. `rolls`, `scrapes`: (n,) whether it does. `speed`: (n,) m/s. `surface`: names of the surface."""

    rolls: np.ndarray
    scrapes: np.ndarray
    speed: np.ndarray
    surface: Names


ROLLS, SCRAPES = 0.4, 0.6
"""Speed at the point of contact over that of the body: below the one it rolls, above the other it is dragged."""


def touching(obj: SceneObject, rate: float, gravity: np.ndarray, find: FindSurfaces) -> Touching | None:
    """Where a body that moves rolls or scrapes along what is below it, or None if it never does."""
    track, count = obj.track, len(obj.track.positions)
    strong = float(np.linalg.norm(gravity))
    if count < 3 or strong == 0.0:
        return None
    down = gravity / strong
    velocity = velocities(track.positions, rate)
    velocity = velocity - (velocity @ down)[:, None] * down  # along the ground
    speed = np.linalg.norm(velocity, axis=1)
    if speed.max() < LEAST_SPEED:
        return None
    support = _support(obj, down)
    past = frozenset({obj.name})
    gap = -(track.positions @ down) - _heights_below(track.positions, down, find, past) - support
    touches = (gap < 0.12 * support + 0.01) & (gap > -0.6 * support)
    spins = angular_velocities(track, rate, speed / np.maximum(support, 1e-6) if _is_round(obj) else None)
    at_contact = velocity + np.cross(spins, support[:, None] * down)
    slip = np.linalg.norm(at_contact, axis=1) / np.maximum(speed, 1e-6)
    on = moving(np.where(touches, speed, 0.0), rate)
    rolls, scrapes = on & (slip < ROLLS), on & (slip > SCRAPES)
    if not (rolls.any() or scrapes.any()):
        return None
    first = np.flatnonzero(rolls | scrapes)[:1]
    met = find(track.positions[first], down[None], first, past)
    return Touching(rolls, scrapes, speed, met.names[0])


def _is_ball(obj: SceneObject) -> bool:
    return bool(np.ptp(obj.size) < 0.1 * obj.size.max())


def _is_round(obj: SceneObject) -> bool:
    """Whether two of its dimensions at least agree, as those of a ball or a wheel do."""
    small, middle, large = np.sort(obj.size)
    return bool(large - middle < 0.1 * large)


def _support(obj: SceneObject, down: np.ndarray) -> np.ndarray:
    """(n,) metres from the centre of a body to its lowest point: of a ball its radius, else of its bounds."""
    half = 0.5 * obj.size
    if _is_ball(obj):
        return np.full(len(obj.track.positions), float(half.mean()))
    w, x, y, z = obj.track.rotations.T
    axes = np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)], axis=1),
            np.stack([2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)], axis=1),
            np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], axis=1),
        ],
        axis=1,
    )
    lowest = np.abs(axes @ down) @ half
    if _is_round(obj):  # a wheel stands on its rim
        lowest = np.minimum(lowest, float(np.sort(half)[-1]))
    return np.asarray(lowest)
