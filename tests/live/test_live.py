"""A run against the clock. The clock itself is not judged here, but all that must hold however fast the machine is."""

import cv2
import numpy as np
import pytest
import soundfile
from moving import RATE, SIZE, direction, film, paint, texture, view, world

from see2sound_addon import cli
from see2sound_addon.backends import Backends
from see2sound_addon.findings import Settings
from see2sound_addon.live.heard import Scene
from see2sound_addon.live.session import Session
from see2sound_addon.media.moving import open_moving
from see2sound_addon.projection import Camera, Perspective
from see2sound_addon.vision.detectors import Detection
from see2sound_addon.vision.tracking.tracks import Track

pytestmark = pytest.mark.slow

LENS = Perspective.of_view(np.radians(50), SIZE[1] / SIZE[0])


def write(path, frames):
    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), RATE, SIZE)
    for pixels in frames:
        out.write(pixels[..., ::-1])
    out.release()
    return path


def blue(pixels):
    """A detector of what is blue: the object of the painted world."""
    mask = ((pixels[..., 2].astype(int) - pixels[..., 0]) > 110).astype(np.uint8)
    rows, columns = np.nonzero(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3))))
    if len(rows) < 200:
        return []
    height, width = pixels.shape[:2]
    box = (np.percentile(columns, 2) / width, rows.min() / height, np.percentile(columns, 98) / width, rows.max() / height)
    return [Detection("car", box, 0.8)]


def test_what_is_seen_on_the_left_reaches_the_left_ear_first(tmp_path):
    """A car that stands at the left edge, and is named by a detector, in a film of three seconds."""
    paper = world()
    paint(paper, texture(0), 18.0, 0.0, 8.0)
    pixels = view(paper)
    path = write(tmp_path / "a.avi", [pixels] * 84)
    report = Session(Settings(horizon=0.5), Backends(detector=blue), tmp_path).run_file(open_moving(path), tmp_path / "o.wav")
    heard, rate = soundfile.read(tmp_path / "o.wav")
    assert heard.shape == (-(-84 * 2000 // 768) * 768, 2) and rate == 48000
    assert report.frames == 84 and 0 < report.used <= 84 and report.blocks * 768 == len(heard)
    assert "car_1" in report.sources and len(report.sources) == len(set(report.sources))
    late = heard[-48000:]
    if np.abs(late).max() == 0.0:
        pytest.skip("this machine had no time for the sound")
    part = slice(4800, 24000)
    shift = np.correlate(late[part, 0], late[4740:24060, 1], "valid").argmax() - 60
    assert -11 <= shift <= -4  # a head's delay at 18 degrees is 0.15 ms (Woodworth), 7 samples: the left ear comes first


def test_a_lost_object_comes_back_as_the_same_source():
    scene = Scene(Camera(LENS), 1.0, 5)

    def track(number):
        return Track(
            number, 0, [np.array([100.0, 100, 150, 140])], [True], np.zeros(512), votes={"car": 2.0}, hits=[(0, "car")]
        )

    first = scene.update([track(0)], SIZE, np.eye(3), 0.0)
    assert list(first) == ["car_1"]
    assert "car_1" in scene.update([], SIZE, np.eye(3), 0.2) and "car_1" not in scene.update([], SIZE, np.eye(3), 1.0)
    assert list(scene.update([track(1)], SIZE, np.eye(3), 1.5)) == ["car_1"]
    assert scene.wanted == [("car_1", "car")]
    assert list(scene.update([], SIZE, np.eye(3), 9.0)) == [] and list(scene.update([track(2)], SIZE, np.eye(3), 9.1)) == [
        "car_2"
    ]


def test_directions_are_those_of_the_picture():
    scene = Scene(Camera(LENS), 1.0, 5)
    place = LENS.points(np.array([[-np.tan(np.radians(20)), 0.0, -1.0]]))[0] * SIZE
    box = np.array([place[0] - 20, place[1] - 10, place[0] + 20, place[1] + 10])
    one = Track(0, 0, [box], [True], np.zeros(512), votes={"dog": 2.0}, hits=[(0, "dog")])
    placed = scene.update([one], SIZE, np.eye(3), 0.0)["dog_1"]
    np.testing.assert_allclose(placed.direction, direction(20.0, 0.0), atol=1e-6)


def test_the_shell_prints_the_table(tmp_path, capsys):
    path = write(tmp_path / "a.avi", [one.pixels for one in film(30, np.linspace(12, -12, 30))])
    assert cli.main(["live", str(path), "--out", str(tmp_path / "o.wav"), "--eye", "embedded"]) == 0
    said = capsys.readouterr().out
    assert "audio blocks" in said and "frame to sound" in said and "dropped" in said
    assert soundfile.info(tmp_path / "o.wav").channels == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["live", "missing.mp4", "--out", "o.wav"], "no picture"), (["live", "99", "--out", "o.wav"], "no camera device 99"),
     (["live", "a.avi", "--out", "o.mp3"], "written as WAV")],
)  # fmt: skip
def test_mistakes_are_one_clear_line(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.avi", [view(world())] * 3)
    assert cli.main(arguments) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert message in said[-1] and not (tmp_path / "o.wav").exists()
