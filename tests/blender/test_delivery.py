"""Exports beside a mix, from Blender: objects and stems of the scene as it stands."""

import csv
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scenes import noise, write_wav
from stage import add_camera, add_speaker


@pytest.fixture
def scene(bpy, tmp_path):
    """A Speaker that goes from left to right in front of the camera, and one that stands to the left."""
    add_camera(bpy)
    moves = add_speaker(bpy, write_wav(tmp_path / "a.wav", noise(2.0)), (-3, 3, 0))
    moves.keyframe_insert("location", frame=1)
    moves.location.x = 3
    moves.keyframe_insert("location", frame=48)
    moves.see2sound.source_id, moves.see2sound.loop = "moves", True
    stands = add_speaker(bpy, write_wav(tmp_path / "b.wav", noise(2.0, 1)), (-4, 0, 0))
    stands.see2sound.source_id, stands.see2sound.loop = "stands", True
    return bpy.context.scene


@pytest.mark.parametrize("flavour", ["adm", "adm-atmos"])
def test_objects_are_the_speakers(bpy, extension, scene, tmp_path, flavour):
    read = import_module(f"{extension.__name__}.see2sound_addon.delivery.adm.reading").read
    out = tmp_path / "objects.wav"
    assert bpy.ops.see2sound.export_objects(filepath=str(out), flavour=flavour) == {"FINISHED"}
    moves, stands = read(out).programme.objects
    assert (moves.name, stands.name) == ("moves", "stands")
    assert moves.directions[0] == pytest.approx([np.sqrt(0.5), np.sqrt(0.5), 0.0], abs=2e-2)  # front left
    assert moves.directions[-1] == pytest.approx([np.sqrt(0.5), -np.sqrt(0.5), 0.0], abs=2e-2)
    assert np.allclose(stands.directions, [0.0, 1.0, 0.0], atol=1e-2)
    assert stands.gains[0] == pytest.approx(0.25 if flavour == "adm" else 1.0, rel=0.01)
    assert soundfile.info(out).frames == 96000


def test_stems_lie_beside_the_blend(bpy, scene):
    scene.see2sound.layout = "5.1"
    assert bpy.ops.see2sound.export_stems(filepath="//stems") == {"FINISHED"}
    folder = Path(bpy.data.filepath).parent / "stems"
    found = list(csv.DictReader((folder / "cues.csv").open()))
    assert [(row["source"], row["kind"]) for row in found] == [
        ("moves", "dry"), ("moves", "wet"), ("stands", "dry"), ("stands", "wet"),
    ]  # fmt: skip
    assert soundfile.info(folder / found[1]["file"]).channels == 6
    assert bpy.ops.see2sound.export_stems(filepath="//stems", reaper=True, panned=False) == {"FINISHED"}  # our own is replaced
    assert (folder / "stems.rpp").is_file() and not (folder / "wet").exists()


def test_the_page_is_one_file_about_the_sources(bpy, scene, tmp_path):
    out = tmp_path / "report.html"
    assert bpy.ops.see2sound.export_page(filepath=str(out)) == {"FINISHED"}
    page = out.read_text(encoding="utf-8")
    assert "moves" in page and "stands" in page and "LUFS" in page
    with pytest.raises(RuntimeError, match=r"\.txt files are not written"):
        bpy.ops.see2sound.export_page(filepath=str(tmp_path / "report.txt"))


def test_mistakes_are_one_clear_line(bpy, scene, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    with pytest.raises(RuntimeError, match="not made by See2Sound"):
        bpy.ops.see2sound.export_stems(filepath=str(tmp_path / "full"))
    with pytest.raises(RuntimeError, match=r"\.flac files are not written"):
        bpy.ops.see2sound.export_objects(filepath=str(tmp_path / "o.flac"))
    scene.render.ffmpeg.audio_mixrate = 44100
    with pytest.raises(RuntimeError, match="48000 Hz"):
        bpy.ops.see2sound.export_objects(filepath=str(tmp_path / "o.wav"), flavour="adm-atmos")
    assert not (tmp_path / "o.wav").exists()


def test_a_film_gets_the_mix_and_keeps_its_picture(bpy, scene, tmp_path):
    """Two seconds of pictures as Blender renders them, at 24 a second; the mix is in step."""
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "v.mp4"), "w") as film:
        picture = film.add_stream("libx264", rate=24, width=64, height=48, pix_fmt="yuv420p")
        for number in range(48):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 5 * number, np.uint8), "rgb24")
            film.mux(picture.encode(frame))
        film.mux(picture.encode(None))
    out = tmp_path / "film.mov"
    options = {"video": str(tmp_path / "v.mp4"), "layout": "stereo", "language": "eng"}
    assert bpy.ops.see2sound.export_film(filepath=str(out), **options) == {"FINISHED"}
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="stereo")
    mix = soundfile.read(tmp_path / "mix.wav")[0]
    with av.open(str(tmp_path / "v.mp4")) as one, av.open(str(out)) as other:
        assert [bytes(p) for p in one.demux(video=0)] == [bytes(p) for p in other.demux(video=0)]
    with av.open(str(out)) as film:
        stream = film.streams.audio[0]
        heard = np.concatenate([f.to_ndarray().reshape(-1, 2) for f in film.decode(audio=0)]) / 2.0**31
        assert (stream.codec_context.name, stream.metadata["language"]) == ("pcm_s24le", "eng")
    assert heard.shape == mix.shape and np.abs(heard - mix).max() < 2.0**-22
    with pytest.raises(RuntimeError, match="No video is chosen"):
        bpy.ops.see2sound.export_film(filepath=str(tmp_path / "other.mp4"))
