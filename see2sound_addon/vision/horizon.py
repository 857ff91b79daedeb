"""Estimate the row of the horizon."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

USUAL_ROW = 0.45
"""Fraction of the height from the top: where photographers put a horizon when the picture does not tell."""
LINES_SIDE = 900
"""Pixels; the longer side of the picture in which straight lines are looked for."""


@dataclass(frozen=True)
class Horizon:
    """`row`: fraction of the picture's height from the top. `confidence`: 0 (a guess) to 1. `street`: whether straight lines
    from many sides meet on it."""

    row: float
    confidence: float
    street: bool = False


def find_horizon(pixels: np.ndarray, small: np.ndarray) -> Horizon:
    """Estimate the horizon of an RGB picture (height, width, 3), given also scaled down.

    Two witnesses: the vanishing point of straight receding lines (streets, rails), and one long level edge, such as a
    shore or a field's far end. The stronger one speaks, drawn towards the usual row by its weakness.
    """
    level, street = _level_edge(small), _vanishing_row(pixels)
    best = max(level, street, key=lambda horizon: horizon.confidence)
    row = best.confidence * best.row + (1.0 - best.confidence) * USUAL_ROW
    return Horizon(float(np.clip(row, 0.05, 0.95)), best.confidence, street.confidence > 0.5)


def _level_edge(pixels: np.ndarray) -> Horizon:
    """The row across which the colour changes most, over most of the width."""
    height = pixels.shape[0]
    lab = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), (0, 0), 2.0).astype(np.float32)
    reach = max(2, height // 60)
    step = np.linalg.norm(lab[2 * reach :] - lab[: -2 * reach], axis=2)
    # A level edge is one that most columns share; the lower quartile is robust against a few strong edges.
    shared = np.percentile(step, 35, axis=1)
    rows = (np.arange(len(shared)) + reach + 0.5) / height
    score = shared * np.exp(-((rows - USUAL_ROW - 0.05) ** 2) / (2.0 * 0.2**2))
    at = int(score.argmax())
    others = np.median(shared) + 2.0
    confidence = float(np.clip((shared[at] / others - 1.5) / 4.0, 0.0, 0.9))
    return Horizon(float(rows[at]), confidence)


def _vanishing_row(pixels: np.ndarray) -> Horizon:
    """The row where straight lines from many sides meet: in a street both kerbs, the roofs left and the roofs right."""
    scale = min(1.0, LINES_SIDE / max(pixels.shape[:2]))
    grey = cv2.cvtColor(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    middle, unit, length = _slanting_lines(grey)
    if len(length) < 20:
        return Horizon(USUAL_ROW, 0.0)
    points = _crossings(middle, unit, (width, height))
    if len(points) == 0:
        return Horizon(USUAL_ROW, 0.0)
    towards = points[:, None] - middle[None]
    distance = np.hypot(towards[..., 0], towards[..., 1])
    miss = np.abs(towards[..., 0] * unit[:, 1] - towards[..., 1] * unit[:, 0]) / np.maximum(distance, 1.0)
    # A line speaks for a point that it aims at and does not itself reach.
    weight = ((miss < 0.04) & (distance > 0.8 * length)) * length / length.sum()
    sector = np.floor((np.arctan2(towards[..., 1], towards[..., 0]) + np.pi) / (np.pi / 3.0)).clip(0, 5)
    sides = sum((weight * (sector == s)).sum(axis=1) > 0.03 for s in range(6))
    support = weight.sum(axis=1) * (sides >= 4)
    best = int(support.argmax())
    return Horizon(float(points[best, 1] / height), float(np.clip((support[best] - 0.12) / 0.2, 0.0, 0.9)))


def _slanting_lines(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middles (n, 2), unit directions (n, 2) and lengths (n,) of the longest lines that are neither level nor upright."""
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    if found is None:
        return np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0)
    ends = found[:, 0].astype(float)
    direction = ends[:, 2:] - ends[:, :2]
    length = np.hypot(*direction.T)
    slope = np.arctan2(direction[:, 1], direction[:, 0]) % np.pi
    slanting = (np.minimum(slope, np.pi - slope) > 0.07) & (np.abs(slope - np.pi / 2.0) > 0.2)
    keep = np.flatnonzero(slanting & (length > 0.025 * grey.shape[1]))
    keep = keep[np.argsort(-length[keep], kind="stable")[:150]]
    middle = (ends[keep, :2] + ends[keep, 2:]) / 2.0
    return middle, direction[keep] / length[keep, None], length[keep]


def _crossings(middle: np.ndarray, unit: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Where pairs of the lines meet within the picture, (k, 2), at most about 1500."""
    normal = np.stack([-unit[:, 1], unit[:, 0]], axis=1)
    offset = (normal * middle).sum(axis=1)
    i, j = np.triu_indices(len(unit), 1)
    determinant = normal[i, 0] * normal[j, 1] - normal[i, 1] * normal[j, 0]
    meet = np.abs(determinant) > 0.15
    i, j, determinant = i[meet], j[meet], determinant[meet]
    x = (offset[i] * normal[j, 1] - offset[j] * normal[i, 1]) / determinant
    y = (offset[j] * normal[i, 0] - offset[i] * normal[j, 0]) / determinant
    width, height = size
    inside = (x > 0.1 * width) & (x < 0.9 * width) & (y > 0.15 * height) & (y < 0.9 * height)
    points = np.stack([x, y], axis=1)[inside]
    return points[:: max(1, len(points) // 1500)]
