"""Files of mixes: their headers, their samples, and what happens when they cannot be written."""

import struct
import uuid

import numpy as np
import pytest
import soundfile
from scenes import RATE, tone

from see2sound_addon.delivery.formats import Signal, open_writer
from see2sound_addon.delivery.wav import wave_header
from see2sound_addon.errors import See2SoundError


def chunks(data):
    at, found = 12, {}
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


def test_wave_format_extensible(tmp_path):
    block = np.random.default_rng(0).standard_normal((6, 100)).astype(np.float32)
    with open_writer(tmp_path / "a.wav", Signal(6, RATE, 200, 0x3F)) as writer:
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
    with pytest.raises(KeyError), open_writer(tmp_path / "a.wav", Signal(1, RATE, 100, 0)) as writer:
        writer.write(np.zeros((1, 50), np.float32))
        raise KeyError
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]
    assert (tmp_path / "a.wav").read_text() == "old"


def test_too_few_samples_are_an_error(tmp_path):
    with pytest.raises(ValueError, match="50 samples"), open_writer(tmp_path / "a.wav", Signal(1, RATE, 100, 0)) as writer:
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
    with open_writer(tmp_path / f"a.{suffix}", Signal(2, RATE, RATE, 3, bits)) as writer:
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
            open_writer(tmp_path / name, Signal(channels, RATE, 100, 0, bits))
    assert list(tmp_path.iterdir()) == []


def test_a_chunk_of_odd_length_is_filled_up(tmp_path):
    """RIFF begins each chunk at an even place: 1001 samples of three bytes."""
    with open_writer(tmp_path / "a.wav", Signal(1, RATE, 1001, 0x4, 24)) as writer:
        writer.write(np.zeros((1, 1001), np.float32))
    data = (tmp_path / "a.wav").read_bytes()
    assert len(data) % 2 == 0 and struct.unpack_from("<I", data, 4)[0] == len(data) - 8
    assert len(chunks(data)[b"data"]) == 3003 and soundfile.info(tmp_path / "a.wav").frames == 1001
