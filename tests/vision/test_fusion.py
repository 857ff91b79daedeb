"""From detections to sources: each object once, whole, sounding, and the loudest first."""

import numpy as np
import pytest

from see2sound_addon.lexicon.classes import SILENT
from see2sound_addon.objects import COCO, OBJECTS
from see2sound_addon.placement.sizes import usual_height
from see2sound_addon.vision.ambience import find_ambience
from see2sound_addon.vision.detectors import Detection
from see2sound_addon.vision.fusion import fuse, outline_in
from see2sound_addon.vision.labeller import KNOWN, UNVOICED, label_what_is_known
from see2sound_addon.vision.look import look
from see2sound_addon.vision.segmenter import segment_by_detections
from see2sound_addon.vision.view import measure_view


def picture(boxes=(), seed=0):
    """A light sky over a dull ground, 400 x 300, with a red ellipse in each box."""
    rows, columns = np.mgrid[:300, :400]
    pixels = np.where(rows[..., None] < 120, (170, 200, 235), (110, 100, 80))
    pixels = pixels + np.random.default_rng(seed).integers(0, 9, (300, 400, 3))
    for x0, y0, x1, y1 in boxes:
        across, down = (columns / 400 - (x0 + x1) / 2) / (x1 - x0), (rows / 300 - (y0 + y1) / 2) / (y1 - y0)
        pixels[across**2 + down**2 < 0.25] = (200, 40, 30)
    return pixels.astype(np.uint8)


def kinds(view, *detections):
    return [region.kind for region in fuse(view, [Detection(*one) for one in detections])]


@pytest.fixture(scope="module")
def view():
    return measure_view(picture(), 0.4)


def test_the_same_object_twice_is_one(view):
    assert kinds(view, ("dog", (0.4, 0.3, 0.7, 0.9), 0.7), ("dog", (0.43, 0.34, 0.58, 0.88), 0.4)) == ["dog"]
    assert kinds(view, ("truck", (0.4, 0.5, 0.6, 0.7), 0.5), ("bus", (0.4, 0.5, 0.6, 0.7), 0.6)) == ["bus"]
    assert kinds(view, ("dog", (0.1, 0.5, 0.3, 0.7), 0.7), ("dog", (0.6, 0.5, 0.8, 0.7), 0.4)) == ["dog", "dog"]


def test_what_stands_before_something_large_is_an_object_of_its_own(view):
    assert sorted(kinds(view, ("bus", (0.1, 0.2, 0.9, 0.9), 0.5), ("dog", (0.4, 0.7, 0.5, 0.9), 0.6))) == ["bus", "dog"]


def test_a_train_that_is_seen_in_two_parts_is_one(view):
    (one,) = fuse(view, [Detection("train", (0.4, 0.3, 0.9, 0.8), 0.7), Detection("train", (0.0, 0.5, 0.45, 0.8), 0.6)])
    assert one.kind == "train" and one.box[0] > 0.35  # the part in front is where it sounds
    apart = [("train", (0.0, 0.3, 0.3, 0.8), 0.7), ("train", (0.6, 0.3, 0.9, 0.8), 0.6)]
    assert kinds(view, *apart) == ["train", "train"]


def test_a_rider_and_a_bicycle_are_one(view):
    (one,) = fuse(view, [Detection("person", (0.42, 0.3, 0.55, 0.7), 0.6), Detection("bicycle", (0.38, 0.5, 0.6, 0.8), 0.5)])
    assert one.kind == "cyclist" and one.box[1] < 0.45 and one.box[3] > 0.7
    beside = [("person", (0.1, 0.3, 0.2, 0.8), 0.6), ("bicycle", (0.5, 0.5, 0.7, 0.8), 0.5)]
    assert sorted(kinds(view, *beside)) == ["bicycle", "person"]


