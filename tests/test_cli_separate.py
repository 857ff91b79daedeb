"""`see2sound separate` in a process of its own: sound files and films."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mixtures import RATE, level, panned, voice, write
from moving import film

av = pytest.importorskip("av")

ROOT = Path(__file__).resolve().parents[1]


def separate(*arguments):
    command = [sys.executable, "-m", "see2sound_addon.cli", "separate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)


@pytest.fixture(scope="module")
def mixture(tmp_path_factory):
    images = panned([voice("dog"), voice("rain")], (20.0, -20.0))
    return write(tmp_path_factory.mktemp("cli") / "street.wav", 0.3 * sum(images))


def video(path, sound=None):
    with av.open(str(path), "w") as out:
        picture = out.add_stream("libx264", rate=24)
        picture.width, picture.height, picture.pix_fmt = 480, 270, "yuv420p"
        if sound is not None:
            track = out.add_stream("pcm_s16le" if path.suffix == ".mov" else "aac", rate=RATE, layout="stereo")
        for frame in film(24, np.linspace(14, -14, 24)):
            out.mux(picture.encode(av.VideoFrame.from_ndarray(frame.pixels, "rgb24")))
        out.mux(picture.encode())
        if sound is not None:
            samples = np.ascontiguousarray(sound[:, :RATE].T.reshape(1, -1) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples, "s16", "stereo")
            frame.sample_rate, frame.pts = RATE, 0
            out.mux(track.encode(frame))
            out.mux(track.encode())
    return path


def test_a_sound_file_into_named_stems(mixture, tmp_path):
    done = separate(mixture, "--out", tmp_path / "s", "--into", " dog, rain ,dog")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("2 stems and a bed in ")
    assert "dog: " in lines[1] and "left" in lines[1] and "rain: " in lines[2] and "right" in lines[2]
    total = sum(soundfile.read(path)[0] for path in (tmp_path / "s").glob("*.wav"))
    assert level(total - soundfile.read(mixture)[0]) < -100.0


def test_the_facts_as_json(mixture, tmp_path):
    done = separate(
        mixture, "--out", tmp_path / "s", "--into", "dog", "--json", "--change", "dog:0-1:-12", "--change", "dog:1-2:+6"
    )
    facts = json.loads(done.stdout)
    assert Path(facts["report"]).is_file() and [one["name"] for one in facts["stems"]] == ["dog", "bed left", "bed right"]
    saved = json.loads((tmp_path / "s" / "split.json").read_text())
    assert [(one["begin"], one["end"], one["decibels"]) for one in saved["stems"][0]["changes"]] == [(0, 1, -12), (1, 2, 6)]


def test_a_film_into_named_stems(mixture, tmp_path):
    sound = soundfile.read(mixture)[0].T
    done = separate(video(tmp_path / "a.mov", sound), "--out", tmp_path / "s", "--into", "dog, rain")
    assert done.returncode == 0, done.stderr
    total = sum(soundfile.read(path)[0] for path in (tmp_path / "s").glob("*.wav"))
    assert total.shape == (RATE, 2) and np.abs(total - sound[:, :RATE].T).max() < 1e-4


@pytest.mark.slow
def test_a_film_without_names_is_looked_at(mixture, tmp_path):
    done = separate(video(tmp_path / "a.mp4", soundfile.read(mixture)[0].T), "--out", tmp_path / "s", "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert {one["name"] for one in facts["stems"] if one["bed"]} == {"bed left", "bed right"}
    if [one["name"] for one in facts["stems"]][:2] == ["harmonic", "percussive"]:
        assert any("--into" in note for note in facts["notes"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--into", "florgle"], ["florgle"]),
        (["--into", "dog", "--change", "cat:0-1:3"], ["cat", "dog"]),
        (["--into", ", ".join(f"dog {n}" for n in range(20))], ["20 stems", "16"]),
    ],
)
def test_mistakes_are_one_clear_line(mixture, tmp_path, arguments, words):
    done = separate(mixture, "--out", tmp_path / "s", *arguments)
    (line,) = [line for line in done.stderr.splitlines() if line and not line.startswith("\r")][-1:]
    assert done.returncode == 1 and "Traceback" not in done.stderr and all(word in line for word in words), done.stderr
    assert not (tmp_path / "s").exists()


def test_a_film_without_sound(tmp_path):
    done = separate(video(tmp_path / "a.mp4"), "--out", tmp_path / "s", "--into", "dog")
    assert done.returncode == 1 and "a.mp4 has no sound" in done.stderr and not (tmp_path / "s").exists()


@pytest.mark.parametrize("change", ["dog", "dog:2-1:3", "dog:1-2:300", "dog:a-b:3", ":1-2:3"])
def test_a_change_that_is_none_is_wrong_usage(mixture, tmp_path, change):
    done = separate(mixture, "--out", tmp_path / "s", "--into", "dog", "--change", change)
    assert done.returncode == 2 and "is not such as" in done.stderr
