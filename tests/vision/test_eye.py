"""A trained network on real pictures: what is marked is found, named, and found once."""

from pathlib import Path

import numpy as np
import pytest
import skimage
from marked import FOLDER, MARKS, contains, needs_pictures

from see2sound_addon import pipeline
from see2sound_addon.backends import Backends, with_network
from see2sound_addon.vision.boxes import inside

WEIGHTS = FOLDER.parent / "weights" / "nanodet_m.onnx"
pytestmark = pytest.mark.skipif(not WEIGHTS.exists(), reason="the trained detector is not here")
NAMES = {"steam locomotive": "train", "taxi, car engine": "car", "black car": "car", "boat": "boat", "dogs running": "dog"}
"""Marked objects that are among COCO's classes."""


@pytest.fixture(scope="module")
def seen():
    backends = with_network(Backends(), WEIGHTS)
    return {name: pipeline.reconstruct(FOLDER / name, backends=backends) for name in MARKS}


def points(marks):
    return [mark for mark in marks if mark["extent"] == "point"]


@needs_pictures
def test_at_least_seven_of_eight_marked_objects_have_a_source_in_their_box(seen):
    marks = [(name, mark) for name, found in MARKS.items() for mark in points(found)]
    hits = [
        any(contains(mark["box"], one.evidence.centre) for one in seen[name].sources if one.extent != "ambient")
        for name, mark in marks
    ]
    assert len(hits) == 8 and sum(hits) >= 7, [mark["label"] for (_, mark), hit in zip(marks, hits, strict=True) if not hit]


@needs_pictures
def test_everything_marked_that_coco_knows_has_its_right_name(seen):
    for name, found in MARKS.items():
        for mark in points(found):
            if mark["label"] in NAMES:
                inside_it = [one for one in seen[name].sources if contains(mark["box"], one.evidence.centre)]
                assert NAMES[mark["label"]] in {one.label for one in inside_it}, (name, mark["label"])


@needs_pictures
def test_no_object_has_two_sources(seen):
    for name, found in seen.items():
        ones = [one for one in found.sources if one.extent == "point"]
        for number, one in enumerate(ones):
            for other in ones[:number]:
                assert inside(one.evidence.box, other.evidence.box) < 0.8, (name, one.label, other.label)
        for mark in points(MARKS[name]):
            if mark["label"] in NAMES:
                named = [one for one in ones if contains(mark["box"], one.evidence.centre) and one.prompt]
                assert len(named) == 1, (name, mark["label"], [one.label for one in named])


@needs_pictures
def test_times_square_has_its_cars_and_a_street(seen):
    found = seen["times_square.png"]
    for mark in points(MARKS["times_square.png"]):
        assert [one.label for one in found.sources if contains(mark["box"], one.evidence.centre)] == ["car"]
    beds = [one for one in found.sources if one.extent == "ambient"]
    assert [bed.prompt for bed in beds] == ["city street ambience"]
    assert any("Street ambience was added" in note for note in found.notes)


@needs_pictures
def test_the_ghats_have_both_boats(seen):
    found = seen["ghat_boats.png"]
    for mark in points(MARKS["ghat_boats.png"]):
        assert "boat" in {one.label for one in found.sources if contains(mark["box"], one.evidence.centre)}


@needs_pictures
def test_nothing_stands_below_the_ground(seen):
    for found in seen.values():
        for one in found.sources:
            assert one.position[2] > -1e-6
            if one.extent == "point" and one.evidence.box[3] < 0.98:
                eye = found.camera.pose[:3, 3]
                _, down = found.camera.ray(one.evidence.centre[0], one.evidence.box[3])
                down = found.camera.pose[:3, :3] @ down
                away = np.linalg.norm((one.position - eye)[:2]) / max(np.linalg.norm(down[:2]), 1e-9)
                assert eye[2] + away * down[2] > -1e-3, one.label


def test_the_cat_of_scikit_image_is_a_cat_and_the_astronaut_a_person():
    """Pictures that a dependency carries."""
    backends = with_network(Backends(), WEIGHTS)
    data = Path(skimage.__file__).parent / "data"
    for name, label in (("chelsea.png", "cat"), ("astronaut.png", "person")):
        assert label in {one.label for one in pipeline.reconstruct(data / name, backends=backends).sources}, name


@needs_pictures
def test_an_unnamed_object_has_no_prompt_unless_that_is_asked_for(seen):
    unnamed = [one for found in seen.values() for one in found.sources if one.label == "unknown object"]
    assert unnamed and not any(one.prompt for one in unnamed)
    voiced = pipeline.reconstruct(FOLDER / "harbour.png", backends=with_network(Backends(), WEIGHTS, voice_unknown=True))
    assert all(one.prompt for one in voiced.sources)
