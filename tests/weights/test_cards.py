"""The catalogue: what its cards promise, and what the docs say of them."""

import re
from pathlib import Path

import pytest

from see2sound_addon.weights.cards import CARDS, TASKS
from see2sound_addon.weights.checks import FAMILIES

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "neural.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.id)
def test_a_card_names_a_revision_a_family_that_loads_and_a_row_of_the_docs(card):
    assert re.fullmatch(r"[0-9a-f]{40}|refs/pr/\d+", card.revision), "main moves"
    assert (card.task, card.family) in FAMILIES.values() and card.task in TASKS
    (row,) = [line for line in DOCS.splitlines() if line.startswith(f"| {card.id} | {card.repository} |")]
    revision = card.revision if "/" in card.revision else card.revision[:7]
    assert f"`{revision}`" in row and card.licence in row and f"| {card.size:g} |" in row
    assert ("not commercial" in row) == (not card.commercial) and ("account" in row) == card.gated


def test_no_card_stands_for_the_same_revision_of_a_repository_as_another():
    assert len({(card.repository, card.revision) for card in CARDS.values()}) == len(CARDS)
