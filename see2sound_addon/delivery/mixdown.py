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
    level = _Level(meter)
    if delivery.bits == 32 and delivery.loudness is None:
        with writer:
            for block in blocks:
                level.feed(block)
                writer.write(block)
        return _report(level, 0.0, delivery, [])
    with scratch_file(path) as raw_path:  # beside its place, for /tmp may be small, or memory
        with raw_path.open("wb") as raw:
            for block in blocks:
                level.feed(block)
                raw.write(np.ascontiguousarray(block.T, dtype=np.float32).tobytes())
        gain, notes = _choose_gain(level, delivery)
        with writer, raw_path.open("rb") as raw:
            while data := raw.read(4 * channels * BLOCK):
                block = np.frombuffer(data, np.float32).reshape(-1, channels).T
                writer.write(block * np.float32(10.0 ** (gain / 20.0)))
    return _report(level, gain, delivery, notes)


class _Level:
    """Peak and energy beside what the meter measures."""

    def __init__(self, meter: Meter) -> None:
        self.meter, self.peak, self.energy, self.values = meter, 0.0, 0.0, 0

    def feed(self, block: np.ndarray) -> None:
        self.meter.feed(block)
        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
        self.energy += float(np.einsum("cn,cn->", block, block, dtype=np.float64))
        self.values += block.size


def _choose_gain(level: _Level, delivery: Delivery) -> tuple[float, list[str]]:
    peak, loudness = level.meter.true_peak, level.meter.integrated
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


def _report(level: _Level, gain: float, delivery: Delivery, notes: list[str]) -> Levels:
    loudness = level.meter.integrated
    rms = float(np.sqrt(level.energy / max(1, level.values)))
    levels = Levels(
        peak=decibels(level.peak) + gain,
        true_peak=level.meter.true_peak + gain,
        rms=decibels(rms) + gain,
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
