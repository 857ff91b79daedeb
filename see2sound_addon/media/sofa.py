"""Measured heads: SOFA files (AES69) of the convention SimpleFreeFieldHRIR."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from ..errors import See2SoundError

LARGEST = 2**29
"""Bytes of impulse responses; a larger set is not read into memory."""


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
    if not path.is_file():
        raise See2SoundError("sofa-missing", f"There is no SOFA file at {path}.", "Check the path.")
    try:
        with h5py.File(path, "r") as file:
            return _read(file, path.name)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise See2SoundError(
            "sofa-unreadable",
            f"{path.name} cannot be read as SOFA: {str(error).splitlines()[0]}.",
            "Download or export it again.",
        ) from error


def _read(file: h5py.File, name: str) -> Measurement:
    convention = _text(file.attrs.get("SOFAConventions", b""))
    if convention != "SimpleFreeFieldHRIR":
        raise _wrong(name, f"its convention is {convention or 'not named'}", "Use a file of SimpleFreeFieldHRIR.")
    for key in ("Data.IR", "Data.SamplingRate", "SourcePosition"):
        if key not in file:
            raise _wrong(name, f"it has no {key}", "Download or export it again.")
    responses = file["Data.IR"]
    if responses.ndim != 3 or responses.shape[1] != 2:
        raise _wrong(
            name, f"it has {responses.shape[1] if responses.ndim > 1 else 0} receivers instead of two ears", "Use an HRIR set."
        )
    if responses.size * 8 > LARGEST:
        raise _wrong(name, f"its responses need {responses.size * 8 / 2**30:.1f} GiB", "Use a smaller set.")
    rate = float(np.ravel(file["Data.SamplingRate"][()])[0])
    if not 8000.0 <= rate <= 400000.0:
        raise _wrong(name, f"its sampling rate is {rate:g} Hz", "It must lie between 8 and 400 kHz.")
    taps = np.asarray(responses[()], float)
    directions = _directions(file["SourcePosition"], name)
    if len(directions) != len(taps) or taps.shape[2] < 16:
        raise _wrong(
            name, f"it has {len(directions)} positions for {len(taps)} responses of {taps.shape[2]} taps", "Export it again."
        )
    if not np.isfinite(taps).all() or not np.abs(taps).max(axis=2).min() > 0.0:
        raise _wrong(name, "some of its responses are silent or not numbers", "Download or export it again.")
    return Measurement(directions, _delayed(taps, file, name), rate)


def _directions(positions: h5py.Dataset, name: str) -> np.ndarray:
    values = np.asarray(positions[()], float)
    if values.ndim != 2 or values.shape[1] != 3 or len(values) == 0 or not np.isfinite(values).all():
        raise _wrong(name, "its SourcePosition is not a list of positions", "Download or export it again.")
    if _text(positions.attrs.get("Type", b"spherical")).startswith("cartesian"):
        length = np.linalg.norm(values, axis=1, keepdims=True)
        if (length < 1e-6).any():
            raise _wrong(name, "a source position lies in the head", "Download or export it again.")
        return values / length
    azimuth, elevation = np.radians(values[:, 0]), np.radians(values[:, 1])
    level = np.cos(elevation)
    return np.stack([np.cos(azimuth) * level, np.sin(azimuth) * level, np.sin(elevation)], axis=1)


def _delayed(taps: np.ndarray, file: h5py.File, name: str) -> np.ndarray:
    if "Data.Delay" not in file:
        return taps
    delay = np.broadcast_to(np.asarray(file["Data.Delay"][()], float), taps.shape[:2])
    if not delay.any():
        return taps
    if delay.min() < 0.0 or delay.max() > 10000.0:
        raise _wrong(name, f"its delays reach from {delay.min():g} to {delay.max():g} samples", "Download or export it again.")
    longer = np.zeros((*taps.shape[:2], taps.shape[2] + int(np.ceil(delay.max())) + 1))
    longer[..., : taps.shape[2]] = taps
    size = longer.shape[2]
    phase = np.exp(-2j * np.pi * np.fft.rfftfreq(size)[None, None] * delay[..., None])
    return np.fft.irfft(np.fft.rfft(longer, axis=2) * phase, size, axis=2)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _wrong(name: str, what: str, hint: str) -> See2SoundError:
    return See2SoundError("sofa-wrong", f"{name} cannot be used: {what}.", hint)
