"""Long responses, block by block: uniformly partitioned overlap-add (Stockham, 1966; Kulp, AES 85, 1988)."""

from __future__ import annotations

from collections import deque

import numpy as np
from scipy import fft


class Convolver:
    """Several inputs through their responses into the same channels.

    `responses`: for each input (channels, taps). `block`: samples that every call brings. `before`: how many blocks back
    what is heard now may have begun.
    """

    def __init__(self, responses: list[np.ndarray], block: int) -> None:
        taps = max(response.shape[1] for response in responses)
        self.block, self.channels = block, responses[0].shape[0]
        length = min(taps, block)
        self.size = fft.next_fast_len(block + length, real=True)
        self.before = -(-taps // length) + 1
        self.spectra = []
        for response in responses:
            parts = np.zeros((self.before - 1, self.channels, length), np.float32)
            for number in range(self.before - 1):
                part = response[:, number * length : (number + 1) * length]
                parts[number, :, : part.shape[1]] = part
            self.spectra.append(fft.rfft(parts, self.size, axis=2))
        self._heard: list[deque[np.ndarray]] = [deque(maxlen=self.before - 1) for _ in responses]
        self._rest = np.zeros((self.channels, self.size - block), np.float32)

    def __call__(self, inputs: list[np.ndarray]) -> np.ndarray:
        """(channels, block) from a signal (block,) for each input."""
        total = np.zeros((self.channels, self.size // 2 + 1), np.complex64)
        for heard, spectra, signal in zip(self._heard, self.spectra, inputs, strict=True):
            heard.appendleft(fft.rfft(signal.astype(np.float32, copy=False), self.size))
            for past, part in zip(heard, spectra, strict=False):
                total += past * part
        out = fft.irfft(total, self.size, axis=1)
        out[:, : self._rest.shape[1]] += self._rest[:, : out.shape[1]]
        self._rest = out[:, self.block :].copy()
        return np.asarray(out[:, : self.block])
