"""Soundtracks of films are read from the first picture on, to the sample, and within bounds."""

import av
import numpy as np
import pytest
import soundfile

from see2sound_addon.errors import See2SoundError
from see2sound_addon.media import soundtrack
from see2sound_addon.media.soundtrack import open_soundtrack

RATE = 48000


def film(path, samples, layout="stereo", codec="pcm_f32le", begin=0, pictures=24, shift=0):
    """A film whose sound (channels, n) begins at sample `begin`, and whose pictures begin with number `shift`."""
    with av.open(str(path), "w") as out:
        if pictures:
            picture = out.add_stream("libx264", rate=24, width=64, height=48, pix_fmt="yuv420p")
        voice = out.add_stream(codec, rate=RATE, layout=layout)
        for number in range(pictures):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8), "rgb24")
            frame.pts = number + shift
            out.mux(picture.encode(frame))
        if pictures:
            out.mux(picture.encode(None))
        for at in range(0, samples.shape[1], 1024):
            part = np.ascontiguousarray(samples[:, at : at + 1024].T.reshape(1, -1).astype(np.float32))
            frame = av.AudioFrame.from_ndarray(part, "flt", layout)
            frame.sample_rate, frame.pts = RATE, at + begin
            out.mux(voice.encode(frame))
        out.mux(voice.encode(None))
    return path


def noise(channels, seconds=1.0):
    return np.random.default_rng(channels).normal(0, 0.1, (channels, round(seconds * RATE))).astype(np.float32)


def read(path, *more):
    with open_soundtrack(path, *more) as found:
        return found.read(0, found.samples), found


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 6), ("7.1", 8)])
def test_a_film_s_sound_is_what_was_put_in(tmp_path, layout, channels):
    wanted = noise(channels)
    got, found = read(film(tmp_path / "a.mov", wanted, layout))
    assert found.rate == RATE and got.shape == wanted.shape and np.abs(got - wanted).max() < 1e-6


def test_a_sound_file_of_an_unusual_container(tmp_path):
    wanted = noise(2)
    got, _ = read(film(tmp_path / "a.mka", wanted, pictures=0))
    assert np.abs(got - wanted).max() < 1e-6


@pytest.mark.parametrize("late", [1, 4800, 30000])
def test_a_sound_that_begins_late_is_silent_before(tmp_path, late):
    wanted = noise(2)
    got, _ = read(film(tmp_path / "a.mkv", wanted, begin=late))
    begun = int(np.flatnonzero(np.abs(got).max(axis=0))[0])
    assert abs(begun - late) <= RATE // 1000, "Matroska counts in milliseconds"
    assert np.abs(got[:, begun : begun + 1000] - wanted[:, :1000]).max() < 1e-6


def test_what_sounds_before_the_first_picture_is_left_out(tmp_path):
    wanted = noise(2)
    got, _ = read(film(tmp_path / "a.mkv", wanted, shift=12))
    assert abs(got.shape[1] - RATE // 2) <= RATE // 500
    assert np.abs(got[:, -1000:] - wanted[:, -1000:]).max() < 1e-6


def test_a_sound_file_begins_with_its_sound(tmp_path):
    wanted = noise(2)
    got, _ = read(film(tmp_path / "a.mka", wanted, begin=RATE * 100, pictures=0))
    assert got.shape == wanted.shape and np.abs(got - wanted).max() < 1e-6


def test_a_part(tmp_path):
    wanted = noise(2)
    got, found = read(film(tmp_path / "a.mov", wanted), 0.25, 0.5)
    assert found.seconds == 0.5 and np.abs(got - wanted[:, 12000:36000]).max() < 1e-6


def test_what_lies_behind_the_end_is_silent(tmp_path):
    soundfile.write(tmp_path / "a.wav", noise(1)[0], RATE, "FLOAT")
    got, _ = read(tmp_path / "a.wav", 0.5, 1.0)
    assert got.shape == (1, RATE) and got[:, : RATE // 2].any() and not got[:, RATE // 2 :].any()


def test_a_film_that_unpacks_to_more_than_is_allowed_is_stopped(tmp_path, monkeypatch):
    """Compressed silence is small; the bound holds while it is unpacked."""
    path = film(tmp_path / "a.mka", np.zeros((2, 4 * RATE), np.float32), codec="libopus", pictures=0)
    monkeypatch.setattr(soundtrack, "LONGEST", 2)
    with pytest.raises(See2SoundError) as error:
        read(path)
    assert error.value.code == "clip-too-long"


def test_a_time_in_the_far_future_costs_no_memory(tmp_path, monkeypatch):
    path = film(tmp_path / "a.mov", noise(2, 0.1), begin=RATE * 3600, pictures=2)
    monkeypatch.setattr(soundtrack, "LONGEST", 60)
    with pytest.raises(See2SoundError) as error:
        read(path)
    assert error.value.code == "clip-too-long"


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    path = film(tmp_path / "a.mov", noise(2))
    monkeypatch.setattr(soundtrack, "SPARE", 2**62)
    with pytest.raises(See2SoundError) as error:
        read(path)
    assert error.value.code == "disk-full" and "Make room" in error.value.hint


@pytest.mark.parametrize("data", [b"", b"RIFF", b"\0" * 5000, b"ID3" + b"\xff" * 4000])
def test_rubbish(tmp_path, data):
    (tmp_path / "a.mov").write_bytes(data)
    with pytest.raises(See2SoundError) as error:
        read(tmp_path / "a.mov")
    assert error.value.code in ("film-unreadable", "soundtrack-none", "clip-empty") and "\n" not in str(error.value)
