"""Detectors as ONNX files: their decoding by networks with fixed outputs, and everything that is no detector."""

import math
import os
import signal

import cv2
import numpy as np
import pytest
from networks import write_network

from see2sound_addon import backends, pipeline
from see2sound_addon.backends import Backends, with_network
from see2sound_addon.errors import See2SoundError
from see2sound_addon.objects import COCO
from see2sound_addon.vision import networks
from see2sound_addon.vision.detectors import DETECTORS
from see2sound_addon.vision.networks import Network, fit

BOX = (100.0, 60.0, 260.0, 180.0)
"""Left, top, right, bottom in pixels of the network's input."""


def cell_of(box, stride, side):
    """The cell whose centre is nearest to a box's, and that centre."""
    count = math.ceil(side / stride)
    column, row = (int((box[i] + box[i + 2]) / 2.0 // stride) for i in (0, 1))
    return row * count + column, ((column + 0.5) * stride, (row + 0.5) * stride)


def sure(value, bins):
    """Logits (bins,) of a distribution over 0 to bins - 1 whose expectation is a value: two neighbours, in proportion."""
    low = min(int(value), bins - 2)
    logits = np.full(bins, -40.0)
    logits[low], logits[low + 1] = math.log(max(low + 1 - value, 1e-12)), math.log(max(value - low, 1e-12))
    return logits


def nanodet(box=BOX, name="dog", score=0.8, levels=4, side=416, stride=32, bins=8):
    outputs = []
    for level in (8, 16, 32, 64)[:levels]:
        count = math.ceil(side / level) ** 2
        scores, sides = np.zeros((1, count, len(COCO))), np.zeros((1, count, 4 * bins))
        if level == stride:
            cell, (x, y) = cell_of(box, stride, side)
            scores[0, cell, COCO.index(name)] = score
            sides[0, cell] = np.concatenate([sure(d / stride, bins) for d in (x - box[0], y - box[1], box[2] - x, box[3] - y)])
        outputs += [scores, sides]
    return outputs


def yolox(box=BOX, name="dog", objectness=0.9, score=0.9, side=640, stride=16):
    counts = [math.ceil(side / level) ** 2 for level in (8, 16, 32)]
    table = np.zeros((1, sum(counts), 5 + len(COCO)))
    cell, (x, y) = cell_of(box, stride, side)
    at = sum(counts[: (8, 16, 32).index(stride)]) + cell
    column, row = (x / stride - 0.5, y / stride - 0.5)
    middle = ((box[0] + box[2]) / 2.0 / stride - column, (box[1] + box[3]) / 2.0 / stride - row)
    table[0, at, :5] = (*middle, math.log((box[2] - box[0]) / stride), math.log((box[3] - box[1]) / stride), objectness)
    table[0, at, 5 + COCO.index(name)] = score
    return [table]


@pytest.mark.parametrize("levels", [3, 4])
@pytest.mark.parametrize("stride", [16, 32])
@pytest.mark.parametrize("bins", [8, 17])
def test_a_nanodet_s_box_is_where_its_distributions_say(tmp_path, levels, stride, bins):
    """The picture is twice as wide as high: it lies in the middle of the square, and the box is found again in fractions."""
    if 160 / 2 / stride > bins - 2:
        pytest.skip("a side of this box does not fit into so few bins")
    network = Network(write_network(tmp_path / "eye.onnx", nanodet(levels=levels, stride=stride, bins=bins), 416))
    (found,) = network(np.zeros((100, 200, 3), np.uint8))
    scale, top = 416 / 200, (416 - 208) / 2
    expected = (100 / scale / 200, 0.0, 260 / scale / 200, (180 - top) / scale / 100)
    assert (found.label, found.score) == ("dog", pytest.approx(0.8))
    assert found.box == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_a_yolox_s_box_is_where_its_table_says(tmp_path, stride):
    """Objectness times the class's score; the picture lies in the upper left corner."""
    network = Network(write_network(tmp_path / "eye.onnx", yolox(stride=stride), 640))
    (found,) = network(np.zeros((320, 640, 3), np.uint8))
    assert (found.label, found.score) == ("dog", pytest.approx(0.81, abs=1e-4))
    assert found.box == pytest.approx((100 / 640, 60 / 320, 260 / 640, 180 / 320), abs=1e-4)


def test_suppression_is_per_class(tmp_path):
    """Two boxes of one class at one place are one object, a dog and a cat there are two."""
    first, second = nanodet(), nanodet(name="cat", score=0.6, stride=16, box=(140.0, 80.0, 220.0, 160.0))
    third = nanodet(score=0.5, stride=16, box=(120.0, 70.0, 240.0, 170.0), bins=8)
    both = [np.maximum(a, b) if a.shape[-1] == 80 else a + b for a, b in zip(first, second, strict=True)]
    network = Network(write_network(tmp_path / "a.onnx", both, 416))
    assert [one.label for one in network(np.zeros((416, 416, 3), np.uint8))] == ["dog", "cat"]
    same = [np.maximum(a, b) if a.shape[-1] == 80 else a + b for a, b in zip(first, third, strict=True)]
    network = Network(write_network(tmp_path / "b.onnx", same, 416))
    assert [one.score for one in network(np.zeros((416, 416, 3), np.uint8))] == [pytest.approx(0.8)]


@pytest.mark.parametrize(("shape", "centred"), [((100, 200), True), ((200, 100), True), ((7, 900), False), ((640, 640), False)])
def test_a_letterboxed_picture_keeps_its_shape_and_its_colours(shape, centred):
    pixels = np.full((*shape, 3), (200, 100, 50), np.uint8)
    square, place = fit(pixels, 416, 114, centred)
    inside = (square == (200, 100, 50)).all(axis=2)
    rows, columns = np.nonzero(inside)
    assert np.ptp(columns) + 1 == pytest.approx(shape[1] * place.scale, abs=1.0)
    assert np.ptp(rows) + 1 == pytest.approx(max(1.0, shape[0] * place.scale), abs=1.0)
    assert (square[~inside] == 114).all()
    whole = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], float)
    assert place.boxes(whole)[0] == pytest.approx((0, 0, 1, 1), abs=0.01 if min(shape) > 10 else 0.7)


