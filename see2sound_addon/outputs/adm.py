"""Object audio: every source an object with its way and its signal, what comes from everywhere in a bed of loudspeakers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..delivery.adm import atmos, metadata
from ..delivery.adm.bw64 import Bw64Writer
from ..delivery.adm.elements import BED_CHANNELS, AudioObject, Bed, Programme
from ..delivery.formats import Signal, Wanted
from ..errors import See2SoundError
from ..media.files import scratch_file
from ..progress import Progress
from ..soundscene import SoundScene, Source
from ..spatial.layouts import find_layout
from ..spatial.loudness import Meter
from ..spatial.objects import Way, alone, dry, way_of
from ..spatial.renderer import render
from .together import Part, read_from, render_to

BITS = 24
MEASURED_IN = "7.1.4"
"""The layout of the mix whose loudness the metadata have."""
CEILING = 0.99
"""Largest absolute value of an object's signal."""
TOO_FINE = ("air and obstacles that dull", "reflections and reverberation", "travel time and Doppler")


@dataclass(frozen=True)
class Flavour:
    """What differs. `bed_layout`: of what comes from everywhere; `bed`: its channels in their order.

    `levels_in_signal`: whether levels are in the signals, not in the metadata. `always_bed`: whether there is a bed even if it
    is silent. `most`: objects, None for any number. `rate`: Hz, None for any.
    """

    name: str
    bed_layout: str
    bed: tuple[str, ...]
    levels_in_signal: bool
    always_bed: bool
    most: int | None
    rate: int | None


ITU = Flavour("ADM", "7.1.4", tuple(BED_CHANNELS), False, False, None, None)
ATMOS = Flavour("Atmos-profile ADM", "7.1", atmos.BED_LABELS, True, True, 118, 48000)


def write_itu(scene: SoundScene, clips: list[np.ndarray], out: Path, wanted: Wanted, progress: Progress) -> list[str]:
    """See `write_adm`; by ITU-R BS.2076."""
    return write_adm(scene, clips, out, ITU, wanted, progress)


def write_atmos(scene: SoundScene, clips: list[np.ndarray], out: Path, wanted: Wanted, progress: Progress) -> list[str]:
    """See `write_adm`; by the profile of Atmos tools."""
    return write_adm(scene, clips, out, ATMOS, wanted, progress)


def write_adm(
    scene: SoundScene, clips: list[np.ndarray], out: Path, flavour: Flavour, wanted: Wanted, progress: Progress
) -> list[str]:
    """Write a plan as objects; returns notes. `clips`: (n,) for each source.

    With `wanted.bake`, what ADM has no words for, travel times and reflections, goes into the signals.
    Errors: `too-many-objects`, `format-impossible`, `folder-not-writable`.
    """
    points = [number for number, source in enumerate(scene.sources) if source.extent != "ambient"]
    _check(scene, points, flavour)
    notes: list[str] = []
    bake = wanted.bake
    bed = _bed(scene, clips, flavour, wanted)
    signals = [_signal(scene, scene.sources[number], clips[number], flavour, wanted) for number in points]
    channels = sum(part.count for part in bed + signals)
    if channels == 0:
        raise See2SoundError("format-impossible", "The plan has no sources to make objects of.", "Add sources first.")
    loudness, true_peak = _measure(scene, clips)
    with scratch_file(out) as raw:
        peaks = render_to(raw, bed + signals, f"Writing {flavour.name}", progress, notes)
        gains, lowered = _gains_for(peaks, channels - len(points), flavour, notes)
        levels = lowered / gains[channels - len(points) :]
        loudness, true_peak = (None if one is None else one + 20.0 * np.log10(lowered) for one in (loudness, true_peak))
        objects = [
            _object(scene, scene.sources[number], way_of(scene, scene.sources[number], bake), level, flavour, bake)
            for number, level in zip(points, levels, strict=True)
        ]
        programme = Programme(
            wanted.name, scene.duration, scene.sample_rate, BITS, objects, Bed("Bed") if bed else None,
            loudness, true_peak,
        )  # fmt: skip
        axml, tracks = (atmos.metadata if flavour is ATMOS else metadata.metadata)(programme)
        signal = Signal(channels, scene.sample_rate, scene.samples, 0, BITS, scene.seed)
        with Bw64Writer(out, signal, tracks, axml) as writer:
            for block in read_from(raw, channels):
                writer.write(block * gains[:, None].astype(np.float32))
    return notes + _left_out(scene, flavour, bake)


def _check(scene: SoundScene, points: list[int], flavour: Flavour) -> None:
    if flavour.most is not None and len(points) > flavour.most:
        raise See2SoundError(
            "too-many-objects",
            f"The plan has {len(points)} sources with a place; {flavour.name} holds {flavour.most} objects.",
            "Make sources ambient, mute some, or write the format 'adm'.",
        )
    if flavour.rate is not None and scene.sample_rate != flavour.rate:
        raise See2SoundError(
            "format-impossible",
            f"{flavour.name} has {flavour.rate} Hz; the plan has {scene.sample_rate} Hz.",
            "Set Mixing Sample Rate to 48 kHz in the Output properties.",
        )


