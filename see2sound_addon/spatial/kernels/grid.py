"""The grids that the engine computes on, at absolute places, so that no result depends on where blocks begin."""

from __future__ import annotations

import numpy as np

STEP = 64
"""Samples between control points: 1.3 ms at 48 kHz."""
HOP = 256
"""Samples between filters, and between the responses of a head, that a moving source fades through; a multiple of STEP."""
WINDOW = np.bartlett(2 * HOP + 1)[:-1].astype(np.float32)
"""(2 HOP,): windows HOP apart add up to one."""
SPREAD = HOP
"""Samples that a filter which changes over time spreads a sound to either side."""
MARGIN = 2 * HOP + SPREAD
"""Samples that such a filter needs on either side."""
EDGE = 1e-9
"""How far outside a face, by its smallest gain, a direction may lie and still be taken to be on its edge."""


def is_steady(values: np.ndarray) -> bool:
    """Whether values (n, ...) are the same at all control points."""
    return bool((values[0] == values[-1]).all()) and not np.ptp(values, axis=0).any()
