"""The inner loops compiled from kernel.c, called by ctypes, which lets other threads run meanwhile. See `interface.Kernel`."""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np

from . import interface, reference
from .grid import EDGE, HOP, MARGIN, STEP, WINDOW
from .hulls import Faces, Hull
from .library import Library
from .sinc import QUICKER, aligned, phase_table

PHASES = 2048
"""Rows of the table of sincs, as in kernel.c."""
VECTOR = 8
"""Values that are added at once; rows of spectra are filled up to a multiple."""

_QUICKER = np.array(QUICKER)
_Arguments = {"p": ctypes.c_void_p, "i": ctypes.c_int64, "d": ctypes.c_double, "f": ctypes.c_float}
_LONG = {
    "read": "piipippip",
    "read_smoothly": "ipppppppip",
    "mix": "ppiiiip",
    "filter": "pipippp",
    "hear": "pppippiipppiippp",
    "sound": "piiippi",
    "weigh": "piippiip",
    "peak": "pipidd",
    "level": "pip",
}
_SHORT = {
    "air": "pipifp",
    "emit": "ppiippipdipppp",
    "face": "ppipip",
    "around": "pippipp",
    "pan": "pipippippidp",
    "encode": "piippp",
}
"""Arguments of the functions in kernel.c: pointers, integers, doubles, floats. While the first ones run, other threads go on;
the short ones would wait longer for their turn than they take."""


