"""The marked objects of the shared pictures: how many have a source in their box, and in how many pieces."""

import pytest
from marked import FOLDER, MARKS, contains, needs_pictures

from see2sound_addon.pipeline import Settings, reconstruct


@pytest.fixture(scope="module")
def found():
    return {name: reconstruct(FOLDER / name, None, Settings(max_sources=5)).sources for name in MARKS}


@needs_pictures
def test_at_least_six_of_eight_marked_objects_have_a_source(found):
    points = [(name, mark) for name, marks in MARKS.items() for mark in marks if mark["extent"] == "point"]
    hits = [any(contains(mark["box"], source.evidence.centre) for source in found[name]) for name, mark in points]
    missed = [(name, mark["label"]) for (name, mark), hit in zip(points, hits, strict=True) if not hit]
    assert len(points) == 8
    assert sum(hits) >= 6, missed


@needs_pictures
def test_no_object_is_split_over_more_than_two_sources(found):
    for name, marks in MARKS.items():
        for mark in marks:
            if mark["extent"] == "point":
                assert sum(contains(mark["box"], source.evidence.centre) for source in found[name]) <= 2, (name, mark["label"])


@needs_pictures
def test_water_is_found_as_an_area(found):
    for name in ("harbour.png", "waterfall_small.png"):
        assert any(s.label == "water" and s.extent == "area" for s in found[name]), name


@needs_pictures
def test_there_are_never_more_sources_than_asked_for(found):
    assert all(1 <= len(sources) <= 5 for sources in found.values())
