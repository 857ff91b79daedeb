"""What bends around edges: the shortest detours past what hides a source, and what is lost on them.

From the listener and from the source, rays fan out in half-planes around the line between both. In a half-plane, a ray from
either side meets the other one above the obstacle; the pair that is free as far as that makes the tightest detour. That needs
no edges in the meshes, and finds a way over a hill, around a car or through a door alike, with a corner at each end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..materials import BANDS
from .rays import World
from .through import GAP

SIDES = ("over", "left", "under", "right")
"""Detours are looked for on each of these sides, by the listener's view of the source."""
HALF_PLANES = 24
"""Around the line, six for each side."""
ANGLES = np.radians([0.7, 1.0, 1.5, 2.2, 3.1, 4.2, 5.6, 7.3, 9.3, 12, 15, 19, 24, 30, 37, 45, 54, 64, 74, 82, 86, 88, 89, 89.6])
"""Of the rays to the line."""
WIDEST = np.radians(178.0)
"""Of both angles of a detour together."""
ROUNDS, TURNS = 7, 5
"""Halvings of an angle, and of the step from half-plane to half-plane."""
APART = np.radians(40.0)
"""Detours whose half-planes are nearer than this go around the same edge."""
SAME_CORNER, SAME_SHARE = 0.4, 0.02
"""Metres, and share of the distance, within which two corners are one."""
BELOW = 0.004
"""Radians: a ray this much lower meets the edge that the detour passes."""
CHUNK = 128
"""Sight lines that are looked at together: 150,000 rays."""
MOST_FRESNEL = 100.0
"""Maekawa's chart ends at this Fresnel number, at 33 dB."""


FIVE_HUNDRED = BANDS.index(500.0)
"""The octave by which ways are compared."""


@dataclass
class Found:
    """Detours for k sight lines, on each of the SIDES.

    `exists`: (k, 4). `first`, `last`: (k, 4, 3) the corners by the listener and by the source. `between`: (k, 4) metres from
    one to the other. `longer`: (k, 4) metres more than the straight way.
    """

    exists: np.ndarray
    first: np.ndarray
    last: np.ndarray
    between: np.ndarray
    longer: np.ndarray


def screen_loss(longer: np.ndarray, speed: float) -> np.ndarray:
    """(..., bands) dB that an edge takes from a sound whose way around it is `longer` (...) metres than the straight one.

    Z. Maekawa, "Noise reduction by screens", Applied Acoustics 1 (1968): 10 log10(3 + 20 N), for the Fresnel number
    N = 2 longer / wavelength.
    """
    fresnel = 2.0 * np.maximum(longer, 0.0)[..., None] * np.array(BANDS) / speed
    return np.asarray(10.0 * np.log10(3.0 + 20.0 * np.minimum(fresnel, MOST_FRESNEL)))


def detours(world: World, ears: np.ndarray, mouths: np.ndarray, frames: np.ndarray, sources: np.ndarray) -> Found:
    """The shortest way from `ears` (k, 3) to `mouths` (k, 3) on each side, at frames (k,), for sources (k,)."""
    parts = [
        _Fan(world, ears[part], mouths[part], frames[part], sources[part]).detours()
        for part in (slice(begin, begin + CHUNK) for begin in range(0, len(ears), CHUNK))
    ]
    if not parts:
        return Found(np.zeros((0, 4), bool), np.zeros((0, 4, 3)), np.zeros((0, 4, 3)), np.zeros((0, 4)), np.zeros((0, 4)))
    return Found(*(np.concatenate([getattr(part, name) for part in parts]) for name in Found.__dataclass_fields__))


