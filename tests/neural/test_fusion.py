"""Neural detections go the way of the light detector's: fusion, tracker, placement. A stand-in answers as a model would."""

import sys

import numpy as np
import pytest
from moving import RATE, film, red_box, write_film
from PIL import Image

from see2sound_addon import pipeline
from see2sound_addon.backends import Backends
from see2sound_addon.findings import Settings
from see2sound_addon.neural.choice import Choice
from see2sound_addon.neural.client import Neural
from see2sound_addon.neural.requests import (
    DetectObjects,
    LabelPictures,
    ObjectsFound,
    OutlineBoxes,
    OutlineRegions,
    PicturesLabelled,
    RegionsFound,
    SoundGenerated,
)  # fmt: skip
from see2sound_addon.vision.fusion import object_of
from see2sound_addon.vision.labeller import KNOWN, LABELLERS
from see2sound_addon.vision.regions import make_region
from see2sound_addon.vision.view import measure_view

COUNT = 48


class Answers(Neural):
    """Says where objects are by `see`: a picture's pixels to (name, box in fractions, score)."""

    def __init__(self, see, choice):
        super().__init__(sys.executable, choice)
        self.see, self.asked = see, []

    def ask(self, request):
        self.asked.append(type(request).__name__)
        if isinstance(request, LabelPictures):
            scores = np.zeros((len(request.pictures), len(request.classes)))
            for row, path in zip(scores, request.pictures, strict=True):
                seen = self.see(np.asarray(Image.open(path).convert("RGB")))
                row[request.classes.index(seen[0][0]) if seen else 0] = 0.8 if seen else 0.01
            return PicturesLabelled(scores.tolist())
        pixels = np.asarray(Image.open(request.picture).convert("RGB"))
        height, width = pixels.shape[:2]
        if isinstance(request, OutlineBoxes):
            masks = np.zeros((len(request.boxes), height, width), bool)
            for mask, (x0, y0, x1, y1) in zip(masks, np.rint(request.boxes).astype(int), strict=True):
                mask[y0 : (y0 + y1) // 2, x0:x1] = True  # the upper half
            np.savez(request.out, masks=masks)
            return RegionsFound(len(masks))
        if isinstance(request, OutlineRegions):
            seen = self.see(pixels)
            masks = np.zeros((len(seen), height, width), bool)
            for mask, (_, box, _) in zip(masks, seen, strict=True):
                x0, y0, x1, y1 = np.rint(np.array(box) * [width, height, width, height]).astype(int)
                mask[y0:y1, x0:x1] = True
            np.savez(request.out, masks=masks, scores=np.full(len(seen), 0.9))
            return RegionsFound(len(masks))
        assert isinstance(request, DetectObjects)
        seen = self.see(pixels)
        boxes = [(np.array(box) * [width, height, width, height]).tolist() for _, box, _ in seen]
        return ObjectsFound(boxes, [score for *_, score in seen], [request.classes.index(name) for name, *_ in seen])


def reconstructed(path, see, detection="detector", **choice):
    with Answers(see, Choice(detection=detection, **choice)) as neural:
        return pipeline.reconstruct(path, settings=Settings(horizon=0.5), backends=neural.backends()), neural.asked


def red(name):
    """Sees the largest red object, by that name."""

    def see(pixels):
        box = red_box(pixels)
        return [] if box is None else [(name, box, 0.9)]

    return see


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
    path = write_film(tmp_path / "a.avi", film(COUNT, np.linspace(16, -16, COUNT), seed=1))
    found, asked = reconstructed(path, red("helicopter"))
    tracked = [source for source in found.sources if len(source.path.times) > 1 and source.label == "helicopter"]
    assert tracked and asked.count("DetectObjects") > 1
    assert np.ptp(tracked[0].path.times) > 1.0


def test_what_comes_later_has_its_name_too(tmp_path):
    """It is not in the picture that was looked at closely; its name is none of the light detector's."""
    azimuths = np.linspace(60, -16, 3 * COUNT)
    azimuths[:COUNT] = np.nan
    path = write_film(tmp_path / "a.avi", film(3 * COUNT, azimuths, seed=1))
    found, _ = reconstructed(path, red("helicopter"))
    (source,) = [source for source in found.sources if source.label == "helicopter"]
    assert "helicopter" in source.prompt and source.fader.times[0] > 1.0


def test_outlines_and_labels_together_find_objects_in_films(tmp_path):
    """SAM outlines, CLIP names; the tracker follows what they find as what any detector does."""
    azimuths = np.linspace(60, -16, 3 * COUNT)
    azimuths[:COUNT] = np.nan
    path = write_film(tmp_path / "a.avi", film(3 * COUNT, azimuths, seed=1))
    found, asked = reconstructed(path, red("helicopter"), "", regions="sam", names="clip")
    assert "DetectObjects" not in asked and asked.count("OutlineRegions") > 2
    (source,) = [source for source in found.sources if source.label == "helicopter"]
    assert len(source.path.times) > 1
    front = -np.degrees(np.arctan2(source.path.positions[:, 0], source.path.positions[:, 1]))  # to the left, from +Y
    truth = np.interp(source.path.times, np.arange(3 * COUNT) / RATE, np.linspace(60, -16, 3 * COUNT))
    inside = np.abs(truth) < 18
    assert np.abs(front - truth)[inside].max() < 2.0


@pytest.mark.parametrize(
    "names", [("tram", "train"), ("person", "child"), ("seagull", "bird"), ("boat", "ship"), ("car", "tractor")]
)
def test_a_detector_that_is_of_two_minds_sees_one_object(tmp_path, names):
    path = write_film(tmp_path / "a.avi", film(3 * COUNT, np.linspace(16, -16, 3 * COUNT), seed=1))
    asked = iter(range(100))
    found, _ = reconstructed(path, lambda pixels: red(names[next(asked) % 2])(pixels))
    moving = [source for source in found.sources if len(source.path.times) > 1]
    assert len(moving) == 1 and moving[0].label in {object_of(name).label for name in names}


def test_another_model_looks_anew_at_the_same_picture(picture):
    with Answers(lambda pixels: SCENE, Choice(detection="one", regions="one", names="one")) as neural:
        pixels = np.asarray(Image.open(picture))
        for choice in ("one", "two", "two"):
            neural.choice = Choice(detection=choice, regions=choice, names="one")
            neural.find(pixels)
            neural.find_by_outlines(pixels)
        assert neural.asked.count("DetectObjects") == neural.asked.count("OutlineRegions") == 2


class Undecided(Answers):
    """Takes no name for likely."""

    def ask(self, request):
        if isinstance(request, LabelPictures):
            return PicturesLabelled([[0.005] * len(request.classes)] * len(request.pictures))
        return super().ask(request)


@pytest.mark.parametrize("choice", [Choice(voice="voice"), Choice(names="clip"), Choice(captions="blip")])
def test_what_the_finder_knows_stays_what_it_is(picture, choice):
    """A forest is all around, a cyclist is a cyclist, whichever models are chosen; and they are not asked."""
    view, whole = measure_view(np.asarray(Image.open(picture))), np.ones((240, 320), bool)
    with Answers(lambda pixels: [("car", (0, 0, 1, 1), 0.9)], choice) as neural:
        label = neural.backends(Backends(labeller=LABELLERS["known"])).labeller
        for kind in ("forest", "harbour", "cyclist", "room", "water"):
            assert label(view, make_region(whole, 0.9, kind)) == KNOWN[kind]
        assert not neural.asked


def test_what_no_model_can_name_is_as_without_models(picture):
    """With a detector file, unknown objects get no sound; a label model that is not sure leaves it so."""
    view, region = measure_view(np.asarray(Image.open(picture))), make_region(np.eye(240, 320, dtype=bool), 0.9, "unknown")
    with Undecided(lambda pixels: [], Choice(names="clip")) as neural:
        assert neural.backends(Backends(labeller=LABELLERS["known"])).labeller(view, region).prompt == ""
        unseen = make_region(region.mask, 0.9, "unseen")
        assert neural.backends(Backends(labeller=LABELLERS["known"])).labeller(view, unseen).prompt == ""


def test_takes_are_made_only_where_one_is_chosen_among_them(tmp_path):
    class Voice(Answers):
        def ask(self, request):
            self.asked.append(request.takes)
            np.save(request.out, np.random.default_rng(0).normal(0.0, 0.1, 48000).astype(np.float32))
            return SoundGenerated(48000, 0, None)

    for ranking, takes in (("", 1), ("clap", 4)):
        with Voice(None, Choice(voice="voice", ranking=ranking, takes=4)) as neural:
            neural.generate("rain", 0.5, 0, 48000)
            assert set(neural.asked) == {takes}


def test_a_voice_that_will_not_go_on_is_repeated_without_a_step(tmp_path):
    """Twelve pieces of a second and more for a clip of a minute: wherever the whole begins again, it is led over."""

    class Hum(Answers):
        def ask(self, request):
            np.save(request.out, (0.5 * np.sin(2 * np.pi * 200.25 * np.arange(48000) / 48000)).astype(np.float32))
            return SoundGenerated(48000, 0, None)

    with Hum(None, Choice(voice="voice")) as neural:
        made = neural.generate("electric hum", 30.0, 0, 48000).samples
    steepest = 2 * np.pi * 200.25 / 48000 * np.abs(made).max()
    assert np.abs(np.diff(made)).max() < 1.5 * steepest


def test_a_still_picture_is_outlined_once_and_named(picture):
    found, asked = reconstructed(picture, lambda pixels: SCENE[2:3], "", regions="sam", names="clip")
    assert asked == ["OutlineRegions", "LabelPictures"]
    (source,) = [source for source in found.sources if source.extent == "point"]
    assert source.label == "helicopter" and source.evidence.centre[0] == pytest.approx(0.5, abs=0.02)


def test_only_objects_are_objects():
    assert object_of("car").height == 1.5 and object_of("helicopter").label == "helicopter"
    assert object_of("river") is None and object_of("florgle") is None
