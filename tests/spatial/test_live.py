"""The live mixer against the engine itself, which knows the whole future."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from see2sound_addon.pipeline import mix
from see2sound_addon.soundscene import SoundScene, Source, Trajectory
from see2sound_addon.spatial.feedback import BLOCK, DECAYS, Reverberator
from see2sound_addon.spatial.head import default_head
from see2sound_addon.spatial.kernels.grid import HOP
from see2sound_addon.spatial.live import FORGOTTEN, LiveMixer, Placed, TwoEars, TwoLoudspeakers, dulled

RATE, FADE = 48000, 0.25


def mixer_of(layout="binaural", **settings):
    return LiveMixer(TwoEars(default_head(RATE)) if layout == "binaural" else TwoLoudspeakers(), RATE, **settings)


def live(clip, ways, metres, layout="binaural", **more):
    mixer = mixer_of(layout)
    mixer.add("a", clip)
    placed = [
        Placed(np.asarray(way, float), far / 343.3, 1.0 / max(far, 1.0), **more) for way, far in zip(ways, metres, strict=True)
    ]
    return np.concatenate([mixer.render({"a": one}) for one in placed], axis=1)


def noise(seconds, seed=0):
    return (0.1 * np.random.default_rng(seed).normal(size=round(seconds * RATE))).astype(np.float32)


@pytest.mark.parametrize("layout", ["binaural", "stereo"])
@pytest.mark.parametrize("azimuth", [0, 20, 90, -135])
def test_a_source_that_stands_sounds_as_the_engine_has_it(tmp_path, azimuth, layout):
    clip, a = noise(1.0), np.radians(azimuth)
    way = np.array([np.cos(a), np.sin(a), 0.0])
    heard = live(clip, [way] * 240, [3.0] * 240, layout)
    soundfile.write(tmp_path / "c.wav", clip, RATE, subtype="FLOAT")
    source = Source("a", tmp_path / "c.wav", Trajectory.fixed(3.0 * way), loop=True, start=-1.0)
    scene = SoundScene(heard.shape[1] / RATE, Trajectory.fixed((0, 0, 0)), [source], 0)
    mix(scene, layout, tmp_path / "m.wav")
    true = soundfile.read(tmp_path / "m.wav")[0].T
    after = slice(round((FADE + 0.1) * RATE), None)
    error = np.sqrt(np.mean((heard[:, after] - true[:, after]) ** 2) / np.mean(true[:, after] ** 2))
    assert error < 1e-3


def test_what_comes_nearer_is_higher_by_doppler():
    """At 34.33 m/s, a tenth of the speed of sound, 1 / (1 - 0.1) times as high."""
    count = 400
    times = np.arange(1, count + 1) * HOP / RATE
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32) * 0.1
    heard = live(tone, [(0.0, 1.0, 0.0)] * count, 90 - 34.33 * times)[0]
    part = heard[24000 : 24000 + 48000] * np.hanning(48000)
    spectrum = np.abs(np.fft.rfft(part, 8 * 48000))
    assert spectrum.argmax() / 8 == pytest.approx(1000 / 0.9, rel=2e-3)


def test_turning_sources_have_no_clicks():
    count = 400
    angles = np.linspace(0, 2 * np.pi, count)
    tone = np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE).astype(np.float32) * 0.1
    heard = live(tone, np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1), np.full(count, 2.0))
    spectrum = np.abs(np.fft.rfft(heard[0, 24000:72000] * np.hanning(48000)))
    frequency = np.fft.rfftfreq(48000, 1 / RATE)
    assert 20 * np.log10(spectrum[frequency > 2000].max() / spectrum.max()) < -60


def test_a_source_that_is_gone_fades_and_is_forgotten():
    mixer = mixer_of(fade=FADE)
    mixer.add("a", noise(1.0))
    here = Placed(np.array([1.0, 0, 0]), 2.0)
    for _ in range(120):
        mixer.render({"a": here})
    levels = [np.abs(mixer.render({})).max() for _ in range(120)]
    assert levels[0] > 0 and levels[-1] == 0 and mixer.has("a")
    assert np.argmax(np.array(levels) == 0) == pytest.approx(FADE * RATE / HOP, abs=7)
    back = [np.abs(mixer.render({"a": here})).max() for _ in range(60)]
    assert back[-1] > 0
    for _ in range(round(FORGOTTEN * RATE / HOP) + 60):
        mixer.render({})
    assert not mixer.has("a")


def test_pictures_that_come_slowly_do_not_make_the_pitch_wobble():
    """Thirty pictures a second of a source that goes away at 17 m/s: the pitch is 1 / (1 + 0.05) and steady."""
    count = 400
    times = np.arange(1, count + 1) * HOP / RATE
    seen = np.floor(times * 30) / 30
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32) * 0.1
    heard = live(tone, [(0.0, 1.0, 0.0)] * count, 20 + 17.165 * seen)[0, 24000:96000]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    frequency = np.fft.rfftfreq(len(heard), 1 / RATE)
    assert frequency[spectrum.argmax()] == pytest.approx(1000 / 1.05, rel=1e-3)
    side = (np.abs(frequency - 1000 / 1.05) > 20) & (np.abs(frequency - 1000 / 1.05) < 200)  # 30 Hz and its multiples
    assert 20 * np.log10(spectrum[side].max() / spectrum.max()) < -25


@pytest.mark.parametrize("layout", ["binaural", "stereo"])
def test_a_clip_that_jumps_does_not_click(layout):
    """A tone that goes on elsewhere, in the opposite phase: within a hop, and with nothing above it."""
    tone = np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE).astype(np.float32) * 0.1
    mixer = mixer_of(layout)
    mixer.add("a", tone)
    here = Placed(np.array([1.0, 0.0, 0.0]))
    jump = replace(here, at=mixer.moment("a") + 33.5 * RATE / 300)
    heard = np.concatenate([mixer.render({"a": jump if hop == 50 else here}) for hop in range(100)], axis=1)[0]
    assert mixer.moment("a") == pytest.approx((33.5 * RATE / 300 + 50 * HOP) % RATE)
    spectrum = np.abs(np.fft.rfft(heard[10000:16000] * np.hanning(6000)))
    frequency = np.fft.rfftfreq(6000, 1 / RATE)
    assert 20 * np.log10(spectrum[frequency > 3000].max() / spectrum.max()) < -60


def test_a_clip_that_plays_once_ends_and_one_that_is_quicker_is_higher():
    clip = np.sin(2 * np.pi * 1000 * np.arange(4800) / RATE).astype(np.float32)
    mixer = mixer_of("stereo")
    mixer.add("a", clip, loop=False)
    heard = np.concatenate([mixer.render({"a": Placed(np.array([1.0, 0.0, 0.0]), pitch=2.0)}) for _ in range(30)], axis=1)[0]
    assert np.abs(heard[2400 + HOP :]).max() < 1e-6 < np.abs(heard[1000:2000]).max()
    crossings = np.diff(np.signbit(heard[480:1920])).sum()
    assert crossings == pytest.approx(2 * 2000 * 0.03, abs=2)


def test_what_an_obstacle_dulls_has_low_sounds_only():
    """A low-pass of second order at 700 Hz, without phase, on top of what passes: at 200 Hz all of it, at 5 kHz the rest."""
    for hertz, expected in ((200, 0.1 + 0.9 / (1 + (200 / 700) ** 2)), (5000, 0.1 + 0.9 / (1 + (5000 / 700) ** 2))):
        tone = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32)
        mixer = mixer_of("stereo")
        mixer.add("a", tone)
        mixer.add_dulled("a", dulled(tone, RATE))
        here = Placed(np.array([1.0, 0.0, 0.0]), gain=0.1, dull=0.9)
        heard = np.concatenate([mixer.render({"a": here}) for _ in range(100)], axis=1)[:, 4800:]
        assert np.sqrt(2 * (heard**2).sum(axis=0).mean()) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("seconds", DECAYS)
def test_reverberation_has_the_energy_of_its_level_and_decays_in_its_time(seconds):
    """As a diffuse field in the mix: a sound of amplitude 1 has the energy 1, half of it in each channel; 60 dB in the time."""
    dry = np.zeros((len(DECAYS), BLOCK))
    dry[DECAYS.index(seconds), 0] = 1.0
    reverberator = Reverberator(RATE)
    blocks = [reverberator.render(dry if number == 0 else 0 * dry) for number in range(round(1.2 * seconds * RATE / BLOCK))]
    left, right = heard = np.concatenate(blocks, axis=1).astype(float)
    assert (heard**2).sum(axis=1) == pytest.approx([0.5, 0.5], rel=0.2)
    assert abs((left * right).sum()) < 0.15 * 0.5
    left_over = 10 * np.log10((heard**2).sum(axis=0)[::-1].cumsum()[::-1])
    at = [np.argmax(left_over < left_over[0] - down) / RATE for down in (5.0, 35.0)]
    assert 2 * (at[1] - at[0]) == pytest.approx(seconds, rel=0.1)


def test_a_source_reverberates_as_loud_as_it_is_said(tmp_path):
    clip = noise(4.0)
    mixer = mixer_of("stereo")
    mixer.add("a", clip)
    here = Placed(np.array([1.0, 0.0, 0.0]), gain=0.0, tail=0.5, decay=0.7)
    heard = np.concatenate([mixer.render({"a": here}) for _ in range(700)], axis=1)[:, 48000:]
    assert np.sqrt((heard**2).sum(axis=0).mean()) == pytest.approx(0.5 * clip.std(), rel=0.15)
