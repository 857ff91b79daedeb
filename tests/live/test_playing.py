"""The live preview's process, without a device: what it would play, and what it says."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from see2sound_addon.errors import See2SoundError
from see2sound_addon.live.player import Player
from see2sound_addon.live.playing import DRIFT, HEADROOM, SCRUB, Loader, Playback, Said
from see2sound_addon.spatial.kernels.grid import HOP
from see2sound_addon.spatial.live import LiveMixer, TwoLoudspeakers

RATE = 48000
RAMP = np.arange(4 * RATE, dtype=np.float32) / (4 * RATE)
"""A clip that says by its value where it is read."""
AHEAD = Said(1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@pytest.fixture
def playback():
    return Playback(LiveMixer(TwoLoudspeakers(), RATE))


def seconds_read(frames):
    """Where in RAMP both loudspeakers play from, and whether they play."""
    level = frames.mean(axis=1) * np.sqrt(2.0) / HEADROOM
    return 4.0 * level, level > 1e-6


def test_a_sound_that_plays_once_is_heard_for_a_moment_after_each_step(playback):
    playback.load("a", RAMP, False)
    playback.tell({"a": AHEAD._replace(clip=2.0)}, False)
    where, heard = seconds_read(playback.frames(RATE))
    assert where[4800] == pytest.approx(2.1, abs=HOP / RATE)
    assert heard.sum() / RATE == pytest.approx(SCRUB, abs=0.02)
    playback.tell({"a": AHEAD._replace(clip=2.0, y=0.1)}, False)  # moved, at the same frame
    assert not seconds_read(playback.frames(4800))[1].any()
    playback.tell({"a": AHEAD._replace(clip=1.0)}, False)
    assert seconds_read(playback.frames(4800))[0][2400] == pytest.approx(1.05, abs=HOP / RATE)
    playback.tell({"a": AHEAD._replace(clip=-1.0)}, False)  # before it begins
    assert not seconds_read(playback.frames(4800))[1][1024:].any()


def test_while_the_animation_plays_clips_keep_step_but_are_not_torn(playback):
    playback.load("a", RAMP, False)
    playback.tell({"a": AHEAD._replace(clip=1.0)}, True)
    assert seconds_read(playback.frames(4800))[0][4000] == pytest.approx(1.0 + 4000 / RATE, abs=HOP / RATE)
    playback.tell({"a": AHEAD._replace(clip=1.1 + 0.8 * DRIFT)}, True)
    assert seconds_read(playback.frames(4800))[0][4000] == pytest.approx(1.1 + 4000 / RATE, abs=HOP / RATE)
    playback.tell({"a": AHEAD._replace(clip=1.2 + 1.5 * DRIFT)}, True)
    assert seconds_read(playback.frames(4800))[0][4000] == pytest.approx(1.2 + 1.5 * DRIFT + 4000 / RATE, abs=HOP / RATE)


def test_what_loops_goes_on_and_what_is_not_named_is_silent(playback):
    playback.load("a", RAMP, True)
    playback.tell({"a": AHEAD._replace(clip=11.5)}, False)  # two times round
    where, heard = seconds_read(playback.frames(2 * RATE))
    assert where[1000] == pytest.approx(3.5 + 1000 / RATE, abs=HOP / RATE) and where[RATE] == pytest.approx(0.5, abs=2e-3)
    assert heard[1024:].mean() > 0.99
    playback.tell({}, False)
    assert not seconds_read(playback.frames(4800))[1][1024:].any()
    playback.load("a", None, False)
    playback.tell({"a": AHEAD}, True)
    assert not seconds_read(playback.frames(4800))[1].any()


def test_frames_come_in_any_number(playback):
    """Whatever a device asks for, the sound is the same."""
    other = Playback(LiveMixer(TwoLoudspeakers(), RATE))
    for one in (playback, other):
        one.load("a", RAMP, True)
        one.tell({"a": AHEAD}, False)
    parts = np.concatenate([playback.frames(count) for count in (1, 255, 256, 257, 0, 480, 1000)])
    assert np.array_equal(parts, other.frames(len(parts)))


def test_a_file_that_cannot_be_read_is_said(playback, tmp_path, capsys):
    (tmp_path / "bad.wav").write_bytes(b"RIFF nothing")
    soundfile.write(tmp_path / "good.wav", RAMP, RATE)
    loader = Loader(playback)
    loader.load("bad", str(tmp_path / "bad.wav"), True)
    loader.load("good", str(tmp_path / "good.wav"), True)
    playback.tell({"good": AHEAD._replace(clip=1.0), "bad": AHEAD}, False)
    end = time.monotonic() + 20.0
    while not seconds_read(playback.frames(480))[1].any() and time.monotonic() < end:
        time.sleep(0.01)
    assert seconds_read(playback.frames(480))[1].any()
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["broken"] for one in said] == ["bad"] and "bad.wav" in said[0]["why"]


@pytest.mark.skipif(not Path("/proc").exists() or Path("/dev/snd").exists(), reason="this machine may have an audio device")
def test_without_a_device_it_says_so(monkeypatch):
    for name in ("PULSE_SERVER", "PIPEWIRE_REMOTE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(See2SoundError, match="No audio device can be opened") as raised:
        Player("stereo")
    assert raised.value.code == "preview-device" and raised.value.hint
