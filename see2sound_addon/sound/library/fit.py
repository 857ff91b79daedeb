"""Make a clip of a recording: trimmed, faded, looped where it is a texture, at its level."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from ..joining import faded, seamless

QUIET = 50.0
"""dB below the loudest frame at which a recording has not begun, or is over."""
FADE_IN, FADE_OUT = 0.004, 0.03
"""Seconds."""
CROSS_FADE = 0.5
"""Seconds over which a texture goes over into its beginning."""
LONGEST_SHOWN = 20.0
"""Seconds of a recording that its waveform shows."""
STEADY, LONG_ENOUGH = 0.7, 1.0
"""Share of its frames within 20 dB of the loudest from which a recording is a texture, and seconds that it must have."""


def trimmed(samples: np.ndarray, rate: int) -> np.ndarray:
    """Without the silence at both ends, and with short fades."""
    level = _frames(samples, rate)
    loud = np.flatnonzero(level > level.max() - QUIET)
    size = _frame(rate)
    first, last = max(0, int(loud[0]) - 1) * size, min(len(samples), (int(loud[-1]) + 2) * size)
    return faded(samples[first:last], round(FADE_IN * rate), round(FADE_OUT * rate))


def is_texture(samples: np.ndarray, rate: int) -> bool:
    """Whether a trimmed recording goes on rather than happening once."""
    level = _frames(samples, rate)
    return len(samples) >= LONG_ENOUGH * rate and float(np.mean(level > level.max() - 20.0)) >= STEADY


def looped(samples: np.ndarray, length: int, rate: int, seed: int) -> np.ndarray:
    """A seamless loop of `length` samples from a texture: a part of it, or several repeats with cross-fades."""
    fade = min(round(CROSS_FADE * rate), len(samples) // 3)
    start = 0
    if len(samples) > length + fade:
        start = int(np.random.default_rng(seed).integers(0, len(samples) - length - fade + 1))
        return seamless(samples[start : start + length + fade], length)
    # Whole repeats of the recording's own loop, stretched over by no more than the cross-fade takes.
    own = seamless(samples, len(samples) - fade)
    repeats = -(-(length + fade) // len(own))
    return seamless(np.tile(own, repeats)[: length + fade], length)


def _frame(rate: int) -> int:
    return max(1, round(0.01 * rate))


def _frames(samples: np.ndarray, rate: int) -> np.ndarray:
    """Level in dB of frames of 10 ms."""
    size = _frame(rate)
    padded = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    return 10.0 * np.log10(np.mean(np.square(padded, dtype=np.float64), axis=1) + 1e-12)


def waveform(path: Path, size: int) -> np.ndarray:
    """A picture (size, size, 4) of a recording's beginning, RGBA from 0 to 1, its lowest row first. Error: those of reading."""
    with soundfile.SoundFile(path) as file:
        count = min(file.frames, int(LONGEST_SHOWN * file.samplerate))
        samples = np.abs(np.nan_to_num(file.read(count, dtype="float32", always_2d=True))).max(axis=1)
    edges = np.linspace(0, len(samples), size + 1).astype(int)
    heights = np.array([samples[a : max(b, a + 1)].max(initial=0.0) for a, b in zip(edges[:-1], edges[1:], strict=True)])
    heights = heights / max(float(heights.max(initial=0.0)), 1e-6)
    rows = np.abs(np.linspace(-1.0, 1.0, size))[:, None]
    shown = (rows <= np.maximum(heights, 0.03)[None, :]).astype(np.float32)
    return np.stack([0.55 * shown, 0.8 * shown, shown, shown], axis=-1)
