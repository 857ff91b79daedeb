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

LOWEST = 1e-5
"""Gain that stands for silence: -100 dB."""
STEP = 1.0
"""DB between the knots of a fader that follows a gain."""
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
    times, level = _fader_knots(one.times, np.maximum(one.gains, LOWEST))
    fader = Fader(times, level) if np.ptp(level) else Fader(np.zeros(1), level[:1])
    return Source(
        one.name or f"object {number}", clip, path, start=one.begin, fader=fader, synchronous=True, divergence=one.divergence,
        spread=float(np.radians(one.widths.max(initial=0.0))),
    )  # fmt: skip


def _fader_knots(times: np.ndarray, gains: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The knots of a fader, seconds and dB, that follows gains which change linearly.

    A fader changes linearly in dB: between knots that are STEP apart, the two differ by a fiftieth of a dB at most.
    """
    level = 20.0 * np.log10(gains)
    at, values = [times[:1]], [level[:1]]
    for knot in range(1, len(times)):
        count = max(1, int(np.ceil(abs(level[knot] - level[knot - 1]) / STEP)))
        steps = np.linspace(level[knot - 1], level[knot], count + 1)[1:]
        run = gains[knot] - gains[knot - 1]
        share = (10.0 ** (steps / 20.0) - gains[knot - 1]) / run if run else np.ones(1)
        at.append(times[knot - 1] + np.clip(share, 0.0, 1.0) * (times[knot] - times[knot - 1]))
        values.append(steps)
    return np.concatenate(at), np.concatenate(values)
