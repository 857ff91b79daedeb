"""Real spherical harmonics in AmbiX: ACN order, SN3D normalisation, no Condon-Shortley phase.

Nachbar, Zotter, Deleflie, Sontacchi, "AmbiX - a suggested ambisonics format", 2011.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import eval_legendre

from .kernels import kernel

HIGHEST_ORDER = 7


def channels(order: int) -> int:
    """How many channels an order has."""
    return (order + 1) ** 2


def encode(direction: np.ndarray, order: int, order_gains: np.ndarray | None = None) -> np.ndarray:
    """SN3D harmonics (n, (order + 1)^2) of unit vectors (n, 3), x front, y left, z up.

    `order_gains` (n, order + 1) weighs each order, for sources that are very near or ambient.
    """
    harmonics = kernel().encode(direction, order)
    if order_gains is not None:
        for n in range(1, order + 1):
            harmonics[:, n * n : (n + 1) ** 2] *= order_gains[:, n : n + 1]
    return harmonics


def cap_orders(order: int, spread: float) -> np.ndarray:
    """(order + 1,): what is left of each order when a source is spread evenly over a cap, `spread` radians across.

    The mean of a Legendre polynomial over the cap (Zotter and Frank, "Ambisonics", 2019, appendix A.3).
    """
    gains = np.ones(order + 1)
    if spread > 0.0:
        cosine = math.cos(min(spread / 2.0, math.pi))
        for n in range(1, order + 1):
            gains[n] = (eval_legendre(n - 1, cosine) - eval_legendre(n + 1, cosine)) / ((2 * n + 1) * (1.0 - cosine))
    return gains
