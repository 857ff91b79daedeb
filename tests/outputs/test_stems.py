"""Stems add up to the mix, lie where they say, and open in what editors and mixers use."""

import csv
import json
import struct

import numpy as np
import pytest
import soundfile
import verifiers
from scenes import RATE, moving, noise, scene, source, write_wav

from see2sound_addon import pipeline
from see2sound_addon.errors import See2SoundError
from see2sound_addon.soundscene import Shoebox


@pytest.fixture
def plan(tmp_path):
    """Points, an area and something from everywhere, in a room; one begins late, one has a name in another script."""
    sources = [
        source(moving([0.0, 3.0], [(3.0, -2.0, 0.0), (3.0, 2.0, 0.0)]), "car", loop=True),
        source((1.0, 2.0, 0.0), "Hund; \"bellt\" 'laut' 鳥/=", start=1.5),
        source((-2.0, 0.0, 0.5), "=SUM(A1)", extent="area", radius=1.0, loop=True),
        source((0.0, 0.0, 0.0), "wind", extent="ambient", loop=True),
    ]
    for number, one in enumerate(sources):
        one.clip = write_wav(tmp_path / f"{number}.wav", noise(1.0, number))
    walls = ((0.3,) * 7,) * 6
    return scene(sources, 3.0, room=Shoebox((0.0, 0.0, 0.0), (9.0, 8.0, 4.0), walls, order=1))


def rows(folder):
    return list(csv.DictReader((folder / "cues.csv").open(encoding="utf-8")))


@pytest.mark.parametrize("layout", ["stereo", "binaural", "7.1.4", "ambix1"])
def test_panned_stems_add_up_to_the_mix(plan, tmp_path, layout):
    pipeline.export(plan, "stems", tmp_path / "stems", layout_name=layout)
    pipeline.mix(plan, layout, tmp_path / "mix.wav")
    mix = soundfile.read(tmp_path / "mix.wav", always_2d=True)[0]
    total = np.zeros_like(mix)
    for row in rows(tmp_path / "stems"):
        if row["kind"] == "wet":
            stem = soundfile.read(tmp_path / "stems" / row["file"], always_2d=True)[0]
            total[int(row["begin_samples"]) :] += stem
    assert np.abs(total - mix).max() < 1e-5


def test_stems_by_label_add_up_too(plan, tmp_path):
    for one, label in zip(plan.sources, ("car", "dog", "car", ""), strict=True):
        one.label = label
    pipeline.export(plan, "stems", tmp_path / "stems", layout_name="5.1", by_label=True)
    found = [row for row in rows(tmp_path / "stems") if row["kind"] == "wet"]
    assert [row["source"] for row in found] == ["car", "dog", "wind"]
    pipeline.mix(plan, "5.1", tmp_path / "mix.wav")
    total = np.zeros((3 * RATE, 6))
    for row in found:
        total[int(row["begin_samples"]) :] += soundfile.read(tmp_path / "stems" / row["file"])[0]
    assert np.abs(total - soundfile.read(tmp_path / "mix.wav")[0]).max() < 1e-5


def test_dry_stems_are_the_clips_where_they_begin(plan, tmp_path):
    pipeline.export(plan, "stems", tmp_path / "stems")
    found = rows(tmp_path / "stems")
    assert [row["kind"] for row in found] == ["dry"] * 4 and not (tmp_path / "stems" / "wet").exists()
    late = found[1]
    begin = int(late["begin_samples"])
    stem = soundfile.read(tmp_path / "stems" / late["file"])[0]
    assert begin + len(stem) == 3 * RATE and float(late["begin_seconds"]) == pytest.approx(begin / RATE, abs=1e-6)
    first = round(1.5 * RATE) - begin
    assert np.abs(stem[first : first + RATE] - noise(1.0, 1)).max() < 1e-6
    assert np.abs(stem[: first - 16]).max() < 1e-6
    assert float(late["peak_db"]) == pytest.approx(20 * np.log10(np.abs(stem).max()), abs=0.01)
    raw = (tmp_path / "stems" / late["file"]).read_bytes()
    at = raw.index(b"bext") + 8
    (stamp,) = struct.unpack("<Q", raw[at + 338 : at + 346])  # EBU Tech 3285: TimeReference
    assert stamp == begin and raw[at : at + 256].rstrip(b"\0")


