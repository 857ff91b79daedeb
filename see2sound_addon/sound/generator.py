"""Generate the clip of a prompt with a sound model."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ..errors import See2SoundError
from .levels import fit_level, typical_level
from .models import air, life, machines, water
from .periodic import Circle, band, tilt

SHORTEST, LONGEST = 0.05, 3600.0
"""Seconds."""


@dataclass
class GeneratedClip:
    """`samples`: (n,) float32 mono that loops without a seam. `model`: the model that made it. `level`: dB SPL at one metre.

    `reference_distance`: metres, see `levels`. `notes`: what the user should know.
    """

    samples: np.ndarray
    model: str
    level: float
    reference_distance: float
    notes: list[str] = field(default_factory=list)


class SoundGenerator(Protocol):
    """Make `duration` seconds of the sound that a prompt describes; the same seed gives the same samples."""

    def __call__(self, prompt: str, duration: float, seed: int, rate: int) -> GeneratedClip:
        """A clip of `duration` seconds at `rate` Hz for a prompt."""
        ...


def _neutral(circle: Circle) -> np.ndarray:
    """Room tone: dull noise that hardly changes, for objects without a sound model."""
    return circle.noise(lambda f: tilt(0.7, 80.0)(f) * band(80.0, 4000.0, 1.0)(f)) * circle.slow(0.5, 0.15)


MODELS: dict[str, tuple[str, Callable[[Circle], np.ndarray]]] = {
    "calm water": ("water lapping lake sea harbour harbor shore pond boat stream brook river", water.calm_water),
    "waterfall": ("waterfall falls cascade rapids fountain surf weir", water.waterfall),
    "rain": ("rain raining drizzle downpour shower", water.rain),
    "wind in leaves": ("wind leaves leaf tree trees foliage forest rustling rustle breeze grass", air.wind_in_leaves),
    "fire": ("fire fireplace campfire flame flames crackling crackle burning bonfire", air.fire),
    "rocket roar": ("rocket roar shuttle launch jet missile booster aeroplane airplane aircraft", air.rocket_roar),
    "thunder": ("thunder thunderstorm lightning thunderclap", air.thunder),
    "engine": ("engine car motor motorcycle motorbike idling truck bus taxi lorry van tractor", machines.engine),
    "train": ("train railway railroad tram wagon carriage rail rails", lambda circle: machines.train(circle, False)),
    "steam train": ("steam locomotive chuffing chuff", lambda circle: machines.train(circle, True)),
    "crowd murmur": (
        "crowd people murmur talking chatter voices person speech market audience babble",
        life.crowd_murmur,
    ),
    "birds": ("bird birds birdsong chirp chirping tweet songbird", life.birds),
    "city ambience": ("city street traffic urban town ambience downtown road", machines.city_ambience),
}
"""Words of a prompt that select a model, and the model."""


def choose_model(prompt: str) -> str | None:
    """The model that matches most words of a prompt; the later word decides a tie. None if no model matches."""
    words = re.findall(r"[a-z]+", prompt.lower())
    best, votes = None, 0.0
    for name, (keys, _) in MODELS.items():
        known = keys.split()
        count = sum(1.0 + 0.01 * place for place, word in enumerate(words) if word in known)
        if count > votes:
            best, votes = name, count
    return best


def synthesise(prompt: str, duration: float, seed: int, rate: int = 48000) -> GeneratedClip:
    """The embedded generator: thirteen procedural models and room tone. Error: `duration-invalid`."""
    if not SHORTEST <= duration <= LONGEST:
        raise See2SoundError(
            "duration-invalid", f"A clip cannot last {duration:g} s.", f"Use {SHORTEST:g} to {LONGEST:g} seconds."
        )
    name = choose_model(prompt)
    notes = []
    make = _neutral if name is None else MODELS[name][1]
    if name is None:
        notes.append(f"No sound model matches {prompt!r}; the clip is a neutral texture.")
    circle = Circle(round(duration * rate), rate, seed)
    level = typical_level(name)
    samples, reference = fit_level(make(circle), level)
    return GeneratedClip(samples, name or "neutral", level, reference, notes)


GENERATORS: dict[str, SoundGenerator] = {"procedural": synthesise}
