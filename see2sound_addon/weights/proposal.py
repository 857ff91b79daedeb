"""A set of models that fits a machine: one for each step, the best first."""

from __future__ import annotations

from collections.abc import Sequence

from .cards import CARDS, Card

BEST_FIRST = (
    ("grounding-dino-tiny", "owlv2-base"),
    ("sam2-large", "sam2-tiny"),
    ("depth-pro", "depth-anything-outdoor"),
    ("siglip-base", "clip-base"),
    ("audioldm2",),
    ("clap",),
)
"""For each step the models that may be proposed; the step that gains most comes first. Music and speech are not proposed."""
SHARE = 0.6
"""Of the device's memory, for a model; the rest is for what it computes."""
SMALL = 1.5
"""GB of memory up to which a model is of use without a GPU."""


def propose(memory: float, disk: float, commercial: bool) -> list[Card]:
    """Models that fit, none of which needs an account.

    `memory`: GB of the GPU, 0 without one. `disk`: GB that they may take. `commercial`: whether the licences must allow
    commercial work.
    """
    most, left, chosen = SHARE * memory if memory else SMALL, disk, []
    for names in BEST_FIRST:
        for card in (CARDS[name] for name in names):
            allowed = not card.gated and (card.commercial or not commercial)
            of_use = memory > 0.0 or card.task not in ("voice", "ranking")  # a sound takes minutes without a GPU
            if allowed and of_use and card.memory <= most and card.size <= left:
                chosen.append(card)
                left -= card.size
                break
    return chosen


def describe_set(cards: Sequence[Card]) -> str:
    """Their ids, the sum of their sizes, and their licences."""
    if not cards:
        return "none fits"
    licences = ", ".join(dict.fromkeys(card.licence for card in cards))
    return f"{', '.join(card.id for card in cards)}: about {sum(card.size for card in cards):.1f} GB ({licences})"
