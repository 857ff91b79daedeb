"""The set of models that is proposed fits the machine and the licences that are wanted."""

import itertools

import pytest

from see2sound_addon.weights.cards import CARDS
from see2sound_addon.weights.proposal import describe_set, propose

MACHINES = list(itertools.product((0.0, 2.0, 4.0, 8.0, 24.0), (0.0, 0.3, 1.0, 3.0, 10.0, 100.0), (True, False)))


@pytest.mark.parametrize(("memory", "disk", "commercial"), MACHINES)
def test_it_fits(memory, disk, commercial):
    cards = propose(memory, disk, commercial)
    assert sum(card.size for card in cards) <= disk
    assert len({card.task for card in cards}) == len(cards)
    for card in cards:
        assert not card.gated and (card.commercial or not commercial)
        assert card.memory <= (0.6 * memory if memory else 1.5)
    if not memory:
        assert not {"voice", "ranking"} & {card.task for card in cards}


def test_a_large_machine_gets_one_for_each_step_and_the_larger_ones():
    ids = [card.id for card in propose(24.0, 100.0, False)]
    assert ids == ["grounding-dino-tiny", "sam2-large", "depth-pro", "siglip-base", "audioldm2", "clap"]
    assert "sam2-tiny" in [card.id for card in propose(3.0, 100.0, False)]


def test_its_description_has_all_that_one_agrees_to():
    cards = [CARDS["sam2-tiny"], CARDS["blip-base"]]
    assert describe_set(cards) == "sam2-tiny, blip-base: about 1.1 GB (Apache-2.0, BSD-3-Clause)"
    assert describe_set([]) == "none fits"
