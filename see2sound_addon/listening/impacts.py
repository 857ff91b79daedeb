"""Impacts: the velocity of a body changes within one frame.

The movement before and after is smooth, so the moment between the frames is where both meet; of a ball, whose surface is known,
it is when the gap closes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .ground import is_ball
from .motion import angular_velocities
from .observed import FindSurfaces, Names, SceneObject

LEAST_SPEED = 0.15
"""Metres a second along the normal, below which an impact is not heard."""
GOES_ON = 0.8
"""Of the speed before: what a body that is no ball, such as a crate on its corner, may keep of it."""
RUN = 0.1
"""Seconds after a blow in which softer ones are part of it."""
LEAST_SPIN = 0.5
"""Metres a second of a rigid body's ends: a sudden turn from which it was struck, or has struck."""
REST = 0.35
"""Of the speed before: a smaller change of velocity is no impact."""


@dataclass(frozen=True)
class Impact:
    """A body strikes a surface. `speed`: along its normal, m/s. `surface`: its names, empty where no ray finds it."""

    seconds: float
    speed: float
    normal: np.ndarray
    surface: Names


def impacts(obj: SceneObject, rate: float, gravity: np.ndarray, find: FindSurfaces) -> list[Impact]:
    """The impacts of a body that moves: its velocity changes within one frame, against the way that it came."""
    positions = obj.track.positions
    found = [
        (frame, *_meeting(positions, frame, normal, rate, gravity), normal)
        for frame, normal in _jumps(positions, rate, gravity, 0.2 if is_ball(obj) else GOES_ON)
    ]
    turned = _spun(obj, rate) if obj.body == "active" and not is_ball(obj) else []
    if not found:
        return turned
    frames = np.array([frame for frame, *_ in found])
    normals = np.array([normal for *_, normal in found])
    met = find(positions[frames], -normals, frames, frozenset({obj.name}))
    radius = 0.5 * float(obj.size.max())
    out = []
    for number, (frame, time, speed, normal) in enumerate(found):
        near = met.distances[number] < 1.3 * radius + 1.5 * speed / rate
        if near and is_ball(obj):  # its surface is known, so the moment is when the gap closes
            gap = float(met.distances[number]) * float(abs(met.normals[number] @ normal)) - radius
            mean = speed - 0.5 * abs(float(gravity @ normal)) * gap / max(speed, 1e-6)
            time = frame / rate + min(max(gap / max(mean, 1e-6), 0.0), 1.0 / rate)
        if near or _is_fall(normal, gravity):
            out.append(Impact(time, speed, normal, met.names[number] if near else ()))
    return _without_runs(sorted([*out, *turned], key=lambda one: one.seconds))


def _without_runs(blows: list[Impact]) -> list[Impact]:
    """Of blows that follow each other within RUN, the strongest."""
    kept: list[Impact] = []
    for one in blows:
        if not kept or one.seconds - kept[-1].seconds > RUN:
            kept.append(one)
        elif one.speed > kept[-1].speed:
            kept[-1] = one
    return kept


def _spun(obj: SceneObject, rate: float) -> list[Impact]:
    """Blows that make a rigid body turn at once, or stop it: dominoes strike each other without their centres coming back."""
    spins = angular_velocities(obj.track, rate)
    if len(spins) < 4:
        return []
    arm = 0.5 * float(obj.size.max())
    jumps = np.linalg.norm(spins[2:] - spins[:-2], axis=1) * arm
    peaks = [k for k in range(1, len(jumps) - 1) if jumps[k] > LEAST_SPIN and jumps[k - 1] <= jumps[k] > jumps[k + 1]]
    return [Impact((k + 1) / rate, float(jumps[k]), np.array([0.0, 0.0, 1.0]), ()) for k in peaks]


def _is_fall(normal: np.ndarray, gravity: np.ndarray) -> bool:
    """Whether a body is thrown back upwards: then there is ground, even where no mesh shows it."""
    strong = float(np.linalg.norm(gravity))
    return strong > 0.0 and float(normal @ gravity) < -0.8 * strong


def _jumps(positions: np.ndarray, rate: float, gravity: np.ndarray, goes_on: float) -> list[tuple[int, np.ndarray]]:
    """(frame, unit normal) of the intervals between a frame and the next in which the velocity jumps.

    With v of the intervals, the jump in interval k is v[k+1] - v[k-1], less what the acceleration on both sides explains.
    `goes_on`: share of the speed that the body may keep.
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
        if towards < LEAST_SPEED or away < -goes_on * towards or away > 1.1 * towards + slack:
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
