"""The response of a room for sources that stand still, and its late reverberation.

Where neither a source nor the listener moves, all its reflections together are one response for each channel. What comes
after the last reflection that is followed one by one is noise that decays as the room lets it, unrelated in all directions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import fft
from scipy.signal import oaconvolve

from ...materials import BANDS
from ...soundscene import Occlusion, Shoebox, SoundScene, Source
from ..bands import REACH, band_filters
from ..damping import OPEN, Damping
from ..decoding import evenly_spread
from ..delayline import Clip, read_smoothly
from ..kernels import kernel
from ..kernels.grid import HOP, MARGIN, STEP
from ..levels import cone_gain, distance_gain, fader_gain, spreading_gain
from ..motion import matrices as rotation_matrices
from ..propagation import LOOP_FADE, POINTLESS, at_pitch, ramp
from .images import Image, holds, images, reverberation_time

Place = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, int]]
"""From directions (n, 3) and fractions (n,) of a sample: responses (n, channels, taps) of an impulse from there, that much
early, and at which of the taps it arrives."""
Noises = Callable[[int], np.ndarray]
AHEAD = REACH + STEP
"""Samples by which a response may begin before its own time: its filters have no phase."""
EXPONENT = 3.0 * np.log(10.0)
"""Nepers of amplitude in 60 dB."""


def stands_still(scene: SoundScene, source: Source) -> bool:
    """Whether all that a source sends to the listener through a shoebox can be one response."""
    room, path, ear = scene.room, source.path, scene.listener
    if not isinstance(room, Shoebox) or room.order == 0 or not holds(room, path):
        return False
    if any(len(np.unique(p.positions, axis=0)) > 1 or len(np.unique(p.rotations, axis=0)) > 1 for p in (path, ear)):
        return False
    plain = source.extent == "point" and source.divergence == 0.0 and source.spread == 0.0
    clear = bool((source.occlusion.lowpass >= OPEN).all() and (source.occlusion.gain_db == 0.0).all())
    clear = clear and not (source.occlusion.octaves.any() or source.detours or source.reflections)
    return plain and clear and bool(np.linalg.norm(path.positions[0] - ear.positions[0]) > POINTLESS)


class Dry:
    """A source's sound where it is, before it travels anywhere."""

    def __init__(self, source: Source, samples: np.ndarray, rate: float) -> None:
        self.source, self.rate = source, rate
        self.clip = Clip(at_pitch(samples, source.pitch, source.loop), source.loop)

    def __call__(self, start: int, stop: int) -> np.ndarray:
        """(stop - start,) float32; both multiples of STEP."""
        points = np.arange(start // STEP - 1, stop // STEP + 2)
        times = points * STEP / self.rate
        gain = np.full(len(times), 10.0 ** (self.source.gain_db / 20.0)) * fader_gain(times, self.source)
        moment = times - self.source.start
        if self.source.loop:
            gain = gain * np.clip(moment / LOOP_FADE, 0.0, 1.0)
        begin = self.source.start * self.rate
        if abs(begin - round(begin)) < 1e-6:  # sample by sample, as most clips are
            signal = self.clip.stretch(start - round(begin), stop - start)
        else:
            signal = read_smoothly([self.clip], [moment * self.rate])[0]
        return signal if (gain == 1.0).all() else signal * ramp(gain)


def still_response(scene: SoundScene, source: Source, place: Place) -> np.ndarray:
    """(channels, taps) of a source that `stands_still`, direct sound and reflections, AHEAD samples late.

    `place`: a renderer's `impulses`.
    """
    rate, speed = float(scene.sample_rate), scene.speed_of_sound
    found = (Image(np.eye(3), np.zeros(3), np.ones(len(BANDS))), *images(scene.room))
    matrices, offsets = np.array([image.matrix for image in found]), np.array([image.offset for image in found])
    bands = np.array([image.reflectance for image in found])
    ear = scene.listener
    towards = matrices @ source.path.positions[0] + offsets - ear.positions[0]
    distance = np.linalg.norm(towards, axis=1)
    facing = matrices @ -rotation_matrices(source.path.rotations[:1])[0, :, 2]
    gain = cone_gain(-towards, facing, source) * spreading_gain(distance, source)
    gain[0] = float(
        cone_gain(-towards[:1], facing[:1], source)[0] * distance_gain(distance[:1], source, scene.distance_model)[0]
    )
    late = (distance - (distance[0] if source.synchronous else 0.0)) * rate / speed
    whole = np.ceil(late).astype(int)
    responses, early = place(towards @ rotation_matrices(ear.rotations[:1])[0] / distance[:, None], whole - late)
    taps = responses.shape[2]
    length = int(whole.max()) + AHEAD + taps + REACH + MARGIN
    length = -(-length // HOP) * HOP
    trains = np.zeros((len(BANDS), responses.shape[1], length), np.float32)
    weights = (bands * gain[:, None]).astype(np.float32)
    for begin, weight, response in zip(whole + AHEAD - early, weights, responses, strict=True):
        trains[:, :, begin : begin + taps] += weight[:, None, None] * response
    response = _filtered(trains, rate)
    damping = Damping(scene.air, Occlusion(), rate)
    if not damping.active:
        return response
    # What arrives later has come further; the air is asked for the way that each moment stands for.
    nearest = distance[0] if source.synchronous else 0.0
    moments = (np.arange(-MARGIN + HOP, length + MARGIN, HOP) - AHEAD) / rate
    magnitudes = damping.magnitudes(moments, np.maximum(moments * speed + nearest, 0.0))
    padded = np.pad(response, ((0, 0), (MARGIN, MARGIN)))
    return np.stack([kernel().filter_moving(channel, magnitudes) for channel in padded])


def _filtered(trains: np.ndarray, rate: float) -> np.ndarray:
    """(channels, taps) of (bands, channels, taps): each octave through its filter, added up."""
    length = trains.shape[2]
    size = fft.next_fast_len(length + REACH, real=True)
    filters = fft.rfft(np.roll(np.pad(band_filters(rate), ((0, 0), (0, size - 2 * REACH - 1))), -REACH, axis=1), size)
    spectra = fft.rfft(trains, size, axis=2)
    return np.asarray(fft.irfft(np.einsum("bcf,bf->cf", spectra, filters.astype(np.complex64)), size, axis=1)[:, :length])


def late_tail(scene: SoundScene, room: Shoebox, diffuse: Callable[[Noises], np.ndarray]) -> np.ndarray:
    """(channels, taps), AHEAD samples late: what a room still sends of a sound of amplitude 1 at 1 m.

    At time t the images that arrive have the density 4 pi c^3 t^2 / V and the energy 1 / (c t)^2 each (Kuttruff, "Room
    Acoustics", 2017, chapter 4); the walls and the air take their share by Eyring's time. Of these, the reflections followed
    one by one are left out. `diffuse`: a renderer's.
    """
    rate, speed = float(scene.sample_rate), scene.speed_of_sound
    times60 = reverberation_time(room, speed, scene.air)
    length = int(rate * times60.max()) + 1
    times = np.arange(length) / rate
    level = np.sqrt(4.0 * np.pi * speed / (np.prod(room.size) * rate) * _not_followed(room, speed, times))
    random = np.random.default_rng(scene.seed)

    def noises(count: int) -> np.ndarray:
        made = np.zeros((count, length + AHEAD), np.float32)
        for number in range(count):
            noise = random.standard_normal(length).astype(np.float32)
            for filters, seconds in zip(band_filters(rate), times60, strict=True):
                band = oaconvolve(noise, filters.astype(np.float32), "same")
                made[number, AHEAD:] += band * (level * np.exp(-EXPONENT * times / seconds)).astype(np.float32)
        return made

    return np.asarray(diffuse(noises))


def _not_followed(room: Shoebox, speed: float, times: np.ndarray) -> np.ndarray:
    """Of all images whose sound arrives at `times` (n,), the share with more walls on their way than `room.order`."""
    random = np.random.default_rng(0)
    directions = evenly_spread(1000)
    chance = random.uniform(-0.5, 0.5, directions.shape)
    grid = np.linspace(0.0, times[-1], 400)
    cells = np.rint(speed * grid[:, None, None] * directions / np.array(room.size) + chance)
    share = (np.abs(cells).sum(axis=2) > room.order).mean(axis=1)
    return np.interp(times, grid, share)


def mean_cone_gain(source: Source) -> float:
    """The root of the mean power that a source sends out over all directions, relative to its front's."""
    directions = evenly_spread(500)
    facing = np.broadcast_to([1.0, 0.0, 0.0], directions.shape)
    return float(np.sqrt((cone_gain(directions, facing, source) ** 2).mean()))
