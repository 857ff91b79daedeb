"""The object model for scripts, without Blender; tests/blender/test_scripting.py has Blender's side."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage
import soundfile
from moving import RATE, SIZE, angles_between, direction, film
from scipy.spatial.transform import Rotation

from see2sound_addon import api, soundscene
from see2sound_addon.errors import See2SoundError

ROCKET = Path(skimage.__file__).parent / "data" / "rocket.jpg"


@pytest.fixture(scope="module")
def found():
    return api.load_picture(ROCKET, max_sources=3, duration=2.0)


def test_a_picture_becomes_a_mix_with_every_source_in_its_place(found, tmp_path):
    notes = found.generate(tmp_path / "clips")
    assert all(source.clip.is_file() for source in found.sources) and isinstance(notes, list)
    report = found.mix(tmp_path / "mix.wav", "5.1", api.Delivery(24, -23.0))
    info = soundfile.info(tmp_path / "mix.wav")
    assert (info.channels, info.frames, info.subtype) == (6, 96000, "PCM_24")
    notes = found.export(tmp_path / "objects.wav", "adm")
    assert any("ADM has no words" in note for note in notes) and soundfile.info(tmp_path / "objects.wav").frames == 96000
    assert report.loudness == pytest.approx(-23.0, abs=0.2) or report.true_peak == pytest.approx(-1.0, abs=0.2)


def test_the_plan_is_the_one_that_the_shell_makes_with_blender(tmp_path):
    """Two ways to the same scene: Blender's Speakers and camera, and the library alone."""
    pytest.importorskip("bpy")
    command = [sys.executable, "-m", "see2sound_addon.cli", "run", str(ROCKET), "--out", str(tmp_path)]
    more = ["--duration", "2", "--max-sources", "3", "--eye", "embedded"]
    subprocess.run([*command, *more], check=True, capture_output=True, cwd=Path(__file__).parents[1])
    there = json.loads((tmp_path / "plan.json").read_text())
    here = api.load_picture(ROCKET, max_sources=3, duration=2.0)
    here.generate(tmp_path / "own")
    plan, notes = here.plan()
    assert notes == [] and len(plan.sources) == len(there["sources"]) > 0
    assert plan.listener.positions[0] == pytest.approx(there["listener"]["positions"][0], abs=1e-5)
    turn = np.abs(plan.listener.rotations[0] @ np.array(there["listener"]["rotations"][0]))
    assert turn == pytest.approx(1.0, abs=1e-6)
    for mine, other in zip(plan.sources, sorted(there["sources"], key=lambda one: one["id"]), strict=True):
        assert (mine.id, mine.label, mine.extent, mine.loop) == (other["id"], other["label"], other["extent"], other["loop"])
        assert mine.path.positions[0] == pytest.approx(other["positions"][0], abs=1e-3)
        assert mine.reference_distance == pytest.approx(other["reference_distance"], rel=1e-4)
        assert mine.clip.read_bytes() == (tmp_path / other["clip"]).read_bytes()


def test_a_moving_picture_has_paths_and_a_listener_that_turns(tmp_path):
    """Seen from the listener of the plan, the source is where the film shows it, although the camera pans."""
    count, pan = 60, 14.0
    azimuths, yaw = np.linspace(16, -16, count), np.linspace(pan / 2, -pan / 2, count)
    out = cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter_fourcc(*"MJPG"), RATE, SIZE)
    for frame in film(count, azimuths, yaw=yaw):
        out.write(frame.pixels[..., ::-1])
    out.release()
    scene = api.load_picture(tmp_path / "a.avi", field_of_view=float(np.radians(50)), horizon=0.5)
    assert scene.duration == pytest.approx(count / RATE)
    moving = next(one for one in scene.sources if len(one.found.path.times) > 1)
    moving.label = "car"
    scene.generate(tmp_path / "clips")
    plan, _ = scene.plan()
    (source,) = [one for one in plan.sources if one.id == moving.id]
    times = source.path.times
    ear = Rotation.from_quat(plan.listener.rotations[:, [1, 2, 3, 0]])
    rows = np.searchsorted(plan.listener.times, times - 1e-6)
    heard = ear[rows].inv().apply(source.path.positions - plan.listener.positions[0])
    frames = np.rint(times * RATE).astype(int)
    assert np.median(angles_between(heard, direction(azimuths[frames] - yaw[frames], 0.0))) < 0.7
    scene.mix(tmp_path / "mix.wav", "stereo")
    begins, ends = (np.square(part).mean(axis=0) for part in np.array_split(soundfile.read(tmp_path / "mix.wav")[0], 2))
    assert begins[0] > begins[1] and ends[0] < ends[1]  # it goes from left to right


