"""The verbs `sounds`, `sound` and `library` of the shell command, in processes of their own."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from see2sound_addon.sound.models import MODELS


@pytest.fixture
def see2sound(tmp_path):
    environment = {**os.environ, "SEE2SOUND_LIBRARY": str(tmp_path / "library.sqlite")}

    def call(*arguments):
        command = [sys.executable, "-m", "see2sound_addon.cli", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    return call


def test_the_list_has_every_class(see2sound):
    done = see2sound("sounds", "--list", "--json")
    classes = json.loads(done.stdout)
    assert done.returncode == 0 and {one["name"] for one in classes} == set(MODELS)
    for one in classes:
        assert (
            one["words"] and 2 <= len(one["parameters"]) <= 5 and {"name", "low", "high", "unit"} <= set(one["parameters"][0])
        )
    assert next(one for one in classes if one["name"] == "dog")["events"] == "barks"
    plain = see2sound("sounds")
    assert "dog (85 dB SPL at 1 m; events: barks)" in plain.stdout


def test_a_sound_is_made_as_asked(see2sound, tmp_path):
    out = tmp_path / "dog.wav"
    done = see2sound("sound", "small dog", "--out", out, "--duration", 2, "--seed", 4, "--set", "rate=3", "--json")
    made = json.loads(done.stdout)
    samples, rate = soundfile.read(out)
    assert done.returncode == 0 and made["model"] == "dog" and made["seconds"] == 2.0 and (len(samples), rate) == (96000, 48000)
    again = tmp_path / "again.flac"
    see2sound("sound", "small dog", "--out", again, "--duration", 2, "--seed", 4, "--set", "rate=3")
    assert np.allclose(soundfile.read(again)[0], samples, atol=1e-3)
    at = tmp_path / "at.wav"
    done = see2sound("sound", "dog", "--out", at, "--duration", 3, "--at", 2.0, "--one-shot")
    heard = np.flatnonzero(np.abs(soundfile.read(at)[0]) > 1e-3)
    assert done.returncode == 0 and 1.95 < heard[0] / 48000 < 2.05


@pytest.mark.parametrize(
    ("prompt", "name", "layers"),
    [("waves and gulls", "waves on sand", 2), ("a brick wall", "silent", 0), ("qwrtp", None, 0), ("TowTruck.002", "truck", 1)],
)
def test_words_are_explained(see2sound, prompt, name, layers):
    told = json.loads(see2sound("sound", prompt, "--explain", "--json").stdout)
    assert told["class"] == name and len(told["layers"]) == layers
    assert set(told["parameters"]) == (set(MODELS[name].parameters) if layers else set())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "wings=2"), "has no parameter"), (("--set", "size=99"), "cannot be 99"),
        (("--set", "size"), "not a setting"),
        (("--at", "soon"), "not a moment"), (("--set", "size=nan"), "not a list"),
    ],
)  # fmt: skip
def test_mistakes_are_one_clear_line(see2sound, tmp_path, arguments, words):
    done = see2sound("sound", "dog", "--out", tmp_path / "x.wav", *arguments)
    assert done.returncode == 1 and words in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "x.wav").exists()


def test_wrong_usage(see2sound, tmp_path):
    assert see2sound("sound", "dog").returncode == 2
    assert see2sound("sound", "dog", "--out", tmp_path / "x.wav", "--duration", 0).returncode == 2
    assert see2sound("sound", "dog", "--out", tmp_path / "x.mp3").returncode == 1
    assert see2sound("library", "dance").returncode == 2
    for action in ("add", "search", "remove"):
        done = see2sound("library", action)
        assert done.returncode == 1 and done.stderr.count("\n") == 1


def test_the_library_is_added_searched_listed_and_removed(see2sound, tmp_path):
    folder = tmp_path / "sounds"
    folder.mkdir()
    soundfile.write(folder / "door_creak.wav", 0.1 * np.random.default_rng(0).standard_normal(24000), 48000)
    (folder / "broken.wav").write_bytes(b"RIFF")
    added = see2sound("library", "add", folder)
    assert (
        added.returncode == 0 and "note: broken.wav cannot be read" in added.stdout and "2 files were indexed" in added.stdout
    )
    (hit,) = json.loads(see2sound("library", "search", "creaking door", "--json").stdout)
    assert hit["file"].endswith("door_creak.wav") and 0 < hit["score"] <= 1 and hit["duration"] == 0.5 and hit["licence"] == ""
    out = tmp_path / "out.wav"
    made = json.loads(see2sound("sound", "creaking door", "--from", "library", "--out", out, "--json").stdout)
    assert made["model"] == "door_creak.wav" and soundfile.info(out).frames == pytest.approx(24000, abs=500)
    assert json.loads(see2sound("library", "list", "--json").stdout)[0]["recordings"] == 1
    assert "0 files were indexed" in see2sound("library", "update").stdout
    assert see2sound("library", "remove", folder).returncode == 0
    assert json.loads(see2sound("library", "list", "--json").stdout) == []
    assert see2sound("library", "add", tmp_path / "nowhere").returncode == 1


@pytest.mark.slow
def test_the_gallery_has_a_card_for_every_class(see2sound, tmp_path):
    done = see2sound("sounds", "--gallery", tmp_path / "gallery", "--json")
    page = (tmp_path / "gallery" / "index.html").read_text()
    assert done.returncode == 0 and page.count("<article>") == len(MODELS) == page.count("<audio")
    samples, rate = soundfile.read(tmp_path / "gallery" / "000.ogg")
    assert rate == 48000 and len(samples) == 6 * rate and np.abs(samples).max() > 1e-4
    assert (tmp_path / "gallery" / "000.png").stat().st_size > 2000
