"""How loud a sound arrives: distance, cone, fader, and what stands in between. Linear gains."""

from __future__ import annotations

import numpy as np

from ..soundscene import Source

NEAREST = 0.05
"""Metres: the level does not rise at smaller distances."""


def distance_gain(distance: np.ndarray, source: Source, model: str) -> np.ndarray:
    """Linear gain (n,) at a distance (n,) in metres: the OpenAL 1.1 models (section 3.4) that Blender offers."""
    return np.minimum(np.maximum(_model_gain(distance, source, model), source.min_gain), source.max_gain)


def _model_gain(distance: np.ndarray, source: Source, model: str) -> np.ndarray:
    if model == "none":
        return np.ones_like(distance)
    reference, rolloff = source.reference_distance, source.rolloff
    distance = np.maximum(distance, NEAREST)
    if model.endswith("clamped"):
        distance = np.minimum(np.maximum(distance, reference), max(source.max_distance, reference))
    if model.startswith("linear"):
        span = source.max_distance - reference
        if span <= 0.0:
            return np.ones_like(distance)
        return np.clip(1.0 - rolloff * (distance - reference) / span, 0.0, 1.0)
    if reference <= 0.0:
        return np.ones_like(distance) if rolloff == 0.0 else np.zeros_like(distance)
    if model.startswith("inverse"):
        return reference / np.maximum(reference + rolloff * (distance - reference), 1e-6)
    return (distance / reference) ** -rolloff


def spreading_gain(distance: np.ndarray, source: Source) -> np.ndarray:
    """Linear gain (n,) of a reflection: by the inverse law from the reference distance on, whatever model is set for
    direct sound; under models that hardly fade, the images would be louder than the source."""
    reference = max(source.reference_distance, NEAREST)
    return np.asarray(reference / np.maximum(reference + source.rolloff * (distance - reference), reference))


def cone_gain(outwards: np.ndarray, facing: np.ndarray, source: Source) -> np.ndarray:
    """OpenAL 1.1, section 4.3.5: linear (n,) for vectors (n, 3) from a source that faces along `facing` (n, 3)."""
    if not has_cone(source):
        return np.ones(len(outwards))
    cone = source.cone
    length = np.maximum(length_of(outwards), 1e-9)
    angle = 2.0 * np.arccos(np.clip((outwards * facing).sum(axis=1) / length, -1.0, 1.0))
    width = max(cone.outer - cone.inner, 1e-6)
    along = np.clip((angle - cone.inner) / width, 0.0, 1.0)
    return np.asarray(1.0 + along * (cone.outer_gain - 1.0))


def has_cone(source: Source) -> bool:
    """Whether a source does not sound alike in all directions."""
    return source.cone.outer_gain < 1.0 and source.cone.inner < 2.0 * np.pi - 1e-3


def fader_gain(emitted: np.ndarray, source: Source) -> np.ndarray | float:
    """Linear gain (n,) at the moments (n,) that a source sounds, or one for all."""
    if len(source.fader.times) == 1:
        return float(10.0 ** (source.fader.gain_db[0] / 20.0))
    return np.asarray(10.0 ** (np.interp(emitted, source.fader.times, source.fader.gain_db) / 20.0))


def occlusion_gain(times: np.ndarray, source: Source) -> np.ndarray | float:
    """Linear gain (n,) of obstacles at moments of arrival (n,), or one for all; without what they take from single octaves."""
    occlusion = source.occlusion
    if len(occlusion.times) == 1:
        return float(10.0 ** (occlusion.gain_db[0] / 20.0))
    return 10.0 ** (np.interp(times, occlusion.times, occlusion.gain_db) / 20.0)


def length_of(vectors: np.ndarray) -> np.ndarray:
    """(n,) of (n, 3), in half the time of numpy.linalg.norm."""
    return np.asarray(np.sqrt(np.einsum("ni,ni->n", vectors, vectors)))