class Native:
    """The functions of a library."""

    def __init__(self, library: Library) -> None:
        self.name = library.name
        self._call = {}
        for opened, functions in ((library.opened, _LONG), (ctypes.PyDLL(str(library.path)), _SHORT)):
            for function, arguments in functions.items():
                call = getattr(opened, f"see2sound_{function}")
                call.argtypes, call.restype = [_Arguments[one] for one in arguments], None
                self._call[function] = call
        self._call["peak"].restype = ctypes.c_double

    def prepare(self) -> None:
        """See `interface.Kernel`."""
        phase_table(PHASES)

    def read(self, clip: interface.Clip, moments: np.ndarray) -> np.ndarray:
        """See `interface.Kernel`."""
        moments, out = np.ascontiguousarray(moments), np.empty(len(moments), np.float32)
        self._call["read"](
            _at(clip.samples), len(clip.samples), clip.loop, _at(moments), len(moments), _at(phase_table(PHASES)),
            _at(_QUICKER), len(QUICKER), _at(out),
        )  # fmt: skip
        return out

    def read_smoothly(self, clips: list[interface.Clip], controls: list[np.ndarray]) -> list[np.ndarray]:
        """See `interface.Kernel`."""
        outs = [np.empty(STEP * (len(control) - 3), np.float32) for control in controls]
        counts = np.array([(len(c.samples), c.loop, len(m)) for c, m in zip(clips, controls, strict=True)], np.int64).T.copy()
        self._call["read_smoothly"](
            len(clips), _all_at([clip.samples for clip in clips]), _at(counts[0]), _at(counts[1]), _all_at(controls),
            _at(counts[2]), _at(phase_table(PHASES)), _at(_QUICKER), len(QUICKER), _all_at(outs),
        )  # fmt: skip
        return outs

    def mix(self, signals: list[np.ndarray], gains: np.ndarray, total: np.ndarray | None = None) -> np.ndarray:
        """See `interface.Kernel`."""
        voices, points, channels = gains.shape
        out = np.empty((channels, STEP * (points - 1)), np.float32) if total is None else total
        self._call["mix"](_all_at(signals), _at(gains), voices, channels, points - 1, total is None, _at(out))
        return out

    def filter_moving(self, signal: np.ndarray, magnitudes: np.ndarray) -> np.ndarray:
        """See `interface.Kernel`."""
        signal, frames = np.ascontiguousarray(signal, np.float32), len(magnitudes)
        magnitudes = np.ascontiguousarray(magnitudes, np.float32)
        out = np.zeros((frames + 3) * HOP, np.float32)
        turn = _turns(4 * HOP)
        self._call["filter"](_at(signal), frames, _at(magnitudes), magnitudes.shape[1], _at(WINDOW), _at(turn), _at(out))
        return out[HOP + MARGIN : HOP + len(signal) - MARGIN]

    def air(self, distance: np.ndarray, loss: np.ndarray, largest: float) -> np.ndarray:
        """See `interface.Kernel`."""
        distance, loss = np.ascontiguousarray(distance, np.float64), np.ascontiguousarray(loss, np.float32)
        out = np.empty((len(distance), len(loss)), np.float32)
        self._call["air"](_at(distance), len(distance), _at(loss), len(loss), largest, _at(out))
        return out

    def ears(self, responses: np.ndarray) -> interface.Ears:
        """See `interface.Kernel`."""
        return _Ears(self._call, responses)

    def emit(
        self, times: np.ndarray, places: np.ndarray, curve: interface.Curve, image: np.ndarray | None, speed: float, rounds: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See `interface.Kernel`."""
        count, moving = len(times), places.strides[0] != 0
        places = np.ascontiguousarray(places if moving else places[0], np.float64)
        mirror = None if image is None else np.concatenate([image[:3].T.ravel(), image[3]])
        emitted, distance, towards = np.empty(count), np.empty(count), np.empty((count, 3))
        seen = np.array([times[0], times[-1]])
        valid = [np.inf, -np.inf]
        while not (valid[0] <= seen[0] and seen[1] <= valid[1]):  # once, unless the way is very long
            knots, coefficients, *valid = curve.pieces(float(seen[0]), float(seen[1]))
            pieces = len(knots) - 1 if coefficients.ndim > 1 else 0
            self._call["emit"](
                _at(times), _at(places), moving, count, _at(knots), _at(coefficients), pieces,
                None if mirror is None else _at(mirror), speed, rounds, _at(emitted), _at(towards), _at(distance), _at(seen),
            )  # fmt: skip
            if not np.isfinite(seen).all():
                break
        return emitted, towards, distance

    def face(self, towards: np.ndarray, distance: np.ndarray, rotations: np.ndarray) -> np.ndarray:
        """See `interface.Kernel`."""
        turning, direction = rotations.strides[0] != 0, np.empty(towards.shape)
        towards, distance = np.ascontiguousarray(towards), np.ascontiguousarray(distance)
        rotations = np.ascontiguousarray(rotations if turning else rotations[0])
        self._call["face"](_at(towards), _at(distance), len(distance), _at(rotations), turning, _at(direction))
        return direction

    def around(self, direction: np.ndarray, hull: Hull) -> tuple[np.ndarray, np.ndarray]:
        """See `interface.Kernel`."""
        direction = np.ascontiguousarray(direction, np.float64)
        face, weight = np.empty(len(direction), np.int32), np.empty((len(direction), 3))
        self._call["around"](
            _at(direction), len(direction), _at(hull.inverse), _at(hull.neighbours), len(hull.inverse), _at(face), _at(weight)
        )
        return face, weight

    def pan(self, direction: np.ndarray, faces: Faces) -> np.ndarray:
        """See `interface.Kernel`."""
        direction = np.ascontiguousarray(direction, np.float64)
        gains = np.empty((len(direction), faces.downmix.shape[1]))
        self._call["pan"](
            _at(direction), len(direction), _at(faces.inverse), len(faces.inverse), _at(faces.corners), _at(faces.sides),
            len(faces.corners), _at(faces.members), _at(faces.downmix), faces.downmix.shape[1], EDGE, _at(gains),
        )  # fmt: skip
        return gains

    def encode(self, direction: np.ndarray, order: int) -> np.ndarray:
        """See `interface.Kernel`."""
        direction = np.ascontiguousarray(direction, np.float64)
        out = np.empty((len(direction), (order + 1) ** 2))
        first, scale = reference.legendre_start(order), reference.harmonic_scale(order)
        self._call["encode"](_at(direction), len(direction), order, _at(first), _at(scale), _at(out))
        return out

    def weigh(self, block: np.ndarray, sections: np.ndarray, state: np.ndarray, step: int, since: int) -> np.ndarray:
        """See `interface.Kernel`."""
        block, sections = np.ascontiguousarray(block, np.float32), np.ascontiguousarray(sections)
        channels, samples = block.shape
        energies = np.zeros((-(-(since + samples) // step), channels))
        self._call["weigh"](_at(block), channels, samples, _at(sections), _at(state), step, since, _at(energies))
        return energies

    def peak(self, span: np.ndarray, phases: np.ndarray, peak: float) -> float:
        """See `interface.Kernel`."""
        bound = float(np.abs(phases).sum(axis=1).max())
        backwards = np.ascontiguousarray(phases[:, ::-1], np.float32)
        taps = phases.shape[1]
        for channel in np.ascontiguousarray(span, np.float32):
            peak = self._call["peak"](_at(channel), len(channel) - taps + 1, _at(backwards), taps, bound, peak)
        return peak

    def level(self, block: np.ndarray) -> tuple[float, float]:
        """See `interface.Kernel`."""
        block, found = np.ascontiguousarray(block, np.float32), np.zeros(2)
        self._call["level"](_at(block), block.size, _at(found))
        return float(found[0]), float(found[1])


def _all_at(arrays: list[np.ndarray]) -> object:
    return (ctypes.c_void_p * len(arrays))(*[array.ctypes.data for array in arrays])


class _Ears:
    """See `interface.Ears`. Both ears together are one complex signal."""

    def __init__(self, call: dict, responses: np.ndarray) -> None:
        self._call = call
        self.size = 1024 if responses.shape[2] <= 1024 - 2 * HOP else 2048
        self.tail = self.size
        self._bins = self.size // 2 + 1
        self._row = -(-self._bins // VECTOR) * VECTOR
        spectra = np.fft.rfft(responses, self.size, axis=2)
        self._table = aligned((len(responses), 4, self._row))
        self._table[:, ::2, : self._bins], self._table[:, 1::2, : self._bins] = spectra.real, spectra.imag
        self._everywhere = aligned((4, self._row))
        self._everywhere[:] = self._table.mean(axis=0)

    def blank(self, frames: int) -> np.ndarray:
        """See `interface.Ears`."""
        return aligned((frames, 4, self._row))

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
        gain = np.ascontiguousarray(gain, np.float64)
        same = reference.stays(near, weight, focus)
        near, weight = np.ascontiguousarray(near, np.int32), np.ascontiguousarray(weight, np.float32)
        focus, turn = np.ascontiguousarray(focus, np.float32), _turns(self.size)
        self._call["hear"](
            _at(ears[0]), _at(ears[1]), _at(gain), len(heard), _at(near), _at(weight), near.shape[1], same, _at(focus),
            _at(self._table), _at(self._everywhere), self.size, self._row, _at(WINDOW), _at(turn), _at(heard),
        )  # fmt: skip

    def sound(self, heard: np.ndarray) -> np.ndarray:
        """See `interface.Ears`."""
        out, turn = np.zeros((2, (len(heard) - 1) * HOP + self.tail), np.float32), _turns(self.size)
        self._call["sound"](_at(heard), len(heard), self.size, self._row, _at(turn), _at(out), out.shape[1])
        return out


_Nothing = ctypes.c_char * 0


def _at(array: np.ndarray) -> object:
    """Where an array's values are. Quicker than NumPy says the address, and for contiguous arrays only."""
    try:
        return _Nothing.from_buffer(array)  # type: ignore[arg-type]
    except TypeError:  # it must not be written to
        return array.ctypes.data


@cache
def _turns(size: int) -> np.ndarray:
    """(4, size) float32: cosines and sines of exp(-2 pi i k / size), and of the turns between the two steps of a transform."""
    angle = -2.0 * np.pi * np.arange(size) / size
    between = angle[np.outer(np.arange(size // 32), np.arange(32)) % size].ravel()
    made = aligned((4, size))
    made[:] = np.cos(angle), np.sin(angle), np.cos(between), np.sin(between)
    return made
