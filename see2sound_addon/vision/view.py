"""Everything that is measured of a picture once, for all backends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .horizon import Horizon, find_horizon
from .saliency import saliency
from .superpixels import Superpixels, find_superpixels, shrink
from .surfaces import measure_surfaces


@dataclass
class View:
    """`pixels`: the picture (height, width, 3). `small`: the same at the size that is looked at. `salient`: (n,).
    `surfaces`: name to membership (n,). `plain`: (n,) how surely a patch is silent background (sky or bare ground)."""

    pixels: np.ndarray
    small: np.ndarray
    patches: Superpixels
    salient: np.ndarray
    surfaces: dict[str, np.ndarray]
    plain: np.ndarray
    horizon: Horizon


def measure_view(pixels: np.ndarray, horizon_row: float | None = None) -> View:
    """Measure a picture; `horizon_row` (fraction from the top) is what the user knows better than we do."""
    small = shrink(pixels)
    patches = find_superpixels(small)
    surfaces = measure_surfaces(small, patches)
    sky = surfaces["sky"]
    horizon = find_horizon(pixels, small)
    if horizon_row is not None:
        horizon = Horizon(horizon_row, 1.0, horizon.street)
    plain = np.clip(sky + np.maximum(surfaces["sand"], surfaces["snow"]), 0.0, 1.0)
    return View(pixels, small, patches, saliency(patches), surfaces, plain, horizon)
