"""The library for films, and a film's own sound."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from ..errors import See2SoundError

LONGEST = 86400
"""Seconds of a soundtrack."""


def film_library() -> Any:
    """PyAV. Error: `film-library`."""
    try:
        import av
    except ImportError as error:
        raise See2SoundError(
            "film-library", f"The library for films, PyAV, cannot be loaded ({error}).", "Install it: pip install av."
        ) from error
    return av


def sound_from(source: Any, voice: Any, begin: float, rate: int, layout: str) -> Iterator[np.ndarray]:
    """Blocks (n, channels) float32 of a soundtrack of an open film from a moment on, with silence until it begins.

    `voice`: the stream. Silence is at most a second at once: the film is from a stranger. Error: `clip-too-long`.
    """
    resampler = film_library().AudioResampler("flt", layout, rate)
    channels, skip = resampler.layout.nb_channels, None
    for frame in chain(source.decode(voice), [None]):
        if skip is None and frame is not None:
            late = round((float(frame.time or 0.0) - begin) * rate)
            if late > LONGEST * rate:
                raise See2SoundError("clip-too-long", "The film's sound is longer than a day.", "Cut it first.")
            skip = max(-late, 0)
            for at in range(0, late, rate):
                yield np.zeros((min(rate, late - at), channels), np.float32)
        for part in resampler.resample(frame):
            samples = part.to_ndarray().reshape(-1, channels)
            yield samples[skip:]
            skip = max((skip or 0) - len(samples), 0)
