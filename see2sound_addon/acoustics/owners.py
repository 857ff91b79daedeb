"""Which bodies are a source's own: they hide nothing of it."""

from __future__ import annotations

from ..soundscene import Source
from .geometry import Geometry


def own_bodies(geometry: Geometry, sources: list[Source]) -> list[frozenset[int]]:
    """For each source, the numbers of its object's own body, those of its children, and those that move along with it."""
    return [
        frozenset(number for number, body in enumerate(geometry.bodies) if _is_own(body.owners, body.group, source, geometry))
        for source in sources
    ]


def _is_own(owners: tuple[str, ...], group: str, source: Source, geometry: Geometry) -> bool:
    if not source.object:
        return False
    moves_along = bool(group) and geometry.groups.get(source.object, "") == group
    return source.object in owners or moves_along
