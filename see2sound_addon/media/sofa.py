"""Read measured heads: SOFA files (AES69) of the convention SimpleFreeFieldHRIR."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from ..errors import See2SoundError
from ..paths import is_file

MOST_VALUES = 2**24
"""Of all impulse responses, with their delays: 0.13 GB. A set of 12,000 directions and 256 taps has 6 million."""
MOST_DIRECTIONS, MOST_TAPS = 50_000, 16_384
LONGEST_DELAY = 0.05
"""Seconds: a microphone at 17 m."""
LOUDEST, QUIETEST = 1e6, 1e-9
"""Bounds of a response's largest value."""
LARGEST_FILE = 2**30
LONGEST_TEXT = 4096
"""Bytes."""


@dataclass
class Measurement:
    """`directions`: (n, 3) unit vectors to the source, x front, y left, z up. `responses`: (n, 2, taps), left ear first.

    `rate`: Hz.
    """

    directions: np.ndarray
    responses: np.ndarray
    rate: float


def read_sofa(path: str | os.PathLike[str]) -> Measurement:
    """Read a head's impulse responses, `Data.Delay` applied. Errors: `sofa-missing`, `sofa-unreadable`, `sofa-wrong`."""
    path = Path(path)
    if not is_file(path):
        raise See2SoundError("sofa-missing", f"There is no SOFA file at {str(path)[:300]}.", "Check the path.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _wrong(path.name, "it is larger than 1 GiB", "Use a smaller set.")
        with h5py.File(path, "r") as file:
            return _read(file, path.name)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError, OverflowError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise See2SoundError(
            "sofa-unreadable", f"{path.name} cannot be read as SOFA: {why}.", "Download or export it again."
        ) from error


def _read(file: h5py.File, name: str) -> Measurement:
    convention = _attribute(file, "SOFAConventions", "", name)
    if convention != "SimpleFreeFieldHRIR":
        raise _wrong(name, f"its convention is {convention[:60] or 'not named'}", "Use a file of SimpleFreeFieldHRIR.")
    responses = _dataset(file, "Data.IR", name)
    if responses.ndim != 3 or responses.shape[1] != 2:
        raise _wrong(
            name, f"it has {responses.shape[1] if responses.ndim > 1 else 0} receivers instead of two ears", "Use an HRIR set."
        )
    count, _, taps = responses.shape
    positions = _dataset(file, "SourcePosition", name)
    if positions.shape != (count, 3) or taps < 16 or count == 0:
        listed = positions.ndim == 2 and positions.shape[1] == 3
        given = f"{len(positions)} positions" if listed else f"positions of the shape {_shape(positions)}"
        what = f"it has {given} for {count} responses of {taps} taps"
        raise _wrong(name, what, "Export it again.")
    if count > MOST_DIRECTIONS or taps > MOST_TAPS or responses.size > MOST_VALUES:
        what = f"it has {count} directions of {taps} taps; at most {MOST_VALUES} values, {MOST_DIRECTIONS} directions and "
        raise _wrong(name, f"{what}{MOST_TAPS} taps are read", "Use a smaller set.")
    rate = _rate(_dataset(file, "Data.SamplingRate", name), name)
    measured = np.asarray(responses[()], float)
    loudest = np.abs(measured).max(axis=2)
    if not (np.isfinite(measured).all() and loudest.min() > QUIETEST and loudest.max() < LOUDEST):
        raise _wrong(name, "some of its responses are silent, or no audio", "Download or export it again.")
    return Measurement(_directions(positions, name), _delayed(measured, rate, file, name), rate)


def _dataset(file: h5py.File, key: str, name: str) -> h5py.Dataset:
    """A dataset of numbers that lies in this very file."""
    link = file.get(key, getlink=True)
    if link is None:
        raise _wrong(name, f"it has no {key}", "Download or export it again.")
    if not isinstance(link, h5py.HardLink) or not isinstance(file[key], h5py.Dataset):
        raise _wrong(name, f"its {key} is not in the file itself", "Download or export it again.")
    found = file[key]
    if found.dtype.kind not in "fiu" or found.dtype.itemsize > 8 or found.external or found.is_virtual:
        raise _wrong(name, f"its {key} is no plain array of numbers", "Download or export it again.")
    return found


def _shape(dataset: h5py.Dataset) -> str:
    return " x ".join(map(str, dataset.shape[:4])) or "a single number"


def _rate(dataset: h5py.Dataset, name: str) -> float:
    if dataset.size == 0 or dataset.size > MOST_DIRECTIONS:
        raise _wrong(name, f"its sampling rate has {dataset.size} values", "Download or export it again.")
    rate = float(np.ravel(dataset[()])[0])
    if not 8000.0 <= rate <= 400000.0:
        raise _wrong(name, f"its sampling rate is {rate:g} Hz", "It must lie between 8 and 400 kHz.")
    return rate


def _directions(positions: h5py.Dataset, name: str) -> np.ndarray:
    values = np.asarray(positions[()], float)
    if not np.isfinite(values).all():
        raise _wrong(name, "its SourcePosition is not a list of positions", "Download or export it again.")
    if _attribute(positions, "Type", "spherical", name).startswith("cartesian"):
        length = np.linalg.norm(values, axis=1, keepdims=True)
        if not ((length > 1e-6) & (length < 1e6)).all():
            raise _wrong(name, "a source position lies in the head, or nowhere", "Download or export it again.")
        return values / length
    azimuth, elevation = np.radians(values[:, 0] % 360.0), np.radians(values[:, 1] % 360.0)
    level = np.cos(elevation)
    return np.stack([np.cos(azimuth) * level, np.sin(azimuth) * level, np.sin(elevation)], axis=1)


def _delayed(taps: np.ndarray, rate: float, file: h5py.File, name: str) -> np.ndarray:
    if "Data.Delay" not in file:
        return taps
    stored = _dataset(file, "Data.Delay", name)
    if stored.ndim > 2 or any(
        length not in (1, whole) for length, whole in zip(stored.shape[::-1], (2, len(taps)), strict=False)
    ):
        raise _wrong(name, f"its delays have the shape {_shape(stored)}", "Download or export it again.")
    delay = np.broadcast_to(np.asarray(stored[()], float), taps.shape[:2])
    if not delay.any():
        return taps
    if not (delay.min() >= 0.0 and delay.max() <= LONGEST_DELAY * rate):
        raise _wrong(name, f"its delays reach from {delay.min():g} to {delay.max():g} samples", "Download or export it again.")
    delay = delay - np.floor(delay.min())  # what all have in common does not tell directions apart
    size = taps.shape[2] + int(np.ceil(delay.max())) + 1
    if 2 * len(taps) * size > MOST_VALUES:
        raise _wrong(name, f"its responses with their delays have {size} taps", "Use a smaller set.")
    turn = -2j * np.pi * np.fft.rfftfreq(size)
    # Direction by direction in groups, so that the spectra need little memory.
    groups = [slice(begin, begin + 256) for begin in range(0, len(taps), 256)]
    parts = [
        np.fft.irfft(np.fft.rfft(taps[group], size, axis=2) * np.exp(turn * delay[group, :, None]), size, axis=2)
        for group in groups
    ]
    return np.concatenate(parts)


def _attribute(owner: h5py.File | h5py.Dataset, key: str, default: str, name: str) -> str:
    """A short text attribute."""
    if key not in owner.attrs:
        return default
    stored = owner.attrs.get_id(key)
    if stored.shape not in ((), (1,)) or stored.get_storage_size() > LONGEST_TEXT:
        raise _wrong(name, f"its attribute {key} is no short text", "Download or export it again.")
    value = np.ravel(owner.attrs[key])[0] if stored.shape else owner.attrs[key]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _wrong(name: str, what: str, hint: str) -> See2SoundError:
    return See2SoundError("sofa-wrong", f"{name} cannot be used: {what}.", hint)
