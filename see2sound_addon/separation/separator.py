"""What a separator is given and gives back, and the separators by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ..media.soundtrack import Soundtrack
from ..progress import Progress
from .changes import Change
from .embedded import separate


@dataclass(frozen=True)
class WantedStem:
    """A source to be taken out of a soundtrack.

    `kind`: its class; stems of one kind share what is learned. `examples`: mono signals (n,) of the class, at the soundtrack's
    rate. `axis`: (channels,) gains by which the direction of the source is panned, or None. `times`, `weights`: (k,) seconds
    and 0 to 1, how likely it sounds, such as when it is seen; none for always. `changes`: by hand.
    """

    name: str
    kind: str
    examples: list[np.ndarray]
    axis: np.ndarray | None = None
    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    weights: np.ndarray = field(default_factory=lambda: np.zeros(0))
    changes: tuple[Change, ...] = ()


@dataclass
class Separation:
    """`names`: of the stems. `heard`: whether each is in the soundtrack; if not, its stem is empty.

    `axes`: (stems, channels) unit vectors, how each is panned. `blocks`: (stems, channels, n) float32 that add up to the length
    of the soundtrack; what they leave of it is the bed. `notes`: for the user.
    """

    names: list[str]
    heard: list[bool]
    axes: np.ndarray
    blocks: Iterator[np.ndarray]
    notes: list[str] = field(default_factory=list)


class Separator(Protocol):
    """Takes stems out of a soundtrack; without any wanted, it finds parts of its own."""

    def __call__(self, soundtrack: Soundtrack, wanted: list[WantedStem], progress: Progress) -> Separation:
        """Errors: those of the separator."""
        ...


SEPARATORS: dict[str, Separator] = {"embedded": separate}
"""Named implementations."""
