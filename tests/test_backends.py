"""Backends by name: other add-ons bring their own, in this process and in workers."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from scenes import RATE, frequency_of, noise, scene, source, write_wav

from see2sound_addon import api, pipeline, plugins
from see2sound_addon.backends import choose_backends, unload_plugin
from see2sound_addon.clips import WantedClip
from see2sound_addon.errors import See2SoundError
from see2sound_addon.findings import Settings
from see2sound_addon.jobs.requests import MakeClips, Mix, Reconstruct
from see2sound_addon.planfile import plan_to_json
from see2sound_addon.steps import BackendNames
from see2sound_addon.workers.process import Worker

PLUGIN = Path(__file__).parent / "support" / "plugin.py"


@pytest.fixture
def plugin():
    plugins.add_plugin(PLUGIN)
    yield BackendNames(plugins=plugins.plugin_files())
    plugins.remove_plugin(PLUGIN)


@pytest.fixture
def picture(tmp_path):
    Image.fromarray(np.full((90, 120, 3), 128, np.uint8)).save(tmp_path / "grey.png")
    return tmp_path / "grey.png"


def test_a_generator_of_another_add_on_sounds_in_a_worker(plugin, tmp_path):
    names = BackendNames(generator="sine", plugins=plugin.plugins)
    wanted = WantedClip("a", "440", tmp_path / "a.wav", 1.0, 0)
    with Worker() as worker:
        (made,) = worker.ask(MakeClips([wanted], names)).clips
    samples, rate = soundfile.read(tmp_path / "a.wav")
    assert made.model == "sine" and rate == RATE
    assert frequency_of(samples) == pytest.approx(440.0, abs=0.5)


def test_a_detector_and_a_depth_of_another_add_on_place_a_source(plugin, picture):
    """A box in the middle, 7 metres away: the Speaker must be there."""
    names = BackendNames(detector="middle", segmenter="boxes", depth="wall", plugins=plugin.plugins)
    with Worker() as worker:
        found = worker.ask(Reconstruct(picture, None, Settings(camera_height=1000.0), names))
    (one,) = found.sources
    assert one.label == "fire" and one.evidence.box == pytest.approx((0.4, 0.4, 0.6, 0.6), abs=0.02)
    assert one.distance.metres == pytest.approx(7.0, rel=0.01)
    assert np.linalg.norm(one.position - found.camera.pose[:3, 3]) == pytest.approx(7.0, rel=0.01)


def test_a_format_of_another_add_on_is_written_by_all_cores(plugin, tmp_path):
    write_wav(tmp_path / "a.wav", noise(2.0)[None])
    plan = scene([source((3, 1, 0), loop=True)], 2.0)
    plan.sources[0].clip = tmp_path / "a.wav"
    (tmp_path / "plan.json").write_text(plan_to_json(plan))
    with Worker() as worker:
        worker.ask(Mix(tmp_path / "plan.json", "stereo", tmp_path / "mix.numbers", api.Delivery(), None, plugin))
    lines = json.loads((tmp_path / "mix.numbers").read_text())
    pipeline.mix(plan, "stereo", tmp_path / "mix.wav")
    assert np.array(lines) == pytest.approx(soundfile.read(tmp_path / "mix.wav")[0].T, abs=1e-6)
    assert not list(tmp_path.glob("*.part"))


def test_what_is_taken_back_is_gone(plugin):
    choose_backends(plugin)
    assert api.find_backend("generator", "sine")
    unload_plugin(PLUGIN)
    with pytest.raises(See2SoundError) as caught:
        api.find_backend("generator", "sine")
    assert caught.value.code == "backend-unknown" and "procedural" in caught.value.hint


def test_the_embedded_ones_cannot_be_replaced():
    for step, name in (("generator", "procedural"), ("format", "wav"), ("detector", "embedded")):
        with pytest.raises(See2SoundError) as caught:
            api.register_backend(step, name, print)
        assert caught.value.code == "backend-embedded"
    with pytest.raises(See2SoundError) as caught:
        api.register_backend("taste", "sweet", print)
    assert caught.value.code == "step-unknown" and "generator" in caught.value.hint


@pytest.mark.parametrize("text", ["raise RuntimeError('no licence')", "def register():\n    pass", "def (", "x = 1"])
def test_a_broken_file_is_one_clear_line_and_the_worker_goes_on(tmp_path, text):
    (tmp_path / "broken.py").write_text(text)
    names = BackendNames(plugins=(tmp_path / "broken.py",))
    with Worker() as worker:
        with pytest.raises(See2SoundError) as caught:
            worker.ask(MakeClips([], names))
        assert caught.value.code == "plugin-failed" and "broken.py" in caught.value.message
        assert "\n" not in caught.value.message
        assert worker.ask(MakeClips([])).clips == []


def test_a_changed_file_is_loaded_anew_and_one_that_is_taken_back_is_gone(tmp_path):
    path, silence = tmp_path / "mine.py", "__import__('numpy').zeros(48000, 'float32')"
    with Worker() as worker:
        for version in ("first", "second one"):
            clip = f"api.GeneratedClip({silence}, {version!r}, 60.0, 1.0)"
            path.write_text(f"def register(api):\n    api.register_backend('generator', 'mine', lambda *given: {clip})\n")
            wanted = WantedClip("a", "x", tmp_path / "a.wav", 1.0, 0)
            (made,) = worker.ask(MakeClips([wanted], BackendNames(generator="mine", plugins=(path,)))).clips
            assert made.model == version
        with pytest.raises(See2SoundError) as caught:
            worker.ask(MakeClips([], BackendNames(generator="mine")))
        assert caught.value.code == "backend-unknown"


def test_a_backend_that_fails_is_named_and_the_worker_goes_on(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text(
        "def register(api):\n"
        "    def bad(*arguments):\n"
        "        raise ValueError('no such string')\n"
        "    api.register_backend('generator', 'bad', bad)\n"
        "    api.register_backend('depth', 'nan', lambda view, camera, height: view.small[..., 0] * float('nan'))\n"
    )
    wanted = WantedClip("a", "x", tmp_path / "a.wav", 1.0, 0)
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    with Worker() as worker:
        with pytest.raises(See2SoundError, match="generator 'bad'") as caught:
            worker.ask(MakeClips([wanted], BackendNames(generator="bad", plugins=(path,))))
        assert caught.value.code == "plugin-failed" and not (tmp_path / "a.wav").exists()
        with pytest.raises(See2SoundError) as caught:
            worker.ask(Reconstruct(tmp_path / "a.png", None, Settings(), BackendNames(depth="nan", plugins=(path,))))
        assert caught.value.code == "depth-invalid"
        assert worker.ask(MakeClips([])).clips == []


def test_what_a_failing_file_has_registered_is_taken_back(tmp_path):
    path = tmp_path / "half.py"
    path.write_text(
        "def register(api):\n    api.register_backend('generator', 'half', print)\n    raise RuntimeError('later')\n"
    )
    with pytest.raises(See2SoundError):
        choose_backends(BackendNames(plugins=(path,)))
    with pytest.raises(See2SoundError) as caught:
        api.find_backend("generator", "half")
    assert caught.value.code == "backend-unknown"


def test_naming_a_file_loads_nothing():
    """Blender's start must not wait for the library."""
    code = f"""
import sys
from see2sound_addon import plugins
plugins.add_plugin({str(PLUGIN)!r})
assert "see2sound_addon.backends" not in sys.modules and "cv2" not in sys.modules and "numpy" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PLUGIN.parents[2])
    assert done.returncode == 0, done.stderr
