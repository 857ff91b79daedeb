"""Depth that was measured takes the place of the ground where it is surer."""

import math
from dataclasses import replace

import numpy as np
import pytest
from moving import RATE, film, red_box, write_film

from see2sound_addon import pipeline
from see2sound_addon.backends import Backends
from see2sound_addon.findings import Settings
from see2sound_addon.vision.depth import Measured, depth_from_ground
from see2sound_addon.vision.detectors import Detection
from see2sound_addon.vision.segmenter import SEGMENTERS

BOX = (0.4, 0.55, 0.6, 0.8)
METRES = 6.5


@pytest.fixture
def picture(tmp_path):
    from PIL import Image

    rows = np.arange(240)[:, None, None]
    pixels = np.where(rows < 100, (150, 190, 240), (120, 110, 90)) + np.random.default_rng(0).integers(0, 12, (240, 320, 3))
    pixels[132:192, 128:192] = (200, 30, 30)
    Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def found(picture, depth):
    backends = Backends(detector=lambda pixels: [Detection("dog", BOX, 0.9)], segmenter=SEGMENTERS["detections"], depth=depth)
    settings = Settings(horizon=100 / 240, field_of_view=math.radians(60))
    findings = pipeline.reconstruct(picture, None, settings, backends=backends)
    (source,) = [one for one in findings.sources if one.extent != "ambient"]
    return source, findings.notes


def measured(doubt):
    return lambda view, camera, height: Measured(np.full(view.small.shape[:2], METRES, np.float32), doubt)


def test_a_sure_measurement_places_the_source_and_is_told(picture):
    source, notes = found(picture, measured(0.05))
    assert source.evidence.measured and source.evidence.distance.metres == pytest.approx(METRES)
    assert source.evidence.distance.sigma == 0.05
    assert "The depth model is surer than the ground of 1 of the distances." in notes


def test_an_unsure_one_leaves_the_ground(picture):
    source, notes = found(picture, measured(3.0))
    ground, _ = found(picture, depth_from_ground)
    assert not source.evidence.measured and source.evidence.distance == ground.evidence.distance
    assert not any("depth model" in note for note in notes)


def test_a_backend_that_returns_an_array_is_as_sure_as_the_ground(picture):
    """Twice as far as the ground says, with its doubt."""
    source, _ = found(picture, lambda view, camera, height: 2.0 * depth_from_ground(view, camera, height))
    ground, _ = found(picture, depth_from_ground)
    assert source.evidence.distance == replace(
        ground.evidence.distance, metres=pytest.approx(2.0 * ground.evidence.distance.metres, rel=1e-3)
    )


@pytest.fixture
def coming(tmp_path):
    """Six seconds: after two, an object comes in that is in the air and comes nearer: 8 degrees wide at first, then 16."""
    count, frames = round(6 * RATE), []
    azimuths = np.full(count, np.nan)
    azimuths[48:] = np.linspace(12, -12, count - 48)
    widths = np.interp(np.arange(count), [48, count - 1], [8.0, 16.0])
    for number in range(count):
        (frame,) = film(1, azimuths[number : number + 1], elevation=4.0, seed=1, width=widths[number])
        frames.append(frame)
    return write_film(tmp_path / "coming.avi", frames), widths


def followed(path, depth):
    def detect(pixels):
        box = red_box(pixels)
        return [] if box is None else [Detection("helicopter", box, 0.9)]

    backends = Backends(detector=detect, segmenter=SEGMENTERS["detections"], depth=depth)
    settings = Settings(horizon=0.5, field_of_view=math.radians(50))
    findings = pipeline.reconstruct(path, None, settings, backends=backends)
    (source,) = [one for one in findings.sources if one.label == "helicopter"]
    return source, findings


def test_an_object_of_a_film_is_as_far_as_was_measured_all_along(coming):
    """A model that sees how far a body three metres wide is: 3 m / its angle. It is asked once a second; between, the object
    grows as it comes nearer."""
    path, widths = coming

    def depth(view, camera, height):
        box = red_box(view.small)
        angle = 1.0 if box is None else 2.0 * math.atan((box[2] - box[0]) * math.tan(math.radians(25.0)))
        return Measured(np.full(view.small.shape[:2], 3.0 / angle, np.float32), 0.05)

    source, findings = followed(path, depth)
    assert source.evidence.measured and any("depth model is surer" in note for note in findings.notes)
    metres = np.linalg.norm(source.path.positions - findings.camera.pose[:3, 3], axis=1)
    truth = 3.0 / np.radians(np.interp(source.path.times * RATE, np.arange(len(widths)), widths))
    whole = slice(12, -12)
    assert np.abs(metres / truth - 1.0)[whole].max() < 0.15
    assert metres[whole][0] / metres[whole][-1] == pytest.approx(truth[whole][0] / truth[whole][-1], rel=0.15)


def test_a_model_that_does_not_measure_is_asked_for_the_first_picture_only(coming):
    path, _ = coming
    asked = []

    def depth(view, camera, height):
        asked.append(view)
        return depth_from_ground(view, camera, height)

    source, _ = followed(path, depth)
    assert len(asked) == 2, "once for the picture that was looked at, once to see that it does not measure"
    assert not source.evidence.measured


def test_with_a_fast_detector_the_distance_is_measured_once_a_second(coming, monkeypatch):
    """A detector file is asked four times a second, a depth model once."""
    path, _ = coming
    asked = []

    class Fast:
        def __call__(self, pixels):
            box = red_box(pixels)
            return [] if box is None else [Detection("helicopter", box, 0.9)]

    monkeypatch.setattr("see2sound_addon.reconstruction.moving.Network", Fast)

    def depth(view, camera, height):
        asked.append(view)
        return Measured(np.full(view.small.shape[:2], METRES, np.float32), 0.05)

    backends = Backends(detector=Fast(), segmenter=SEGMENTERS["detections"], depth=depth)
    pipeline.reconstruct(path, None, Settings(horizon=0.5), backends=backends)
    assert 4 <= len(asked) <= 6, "once for the picture that was looked at, and for four seconds with the object"
