"""Detectors: name objects and box them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from ..findings import Box
from .boxes import inside

DETECTING_SIDE = 800
"""Pixels; the longer side of the picture given to the detectors."""


@dataclass(frozen=True)
class Detection:
    """`label`: a class of `objects.OBJECTS`. `box`: x0, y0, x1, y1 of the whole object as fractions. `score`: 0 to 1."""

    label: str
    box: Box
    score: float


class Detector(Protocol):
    """Find objects of known classes in a picture."""

    def __call__(self, pixels: np.ndarray) -> list[Detection]:
        """The objects of a picture (height, width, 3) uint8 RGB, surest first."""
        ...


def detect_by_cascades(pixels: np.ndarray) -> list[Detection]:
    """The embedded detector: upright people, frontal faces, cat faces and number plates, by what OpenCV carries."""
    scale = min(1.0, DETECTING_SIDE / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    grey = cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
    found = _cats(grey) + _faces(grey, small) + _people(small) + _plates(grey)
    found.sort(key=lambda detection: -detection.score)
    kept: list[Detection] = []
    for detection in found:
        if all(inside(detection.box, other.box) < 0.4 for other in kept):
            kept.append(detection)
    return kept


@cache
def _classifier(name: str) -> cv2.CascadeClassifier:
    """One of OpenCV's classifiers, read once: each reading takes memory that OpenCV does not give back."""
    # Through memory, for OpenCV opens no path with letters beyond ASCII on Windows.
    text = (Path(cv2.__file__).parent / "data" / name).read_text(encoding="utf-8")
    stored = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
    classifier = cv2.CascadeClassifier()
    classifier.read(stored.getFirstTopLevelNode())
    stored.release()
    return classifier


def _cascade(grey: np.ndarray, name: str, smallest: float, neighbours: int) -> list[tuple[np.ndarray, float]]:
    classifier = _classifier(name)
    side = max(20, round(smallest * min(grey.shape)))
    boxes, _, weights = classifier.detectMultiScale3(
        grey, scaleFactor=1.1, minNeighbors=neighbours, minSize=(side, side), outputRejectLevels=True
    )
    return [(box, float(weight)) for box, weight in zip(boxes, np.ravel(weights), strict=True)]


def _faces(grey: np.ndarray, pixels: np.ndarray) -> list[Detection]:
    """Faces that two cascades agree upon and that have the colour of skin; the box is of the whole body below."""
    others = [box for box, _ in _cascade(grey, "haarcascade_frontalface_default.xml", 0.05, 6)]
    found = []
    for box, weight in _cascade(grey, "haarcascade_frontalface_alt2.xml", 0.05, 6):
        agreed = any(inside(_corners(box), _corners(other)) > 0.4 for other in others)
        if agreed and _skin(pixels, box) > 0.35:
            x, y, w, h = (float(v) for v in box)
            # A face is an eighth of a standing body's height and a third of its shoulders' width.
            found.append(_make("person", (x - w, y - 0.3 * h, x + 2 * w, y + 7.2 * h), grey.shape, 0.7 + 0.02 * weight))
    return found


def _skin(pixels: np.ndarray, box: np.ndarray) -> float:
    """The share of skin-coloured pixels in a box (Chai and Ngan's CrCb bounds, 1999)."""
    x, y, w, h = box
    ycrcb = cv2.cvtColor(np.ascontiguousarray(pixels[y : y + h, x : x + w]), cv2.COLOR_RGB2YCrCb)
    return float(((ycrcb[..., 1] >= 133) & (ycrcb[..., 1] <= 177) & (ycrcb[..., 2] >= 77) & (ycrcb[..., 2] <= 127)).mean())


def _cats(grey: np.ndarray) -> list[Detection]:
    found = []
    for (x, y, w, h), weight in _cascade(grey, "haarcascade_frontalcatface_extended.xml", 0.12, 5):
        found.append(_make("cat", (x - 0.4 * w, y - 0.3 * h, x + 1.4 * w, y + 1.6 * h), grey.shape, 0.6 + 0.02 * weight))
    return found


def _plates(grey: np.ndarray) -> list[Detection]:
    found = []
    for (x, y, w, h), weight in _cascade(grey, "haarcascade_russian_plate_number.xml", 0.05, 8):
        # A car is about 3.4 plates wide and 2.9 plates high, most of it above the plate.
        middle, bottom = x + w / 2.0, y + h + 0.5 * w
        box = (middle - 1.7 * w, bottom - 2.9 * w, middle + 1.7 * w, bottom)
        found.append(_make("car", box, grey.shape, 0.5 + 0.02 * weight))
    return found


def _people(pixels: np.ndarray) -> list[Detection]:
    """Histograms of oriented gradients, Dalal and Triggs 2005, with OpenCV's own trained weights."""
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(cv2.HOGDescriptor.getDefaultPeopleDetector())
    if pixels.shape[0] < 128 or pixels.shape[1] < 64:
        return []
    boxes, weights = hog.detectMultiScale(pixels, winStride=(8, 8), padding=(8, 8), scale=1.08)
    found = []
    for (x, y, w, h), weight in zip(boxes, np.ravel(weights), strict=True):
        if weight > 1.25:
            # The detector's window has a margin of an eighth at each side of the person.
            box = (x + 0.15 * w, y + 0.06 * h, x + 0.85 * w, y + 0.94 * h)
            found.append(_make("person", box, pixels.shape, min(0.95, 0.3 + 0.35 * float(weight))))
    return found


def _make(label: str, box: Box, shape: tuple[int, ...], score: float) -> Detection:
    height, width = shape[:2]
    x0, y0, x1, y1 = box
    inside = (max(x0 / width, 0.0), max(y0 / height, 0.0), min(x1 / width, 1.0), min(y1 / height, 1.0))
    return Detection(label, inside, float(np.clip(score, 0.0, 1.0)))


def _corners(box: np.ndarray) -> Box:
    x, y, w, h = (float(v) for v in box)
    return x, y, x + w, y + h


DETECTORS: dict[str, Detector] = {"embedded": detect_by_cascades}
