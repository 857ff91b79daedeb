"""How the background moves from one frame to the next: what the camera does."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from ...projection import Projection

SIDE, WIDE_SIDE = 480, 960
"""Pixels; the longer side of the pictures in which movement is measured, and that of panoramas."""
CELLS, IN_CELL, APART = 6, 12, 6
"""Corners of the background are taken from so many cells across the longer side, or an object with strong edges had them all;
how many in each, and the pixels between them."""
FLAT = 1.5
"""Deviation of grey values below which a cell has no corners but noise."""
WINDOW, LEVELS = (15, 15), 3
"""Of the optical flow by Lucas and Kanade, in pyramids (Bouguet 2000)."""
COMES_BACK = 0.8
"""Pixels: a point that is followed there and back ends this close to where it began (Kalal et al. 2010)."""
FITS = 1.5
"""Pixels by which a point may miss the movement of the background."""
LEAST_POINTS = 12
SAMPLES = 7
"""Points a side of the grid that tells the camera's rotation."""


@dataclass(frozen=True)
class Small:
    """A frame as movement is measured in it. `grey`: (height, width) uint8. `colours`: a histogram that adds up to one."""

    grey: np.ndarray
    hsv: np.ndarray
    colours: np.ndarray


@dataclass(frozen=True)
class Shift:
    """`matrix`: (3, 3), from pixels of the earlier frame to those of the later one. `share`: of its points that fit."""

    matrix: np.ndarray
    share: float

    def move(self, points: np.ndarray) -> np.ndarray:
        """Where points (n, 2) of the earlier frame go with the background, float64."""
        if not len(points):
            return np.zeros((0, 2))
        return np.asarray(cv2.perspectiveTransform(np.asarray(points, np.float64)[:, None], self.matrix)[:, 0])


def small_of(pixels: np.ndarray, side: int = SIDE) -> Small:
    """A frame (height, width, 3) uint8 RGB, made small: its longer side has `side` pixels."""
    scale = side / max(pixels.shape[:2])
    size = (max(16, round(pixels.shape[1] * scale)), max(16, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR)
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    return Small(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), hsv, colours_of(hsv))


def colours_of(hsv: np.ndarray) -> np.ndarray:
    """The histogram of hues, saturations and values of pixels (height, width, 3), (512,) float32."""
    histogram = cv2.calcHist([np.ascontiguousarray(hsv)], [0, 1, 2], None, [8, 8, 8], [0, 180, 0, 256, 0, 256]).ravel()
    return np.asarray(histogram / max(1.0, histogram.sum()), np.float32)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """How alike two histograms are, 0 to 1 (the coefficient of Bhattacharyya)."""
    return float(np.sqrt(one * other).sum())


def corners(grey: np.ndarray, most: int) -> np.ndarray:
    """Points (n, 2) float32 that can be followed (Shi and Tomasi 1994)."""
    found = cv2.goodFeaturesToTrack(grey, most, 0.01, APART)
    return np.zeros((0, 2), np.float32) if found is None else np.asarray(found[:, 0], np.float32)


def corners_all_over(grey: np.ndarray) -> np.ndarray:
    """Points (n, 2) float32 that can be followed, from all parts of a picture."""
    height, width = grey.shape
    side = max(grey.shape) / CELLS
    rows, columns = max(1, round(height / side)), max(1, round(width / side))
    found: list[np.ndarray] = [np.zeros((0, 2), np.float32)]
    for top, bottom in _parts(height, rows):
        for left, right in _parts(width, columns):
            cell = np.ascontiguousarray(grey[top:bottom, left:right])
            if cell.std() > FLAT:
                found.append(corners(cell, IN_CELL) + np.array([left, top], np.float32))
    return np.concatenate(found)


def _parts(length: int, count: int) -> list[tuple[int, int]]:
    edges = np.linspace(0, length, count + 1).round().astype(int).tolist()
    return list(zip(edges, edges[1:], strict=False))


@dataclass(frozen=True)
class Flow:
    """Points (n, 2) of a picture, where they are in the next frame (n, 2), and whether they could be followed (n,)."""

    before: np.ndarray
    after: np.ndarray
    good: np.ndarray

    @property
    def share(self) -> float:
        """Of the points that could be followed."""
        return float(self.good.mean()) if len(self.good) else 0.0

    def only(self, which: np.ndarray | slice) -> Flow:
        """That of some of the points."""
        return Flow(self.before[which], self.after[which], self.good[which])


def flow_between(earlier: Small, later: Small) -> Flow:
    """Follow corners from all over a picture into the next one."""
    return flow_of(earlier, later, corners_all_over(earlier.grey))


def flow_of(earlier: Small, later: Small, points: np.ndarray) -> Flow:
    """Follow points (n, 2) into the next picture, and back again, which tells whether it was right."""
    if not len(points):
        return Flow(points, points, np.zeros(0, bool))
    points = np.ascontiguousarray(points, np.float32)
    there, seen, _ = cv2.calcOpticalFlowPyrLK(earlier.grey, later.grey, points[:, None], None, winSize=WINDOW, maxLevel=LEVELS)
    back, again, _ = cv2.calcOpticalFlowPyrLK(later.grey, earlier.grey, there, None, winSize=WINDOW, maxLevel=LEVELS)
    missed = np.linalg.norm(back[:, 0] - points, axis=1)
    return Flow(points, there[:, 0], (seen.ravel() == 1) & (again.ravel() == 1) & (missed < COMES_BACK))


def flows_together(earlier: Small, later: Small, own: np.ndarray) -> tuple[Flow, Flow]:
    """The flow of corners from all over a picture, and that of points (n, 2), at once, which is faster."""
    ground = corners_all_over(earlier.grey)
    flow = flow_of(earlier, later, np.concatenate([ground, own]))
    cut = len(ground)
    return flow.only(slice(cut)), flow.only(slice(cut, None))


def shift_of(flow: Flow) -> Shift:
    """The movement of the background by the flow of its points."""
    if flow.good.sum() < LEAST_POINTS:
        return Shift(np.eye(3), 0.0)
    cv2.setRNGSeed(0)
    matrix, fits = cv2.findHomography(flow.before[flow.good], flow.after[flow.good], cv2.RANSAC, FITS)
    if matrix is None or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-6:
        return Shift(np.eye(3), 0.0)
    return Shift(matrix, float(fits.mean()))


def turn_of(shift: Shift, size: tuple[int, int], projection: Projection) -> np.ndarray:
    """The rotation (3, 3) of the camera, from its frame after to its frame before a shift in a picture of `size` pixels.

    It fits the directions of a grid of points before and after best (Kabsch 1976). A camera with parallel rays does not turn.
    """
    if projection.field_of_view == 0.0:
        return np.eye(3)
    steps = (np.arange(SAMPLES) + 0.5) / SAMPLES
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    scale = np.array(size, float)
    _, before = projection.rays(grid)
    _, after = projection.rays(shift.move(grid * scale) / scale)
    return np.asarray(Rotation.align_vectors(before, after)[0].as_matrix())
