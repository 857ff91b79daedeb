"""Photographs that scikit-image carries, with what is in them marked by hand: a test of the eye for every stranger.

Their licences are in scikit-image's data/README.txt: the rocket is NASA's, the astronaut NASA's, the cat and the coffee CC0;
the coins have no known copyright restrictions (Brooklyn Museum).
"""

from pathlib import Path

import pytest
import skimage

from see2sound_addon import pipeline

DATA = Path(skimage.__file__).parent / "data"
MARKED = {  # the object's box as fractions (left, top, right, bottom), and its label or None for any
    "rocket.jpg": ((0.42, 0.15, 0.60, 0.90), None),
    "chelsea.png": ((0.10, 0.00, 0.85, 1.00), None),
    "astronaut.png": ((0.05, 0.00, 0.95, 1.00), "person"),
    "coffee.png": ((0.25, 0.10, 0.80, 0.90), None),
}


@pytest.fixture(scope="module", params=MARKED)
def seen(request):
    return MARKED[request.param], pipeline.reconstruct(DATA / request.param).sources


def test_the_marked_object_has_a_source_inside_its_box(seen):
    (left, top, right, bottom), label = seen[0]
    inside = [one for one in seen[1] if left <= one.evidence.centre[0] <= right and top <= one.evidence.centre[1] <= bottom]
    assert inside
    assert label is None or label in {one.label for one in inside}


def test_no_two_sources_are_the_same_part_of_the_picture(seen):
    points = [one for one in seen[1] if one.extent == "point"]
    for number, one in enumerate(points):
        for other in points[:number]:
            shared = (one.evidence.mask & other.evidence.mask).sum()
            assert shared < 0.5 * min(one.evidence.mask.sum(), other.evidence.mask.sum())


def test_what_is_placed_is_seen_at_its_visible_centre():
    found = pipeline.reconstruct(DATA / "rocket.jpg")
    for one in found.sources:
        local = found.camera.pose[:3, :3].T @ (one.position - found.camera.pose[:3, 3])
        assert found.camera.projection.points(local[None])[0] == pytest.approx(one.evidence.centre, abs=1e-3)


def test_without_colours_nothing_is_a_waterfall_because_it_is_white():
    found = pipeline.reconstruct(DATA / "coins.png")
    assert found.sources and "waterfall" not in {one.label for one in found.sources}
