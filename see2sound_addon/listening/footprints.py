"""Objects from above, for pictures of a scene."""

from __future__ import annotations

import numpy as np

from .observed import SceneObject

LARGEST, SMALLEST = 200.0, 0.3
"""Metres: what is wider is ground or sky, what is narrower is not seen."""
FLAT, GROUND, SLOPE = 0.3, 30.0, 0.25
"""What is lower than FLAT metres is ground, and what is wider than GROUND metres and lower than SLOPE of that."""


def footprints(objects: list[SceneObject]) -> np.ndarray:
    """(m, 4, 2) corners in the world of objects that stand, from above."""
    found = []
    for obj in objects:
        wide = obj.size[:2].max()
        low = obj.size[2] < FLAT or (wide > GROUND and obj.size[2] < SLOPE * wide)
        if obj.kind != "MESH" or obj.track.moves or not SMALLEST < wide < LARGEST or low:
            continue
        w, x, y, z = obj.track.rotations[0]
        yaw = np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
        along = np.array([np.cos(yaw), np.sin(yaw)]) * 0.5 * obj.size[0]
        across = np.array([-np.sin(yaw), np.cos(yaw)]) * 0.5 * obj.size[1]
        centre = obj.track.positions[0, :2]
        found.append([centre + along + across, centre - along + across, centre - along - across, centre + along - across])
    found.sort(key=lambda corners: -float(np.ptp(corners, axis=0).max()))  # small ones are drawn over large ones
    return np.array(found).reshape(-1, 4, 2)
