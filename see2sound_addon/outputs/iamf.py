"""Immersive audio for the web and for television (IAMF, Alliance for Open Media), written by the user's own FFmpeg.

A mix in a layout becomes one audio element: channels in pairs and alone, in the order of the specification (1.1, section 3.7),
or the components of ambisonics, each a stream of FLAC. The library for films that is installed with the extension cannot group
streams, so a program of FFmpeg 7 or later is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..delivery.formats import Wanted
from ..errors import See2SoundError
from ..media.files import scratch_file, whole_file
from ..progress import Progress
from ..soundscene import SoundScene
from ..spatial.layouts import Layout, find_layout
from ..spatial.loudness import Meter
from ..spatial.renderer import render
from ..workers.commands import find_program, run_program
from .together import Part, read_from, render_to

PROGRAM = "ffmpeg"
PLACE = "SEE2SOUND_FFMPEG"
"""Environment variable with the path of the program, where it is not the one on PATH."""
PAIRS = (("FL", "FR"), ("SL", "SR"), ("BL", "BR"), ("TFL", "TFR"), ("TBL", "TBR"))
ALONE = ("FC", "LFE")
BEDS = ("mono", "stereo", "5.1", "5.1.2", "5.1.4", "7.1", "7.1.4")
NAMES = {"5.1": "5.1(side)"}
"""Of layouts, where FFmpeg has another for what the specification means."""
HIGHEST_ORDER = 4
"""Of ambisonics, by the number of channels that the profiles of the format hold."""
CEILING = 0.99
"""Largest absolute value of a channel."""


def write_iamf(scene: SoundScene, clips: list[np.ndarray], out: Path, wanted: Wanted, progress: Progress) -> list[str]:
    """Write a mix in `wanted.layout`; returns notes.

    Errors: `format-impossible`, `iamf-program`, `folder-not-writable`.
    """
    layout = find_layout(wanted.layout or "7.1.4")
    streams = streams_of(layout)
    notes: list[str] = []
    program = _program()
    part = Part(scene, clips, layout, head=wanted.head, response=wanted.response)
    with scratch_file(out) as raw, whole_file(out) as partial:
        peaks = render_to(raw, [part], "Writing IAMF", progress, notes)
        gain = min(1.0, CEILING / max(float(peaks.max(initial=0.0)), 1e-12))
        if gain < 1.0:
            notes.append(f"The mix was made {-20.0 * np.log10(gain):.1f} dB quieter to stay below full scale.")
        in_stereo = render(scene, clips, find_layout("stereo"), [], response=wanted.response)
        levels = [_levels("stereo", in_stereo, scene, gain)]  # which every file of the format must have
        if layout.kind == "speakers" and layout.name != "stereo":
            levels.append(_levels(layout.name, read_from(raw, layout.channels), scene, gain))
        command = [program, *_arguments(raw, partial, layout, streams, scene.sample_rate, gain, levels, wanted.name)]
        failed, said = run_program(command)
        if failed:
            raise See2SoundError("format-impossible", f"{out.name} cannot be written: {said}.", "Install a newer FFmpeg.")
    return notes


def streams_of(layout: Layout) -> list[tuple[int, ...]]:
    """Channels of each stream, pairs first. Error: `format-impossible`."""
    if layout.kind == "ambisonics" and layout.order <= HIGHEST_ORDER:
        return [(number,) for number in range(layout.channels)]
    if layout.name not in BEDS:
        known = ", ".join([*BEDS, f"ambix1 to ambix{HIGHEST_ORDER}"])
        raise See2SoundError("format-impossible", f"IAMF does not hold {layout.name}.", f"Use one of {known}.")
    if layout.kind != "speakers":
        return [tuple(range(layout.channels))]
    places = {speaker.wave: number for number, speaker in enumerate(layout.speakers)}
    pairs = [(places[left], places[right]) for left, right in PAIRS if left in places]
    return [*pairs, *((places[name],) for name in ALONE if name in places)]


def _program() -> str:
    """The path of an FFmpeg that can write the format. Error: `iamf-program`."""
    program = find_program(PROGRAM, PLACE)
    hint = f"Install FFmpeg 7 or later and put it on PATH, or set {PLACE} to its path."
    if program is None:
        raise See2SoundError("iamf-program", "IAMF needs the program FFmpeg, which is not installed.", hint)
    failed, said = run_program([program, "-hide_banner", "-h", "muxer=iamf"], whole=True)
    if failed or "Muxer iamf" not in said:
        raise See2SoundError("iamf-program", f"This FFmpeg cannot write IAMF: {program}.", hint)
    return program


def _levels(name: str, blocks: Iterable[np.ndarray], scene: SoundScene, gain: float) -> str:
    """What the file says of the loudness of the mix in a layout."""
    meter = Meter(find_layout(name), scene.sample_rate)
    for block in blocks:
        meter.feed(block)
    loudness = meter.integrated
    loudness = -70.0 if loudness is None or not np.isfinite(loudness) else loudness
    peak = meter.sample_peak
    change = 20.0 * np.log10(gain)
    digital = 20.0 * np.log10(peak) + change if peak > 0.0 else -100.0
    return f"layout=sound_system={NAMES.get(name, name)}:integrated_loudness={loudness + change:.3f}:digital_peak={digital:.3f}"


def _arguments(
    raw: Path, out: Path, layout: Layout, streams: list[tuple[int, ...]], rate: int, gain: float, levels: list[str], name: str
) -> list[str]:
    """Of FFmpeg: the channels of the raw file apart, each stream by itself, and the groups that hold them."""
    count = range(len(streams))
    graph = f"[0:a]volume={gain:.9f}:precision=double,asplit={len(streams)}" + "".join(f"[i{n}]" for n in count)
    for number, channels in enumerate(streams):
        parts = "|".join(f"c{place}=c{channel}" for place, channel in enumerate(channels))
        graph += (
            f";[i{number}]pan={len(channels)}c|{parts},aformat=channel_layouts={'stereo' if len(channels) == 2 else 'mono'}"
        )
        graph += f"[o{number}]"
    ambisonic = layout.kind == "ambisonics"
    shape = f"ambisonic {layout.order}" if ambisonic else NAMES.get(layout.name, layout.name)
    element = ":".join(["type=iamf_audio_element:id=1", *(f"st={n}" for n in count)])
    element += f":audio_element_type={'scene' if ambisonic else 'channel'},layer=ch_layout={shape}"
    title = re.sub(r"[^\w .-]", "_", name) or "mix"  # FFmpeg gives a meaning to = : | and ,
    mix = "parameter_id=100:parameter_rate=48000"
    presentation = (
        f"type=iamf_mix_presentation:id=2:stg=0:annotations=en-us={title},submix={mix}"
        f"|element=stg=0:{mix}:headphones_rendering_mode=binaural:annotations=en-us={title}|{'|'.join(levels)}"
    )
    inputs = ["-f", "f32le", "-ar", str(rate), "-ch_layout", f"{layout.channels}c", "-i", f"file:{raw}"]
    maps = [argument for number in count for argument in ("-map", f"[o{number}]", "-streamid", f"{number}:{number}")]
    return [
        "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *inputs, "-filter_complex", graph, *maps,
        "-stream_group", element, "-stream_group", presentation,
        "-c:a", "flac", "-sample_fmt", "s32", "-f", "iamf", f"file:{out}",
    ]  # fmt: skip