def test_what_a_person_carries_is_no_source(view):
    person = ("person", (0.4, 0.3, 0.6, 0.9), 0.8)
    assert kinds(view, person, ("cell phone", (0.45, 0.5, 0.48, 0.55), 0.5)) == ["person"]
    assert "cell phone" in kinds(view, person, ("cell phone", (0.8, 0.5, 0.83, 0.55), 0.5))


def test_more_than_three_persons_close_together_are_a_crowd_and_three_are_not(view):
    many = [("person", (0.1 + 0.06 * n, 0.5, 0.15 + 0.06 * n, 0.7), 0.5) for n in range(5)]
    assert kinds(view, *many) == ["crowd"]
    assert KNOWN["crowd"].extent == "area"
    assert kinds(view, *many[:3]) == ["person"] * 3
    apart = [("person", (0.3 * n, 0.5, 0.3 * n + 0.03, 0.6), 0.5) for n in range(4)]
    assert kinds(view, *apart) == ["person"] * 4


def test_a_row_of_cars_is_traffic_and_two_are_cars(view):
    row = [("car", (0.05 + 0.12 * n, 0.6, 0.15 + 0.12 * n, 0.68), 0.5) for n in range(5)]
    assert kinds(view, *row) == ["traffic"]
    assert kinds(view, *row[:2]) == ["car", "car"]


def test_the_loudest_where_the_camera_stands_comes_first(view):
    """A dog nearby is louder than a car far away; a train is louder than both."""
    near, far = ("dog", (0.1, 0.5, 0.4, 0.95), 0.4), ("car", (0.6, 0.42, 0.62, 0.43), 0.9)
    assert kinds(view, far, near) == ["dog", "car"]
    assert kinds(view, far, near, ("train", (0.5, 0.0, 1.0, 0.95), 0.5))[0] == "train"


def test_silent_objects_explain_their_place_and_take_no_place():
    """A bench that stands out is no unknown object, and no source."""
    box = (0.35, 0.45, 0.65, 0.8)
    shown = picture([box])
    seen = look(shown, 3, 0.4, lambda pixels: [], segment_by_detections, label_what_is_known)[1]
    assert [one.guess for one in seen] == [UNVOICED]
    bench = [Detection("bench", box, 0.6)]
    seen = look(shown, 3, 0.4, lambda pixels: bench, segment_by_detections, label_what_is_known)[1]
    assert seen == []


def test_what_is_not_named_is_found_but_gets_no_sound():
    boxes = [(0.15, 0.45, 0.35, 0.8), (0.6, 0.45, 0.85, 0.8)]
    dog = [Detection("dog", boxes[0], 0.6)]
    seen = look(picture(boxes), 3, 0.4, lambda pixels: dog, segment_by_detections, label_what_is_known)[1]
    assert [one.guess.label for one in seen] == ["dog", "unknown object"]
    assert [bool(one.guess.prompt) for one in seen] == [True, False]


def test_the_outline_is_the_object_s_and_not_the_box_s():
    """GrabCut in a loose box: intersection over union with the true ellipse is high."""
    box = (0.35, 0.3, 0.65, 0.8)
    shown = picture([box])
    rows, columns = np.mgrid[:300, :400]
    truth = ((columns / 400 - 0.5) / 0.3) ** 2 + ((rows / 300 - 0.55) / 0.5) ** 2 < 0.25
    mask = outline_in(shown, (0.31, 0.24, 0.69, 0.86))
    assert (mask & truth).sum() / (mask | truth).sum() > 0.9
    assert (mask == outline_in(shown, (0.31, 0.24, 0.69, 0.86))).all()


@pytest.mark.parametrize("box", [(0.0, 0.0, 1.0, 1.0), (0.5, 0.5, 0.505, 0.505), (0.99, 0.0, 1.0, 1.0), (0.3, 0.1, 0.5, 0.3)])
def test_any_box_has_an_outline_within_it(box):
    mask = outline_in(picture(), box)
    rows, columns = np.nonzero(mask)
    if len(rows):
        assert columns.min() >= box[0] * 400 - 2 and columns.max() <= box[2] * 400 + 2
        assert rows.min() >= box[1] * 300 - 2 and rows.max() <= box[3] * 300 + 2


