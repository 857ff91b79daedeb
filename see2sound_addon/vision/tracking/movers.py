"""What moves against the background: no detector needs to know it.

A pixel moves if it differs from what the background alone would put there, from the frame before as from the frame after
(so no ghost is left where an object was), and if the optical flow there is not that of the background.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .background import Shift

DIFFERS = 8
"""Of 255: more than noise and compression do. Neighbouring pixels are compared, too, for a shift is exact to a pixel only."""
FLOWS = 0.8
"""Pixels a frame against the background."""
CLOSES, OPENS = 11, 5
"""Pixels: holes that are closed in a moving object, and specks that are dropped."""
SMALLEST = 60
"""Pixels."""
MOST_MOVING = 0.35
"""Share of the picture: where more of it moves, the background was not found."""
LEAST_SURE = 0.35
"""Share of the background's points that must agree."""
NEAR, TOGETHER = 0.6, 0.5
"""Parts of one object: gap in sizes of the larger one, and difference of their movement as a share of it."""
MOST_GAP = 40.0
"""Pixels."""
_FLOW = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)


@dataclass(frozen=True)
class Mover:
    """`box`: (4,) left, top, right, bottom, pixels. `velocity`: (2,) pixels a frame against the background. `area`: pixels."""

    box: np.ndarray
    velocity: np.ndarray
    area: float


def residual_flow(earlier: np.ndarray, later: np.ndarray, shift: Shift) -> np.ndarray:
    """The optical flow (height, width, 2) against the background, seen in the later frame: from where it was to where it is."""
    size = later.shape[::-1]
    still = cv2.warpPerspective(earlier, shift.matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(-_FLOW.calc(later, still, None))


def find_movers(
    grey: np.ndarray, before: np.ndarray, to_here: np.ndarray, after: np.ndarray, from_after: np.ndarray, flow: np.ndarray
) -> list[Mover]:
    """Moving objects in a frame.

    `grey`: the frame (height, width). `before`, `after`: others, with the movement of the background from each to this one,
    (3, 3). `flow`: `residual_flow` in this frame.
    """
    speed = np.linalg.norm(flow, axis=2)
    differs = np.minimum(_difference(grey, before, to_here), _difference(grey, after, from_after)) > DIFFERS
    moving = (differs & (speed > FLOWS)).astype(np.uint8)
    if moving.mean() > MOST_MOVING:
        return []
    whole = cv2.morphologyEx(moving, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (CLOSES, CLOSES)))
    whole = cv2.morphologyEx(whole, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (OPENS, OPENS)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(whole)
    found = []
    for number in range(1, count):
        x, y, width, height, area = stats[number]
        if area < SMALLEST:
            continue
        window = (slice(y, y + height), slice(x, x + width))
        inside = (labels[window] == number) & (moving[window] > 0)
        if inside.any():
            velocity = np.median(flow[window][inside], axis=0).astype(float)
            found.append(Mover(np.array([x, y, x + width, y + height], float), velocity, float(area)))
    return _joined(found)


def _difference(grey: np.ndarray, other: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """By how much pixels lie outside what the other frame has there, within a pixel; 0 where that shows nothing."""
    size = grey.shape[::-1]
    warped = cv2.warpPerspective(other, matrix, size, flags=cv2.INTER_LINEAR)
    shown = cv2.warpPerspective(np.full_like(other, 255), matrix, size, flags=cv2.INTER_NEAREST)
    near = np.ones((3, 3), np.uint8)
    lowest, highest = cv2.erode(warped, near), cv2.dilate(warped, near)
    outside = cv2.max(cv2.subtract(grey, highest), cv2.subtract(lowest, grey))
    outside[cv2.erode(shown, np.ones((7, 7), np.uint8), borderValue=0) == 0] = 0
    return np.asarray(outside)


def _joined(found: list[Mover]) -> list[Mover]:
    """Parts that are close together and move alike are one object."""
    parts = sorted(found, key=lambda one: -one.area)
    whole: list[Mover] = []
    while parts:
        one = parts.pop(0)
        again = True
        while again:
            mates = [other for other in parts if _belongs(one, other)]
            again = bool(mates)
            for mate in mates:
                box = np.concatenate([np.minimum(one.box[:2], mate.box[:2]), np.maximum(one.box[2:], mate.box[2:])])
                area = one.area + mate.area
                velocity = (one.velocity * one.area + mate.velocity * mate.area) / area
                one, parts = Mover(box, velocity, area), [part for part in parts if part is not mate]
        whole.append(one)
    return whole


def _belongs(one: Mover, other: Mover) -> bool:
    gap = np.maximum(np.maximum(one.box[:2] - other.box[2:], other.box[:2] - one.box[2:]), 0.0)
    size = max((one.box[2:] - one.box[:2]).max(), (other.box[2:] - other.box[:2]).max())
    fast = max(np.linalg.norm(one.velocity), np.linalg.norm(other.velocity))
    near = float(np.hypot(*gap)) <= min(NEAR * size, MOST_GAP)
    return bool(near and np.linalg.norm(one.velocity - other.velocity) <= TOGETHER * fast + 0.5)
