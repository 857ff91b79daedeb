"""Work without bounds is refused before it begins, and what is not heard is said."""

import time

import numpy as np
import pytest
import soundfile
from scenes import moving, noise, scene, source, tone, write_wav

from see2sound_addon import pipeline
from see2sound_addon.errors import See2SoundError
from see2sound_addon.materials import MATERIALS
from see2sound_addon.soundscene import Fader, Occlusion, Response, Shoebox, Trajectory
from see2sound_addon.spatial.audibility import unheard


def room(size=(8.0, 6.0, 3.0), **more):
    return Shoebox((0.0, 0.0, 0.0), size, (MATERIALS["plaster"],) * 6, **more)


def plan(folder, sources, duration=0.2, **more):
    write_wav(folder / "a.wav", noise(0.5)[None])
    made = scene(sources, duration, **more)
    for one in made.sources:
        one.clip = folder / "a.wav"
    return made


def refused(scene, folder, layout="5.1"):
    begin = time.monotonic()
    with pytest.raises(See2SoundError) as caught:
        pipeline.mix(scene, layout, folder / "mix.wav")
    assert time.monotonic() - begin < 20.0 and not (folder / "mix.wav").exists()
    return caught.value


def test_a_room_that_answers_for_hours(tmp_path):
    made = plan(tmp_path, [source((1, 0, 0))], room=room((1e4, 1e4, 1e4)), speed_of_sound=1.0)
    error = refused(made, tmp_path)
    assert error.code == "room-too-large" and "12 s" in error.message


def test_a_thousand_cuts_in_a_moment(tmp_path):
    times = np.linspace(0.0, 0.2, 1000)
    path = Trajectory(times, np.random.default_rng(0).normal(0, 1, (1000, 3)), np.array([[1.0, 0, 0, 0]]), times[1:])
    error = refused(plan(tmp_path, [source(path)]), tmp_path)
    assert error.code == "too-many-cuts" and "60" in error.message
    made = plan(tmp_path, [source((1, 0, 0))])
    made.listener = path
    assert refused(made, tmp_path).code == "too-many-cuts"


def test_sixty_cuts_in_a_second_are_mixed(tmp_path):
    times = np.arange(60) / 60.0
    path = Trajectory(times, np.random.default_rng(0).normal(0, 3, (60, 3)), np.array([[1.0, 0, 0, 0]]), times[1:])
    made = plan(tmp_path, [source(path, loop=True)], 1.0)
    begin = time.monotonic()
    pipeline.mix(made, "5.1", tmp_path / "mix.wav")
    assert time.monotonic() - begin < 20.0


def test_reflections_without_number(tmp_path):
    made = plan(tmp_path, [source((1, 0, 0), name=f"s{number}") for number in range(200)], room=room(order=10))
    error = refused(made, tmp_path)
    assert error.code == "too-many-voices" and "200000" in error.message


def test_clips_that_fill_the_memory(tmp_path):
    made = plan(tmp_path, [source((1, 0, 0), extent="ambient")])
    with soundfile.SoundFile(tmp_path / "long.flac", "w", 48000, 1, format="FLAC") as file:
        for _ in range(40):
            file.write(np.zeros(60 * 48000, np.int16))
    made.sources[0].clip = tmp_path / "long.flac"
    error = refused(made, tmp_path, "22.2")
    assert error.code == "clips-too-long" and "139 minutes" in error.message
    pipeline.prepare_mix(made, "mono")


def test_a_loop_that_began_a_day_ago_costs_no_more_than_any_other(tmp_path):
    """NumPy's wrapping used to walk through all of that day."""
    made = plan(tmp_path, [source((1, 0, 0), loop=True, start=-1e5, pitch=10.0)], 0.5, room=room())
    begin = time.monotonic()
    pipeline.mix(made, "stereo", tmp_path / "mix.wav")
    assert time.monotonic() - begin < 20.0
    # Half a second, ten times as fast, is 0.05 s: both begin a whole number of rounds ago, and before the room rings.
    made.sources[0].start = -20.0
    pipeline.mix(made, "stereo", tmp_path / "now.wav")
    day, now = (soundfile.read(tmp_path / name)[0] for name in ("mix.wav", "now.wav"))
    assert np.abs(day - now).max() < 1e-4 * np.abs(now).max()


