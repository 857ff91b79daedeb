"""The inner loops in NumPy and SciPy: what is computed, as plainly as it can be said. See `interface.Kernel`."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy import fft
from scipy.signal import sosfilt

from . import interface
from .grid import EDGE, HOP, MARGIN, SPREAD, STEP, WINDOW
from .hulls import Faces, Hull
from .sinc import DEGREE, QUICKER, TAPS, polynomials

name = "numpy"

COLUMNS = 8
"""Of a filtered chunk: one for each coefficient, and one left empty because eight are gathered faster than seven."""
ROW = 32
"""Samples that a row of the matrix product makes."""
CHUNK = 1 << 13
"""Samples of a clip that are filtered at once, at absolute places, so that the result does not depend on block limits."""

# ---- Reading clips between samples


def prepare() -> None:
    """See `interface.Kernel`."""
    for speed in range(len(QUICKER)):
        _row_matrix(speed)


def read(clip: interface.Clip, moments: np.ndarray) -> np.ndarray:
    """See `interface.Kernel`. A clip is filtered by every polynomial's coefficients, as one matrix product; then each moment
    costs as many values as the polynomials have coefficients, not as many as the sinc has taps."""
    floor = np.floor(moments)
    x = 2.0 * (moments - floor).astype(np.float32) - 1.0
    whole = floor.astype(np.int64)
    if clip.loop:
        whole -= len(clip.samples) * int(whole.min() // len(clip.samples))
    else:
        np.clip(whole, -TAPS, len(clip.samples) + TAPS, out=whole)
    values = np.empty(len(moments), np.float32)
    levels = np.repeat(_levels(moments), STEP)[: len(moments)]
    chunk = whole // CHUNK
    edges = [0, *(np.flatnonzero((np.diff(chunk) != 0) | (np.diff(levels) != 0)) + 1).tolist(), len(moments)]
    known: dict[tuple[int, int], np.ndarray] = {}
    for begin, end in zip(edges[:-1], edges[1:], strict=True):
        number, speed = int(chunk[begin]), int(levels[begin])
        if (number, speed) not in known:
            known[number, speed] = _filtered(clip, number * CHUNK, speed)
        gathered = known[number, speed].take(whole[begin:end] - number * CHUNK, axis=0)
        values[begin:end] = _horner(gathered, x[begin:end])
    return values


def read_smoothly(clips: list[interface.Clip], controls: list[np.ndarray]) -> list[np.ndarray]:
    """See `interface.Kernel`."""
    return [read(clip, smooth(control)) for clip, control in zip(clips, controls, strict=True)]


def _levels(moments: np.ndarray) -> np.ndarray:
    """Which of QUICKER each STEP of moments needs, (n / STEP,) rounded up: the first at least as quick as it is read."""
    if len(moments) < STEP:
        return np.zeros(1, np.int64)
    whole = moments[: len(moments) // STEP * STEP].reshape(-1, STEP)
    speed = np.abs(whole[:, -1] - whole[:, 0]) / (STEP - 1)
    level = np.minimum(np.searchsorted(QUICKER, speed - 0.02), len(QUICKER) - 1)
    return level if len(moments) % STEP == 0 else np.append(level, level[-1])


def _filtered(clip: interface.Clip, first: int, level: int) -> np.ndarray:
    """(CHUNK, COLUMNS) float32: the samples of a chunk, filtered by each of the polynomials' coefficients."""
    spread = stretch(clip, first - (TAPS // 2 - 1), CHUNK + TAPS - 1)
    rows = np.lib.stride_tricks.sliding_window_view(spread, ROW + TAPS - 1)[::ROW]
    return (np.ascontiguousarray(rows) @ _row_matrix(level)).reshape(CHUNK, COLUMNS)


@cache
def _row_matrix(level: int) -> np.ndarray:
    """(ROW + TAPS - 1, ROW * COLUMNS) float32: from a stretch of samples to all polynomials' outputs for ROW of them."""
    matrix = np.zeros((ROW + TAPS - 1, ROW, COLUMNS), np.float32)
    for i in range(ROW):
        matrix[i : i + TAPS, i, : DEGREE + 1] = polynomials(level).T
    return matrix.reshape(ROW + TAPS - 1, -1)


def _horner(coefficients: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(n,) from (n, COLUMNS) and (n,)."""
    value = coefficients[:, DEGREE] * x
    for power in range(DEGREE - 1, 0, -1):
        value += coefficients[:, power]
        value *= x
    value += coefficients[:, 0]
    return value


def stretch(clip: interface.Clip, first: int, count: int) -> np.ndarray:
    """`count` samples of a clip from the `first` on, as they are."""
    length = len(clip.samples)
    if clip.loop:
        begin = first % length  # NumPy's own wrapping walks one length at a time
        return clip.samples.take(np.arange(begin, begin + count) % length)
    found = np.zeros(count, np.float32)
    begin, end = max(first, 0), min(first + count, length)
    if begin < end:
        found[begin - first : end - first] = clip.samples[begin:end]
    return found


# ---- Between control points

_ALONG = np.arange(STEP) / STEP
_CUBIC = 0.5 * np.stack([
    -_ALONG + 2 * _ALONG**2 - _ALONG**3,
    2 - 5 * _ALONG**2 + 3 * _ALONG**3,
    _ALONG + 4 * _ALONG**2 - 3 * _ALONG**3,
    -(_ALONG**2) + _ALONG**3,
])  # fmt: skip


def smooth(control: np.ndarray) -> np.ndarray:
    """Interpolate control values (m,) by a Catmull-Rom spline to samples (STEP (m - 3),), float64: delays must be smooth."""
    return (np.lib.stride_tricks.sliding_window_view(control, 4) @ _CUBIC).ravel()


def mix(signals: list[np.ndarray], gains: np.ndarray, total: np.ndarray | None = None) -> np.ndarray:
    """See `interface.Kernel`. Each step is the product of the gains at both of its ends with the signals faded out and in, all
    steps in one batch."""
    parts = np.stack(signals).reshape(len(signals), -1, STEP).transpose(1, 0, 2)
    fade_in = (np.arange(STEP, dtype=np.float32) / STEP)[None, None]
    both = np.concatenate([parts * (1.0 - fade_in), parts * fade_in], axis=1)
    at_ends = gains.astype(np.float32, copy=False).transpose(1, 2, 0)
    ends = np.concatenate([at_ends[:-1], at_ends[1:]], axis=2)
    mixed = (ends @ both).transpose(1, 0, 2).reshape(gains.shape[2], -1)
    return mixed if total is None else total + mixed


# ---- Filters that change over time


def filter_moving(signal: np.ndarray, magnitudes: np.ndarray) -> np.ndarray:
    """See `interface.Kernel`."""
    frames = np.lib.stride_tricks.sliding_window_view(signal, 2 * HOP)[::HOP] * WINDOW
    padded = np.zeros((len(frames), 4 * HOP), np.float32)
    padded[:, SPREAD : SPREAD + 2 * HOP] = frames
    filtered = fft.irfft(fft.rfft(padded, axis=1) * magnitudes, 4 * HOP, axis=1)
    # Frame k covers HOP before its window to HOP after it: four hops, added up hop by hop.
    hops = filtered.reshape(len(frames), 4, HOP)
    out = np.zeros((len(frames) + 3, HOP), np.float32)
    for part in range(4):
        out[part : part + len(frames)] += hops[:, part]
    # The first hop of `out` lies one hop before the signal.
    return out.ravel()[HOP + MARGIN : HOP + len(signal) - MARGIN]


def air(distance: np.ndarray, loss: np.ndarray, largest: float) -> np.ndarray:
    """See `interface.Kernel`."""
    return (10.0 ** (-np.minimum(distance[:, None] * loss, largest) / 20.0)).astype(np.float32)


class Ears:
    """See `interface.Ears`. Windows that add up to one, each filtered by the response at its middle, overlap and add
    (Zoelzer, "DAFX", 2011, chapter 7)."""

    def __init__(self, responses: np.ndarray) -> None:
        self.size = fft.next_fast_len(2 * HOP + responses.shape[2], real=True)
        self.tail = self.size
        self.spectra = fft.rfft(responses, self.size, axis=2).astype(np.complex64)
        self.table = self.spectra.reshape(len(self.spectra), -1).view(np.float32)
        self.everywhere = self.spectra.mean(axis=0)

    def blank(self, frames: int) -> np.ndarray:
        """See `interface.Ears`."""
        return np.zeros((frames, 2, self.spectra.shape[2]), np.complex64)

    def hear(
        self,
        heard: np.ndarray,
        ears: list[np.ndarray],
        gain: np.ndarray,
        near: np.ndarray,
        weight: np.ndarray,
        focus: np.ndarray,
    ) -> None:
        """See `interface.Ears`."""
        along = np.arange(STEP) / STEP
        ramp = (gain[:-1, None] * (1.0 - along) + gain[1:, None] * along).ravel().astype(np.float32)
        framed = np.lib.stride_tricks.sliding_window_view(np.stack(ears) * ramp, 2 * HOP, axis=1)[:, ::HOP] * WINDOW
        heard += (fft.rfft(framed, self.size, axis=2) * self._responses(near, weight, focus)).transpose(1, 0, 2)

    def _responses(self, near: np.ndarray, weight: np.ndarray, focus: np.ndarray) -> np.ndarray:
        """Spectra (2, frames, bins), between measured directions their weighted mean."""
        if stays(near, weight, focus):  # a source that does not move needs one response, not one a frame
            near, weight, focus = near[:1], weight[:1], focus[:1]
        # One matrix product a frame, on real and imaginary parts alike.
        mixed = weight.astype(np.float32)[:, None] @ self.table[near]
        exact = mixed.reshape(len(near), 2, -1).view(np.complex64).transpose(1, 0, 2)
        if (focus < 1.0).any():
            blend = focus[None, :, None].astype(np.float32)
            exact = blend * exact + (1.0 - blend) * self.everywhere[:, None]
        return exact

    def sound(self, heard: np.ndarray) -> np.ndarray:
        """See `interface.Ears`."""
        frames = fft.irfft(heard, self.size, axis=2)
        count = len(frames) - 1
        out = np.zeros((2, count * HOP + self.tail), np.float32)
        for number in range(count):
            out[:, number * HOP : number * HOP + self.size] += frames[number]
        out[:, count * HOP : (count + 1) * HOP] += frames[-1, :, :HOP]
        return out


def ears(responses: np.ndarray) -> Ears:
    """See `interface.Kernel`."""
    return Ears(responses)


def stays(near: np.ndarray, weight: np.ndarray, focus: np.ndarray) -> bool:
    """Whether all frames have the same response."""
    return len(near) == 1 or bool((near == near[0]).all() and np.ptp(weight, axis=0).max() < 1e-9 and np.ptp(focus) == 0.0)


# ---- At control points


def emit(
    times: np.ndarray, places: np.ndarray, curve: interface.Curve, image: np.ndarray | None, speed: float, rounds: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """See `interface.Kernel`."""
    emitted = times
    for _ in range(rounds):
        at = curve.positions(emitted)
        towards = (at if image is None else at @ image[:3] + image[3]) - places
        distance = np.sqrt(np.einsum("ni,ni->n", towards, towards))
        emitted = times - distance / speed
    return emitted, towards, distance


def face(towards: np.ndarray, distance: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """See `interface.Kernel`."""
    direction = np.einsum("nji,nj->ni", rotations, towards) / np.maximum(distance, 1e-9)[:, None]
    direction[distance < 1e-9] = (1.0, 0.0, 0.0)
    return direction


def around(direction: np.ndarray, hull: Hull) -> tuple[np.ndarray, np.ndarray]:
    """See `interface.Kernel`."""
    # The triangle is almost always among those with the nearest middles; where it is not, all are tried.
    count = len(hull.inverse)
    face, weights = _best(direction, hull, hull.middles.query(direction, min(8, count))[1])
    missed = np.flatnonzero(weights.min(axis=1) < -1e-6)
    if len(missed):
        face[missed], weights[missed] = _best(direction[missed], hull, np.broadcast_to(np.arange(count), (len(missed), count)))
    weights = np.maximum(weights, 0.0)
    return face, weights / weights.sum(axis=1, keepdims=True)


def _best(direction: np.ndarray, hull: Hull, candidates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of candidate faces (n, k) those that hold each direction best, (n,), and the barycentric weights (n, 3)."""
    weights = np.einsum("ni,nkij->nkj", direction, hull.inverse[candidates])
    best = weights.min(axis=2).argmax(axis=1)
    rows = np.arange(len(direction))
    return candidates[rows, best], weights[rows, best]


def pan(direction: np.ndarray, faces: Faces) -> np.ndarray:
    """See `interface.Kernel`."""
    rows, triangles = np.arange(len(direction)), len(faces.inverse)
    barycentric = (direction @ faces.inverse.transpose(1, 0, 2).reshape(3, -1)).reshape(len(direction), -1, 3)
    margin = np.minimum(np.minimum(barycentric[..., 0], barycentric[..., 1]), barycentric[..., 2])
    best = margin.argmax(axis=1)
    corner = np.zeros((len(direction), len(faces.downmix)))
    corner[rows[:, None], faces.members[best, :3]] = np.maximum(barycentric[rows, best], 0.0)
    outside = margin[rows, best] < -EDGE
    for corners, (along, across), members in zip(faces.corners, faces.sides, faces.members[triangles:], strict=True):
        left = np.flatnonzero(outside)
        if len(left) == 0:
            break
        x, x_inside = _share(direction[left] @ along)
        y, y_inside = _share(direction[left] @ across)
        shares = np.stack([(1.0 - x) * (1.0 - y), x * (1.0 - y), x * y, (1.0 - x) * y], axis=1)
        inside = x_inside & y_inside & (((shares @ corners) * direction[left]).sum(axis=1) > 0.0)
        hit = left[inside]
        corner[hit] = 0.0
        corner[hit[:, None], members] = shares[inside]
        outside[hit] = False
    gains = corner @ faces.downmix
    return np.asarray(gains / np.sqrt(np.einsum("nc,nc->n", gains, gains))[:, None])


def _share(coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The solution between 0 and 1 of quadratics (n, 3), and whether there is one."""
    quadratic, linear, constant = coefficients.T
    root = np.sqrt(np.maximum(linear**2 - 4.0 * quadratic * constant, 0.0))
    # The numerically safe form of both solutions; the first is the only one of a linear equation.
    half = -0.5 * (linear + np.where(linear >= 0.0, root, -root))
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = constant / half, half / quadratic
        first_inside = (first > -EDGE) & (first < 1.0 + EDGE)
        second_inside = (second > -EDGE) & (second < 1.0 + EDGE)
    share = np.where(first_inside, first, np.where(second_inside, second, 0.0))
    return np.clip(share, 0.0, 1.0), first_inside | second_inside


def encode(direction: np.ndarray, order: int) -> np.ndarray:
    """See `interface.Kernel`. Recurrences after Zotter and Frank, "Ambisonics", 2019, appendix A.3."""
    x, y, z = direction.T
    first, scale = legendre_start(order), harmonic_scale(order)
    harmonics = np.empty((len(direction), (order + 1) ** 2))
    # r^m cos(m phi), r^m sin(m phi) with r the distance from the z axis; the powers of r go with the Legendre parts.
    cosine, sine = np.ones_like(x), np.zeros_like(x)
    for m in range(order + 1):
        before, current = np.zeros_like(z), np.full_like(z, first[m])
        for n in range(m, order + 1):
            middle = n * n + n
            harmonics[:, middle + m] = scale[middle + m] * current * cosine
            if m:
                harmonics[:, middle - m] = scale[middle - m] * current * sine
            before, current = current, ((2 * n + 1) * z * current - (n + m) * before) / (n - m + 1)
        cosine, sine = cosine * x - sine * y, sine * x + cosine * y
    return harmonics


@cache
def legendre_start(order: int) -> np.ndarray:
    """(order + 1,): the Legendre functions of the same degree as order, without their power of r: (2 m - 1)!!."""
    return np.array([float(math.prod(range(2 * m - 1, 0, -2))) if m else 1.0 for m in range(order + 1)])


@cache
def harmonic_scale(order: int) -> np.ndarray:
    """((order + 1)^2,): SN3D's weights."""
    return np.array(
        [
            math.sqrt((2.0 if m else 1.0) * math.factorial(n - abs(m)) / math.factorial(n + abs(m)))
            for n in range(order + 1)
            for m in range(-n, n + 1)
        ]
    )


# ---- Measuring


def weigh(block: np.ndarray, sections: np.ndarray, state: np.ndarray, step: int, since: int) -> np.ndarray:
    """See `interface.Kernel`."""
    weighted, after = sosfilt(sections, block.astype(np.float64), axis=1, zi=state.transpose(1, 0, 2))
    state[:] = after.transpose(1, 0, 2)
    steps = -(-(since + block.shape[1]) // step)
    padded = np.zeros((len(block), steps * step))
    padded[:, since : since + block.shape[1]] = weighted
    return np.asarray((padded.reshape(len(block), steps, step) ** 2).sum(axis=2).T)


def peak(span: np.ndarray, phases: np.ndarray, peak: float) -> float:
    """See `interface.Kernel`."""
    bound = float(np.abs(phases).sum(axis=1).max())
    for channel in span.astype(np.float64):
        # Interpolation cannot exceed the samples by more than the sum of its taps: most blocks need none.
        largest = float(np.abs(channel).max(initial=0.0))
        if largest * bound > peak:
            between = [np.convolve(channel, phase, "valid") for phase in phases]
            peak = max(peak, largest, *(float(np.abs(one).max(initial=0.0)) for one in between))
    return peak


def level(block: np.ndarray) -> tuple[float, float]:
    """See `interface.Kernel`."""
    flat = block.ravel()
    return float(np.abs(flat).max(initial=0.0)), float(np.einsum("n,n->", flat, flat, dtype=np.float64))
