"""Write a rendered mix to a file: measure it, set its level, and never clip without a note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ..media.files import scratch_file
from .formats import Delivery, Signal, find_format, open_writer

BLOCK = 65536


class Meter(Protocol):
    """Measures a mix; see `spatial.loudness`."""

    def feed(self, block: np.ndarray) -> None:
        """Measure the next block (channels, n)."""
        ...

    @property
    def true_peak(self) -> float:
        """True peak so far, dB re full scale."""
        ...

    @property
    def integrated(self) -> float | None:
        """Integrated loudness so far, LUFS, or None where it is not defined."""
        ...

    @property
    def sample_peak(self) -> float:
        """Largest absolute sample so far."""
        ...

    @property
    def rms(self) -> float:
        """Root of the mean square of all samples of all channels so far."""
        ...


@dataclass
class Levels:
    """`peak`, `true_peak`, `rms`: dB re full scale, -inf for silence; `loudness`: LUFS or None. All of the written file.

    `gain`: dB that it was changed by. `notes`: what the user should know.
    """

    peak: float
    true_peak: float
    rms: float
    loudness: float | None
    gain: float = 0.0
    notes: list[str] = field(default_factory=list)


def deliver(
    blocks: Iterator[np.ndarray],
    meter: Meter,
    path: Path,
    channels: int,
    rate: int,
    samples: int,
    mask: int,
    delivery: Delivery,
    seed: int,
) -> Levels:
    """Write blocks (channels, n) float32 that add up to `samples` into a file. Errors: those of `open_writer`."""
    bits = delivery.bits or find_format(path).bits[0]
    delivery = replace(delivery, bits=bits)
    writer = open_writer(path, Signal(channels, rate, samples, mask, bits, seed))
    if delivery.bits == 32 and delivery.loudness is None:
        with writer:
            for block in blocks:
                meter.feed(block)
                writer.write(block)
        return _report(meter, 0.0, delivery, [])
    with scratch_file(path) as raw_path:  # beside its place, for /tmp may be small, or memory
        with raw_path.open("wb") as raw:
            for block in blocks:
                meter.feed(block)
                raw.write(np.ascontiguousarray(block.T, dtype=np.float32).tobytes())
        gain, notes = _choose_gain(meter, delivery)
        with writer, raw_path.open("rb") as raw:
            while data := raw.read(4 * channels * BLOCK):
                block = np.frombuffer(data, np.float32).reshape(-1, channels).T
                writer.write(block * np.float32(10.0 ** (gain / 20.0)))
    return _report(meter, gain, delivery, notes)


def _choose_gain(meter: Meter, delivery: Delivery) -> tuple[float, list[str]]:
    peak, loudness = meter.true_peak, meter.integrated
    if delivery.loudness is not None:
        if loudness is None or not np.isfinite(loudness):
            return _within_ceiling(0.0, peak, delivery, ["The mix has no measurable loudness; its level was left as it is."])
        return _within_ceiling(delivery.loudness - loudness, peak, delivery, [])
    return _within_ceiling(0.0, peak, delivery, []) if peak > 0.0 else (0.0, [])


def _within_ceiling(gain: float, peak: float, delivery: Delivery, notes: list[str]) -> tuple[float, list[str]]:
    allowed = delivery.ceiling - peak
    if gain <= allowed or not np.isfinite(peak):
        return gain, notes
    if delivery.bits == 32 and delivery.loudness is None:
        return gain, notes
    return allowed, [
        *notes,
        f"The mix was made {gain - allowed:.1f} dB quieter to keep its true peak at {delivery.ceiling:g} dB.",
    ]


def _report(meter: Meter, gain: float, delivery: Delivery, notes: list[str]) -> Levels:
    loudness = meter.integrated
    levels = Levels(
        peak=decibels(meter.sample_peak) + gain,
        true_peak=meter.true_peak + gain,
        rms=decibels(meter.rms) + gain,
        loudness=None if loudness is None else loudness + gain,
        gain=gain,
        notes=notes,
    )
    if levels.peak > 0.05:  # a float file may touch full scale
        levels.notes.append(
            f"The mix peaks {levels.peak:.1f} dB above full scale. The file is floating point and keeps it; "
            "turn sources down or normalise before converting it to integers."
        )
    return levels


def decibels(value: float) -> float:
    """20 log10, -inf for nothing."""
    return 20.0 * float(np.log10(value)) if value > 0.0 else -np.inf
