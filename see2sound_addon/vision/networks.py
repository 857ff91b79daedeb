"""Detectors that are ONNX networks, run by OpenCV.

Two kinds are known by the shapes of their outputs:

- NanoDet (RangiLyu/nanodet): for each level the scores of the classes (n, classes), and the distances of the four sides from
  the cell's centre as distributions (n, 4 k); a side is the expectation over 0 to k - 1, times the stride (Li et al.,
  "Generalized Focal Loss", arXiv 2006.04388).
- YOLOX (Ge et al., arXiv 2107.08430): one output (n, 5 + classes) for all levels: the box's centre and the logarithm of its
  size in strides, an objectness, and the scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..errors import See2SoundError
from ..objects import COCO
from ..paths import is_file
from ..weights.eyes import LARGEST
from .detectors import Detection

SIZES = (416, 640, 320)
"""Sides of the square inputs that are tried: of NanoDet, of YOLOX, of small ones."""
STRIDES = (8, 16, 32, 64)
MOST_BINS = 33
"""Bins of the distribution of a box's side."""
LEAST_SCORE = 0.35
"""Score from which on an object is reported."""
SAME_OBJECT = 0.5
"""Intersection over union above which two boxes of one class are one object."""
NANODET_MEAN, NANODET_SPREAD = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)
"""Of ImageNet, blue, green, red, as NanoDet was trained."""
GREY = 114
"""What YOLOX fills the border of its input with; NanoDet takes black."""


