"""Make the pictures of docs/engine.md from the engine itself.

.venv/bin/pip install matplotlib==3.11.2 && .venv/bin/python docs/make_engine_pictures.py
"""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import butter, sosfiltfilt, spectrogram

from see2sound_addon.materials import BANDS, MATERIALS
from see2sound_addon.soundscene import Shoebox, SoundScene, Source, Trajectory
from see2sound_addon.spatial.head import default_head
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.panning import pan
from see2sound_addon.spatial.renderer import render
from see2sound_addon.spatial.room.images import reverberation_time

IMAGES = Path(__file__).parent / "images"
RATE = 48000


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    plt.rcParams.update({"font.size": 9, "figure.dpi": 110, "axes.grid": True, "grid.alpha": 0.3})
    loudspeakers()
    ears()
    fly_by()
    room()


def loudspeakers() -> None:
    """The gain of every loudspeaker of the middle layer for a source all around."""
    angle = np.radians(np.arange(0.0, 360.5, 0.5))
    unit = np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=1)
    names = ("stereo", "5.1", "7.1", "7.1.4", "9.1.4", "22.2")
    figure, axes = plt.subplots(2, 3, figsize=(9.5, 6.6), subplot_kw={"projection": "polar"})
    for name, axis in zip(names, axes.flat, strict=True):
        layout = find_layout(name)
        gains = pan(unit, np.ones(len(unit)), layout)
        axis.set_theta_zero_location("N")
        for number, speaker in enumerate(layout.speakers):
            if gains[:, number].max() > 0.01:
                line = axis.plot(angle, gains[:, number], lw=1.2)[0]
                axis.plot(np.radians(speaker.azimuth), 1.0, "o", ms=4, color=line.get_color())
        axis.plot(angle, np.sqrt((gains**2).sum(axis=1)), "k:", lw=0.8)
        axis.set_rticks([0.5, 1.0])
        axis.set_title(f"{name}, elevation 0", fontsize=9)
    figure.tight_layout()
    figure.savefig(IMAGES / "gains.png")
    plt.close(figure)


def rendered(scene: SoundScene, clip: np.ndarray, layout: str) -> np.ndarray:
    return np.concatenate(list(render(scene, [clip] * len(scene.sources), find_layout(layout), [])), axis=1)


def source(path: Trajectory) -> Source:
    return Source("a", Path("a.wav"), path)


def ears() -> None:
    """Differences between the ears around the horizon, of what is rendered and of what was measured."""
    head = default_head(RATE)
    azimuths = np.arange(-180, 181, 5)
    clip = np.random.default_rng(0).standard_normal(RATE // 4).astype(np.float32)
    late, level = [], []
    for azimuth in np.radians(azimuths):
        place = (2 * np.cos(azimuth), 2 * np.sin(azimuth), 0)
        ear = rendered(SoundScene(0.3, Trajectory.fixed((0, 0, 0)), [source(Trajectory.fixed(place))]), clip, "binaural")
        spectra = np.fft.rfft(ear, 2 * RATE)
        frequency = np.fft.rfftfreq(2 * RATE, 1 / RATE)
        low = (frequency > 200) & (frequency < 1500)
        lag = np.fft.irfft(np.where(low, spectra[0] * np.conj(spectra[1]), 0), 16 * RATE)
        late.append(((np.argmax(lag) + 8 * RATE) % (16 * RATE) - 8 * RATE) / (8 * RATE) * 1e6)
        level.append(
            [10 * np.log10((np.abs(spectra[0, b]) ** 2).sum() / (np.abs(spectra[1, b]) ** 2).sum()) for b in bands(frequency)]
        )
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.4))
    left.plot(azimuths, late, label="rendered, 0.2 to 1.5 kHz")
    unit = np.stack([np.cos(np.radians(azimuths)), np.sin(np.radians(azimuths)), 0.0 * azimuths], axis=1)
    near, weight = head.around(unit)
    onset = np.einsum("nk,nke->ne", weight, head.delays[near]) * 1e6
    left.plot(azimuths, onset[:, 0] - onset[:, 1], "--", label="onsets of the measured responses")
    left.set_ylabel("left ear later, microseconds")
    for values, hertz in zip(np.array(level).T, (500, 2000, 8000), strict=True):
        right.plot(azimuths, values, label=f"octave at {hertz} Hz")
    right.set_ylabel("left ear louder, dB")
    for axis in (left, right):
        axis.set_xlabel("azimuth, degrees, left is positive")
        axis.set_xticks(range(-180, 181, 60))
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(IMAGES / "ears.png")
    plt.close(figure)


