"""Combine several estimates of a distance into one."""

from __future__ import annotations

import math

import numpy as np

from ..camera import Camera
from ..placed import Estimate
from .sizes import usual_height

NEAREST, FARTHEST = 0.3, 1000.0
"""Metres: bounds of every estimate; only a known size can take an object beyond the depth map's own far end."""
BORDER = 0.012
"""Fraction of the picture: a region that comes this near to its edge goes on outside it."""


def standing_distance(
    mask: np.ndarray, depth: np.ndarray, camera: Camera, horizon_row: float, horizon_confidence: float
) -> Estimate:
    """Where an object that stands on the ground meets it: the depth (height, width) at the foot of its mask."""
    rows = np.flatnonzero(mask.any(axis=1))
    foot = int(rows[-1])
    columns = np.flatnonzero(mask[max(rows[0], foot - 2) : foot + 1].any(axis=0))
    metres = float(np.median(depth[foot, columns]))
    return _with_doubt(metres, (foot + 1) / mask.shape[0], camera, horizon_row, horizon_confidence)


def surface_distance(
    mask: np.ndarray,
    centre: tuple[float, float],
    depth: np.ndarray,
    camera: Camera,
    horizon_row: float,
    confidence: float,
) -> Estimate:
    """How far a surface lies at its visible centre (fractions x, y)."""
    row, column = int(centre[1] * mask.shape[0]), int(centre[0] * mask.shape[1])
    return _with_doubt(float(depth[row, column]), centre[1], camera, horizon_row, confidence)


def _with_doubt(metres: float, row: float, camera: Camera, horizon_row: float, confidence: float) -> Estimate:
    """The nearer to the horizon, the more an error of the horizon matters; the camera's height is a guess as well."""
    below = camera.pitch_of_row(horizon_row) - camera.pitch_of_row(row)
    height = camera.pitch_of_row(0.0) - camera.pitch_of_row(1.0)
    horizon_doubt = (0.01 + 0.10 * (1.0 - confidence)) * height
    sigma = math.hypot(0.25, horizon_doubt / max(below, 1e-3))
    if row > 1.0 - BORDER:
        sigma = math.hypot(sigma, 0.7)
    return Estimate(float(np.clip(metres, NEAREST, FARTHEST)), min(sigma, 1.5))


def size_distance(label: str, box: tuple[float, float, float, float], camera: Camera) -> Estimate | None:
    """How far an object of its usual height must be to look as high as its box (fractions); None for unknown labels."""
    known = usual_height(label)
    if known is None:
        return None
    metres, spread = known
    x0, y0, x1, y1 = box
    top, bottom = camera.ray((x0 + x1) / 2.0, y0), camera.ray((x0 + x1) / 2.0, y1)
    high = top[1] / -top[2] - bottom[1] / -bottom[2]
    along = abs(float(camera.ray((x0 + x1) / 2.0, (y0 + y1) / 2.0)[2]))
    cut = y0 < BORDER or y1 > 1.0 - BORDER
    distance = metres / max(high, 1e-4) / along
    return Estimate(float(np.clip(distance, NEAREST, FARTHEST)), math.hypot(spread, 0.6 if cut else 0.15))


def combine(estimates: list[Estimate]) -> Estimate:
    """The weighted mean of logarithms, each weighing by how sure it is (inverse variance)."""
    weights = [1.0 / estimate.sigma**2 for estimate in estimates]
    mean = sum(w * math.log(e.metres) for w, e in zip(weights, estimates, strict=True)) / sum(weights)
    return Estimate(math.exp(mean), 1.0 / math.sqrt(sum(weights)))
