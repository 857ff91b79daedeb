"""Changes by hand to what a separator finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """More or less of a stem for a time: `decibels` from `begin` to `end`, seconds."""

    begin: float
    end: float
    decibels: float
