"""Make the pictures of docs/acoustics.md, from the scenes of tests/acoustics.

.venv/bin/pip install matplotlib==3.11.2 && .venv/bin/python docs/make_acoustics_pictures.py
"""

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / part) for part in ("tests/support", "tests/acoustics", "benchmarks"))]

import acoustics as benchmark
import matplotlib.pyplot as plt
import numpy as np
from meshes import box, flat_surface, geometry, quad, room, scene
from scenes import noise, rendered
from test_decay import eyring
from test_ways import SCREENS, band_levels, kurze_anderson, only_ways

from see2sound_addon.acoustics.looking import ways_at
from see2sound_addon.acoustics.trace import trace_acoustics
from see2sound_addon.materials import BANDS, MATERIALS

IMAGES = Path(__file__).parent / "images"


def main() -> None:
    """Make all pictures."""
    IMAGES.mkdir(exist_ok=True)
    plt.rcParams.update({"font.size": 9, "figure.dpi": 110, "axes.grid": True, "grid.alpha": 0.3})
    screens()
    house()
    decay()
    door()
    errors()


def save(figure: plt.Figure, name: str) -> None:
    """Write a figure to the folder of images."""
    for axis in figure.axes:
        axis.minorticks_off()
    figure.tight_layout()
    figure.savefig(IMAGES / name)
    plt.close(figure)


def screens() -> None:
    """Five screens, measured on mixes, beside an approximation of Maekawa's chart."""
    figure, axis = plt.subplots(figsize=(7.5, 3.8))
    for name, (ear, mouth, place, height) in SCREENS.items():
        screen = quad((-500, place, -200), (500, place, -200), (500, place, height), (-500, place, height))
        legs = np.hypot(place - ear[1], height - ear[2]) + np.hypot(mouth[1] - place, height - mouth[2])
        longer = np.hypot(legs, mouth[0] - ear[0]) - np.linalg.norm(np.subtract(mouth, ear))
        plan = scene(ear, mouth)
        traced, _ = trace_acoustics(plan, geometry(screen, surfaces=[flat_surface(0.02)]))
        sound = [noise(1.0)]
        lost = band_levels(rendered(plan, sound, "mono")[0]) - band_levels(rendered(only_ways(traced), sound, "mono")[0])
        line = axis.semilogx(BANDS, kurze_anderson(longer), ":", lw=1)[0]
        axis.semilogx(BANDS, lost, "o-", ms=3, lw=1, color=line.get_color(), label=f"{name}, {100 * longer:.0f} cm longer")
    axis.set(xlabel="Hz", ylabel="dB lost", xticks=BANDS, xticklabels=[f"{band:g}" for band in BANDS])
    axis.legend(fontsize=8, title="points: mixes; dotted: Kurze and Anderson")
    save(figure, "acoustics_screens.png")


def house() -> None:
    """A car that passes behind a house: its ways from above at one moment, and its level."""
    n, rate = 251, 25.0
    mouth = np.stack([np.linspace(-30, 30, n), np.full(n, 30.0), np.full(n, 0.7)], axis=1)
    lawn = quad((-100, -100, 0), (100, -100, 0), (100, 100, 0), (-100, 100, 0))
    shape = geometry(box((-4, 10, 0), (4, 18, 6)), lawn, surfaces=["brick", "grass"], rate=rate, frames=n)
    traced, _ = trace_acoustics(scene((0, 0, 1.6), mouth, seconds=10.0, rate=rate), shape)
    source = traced.sources[0]
    figure, (above, level) = plt.subplots(1, 2, figsize=(9.5, 3.6), width_ratios=[1, 1.6])
    above.add_patch(plt.Rectangle((-4, 10), 8, 8, color="0.8"))
    above.plot(mouth[:, 0], mouth[:, 1], "0.5", lw=1)
    for way in ways_at(traced, source, 4.2):
        colour = {"straight": "tab:red", "detour": "tab:orange", "reflection": "tab:blue"}[way.kind]
        above.plot(way.points[:, 0], way.points[:, 1], color=colour, lw=1.5, label=f"{way.kind}, {way.level:.0f} dB")
    above.set(aspect="equal", xlim=(-22, 22), ylim=(-4, 34), title="From above, at 4.2 s", xlabel="m", ylabel="m")
    above.legend(fontsize=7)
    times = np.arange(n) / rate
    for name, band in (("125 Hz", 0), ("1 kHz", 3), ("4 kHz", 5)):
        power = 10.0 ** (np.interp(times, source.occlusion.times, source.occlusion.octaves[:, band]) / 10.0)
        for detour in source.detours:
            curve = np.interp(times, detour.times, detour.octaves[:, band], left=-120.0, right=-120.0)
            power += 10.0 ** (curve / 10.0)
        level.plot(times, 10.0 * np.log10(power), lw=1.2, label=name)
    level.set(xlabel="s", ylabel="dB of the free field", title="Straight way and detours", ylim=(-40, 3))
    level.legend(fontsize=8)
    save(figure, "acoustics_house.png")


