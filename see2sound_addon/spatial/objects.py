"""Sources as objects: where each one is heard from, how loud, and its signal by itself. For formats that pan later.

An object has no travel time and no reflections, unless they are baked into its signal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..soundscene import Cone, Fader, Occlusion, SoundScene, Source, Trajectory
from .kernels.grid import STEP
from .propagation import Arrival, Propagation

BLOCK = 131072
"""Samples that are looked at together."""
EVERY = 8
"""Control points from one moment that is looked at to the next: 10.7 ms at 48 kHz."""
FAR_BACK = 1e5
"""Seconds before the beginning that a clip sounds for which only the way matters."""
TURN, WIDEST = np.radians(0.1), np.radians(2.5)
"""How far a direction may be from a straight line between two knots, and how far apart these may be."""
FARTHEST = float(np.cos(np.radians(15.0)))
"""Cosine of a turn from one moment to the next that nothing but a cut makes."""
LEVEL = 0.004
"""How far a gain may be from a straight line between two knots, as a share of it: 0.03 dB."""
SILENCE = 1e-5
"""Gain below which its share does not matter."""


@dataclass
class Way:
    """How a source is heard over time, at knots (k,) with straight lines in between.

    `times`: seconds. `directions`: (k, 3) unit vectors, x front, y left, z up. `gains`: linear. `jumps`: (k,) whether it is
    there at once, not on the way from the knot before.
    """

    times: np.ndarray
    directions: np.ndarray
    gains: np.ndarray
    jumps: np.ndarray


def dry(scene: SoundScene, sources: list[Source]) -> SoundScene:
    """A scene with nothing but the clips of sources on the time line, with pitch and loop: no level, no place, no room."""
    plain = [_dry(source) for source in sources]
    return replace(scene, listener=Trajectory.fixed((0.0, 0.0, 0.0)), sources=plain, distance_model="none", air=None, room=None)


def _dry(source: Source) -> Source:
    return replace(
        source, path=Trajectory.fixed((1.0, 0.0, 0.0)), extent="point", radius=0.0, points=np.zeros((0, 3)), gain_db=0.0,
        fader=Fader(), reference_distance=1.0, min_gain=1.0, max_gain=1.0, cone=Cone(), occlusion=Occlusion(), synchronous=True,
        lfe_db=None, divergence=0.0, spread=0.0, detours=[], reflections=[], tail=None,
    )  # fmt: skip


def alone(scene: SoundScene, sources: list[Source]) -> SoundScene:
    """A scene with some of its sources, and all that happens to their sound."""
    return replace(scene, sources=sources)


def way_of(scene: SoundScene, source: Source, arriving: bool = False) -> Way:
    """Where a source is heard from, and how loud by its level, distance, cone and what hides it; no filters.

    `arriving`: at the moments at which the sound arrives, not at those at which it leaves.
    """
    occlusion = replace(source.occlusion, lowpass=np.full(len(source.occlusion.times), 20000.0), octaves=Occlusion().octaves)
    still = replace(
        source, extent="point", radius=0.0, points=np.zeros((0, 3)), loop=True, start=-FAR_BACK, pitch=1.0, occlusion=occlusion,
        synchronous=source.synchronous or not arriving, lfe_db=None, detours=[], reflections=[], tail=None,
    )  # fmt: skip
    plain = replace(scene, sources=[still], air=None, room=None)
    propagation = Propagation(plain, [np.zeros(STEP, np.float32)])
    parts = [
        _looked_at(list(propagation.arrivals(begin, begin + BLOCK)), begin, scene.sample_rate)
        for begin in range(0, max(scene.samples, 1), BLOCK)
    ]
    whole = Way(*(np.concatenate(rows) for rows in zip(*parts, strict=True)))
    turned = (whole.directions[1:] * whole.directions[:-1]).sum(axis=1) < FARTHEST
    whole.jumps[1:] |= turned  # a cut between two blocks
    inside = whole.times <= scene.duration + EVERY * STEP / scene.sample_rate
    return simplified(Way(whole.times[inside], whole.directions[inside], whole.gains[inside], whole.jumps[inside]))


def _looked_at(arrivals: list[Arrival], begin: int, rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Times, directions, gains and jumps at every EVERY-th control point of a block."""
    count = BLOCK // STEP // EVERY
    times = (begin + STEP * EVERY * np.arange(count)) / rate
    points = slice(1, 1 + count * EVERY, EVERY)
    gains = np.array([arrival.gain[points] for arrival in arrivals]).reshape(len(arrivals), count)
    if not len(arrivals):
        return times, np.tile([1.0, 0.0, 0.0], (count, 1)), np.zeros(count), np.zeros(count, bool)
    # Where one shot fades into the next, the louder one says from where.
    leading = gains.argmax(axis=0)
    directions = np.array([arrival.direction[points] for arrival in arrivals])[leading, np.arange(count)]
    jumps = np.concatenate([[False], np.diff(leading) != 0])
    return times, directions, gains.sum(axis=0), jumps


def simplified(way: Way) -> Way:
    """The same way with the fewest knots that keep to TURN, WIDEST and LEVEL: the farthest point off a line becomes a knot
    (Ramer 1972; Douglas and Peucker 1973)."""
    kept = np.zeros(len(way.times), bool)
    kept[[0, -1]] = True
    starts = np.flatnonzero(way.jumps)
    kept[starts] = kept[np.maximum(starts - 1, 0)] = True
    knots = np.flatnonzero(kept)
    open_parts = list(zip(knots[:-1].tolist(), knots[1:].tolist(), strict=True))
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        split = _worst(way, first, last)
        if split is not None:
            kept[split] = True
            open_parts += [(first, split), (split, last)]
    return Way(way.times[kept], way.directions[kept], way.gains[kept], way.jumps[kept])


def _worst(way: Way, first: int, last: int) -> int | None:
    """The point between two knots that is farthest off the line between them; None if all keep to it."""
    inside = slice(first + 1, last)
    along = ((way.times[inside] - way.times[first]) / (way.times[last] - way.times[first]))[:, None]
    middle = way.directions[first] * (1.0 - along) + way.directions[last] * along
    length = np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-6)
    aside = np.linalg.norm(way.directions[inside] - middle / length, axis=1) / TURN
    gains = way.gains[first] * (1.0 - along[:, 0]) + way.gains[last] * along[:, 0]
    off = np.abs(gains - way.gains[inside]) / (LEVEL * np.maximum(way.gains[inside], SILENCE))
    error = np.maximum(aside, off)
    worst = int(error.argmax())
    if error[worst] > 1.0:
        return first + 1 + worst
    apart = float(way.directions[first] @ way.directions[last])
    return (first + last) // 2 if apart < np.cos(WIDEST) else None
