"""Absorption coefficients of the surfaces of a room, by octave.

Absorption coefficients by the reverberation-room method, as the handbooks of room acoustics list them (Harris, "Handbook of
Acoustical Measurements and Noise Control", 1991, table 26.3; Everest and Pohlmann, "Master Handbook of Acoustics", 2009,
appendix). They list six octaves; the one at 8 kHz is taken to be like the one below.
"""

from __future__ import annotations

BANDS = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
"""Hz, the middles of the octaves."""

MATERIALS: dict[str, tuple[float, ...]] = {
    "acoustic tiles": (0.76, 0.93, 0.83, 0.99, 0.99, 0.94, 0.94),
    "audience": (0.39, 0.57, 0.80, 0.94, 0.92, 0.87, 0.87),
    "brick": (0.03, 0.03, 0.03, 0.04, 0.05, 0.07, 0.07),
    "carpet": (0.02, 0.06, 0.14, 0.37, 0.60, 0.65, 0.65),
    "carpet on pad": (0.08, 0.24, 0.57, 0.69, 0.71, 0.73, 0.73),
    "concrete": (0.01, 0.01, 0.015, 0.02, 0.02, 0.02, 0.02),
    "concrete block": (0.36, 0.44, 0.31, 0.29, 0.39, 0.25, 0.25),
    "curtain": (0.14, 0.35, 0.55, 0.72, 0.70, 0.65, 0.65),
    "glass": (0.18, 0.06, 0.04, 0.03, 0.02, 0.02, 0.02),
    "grass": (0.11, 0.26, 0.60, 0.69, 0.92, 0.99, 0.99),
    "gravel": (0.25, 0.60, 0.65, 0.70, 0.75, 0.80, 0.80),
    "marble": (0.01, 0.01, 0.01, 0.01, 0.02, 0.02, 0.02),
    "open": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    "plaster": (0.013, 0.015, 0.02, 0.03, 0.04, 0.05, 0.05),
    "plasterboard": (0.29, 0.10, 0.05, 0.04, 0.07, 0.09, 0.09),
    "snow": (0.45, 0.75, 0.90, 0.95, 0.95, 0.95, 0.95),
    "soil": (0.15, 0.25, 0.40, 0.55, 0.60, 0.60, 0.60),
    "water": (0.008, 0.008, 0.013, 0.015, 0.02, 0.025, 0.025),
    "window": (0.35, 0.25, 0.18, 0.12, 0.07, 0.04, 0.04),
    "wood floor": (0.15, 0.11, 0.10, 0.07, 0.06, 0.07, 0.07),
    "wood panels": (0.28, 0.22, 0.17, 0.09, 0.10, 0.11, 0.11),
}
"""`open` is no wall at all: nothing comes back."""