def decay() -> None:
    """The decay of a shoebox mesh by octave, beside Eyring's formula."""
    figure, axis = plt.subplots(figsize=(7.5, 3.2))
    for name in ("wood panels", "brick", "concrete block", "carpet on pad"):
        size = (8.0, 6.0, 4.0)
        shape = geometry(box((0, 0, 0), size), surfaces=[name])
        traced, _ = trace_acoustics(scene((2.1, 2.2, 1.5), (6.7, 4.3, 1.2)), shape)
        line = axis.loglog(BANDS, eyring(size, MATERIALS[name]), ":", lw=1)[0]
        axis.loglog(BANDS, traced.sources[0].tail.decay[0], "o", ms=4, color=line.get_color(), label=name)
    axis.set(xlabel="Hz", ylabel="s for 60 dB", xticks=BANDS, xticklabels=[f"{band:g}" for band in BANDS])
    axis.legend(fontsize=8, title="points: traced; dotted: Eyring", loc="lower left")
    save(figure, "acoustics_decay.png")


def door() -> None:
    """The tail along a way from a hall through a door to open ground."""
    n = 251
    along = np.linspace(10.0, 30.0, n)
    ear = np.stack([along, np.full(n, 5.0), np.full(n, 1.6)], axis=1)
    lawn = quad((20, -100, 0), (200, -100, 0), (200, 100, 0), (20, 100, 0))
    hall = room(0, 20, 10, 6, right=(4.0, 6.0, 2.4))
    shape = geometry(hall, lawn, surfaces=[flat_surface(0.06), "grass"], rate=25.0, frames=n)
    traced, _ = trace_acoustics(scene(ear, ear - np.array((2.0, 0, 0)), seconds=10.0), shape)
    place = np.interp(traced.room.times, np.arange(n) / 25.0, along)
    figure, axis = plt.subplots(figsize=(7.5, 3.0))
    axis.plot(place, np.maximum(traced.sources[0].tail.level[:, 2], -60.0), "o-", ms=3)
    axis.axvline(20.0, color="0.4", ls="--", lw=1)
    axis.text(20.2, 2.0, "door", fontsize=8)
    axis.set(xlabel="m along the way", ylabel="dB of the source at 1 m", title="Reverberation at 500 Hz", ylim=(-62, 8))
    save(figure, "acoustics_door.png")


def errors() -> None:
    """The error of the late sound against the number of rays."""
    rays, decays, levels = (np.array(column) for column in zip(*benchmark.errors(), strict=True))
    figure, axis = plt.subplots(figsize=(6.0, 3.0))
    axis.loglog(rays, 100 * decays, "o-", ms=3, label="decay, %")
    axis.loglog(rays, levels, "s-", ms=3, label="level, dB")
    axis.loglog(rays, 100 * decays[0] * (rays / rays[0]) ** -0.5, "k:", lw=0.8, label="1 / root of the rays")
    axis.axvline(1024, color="0.4", ls="--", lw=1)
    axis.set(xlabel="rays from a place", ylabel="standard deviation", xticks=rays, xticklabels=[str(one) for one in rays])
    axis.legend(fontsize=8)
    save(figure, "acoustics_rays.png")


if __name__ == "__main__":
    main()