def bands(frequency: np.ndarray) -> list[np.ndarray]:
    return [(frequency > m / 2**0.5) & (frequency < m * 2**0.5) for m in (500, 2000, 8000)]


def fly_by() -> None:
    """A tone of 1 kHz that passes at 60 m/s, 5 m away: heard frequency against the closed form."""
    speed, duration = 60.0, 4.0
    times = np.linspace(0, duration, 97)
    path = Trajectory(times, np.stack([speed * (times - 2.0), 0 * times + 5.0, 0 * times], axis=1), np.array([[1.0, 0, 0, 0]]))
    clip = (0.5 * np.sin(2 * np.pi * 1000 * np.arange(int(duration * RATE)) / RATE)).astype(np.float32)
    heard = rendered(SoundScene(duration, Trajectory.fixed((0, 0, 0)), [source(path)]), clip, "mono")[0]
    frequency, moments, power = spectrogram(heard, RATE, "hann", 8192, 7680)
    figure, axis = plt.subplots(figsize=(9.5, 3.4))
    part = (frequency > 600) & (frequency < 1500)
    axis.pcolormesh(moments, frequency[part], 10 * np.log10(power[part] + 1e-12), vmin=-90, cmap="magma", shading="auto")
    emitted = np.linspace(0, duration, 4000)
    x = speed * (emitted - 2.0)
    distance = np.hypot(x, 5.0)
    arrives = emitted + distance / 343.3
    axis.plot(arrives, 1000 / (1 + speed * x / distance / 343.3), "c--", lw=1, label="closed form")
    axis.set(xlim=(0.5, 3.8), ylim=(700, 1400), xlabel="seconds", ylabel="Hz")
    axis.legend()
    figure.tight_layout()
    figure.savefig(IMAGES / "fly_by.png")
    plt.close(figure)


def room() -> None:
    """The decay of a room's response in three octaves, and Eyring's."""
    walls = (MATERIALS["plaster"],) * 3 + (MATERIALS["brick"], MATERIALS["wood floor"], MATERIALS["wood panels"])
    box = Shoebox((0, 0, 0), (12.0, 9.0, 4.0), walls, order=3)
    clip = np.zeros(RATE, np.float32)
    clip[0] = 1.0
    scene = SoundScene(2.0, Trajectory.fixed((-3, -2, 0)), [source(Trajectory.fixed((3, 2, 0)))], room=box)
    heard = rendered(scene, clip, "7.1.4")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.4))
    time = np.arange(heard.shape[1]) / RATE
    left.plot(1000 * time[: RATE // 8], heard.sum(axis=0)[: RATE // 8], lw=0.6)
    left.set(xlabel="milliseconds", ylabel="all channels together")
    for band, hertz in enumerate(BANDS):
        if hertz in (250.0, 1000.0, 4000.0):
            edges = [hertz / 2**0.5, hertz * 2**0.5]
            octave = sosfiltfilt(butter(3, edges, "band", fs=RATE, output="sos"), heard, axis=1)
            energy = (octave**2).sum(axis=0)[::-1].cumsum()[::-1]
            line = right.plot(time, 10 * np.log10(energy / energy[0] + 1e-9), lw=1, label=f"{hertz:.0f} Hz")[0]
            right.plot(time, -60 * time / reverberation_time(box, 343.3, None)[band], ":", color=line.get_color())
    right.set(xlim=(0, 1.8), ylim=(-60, 0), xlabel="seconds", ylabel="energy to come, dB; dotted: Eyring")
    right.legend()
    figure.tight_layout()
    figure.savefig(IMAGES / "room.png")
    plt.close(figure)


if __name__ == "__main__":
    main()
