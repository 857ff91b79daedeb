"""The table of procedural models, and how a model enters it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..circle import Circle

Make = Callable[..., np.ndarray]
"""From a Circle and the parameters by name to a signal (n,) of any level."""


@dataclass(frozen=True)
class Range:
    """A parameter: its usual value, its bounds, its unit ("" for a share from 0 to 1) and its meaning."""

    default: float
    low: float
    high: float
    unit: str
    meaning: str

    def at(self, share: float) -> float:
        """The value at a share of the range: 0 the lowest, 1 the highest; evenly in ratio where the range is wide."""
        share = min(max(share, 0.0), 1.0)
        if self.low > 0.0 and self.high / self.low > 8.0:
            value = self.low * (self.high / self.low) ** share
        else:
            value = self.low + share * (self.high - self.low)
        return float(min(max(value, self.low), self.high))


@dataclass(frozen=True)
class Model:
    """A procedural model. `events`: what an event of it is, in the plural ("barks"); empty if it has none.

    `steady`: the parameters that `make` takes as one value for the whole sound; of a curve it takes the mean.
    """

    name: str
    make: Make
    parameters: dict[str, Range]
    events: str
    steady: tuple[str, ...] = ()

    def __call__(self, circle: Circle, **values: float | np.ndarray) -> np.ndarray:
        """A signal (n,) of any level; parameters that are not given have their usual value."""
        usual = {name: known.default for name, known in self.parameters.items()}
        return self.make(circle, **{**usual, **values})


MODELS: dict[str, Model] = {}
"""The procedural models by the name of their class."""


def model(name: str, events: str = "", steady: tuple[str, ...] = (), **parameters: Range) -> Callable[[Make], Make]:
    """Enter a function into the table."""

    def enter(make: Make) -> Make:
        MODELS[name] = Model(name, make, parameters, events, steady)
        return make

    return enter