def _bed(scene: SoundScene, clips: list[np.ndarray], flavour: Flavour, wanted: Wanted) -> list[Part]:
    """What comes from everywhere, and what goes to the low-frequency loudspeakers; nothing if there is nothing."""
    layout = find_layout(flavour.bed_layout)
    order = [layout.labels.index(label) for label in flavour.bed]
    low = next(place for place, number in enumerate(order) if layout.speakers[number].is_lfe)
    ambient = [number for number, source in enumerate(scene.sources) if source.extent == "ambient"]
    lows = [number for number, source in enumerate(scene.sources) if source.lfe_db is not None]
    if not (ambient or lows or flavour.always_bed):
        return []
    room = scene.room if wanted.bake else None
    everywhere = replace(scene, sources=[replace(scene.sources[number], lfe_db=None) for number in ambient], room=room)
    sending = replace(scene, sources=[scene.sources[number] for number in lows], room=None)
    wide, deep = [clips[number] for number in ambient], [clips[number] for number in lows]
    return [
        Part(everywhere, wide, layout, order[:low], response=wanted.response),
        Part(sending, deep, layout, order[low : low + 1]),
        Part(everywhere, wide, layout, order[low + 1 :], response=wanted.response),
    ]  # fmt: skip


def _signal(scene: SoundScene, source: Source, clip: np.ndarray, flavour: Flavour, wanted: Wanted) -> Part:
    if wanted.bake:
        return Part(alone(scene, [replace(source, lfe_db=None)]), [clip], find_layout("mono"), response=wanted.response)
    if not flavour.levels_in_signal:
        return Part(dry(scene, [source]), [clip], find_layout("mono"))
    still = replace(
        source, extent="point", radius=0.0, points=np.zeros((0, 3)), synchronous=True, lfe_db=None, detours=[], reflections=[],
        tail=None,
    )  # fmt: skip
    return Part(replace(scene, sources=[still], room=None), [clip], find_layout("mono"))


def _measure(scene: SoundScene, clips: list[np.ndarray]) -> tuple[float | None, float | None]:
    """LUFS and dB of a mix."""
    meter = Meter(find_layout(MEASURED_IN), scene.sample_rate)
    for block in render(replace(scene, room=None), clips, find_layout(MEASURED_IN), []):
        meter.feed(block)
    loudness, peak = meter.integrated, meter.true_peak
    return (loudness if loudness is not None and np.isfinite(loudness) else None), (peak if np.isfinite(peak) else None)


def _gains_for(peaks: np.ndarray, beds: int, flavour: Flavour, notes: list[str]) -> tuple[np.ndarray, float]:
    """(channels,) what keeps each signal below full scale, and by how much all is lowered with that.

    The levels of objects stand in the metadata, which make up for it; those of the bed, the first `beds` channels, do not, nor
    does anything in the Atmos flavour: there all is lowered alike.
    """
    gains = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-12))
    alike = len(gains) if flavour.levels_in_signal else beds
    lowered = float(gains[:alike].min(initial=1.0))
    gains[:alike] = lowered
    if lowered < 1.0:
        notes.append(f"All was made {-20.0 * np.log10(lowered):.1f} dB quieter, so that its signals stay below full scale.")
    return gains, lowered


def _object(scene: SoundScene, source: Source, way: Way, level: float, flavour: Flavour, bake: bool) -> AudioObject:
    begin, end = _sounding(scene, source, bake)
    way = _way_after(way, begin)
    plain = bake or flavour.levels_in_signal
    return AudioObject(
        source.id, begin, end, way.times, way.directions, np.ones(len(way.times)) if plain else way.gains * level,
        way.jumps, _widths(scene, source, way.times), source.divergence,
    )  # fmt: skip


def _way_after(way: Way, begin: float) -> Way:
    """A way from a moment on; it begins where it is then."""
    if begin <= way.times[0]:
        return way
    later = way.times > begin
    stays = later.any() and way.jumps[later][0]  # until it jumps
    moment = float(way.times[~later][-1]) if stays else begin
    ahead = np.column_stack([np.interp(moment, way.times, column) for column in way.directions.T])
    ahead /= max(float(np.linalg.norm(ahead)), 1e-9)
    return replace(
        way,
        times=np.concatenate([[begin], way.times[later]]),
        directions=np.concatenate([ahead, way.directions[later]]),
        gains=np.concatenate([[np.interp(moment, way.times, way.gains)], way.gains[later]]),
        jumps=np.concatenate([[False], way.jumps[later]]),
    )


def _sounding(scene: SoundScene, source: Source, bake: bool) -> tuple[float, float]:
    """Seconds between which an object has a signal: all of the film, unless its clip begins later."""
    begin = min(max(source.start, 0.0), scene.duration)
    return (begin, scene.duration) if begin < scene.duration and not bake else (0.0, scene.duration)


def _widths(scene: SoundScene, source: Source, times: np.ndarray) -> np.ndarray:
    """Degrees (k,) over which a source spreads."""
    wide = np.full(len(times), np.degrees(source.spread))
    if source.extent != "area" or source.radius <= 0.0:
        return wide
    places, ears = (_at(path.times, path.positions, times) for path in (source.path, scene.listener))
    return np.maximum(wide, np.degrees(2.0 * np.arctan2(source.radius, np.linalg.norm(places - ears, axis=1))))


def _at(known: np.ndarray, positions: np.ndarray, times: np.ndarray) -> np.ndarray:
    if len(positions) == 1:
        return np.repeat(positions, len(times), axis=0)
    return np.column_stack([np.interp(times, known, column) for column in positions.T])


def _left_out(scene: SoundScene, flavour: Flavour, bake: bool) -> list[str]:
    if bake:
        return []
    damped = scene.air is not None or any(source.occlusion.octaves.any() for source in scene.sources)
    reflected = scene.room is not None or any(source.reflections or source.tail for source in scene.sources)
    missing = [
        what for what, there in zip(TOO_FINE, (damped and not flavour.levels_in_signal, reflected, True), strict=True) if there
    ]
    return [f"{flavour.name} has no words for {', '.join(missing)}; --bake puts them into the signals."]
