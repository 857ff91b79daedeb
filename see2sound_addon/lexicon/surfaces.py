"""From names of materials and objects to the surfaces of `materials`. The table is surfaces.tsv."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ..materials import MATERIALS, USUAL
from .lookup import split_words


@cache
def _table() -> tuple[dict[str, str], dict[str, str]]:
    """Surfaces by words that name a material, and by words of what is usually made of it."""
    text = Path(__file__).with_name("surfaces.tsv").read_text(encoding="utf-8")
    rows = [[*line.split("\t"), ""] for line in text.splitlines() if not line.startswith("#")]
    named, usual = ({word: row[0] for row in rows for word in row[column].split()} for column in (1, 2))
    return named, usual


def surface_named(text: str) -> str:
    """The surface that a name means, or "": its own name, a word for a material, or for what is usually made of one.

    The last word decides, but "glass door" is glass: words for materials come before others.
    """
    if text.strip().lower() in MATERIALS:
        return text.strip().lower()
    words = split_words(text)
    return next((table[word] for table in _table() for word in reversed(words) if word in table), "")


def surface_of(names: Iterable[str]) -> str:
    """The surface of the first of some names that says something; USUAL where none does."""
    return next((surface for text in names if (surface := surface_named(text))), USUAL)
