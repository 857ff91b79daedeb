"""`see2sound run` with moving pictures: the scene, the mixes and the film."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile
from moving import RATE, film
from PIL import Image

av = pytest.importorskip("av")

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]
COUNT = 36


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "see2sound_addon.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
    )


def frames():
    return [one.pixels for one in film(COUNT, np.linspace(14, -14, COUNT))]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A video with a sound of its own, and what was made of it."""
    folder = tmp_path_factory.mktemp("run")
    path = folder / "passing.mp4"
    with av.open(str(path), "w") as out:
        video, audio = out.add_stream("libx264", rate=24), out.add_stream("aac", rate=48000)
        video.width, video.height, video.pix_fmt = 480, 270, "yuv420p"
        video.bit_rate = 4_000_000
        for pixels in frames():
            out.mux(video.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        out.mux(video.encode())
        tone = (0.2 * np.sin(2 * np.pi * 3000 * np.arange(round(COUNT / 24 * 48000)) / 48000)).astype(np.float32)
        sound = av.AudioFrame.from_ndarray(np.stack([tone, tone]), "fltp", "stereo")
        sound.sample_rate, sound.pts = 48000, 0
        out.mux(audio.encode(sound))
        out.mux(audio.encode())
    done = run("run", path, "--out", folder / "out", "--voice-unknown", "--json", "--keep-sound")
    assert done.returncode == 0, done.stderr
    return path, folder / "out", json.loads(done.stdout)


def test_the_mixes_are_as_long_as_the_video(made):
    _, out, facts = made
    for name in ("binaural", "5.1", "ambix1"):
        assert soundfile.info(out / f"mix_{name}.wav").frames == COUNT * 2000
    assert any(source["when"].startswith(", moving from 0.0") for source in facts["sources"])


def test_the_film_is_the_video_with_its_sounds(made):
    """Frame by frame the same picture; and the tone of its own sound is there, as asked for."""
    path, out, _ = made
    with av.open(str(out / "film.mp4")) as new, av.open(str(path)) as old:
        pictures = [frame.to_ndarray(format="rgb24") for frame in new.decode(video=0)]
        before = [frame.to_ndarray(format="rgb24") for frame in old.decode(video=0)]
    assert len(pictures) == COUNT
    for number in (0, 10, COUNT - 1):
        right = np.abs(pictures[number].astype(float) - before[number]).mean()
        next_one = before[number - 3 if number > 3 else number + 3]
        assert right < 6 and right < np.abs(pictures[number].astype(float) - next_one).mean()
    with av.open(str(out / "film.mp4")) as new:
        sound = np.concatenate([frame.to_ndarray() for frame in new.decode(audio=0)], axis=1)
        assert new.streams.audio[0].codec_context.sample_rate == 48000
    assert sound.shape[0] == 2 and sound.shape[1] == pytest.approx(COUNT * 2000, abs=4096)
    spectrum = np.abs(np.fft.rfft(sound[0, 4800:52800] * np.hanning(48000)))
    assert 2995 <= spectrum.argmax() <= 3005


def test_its_own_sound_is_split_and_the_speakers_play_it(made):
    """The stems and the bed add up to what the video sounds like, and the plan has no clip but those of the split."""
    path, out, _ = made
    split = out / "soundtrack"
    total = sum(soundfile.read(one, always_2d=True)[0] for one in split.glob("*.wav"))
    with av.open(str(path)) as film:
        own = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1).T[: len(total)]
    assert len(total) == COUNT * 2000 and np.abs(total[: len(own)] - own).max() < 1e-4
    clips = [Path(one["clip"]) for one in json.loads((out / "plan.json").read_text())["sources"]]
    assert clips and all((out / clip).resolve().parent == (split / "clips").resolve() for clip in clips)


def test_the_scene_plays_in_step(made):
    _, out, _ = made
    script = (
        "import bpy, sys; bpy.ops.wm.open_mainfile(filepath=sys.argv[1]); s = bpy.context.scene;"
        "b = s.camera.data.background_images[0]; print('FACTS', s.render.fps, s.frame_end, b.image.source,"
        "b.image_user.frame_start, b.image_user.frame_offset)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(out / "scene.blend")], capture_output=True, text=True, timeout=120)
    facts = next(line for line in done.stdout.splitlines() if line.startswith("FACTS"))
    assert facts.split()[1:] == ["24", str(COUNT), "MOVIE", "1", "0"]


def test_an_animated_gif_becomes_a_film(tmp_path):
    images = [Image.fromarray(pixels) for pixels in frames()]
    images[0].save(tmp_path / "a.gif", save_all=True, append_images=images[1:], duration=50, loop=0)
    done = run("run", tmp_path / "a.gif", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    with av.open(str(tmp_path / "out" / "film.mp4")) as new:
        assert sum(1 for _ in new.decode(video=0)) == COUNT
        assert float(new.streams.video[0].average_rate) == pytest.approx(20, rel=0.01)


def test_numbered_pictures_and_a_range(tmp_path):
    for number, pixels in enumerate(frames(), 1):
        cv2.imwrite(str(tmp_path / f"f_{number:03d}.png"), pixels[..., ::-1])
    done = run(
        "run", tmp_path / "f_###.png", "--out", tmp_path / "out", "--frames", "7-30", "--rate", "12", "--still-camera", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert soundfile.info(tmp_path / "out" / "mix_5.1.wav").frames == 24 * 4000
    with av.open(str(tmp_path / "out" / "film.mp4")) as new:
        assert sum(1 for _ in new.decode(video=0)) == 24


@pytest.mark.parametrize("text", ["10", "a-b", "9-3", "0-4"])
def test_a_range_that_is_none_is_wrong_usage(tmp_path, text):
    done = run("run", tmp_path / "a.mp4", "--out", tmp_path / "out", "--frames", text)
    assert done.returncode == 2 and "no range" in done.stderr
    assert RATE == 24.0


def test_a_damaged_video_is_one_clear_line(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no video" * 500)
    for verb, out in (("run", "out"), ("live", "out.wav")):
        done = run(verb, tmp_path / "a.mp4", "--out", tmp_path / out)
        (line,) = done.stderr.strip().splitlines()
        assert done.returncode == 1 and "a.mp4 cannot be read" in line


@pytest.mark.parametrize("name", ["film.mp4", "overview.png"])
def test_run_never_writes_over_what_it_reads(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"precious")
    code = "from see2sound_addon.cli import main; raise SystemExit(main())"
    done = subprocess.run([sys.executable, "-c", code, "run", path, "--out", tmp_path], capture_output=True, text=True)
    assert done.returncode == 1 and "would overwrite" in done.stderr and path.read_bytes() == b"precious"
