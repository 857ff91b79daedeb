"""HRTFs on a regular grid, for renderers that use the nearest measured direction."""

from __future__ import annotations

import numpy as np

from .head import LEAD, LENGTH, Head, samples
from .panning import find_panner, unit_vector

STEP = 5
"""Degrees."""
Ear = list[tuple[float, float, np.ndarray]]
"""Azimuth and elevation in degrees, counter-clockwise and upwards, and the response (taps,) float32 there."""


def left_ear(head: Head) -> Ear:
    """Of a head, delays put back. The right ear is taken for its mirror image."""
    angles, directions = _grid()
    around, weights = head.around(directions)
    responses = np.einsum("nk,nkt->nt", weights, head.responses[around][:, :, 0])
    delays = (weights * head.delays[around][:, :, 0]).sum(axis=1)
    start = np.round((delays - head.delays.min()) * head.rate).astype(int)
    lead = samples(LEAD / 2.0, head.rate)  # the quiet first half is delay alone
    kept = samples(LENGTH, head.rate) - lead
    left = np.zeros((len(angles), kept + start.max()), np.float32)
    for row, (first, response) in enumerate(zip(start, responses, strict=True)):
        left[row, first : first + kept] = response[lead : lead + kept]
    return [(*angle, response) for angle, response in zip(angles, left, strict=True)]


def left_loudspeaker() -> Ear:
    """Two loudspeakers instead: the left one's gain, without delay."""
    angles, directions = _grid()
    gains = find_panner("stereo")(directions)[:, 0]
    return [
        (azimuth, elevation, np.array([gain], np.float32)) for (azimuth, elevation), gain in zip(angles, gains, strict=True)
    ]


def _grid() -> tuple[list[tuple[float, float]], np.ndarray]:
    """Angles as aud wants them, and the unit vectors (n, 3)."""
    angles = [(float(a), float(e)) for e in range(-90, 91, STEP) for a in range(0, 360, STEP)]
    return angles, np.array([unit_vector(azimuth, elevation) for azimuth, elevation in angles])