NAN = float("nan")
WRONG = {
    "volume": {"gain_db": NAN},
    "level": {"gain_db": float("inf")},
    "distance": {"reference_distance": NAN},
    "fader": {"fader": Fader(np.zeros(1), np.array([NAN]))},
    "occlusion": {"occlusion": Occlusion(lowpass=np.array([float("inf")]))},
    "points": {"points": np.array([[NAN, 0, 0]]), "extent": "area"},
}


@pytest.mark.parametrize("case", WRONG)
def test_a_number_that_is_none_is_refused_with_its_source(case, tmp_path):
    error = refused(plan(tmp_path, [source((1, 0, 0)), source((1, 0, 0), name="culprit", **WRONG[case])]), tmp_path)
    assert error.code == "not-finite" and "culprit" in error.message


def test_a_block_that_is_not_finite_is_never_written(tmp_path):
    """Whatever makes it: here a level that only becomes infinite as it is computed."""
    made = plan(tmp_path, [source((1, 0, 0)), source((1, 0, 0), name="culprit", gain_db=800.0)])
    error = refused(made, tmp_path)
    assert error.code == "not-finite" and "culprit" in error.message


def test_a_mix_does_not_overwrite_the_room_s_response(tmp_path):
    made = plan(tmp_path, [source((1, 0, 0))])
    write_wav(tmp_path / "mix.wav", noise(0.5)[None])
    made.room = Response(tmp_path / "mix.wav")
    before = (tmp_path / "mix.wav").read_bytes()
    with pytest.raises(See2SoundError) as caught:
        pipeline.mix(made, "mono", tmp_path / "mix.wav")
    assert caught.value.code == "would-overwrite" and (tmp_path / "mix.wav").read_bytes() == before


def note_of(folder, one, duration=2.0, **more):
    report = pipeline.mix(plan(folder, [one], duration, **more), "mono", folder / "mix.wav")
    silent = not np.abs(soundfile.read(folder / "mix.wav")[0]).any()
    return " ".join(report.notes), silent


def test_a_source_that_is_too_far_away_is_named(tmp_path):
    note, silent = note_of(tmp_path, source((5000, 0, 0), loop=True, name="far"))
    assert silent and "'far'" in note and "14.6 s" in note
    note, _ = note_of(
        tmp_path, source((5000, 0, 0), loop=True, name="far", synchronous=True, reference_distance=0.01, max_distance=1e6)
    )
    assert "'far'" in note and "-114 dB" in note
    note, silent = note_of(tmp_path, source((5000, 0, 0), loop=True, start=-20.0))
    assert not silent and "Nothing" not in note
    note, silent = note_of(tmp_path, source((1, 0, 0), start=5.0, name="later"))
    assert silent and "'later'" in note
    note, silent = note_of(tmp_path, source(moving([0, 2], [(5000, 0, 0), (4000, 0, 0)]), synchronous=True, loop=True))
    assert not silent and "Nothing" not in note


def test_a_clip_in_an_old_telephone_s_codec_is_read(tmp_path):
    """GSM 6.10 cannot be searched; libsndfile wants to be told how much to read."""
    sound = tone(440.0, 1.0)
    soundfile.write(tmp_path / "gsm.wav", sound[::6], 8000, subtype="GSM610")
    made = plan(tmp_path, [source((1, 0, 0))])
    made.sources[0].clip = tmp_path / "gsm.wav"
    pipeline.mix(made, "mono", tmp_path / "mix.wav")
    heard = soundfile.read(tmp_path / "mix.wav")[0]
    spectrum = np.abs(np.fft.rfft(heard[2000:]))
    assert abs(np.argmax(spectrum) * 48000 / len(heard[2000:]) - 440.0) < 10.0


def test_a_file_without_a_header_is_refused(tmp_path):
    (tmp_path / "a.raw").write_bytes(bytes(1000))
    made = plan(tmp_path, [source((1, 0, 0))])
    made.sources[0].clip = tmp_path / "a.raw"
    assert refused(made, tmp_path).code == "clip-unreadable"


def test_a_short_clip_in_a_long_scene_is_not_called_unheard():
    """It lies between two of the moments that are looked at of the scene."""
    made = scene([source((3, 0, 0), start=1807.3), source((3, 0, 0), name="late", start=3600.5)], 3600.0)
    notes = unheard(made, [0.2, 0.2])
    assert len(notes) == 1 and "'late'" in notes[0]
