"""IAMF by FFmpeg is read back by FFmpeg, channel by channel."""

import re
import subprocess

import numpy as np
import pytest
import soundfile
from scenes import moving, noise, scene, source, write_wav
from verifiers import ffmpeg

from see2sound_addon import cli, pipeline
from see2sound_addon.errors import See2SoundError
from see2sound_addon.outputs.iamf import streams_of
from see2sound_addon.spatial.layouts import find_layout


@pytest.fixture
def plan(tmp_path):
    made = [
        source((3.0, 2.0, 0.5), "still", loop=True),
        source(moving([0.0, 2.0], [(2, -4, 0), (-2, 4, 1)]), "goes", loop=True),
    ]
    for number, one in enumerate(made):
        one.clip = write_wav(tmp_path / f"{number}.wav", 0.2 * noise(1.0, number))
    return scene(made, 2.0)


@pytest.fixture
def with_ffmpeg(monkeypatch):
    monkeypatch.setenv("SEE2SOUND_FFMPEG", ffmpeg())


def facts_of(path):
    """What FFmpeg says of a file."""
    return subprocess.run([ffmpeg(), "-hide_banner", "-i", path], capture_output=True, text=True).stderr


def read_back(path, channels):
    """(n, channels) of all streams side by side, in the file's order."""
    streams, number = [], 0  # FFmpeg 9 reads no last packet below 25 bytes: the end of a channel that is silent there
    while sum(stream.shape[1] for stream in streams) < channels:
        part = path.with_name(f"{path.stem}_{number}.wav")
        command = [ffmpeg(), "-v", "error", "-y", "-i", path, "-map", f"0:{number}", "-c:a", "pcm_s24le", part]
        done = subprocess.run(command, capture_output=True, text=True)
        assert part.exists(), done.stderr
        got = soundfile.read(part, always_2d=True)[0]
        streams.append(np.pad(got, ((0, max(len(stream) for stream in [got, *streams]) - len(got)), (0, 0))))
        number += 1
    return np.concatenate(streams, axis=1)


WAVE = {"FL": "M+030", "FR": "M-030", "FC": "M+000", "LFE": "LFE1"}
HEIGHTS = {"TFL": "U+045", "TFR": "U-045", "TBL": "U+135", "TBR": "U-135"}
EIGHT = WAVE | HEIGHTS | {"SL": "M+090", "SR": "M-090", "BL": "M+135", "BR": "M-135"}
SIX = WAVE | {"SL": "M+110", "SR": "M-110", "BL": "M+110", "BR": "M-110"}
SIX |= {"TFL": "U+030", "TFR": "U-030", "TBL": "U+110", "TBR": "U-110"}


@pytest.mark.usefixtures("with_ffmpeg")
@pytest.mark.parametrize("name", ["stereo", "5.1", "5.1.2", "5.1.4", "7.1", "7.1.4"])
def test_a_bed_holds_the_channels_of_the_mix(plan, tmp_path, name):
    """Each channel by the name that FFmpeg reads, to 24 bits."""
    pipeline.export(plan, "iamf", tmp_path / "m.iamf", layout_name=name)
    pipeline.mix(plan, name, tmp_path / "m.wav")
    mix, labels = soundfile.read(tmp_path / "m.wav")[0], find_layout(name).labels
    said = facts_of(tmp_path / "m.iamf")
    count, names = re.search(r"Layer 0: (?:(\d+) channels \((\S+)\)|stereo|5\.1|7\.1)", said).groups()
    names = names.split("+") if names else ["FL", "FR"]
    assert len(names) == len(labels) and (count is None or int(count) == len(labels))
    back = read_back(tmp_path / "m.iamf", len(labels))
    words = SIX if name.startswith("5") else EIGHT
    for place, channel in enumerate(names):
        np.testing.assert_allclose(back[:, place], mix[:, labels.index(words[channel])], atol=2**-22)
    assert "Layout #0: stereo" in said and (name == "stereo" or f"Layout #1: {name}" in said)


@pytest.mark.usefixtures("with_ffmpeg")
@pytest.mark.parametrize("name", ["mono", "ambix1", "ambix3"])
def test_ambisonics_go_through(plan, tmp_path, name):
    pipeline.export(plan, "iamf", tmp_path / "m.iamf", layout_name=name)
    pipeline.mix(plan, name, tmp_path / "m.wav")
    mix = soundfile.read(tmp_path / "m.wav", always_2d=True)[0]
    np.testing.assert_allclose(read_back(tmp_path / "m.iamf", mix.shape[1]), mix, atol=2**-22)
    if name.startswith("ambix"):
        assert f"ambisonic {name[-1]}" in facts_of(tmp_path / "m.iamf")


@pytest.mark.usefixtures("with_ffmpeg")
def test_a_loud_mix_is_made_quieter_and_the_shell_knows_the_suffix(plan, tmp_path, capsys):
    from see2sound_addon.planfile import write_plan

    for one in plan.sources:
        one.gain_db = 40.0
    write_plan(plan, tmp_path / "plan.json")
    out = tmp_path / "a = 'b', c.iamf"
    assert cli.main(["render", str(tmp_path / "plan.json"), "--layout", "5.1", "--out", str(out)]) == 0
    assert "dB quieter to stay below full scale" in capsys.readouterr().out
    assert 0.97 < np.abs(read_back(out, 6)).max() <= 0.9901


def test_what_cannot_be_written_is_said_and_leaves_nothing(plan, tmp_path, monkeypatch):
    for name in ("22.2", "binaural", "ambix5"):
        with pytest.raises(See2SoundError, match=f"IAMF does not hold {name}"):
            streams_of(find_layout(name))
    for place, words in (("/nowhere/ffmpeg", "cannot write IAMF"), ("/bin/true", "cannot write IAMF"), ("", "not installed")):
        monkeypatch.setenv("SEE2SOUND_FFMPEG", place)
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(See2SoundError, match=words) as error:
            pipeline.export(plan, "iamf", tmp_path / "m.iamf", layout_name="5.1")
        assert error.value.code == "iamf-program" and not list(tmp_path.glob("*.iamf*"))