def test_names_are_safe_for_files_and_spreadsheets(plan, tmp_path):
    pipeline.export(plan, "stems", tmp_path / "stems")
    found = rows(tmp_path / "stems")
    assert found[2]["source"] == "'=SUM(A1)" and "鳥" in found[1]["file"]
    for row in found:
        path = tmp_path / "stems" / row["file"]
        assert path.is_file() and path.parent.parent == tmp_path / "stems"
        assert not set(path.name) & set('<>:"/\\|?*')


@pytest.mark.slow
def test_an_editor_reads_the_edit_list(plan, tmp_path):
    """By OpenTimelineIO's reader of CMX 3600."""
    pipeline.export(plan, "stems", tmp_path / "stems", frame_rate=25.0)
    code = (
        "import sys, json, opentimelineio as o; t = o.adapters.read_from_file(sys.argv[1], rate=25);"
        "print(json.dumps([[c.name, -x.source_range.start_time.to_seconds() if x.source_range else 0.0,"
        " c.duration().to_seconds()] for x in t.tracks for c in x]))"  # what comes before the first clip of a track
    )
    found = json.loads(verifiers.run("edits", code, tmp_path / "stems" / "cues.edl"))
    wanted = rows(tmp_path / "stems")
    assert len(found) == len(wanted) == 4
    for (name, begin, seconds), row in zip(found, wanted, strict=True):
        assert name == row["file"].removeprefix("dry/")
        assert begin == pytest.approx(float(row["begin_seconds"]), abs=0.021)  # whole frames
        assert begin + seconds == pytest.approx(3.0)


@pytest.mark.slow
def test_reaper_s_project_has_a_track_for_each_stem(plan, tmp_path):
    """By another program's reader of such projects."""
    pipeline.export(plan, "reaper", tmp_path / "film", layout_name="5.1")
    code = (
        "import sys, json, rpp; p = rpp.load(open(sys.argv[1], encoding='utf-8'));"
        "print(json.dumps([[dict((c[0], c[1:]) for c in t if isinstance(c, list)),"
        " dict((c[0], c[1:]) for c in t.find('ITEM') if isinstance(c, list)), t.find('ITEM').find('SOURCE').find('FILE')]"
        " for t in p.findall('TRACK')]))"
    )
    tracks = json.loads(verifiers.run("edits", code, tmp_path / "film" / "film.rpp"))
    found = rows(tmp_path / "film")
    assert len(tracks) == len(found) == 8
    for (track, item, file), row in zip(tracks, found, strict=True):
        assert file[1] == row["file"] and (tmp_path / "film" / row["file"]).is_file()
        assert float(item["POSITION"][0]) == pytest.approx(float(row["begin_seconds"]), abs=1e-6)
        assert float(item["LENGTH"][0]) == pytest.approx(float(row["seconds"]), abs=1e-6)
        assert track["MUTESOLO"][0] == ("1" if row["kind"] == "dry" else "0")
        assert int(track["NCHAN"][0]) == (6 if row["kind"] == "wet" else 2)


def test_a_folder_of_others_is_left_alone_and_our_own_replaced(plan, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(See2SoundError) as raised:
        pipeline.export(plan, "stems", tmp_path / "mine")
    assert raised.value.code == "folder-not-empty" and (tmp_path / "mine" / "letter.txt").read_text() == "dear"
    pipeline.export(plan, "stems", tmp_path / "stems", layout_name="stereo")
    pipeline.export(plan, "stems", tmp_path / "stems")
    assert sorted(path.name for path in (tmp_path / "stems").iterdir()) == ["cues.csv", "cues.edl", "dry"]
    with pytest.raises(See2SoundError, match="no folder"):
        pipeline.export(plan, "stems", tmp_path / "nowhere" / "stems")


def test_nothing_is_left_of_stems_that_were_stopped(plan, tmp_path):
    before = sorted(path.name for path in tmp_path.iterdir())

    def stop(label, done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.export(plan, "stems", tmp_path / "stems", stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
