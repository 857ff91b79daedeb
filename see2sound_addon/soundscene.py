"""The plan: what sounds where and when, and where the listener is. Plain data.

Units: metres, seconds, radians, Hz, dB at the surface. Rotations are unit quaternions (w, x, y, z), world from local.
The listener's local frame is x front, y left, z up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import See2SoundError
from .materials import BANDS
from .paths import is_file

EXTENTS = ("point", "area", "ambient")
DISTANCE_MODELS = (
    "none", "inverse", "inverse_clamped", "linear", "linear_clamped", "exponent", "exponent_clamped",
)  # fmt: skip


@dataclass
class Trajectory:
    """Poses over time.

    `times`: (n,) seconds, increasing. `positions`: (n, 3), or (1, 3) if constant. `rotations`: (n, 4) or (1, 4).
    `cuts`: times at which the pose jumps, to the pose of the first of `times` from there on.
    """

    times: np.ndarray
    positions: np.ndarray
    rotations: np.ndarray
    cuts: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def fixed(cls, position: Iterable[float], rotation: Iterable[float] = (1.0, 0.0, 0.0, 0.0)) -> Trajectory:
        """A trajectory that stays at one place."""
        return cls(np.zeros(1), np.array([list(position)], float), np.array([list(rotation)], float))


@dataclass
class Cone:
    """Directivity of a source. Full angles in radians: full level inside `inner`, `outer_gain` (linear) outside `outer`."""

    inner: float = 2.0 * math.pi
    outer: float = 2.0 * math.pi
    outer_gain: float = 1.0


def _no_octaves() -> np.ndarray:
    return np.zeros((0, len(BANDS)))


@dataclass
class Occlusion:
    """Attenuation by obstacles between source and listener: gain in dB and low-pass cut-off in Hz over `times` (n,).

    `octaves`: (n, bands) dB, the gain of each of `materials.BANDS`, or none of them, (0, bands).
    """

    times: np.ndarray = field(default_factory=lambda: np.zeros(1))
    gain_db: np.ndarray = field(default_factory=lambda: np.zeros(1))
    lowpass: np.ndarray = field(default_factory=lambda: np.full(1, 20000.0))
    octaves: np.ndarray = field(default_factory=_no_octaves)


@dataclass
class Detour:
    """A way around the edges of obstacles, over `times` (n,).

    `first`: (n, 3) the point from which the listener hears the sound. `last`: (n, 3) the point that the sound leaves the
    source for. `between`: (n,) metres from one to the other. `octaves`: (n, bands) dB, relative to the straight way.
    """

    times: np.ndarray
    first: np.ndarray
    last: np.ndarray
    between: np.ndarray
    octaves: np.ndarray


@dataclass
class Reflection:
    """A mirror image of a source, at `matrix` (3, 3) @ position + `offset` (3,).

    `absorption`: (bands,) what all its walls together absorb. `gain`: (n,) over `times` (n,), 0 to 1: how much of it is seen.
    """

    matrix: np.ndarray
    offset: np.ndarray
    absorption: np.ndarray
    times: np.ndarray
    gain: np.ndarray


@dataclass
class Tail:
    """The late reverberation that a source causes at the listener, at the k `times` of a `Traced` room.

    `level`: (k, bands) dB of its energy, relative to that of the source at 1 m in the free field. `decay`: (k, bands) seconds
    until 60 dB are lost, in air that absorbs nothing. `delay`: (k,) seconds from the emission to its beginning.
    """

    level: np.ndarray
    decay: np.ndarray
    delay: np.ndarray


@dataclass(frozen=True)
class Air:
    """Properties of the air: degrees Celsius, relative humidity in per cent, pressure in kPa."""

    temperature: float = 20.0
    humidity: float = 50.0
    pressure: float = 101.325


@dataclass
class Fader:
    """The level of a source in dB over `times`, at the time of emission, not of arrival."""

    times: np.ndarray = field(default_factory=lambda: np.zeros(1))
    gain_db: np.ndarray = field(default_factory=lambda: np.zeros(1))


@dataclass
class Source:
    """One sound in the scene. `clip`: path of its audio file. `start`: when the clip begins, seconds. `radius`: metres.

    `pitch`: how many times faster than recorded the clip plays. `fader`: its level over time.
    `min_gain`, `max_gain`: bounds of the distance model's gain. `synchronous`: without travel
    time, as dialogue in films. `lfe_db`: how much of it goes to low-frequency loudspeakers, None for nothing.
    `divergence`: 0 to 1, the share of a point source that moves to 45 degrees left and right; `spread`: the angle
    in radians over which a point source is spread, without decorrelation (both as in ITU-R BS.2127). `points`: (k, 3) metres
    from the source in its own frame, where an area sounds, instead of a disc of `radius`. `diffuse`: an ambient source fills
    all ambisonic orders, not the first channel alone. `object`: the Blender object that sounds, or "". `events`: (k, 2)
    seconds and strength (0 to 1) of what happens in its clip, such as steps; for people and programs, not for the mix.
    `detours`, `reflections`, `tail`: what the meshes of a scene do to its sound; `tail` in a `Traced` room only.
    """

    id: str
    clip: Path
    path: Trajectory
    label: str = ""
    prompt: str = ""
    extent: str = "point"
    radius: float = 0.0
    start: float = 0.0
    loop: bool = False
    gain_db: float = 0.0
    pitch: float = 1.0
    fader: Fader = field(default_factory=Fader)
    reference_distance: float = 1.0
    max_distance: float = 1000.0
    rolloff: float = 1.0
    min_gain: float = 0.0
    max_gain: float = 1000.0
    cone: Cone = field(default_factory=Cone)
    occlusion: Occlusion = field(default_factory=Occlusion)
    synchronous: bool = False
    lfe_db: float | None = None
    divergence: float = 0.0
    spread: float = 0.0
    points: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))
    diffuse: bool = False
    object: str = ""
    events: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    detours: list[Detour] = field(default_factory=list)
    reflections: list[Reflection] = field(default_factory=list)
    tail: Tail | None = None


Absorption = tuple[float, ...]
"""Absorption coefficients of a surface, 0 to 1, one for each octave of `materials.BANDS`."""


@dataclass(frozen=True)
class Ground:
    """A reflecting plane at `height` metres."""

    height: float
    absorption: Absorption


@dataclass(frozen=True)
class Shoebox:
    """A room with six walls. `centre`, `size`: metres; `rotation`: of its own axes, (w, x, y, z).

    `walls`: absorption of each of WALLS. `order`: maximum number of walls of an individual reflection.
    `tail`: whether late reverberation is added.
    """

    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    walls: tuple[Absorption, ...]
    rotation: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)
    order: int = 2
    tail: bool = True


@dataclass(frozen=True)
class Response:
    """A measured impulse response: `file` is mono (diffuse), stereo (from 30 degrees left and right) or AmbiX (fixed in the
    world). `gain_db` is its level relative to the sources."""

    file: Path
    gain_db: float = 0.0


@dataclass
class Traced:
    """The surroundings along the listener's way, as rays have met them at `times` (k,); the sources have the rest.

    `openness`: (k,) the share of all directions in which there is nothing. `mean_free_path`: (k,) metres from one surface to
    the next. `absorption`: (k, bands) of the surfaces that the rays met.
    """

    times: np.ndarray
    openness: np.ndarray
    mean_free_path: np.ndarray
    absorption: np.ndarray


Room = Ground | Shoebox | Response | Traced
WALLS = ("-x", "+x", "-y", "+y", "floor", "ceiling")
"""The walls of a shoebox, by its own axes."""


@dataclass
class SoundScene:
    """Everything that a renderer needs. `air`: None for no air absorption. `room`: None for the free field."""

    duration: float
    listener: Trajectory
    sources: list[Source]
    seed: int = 0
    sample_rate: int = 48000
    speed_of_sound: float = 343.3
    doppler_factor: float = 1.0
    distance_model: str = "inverse_clamped"
    air: Air | None = None
    room: Room | None = None

    @property
    def samples(self) -> int:
        """The exact length of every mix, in samples."""
        return round(self.duration * self.sample_rate)


def check_finite(scene: SoundScene) -> None:
    """Raise the error `not-finite` if any number of the plan is infinite or not a number; it names the source."""
    owners = [("The scene", scene), ("The listener", scene.listener)]
    owners += [(f"Source {source.id[:60]!r}", source) for source in scene.sources]
    for owner, part in owners:
        name = _not_finite(part, "")
        if name:
            raise See2SoundError(
                "not-finite",
                f"{owner} has a {name.replace('_', ' ')} that is infinite or not a number.",
                "Type a number, or correct its driver or keyframes.",
            )


def _not_finite(value: Any, name: str) -> str:
    """The name of the first field of a dataclass that holds a number which is not finite, or ""."""
    if isinstance(value, np.ndarray):
        return "" if np.isfinite(value).all() else name
    if isinstance(value, float):
        return "" if math.isfinite(value) else name
    if isinstance(value, tuple | list):
        return next((found for item in value if (found := _not_finite(item, name))), "")
    if not is_dataclass(value):
        return ""
    inner = ((getattr(value, item.name), item.name) for item in fields(value) if item.name not in ("listener", "sources"))
    return next((found for item, item_name in inner if (found := _not_finite(item, item_name))), "")


def check_clip_exists(source: Source) -> None:
    """Raise the error `clip-missing` with the path and the source if the clip does not exist."""
    if not is_file(source.clip):
        name = f"{source.id[:60]!r} ({source.label[:60] or 'no label'})"
        raise See2SoundError(
            "clip-missing",
            f"The clip of source {name} is missing: {str(source.clip)[:300]!r}.",
            "Generate the clips again or correct the path.",
        )
