"""Neural detections go the way of the light detector's: fusion, tracker, placement. A stand-in answers as a model would."""

import sys

import cv2
import numpy as np
import pytest
from moving import RATE, film
from PIL import Image

from see2sound_addon import pipeline
from see2sound_addon.findings import Settings
from see2sound_addon.neural.choice import Choice
from see2sound_addon.neural.client import Neural
from see2sound_addon.neural.requests import DetectObjects, ObjectsFound, OutlineBoxes, RegionsFound
from see2sound_addon.vision.fusion import object_of

COUNT = 48


class Answers(Neural):
    """Says where objects are by `see`: a picture's pixels to (name, box in fractions, score)."""

    def __init__(self, see, choice):
        super().__init__(sys.executable, choice)
        self.see, self.asked = see, []

    def ask(self, request):
        self.asked.append(type(request).__name__)
        pixels = np.asarray(Image.open(request.picture).convert("RGB"))
        height, width = pixels.shape[:2]
        if isinstance(request, OutlineBoxes):
            masks = np.zeros((len(request.boxes), height, width), bool)
            for mask, (x0, y0, x1, y1) in zip(masks, np.rint(request.boxes).astype(int), strict=True):
                mask[y0 : (y0 + y1) // 2, x0:x1] = True  # the upper half
            np.savez(request.out, masks=masks)
            return RegionsFound(len(masks))
        assert isinstance(request, DetectObjects)
        seen = self.see(pixels)
        boxes = [(np.array(box) * [width, height, width, height]).tolist() for _, box, _ in seen]
        return ObjectsFound(boxes, [score for *_, score in seen], [request.classes.index(name) for name, *_ in seen])


def reconstructed(path, see, **choice):
    with Answers(see, Choice(detection="detector", **choice)) as neural:
        return pipeline.reconstruct(path, settings=Settings(horizon=0.5), backends=neural.backends()), neural.asked


@pytest.fixture
def picture(tmp_path):
    rows = np.arange(240)[:, None, None]
    pixels = np.where(rows < 120, (150, 190, 240), (120, 110, 90)) + np.random.default_rng(0).integers(0, 12, (240, 320, 3))
    Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "a.png")
    return tmp_path / "a.png"


SCENE = [
    ("dog", (0.10, 0.60, 0.25, 0.85), 0.9), ("dog", (0.11, 0.61, 0.25, 0.86), 0.6),
    ("helicopter", (0.40, 0.10, 0.60, 0.30), 0.8), ("bicycle", (0.70, 0.60, 0.85, 0.85), 0.7),
    ("person", (0.72, 0.45, 0.83, 0.75), 0.7),
]  # fmt: skip


def test_detections_are_fused(picture):
    """The same dog twice is one, a person on a bicycle is a cyclist, and names beside COCO's count."""
    found, asked = reconstructed(picture, lambda pixels: SCENE)
    labels = sorted(source.label for source in found.sources if source.extent == "point")
    labels = [label for label in labels if label != "unknown object"]  # what stands out, and is none of these
    assert labels == ["cyclist", "dog", "helicopter"]
    assert asked == ["DetectObjects"], "a picture is looked at once"
    helicopter = next(source for source in found.sources if source.label == "helicopter")
    assert helicopter.evidence.centre[0] == pytest.approx(0.5, abs=0.02) and "helicopter" in helicopter.prompt


def test_outlines_are_those_of_the_model_for_regions(picture):
    found, asked = reconstructed(picture, lambda pixels: SCENE[2:3], regions="sam")
    (source,) = [source for source in found.sources if source.label == "helicopter"]
    assert "OutlineBoxes" in asked
    assert source.evidence.centre[1] == pytest.approx(0.15, abs=0.02), "the middle of the upper half"


def test_areas_are_kept_as_areas(picture):
    found, _ = reconstructed(picture, lambda pixels: [("river", (0.0, 0.6, 1.0, 1.0), 0.8)])
    assert any(source.label == "river" and source.extent == "area" for source in found.sources)


def test_a_film_s_tracks_have_the_detector_s_names(tmp_path):
    """What moves is the red object; the stand-in knows it in each picture by its colour."""
    path = tmp_path / "a.avi"
    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), RATE, (480, 270))
    for frame in film(COUNT, np.linspace(16, -16, COUNT), seed=1):
        out.write(frame.pixels[..., ::-1])
    out.release()

    def see(pixels):
        red = (pixels[..., 0] > 110) & (pixels[..., 1] < 0.6 * pixels[..., 0]) & (pixels[..., 2] < 0.6 * pixels[..., 0])
        red = cv2.morphologyEx(red.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        rows, columns = np.nonzero(red)
        if len(rows) < 60:
            return []
        height, width = red.shape
        box = columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height
        return [("helicopter", box, 0.9)]

    found, asked = reconstructed(path, see)
    tracked = [source for source in found.sources if len(source.path.times) > 1 and source.label == "helicopter"]
    assert tracked and asked.count("DetectObjects") > 1
    assert np.ptp(tracked[0].path.times) > 1.0


def test_only_objects_are_objects():
    assert object_of("car").height == 1.5 and object_of("helicopter").label == "helicopter"
    assert object_of("river") is None and object_of("florgle") is None
