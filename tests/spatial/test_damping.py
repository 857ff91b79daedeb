"""What air and obstacles take away, against the standard's table and closed forms."""

import numpy as np
import pytest
from scenes import RATE, moving, noise, rendered, scene, source, tone

from see2sound_addon.soundscene import Air, Occlusion
from see2sound_addon.spatial import renderer
from see2sound_addon.spatial.damping import air_absorption

TABLE = {  # ISO 9613-2:1996, table 2, dB per kilometre at the octaves from 63 Hz to 8 kHz, which are ISO 9613-1's
    (10, 70): (0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117.0),
    (20, 70): (0.1, 0.3, 1.1, 2.8, 5.0, 9.0, 22.9, 76.6),
    (30, 70): (0.1, 0.3, 1.0, 3.1, 7.4, 12.7, 23.1, 59.3),
    (15, 20): (0.3, 0.6, 1.2, 2.7, 8.2, 28.2, 88.8, 202.0),
    (15, 50): (0.1, 0.5, 1.2, 2.2, 4.2, 10.8, 36.2, 129.0),
    (15, 80): (0.1, 0.3, 1.1, 2.4, 4.1, 8.3, 23.7, 82.8),
}


@pytest.mark.parametrize(("temperature", "humidity"), TABLE)
def test_air_absorption_is_the_standard_s(temperature, humidity):
    octaves = 1000.0 * 10.0 ** (0.3 * np.arange(-4, 4))  # exact midband frequencies
    got = 1000.0 * air_absorption(octaves, Air(temperature, humidity))
    assert got == pytest.approx(TABLE[temperature, humidity], rel=0.015, abs=0.06)


@pytest.mark.parametrize("frequency", [1000, 4000, 8000, 12000])
@pytest.mark.parametrize("metres", [20.0, 150.0])
def test_a_tone_loses_what_the_standard_says(frequency, metres):
    placed = source((metres, 0, 0), rolloff=0.0, loop=True, start=-10)
    dry = rendered(scene([placed]), [tone(frequency, 1.0)], "mono")[0]
    damped = rendered(scene([placed], air=Air(15, 20)), [tone(frequency, 1.0)], "mono")[0]
    loss = 10 * np.log10((dry.astype(float) ** 2).mean() / (damped.astype(float) ** 2).mean())
    assert loss == pytest.approx(metres * air_absorption(np.array([frequency]), Air(15, 20))[0], rel=0.02, abs=0.02)


def test_damping_delays_nothing():
    click = np.zeros(RATE, np.float32)
    click[1000] = 1.0
    placed = source((100.0, 0, 0), rolloff=0.0)
    heard = rendered(scene([placed], air=Air()), [click], "mono")[0].astype(float)
    middle = (heard**2 * np.arange(len(heard))).sum() / (heard**2).sum()
    assert middle == pytest.approx(1000 + 100 / 343.3 * RATE, abs=0.1)


def test_an_obstacle_s_low_pass_and_gain_come_and_go():
    """From one second on, -6 dB and a cut-off of 1 kHz: 4 kHz loses 6 dB and 24.1 more, 100 Hz only the 6."""
    occlusion = Occlusion(np.array([0.99, 1.0]), np.array([0.0, -6.0]), np.array([20000.0, 1000.0]))
    for frequency, expected in ((100, 6.0), (4000, 6.0 + 10 * np.log10(1 + 4.0**4))):
        placed = source((3, 0, 0), rolloff=0.0, loop=True, start=-10, occlusion=occlusion)
        heard = rendered(scene([placed], duration=2.0), [tone(frequency, 1.0)], "mono")[0].astype(float)
        before, after = heard[24000:40000].std(), heard[60000:90000].std()
        assert 20 * np.log10(before / after) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("layout", ["ambix1", "binaural"])
def test_blocks_do_not_matter_to_it(layout, monkeypatch):
    t = np.linspace(0, 1, 25)
    path = moving(t, np.stack([100 * t, 5 + 0 * t, 0 * t], axis=1))
    plan = scene([source(path, loop=True, start=-10)], air=Air(15, 20))
    whole = rendered(plan, [noise()], layout)
    monkeypatch.setattr(renderer, "BLOCK", 1024)
    assert np.abs(rendered(plan, [noise()], layout) - whole).max() < 1e-6 * np.abs(whole).max()


def test_a_damped_fly_by_does_not_buzz():
    """Filters change smoothly: what is not the tone itself stays 70 dB below it."""
    t = np.linspace(0, 2, 49)
    path = moving(t, np.stack([60 * (t - 1), 10 + 0 * t, 0 * t], axis=1))
    plan = scene([source(path, loop=True, start=-10, rolloff=0.0)], duration=2.0, doppler_factor=0.0, air=Air(15, 20))
    heard = rendered(plan, [tone(6000, 1.0)], "mono")[0].astype(float)[4096 : 4096 + 65536]
    spectrum = np.abs(np.fft.rfft(heard * np.blackman(len(heard)))) ** 2
    frequency = np.fft.rfftfreq(len(heard), 1 / RATE)
    assert 10 * np.log10(spectrum[np.abs(frequency - 6000) > 60].max() / spectrum.max()) < -70
