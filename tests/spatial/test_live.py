"""The live mixer against the engine itself, which knows the whole future."""

import numpy as np
import pytest

from see2sound_addon.pipeline import mix
from see2sound_addon.soundscene import SoundScene, Source, Trajectory
from see2sound_addon.spatial.head import default_head
from see2sound_addon.spatial.live import FADE, FORGOTTEN, LiveMixer, Placed

RATE, BLOCK = 48000, 512


def live(clip, ways, metres, reference=1.0, ambient=False):
    mixer = LiveMixer(default_head(RATE), BLOCK)
    mixer.add("a", clip, reference)
    placed = [Placed(np.asarray(way, float), float(far), 1.0, ambient) for way, far in zip(ways, metres, strict=True)]
    return np.concatenate([mixer.render({"a": one}) for one in placed], axis=1)


def noise(seconds, seed=0):
    return (0.1 * np.random.default_rng(seed).normal(size=round(seconds * RATE))).astype(np.float32)


@pytest.mark.parametrize("azimuth", [0, 30, 90, -135])
def test_a_source_that_stands_sounds_as_the_engine_has_it(tmp_path, azimuth):
    import soundfile

    clip, a = noise(1.0), np.radians(azimuth)
    way = np.array([np.cos(a), np.sin(a), 0.0])
    heard = live(clip, [way] * 120, [3.0] * 120)
    soundfile.write(tmp_path / "c.wav", clip, RATE, subtype="FLOAT")
    source = Source("a", tmp_path / "c.wav", Trajectory.fixed(3.0 * way), loop=True, start=-1.0)
    scene = SoundScene(heard.shape[1] / RATE, Trajectory.fixed((0, 0, 0)), [source], 0)
    mix(scene, "binaural", tmp_path / "m.wav")
    true = soundfile.read(tmp_path / "m.wav")[0].T
    after = slice(round((FADE + 0.1) * RATE), None)
    error = np.sqrt(np.mean((heard[:, after] - true[:, after]) ** 2) / np.mean(true[:, after] ** 2))
    assert 20 * np.log10(error) < -40


def test_what_comes_nearer_is_higher_by_doppler():
    """At 34.33 m/s, a tenth of the speed of sound, 1 / (1 - 0.1) times as high."""
    count = 200
    times = np.arange(1, count + 1) * BLOCK / RATE
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32) * 0.1
    heard = live(tone, [(0.0, 1.0, 0.0)] * count, 90 - 34.33 * times)[0]
    part = heard[24000 : 24000 + 48000] * np.hanning(48000)
    spectrum = np.abs(np.fft.rfft(part, 8 * 48000))
    assert spectrum.argmax() / 8 == pytest.approx(1000 / 0.9, rel=2e-3)


def test_turning_sources_have_no_clicks():
    count = 200
    angles = np.linspace(0, 2 * np.pi, count)
    tone = np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE).astype(np.float32) * 0.1
    heard = live(tone, np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1), np.full(count, 2.0))
    spectrum = np.abs(np.fft.rfft(heard[0, 24000:72000] * np.hanning(48000)))
    frequency = np.fft.rfftfreq(48000, 1 / RATE)
    assert 20 * np.log10(spectrum[frequency > 2000].max() / spectrum.max()) < -60


def test_a_source_that_is_gone_fades_and_is_forgotten():
    mixer = LiveMixer(default_head(RATE), BLOCK)
    mixer.add("a", noise(1.0), 1.0)
    here = Placed(np.array([1.0, 0, 0]), 2.0)
    for _ in range(60):
        mixer.render({"a": here})
    levels = [np.abs(mixer.render({})).max() for _ in range(60)]
    assert levels[0] > 0 and levels[-1] == 0 and mixer.has("a")
    assert np.argmax(np.array(levels) == 0) == pytest.approx(FADE * RATE / BLOCK, abs=4)
    back = [np.abs(mixer.render({"a": here})).max() for _ in range(60)]
    assert back[-1] > 0
    for _ in range(round(FORGOTTEN * RATE / BLOCK) + 60):
        mixer.render({})
    assert not mixer.has("a")
