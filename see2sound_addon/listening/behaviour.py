"""When a class of sounds sounds in a scene, read from behaviour.tsv."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Behaviour:
    """`when`: "always", "drives", "moves", "turns" or "used". `swings`: "extremes", "passes", "begins" or ""."""

    when: str = "always"
    swings: str = ""


def _read() -> dict[str, Behaviour]:
    text = Path(__file__).with_name("behaviour.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {name: Behaviour(when, swings) for name, when, swings in rows}


BEHAVIOUR = _read()


def behaviour_of(name: str) -> Behaviour:
    """Of a class."""
    return BEHAVIOUR.get(name, Behaviour())
