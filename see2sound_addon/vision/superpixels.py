"""Superpixels: small patches of similar colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

LOOKING_SIDE = 384
"""Pixels; the longer side of the picture that is looked at. Larger shows more texture, not more objects."""
SHORTEST_SIDE = 48
"""Pixels; thin pictures are looked at larger, for a strip of few pixels has no patches."""
PATCHES = 400


@dataclass
class Superpixels:
    """`labels`: (height, width) int32, 0 to n-1. `size`: (n,) pixels. `lab`: (n, 3) mean colour in 8-bit CIE Lab.
    `centre`: (n, 2) x, y as fractions. `neighbours`: (m, 2) pairs that touch. `border`: indices at the picture's edge."""

    labels: np.ndarray
    size: np.ndarray
    lab: np.ndarray
    centre: np.ndarray
    neighbours: np.ndarray
    border: np.ndarray

    def __len__(self) -> int:
        return len(self.size)

    def mean(self, values: np.ndarray) -> np.ndarray:
        """The mean of a (height, width) array in each patch, (n,)."""
        return np.bincount(self.labels.ravel(), values.ravel(), len(self)) / self.size


def shrink(pixels: np.ndarray) -> np.ndarray:
    """(height, width, 3) uint8 with its longer side at most LOOKING_SIDE, unless the shorter one were below SHORTEST_SIDE."""
    scale = max(min(1.0, LOOKING_SIDE / max(pixels.shape[:2])), SHORTEST_SIDE / min(pixels.shape[:2]))
    if scale == 1.0:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def find_superpixels(pixels: np.ndarray) -> Superpixels:
    """SLICO superpixels (Achanta et al. 2012) of a small (height, width, 3) RGB picture."""
    height, width = pixels.shape[:2]
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    step = max(4, round(np.sqrt(height * width / PATCHES)))
    slic = cv2.ximgproc.createSuperpixelSLIC(cv2.GaussianBlur(lab, (3, 3), 0), cv2.ximgproc.SLICO, step, 10.0)
    slic.iterate(10)
    slic.enforceLabelConnectivity(25)
    labels = np.unique(slic.getLabels(), return_inverse=True)[1].reshape(height, width).astype(np.int32)
    count = int(labels.max()) + 1
    size = np.bincount(labels.ravel(), minlength=count).astype(float)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(labels.ravel(), values.ravel().astype(float), count) / size

    rows, columns = np.mgrid[:height, :width]
    return Superpixels(
        labels=labels,
        size=size,
        lab=np.stack([mean(lab[..., channel]) for channel in range(3)], axis=1),
        centre=np.stack([mean((columns + 0.5) / width), mean((rows + 0.5) / height)], axis=1),
        neighbours=_touching_pairs(labels),
        border=np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])),
    )


def _touching_pairs(labels: np.ndarray) -> np.ndarray:
    across = np.stack([labels[:, :-1].ravel(), labels[:, 1:].ravel()], axis=1)
    down = np.stack([labels[:-1].ravel(), labels[1:].ravel()], axis=1)
    pairs = np.concatenate([across, down])
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    return np.unique(pairs, axis=0) if len(pairs) else np.zeros((0, 2), np.int32)
