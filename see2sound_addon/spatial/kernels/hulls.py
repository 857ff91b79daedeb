"""What surrounds a listener: faces between loudspeakers, and between measured directions. Plain arrays for the kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree


@dataclass(frozen=True)
class Faces:
    """What a layout's loudspeakers span (ITU-R BS.2127-1, section 6.1).

    `inverse`: (t, 3, 3) inverted corners of triangles. `corners`: (q, 4, 3) of quadrangles, in ring order, and `sides`:
    (q, 2, 3, 3), from a direction to the quadratic equations for its place between them. `members`: (t + q, 4) int32,
    numbers of the corners, the last one of a triangle unused. `downmix`: (corners, loudspeakers).
    """

    inverse: np.ndarray
    corners: np.ndarray
    sides: np.ndarray
    members: np.ndarray
    downmix: np.ndarray


@dataclass(frozen=True)
class Hull:
    """Triangles between measured directions.

    `inverse`: (faces, 3, 3) inverted corners. `neighbours`: (faces, 3) int32, the face across the edge opposite to each
    corner. `middles`: of the faces, unit vectors.
    """

    inverse: np.ndarray
    neighbours: np.ndarray
    middles: KDTree