def test_a_script_traces_meshes_of_its_own(tmp_path):
    """A wall of brick between a listener and a source, without Blender."""
    pytest.importorskip("embreex")
    wall = np.array([(-50, 5, -50), (50, 5, -50), (50, 5, 50), (-50, 5, 50)], float)
    body = api.Body("wall", [wall], np.array([(0, 1, 2), (0, 2, 3)]), np.zeros(2, int))
    source = soundscene.Source("a", tmp_path / "a.wav", soundscene.Trajectory.fixed((0, 10, 0)))
    plan = soundscene.SoundScene(1.0, soundscene.Trajectory.fixed((0, 0, 0)), [source])
    traced, notes = api.trace(plan, api.Geometry([body], [api.Surface.named("brick")]))
    assert notes == [] and traced.sources[0].occlusion.octaves.max() < -30.0
    assert plan.sources[0].occlusion.octaves.size == 0


def test_a_label_moves_a_source_along_its_ray_and_becomes_its_prompt():
    scene = api.load_picture(ROCKET, max_sources=1)
    (source,) = scene.sources
    eye = scene.found.camera.pose[:3, 3]
    before = source.position - eye
    source.label = "dog"
    after = source.position - eye
    assert source.prompt == "dog"
    assert np.linalg.norm(after) != pytest.approx(np.linalg.norm(before), rel=0.01)
    assert after / np.linalg.norm(after) == pytest.approx(before / np.linalg.norm(before), abs=1e-9)
    source.prompt = "dog barking"
    source.label = "wolf"
    assert source.prompt == "dog barking"
    source.position = (1.0, 2.0, 3.0)
    assert source.position == pytest.approx([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="point, area, ambient"):
        source.extent = "line"


def test_a_silent_source_has_no_clip_and_is_left_out_with_a_note(tmp_path):
    scene = api.load_picture(ROCKET, max_sources=2, duration=1.0)
    scene.sources[0].prompt = "silent"
    scene.generate(tmp_path)
    assert scene.sources[0].clip is None
    plan, notes = scene.plan()
    assert len(plan.sources) == len(scene.sources) - 1 and scene.sources[0].id in notes[0]


def test_the_plan_is_saved_with_its_clips(found, tmp_path):
    found.generate(tmp_path / "clips")
    (tmp_path / "elsewhere").mkdir()
    found.save_plan(tmp_path / "elsewhere" / "plan.json")
    plan = json.loads((tmp_path / "elsewhere" / "plan.json").read_text())
    assert all((tmp_path / "elsewhere" / one["clip"]).is_file() for one in plan["sources"])


def test_without_blender_there_is_no_current_scene():
    code = """
import sys
sys.modules["bpy"] = None
from see2sound_addon import api, soundscene
try:
    api.current_scene()
except api.See2SoundError as error:
    print(error.code)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert done.stdout.strip() == "blender-missing", done.stderr


def test_a_picture_that_is_not_there():
    with pytest.raises(See2SoundError) as caught:
        api.load_picture("/nowhere/picture.png")
    assert caught.value.code == "picture-missing"
