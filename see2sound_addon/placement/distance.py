"""Combine several estimates of a distance into one."""

from __future__ import annotations

import math

import numpy as np

from ..findings import Estimate
from ..projection import Camera
from .position import BORDER, distance_to_ground
from .sizes import usual_height

FAR = 150.0
"""Metres: what stands farther away is hardly told apart."""
NEAREST, FARTHEST = 0.3, 1000.0
"""Metres: bounds of every estimate; only a known size can take an object beyond the depth map's own far end."""
HEIGHT_DOUBT = 0.25
"""Standard deviation of the logarithm of a distance that comes of the guessed height of the camera: people hold cameras at
1.2 to 2 m."""
LEAST_DOUBT, MORE_DOUBT = 0.01, 0.10
"""Error of the horizon, as a share of the picture's vertical field of view: where it was seen, and more where it was not."""
CUT_FOOT_DOUBT = 0.7
"""Added where a region goes on below the picture: its foot is not seen."""
BOX_DOUBT = 0.15
"""Error of the height of a box."""
MOST_DOUBT = 1.5


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
    sigma = HEIGHT_DOUBT
    angles = [camera.projection.elevation(y) for y in (horizon_row, row, 0.0, 1.0)]
    if None not in angles:  # parallel rays have no horizon
        horizon, foot, top, bottom = (angle or 0.0 for angle in angles)
        horizon_doubt = (LEAST_DOUBT + MORE_DOUBT * (1.0 - confidence)) * (top - bottom)
        sigma = math.hypot(sigma, horizon_doubt / max(horizon - foot, 1e-3))
    if row > 1.0 - BORDER:
        sigma = math.hypot(sigma, CUT_FOOT_DOUBT)
    return Estimate(float(np.clip(metres, NEAREST, FARTHEST)), min(sigma, MOST_DOUBT))


def foot_distance(camera: Camera, box: tuple[float, float, float, float], confidence: float) -> Estimate:
    """Where an object that stands on the ground at height 0 meets it: at the foot of its box (fractions).

    `confidence`: of the horizon that the camera was posed by. FAR, and no more than a guess, if it is above the horizon.
    """
    foot = ((box[0] + box[2]) / 2.0, box[3])
    metres = distance_to_ground(camera, foot)
    if not math.isfinite(metres):
        return Estimate(FAR, MOST_DOUBT)
    direction = camera.pose[:3, :3] @ camera.ray(*foot)[1]
    below = math.asin(max(-1.0, min(1.0, -float(direction[2]))))
    angles = [camera.projection.elevation(row) for row in (0.0, 1.0)]
    view = abs((angles[0] or 0.0) - (angles[1] or 0.0))
    doubt = (LEAST_DOUBT + MORE_DOUBT * (1.0 - confidence)) * view
    sigma = math.hypot(HEIGHT_DOUBT, doubt / max(below, 1e-3))
    if foot[1] > 1.0 - BORDER:
        sigma = math.hypot(sigma, CUT_FOOT_DOUBT)
    return Estimate(float(np.clip(metres, NEAREST, FAR)), min(sigma, MOST_DOUBT))


def size_distance(label: str, box: tuple[float, float, float, float], camera: Camera) -> Estimate | None:
    """How far an object of its usual height must be to look as high as its box (fractions).

    None for unknown labels, for what goes on outside the picture above or below, and for cameras with parallel rays.
    """
    known = usual_height(label)
    if known is None:
        return None
    metres, spread = known
    x0, y0, x1, y1 = box
    top, level, bottom = (_slope(camera, (x0 + x1) / 2.0, y) for y in (y0, (y0 + y1) / 2.0, y1))
    if top <= bottom:  # parallel rays: an object looks as high at every distance
        return None
    if y0 < BORDER or y1 > 1.0 - BORDER:  # it goes on outside the picture
        return None
    distance = metres / max(top - bottom, 1e-4) * math.hypot(1.0, level)
    return Estimate(float(np.clip(distance, NEAREST, FARTHEST)), math.hypot(spread, BOX_DOUBT))


def _slope(camera: Camera, x: float, y: float) -> float:
    """The tangent of the angle by which the ray through a point rises in the camera's frame."""
    _, direction = camera.ray(x, y)
    return float(direction[1] / max(math.hypot(direction[0], direction[2]), 1e-9))


def combine(estimates: list[Estimate]) -> Estimate:
    """The weighted mean of logarithms, each weighing by how sure it is (inverse variance)."""
    weights = [1.0 / estimate.sigma**2 for estimate in estimates]
    mean = sum(w * math.log(e.metres) for w, e in zip(weights, estimates, strict=True)) / sum(weights)
    return Estimate(math.exp(mean), 1.0 / math.sqrt(sum(weights)))
