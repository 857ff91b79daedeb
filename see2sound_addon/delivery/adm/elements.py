"""What an ADM file says, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class AudioObject:
    """A mono signal with a place. `begin`, `end`: seconds between which it sounds.

    At knots (k,): `times`, seconds, with straight lines in between; `directions`: (k, 3) unit vectors, x front, y left, z up;
    `gains`: linear; `jumps`: whether it is there at once; `widths`: degrees. `divergence`: 0 to 1.
    """

    name: str
    begin: float
    end: float
    times: np.ndarray
    directions: np.ndarray
    gains: np.ndarray
    jumps: np.ndarray
    widths: np.ndarray
    divergence: float = 0.0


@dataclass
class Bed:
    """Channels for loudspeakers, which come before the objects."""

    name: str


@dataclass
class Programme:
    """All of a file. `loudness`: LUFS and `true_peak`: dB, of a mix of it to 4+7+0; None where they are not defined."""

    name: str
    seconds: float
    rate: int
    bits: int
    objects: list[AudioObject]
    bed: Bed | None = None
    loudness: float | None = None
    true_peak: float | None = None
    language: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Track:
    """A line of the chna chunk: which channel is which part of the metadata."""

    uid: str
    track_format: str
    pack: str


BED_PACK = "AP_00010017"
"""4+7+0 of the common definitions (ITU-R BS.2094)."""
BED_CHANNELS = {
    "M+030": "01", "M-030": "02", "M+000": "03", "LFE1": "04", "M+090": "0a", "M-090": "0b", "M+135": "1c", "M-135": "1d",
    "U+045": "22", "U-045": "23", "U+135": "1e", "U-135": "1f",
}  # fmt: skip
"""Its channels in ITU-R BS.2051, and the ends of their ids."""
