"""The way of a sound from its source to the listener: straight, or around the edges of obstacles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import PchipInterpolator

from ..soundscene import Detour, Occlusion
from .damping import OPEN


@dataclass
class Way:
    """All over moments of arrival (n,).

    `towards`: (n, 3) from the listener to where the sound seems to come from, as long as the way. `length`: metres.
    `straight`: metres without a detour. `leaves`: (n, 3) how it leaves the source, if not straight back. `emitted`: seconds.
    `delay`: seconds.
    """

    towards: np.ndarray
    length: np.ndarray
    straight: np.ndarray
    leaves: np.ndarray | None = None
    emitted: np.ndarray = field(default_factory=lambda: np.zeros(0))
    delay: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def outwards(self) -> np.ndarray:
        """(n, 3): how it leaves the source."""
        return -self.towards if self.leaves is None else self.leaves


class Bend:
    """A `Detour` between its moments: corners and lengths follow smooth curves without overshoot."""

    def __init__(self, detour: Detour) -> None:
        self.begin, self.end = float(detour.times[0]), float(detour.times[-1])
        points = np.concatenate([detour.first, detour.last, detour.between[:, None]], axis=1)
        self._only = points[0]
        self._curve = PchipInterpolator(detour.times, points) if len(points) > 1 else None

    def there(self, times: np.ndarray) -> np.ndarray:
        """(n,) 1 during the detour, 0 before and after it; its levels fade, this only saves work."""
        if self._curve is None:
            return np.ones(len(times))
        return ((times >= self.begin) & (times <= self.end)).astype(float)

    def corners(self, times: np.ndarray) -> np.ndarray:
        """(n, 7): the first corner, the last one, and metres from one to the other."""
        if self._curve is None:
            return np.broadcast_to(self._only, (len(times), 7))
        return np.asarray(self._curve(np.clip(times, self.begin, self.end)))


def way_around(corners: np.ndarray, positions: np.ndarray, places: np.ndarray) -> Way:
    """The way by `corners` (n, 7) to a listener at `positions` (n, 3) from a source at `places` (n, 3)."""
    towards, outwards = corners[:, :3] - positions, corners[:, 3:6] - places
    near = np.maximum(np.linalg.norm(towards, axis=1), 1e-6)
    length = near + corners[:, 6] + np.linalg.norm(outwards, axis=1)
    straight = np.linalg.norm(places - positions, axis=1)
    return Way(towards * (length / near)[:, None], length, straight, outwards)


def octaves_of(detour: Detour) -> Occlusion:
    """What a detour takes from the sound, for its filter."""
    steady = np.zeros(len(detour.times))
    return Occlusion(detour.times, steady, np.full(len(detour.times), OPEN), detour.octaves)
