"""The way of a sound from its source to the listener: straight, or around the edges of obstacles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from ..soundscene import Detour


@dataclass
class Way:
    """All over moments of arrival (n,).

    `emitted`: seconds. `towards`: (n, 3) from the listener to where the sound seems to come from, as long as the way.
    `length`: metres. `delay`: seconds. `straight`: metres without a detour. `outwards`: (n, 3) how it leaves the source.
    """

    emitted: np.ndarray
    towards: np.ndarray
    length: np.ndarray
    delay: np.ndarray
    straight: np.ndarray
    outwards: np.ndarray


class Bend:
    """A `Detour` between its moments: points and lengths follow smooth curves without overshoot."""

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

    def way(self, times: np.ndarray, held: np.ndarray, emitted: np.ndarray, positions: np.ndarray, places: np.ndarray) -> Way:
        """The way to a listener at `positions` (n, 3) from a source at `places` (n, 3); corners are those at `held` (n,)."""
        if self._curve is None:
            points = np.broadcast_to(self._only, (len(times), 7))
        else:
            points = self._curve(np.clip(held, self.begin, self.end))
        towards, outwards = points[:, :3] - positions, points[:, 3:6] - places
        near = np.maximum(np.linalg.norm(towards, axis=1), 1e-6)
        length = near + points[:, 6] + np.linalg.norm(outwards, axis=1)
        straight = np.linalg.norm(places - positions, axis=1)
        return Way(emitted, towards * (length / near)[:, None], length, times - emitted, straight, outwards)
