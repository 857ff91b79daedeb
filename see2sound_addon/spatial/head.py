"""HRTFs of a head: measured responses with separate delays, so that both can be interpolated.

A response is split into its onset, a pure delay, and what remains aligned at LEAD samples. Between measured directions the
delays and the aligned responses are each the mean of the three around, weighed by closeness; at a measured direction both
together are the measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly
from scipy.spatial import ConvexHull, KDTree, QhullError

from ..errors import See2SoundError
from .kernels import kernel
from .kernels.grid import is_steady
from .kernels.hulls import Hull

LENGTH, LEAD = 0.006, 0.002
"""Seconds that a response keeps, and how much of it lies before the onset: some of what a head does to low frequencies comes
before the wavefront's peak."""
RADIUS = 0.0875
"""Metres, the usual average head; only for the mean arrival after that at the head's centre."""
OVERSAMPLING = 8
"""For finding onsets: an eighth of a sample is 2.6 microseconds."""
ONSET_BAND = 3000.0
"""Hz."""
AT_ONCE = 2**18
"""Taps of responses that are aligned together, so that their oversampled spectra need little memory."""
DEFAULT = Path(__file__).parent / "data" / "kemar.npz"


@dataclass
class Head:
    """`directions`: (n, 3) unit vectors. `delays`: (n, 2) seconds after the arrival at the head's centre, left ear first.

    `responses`: (n, 2, taps) float32 at `rate` Hz, onset at LEAD. Error: `sofa-wrong`.
    """

    directions: np.ndarray
    delays: np.ndarray
    responses: np.ndarray
    rate: int

    def __post_init__(self) -> None:
        try:
            hull = ConvexHull(self.directions)
        except QhullError as error:
            raise _not_around(len(self.directions)) from error
        if hull.equations[:, 3].max() > -0.02:  # the hull must hold the listener, with some room
            raise _not_around(len(self.directions))
        self._faces = hull.simplices
        middles = self.directions[self._faces].mean(axis=1)
        self._hull = Hull(
            np.linalg.inv(self.directions[self._faces]),
            np.ascontiguousarray(hull.neighbors, np.int32),
            KDTree(middles / np.linalg.norm(middles, axis=1, keepdims=True)),
        )

    def around(self, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The three measured directions (n, 3) around each of (n, 3) unit vectors, and their weights (n, 3), of sum 1."""
        if len(direction) > 1 and is_steady(direction):
            near, weights = self.around(direction[:1])
            return np.repeat(near, len(direction), axis=0), np.repeat(weights, len(direction), axis=0)
        face, weights = kernel().around(direction, self._hull)
        return self._faces[face], weights


@cache
def default_head(rate: int) -> Head:
    """The KEMAR manikin (Gardner and Martin, MIT Media Laboratory, 1994), diffuse-field equalised; see tools/make_head.py."""
    with np.load(DEFAULT) as data:
        return _at_rate(Head(data["directions"], data["delays"], data["responses"], int(data["rate"])), rate)


def head_from_measurement(directions: np.ndarray, responses: np.ndarray, measured_rate: float, rate: int) -> Head:
    """A head from unit vectors (n, 3) and impulse responses (n, 2, taps) at any rate. Error: `sofa-wrong`."""
    _, first = np.unique(np.round(directions, 5), axis=0, return_index=True)
    first.sort()
    directions, responses = directions[first], responses[first]
    if round(measured_rate) != rate:
        common = int(np.gcd(round(measured_rate), rate))
        up, down = rate // common, round(measured_rate) // common
        responses = resample_poly(responses, up, down, axis=2) * (down / up)
    at_once = max(1, AT_ONCE // responses.shape[2])
    parts = [_align(responses[begin : begin + at_once], rate) for begin in range(0, len(responses), at_once)]
    delays, aligned = (np.concatenate(both) for both in zip(*parts, strict=True))
    power = _mean_power(aligned, rate)
    if not 0.0 < power < np.inf:
        raise See2SoundError("sofa-wrong", "The measured responses hold no sound between 200 and 2000 Hz.", "Use another set.")
    aligned *= 1.0 / np.sqrt(power)
    delays = delays / rate
    # Over all directions the ears hear a wave a quarter of the radius later than the centre does (a rigid sphere's mean).
    delays += 0.25 * RADIUS / 343.3 - delays.mean()
    directions, delays, aligned = _with_poles(directions, delays, aligned)
    return Head(directions, delays, aligned.astype(np.float32), rate)


def _not_around(count: int) -> See2SoundError:
    what = f"The {count} measured directions do not surround the head."
    return See2SoundError("sofa-wrong", what, "Use a set measured on a sphere or a ring.")


def samples(seconds: float, rate: int) -> int:
    """Seconds in whole samples."""
    return round(seconds * rate)


def _align(responses: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Onsets (n, 2) in samples, where a response fits its minimum phase best (Nam, Abel, Smith, AES 125, 2008), and the
    responses (n, 2, taps) moved to have them at LEAD.

    The fit is judged below ONSET_BAND, where it runs smoothly over directions; above, the shadowed ear's is ambiguous.
    """
    taps, kept, lead = responses.shape[2], samples(LENGTH, rate), samples(LEAD, rate)
    size = 1 << int(np.ceil(np.log2(2 * taps + 2 * kept)))
    spectra = np.fft.rfft(responses, size, axis=2)
    low = spectra / np.sqrt(1.0 + (np.fft.rfftfreq(size, 1.0 / rate) / ONSET_BAND) ** 12)
    correlation = np.fft.irfft(low * np.conj(_minimum_phase(low, size)), size * OVERSAMPLING, axis=2)
    onset = correlation[..., : taps * OVERSAMPLING].argmax(axis=2) / OVERSAMPLING
    turn = np.exp(2j * np.pi * np.fft.rfftfreq(size) * (onset - lead)[..., None])
    aligned = np.fft.irfft(spectra * turn, size, axis=2)[..., :kept]
    rise, fall = np.linspace(0.0, np.pi / 2.0, lead // 3), np.linspace(0.0, np.pi / 2.0, kept // 5)
    fade = np.ones(kept)
    fade[: len(rise)] = np.sin(rise) ** 2
    fade[-len(fall) :] = np.cos(fall) ** 2
    return onset, aligned * fade


def _minimum_phase(spectra: np.ndarray, size: int) -> np.ndarray:
    """The minimum-phase spectra of the same magnitude, by folding the cepstrum (Oppenheim and Schafer)."""
    magnitude = np.abs(spectra)
    floor = 1e-4 * magnitude.max(axis=-1, keepdims=True)
    cepstrum = np.fft.irfft(np.log(np.maximum(magnitude, floor)), size, axis=-1)
    cepstrum[..., 1 : size // 2] *= 2.0
    cepstrum[..., size // 2 + 1 :] = 0.0
    return np.exp(np.fft.rfft(cepstrum, axis=-1))


def _mean_power(responses: np.ndarray, rate: int) -> float:
    """Over all directions, both ears and 200 to 2000 Hz: 1 leaves the level of a mix as it is."""
    spectra = np.fft.rfft(responses, 1024, axis=2)
    frequency = np.fft.rfftfreq(1024, 1.0 / rate)
    return float((np.abs(spectra[..., (frequency > 200.0) & (frequency < 2000.0)]) ** 2).mean())


def _with_poles(directions: np.ndarray, delays: np.ndarray, responses: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Above and below what was measured, the mean of the ring nearest to the pole stands for the pole."""
    for pole in (1.0, -1.0):
        height = pole * directions[:, 2]
        if height.max() > 0.99:
            continue
        ring = height > height.max() - 0.05
        directions = np.concatenate([directions, [[0.0, 0.0, pole]]])
        delays = np.concatenate([delays, delays[ring].mean(axis=(0, 1), keepdims=True)[0] * np.ones((1, 2))])
        responses = np.concatenate([responses, responses[ring].mean(axis=0, keepdims=True)])
    return directions, delays, responses


def _at_rate(head: Head, rate: int) -> Head:
    if head.rate == rate:
        return head
    common = int(np.gcd(head.rate, rate))
    up, down = rate // common, head.rate // common
    ahead = samples(LEAD, head.rate)  # room on both sides for the resampling filter
    padded = np.pad(head.responses.astype(float), ((0, 0), (0, 0), (ahead, ahead)))
    resampled = resample_poly(padded, up, down, axis=2) * (down / up)
    size = resampled.shape[2]
    shift = ahead * up / down + samples(LEAD, head.rate) * up / down - samples(LEAD, rate)
    turn = np.exp(2j * np.pi * np.fft.rfftfreq(size) * shift)
    moved = np.fft.irfft(np.fft.rfft(resampled, axis=2) * turn, size, axis=2)[..., : samples(LENGTH, rate)]
    return Head(head.directions, head.delays, moved.astype(np.float32), rate)
