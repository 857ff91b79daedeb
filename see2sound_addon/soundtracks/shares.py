"""How much of a soundtrack each of its stems is."""

from __future__ import annotations

import numpy as np


class Shares:
    """The share of each stem in the soundtrack, in windows of two seconds."""

    def __init__(self, rate: int, count: int) -> None:
        self._step, self._rest = 2 * rate, np.zeros((count + 1, 0))
        self._windows: list[np.ndarray] = []

    def feed(self, mixture: np.ndarray, stems: np.ndarray, last: bool) -> None:
        """(channels, n) and (stems, channels, n). `last`: whether nothing follows."""
        power = np.concatenate([[(mixture.astype(float) ** 2).sum(axis=0)], (stems.astype(float) ** 2).sum(axis=1)])
        power = np.concatenate([self._rest, power], axis=1)
        whole = power.shape[1] // self._step * self._step
        self._windows += list(power[:, :whole].reshape(len(power), -1, self._step).sum(axis=2).T)
        self._rest = power[:, whole:]
        if last and self._rest.shape[1]:
            self._windows.append(self._rest.sum(axis=1))

    def strongest(self) -> np.ndarray:
        """DB of each stem where it is strongest; windows that are 40 dB quieter than the loudest do not count."""
        windows = np.array(self._windows)
        loud = windows[:, 0] > max(1e-4 * windows[:, 0].max(), 1e-20)
        if not loud.any():
            return np.full(windows.shape[1] - 1, -np.inf)
        return np.asarray(10.0 * np.log10(np.maximum((windows[loud, 1:] / windows[loud, :1]).max(axis=0), 1e-12)))