def test_the_table_is_whole():
    """Each of the 80 classes: silent or with a prompt and a level, and a usual size."""
    for name in COCO:
        one = OBJECTS[name]
        assert (one.prompt == SILENT) == (one.level == 0.0), name
        assert 0.01 < one.height < 60.0 and 0.05 <= one.spread <= 1.0, name
        assert one.label and usual_height(one.label) == (one.height, one.spread), name
        assert KNOWN[name].extent in ("point", "area")
    silent = {name for name in COCO if OBJECTS[name].prompt == SILENT}
    assert {"bench", "cup", "vase", "tie", "traffic light"} <= silent
    assert not {"car", "dog", "train", "person", "bird", "boat"} & silent


def test_a_street_a_harbour_and_a_room_are_told_with_their_reasons(view):
    cars = [Detection("car", (0.1 * n, 0.5, 0.1 * n + 0.08, 0.6), 0.5) for n in range(4)]
    found = find_ambience(view, [*cars, Detection("traffic light", (0.5, 0.1, 0.52, 0.2), 0.5)])
    assert found.kind == "street" and "4 vehicles" in found.reason
    assert find_ambience(view, cars[:1]) is None
    indoors = [Detection(name, (0.1, 0.5, 0.3, 0.7), 0.5) for name in ("couch", "tv", "book")]
    grey = measure_view(np.random.default_rng(0).integers(60, 90, (200, 300, 3), dtype=np.uint8), 0.4)
    assert find_ambience(grey, indoors).kind == "room"
    for kind in ("street", "harbour", "seaside", "forest", "meadow", "room", "crowd bed"):
        assert KNOWN[kind].extent == "ambient" and KNOWN[kind].prompt != SILENT


def test_a_bed_takes_the_last_place_and_there_is_one_at_most():
    cars = [Detection("car", (0.2 * n, 0.5, 0.2 * n + 0.1, 0.6), 0.5) for n in range(5)]
    cars += [Detection("traffic light", (0.5, 0.1, 0.52, 0.2), 0.5)]
    seen = look(picture(), 3, 0.4, lambda pixels: cars, segment_by_detections, label_what_is_known)[1]
    assert len(seen) == 3 and [one.guess.extent for one in seen].count("ambient") == 1
    assert seen[-1].guess.label == "city" and "Mute or delete" in seen[-1].region.note


def test_a_detection_is_dropped_as_a_reflection_only_on_water_below_its_like():
    """The dull ground is no water: a person below another one is a person."""
    view = measure_view(picture(), 0.4)
    pair = [("boat", (0.4, 0.3, 0.6, 0.45), 0.6), ("boat", (0.41, 0.46, 0.6, 0.6), 0.5)]
    assert kinds(view, *pair) == ["boat", "boat"]
    view.surfaces["water"][:] = 1.0
    assert kinds(view, *pair) == ["boat"]
    assert kinds(view, pair[1], ("boat", (0.0, 0.7, 0.2, 0.9), 0.6)) == ["boat", "boat"]


def test_one_place_goes_to_an_object_and_not_to_the_bed():
    cars = [Detection("car", (0.2 * n, 0.5, 0.2 * n + 0.1, 0.6), 0.5) for n in range(3)]
    cars += [Detection("traffic light", (0.5, 0.1, 0.52, 0.2), 0.5)]
    seen = look(picture(), 1, 0.4, lambda pixels: cars, segment_by_detections, label_what_is_known)[1]
    assert [one.guess.label for one in seen] == ["car"]


def test_sizes_are_those_of_what_the_label_is_about():
    assert usual_height("crowd") is None and usual_height("traffic") is None  # a box around many tells no distance
    assert usual_height("woman with handbag") == usual_height("woman")
    assert usual_height("motorcyclist")[0] > usual_height("motorcycle")[0]
    assert usual_height("bench")[0] == OBJECTS["bench"].height
