"""Generate a clip with the procedural models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy import fft

from ..clips import Controls
from ..errors import See2SoundError
from ..lexicon.classes import CLASSES, SILENT, UNKNOWN
from ..lexicon.lookup import explain
from .circle import Circle, Curve, even
from .joining import faded
from .levels import fit_level
from .models import MODELS, Model

SHORTEST, LONGEST = 0.05, 3600.0
"""Seconds."""
CONTROL_POINTS = 100_000
"""The most points that a curve or a list of events may have."""
MOST_KNOTS = 8
"""Values of a curve that a model is made with, where it cannot follow the curve by itself."""
LOWEST = 15.0
"""Hz; below it nothing is kept, so that no clip has a constant part."""
FADE_IN, SOFT_FADE_IN, FADE_OUT = 0.0005, 0.01, 0.03
"""Seconds at the ends of a one-shot: of an event, which keeps its attack, and of a texture."""


@dataclass
class GeneratedClip:
    """`samples`: (n,) float32 mono. `model`: the model that made it. `level`: dB SPL at one metre.

    `reference_distance`: metres, see `levels`. `notes`: what the user should know. `loops`: whether it may be repeated.
    `recording`: the file that it is made of, or "", and its `licence`.
    """

    samples: np.ndarray
    model: str
    level: float
    reference_distance: float
    notes: list[str] = field(default_factory=list)
    loops: bool = True
    recording: str = ""
    licence: str = ""


class ControlledGenerator(Protocol):
    """A `SoundGenerator` that follows a user's controls, too."""

    def __call__(self, prompt: str, duration: float, seed: int, rate: int = 48000, controls: Controls = ...) -> GeneratedClip:
        """A clip of `duration` seconds at `rate` Hz for a prompt."""
        ...


class Ranker(Protocol):
    """Compares takes of a sound with its prompt."""

    def __call__(self, prompt: str, takes: list[np.ndarray], rate: int) -> list[float]:
        """Scores of takes (n,), higher where they fit better. Errors: those of the ranker."""
        ...


class SoundGenerator(Protocol):
    """Make `duration` seconds of the sound that a prompt describes; the same seed gives the same samples."""

    def __call__(self, prompt: str, duration: float, seed: int, rate: int) -> GeneratedClip:
        """A clip of `duration` seconds at `rate` Hz for a prompt."""
        ...


def synthesise(prompt: str, duration: float, seed: int, rate: int = 48000, controls: Controls = Controls()) -> GeneratedClip:
    """The embedded generator: the procedural models of the classes that a prompt names.

    Errors: `duration-invalid`, `parameter-unknown`, `parameter-invalid`, `events-none`.
    """
    if not SHORTEST <= duration <= LONGEST:
        raise See2SoundError(
            "duration-invalid", f"A clip cannot last {duration:g} s.", f"Use {SHORTEST:g} to {LONGEST:g} seconds."
        )
    meaning = explain(prompt)
    notes = []
    layers = meaning.layers
    if not layers:
        why = f"{prompt!r} makes no sound" if meaning.name == SILENT else f"No sound model matches {prompt!r}"
        notes.append(f"{why}; the clip is a neutral texture.")
        layers = ((UNKNOWN, 1.0),)
    _check_names(MODELS[layers[0][0]], controls)
    total, level = np.zeros(round(duration * rate)), 0.0
    for number, (name, gain) in enumerate(layers):
        signal = _one(
            MODELS[name],
            meaning.shares,
            controls if number == 0 else Controls(loop=controls.loop),
            duration,
            seed + number,
            rate,
        )
        # Layers stand beside each other as loud as they are by nature, give or take.
        share = gain * 10.0 ** ((CLASSES[name].level - CLASSES[layers[0][0]].level) / 60.0)
        total += share * even(signal, rate)
        level = max(level, CLASSES[name].level)
    if not controls.loop:
        into = FADE_IN if MODELS[layers[0][0]].events else SOFT_FADE_IN
        total = faded(total, round(into * rate), round(FADE_OUT * rate))
    samples, reference = fit_level(total, level, rate)
    return GeneratedClip(samples, " + ".join(name for name, _ in layers), level, reference, notes)


