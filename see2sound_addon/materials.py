"""Surfaces: what they absorb, by octave, and how heavy a wall of them is.

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
    "metal": (0.01, 0.01, 0.01, 0.01, 0.02, 0.02, 0.02),
    "plaster": (0.013, 0.015, 0.02, 0.03, 0.04, 0.05, 0.05),
    "plasterboard": (0.29, 0.10, 0.05, 0.04, 0.07, 0.09, 0.09),
    "snow": (0.45, 0.75, 0.90, 0.95, 0.95, 0.95, 0.95),
    "soil": (0.15, 0.25, 0.40, 0.55, 0.60, 0.60, 0.60),
    "water": (0.008, 0.008, 0.013, 0.015, 0.02, 0.025, 0.025),
    "window": (0.35, 0.25, 0.18, 0.12, 0.07, 0.04, 0.04),
    "wood floor": (0.15, 0.11, 0.10, 0.07, 0.06, 0.07, 0.07),
    "wood panels": (0.28, 0.22, 0.17, 0.09, 0.10, 0.11, 0.11),
}
"""`open` is no wall at all: nothing comes back. `metal` is taken to be as hard and smooth as marble."""

WEIGHTS: dict[str, tuple[float, float]] = {
    "acoustic tiles": (350.0, 0.02),
    "audience": (50.0, 0.3),
    "brick": (1800.0, 0.115),
    "carpet": (200.0, 0.01),
    "carpet on pad": (150.0, 0.015),
    "concrete": (2300.0, 0.15),
    "concrete block": (1200.0, 0.19),
    "curtain": (250.0, 0.002),
    "glass": (2500.0, 0.006),
    "grass": (1500.0, 1.0),
    "gravel": (1700.0, 0.5),
    "marble": (2700.0, 0.03),
    "metal": (7850.0, 0.001),
    "open": (0.0, 0.0),
    "plaster": (1300.0, 0.1),
    "plasterboard": (700.0, 0.025),
    "snow": (300.0, 0.3),
    "soil": (1500.0, 1.0),
    "water": (1000.0, 1.0),
    "window": (2500.0, 0.004),
    "wood floor": (600.0, 0.03),
    "wood panels": (600.0, 0.02),
}
"""Density in kg/m³, and the usual thickness in metres of a wall that is modelled without one (usual values of building
materials, as EN ISO 10456 and manufacturers list them)."""

USUAL = "concrete block"
"""Of surfaces whose names say nothing: it stops sound as most walls do, and absorbs about a third."""
