"""Installed models are tried once each; CLAP chooses among takes of any origin."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from see2sound_addon import pipeline
from see2sound_addon.neural.choice import Choice
from see2sound_addon.neural.client import Neural
from see2sound_addon.neural.environment import Place
from see2sound_addon.neural.trial import try_models


@pytest.fixture
def place(python, models, tmp_path):
    for name in ("sam2", "owlv2", "depth_anything", "clip", "blip", "stable_audio_3", "clap"):
        shutil.copytree(models / name, tmp_path / "models" / name)
    return Place(tmp_path, python)


def test_each_installed_model_is_tried_and_its_seconds_and_memory_told(place):
    (place.folder / "models" / "notes").mkdir()
    (place.folder / "models" / "broken").mkdir()
    shutil.copy(place.folder / "models" / "clip" / "config.json", place.folder / "models" / "broken")
    found = {one.model: one for one in try_models(place)}
    tasks = {"sam2": "regions", "owlv2": "detection", "depth_anything": "depth", "clip": "names", "blip": "captions",
             "stable_audio_3": "voice", "clap": "ranking"}  # fmt: skip
    for name, task in tasks.items():
        one = found[name]
        assert one.task == task and one.problem == "" and 0.0 < one.seconds < 120.0
        assert one.memory > 50e6 or sys.platform == "win32"
    assert found["broken"].problem and found["notes"].problem


def test_doctor_prints_them(place):
    shutil.rmtree(place.folder / "models" / "sam2")
    for name in ("owlv2", "depth_anything", "blip", "stable_audio_3", "clap"):
        shutil.rmtree(place.folder / "models" / name)
    done = subprocess.run(
        [sys.executable, "-m", "see2sound_addon.cli", "doctor", "--neural-python", place.executable,
         "--neural-folder", place.folder],
        capture_output=True, text=True, env=dict(os.environ), timeout=180,
    )  # fmt: skip
    (line,) = [line for line in done.stdout.splitlines() if "clip" in line and " s" in line and "GiB" in line]
    assert "names" in line


class Chosen(Neural):
    """Notes what the ranker was given."""

    def rank(self, prompt, takes, rate):
        self.scores = super().rank(prompt, takes, rate)
        self.takes = takes
        return self.scores


def test_clap_chooses_among_procedural_takes(python, models, tmp_path):
    choice = Choice(ranking=str(models / "clap"), takes=3)
    with Chosen(python, choice) as neural:
        backends = neural.backends()
        assert backends.generator is pipeline.Backends().generator and choice.any
        made = pipeline.voice("dog barking", tmp_path / "a.wav", 1.0, 3, 48000, backends)
        scores, takes = neural.scores, neural.takes
    assert len({take.tobytes() for take in takes}) == 3 and np.isfinite(scores).all()
    kept = soundfile.read(tmp_path / "a.wav", dtype="float32")[0]
    best = int(np.argmax(scores))
    assert np.abs(kept - takes[best]).max() < 1e-6
    assert any(f"Take {best + 1} of 3" in note for note in made.notes)


def test_one_take_is_not_compared(python, models, tmp_path):
    with Chosen(python, Choice(ranking=str(models / "clap"))) as neural:
        assert neural.backends().ranker is None
