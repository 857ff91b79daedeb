"""Find recordings by words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from ...lexicon.classes import CLASSES
from ...lexicon.lookup import explain, words_in
from .index import opened

OF_CLASS = 0.35
"""What a recording of the class that the words mean gets, beside what its words get."""
UNASKED = 0.03
"""What a recording loses for each of its words that was not asked for."""
MOST_OF_CLASS = 2000
"""Recordings of a class that are looked at without a common word."""
LEAST_SCORE = 0.2


@dataclass(frozen=True)
class Hit:
    """A recording that was found. `score`: 0 to 1. `name`: the class of sounds that its file name means, or ""."""

    file: Path
    score: float
    seconds: float
    level: float
    licence: str
    name: str


def search(prompt: str, most: int = 10, file: Path | None = None) -> list[Hit]:
    """The recordings that fit a prompt, the best first.

    Rare words count more than common ones (inverse document frequency, Spärck Jones 1972); a recording of the class that the
    prompt means gets some more, one with many other words less. Error: `library-broken`.
    """
    asked = sorted({word for word in words_in(prompt) if len(word) > 1})
    meaning = explain(prompt).name
    with opened(file) as index:
        (total,) = index.execute("SELECT count(*) FROM files WHERE error IS NULL").fetchone()
        weight: dict[str, float] = {}
        found: dict[int, float] = {}
        common: dict[int, int] = {}
        for word in asked:
            rows = [row for (row,) in index.execute("SELECT file FROM words WHERE word = ?", (word,))]
            weight[word] = math.log((1.0 + total) / (1.0 + len(rows))) + 0.1
            for row in rows:
                found[row] = found.get(row, 0.0) + weight[word]
                common[row] = common.get(row, 0) + 1
        known = sum(weight[word] for word in asked) or 1.0
        scores = {row: (1.0 - OF_CLASS) * value / known for row, value in found.items()}
        if meaning in CLASSES:
            of_class = "SELECT id FROM files WHERE class = ? AND error IS NULL LIMIT ?"
            for (row,) in index.execute(of_class, (meaning, MOST_OF_CLASS)):
                scores[row] = scores.get(row, 0.0) + OF_CLASS
        likely = sorted(scores, key=lambda row: -scores[row])[: 20 * most + 200]
        facts = _facts(index, likely)
    hits = []
    for row in likely:
        path, seconds, level, licence, name, words = facts[row]
        score = scores[row] - UNASKED * max(0, words - common.get(row, 0))
        hits.append(Hit(Path(path), round(max(0.0, score), 4), seconds, level, licence, name))
    best = sorted(hits, key=lambda hit: (-hit.score, str(hit.file)))
    return [hit for hit in best if hit.score >= LEAST_SCORE][:most]


def _facts(index, rows: list[int]) -> dict[int, tuple[str, float, float, str, str, int]]:  # type: ignore[no-untyped-def]
    out = {}
    for first in range(0, len(rows), 500):
        part = rows[first : first + 500]
        marks = ",".join("?" * len(part))
        for row in index.execute(
            f"SELECT id, path, seconds, level, licence, class, words FROM files WHERE id IN ({marks})", part
        ):
            out[row[0]] = row[1:]
    return out