@dataclass(frozen=True)
class Letterbox:
    """A picture fitted into a square. `scale`: input pixels for each of the picture's. `left`, `top`: of the picture in it."""

    scale: float
    left: int
    top: int
    width: int
    height: int

    def boxes(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes (n, 4) in input pixels as fractions of the picture, within it."""
        offset = np.array([self.left, self.top] * 2, float)
        size = np.array([self.width, self.height] * 2, float)
        return np.clip((boxes - offset) / self.scale / size, 0.0, 1.0)


def fit(pixels: np.ndarray, side: int, fill: int, centred: bool) -> tuple[np.ndarray, Letterbox]:
    """A picture (height, width, 3) scaled whole into a square of `side` pixels, in its middle or its upper left corner."""
    height, width = pixels.shape[:2]
    scale = min(side / width, side / height)
    new = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrinks = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    left, top = ((side - new[0]) // 2, (side - new[1]) // 2) if centred else (0, 0)
    square = np.full((side, side, 3), fill, np.uint8)
    square[top : top + new[1], left : left + new[0]] = cv2.resize(pixels, new, interpolation=shrinks)
    return square, Letterbox(scale, left, top, width, height)


class Network:
    """A detector whose weights are an ONNX file. `Detector`: call it with a picture."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._net = _read(path)
        self.kind, self.side = self._try()

    def __call__(self, pixels: np.ndarray) -> list[Detection]:
        """The objects of a picture (height, width, 3) uint8 RGB, surest first."""
        nanodet = self.kind == "nanodet"
        square, place = fit(pixels, self.side, 0 if nanodet else GREY, centred=nanodet)
        outputs = self._run(_nanodet_input(square) if nanodet else _yolox_input(square))
        boxes, scores = decode_nanodet(outputs, self.side) if nanodet else decode_yolox(outputs[0], self.side)
        return _detections(place.boxes(boxes), scores, boxes)

    def _run(self, blob: np.ndarray) -> list[np.ndarray]:
        try:
            self._net.setInput(blob)
            names = self._net.getUnconnectedOutLayersNames()
            return [np.asarray(output, np.float32) for output in self._net.forward(names)]
        except (cv2.error, ValueError, IndexError) as error:
            raise _wrong(self._name, _reason(error)) from error

    def _try(self) -> tuple[str, int]:
        """What kind of network it is, and the size of its input, by what it answers to an empty picture."""
        failure: See2SoundError | None = None
        for side in SIZES:
            try:
                shapes = [output.shape for output in self._run(np.zeros((1, 3, side, side), np.float32))]
            except See2SoundError as error:
                failure = error
                continue
            if is_nanodet(shapes, side):
                return "nanodet", side
            if is_yolox(shapes, side):
                return "yolox", side
            failure = _wrong(self._name, "its outputs are not those of a NanoDet or YOLOX with COCO's classes")
        raise failure or _wrong(self._name, "it takes no picture")


def _read(path: Path) -> cv2.dnn.Net:
    if not is_file(path):
        raise See2SoundError("eye-missing", f"There is no detector at {str(path)[:300]}.", "Get it again, or check the path.")
    if path.stat().st_size > LARGEST:
        raise _wrong(path.name, f"it is larger than {LARGEST >> 20} MiB")
    try:
        # Through memory, for OpenCV opens no path with letters beyond ASCII on Windows.
        net = cv2.dnn.readNetFromONNX(np.frombuffer(path.read_bytes(), np.uint8))
        if net.empty():
            raise _wrong(path.name, "it is empty")
        net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
        net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
    except (cv2.error, OSError, ValueError, MemoryError) as error:
        raise _wrong(path.name, _reason(error)) from error
    return net


def _reason(error: Exception) -> str:
    if isinstance(error, cv2.error):
        return "OpenCV cannot run it as an ONNX network"
    return " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__


def _wrong(name: str, why: str) -> See2SoundError:
    return See2SoundError(
        "eye-wrong", f"{name} cannot be used as a detector: {why}.", "Use a NanoDet or YOLOX as ONNX, such as `light`."
    )


def _nanodet_input(square: np.ndarray) -> np.ndarray:
    planes = np.ascontiguousarray(square.transpose(2, 0, 1)[::-1], np.float32)
    planes -= np.array(NANODET_MEAN, np.float32)[:, None, None]
    planes /= np.array(NANODET_SPREAD, np.float32)[:, None, None]
    return planes[None]


def _yolox_input(square: np.ndarray) -> np.ndarray:
    """Red, green, blue, 0 to 255, as opencv_zoo documents its file; Megvii's own scripts feed blue, green, red."""
    return np.ascontiguousarray(square.transpose(2, 0, 1)[None], np.float32)


def _cells(side: int, stride: int) -> int:
    return math.ceil(side / stride) ** 2


def is_nanodet(shapes: list[tuple[int, ...]], side: int) -> bool:
    """Whether outputs are pairs of scores and distributions, one pair for each stride."""
    levels = len(shapes) // 2
    if len(shapes) % 2 or not 1 <= levels <= len(STRIDES):
        return False
    for stride, scores, sides in zip(STRIDES, shapes[::2], shapes[1::2], strict=False):
        count = _cells(side, stride)
        if _table(scores) != (count, len(COCO)) or _table(sides) is None or sides[-2] != count:
            return False
        if sides[-1] % 4 or not 4 < sides[-1] <= 4 * MOST_BINS:
            return False
    return True


def is_yolox(shapes: list[tuple[int, ...]], side: int) -> bool:
    """Whether the output is one table of boxes, objectness and scores for strides 8, 16 and 32."""
    return len(shapes) == 1 and _table(shapes[0]) == (sum(_cells(side, s) for s in STRIDES[:3]), 5 + len(COCO))


def _table(shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Rows and columns of an output, or None if it is more than one table."""
    return (shape[-2], shape[-1]) if len(shape) >= 2 and math.prod(shape[:-2]) == 1 else None


def decode_nanodet(outputs: list[np.ndarray], side: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, 4) in pixels of the input, and scores (n, classes)."""
    boxes, scores = [], []
    for stride, score, logits in zip(STRIDES, outputs[::2], outputs[1::2], strict=False):
        logits = logits.reshape(-1, 4, logits.shape[-1] // 4)
        weights = np.exp(logits - logits.max(axis=2, keepdims=True))
        sides = (weights / weights.sum(axis=2, keepdims=True)) @ np.arange(weights.shape[2]) * stride
        centre = (_grid(side, stride) + 0.5) * stride
        boxes.append(np.concatenate([centre - sides[:, :2], centre + sides[:, 2:]], axis=1))
        scores.append(score.reshape(len(sides), -1))
    return np.concatenate(boxes), np.concatenate(scores)


def decode_yolox(output: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, 4) in pixels of the input, and scores (n, classes)."""
    table = output.reshape(-1, output.shape[-1])
    grid = np.concatenate([_grid(side, stride) for stride in STRIDES[:3]])
    strides = np.concatenate([np.full((_cells(side, stride), 1), stride) for stride in STRIDES[:3]])
    centre, size = (table[:, :2] + grid) * strides, np.exp(np.minimum(table[:, 2:4], 20.0)) * strides
    return np.concatenate([centre - size / 2.0, centre + size / 2.0], axis=1), table[:, 4:5] * table[:, 5:]


def _grid(side: int, stride: int) -> np.ndarray:
    """Column and row of each cell, in rows: (n, 2)."""
    count = math.ceil(side / stride)
    return np.stack(np.meshgrid(np.arange(count), np.arange(count)), axis=-1).reshape(-1, 2).astype(float)


def _detections(fractions: np.ndarray, scores: np.ndarray, boxes: np.ndarray) -> list[Detection]:
    """What is likely, after non-maximum suppression for each class."""
    best, score = scores.argmax(axis=1), scores.max(axis=1)
    sound = np.isfinite(boxes).all(axis=1) & (score >= LEAST_SCORE)
    sound &= ((fractions[:, 2:] - fractions[:, :2]) > 0.0).all(axis=1)
    fractions, boxes, best, score = fractions[sound], boxes[sound], best[sound], score[sound]
    if not len(boxes):
        return []
    corners = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(corners.tolist(), score.tolist(), best.tolist(), LEAST_SCORE, SAME_OBJECT)
    found = []
    for number in np.ravel(kept):
        left, top, right, bottom = fractions[number].tolist()
        found.append(Detection(COCO[best[number]], (left, top, right, bottom), min(1.0, float(score[number]))))
    return sorted(found, key=lambda detection: -detection.score)
