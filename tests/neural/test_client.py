"""Neural backends behind the Protocols: from a picture to a mix, and distances that fit the ground."""

import math

import numpy as np
import pytest
import soundfile

from see2sound_addon import pipeline
from see2sound_addon.errors import See2SoundError
from see2sound_addon.findings import SILENT
from see2sound_addon.neural.choice import Choice
from see2sound_addon.neural.client import Neural, fit_to_ground, slants
from see2sound_addon.neural.requests import EstimateDepth
from see2sound_addon.projection import Camera, Perspective
from see2sound_addon.sound.joining import join, seamless
from see2sound_addon.soundscene import SoundScene, Source, Trajectory
from see2sound_addon.vision.classes import CLASSES, class_in, sounding_classes
from see2sound_addon.vision.depth import depth_from_ground
from see2sound_addon.vision.view import measure_view

VOICES = ["audioldm2", "stable_audio", "stable_audio_3", "musicgen", "bark"]
EYES = [
    {"regions": "sam", "depth": "depth_anything", "names": "clip"},
    {"detection": "owlv2", "regions": "sam2", "depth": "depth_metric"},
    {"detection": "grounding_dino", "depth": "depth_pro", "captions": "blip"},
    {"regions": "sam2", "names": "siglip"},
    {"regions": "sam2", "captions": "florence2"},
]


@pytest.mark.parametrize(("eyes", "voice"), list(zip(EYES, VOICES, strict=True)), ids=VOICES)
def test_from_a_picture_to_a_mix(python, models, picture, tmp_path, eyes, voice):
    """All families between them; whatever random weights see is placed, voiced and heard."""
    choice = Choice(**{task: str(models / name) for task, name in eyes.items()}, voice=str(models / voice), steps=2)
    seen = []
    with Neural(python, choice, lambda label, done, total: seen.append(label)) as neural:
        backends = neural.backends()
        found = pipeline.reconstruct(picture, backends=backends)
        prompt = next((source.prompt for source in found.sources), "dog barking")
        made = pipeline.voice(prompt, tmp_path / "a.wav", 1.0, 3, 48000, backends)
    assert made.model == voice and len(made.samples) == 48000
    for source in found.sources:
        assert source.prompt != SILENT and np.isfinite(source.position).all()
    if "detection" not in eyes:  # with random weights a detector may find nothing, but what is outlined is placed
        assert found.sources
    place = found.sources[0].position if found.sources else np.array([0.0, 3.0, 1.0])
    plan = SoundScene(1.0, Trajectory.fixed((0, 0, 1.6)), [Source("a", tmp_path / "a.wav", Trajectory.fixed(place), loop=True)])
    pipeline.mix(plan, "binaural", tmp_path / "mix.wav")
    mixed = soundfile.read(tmp_path / "mix.wav")[0]
    assert mixed.shape == (48000, 2) and np.abs(mixed).max() > 1e-4
    assert {"Loading the libraries"} < set(seen)


def test_the_embedded_backends_stay_where_nothing_is_chosen(python, models):
    usual = pipeline.Backends()
    with Neural(python, Choice(voice=str(models / "bark"))) as neural:
        backends = neural.backends()
    assert (backends.segmenter, backends.depth) == (usual.segmenter, usual.depth)
    assert backends.generator != usual.generator


def test_a_model_by_its_id_lies_in_the_models_folder(python, picture, tmp_path):
    with Neural(python, Choice(models=str(tmp_path), depth="depth-anything-small")) as neural:
        assert neural.folder("depth-anything-small") == tmp_path / "depth-anything-small"
        with pytest.raises(See2SoundError) as caught:
            neural.ask(EstimateDepth(neural.folder("depth-anything-small"), picture, tmp_path / "out.npy"))
    assert caught.value.code == "model-missing"


def ground_scene():
    """A picture of a plain under a sky, and the camera 1.6 m above it."""
    rows = np.arange(240)[:, None, None]
    pixels = np.where(rows < 100, (150, 190, 240), (120, 110, 90)) + np.random.default_rng(0).integers(0, 12, (240, 320, 3))
    view = measure_view(pixels.astype(np.uint8), 100 / 240)
    camera = Camera(Perspective.of_view(math.radians(60), 0.75))
    return view, camera


def test_a_relative_depth_is_brought_to_metres_by_the_ground():
    """Inverse depths of unknown scale and offset, with a wall on a quarter of the picture that is nearer than its ground."""
    view, camera = ground_scene()
    slant = slants(camera, *view.small.shape[:2])
    ground = depth_from_ground(view, camera, 1.6) / slant
    true = np.minimum(ground, 60.0)
    true[50:200, 40:120] = 4.0
    inverse = 7.0 / true + 2.0 + 0.01 * np.random.default_rng(1).standard_normal(true.shape)
    fitted = fit_to_ground(inverse, ground, view)
    near = true < 15.0
    assert np.abs(fitted[near] / true[near] - 1.0).max() < 0.12
    assert fitted[100, 80] == pytest.approx(4.0, rel=0.03)


def test_a_depth_that_contradicts_the_ground_is_not_believed():
    view, camera = ground_scene()
    ground = depth_from_ground(view, camera, 1.6) / slants(camera, *view.small.shape[:2])
    assert fit_to_ground(np.random.default_rng(0).random(ground.shape), ground, view) is None
    assert fit_to_ground(-1.0 / ground, ground, view) is None


def test_slants_are_those_of_the_camera_s_rays():
    camera = Camera(Perspective.of_view(1.2, 0.5))
    expected = [[1.0 / -camera.ray((x + 0.5) / 8, (y + 0.5) / 4)[1][2] for x in range(8)] for y in range(4)]
    assert slants(camera, 4, 8) == pytest.approx(np.array(expected))


def test_pieces_are_joined_without_a_dip_and_a_loop_without_a_seam():
    random = np.random.default_rng(0)
    whole = join([random.standard_normal(48000).astype(np.float32) for _ in range(3)], 12000)
    assert len(whole) == 3 * 48000 - 2 * 12000
    power = (whole[: len(whole) // 4000 * 4000].reshape(-1, 4000) ** 2).mean(axis=1)
    assert np.abs(10 * np.log10(power)).max() < 0.6
    wave = np.sin(2 * np.pi * 100.3 * np.arange(30000) / 48000).astype(np.float32)
    loop = seamless(wave, 24000)
    twice = np.concatenate([loop, loop])
    assert np.abs(np.diff(twice)).max() < 1.6 * np.abs(np.diff(wave)).max()


def test_long_sounds_are_made_of_several_pieces(python, models):
    """Stable Audio's tiny model makes 1.02 s at a time."""
    with Neural(python, Choice(voice=str(models / "stable_audio"), steps=1)) as neural:
        made = neural.generate("rain", 3.0, 1, 16000)
    assert len(made.samples) == 48000 and "pieces" in made.notes[0]


def test_classes_know_their_extent_and_their_silence():
    assert CLASSES["dog"].extent == "point" and CLASSES["river"].extent == "area" and CLASSES["market"].extent == "ambient"
    assert CLASSES["wall"].prompt == SILENT and "wall" not in sounding_classes() and "dog" in sounding_classes()
    assert class_in("A brown dog runs on a wall.").label == "dog"
    assert class_in("two steam locomotives at a station").label == "steam locomotive"
    assert class_in("a grey wall").prompt == SILENT
    assert class_in("something abstract") is None
