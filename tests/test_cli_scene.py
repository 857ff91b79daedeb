"""`see2sound scene`: the street of the demo becomes Speakers, clips, a plan, mixes and a film."""

import json
import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from PIL import Image

from see2sound_addon.delivery.overview import COLOURS
from see2sound_addon.planfile import read_plan

ROOT = Path(__file__).resolve().parents[1]
SMALL = """
import sys
sys.path.insert(0, {examples!r})
import street
street.SECONDS, street.SIZE = 2, (64, 36)
sys.argv[1:] = [{path!r}]
street.main()
"""


def see2sound(*arguments):
    command = [sys.executable, "-m", "see2sound_addon.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ})


@pytest.fixture(scope="module")
def blend(tmp_path_factory):
    """Two seconds of the street of the demo."""
    path = tmp_path_factory.mktemp("street") / "street.blend"
    code = SMALL.format(examples=str(ROOT / "examples"), path=str(path))
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def heard(blend, tmp_path_factory):
    out = tmp_path_factory.mktemp("heard") / "out"
    before = blend.read_bytes()
    done = see2sound("scene", blend, "--out", out, "--film", "--json")
    assert done.returncode == 0, done.stderr
    assert blend.read_bytes() == before
    return out, json.loads(done.stdout), done.stderr


def test_it_finds_what_sounds_in_the_street(heard):
    out, result, _ = heard
    used = {one["object"] or one["label"]: one["class"] for one in result["sources"] if one["accepted"]}
    assert used == {  # the bell begins to swing after two seconds
        "Tram": "tram", "Fountain": "fountain", "Tree": "wind in trees", "Walker": "footsteps on stone",
        "songbird, 3": "songbird",
    }  # fmt: skip
    assert result["silent"] > 15
    walker = next(one for one in result["sources"] if one["object"] == "Walker")
    assert [seconds for seconds, _ in walker["events"]] == pytest.approx([0.5, 1.0, 1.5], abs=1 / 24)


def test_everything_is_written(heard):
    out, result, progress = heard
    made = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    plan = read_plan(out / "plan.json")
    clips = {str(source.clip.relative_to(out)) for source in plan.sources}
    mixes = {"mix_binaural.wav", "mix_5.1.wav", "mix_ambix1.wav"}
    assert made == clips | mixes | {"scene.blend", "plan.json", "overview.png", "film.mp4"}
    for name, channels in (("mix_binaural.wav", 2), ("mix_5.1.wav", 6), ("mix_ambix1.wav", 4)):
        info = soundfile.info(out / name)
        assert (info.channels, info.frames) == (channels, 96000)
    assert "Reading the scene" in progress and "Video append" not in progress


def test_acoustics_are_traced_unless_they_are_left_out(heard, blend, tmp_path):
    """The tram begins behind a house: its straight way is hidden, and it is heard around the corner."""
    pytest.importorskip("embreex")
    plan = read_plan(heard[0] / "plan.json")
    tram = next(source for source in plan.sources if source.object == "Tram")
    assert plan.room.openness.min() > 0.3 and tram.detours and tram.occlusion.octaves.min() < -3.0
    assert all(source.tail is not None for source in plan.sources)
    done = see2sound("scene", blend, "--out", tmp_path / "plain", "--no-acoustics", "--json")
    assert done.returncode == 0, done.stderr
    plan = read_plan(tmp_path / "plain" / "plan.json")
    assert plan.room is None and not any(source.detours or source.tail for source in plan.sources)


def test_the_plan_names_objects_and_events(heard):
    out, _, _ = heard
    text = json.loads((out / "plan.json").read_text())
    walker = next(source for source in text["sources"] if source.get("object") == "Walker")
    assert [seconds for seconds, _ in walker["events"]] == pytest.approx([0.5, 1.0, 1.5], abs=1 / 24)
    assert all(0.0 <= strength <= 1.0 for _, strength in walker["events"])
    again = next(source for source in read_plan(out / "plan.json").sources if source.object == "Walker")
    assert np.allclose(again.events, walker["events"]) and len(again.path.positions) > 10


def test_steps_are_heard_when_the_feet_come_down(heard):
    out, _, _ = heard
    walker = next(source for source in read_plan(out / "plan.json").sources if source.object == "Walker")
    samples = np.abs(soundfile.read(walker.clip)[0])
    frames = samples[: len(samples) // 480 * 480].reshape(-1, 480).max(axis=1)
    for seconds, _ in walker.events:
        at = round(seconds * 100)
        assert frames[at : at + 10].max() > 4.0 * frames[at - 8 : at - 2].max()


def test_the_overview_shows_paths_and_ticks(heard):
    out, _, _ = heard
    plan = read_plan(out / "plan.json")
    sheet = np.asarray(Image.open(out / "overview.png").convert("RGB"))
    number = next(n for n, source in enumerate(plan.sources) if source.object == "Walker")
    colour = (sheet == COLOURS[number]).all(axis=2)
    assert colour[:900].sum() > 100  # its path from above
    row = colour[900:, 250:].any(axis=0)
    ticks = np.flatnonzero(np.diff(row.astype(int)) == 1)
    wide = 1400 - 250 - 48
    truth = [wide * seconds / plan.duration for seconds in plan.sources[number].events[:, 0]]
    assert np.allclose(ticks, truth, atol=4.0)


def test_the_film_has_the_picture_and_the_binaural_sound(heard):
    out, _, _ = heard
    with av.open(str(out / "film.mp4")) as film:
        (video,), (audio,) = film.streams.video, film.streams.audio
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, audio.codec_context.channels) == (64, 36, 2)
        assert sum(1 for _ in film.decode(video)) == 48
    with av.open(str(out / "film.mp4")) as film:
        sound = np.concatenate([frame.to_ndarray() for frame in film.decode(film.streams.audio[0])], axis=1)
    mix = soundfile.read(out / "mix_binaural.wav")[0].T
    assert sound.shape[1] == pytest.approx(mix.shape[1], abs=3000)
    level = np.sqrt((sound[:, :96000] ** 2).mean()) / np.sqrt((mix**2).mean())
    assert 0.7 < level < 1.3


def test_the_saved_scene_can_be_mixed_again_and_is_the_same(heard, tmp_path):
    out, _, _ = heard
    done = see2sound("mix", out / "scene.blend", "--layout", "binaural", "--out", tmp_path / "again.wav")
    assert done.returncode == 0, done.stderr
    assert np.allclose(soundfile.read(tmp_path / "again.wav")[0], soundfile.read(out / "mix_binaural.wav")[0], atol=1e-4)


def test_mistakes_are_one_clear_line(heard, blend, tmp_path):
    out, _, _ = heard
    for arguments, word in (
        (("scene", tmp_path / "none.blend", "--out", tmp_path / "a"), "no file"),
        (("scene", Path(__file__), "--out", tmp_path / "b"), "cannot be opened"),
        (("scene", out / "scene.blend", "--out", out), "overwrite"),
    ):
        done = see2sound(*arguments)
        assert done.returncode == 1 and word in done.stderr
        assert done.stderr.strip().splitlines()[-1].startswith("see2sound: ")
    code = "import bpy; bpy.ops.wm.read_factory_settings(use_empty=True); bpy.ops.mesh.primitive_cube_add(); "
    code += f"bpy.ops.wm.save_as_mainfile(filepath={str(tmp_path / 'blind.blend')!r})"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    done = see2sound("scene", tmp_path / "blind.blend", "--out", tmp_path / "c")
    assert done.returncode == 1 and "no active camera" in done.stderr
    assert not (tmp_path / "c" / "scene.blend").exists()
