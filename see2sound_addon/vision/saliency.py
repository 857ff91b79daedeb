"""What stands out: boundary-connectivity saliency, after Zhu, Liang, Wei and Sun, "Saliency Optimization from Robust
Background Detection", CVPR 2014. Equation numbers below are the paper's."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from .superpixels import Superpixels

COLOUR_SPREAD = 10.0
"""Lab units (sigma_clr): how far apart two colours may be and still count as one surface."""
BOUNDARY_SPREAD = 1.0
SPACE_SPREAD = 0.25


def saliency(patches: Superpixels) -> np.ndarray:
    """How much each patch belongs to an object rather than the background, (n,) from 0 to 1; zeros where nothing does."""
    colour_distance = np.linalg.norm(patches.lab[:, None] - patches.lab[None], axis=2)
    background = _background_probability(patches, colour_distance)
    contrast = _weighted_contrast(patches, colour_distance, background)
    if contrast.max() < 1e-6:
        return np.zeros(len(patches))
    return _optimise(patches, colour_distance, background, contrast / contrast.max())


def _background_probability(patches: Superpixels, colour_distance: np.ndarray) -> np.ndarray:
    """Eq. 3 to 6: a patch is background when the surface it belongs to runs along the picture's border."""
    count = len(patches)
    at_border = np.zeros(count)
    at_border[patches.border] = 1.0
    border_pairs = np.array([(a, b) for i, a in enumerate(patches.border) for b in patches.border[i + 1 :]]).reshape(-1, 2)
    edges = np.concatenate([patches.neighbours, border_pairs]).astype(int)
    lengths = colour_distance[edges[:, 0], edges[:, 1]]
    # Neighbouring patches of one surface differ a little; such noise must not add up along a path.
    lengths = np.maximum(lengths - 2.0 * _closest_neighbour(patches, colour_distance), 0.0) + 1e-6
    graph = (
        coo_matrix((lengths, (edges[:, 0], edges[:, 1])), (count, count))
        .tocsr()
        .maximum(coo_matrix((lengths, (edges[:, 1], edges[:, 0])), (count, count)).tocsr())
    )
    similarity = np.exp(-(dijkstra(graph, directed=False) ** 2) / (2.0 * COLOUR_SPREAD**2))
    spanning_area = similarity.sum(axis=1)
    border_length = similarity @ at_border
    connectivity = border_length / np.sqrt(spanning_area)
    return 1.0 - np.exp(-(connectivity**2) / (2.0 * BOUNDARY_SPREAD**2))


def _closest_neighbour(patches: Superpixels, colour_distance: np.ndarray) -> float:
    closest = np.full(len(patches), np.inf)
    a, b = patches.neighbours[:, 0], patches.neighbours[:, 1]
    np.minimum.at(closest, a, colour_distance[a, b])
    np.minimum.at(closest, b, colour_distance[a, b])
    known = closest[np.isfinite(closest)]
    return float(known.mean()) if len(known) else 0.0


def _weighted_contrast(patches: Superpixels, colour_distance: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Eq. 7: colour contrast against what is probably background, nearer patches counting more."""
    space_distance = np.linalg.norm(patches.centre[:, None] - patches.centre[None], axis=2)
    nearness = np.exp(-(space_distance**2) / (2.0 * SPACE_SPREAD**2))
    return (colour_distance * nearness * background[None]).sum(axis=1)


def _optimise(patches: Superpixels, colour_distance: np.ndarray, background: np.ndarray, foreground: np.ndarray) -> np.ndarray:
    """Eq. 9: the least-squares compromise of background, foreground and smoothness between similar neighbours."""
    count = len(patches)
    foreground = foreground * (1.0 - background)
    a, b = patches.neighbours[:, 0], patches.neighbours[:, 1]
    weight = np.exp(-(colour_distance[a, b] ** 2) / (2.0 * COLOUR_SPREAD**2)) + 0.1
    smooth = np.zeros((count, count))
    smooth[a, b] = weight
    smooth += smooth.T
    system = np.diag(smooth.sum(axis=1) + background + foreground + 1e-9) - smooth
    result = np.linalg.solve(system, foreground)
    span = float(np.ptp(result))
    return (result - result.min()) / span if span > 1e-9 else np.zeros(count)