class _Fan:
    """The half-planes around some sight lines. Angles: `turn` of the half-plane, `rise` at the ear, `fall` at the source."""

    def __init__(self, world: World, ears: np.ndarray, mouths: np.ndarray, frames: np.ndarray, sources: np.ndarray) -> None:
        self.world, self.ears, self.mouths, self.frames, self.sources = world, ears, mouths, frames, sources
        way = mouths - ears
        self.distance = np.maximum(np.linalg.norm(way, axis=1), 1e-6)
        self.along = way / self.distance[:, None]
        steep = np.abs(self.along[:, 2]) > 0.99
        up = np.where(steep[:, None], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])
        self.left = np.cross(up, self.along)
        self.left /= np.linalg.norm(self.left, axis=1, keepdims=True)
        self.up = np.cross(self.along, self.left)

    def detours(self) -> Found:
        """The best of each side, made as tight as it can be."""
        exists, turn, rise, fall = self._coarse()
        which = np.nonzero(exists)
        turn[which], rise, fall = self._tight(which[0], turn[which], rise[which], fall[which])
        found = Found(exists, *(np.zeros((*exists.shape, 3)) for _ in range(2)), *(np.zeros(exists.shape) for _ in range(2)))
        first, last = self._corners(which[0], turn[which], rise, fall)
        found.first[which], found.last[which] = first, last
        found.between[which] = np.linalg.norm(last - first, axis=1)
        whole = np.linalg.norm(first - self.ears[which[0]], axis=1) + np.linalg.norm(last - self.mouths[which[0]], axis=1)
        found.longer[which] = np.maximum(whole + found.between[which] - self.distance[which[0]], 0.0)
        found.exists &= ~_again(turn, np.where(exists, found.longer, np.inf), found, self.distance)
        return found

    def _coarse(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Whether there is a detour on each side (k, 4), and its angles."""
        count, planes, steps = len(self.ears), HALF_PLANES, len(ANGLES)
        turns = 2.0 * np.pi * (np.arange(planes) + 0.5 - planes / 8) / planes
        lines = np.repeat(np.arange(count), planes * steps)
        turn, angle = np.tile(np.repeat(turns, steps), count), np.tile(ANGLES, count * planes)
        shape = (count, planes, steps)
        reach_ear = self._free(lines, turn, angle, True).reshape(shape)
        reach_mouth = self._free(lines, turn, angle, False).reshape(shape)
        rise, fall = ANGLES[:, None], ANGLES[None]
        to_ear, to_mouth = _sides(rise, fall)
        inside = self.distance[:, None, None, None]
        free = (reach_ear[..., :, None] > beyond(inside * to_ear)) & (reach_mouth[..., None, :] > beyond(inside * to_mouth))
        length = np.where(free & (rise + fall < WIDEST), to_ear + to_mouth, np.inf)
        best = length.reshape(count, 4, -1).argmin(axis=2)
        exists = np.isfinite(np.take_along_axis(length.reshape(count, 4, -1), best[..., None], axis=2)[..., 0])
        plane, pair = best // steps**2, best % steps**2
        return exists, turns[plane + np.arange(4) * (planes // 4)], ANGLES[pair // steps], ANGLES[pair % steps]

    def _tight(
        self, lines: np.ndarray, turn: np.ndarray, rise: np.ndarray, fall: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lower both angles as far as the way stays free, then look at half-planes nearby."""
        rise, fall = self._lowered(lines, turn, rise, fall)
        step = 2.0 * np.pi / HALF_PLANES
        for _ in range(TURNS):
            for aside in (step, -step):
                other = turn + aside
                # A little higher, for the edge may rise on this side, unless that is not free.
                up, down = np.minimum(1.15 * rise, ANGLES[-1]), np.minimum(1.15 * fall, ANGLES[-1])
                free = self._is_free(lines, other, up, down)
                new_rise, new_fall = self._lowered(lines, other, up, down)
                better = free & (np.add(*_sides(new_rise, new_fall)) < np.add(*_sides(rise, fall)))
                turn, rise, fall = (np.where(better, a, b) for a, b in ((other, turn), (new_rise, rise), (new_fall, fall)))
            step /= 2.0
        return turn, rise, fall

    def _lowered(
        self, lines: np.ndarray, turn: np.ndarray, rise: np.ndarray, fall: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The smallest angles near a pair that is free."""
        low_rise, low_fall = 0.6 * rise, 0.6 * fall
        for _ in range(ROUNDS):
            middle = 0.5 * (low_rise + rise)
            free = self._is_free(lines, turn, middle, fall)
            rise, low_rise = np.where(free, middle, rise), np.where(free, low_rise, middle)
            middle = 0.5 * (low_fall + fall)
            free = self._is_free(lines, turn, rise, middle)
            fall, low_fall = np.where(free, middle, fall), np.where(free, low_fall, middle)
        return rise, fall

    def _is_free(self, lines: np.ndarray, turn: np.ndarray, rise: np.ndarray, fall: np.ndarray) -> np.ndarray:
        to_ear, to_mouth = _sides(rise, fall)
        both = np.concatenate([lines, lines])
        reach = self._free(both, np.tile(turn, 2), np.concatenate([rise, fall]), np.repeat([True, False], len(lines)))
        needed = beyond(self.distance[both] * np.concatenate([to_ear, to_mouth]))
        return np.asarray(reach > needed).reshape(2, -1).all(axis=0)

    def _corners(
        self, lines: np.ndarray, turn: np.ndarray, rise: np.ndarray, fall: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where a detour touches the obstacle first and last: what a slightly lower ray meets, or else its top."""
        to_ear, to_mouth = (self.distance[lines] * side for side in _sides(rise, fall))
        first = np.minimum(self._free(lines, turn, np.maximum(rise - BELOW, 0.0), True), to_ear)
        last = np.minimum(self._free(lines, turn, np.maximum(fall - BELOW, 0.0), False), to_mouth)
        first_corner = self.ears[lines] + first[:, None] * self._directions(lines, turn, rise, True)
        last_corner = self.mouths[lines] + last[:, None] * self._directions(lines, turn, fall, False)
        # Where one corner is seen from both ends, there is no other.
        frames, sources = self.frames[lines], self.sources[lines]
        by_last = self.world.free(self.ears[lines], last_corner, frames, sources)
        by_first = self.world.free(first_corner, self.mouths[lines], frames, sources, GAP)
        first_only = by_first & ~(by_last & (self._length(lines, last_corner) < self._length(lines, first_corner)))
        last_only = by_last & ~first_only
        return (
            np.where(last_only[:, None], last_corner, first_corner),
            np.where(first_only[:, None], first_corner, last_corner),
        )

    def _length(self, lines: np.ndarray, corner: np.ndarray) -> np.ndarray:
        """(k,) metres from the ear by a corner (k, 3) to the source."""
        to_ear, to_mouth = corner - self.ears[lines], corner - self.mouths[lines]
        return np.asarray(np.linalg.norm(to_ear, axis=1) + np.linalg.norm(to_mouth, axis=1))

    def _free(self, lines: np.ndarray, turn: np.ndarray, angle: np.ndarray, from_ear: np.ndarray | bool) -> np.ndarray:
        """(k,) metres that a ray is free, from the ear or the source."""
        from_ear = np.broadcast_to(from_ear, lines.shape)
        origins = np.where(from_ear[:, None], self.ears[lines], self.mouths[lines])
        directions = self._directions(lines, turn, angle, from_ear)
        skipped = np.where(from_ear, 0.0, np.minimum(GAP, 0.5 * self.distance[lines]))  # sources stand on surfaces
        hits = self.world.cast(origins + skipped[:, None] * directions, directions, self.frames[lines], self.sources[lines])
        return np.asarray(hits.distance + skipped)

    def _directions(self, lines: np.ndarray, turn: np.ndarray, angle: np.ndarray, from_ear: np.ndarray | bool) -> np.ndarray:
        out = np.cos(turn)[:, None] * self.up[lines] + np.sin(turn)[:, None] * self.left[lines]
        along = np.where(np.broadcast_to(from_ear, lines.shape), 1.0, -1.0)[:, None] * self.along[lines]
        return np.asarray(np.cos(angle)[:, None] * along + np.sin(angle)[:, None] * out)


def beyond(reach: np.ndarray) -> np.ndarray:
    """Metres that a ray must be free to reach its end: a little more, or two rays could meet on a wall from both sides."""
    return np.asarray(reach * 1.001 + 0.001)


def _again(turn: np.ndarray, longer: np.ndarray, found: Found, distance: np.ndarray) -> np.ndarray:
    """(k, 4) whether a detour is around the same edge as a shorter one of another side.

    So it is where their half-planes are near each other, or their corners.
    """
    again = np.zeros(turn.shape, bool)
    near = SAME_CORNER + SAME_SHARE * distance
    for one, other in ((a, b) for a in range(4) for b in range(4) if a != b):
        apart = np.abs((turn[:, one] - turn[:, other] + np.pi) % (2.0 * np.pi) - np.pi)
        first, last = (np.linalg.norm(c[:, one] - c[:, other], axis=1) for c in (found.first, found.last))
        same = (apart < APART) | ((first < near) & (last < near))
        shorter = (longer[:, other] < longer[:, one]) | ((longer[:, other] == longer[:, one]) & (other < one))
        again[:, one] |= same & shorter & np.isfinite(longer[:, other])
    return again


def _sides(rise: np.ndarray, fall: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sides of the triangle over a line of length 1, by the angles at its ends."""
    top = np.sin(np.minimum(rise + fall, WIDEST))
    return np.sin(fall) / top, np.sin(rise) / top
