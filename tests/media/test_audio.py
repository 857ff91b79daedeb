import numpy as np
import pytest
import soundfile
from scenes import RATE, frequency_of, tone, write_wav

from see2sound_addon.errors import See2SoundError
from see2sound_addon.media.audio import audio_facts, read_clip


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
