"""What a kernel does: the inner loops of the engine. `reference` is in NumPy, to be read; `native` is compiled."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .hulls import Faces, Hull


class Curve(Protocol):
    """A position over time, see `motion.Segment`."""

    def positions(self, times: np.ndarray) -> np.ndarray:
        """(n, 3) metres at (n,) seconds."""
        ...

    def pieces(self, begin: float, end: float) -> tuple[np.ndarray, np.ndarray, float, float]:
        """Knots (k + 1,) and coefficients (4, k, 3) of cubics for at least `begin` to `end`, and from when to when they are the
        path's; a point (3,) if it never moves."""
        ...


class Clip(Protocol):
    """A mono signal that may loop, see `delayline.Clip`."""

    samples: np.ndarray
    loop: bool


class Ears(Protocol):
    """Two ears with a head's responses in between."""

    def blank(self, frames: int) -> np.ndarray:
        """(frames, ...): what `hear` adds to, nothing heard yet over frames HOP samples apart."""
        ...

    def hear(
        self,
        heard: np.ndarray,
        ears: list[np.ndarray],
        gain: np.ndarray,
        near: np.ndarray,
        weight: np.ndarray,
        focus: np.ndarray,
    ) -> None:
        """Add a source to `heard`.

        `ears`: what arrives at both, ((frames + 1) HOP,) each, to be multiplied by `gain` at its control points, with
        straight lines in between. `near`, `weight`: (frames, k) the responses around its direction, and their shares, at
        the middle of each frame; `focus`: (frames,) how much of them, and how little of the mean of all directions.
        """
        ...

    def sound(self, heard: np.ndarray) -> np.ndarray:
        """(2, n) float32: all frames but the last one, added up from the first one's beginning, and HOP samples of the last."""
        ...

    tail: int
    """Samples that `sound` goes on after the last frame but one has begun."""


class Kernel(Protocol):
    """Control points (m,) are STEP samples apart."""

    name: str

    def prepare(self) -> None:
        """Make what the first reading would make, which takes a moment, before time matters."""
        ...

    def read(self, clip: Clip, moments: np.ndarray) -> np.ndarray:
        """A clip at moments (n,), float64 in samples from its beginning; (n,) float32."""
        ...

    def read_smoothly(self, clips: list[Clip], controls: list[np.ndarray]) -> list[np.ndarray]:
        """Each clip at moments given at control points (m,), on a Catmull-Rom spline in between; (STEP (m - 3),) float32."""
        ...

    def mix(self, signals: list[np.ndarray], gains: np.ndarray, total: np.ndarray | None = None) -> np.ndarray:
        """Signals (STEP m,) by gains (k, m + 1, channels) at control points with straight lines in between, added up:
        (channels, STEP m) float32. They are added to `total`, if there is one."""
        ...

    def filter_moving(self, signal: np.ndarray, magnitudes: np.ndarray) -> np.ndarray:
        """The middle (n - 2 MARGIN,) of a signal (n,) filtered without phase by magnitudes (frames, 2 HOP + 1).

        The middles of the frames lie HOP apart, the first one at HOP from the signal's beginning, the last one at HOP from
        its end.
        """
        ...

    def air(self, distance: np.ndarray, loss: np.ndarray, largest: float) -> np.ndarray:
        """Magnitudes (n, bins) float32 over metres (n,) with a `loss` (bins,) in dB a metre, in all at most `largest`."""
        ...

    def ears(self, responses: np.ndarray) -> Ears:
        """Ears with responses (directions, 2, taps), at most 1500 of them."""
        ...

    def emit(
        self, times: np.ndarray, places: np.ndarray, curve: Curve, image: np.ndarray | None, speed: float, rounds: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """When what arrives at `times` (m,) at `places` (m, 3) was emitted, the vectors (m, 3) from there to where its source
        was then, and their lengths (m,).

        Solves t_e = t - |L(t) - P(t_e)| / c by fixed-point iteration. Each of the `rounds` reduces the error by the
        Mach number. `image`: (4, 3), the transposed matrix and the offset of a mirror in which the source is seen.
        """
        ...

    def face(self, towards: np.ndarray, distance: np.ndarray, rotations: np.ndarray) -> np.ndarray:
        """Unit vectors (m, 3) in the frame of a listener, turned by `rotations` (m, 3, 3), of vectors (m, 3) in the world that
        are `distance` (m,) long; what is at the listener is ahead."""
        ...

    def around(self, direction: np.ndarray, hull: Hull) -> tuple[np.ndarray, np.ndarray]:
        """The face (n,) of a hull that each direction (n, 3) goes through, and the shares (n, 3) of its corners."""
        ...

    def pan(self, direction: np.ndarray, faces: Faces) -> np.ndarray:
        """Gains (n, loudspeakers), of power 1, for directions (n, 3)."""
        ...

    def encode(self, direction: np.ndarray, order: int) -> np.ndarray:
        """SN3D harmonics (n, (order + 1)^2) of unit vectors (n, 3)."""
        ...

    def weigh(self, block: np.ndarray, sections: np.ndarray, state: np.ndarray, step: int, since: int) -> np.ndarray:
        """Energies (steps, channels) of a block (channels, n) through two biquads (2, 6), over steps of `step` samples, of
        which the first began `since` samples before the block. `state`: (channels, 2, 2), what the biquads hold, is changed."""
        ...

    def peak(self, span: np.ndarray, phases: np.ndarray, peak: float) -> float:
        """The largest absolute value of spans (channels, n) and between their samples, or `peak`, if that is larger.

        `phases`: (p, taps) of an interpolator.
        """
        ...

    def level(self, block: np.ndarray) -> tuple[float, float]:
        """The largest absolute value of a block, and its energy."""
        ...
