import struct
import uuid

import numpy as np
import pytest
import soundfile
from scenes import RATE, frequency_of, tone, write_wav

from see2sound_addon.errors import See2SoundError
from see2sound_addon.media.audio import AudioWriter, audio_facts, read_clip, wave_header


def chunks(data):
    at, found = 12, {}
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


def test_wave_format_extensible(tmp_path):
    block = np.random.default_rng(0).standard_normal((6, 100)).astype(np.float32)
    with AudioWriter(tmp_path / "a.wav", 6, RATE, 200, 0x3F) as writer:
        writer.write(block)
        writer.write(2 * block)
    data = (tmp_path / "a.wav").read_bytes()
    assert data[:4] == b"RIFF" and struct.unpack_from("<I", data, 4)[0] == len(data) - 8
    form = struct.unpack("<HHIIHHHHI16s", chunks(data)[b"fmt "])
    assert form[:6] == (0xFFFE, 6, RATE, RATE * 24, 24, 32)
    assert form[8] == 0x3F
    assert uuid.UUID(bytes_le=form[9]) == uuid.UUID("00000003-0000-0010-8000-00aa00389b71")  # IEEE float
    read, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert rate == RATE
    assert (np.concatenate([block, 2 * block], axis=1) == read.T).all()
    assert soundfile.info(tmp_path / "a.wav").format == "WAVEX"


def test_a_failed_write_leaves_nothing_and_keeps_the_old_file(tmp_path):
    (tmp_path / "a.wav").write_text("old")
    with pytest.raises(KeyError), AudioWriter(tmp_path / "a.wav", 1, RATE, 100, 0) as writer:
        writer.write(np.zeros((1, 50), np.float32))
        raise KeyError
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]
    assert (tmp_path / "a.wav").read_text() == "old"


def test_too_few_samples_are_an_error(tmp_path):
    with pytest.raises(ValueError, match="50 samples"), AudioWriter(tmp_path / "a.wav", 1, RATE, 100, 0) as writer:
        writer.write(np.zeros((1, 50), np.float32))
    assert list(tmp_path.iterdir()) == []


def test_a_file_over_four_gibibytes_is_rf64():
    """EBU Tech 3306: the sizes in a ds64 chunk, 0xFFFFFFFF in their old places."""
    samples = RATE * 3600
    data = wave_header(16, RATE, samples, 0, 32)
    assert data[:4] == b"RF64" and data[4:8] == b"\xff" * 4 and data[8:16] == b"WAVEds64"
    size, whole, inside, count, table = struct.unpack_from("<IQQQI", data, 16)
    assert (size, inside, count, table) == (28, 64 * samples, samples, 0)
    assert whole == len(data) - 8 + 64 * samples
    assert data.endswith(b"data" + b"\xff" * 4)


@pytest.mark.parametrize(("suffix", "bits"), [("wav", 16), ("wav", 24), ("flac", 16), ("flac", 24)])
def test_integers_are_dithered(tmp_path, suffix, bits):
    """Triangular dither: a tone far below one step survives, and the noise is that of three uniform errors."""
    step = 2.0 ** (1 - bits)
    quiet = 0.3 * step * tone(1000, 1.0)
    with AudioWriter(tmp_path / f"a.{suffix}", 2, RATE, RATE, 3, bits) as writer:
        writer.write(np.stack([quiet, 0 * quiet]))
    info = soundfile.info(tmp_path / f"a.{suffix}")
    assert (info.subtype, info.channels, info.frames) == (f"PCM_{bits}", 2, RATE)
    left, right = soundfile.read(tmp_path / f"a.{suffix}")[0].T
    reference = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    assert 2 * (left * reference).mean() == pytest.approx(0.3 * step, rel=0.1)
    assert right.std() == pytest.approx(step * np.sqrt(3 / 12), rel=0.05)


def test_impossible_formats_are_refused_before_anything_is_written(tmp_path):
    for name, channels, bits in (("a.mp3", 2, 24), ("a.flac", 16, 24), ("a.flac", 2, 32), ("a.wav", 2, 12)):
        with pytest.raises(See2SoundError):
            AudioWriter(tmp_path / name, channels, RATE, 100, 0, bits)
    assert list(tmp_path.iterdir()) == []


def test_stereo_is_averaged_and_said_so(tmp_path):
    path = write_wav(tmp_path / "a.wav", np.stack([np.full(100, 0.5), np.full(100, -0.1)]))
    clip = read_clip(path, RATE)
    assert clip.samples == pytest.approx(0.2)
    assert "2 channels" in clip.notes[0]


@pytest.mark.parametrize("rate", [8000, 44100, 96000, 192000])
def test_other_rates_are_resampled_and_said_so(tmp_path, rate):
    path = write_wav(tmp_path / "a.wav", np.sin(2 * np.pi * 1000 * np.arange(rate) / rate), rate)
    clip = read_clip(path, RATE)
    assert len(clip.samples) == RATE
    assert frequency_of(clip.samples[2000:-2000]) == pytest.approx(1000, abs=0.01)
    assert str(rate) in clip.notes[0]


def test_eight_bits(tmp_path):
    path = write_wav(tmp_path / "a.wav", tone(440, 0.5), subtype="PCM_U8")
    assert np.abs(read_clip(path, RATE).samples - tone(440, 0.5)).max() < 0.01


def test_bad_clips(tmp_path):
    write_wav(tmp_path / "empty.wav", np.zeros(0))
    write_wav(tmp_path / "nan.wav", np.array([0.0, np.nan, 0.0]))
    (tmp_path / "text.wav").write_text("no sound")
    expected = {"empty": "clip-empty", "nan": "clip-invalid", "text": "clip-unreadable", "missing": "clip-missing"}
    for name, code in expected.items():
        with pytest.raises(See2SoundError) as caught:
            read_clip(tmp_path / f"{name}.wav", RATE)
        assert caught.value.code == code
        assert f"{name}.wav" in caught.value.message
        assert "\n" not in str(caught.value) and caught.value.hint


def test_a_room_s_response_keeps_its_channels_and_its_energy_at_another_rate(tmp_path):
    from see2sound_addon.media.audio import read_response

    response = np.random.default_rng(0).standard_normal((4, 4410)).astype(np.float32) * 0.1
    soundfile.write(tmp_path / "ir.wav", response.T, 44100, subtype="FLOAT")
    read = read_response(tmp_path / "ir.wav", 48000)
    assert read.shape == (4, 4800)
    # Convolving keeps its gain: the sum of the taps, which is the response at 0 Hz, stays.
    assert read.sum(axis=1) == pytest.approx(response.sum(axis=1), abs=0.02)


@pytest.mark.parametrize(("channels", "seconds", "code"), [(3, 1, "response-channels"), (1, 21, "clip-too-long")])
def test_what_is_no_response_is_refused(tmp_path, channels, seconds, code):
    from see2sound_addon.media.audio import read_response

    soundfile.write(tmp_path / "ir.wav", np.zeros((seconds * 8000, channels)), 8000)
    with pytest.raises(See2SoundError) as caught:
        read_response(tmp_path / "ir.wav", 48000)
    assert caught.value.code == code


def test_what_a_file_says_of_itself(tmp_path):
    path = tmp_path / "six.wav"
    soundfile.write(path, np.zeros((24000, 6)), 44100)
    facts = audio_facts(path)
    assert (facts.channels, facts.rate, facts.seconds) == (6, 44100, 24000 / 44100)
    soundfile.write(path, np.zeros((0, 1)), 44100)
    with pytest.raises(See2SoundError, match="length is zero"):
        audio_facts(path)
