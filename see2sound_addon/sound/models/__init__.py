"""The procedural sound models, one function each: from a Circle and its parameters to a signal of any level.

Each docstring names the physics and where it is written down.
"""

from . import (
    animals,
    bells,
    birds,
    blasts,
    engines,
    fire,
    instruments,
    machines,
    objects,
    people,
    places,
    rails,
    rain,
    signals,
    steps,
    water,
    wheels,
    wind,
)
from .registry import MODELS, Model, Range

__all__ = [
    "MODELS", "Model", "Range", "animals", "bells", "birds", "blasts", "engines", "fire", "instruments", "machines",
    "objects", "people", "places", "rails", "rain", "signals", "steps", "water", "wheels", "wind",
]  # fmt: skip
