"""Draw lines in a region's pixels, for draw handlers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bpy
import gpu
from gpu_extras.batch import batch_for_shader


def draw_ring(region: bpy.types.Region, ring: Iterable[Sequence[float]], colour: Sequence[float], width: float) -> None:
    """A closed line through points x, y. `width`: pixels."""
    points = [(point[0], point[1], 0.0) for point in ring]
    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    shader.bind()
    shader.uniform_float("viewportSize", (region.width, region.height))
    shader.uniform_float("lineWidth", width)
    shader.uniform_float("color", colour)
    batch_for_shader(shader, "LINE_STRIP", {"pos": [*points, points[0]]}).draw(shader)
