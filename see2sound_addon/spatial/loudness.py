"""Integrated loudness and true peak by ITU-R BS.1770-5, measured block by block in constant memory."""

from __future__ import annotations

import numpy as np
from scipy.signal import firwin

from .kernels import kernel
from .layouts import Layout

OVERSAMPLING = 4
"""BS.1770-5, annex 2, for rates from 44.1 kHz on."""
TAPS = 24
"""Of each of the interpolator's phases."""
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0
"""LUFS; LU below the loudness of what passes the absolute gate."""
_OFFSET = -0.691


def channel_weights(layout: Layout) -> np.ndarray | None:
    """(channels,) by BS.1770-5, table 4: 1.41 at the sides, nothing for low-frequency channels.

    None for ambisonics, whose channels are no loudspeakers and for which the standard defines no loudness.
    """
    if layout.kind == "ambisonics":
        return None
    if layout.kind != "speakers":
        return np.ones(layout.channels)
    weights = [
        0.0 if s.is_lfe else 1.41 if 60.0 <= abs(s.azimuth) <= 120.0 and abs(s.elevation) < 30.0 else 1.0
        for s in layout.speakers
    ]
    return np.array(weights)


class Meter:
    """Feed it blocks (channels, n); then ask for `integrated` (LUFS, None if undefined), `true_peak` (dB), `sample_peak` and
    `rms` (linear)."""

    def __init__(self, layout: Layout, rate: int) -> None:
        self.weights = channel_weights(layout)
        self.sections = _k_weighting(rate)
        self.state = np.zeros((layout.channels, 2, 2))
        self.step = round(0.1 * rate)  # gating blocks of 400 ms overlap by three quarters
        self.since, self.begun = 0, np.zeros(layout.channels)
        self.energies: list[float] = []
        taps = firwin(OVERSAMPLING * TAPS - 1, 1.0 / OVERSAMPLING, window=("kaiser", 6.0)) * OVERSAMPLING
        self.phases = np.append(taps, 0.0).reshape(TAPS, OVERSAMPLING).T
        self.before = np.zeros((layout.channels, TAPS - 1), np.float32)
        self.peak = self.sample_peak = 0.0
        self._energy, self._values = 0.0, 0

    def feed(self, block: np.ndarray) -> None:
        """Measure the next samples of all channels."""
        span = np.concatenate([self.before, block], axis=1, dtype=np.float32)
        self.before = span[:, -(TAPS - 1) :]
        self.peak = kernel().peak(span, self.phases, self.peak)
        peak, energy = kernel().level(block)
        self.sample_peak = max(self.sample_peak, peak)
        self._energy, self._values = self._energy + energy, self._values + block.size
        if self.weights is None or block.shape[1] == 0:
            return
        steps = kernel().weigh(block, self.sections, self.state, self.step, self.since)
        steps[0] += self.begun
        self.since = (self.since + block.shape[1]) % self.step
        self.begun = steps[-1] if self.since else np.zeros(len(block))
        self.energies += ((steps[:-1] if self.since else steps) @ self.weights).tolist()

    @property
    def true_peak(self) -> float:
        """dB re full scale; -inf for silence."""
        return 20.0 * float(np.log10(self.peak)) if self.peak > 0.0 else -np.inf

    @property
    def rms(self) -> float:
        """Root of the mean square of all samples of all channels."""
        return float(np.sqrt(self._energy / max(1, self._values)))

    @property
    def integrated(self) -> float | None:
        """LUFS; -inf if everything is below the gate, None where loudness is not defined or shorter than 400 ms."""
        if self.weights is None or len(self.energies) < 4:
            return None
        steps = np.array(self.energies) / self.step
        blocks = np.convolve(steps, np.full(4, 0.25), "valid")
        with np.errstate(divide="ignore"):
            loudness = _OFFSET + 10.0 * np.log10(blocks)
        loud = blocks[loudness > ABSOLUTE_GATE]
        if len(loud) == 0:
            return -np.inf
        gate = _OFFSET + 10.0 * np.log10(loud.mean()) + RELATIVE_GATE
        return float(_OFFSET + 10.0 * np.log10(blocks[loudness > max(gate, ABSOLUTE_GATE)].mean()))


def _k_weighting(rate: int) -> np.ndarray:
    """The two biquads (2, 6) at any rate, by the bilinear transform of the analogue filters behind the standard's 48 kHz
    coefficients (parameters: Mansbridge, Finn, Reiss, "Implementation and evaluation of autonomous multi-track fader
    control", AES 132, 2012)."""
    gain, quality, frequency = 3.999843853973347, 0.7071752369554196, 1681.974450955533
    k = np.tan(np.pi * frequency / rate)
    high = 10.0 ** (gain / 20.0)
    middle = high**0.4996667741545416
    norm = 1.0 + k / quality + k * k
    shelf = [
        (high + middle * k / quality + k * k) / norm, 2.0 * (k * k - high) / norm, (high - middle * k / quality + k * k) / norm,
        1.0, 2.0 * (k * k - 1.0) / norm, (1.0 - k / quality + k * k) / norm,
    ]  # fmt: skip
    quality, frequency = 0.5003270373238773, 38.13547087602444
    k = np.tan(np.pi * frequency / rate)
    norm = 1.0 + k / quality + k * k
    low_cut = [1.0, -2.0, 1.0, 1.0, 2.0 * (k * k - 1.0) / norm, (1.0 - k / quality + k * k) / norm]
    return np.array([shelf, low_cut])
