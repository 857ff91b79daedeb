"""Numbers of points that shapes have, in pictures and in what Blender keeps of them. Light: properties import it."""

from __future__ import annotations

AREA_SPLITS = 3
"""How many times a region is halved for the points of an area source."""
AREA_POINTS = 2**AREA_SPLITS
OUTLINE_POINTS = 32
