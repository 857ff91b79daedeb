"""The shell command, in processes of its own."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import skimage
import soundfile
from marked import FOLDER, needs_pictures
from networks import write_network
from PIL import Image
from scenes import angle_between, intensity_direction, noise, scene, source, write_wav
from test_networks import nanodet

from see2sound_addon.errors import See2SoundError
from see2sound_addon.materials import MATERIALS
from see2sound_addon.planfile import plan_to_json, read_plan, write_plan
from see2sound_addon.soundscene import Response, Shoebox

COMMAND = [sys.executable, "-m", "see2sound_addon.cli"]
ROCKET = Path(skimage.__file__).parent / "data" / "rocket.jpg"


NOWHERE = str(Path(tempfile.gettempdir()) / "see2sound_no_data")
ENVIRONMENT = {**os.environ, "XDG_DATA_HOME": NOWHERE, "LOCALAPPDATA": NOWHERE}
"""Without the detectors and models that the user has installed."""


def see2sound(*arguments):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, env=ENVIRONMENT)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "out"
    done = see2sound("run", ROCKET, "--out", out, "--duration", "2", "--json")
    assert done.returncode == 0, done.stderr
    return out, done


def test_run_makes_everything(run):
    out, done = run
    made = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
    result = json.loads(done.stdout)
    clips = [str(s.clip.relative_to(out)) for s in read_plan(out / "plan.json").sources]
    assert len(clips) == len(result["sources"])
    mixes = ["mix_5.1.wav", "mix_ambix1.wav", "mix_binaural.wav"]
    assert clips
    assert made == sorted([*clips, *mixes, "overview.png", "plan.json", "scene.blend"])
    assert "Mixing binaural" in done.stderr
    for name, channels in zip(mixes, (6, 4, 2), strict=True):
        info = soundfile.info(out / name)
        assert (info.channels, info.frames, info.samplerate) == (channels, 96000, 48000)
        assert np.abs(soundfile.read(out / name)[0]).max() > 1e-4
    assert Image.open(out / "overview.png").size[1] >= 600


def test_the_plan_of_a_run_renders_to_the_same_bytes(run, tmp_path):
    out, _ = run
    for layout in ("binaural", "5.1", "ambix1"):
        done = see2sound("render", out / "plan.json", "--layout", layout, "--out", tmp_path / "mix.wav")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "mix.wav").read_bytes() == (out / f"mix_{layout}.wav").read_bytes()


def test_the_blend_of_a_run_mixes_to_the_same_sound(run, tmp_path):
    out, _ = run
    done = see2sound("mix", out / "scene.blend", "--layout", "ambix1", "--out", tmp_path / "mix.wav")
    assert done.returncode == 0, done.stderr
    ours, again = soundfile.read(out / "mix_ambix1.wav")[0], soundfile.read(tmp_path / "mix.wav")[0]
    assert np.abs(ours - again).max() < 1e-6


def test_each_source_of_a_run_arrives_from_its_place(run, tmp_path):
    out, _ = run
    plan = read_plan(out / "plan.json")
    for single in plan.sources:
        alone = read_plan(out / "plan.json")
        alone.sources = [s for s in alone.sources if s.id == single.id]
        (tmp_path / "alone.json").write_text(plan_to_json(alone))
        see2sound("render", tmp_path / "alone.json", "--layout", "ambix1", "--out", tmp_path / "alone.wav")
        w, x, y, z = plan.listener.rotations[0]
        turn = np.array([  # world from local, of a unit quaternion
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ])  # fmt: skip
        expected = turn.T @ (single.path.positions[0] - plan.listener.positions[0])
        assert angle_between(intensity_direction(soundfile.read(tmp_path / "alone.wav")[0].T), expected) < 0.5


@needs_pictures
def test_a_source_found_on_the_right_is_louder_right(tmp_path):
    """The taxi in Times Square stands at three quarters of the width; its part of the 5.1 mix must be louder right."""
    out = tmp_path / "out"
    assert see2sound("run", FOLDER / "times_square.png", "--out", out, "--duration", "1").returncode == 0
    plan = read_plan(out / "plan.json")
    energy = (soundfile.read(out / "mix_5.1.wav")[0] ** 2).sum(axis=0)
    sides = [source.path.positions[0][0] for source in plan.sources]
    assert min(sides) < 0 < max(sides)
    assert energy[3] == 0
    assert (np.delete(energy, 3) > 1e-8 * energy.max()).all()  # the street's ambience fills the surrounds
    plan.sources = [max(plan.sources, key=lambda s: s.path.positions[0][0])]
    (tmp_path / "right.json").write_text(plan_to_json(plan))
    see2sound("render", tmp_path / "right.json", "--layout", "5.1", "--out", tmp_path / "right.wav")
    energy = (soundfile.read(tmp_path / "right.wav")[0] ** 2).sum(axis=0)
    assert energy[1] > 2 * energy[0]


def failing_calls(folder):
    Image.new("RGB", (60, 40), (9, 9, 9)).save(folder / "plain.png")
    (folder / "text.png").write_text("no picture")
    (folder / "file").write_text("in the way")
    clip = write_wav(folder / "a.wav", noise())
    good = scene([source((1, 0, 0))])
    good.sources[0].clip = clip
    (folder / "good.json").write_text(plan_to_json(good))
    (folder / "broken.json").write_text('{"version": 1')
    (folder / "lost.json").write_text(plan_to_json(good).replace("a.wav", "gone.wav"))
    (folder / "text.blend").write_text("no blend")
    walls = (MATERIALS["brick"],) * 6
    good.room = Shoebox((50.0, 0.0, 0.0), (4.0, 4.0, 4.0), walls)
    (folder / "outside.json").write_text(plan_to_json(good))
    good.room = Response(folder / "gone_ir.wav")
    (folder / "no_response.json").write_text(plan_to_json(good))
    out = folder / "out"
    return {
        "a missing picture": ("run", folder / "none.png", "--out", out),
        "no picture": ("run", folder / "text.png", "--out", out),
        "a file where the folder should be": ("run", folder / "plain.png", "--out", folder / "file"),
        "a missing plan": ("render", folder / "none.json", "--layout", "5.1", "--out", folder / "mix.wav"),
        "a broken plan": ("render", folder / "broken.json", "--layout", "5.1", "--out", folder / "mix.wav"),
        "a lost clip": ("render", folder / "lost.json", "--layout", "5.1", "--out", folder / "mix.wav"),
        "a listener outside the room": (
            "render",
            folder / "outside.json",
            "--layout",
            "5.1",
            "--out",
            folder / "mix.wav",
        ),
        "a lost response": ("render", folder / "no_response.json", "--layout", "5.1", "--out", folder / "mix.wav"),
        "an unknown layout": ("render", folder / "good.json", "--layout", "13.7", "--out", folder / "mix.wav"),
        "a missing scene": ("mix", folder / "none.blend", "--layout", "5.1", "--out", folder / "mix.wav"),
        "no scene": ("mix", folder / "text.blend", "--layout", "5.1", "--out", folder / "mix.wav"),
    }


def test_failures_are_one_line_and_leave_nothing(tmp_path):
    calls = failing_calls(tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())
    for case, call in calls.items():
        done = see2sound(*call)
        assert done.returncode == 1, (case, done.stderr)
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("see2sound: ") and "Traceback" not in done.stderr, (case, done.stderr)
        assert done.stdout == ""
        assert sorted(p.name for p in tmp_path.iterdir()) == before, case


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("run",),
        ("run", "a.png", "--out", "x", "--duration", "-3"),
        ("run", "a.png", "--out", "x", "--max-sources", "many"),
    ],
)
def test_wrong_usage_is_two(arguments):
    assert see2sound(*arguments).returncode == 2


def test_a_picture_of_one_colour_is_no_error(tmp_path):
    Image.new("RGB", (300, 200), (40, 90, 160)).save(tmp_path / "a.png")
    done = see2sound("run", tmp_path / "a.png", "--out", tmp_path / "out", "--duration", "0.5")
    assert done.returncode == 0, done.stderr
    assert "Nothing in the picture" in done.stdout and "silent" in done.stdout
    assert soundfile.info(tmp_path / "out" / "mix_5.1.wav").frames == 24000


def test_the_detector_of_a_run_is_named_and_a_better_one_is_offered(tmp_path):
    dog = write_network(tmp_path / "dog.onnx", nanodet(), 416)
    done = see2sound("run", ROCKET, "--out", tmp_path / "a", "--duration", "0.5", "--eye", dog)
    assert done.returncode == 0 and "dog, point" in done.stdout and "The detector was dog.onnx." in done.stdout
    assert "without a sound" in done.stdout and "could not be named" in done.stdout and "--voice-unknown" in done.stdout
    done = see2sound("run", ROCKET, "--out", tmp_path / "a", "--duration", "0.5", "--eye", dog, "--voice-unknown")
    assert done.returncode == 0 and "without a sound" not in done.stdout and "--voice-unknown" not in done.stdout
    done = see2sound("run", ROCKET, "--out", tmp_path / "b", "--duration", "0.5")
    assert "see2sound eye get light" in done.stdout
    (tmp_path / "torn.onnx").write_text("torn")
    done = see2sound("run", ROCKET, "--out", tmp_path / "c", "--duration", "0.5", "--eye", tmp_path / "torn.onnx")
    assert done.returncode == 0 and "torn.onnx cannot be used" in done.stdout and "embedded one" in done.stdout
    done = see2sound("run", ROCKET, "--out", tmp_path / "d", "--eye", "eagle")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and not (tmp_path / "d").exists()


def test_doctor_says_what_is_here():
    done = see2sound("doctor", "--json")
    assert done.returncode == 0
    assert all(json.loads(done.stdout)["modules"].values())


@pytest.mark.skipif(os.name != "posix", reason="these are a Unix shell's ways")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("doctor | true", 0),
        ("doctor >&-", 0),
        ("doctor 2>&-", 0),
        ("doctor > /dev/full", 1),
        ("render no.json --layout 5.1 --out x.wav 2> /dev/full", 1),
    ],
)
def test_no_stream_brings_it_down(command, code, tmp_path):
    done = subprocess.run(
        f"{' '.join(COMMAND)} {command}", shell=True, cwd=Path(__file__).parents[1], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code and "Traceback" not in done.stderr + done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text elsewhere")
def test_names_that_are_no_utf_8_are_shown_and_refused_where_blender_could_not_find_them(tmp_path):
    (tmp_path / "bad\udcff.json").write_text("{")
    done = subprocess.run(
        [*COMMAND, "render", tmp_path / "bad\udcff.json", "--layout", "mono", "--out", tmp_path / "a.wav"], capture_output=True
    )
    assert done.returncode == 1 and b"Traceback" not in done.stderr and b"not JSON" in done.stderr
    done = subprocess.run([*COMMAND, "run", ROCKET, "--out", tmp_path / "out\udcff"], capture_output=True)
    assert done.returncode == 1 and b"is not UTF-8" in done.stderr and not list(tmp_path.glob("out*"))


def test_progress_is_not_repeated_where_there_is_no_terminal(tmp_path):
    write_wav(tmp_path / "a.wav", noise(1.0)[None])
    plan = scene([source((1, 0, 0))], 3.0)
    plan.sources[0].clip = tmp_path / "a.wav"
    write_plan(plan, tmp_path / "plan.json")
    done = subprocess.run(
        [*COMMAND, "render", tmp_path / "plan.json", "--layout", "mono", "--out", tmp_path / "a_mix.wav"],
        capture_output=True,
        text=True,
    )
    lines = [line for line in done.stderr.splitlines() if "%" in line]
    assert done.returncode == 0 and lines and len(lines) == len(set(lines))


def test_messages_are_one_line_that_any_terminal_can_show():
    error = See2SoundError("x", "bad \x1b[31mname\n\0" + "y" * 60000, "a\tb\udcff")
    assert error.message.isprintable() and len(error.message) < 700 and error.hint == "a b\\udcff"


def test_the_log_is_off_until_it_is_asked_for(tmp_path):
    """And it goes to standard error, so that results stay clean."""
    write_wav(tmp_path / "a.wav", noise(1.0)[None])
    plan = scene([source((1, 0, 0))], 0.5)
    plan.sources[0].clip = tmp_path / "a.wav"
    write_plan(plan, tmp_path / "plan.json")
    render = ("render", tmp_path / "plan.json", "--layout", "mono", "--out", tmp_path / "mix.wav", "--json")
    quiet, informed = see2sound(*render), see2sound(*render, "--log", "info")
    assert "INFO" not in quiet.stderr and "mix of 0.50 s, 1 sources, mono" in informed.stderr
    assert json.loads(quiet.stdout) == json.loads(informed.stdout)
