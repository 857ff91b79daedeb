"""Scenes built by hand, for tests."""

from pathlib import Path

import numpy as np
import soundfile

from see2sound_addon.soundscene import SoundScene, Source, Trajectory
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.renderer import render

RATE = 48000
SPEED = 343.3


def source(position, name="a", **more):
    """A source that stays at `position`, or follows (times, positions)."""
    path = position if isinstance(position, Trajectory) else Trajectory.fixed(position)
    return Source(name, Path(f"{name}.wav"), path, **more)


def moving(times, positions):
    return Trajectory(np.array(times, float), np.array(positions, float), np.array([[1.0, 0, 0, 0]]))


def scene(sources, duration=1.0, listener=(0.0, 0.0, 0.0), **more):
    ears = listener if isinstance(listener, Trajectory) else Trajectory.fixed(listener)
    return SoundScene(duration, ears, sources, **more)


def rendered(plan, clips, layout, notes=None, **more):
    """(channels, samples)"""
    notes = [] if notes is None else notes
    blocks = list(render(plan, [np.asarray(clip, np.float32) for clip in clips], find_layout(layout), notes, **more))
    return np.concatenate(blocks, axis=1) if blocks else np.zeros((find_layout(layout).channels, 0), np.float32)


def noise(seconds=1.0, seed=0):
    return np.random.default_rng(seed).standard_normal(int(seconds * RATE)).astype(np.float32) * 0.1


def tone(frequency, seconds):
    return np.sin(2 * np.pi * frequency * np.arange(int(seconds * RATE)) / RATE).astype(np.float32)


def write_wav(path, samples, rate=RATE, subtype="FLOAT"):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.asarray(samples).T, rate, subtype=subtype)
    return path


def frequency_of(signal, rate=RATE):
    """A steady tone's frequency by the phase advance of its analytic signal, to about 1e-6."""
    signal = np.asarray(signal, float)
    window = np.hanning(len(signal))
    spectrum = np.abs(np.fft.rfft(signal * window, 4 * len(signal)))
    rough = np.argmax(spectrum) * rate / (4 * len(signal))
    n = np.arange(len(signal))
    base = signal * np.exp(-2j * np.pi * rough * n / rate)
    half = len(signal) // 2
    w = np.hanning(half)
    first, second = (base[:half] * w).sum(), (base[-half:] * w).sum()
    return rough + np.angle(second / first) / (2 * np.pi) * rate / (len(signal) - half)


def intensity_direction(ambix):
    """The unit vector of the mean active intensity of AmbiX channels (at least 4, n): W times Y, Z, X."""
    w, y, z, x = np.asarray(ambix[:4], float)
    vector = np.array([(w * x).sum(), (w * y).sum(), (w * z).sum()])
    return vector / np.linalg.norm(vector)


def angle_between(a, b):
    """Degrees."""
    a, b = np.asarray(a, float) / np.linalg.norm(a), np.asarray(b, float) / np.linalg.norm(b)
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))