def _one(model: Model, shares: Mapping[str, float], controls: Controls, duration: float, seed: int, rate: int) -> np.ndarray:
    """One class: what the words say of its parameters, and over that what the user sets."""
    circle = Circle(round(duration * rate), rate, seed, controls.loop, controls.events if model.events else None)
    values: dict[str, Curve] = {name: known.at(shares[name]) for name, known in model.parameters.items() if name in shares}
    values |= {name: _curve(name, points, model, circle) for name, points in controls.values.items()}
    return _without_constant(_over_time(model, circle, values, seed), rate)[: circle.samples]


def _over_time(model: Model, circle: Circle, values: dict[str, Curve], seed: int) -> np.ndarray:
    """The signal (n,) of a model. Curves of parameters that it takes as one value are followed by cross-fades of several."""
    curves = {name: np.asarray(values[name]) for name in model.steady if np.ndim(values.get(name, 0.0))}
    if not curves:
        return model(circle, **values)
    knots = int(np.clip(circle.seconds, 2, MOST_KNOTS))
    places = np.linspace(0, circle.n - 1, knots).astype(int)
    position = np.arange(circle.n) / max(1, circle.n - 1) * (knots - 1)
    total, power = np.zeros(circle.n), np.zeros(circle.n)
    for number, place in enumerate(places):
        again = Circle(circle.samples, circle.rate, seed, circle.loop, circle.given)  # the same random numbers each time
        share = np.clip(1.0 - np.abs(position - number), 0.0, 1.0)
        total += share * model(again, **{**values, **{name: float(curve[place]) for name, curve in curves.items()}})
        power += share**2
    return total / power**0.25  # between what is the same in both, which needs none, and what is not, which needs the root


def _curve(name: str, points: list[tuple[float, float]], model: Model, circle: Circle) -> Curve:
    """A control as a number, or one value for each sample. Error: `parameter-invalid`."""
    known = model.parameters[name]
    curve = np.array(points, float).reshape(-1, 2)
    if not 0 < len(curve) <= CONTROL_POINTS or not np.isfinite(curve).all() or (np.diff(curve[:, 0]) < 0.0).any():
        raise See2SoundError(
            "parameter-invalid", f"The curve of {name} is not a list of points over time.", "Give (seconds, value), in order."
        )
    low, high = float(curve[:, 1].min()), float(curve[:, 1].max())
    rounding = 1e-6 * max(abs(known.low), abs(known.high))  # Blender keeps numbers in single precision
    if low < known.low - rounding or high > known.high + rounding:
        raise See2SoundError(
            "parameter-invalid",
            f"{name} of {model.name} cannot be {low if low < known.low else high:g}.",
            f"Use {known.low:g} to {known.high:g} {known.unit}".strip() + ".",
        )
    curve[:, 1] = np.clip(curve[:, 1], known.low, known.high)
    return float(curve[0, 1]) if len(curve) == 1 else np.interp(circle.now(), curve[:, 0], curve[:, 1])


def _check_names(model: Model, controls: Controls) -> None:
    """Errors: `parameter-unknown`, `parameter-invalid`, `events-none`."""
    for name in controls.values:
        if name not in model.parameters:
            raise See2SoundError(
                "parameter-unknown", f"{model.name} has no parameter {name!r}.", f"It has {', '.join(model.parameters)}."
            )
    if controls.events is not None and not model.events:
        raise See2SoundError("events-none", f"{model.name} has no events.", "Leave the list of events out.")
    if controls.events is not None and (
        len(controls.events) > CONTROL_POINTS or not np.isfinite(np.array(list(controls.events), float)).all()
    ):
        raise See2SoundError("parameter-invalid", "The events are not a list of finite numbers.", "Give (seconds, strength).")


def _without_constant(signal: np.ndarray, rate: int) -> np.ndarray:
    """A circular high-pass of second order at 15 Hz."""
    spectrum = fft.rfft(signal)
    ratio = (fft.rfftfreq(len(signal), 1.0 / rate) / LOWEST) ** 4
    return fft.irfft(spectrum * ratio / (1.0 + ratio), len(signal))


def parameters_of(prompt: str) -> dict[str, float]:
    """The values of the first class's parameters that the words of a prompt lead to."""
    meaning = explain(prompt)
    if meaning.name not in MODELS:
        return {}
    known = MODELS[meaning.name].parameters
    return {name: one.at(meaning.shares[name]) if name in meaning.shares else one.default for name, one in known.items()}
