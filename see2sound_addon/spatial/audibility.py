"""Find sources that are not heard in a mix, with the reason."""

from __future__ import annotations

import numpy as np

from ..soundscene import SoundScene, Source
from .levels import distance_gain
from .motion import Segment, segments
from .propagation import FASTEST

LEAST = -90.0
"""dB that distance may leave of a source before it counts as heard: the noise of 16 bits."""
LOOKED_AT = 200
"""Moments of a scene that are looked at."""


def unheard(scene: SoundScene, seconds: list[float]) -> list[str]:
    """A note for each source whose sound does not arrive before the end, or too quietly. `seconds`: the clips' lengths."""
    times = np.linspace(0.0, scene.duration, LOOKED_AT)
    ears = segments(scene.listener, FASTEST * scene.speed_of_sound)[0]
    return [
        note
        for source, length in zip(scene.sources, seconds, strict=True)
        if (note := _why(scene, source, length, times, ears))
    ]


def _why(scene: SoundScene, source: Source, seconds: float, times: np.ndarray, ears: list[Segment]) -> str:
    if source.extent == "ambient":
        return ""
    mouths = segments(source.path, FASTEST * scene.speed_of_sound)[0]
    distance = _distance(mouths, ears, times)
    delay = np.zeros(len(times)) if source.synchronous else distance / scene.speed_of_sound
    # By moments of emission, for a short clip may lie between two moments of a long scene.
    end = scene.duration if source.loop else min(source.start + seconds / source.pitch, scene.duration)
    emitted = np.linspace(max(source.start, -float(delay.max())), end, LOOKED_AT)
    distance = _distance(mouths, ears, emitted)
    arrived = emitted if source.synchronous else emitted + distance / scene.speed_of_sound
    sounds = (arrived >= 0.0) & (arrived <= scene.duration) & (emitted[0] <= end)
    if not sounds.any():
        late = float(delay.min())
        if source.start < scene.duration and late > 0.1 and source.start + late >= scene.duration - 0.05:
            return (
                f"Nothing is heard of source {source.id!r}: it is {distance.min():.0f} m away, and its sound takes "
                f"{late:.1f} s, longer than what is mixed."
            )
        return f"Nothing is heard of source {source.id!r}: its clip does not sound during the mix."
    gain = 20.0 * np.log10(np.maximum(distance_gain(distance[sounds], source, scene.distance_model), 1e-12)) + source.gain_db
    if gain.max() < LEAST:
        return (
            f"Nothing is heard of source {source.id!r}: at {distance[sounds].min():.0f} m it arrives at {gain.max():.0f} dB. "
            "Raise its distance reference or its volume."
        )
    return ""


def _distance(mouths: list[Segment], ears: list[Segment], times: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(_positions(mouths, times) - _positions(ears, times), axis=1))


def _positions(path: list[Segment], times: np.ndarray) -> np.ndarray:
    """(n, 3) of a trajectory's stretches between cuts."""
    found = np.empty((len(times), 3))
    for stretch in path:
        mine = (times >= stretch.begin) & (times < stretch.end)
        if mine.any():
            found[mine] = stretch.positions(times[mine])
    return found
