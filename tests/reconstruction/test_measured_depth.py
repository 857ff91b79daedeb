"""Depth that was measured takes the place of the ground where it is surer."""

import math
from dataclasses import replace

import numpy as np
import pytest

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