def classifier(path):
    return write_network(path, [np.zeros((1, 1, 1000))], 416)


def other_classes(path):
    return write_network(path, [np.zeros((1, 8400, 25))], 640)


def text(path):
    path.write_text("this is no network " * 1000)
    return path


def nothing(path):
    path.write_bytes(b"")
    return path


def torn(path):
    write_network(path, nanodet(), 416)
    path.write_bytes(path.read_bytes()[:5000])
    return path


def flipped(path):
    write_network(path, nanodet(), 416)
    data = bytearray(path.read_bytes())
    data[20:400] = bytes(255 - value for value in data[20:400])
    path.write_bytes(data)
    return path


def huge(path):
    with path.open("wb") as file:
        file.truncate(2 * 2**30)
    return path


def batch_of_two(path):
    return write_network(path, [np.zeros((2, 8400, 85))], 640)


def absent(path):
    return path


@pytest.mark.parametrize(
    "make", [batch_of_two, classifier, other_classes, text, nothing, torn, flipped, huge, absent], ids=lambda f: f.__name__
)
def test_what_is_no_detector_is_one_clear_line_and_the_embedded_eye_goes_on(tmp_path, make):
    path = make(tmp_path / "eye.onnx")
    with pytest.raises(See2SoundError) as caught:
        Network(path)
    assert caught.value.code == ("eye-missing" if make is absent else "eye-wrong")
    assert "\n" not in str(caught.value) and "eye.onnx" in str(caught.value) and caught.value.hint
    usual = Backends()
    chosen = with_network(usual, path)
    assert chosen.detector == DETECTORS["embedded"] and chosen.segmenter == usual.segmenter
    assert "The embedded detector was used" in chosen.notes[0]


def test_a_file_on_which_opencv_crashes_ends_a_process_of_its_own(tmp_path, monkeypatch):
    """It does so on some damaged files, and Blender must not end with it."""
    path = write_network(tmp_path / "eye.onnx", nanodet(), 416)

    class Crashing(backends.Worker):
        def start(self, request):
            super().start(request)
            os.kill(self._process.pid, signal.SIGSEGV)

    monkeypatch.setattr(backends, "Worker", Crashing)
    with pytest.raises(See2SoundError) as caught:
        backends.check_network(path)
    assert caught.value.code == "eye-wrong" and "OpenCV crashes on it" in str(caught.value)


def test_a_picture_is_seen_although_the_network_is_broken(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8))
    found = pipeline.reconstruct(tmp_path / "a.png", backends=with_network(Backends(), text(tmp_path / "eye.onnx")))
    assert any("eye.onnx cannot be used" in note for note in found.notes)


def test_an_answer_that_is_not_finite_finds_nothing(tmp_path):
    outputs = nanodet()
    outputs[5][:] = np.nan
    network = Network(write_network(tmp_path / "eye.onnx", outputs, 416))
    assert network(np.zeros((100, 100, 3), np.uint8)) == []


def test_a_network_is_read_anew_when_its_file_changes(tmp_path):
    path = write_network(tmp_path / "eye.onnx", nanodet(), 416)
    first = with_network(Backends(), path).detector
    assert with_network(Backends(), path).detector is first
    write_network(path, nanodet(name="cat"), 416)
    second = with_network(Backends(), path).detector
    assert [one.label for one in second(np.zeros((200, 200, 3), np.uint8))] == ["cat"]


def test_the_classes_are_coco_s_in_its_order():
    assert len(COCO) == 80
    assert [COCO[i] for i in (0, 2, 6, 8, 14, 16, 24, 39, 56, 62, 74, 79)] == [
        "person", "car", "train", "boat", "bird", "dog", "backpack", "bottle", "chair", "tv", "clock", "toothbrush",
    ]  # fmt: skip
    assert networks.LEAST_SCORE < 0.5
