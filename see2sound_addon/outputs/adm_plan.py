"""A plan of what an ADM file holds: its objects as sources, with the clips beside."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..delivery.adm.elements import AudioObject
from ..delivery.adm.reading import AdmFile, read
from ..delivery.wav import write_clip
from ..soundscene import Fader, SoundScene, Source, Trajectory
from ..spatial.layouts import find_layout
from ..spatial.panning import unit_vector

LOWEST = 1e-10
"""Gain that stands for silence: -200 dB."""
UPRIGHT = np.array([[1.0, 0.0, 0.0, 0.0]])


def plan_of(path: Path, folder: Path) -> tuple[SoundScene, list[str]]:
    """A plan with the sources of an ADM file around a listener at the origin, and notes. `folder`: for their clips.

    Errors: `adm-unreadable`, `adm-none`, `folder-not-writable`.
    """
    file, notes = read(path), []
    programme = file.programme
    sources = [
        _source(one, _clip(file, path, folder / f"object_{number}.wav", channel, one.begin, one.end), number)
        for number, (one, channel) in enumerate(zip(programme.objects, file.channels, strict=True), 1)
    ]
    speakers = {speaker.label: speaker for speaker in find_layout("7.1.4").speakers}
    for label, channel in file.bed_channels.items():
        if speakers[label].is_lfe:
            notes.append("The bed's LFE channel is left out.")
            continue
        clip = _clip(file, path, folder / f"bed_{label}.wav", channel, 0.0, programme.seconds)
        place = Trajectory.fixed(unit_vector(speakers[label].azimuth, speakers[label].elevation))
        sources.append(Source(f"bed {label}", clip, place, synchronous=True))
    listener = Trajectory.fixed((0.0, 0.0, 0.0))
    return SoundScene(programme.seconds, listener, sources, sample_rate=programme.rate, distance_model="none"), notes


def _clip(file: AdmFile, path: Path, out: Path, channel: int, begin: float, end: float) -> Path:
    first, last = (round(seconds * file.programme.rate) for seconds in (begin, end))
    write_clip(out, file.signal(path, channel)[first : max(last, first + 1)], file.programme.rate)
    return out


def _source(one: AudioObject, clip: Path, number: int) -> Source:
    path = Trajectory(one.times, one.directions, UPRIGHT, one.times[one.jumps])
    if not np.ptp(one.directions, axis=0).any():
        path = Trajectory.fixed(one.directions[0])
    level = 20.0 * np.log10(np.maximum(one.gains, LOWEST))
    fader = Fader(one.times, level) if np.ptp(level) else Fader(np.zeros(1), level[:1])
    return Source(
        one.name or f"object {number}", clip, path, start=one.begin, fader=fader, synchronous=True, divergence=one.divergence,
        spread=float(np.radians(one.widths.max(initial=0.0))),
    )  # fmt: skip
