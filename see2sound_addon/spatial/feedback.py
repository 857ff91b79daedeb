"""Reverberation as it comes: feedback delay networks (Jot and Chaigne, AES 90, 1991), a few decays side by side."""

from __future__ import annotations

import numpy as np
from scipy.linalg import hadamard

DECAYS = (0.3, 0.8, 2.0, 5.0)
"""Seconds; the nearest one stands for what is wanted."""
LINES = (613, 701, 797, 887, 997, 1103, 1213, 1327, 1453, 1571, 1693, 1823, 1973, 2131, 2297, 2503)
"""Samples of the delay lines at 48 kHz, primes: 13 to 52 ms."""
SILENT = 1e-7
"""Amplitude below which a network rests."""
BLOCK = 256
"""Samples at once, fewer than in the shortest line."""


class Reverberator:
    """Networks for each of DECAYS; the impulse response of each has the energy 1, half of it in each of two channels."""

    def __init__(self, rate: int) -> None:
        self._networks = [_Network(rate, seconds) for seconds in DECAYS]

    def render(self, dry: np.ndarray) -> np.ndarray:
        """(2, n) float32 of (decays, n), n up to BLOCK."""
        sounding = [
            network.render(one) for network, one in zip(self._networks, dry, strict=True) if network.sounds or one.any()
        ]
        return np.asarray(sum(sounding)) if sounding else np.zeros((2, dry.shape[1]), np.float32)


class _Network:
    def __init__(self, rate: int, seconds: float) -> None:
        self._lengths = np.round(np.array(LINES) * rate / 48000).astype(int)
        size = len(LINES)
        self._gains = (10.0 ** (-3.0 * self._lengths / (seconds * rate)))[:, None].astype(np.float32)
        signs = hadamard(size).astype(np.float32)
        self._mixing = signs / np.float32(np.sqrt(size))
        self._out = signs[[6, 9]]  # two that are orthogonal, and so unrelated
        self._lines = np.zeros((size, int(self._lengths.max()) + BLOCK), np.float32)
        self._place = 0
        self._quiet = size
        self._normalise(round(seconds * rate))

    def _normalise(self, samples: int) -> None:
        """Give the impulse response the energy 1."""
        impulse = np.zeros(BLOCK, np.float32)
        impulse[0] = 1.0
        energy = 0.0
        for number in range(-(-samples // BLOCK)):
            energy += float((self.render(impulse if number == 0 else np.zeros(BLOCK, np.float32)) ** 2).sum())
        self._out /= np.float32(np.sqrt(energy))
        self._lines[:] = 0.0
        self._quiet = self._lines.shape[1]

    @property
    def sounds(self) -> bool:
        """Whether anything is left in the lines."""
        return self._quiet < self._lines.shape[1]

    def render(self, dry: np.ndarray) -> np.ndarray:
        """(2, n) of (n,), n up to BLOCK."""
        size, now = self._lines.shape[1], self._place + np.arange(len(dry))
        rows = np.arange(len(self._lengths))[:, None]
        arriving = self._lines[rows, (now - self._lengths[:, None]) % size] * self._gains
        self._lines[:, now % size] = self._mixing @ arriving + dry
        self._place = (self._place + len(dry)) % size
        loud = max(float(np.abs(arriving).max()), float(np.abs(dry).max())) > SILENT
        self._quiet = 0 if loud else self._quiet + len(dry)
        return np.asarray(self._out @ arriving)
