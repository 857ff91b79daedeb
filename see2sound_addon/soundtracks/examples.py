"""What a class sounds like, for a separator to learn from: the artist's own recordings, and procedural voices."""

from __future__ import annotations

import numpy as np

from ..errors import See2SoundError
from ..lexicon.lookup import explain
from ..media.audio import read_clip, resampled
from ..sound.generator import synthesise
from ..sound.library.search import search
from ..sound.models import MODELS

TAKES, SECONDS = 3, 4.0
"""Procedural voices of a class, and how long each is."""
RECORDINGS, LONGEST = 8, 10.0
"""Recordings of a class at most, and the seconds of each that are learned from."""
LIKE = 0.5
"""Least score of a recording in the library."""
MADE_AT = 48000
"""Hz."""


def class_of(words: str) -> str:
    """The class that words name, or the words where they name none."""
    return explain(words).name or " ".join(words.lower().split())


def examples_of(words: str, rate: int, seed: int = 0) -> list[np.ndarray]:
    """Mono signals (n,) at `rate` of what words name. Errors: `class-unknown`, `library-broken`."""
    found = _recordings(words, rate)
    if explain(words).name in MODELS:
        made = (synthesise(words, SECONDS, seed + take, MADE_AT).samples for take in range(TAKES))
        found += [np.asarray(resampled(samples, MADE_AT, rate), np.float32) for samples in made]
    if not found:
        raise See2SoundError(
            "class-unknown", f"It is not known what {words[:60]!r} sounds like.",
            "Use words of `see2sound sounds`, or add recordings of it to the library.",
        )  # fmt: skip
    return found


def _recordings(words: str, rate: int) -> list[np.ndarray]:
    kept: list[np.ndarray] = []
    for hit in search(words, RECORDINGS):
        if hit.score < LIKE:
            continue
        try:
            kept.append(read_clip(hit.file, rate).samples[: round(LONGEST * rate)])
        except See2SoundError:  # moved or damaged since it was indexed
            continue
    return kept
