"""Gains for loudspeakers in a ring: each source between the two that stand on either side of it."""

from __future__ import annotations

import numpy as np

from .layouts import Layout

RING = 15
"""Directions over which a wide source is spread."""


def pan(direction: np.ndarray, sharpness: np.ndarray, spread: np.ndarray, layout: Layout) -> np.ndarray:
    """Gains (n, channels) of unit energy for unit vectors (n, 3) in the listener's frame.

    Pairwise amplitude panning (Pulkki 1997) by azimuth; a source overhead or under foot, or less sharp than 1, or
    spread (radians) goes more and more to all loudspeakers alike. Where the ring has a gap wider than 180 degrees (two
    loudspeakers of stereo), what is behind is heard mirrored to the front.
    """
    level = np.hypot(direction[:, 0], direction[:, 1])
    azimuth = np.arctan2(direction[:, 1], direction[:, 0])
    main = [i for i, angle in enumerate(layout.azimuths) if angle is not None]
    angles = np.radians([angle for angle in layout.azimuths if angle is not None])
    power = _pair_power(azimuth, angles)
    wide = spread > 1e-3
    if wide.any():
        around = azimuth[wide, None] + spread[wide, None] * np.linspace(-1.0, 1.0, RING)
        shape = (int(wide.sum()), RING, len(main))
        power[wide] = _pair_power(around.ravel(), angles).reshape(shape).mean(axis=1)
    # Sines of elevation and of sharpness keep the energy at 1 while the direction gives way.
    focus = ((level * sharpness) ** 2)[:, None]
    everywhere = np.where(focus > 1.0 - 1e-12, 0.0, 1.0 - focus)  # rounding must not leak into silent loudspeakers
    power = focus * power + everywhere / len(main)
    gains = np.zeros((len(direction), layout.channels))
    gains[:, main] = np.sqrt(power)
    return gains


def _pair_power(azimuth: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Energy shares (n, speakers) that add up to 1, for azimuths (n,) and a ring of loudspeakers (speakers,) in radians."""
    order = np.argsort(angles)
    ring = angles[order]
    gaps = np.diff(np.append(ring, ring[0] + 2.0 * np.pi))
    if gaps.max() >= np.pi - 1e-6:
        return _front_power(azimuth, angles)
    after = (azimuth[:, None] - ring[None]) % (2.0 * np.pi)
    first = after.argmin(axis=1)
    second = (first + 1) % len(ring)
    along = after[np.arange(len(azimuth)), first]
    gap = gaps[first]
    # The tangent law's vector base: the two gains whose loudspeaker vectors add up to the source's direction.
    gain_first, gain_second = np.sin(gap - along), np.sin(along)
    energy = gain_first**2 + gain_second**2
    power = np.zeros((len(azimuth), len(ring)))
    rows = np.arange(len(azimuth))
    power[rows, order[first]] = gain_first**2 / energy
    power[rows, order[second]] = gain_second**2 / energy
    return power


def _front_power(azimuth: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Two loudspeakers in front: within the pair by the tangent law, beyond it at the nearer one, the rear mirrored."""
    left, right = int(angles.argmax()), int(angles.argmin())
    half = (angles[left] - angles[right]) / 2.0
    mirrored = np.arcsin(np.clip(np.sin(azimuth), -1.0, 1.0))
    inside = np.clip(mirrored, -half, half)
    ratio = np.tan(inside) / np.tan(half)
    gain_left, gain_right = 1.0 + ratio, 1.0 - ratio
    power = np.zeros((len(azimuth), 2))
    power[:, left] = gain_left**2 / (gain_left**2 + gain_right**2)
    power[:, right] = gain_right**2 / (gain_left**2 + gain_right**2)
    return power
