"""What is asked of a split, and what it gives back. Plain and light: requests and properties hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..separation.changes import Change

UNSEEN = 0.1
"""How likely a source of a film sounds while it is not seen, beside 1."""
AROUND = 0.25
"""Seconds before and after it is seen in which it is as likely."""


@dataclass(frozen=True)
class WantedSource:
    """What is to be taken out. `name`: of the stem. `words`: what it is. `direction`: unit vector (3,) to it
    in the listener's frame, or None. The rest: see `separation.separator.WantedStem`."""

    name: str
    words: str
    direction: np.ndarray | None = None
    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    weights: np.ndarray = field(default_factory=lambda: np.zeros(0))
    changes: tuple[Change, ...] = ()

    def changed(self, changes: Sequence[Change]) -> WantedSource:
        """With changes by hand, if there are any."""
        return replace(self, changes=tuple(changes)) if changes else self


def has_known_sound(prompt: str) -> bool:
    """Whether a prompt names a class of sounds; that of objects of which nothing is known is none to listen for."""
    from ..lexicon.classes import SILENT, UNKNOWN
    from ..lexicon.lookup import explain
    from ..sound.models import MODELS

    name = explain(prompt).name
    return prompt.strip().lower() not in ("", SILENT) and name in MODELS and name != UNKNOWN


def named_sources(names: list[str]) -> list[WantedSource]:
    """Stems by what they are called, each name once."""
    return [WantedSource(name, name) for name in dict.fromkeys(names)]


@dataclass(frozen=True)
class StemFacts:
    """A stem that was written. `file`: with all channels; `clip`: mono, for a Speaker, at the level of the soundtrack.

    `level`: dB relative to the soundtrack where it is strongest, None if it is empty. `azimuth`: degrees to the left
    from which the soundtrack has it, None in mono. `bed`: whether it is part of the bed.
    """

    name: str
    words: str
    file: Path
    clip: Path
    level: float | None = None
    azimuth: float | None = None
    bed: bool = False
    changes: tuple[Change, ...] = ()
