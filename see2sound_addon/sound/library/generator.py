"""The generator that takes sounds from the artist's own recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...clips import Controls
from ...errors import See2SoundError
from ...lexicon.lookup import level_of
from ...media.audio import read_clip
from ..generator import SHORTEST, GeneratedClip, synthesise
from ..levels import fit_level
from .fit import is_texture, looped, trimmed
from .metadata import describe
from .search import Hit, search

ALIKE = 0.9
"""Recordings whose score is at least this share of the best one are takes of the same sound."""


def take_recording(
    prompt: str, duration: float, seed: int, rate: int = 48000, controls: Controls = Controls()
) -> GeneratedClip:
    """`SoundGenerator`: the best match in the library, or another take of it with another seed.

    Where nothing fits, or nothing that fits can be read, a procedural sound takes its place, and a note says so.
    Errors: those of `synthesise`, `library-broken`.
    """
    notes: list[str] = []
    for hit in _takes(search(prompt), seed):
        try:
            return _clip_of(hit.file, hit.licence, prompt, duration, seed, rate, controls, notes)
        except See2SoundError as error:
            notes.append(f"{error.message} It was passed over.")
    made = synthesise(prompt, duration, seed, rate, controls)
    made.notes = [*notes, f"No recording in the library fits {prompt!r}; the clip is procedural.", *made.notes]
    return made


def use_recording(
    file: Path, prompt: str, duration: float, seed: int, rate: int = 48000, controls: Controls = Controls()
) -> GeneratedClip:
    """The clip of one recording. Errors: those of `media.audio.read_clip`, `metadata.describe`."""
    return _clip_of(file, describe(file).licence, prompt, duration, seed, rate, controls, [])


def _takes(hits: list[Hit], seed: int) -> list[Hit]:
    """The best hits in turn: the seed says with which of those that are alike it begins."""
    alike = [hit for hit in hits if hit.score >= ALIKE * hits[0].score] if hits else []
    first = seed % len(alike) if alike else 0
    return [*alike[first:], *alike[:first], *hits[len(alike) :]]


def _clip_of(
    file: Path, licence: str, prompt: str, duration: float, seed: int, rate: int, controls: Controls, notes: list[str]
) -> GeneratedClip:
    read = read_clip(file, rate)
    samples = trimmed(np.nan_to_num(read.samples), rate)
    texture = controls.loop and duration >= SHORTEST and is_texture(samples, rate)
    if texture:
        samples = looped(samples, round(duration * rate), rate, seed)
    level = level_of(prompt)
    clip, reference = fit_level(samples, level, rate)
    notes = notes + read.notes
    return GeneratedClip(clip, file.name, level, reference, notes, texture, str(file), licence)
