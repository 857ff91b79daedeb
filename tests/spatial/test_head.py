import numpy as np
import pytest
from scenes import RATE, SPEED, noise, rendered, scene, source

from see2sound_addon.spatial import head


def spectrum_at(incidence_degrees, frequency):
    responses = head.ear_responses(RATE, SPEED)
    t = (np.arange(head.TAPS) - head.LEAD) / RATE
    return (responses[incidence_degrees] * np.exp(-2j * np.pi * frequency * t)).sum()


def test_the_sphere_does_nothing_at_low_frequencies_and_doubles_the_pressure_facing_high_ones():
    assert abs(spectrum_at(0, 40.0)) == pytest.approx(1.0, abs=0.03)
    assert abs(spectrum_at(180, 40.0)) == pytest.approx(1.0, abs=0.03)
    assert 20 * np.log10(abs(spectrum_at(0, 12000.0))) == pytest.approx(6.0, abs=0.3)


def test_the_low_frequency_time_difference_is_kuhn_s():
    """3 a sin(azimuth) / c below some 500 Hz (Kuhn, JASA 62, 1977), half again as much as the path difference."""
    azimuth = 45
    phases = []
    for incidence in (90 - azimuth, 90 + azimuth):
        delay = head.ear_delay(np.array([np.radians(incidence)]), SPEED)[0]
        phases.append(np.angle(spectrum_at(incidence, 200.0) * np.exp(-2j * np.pi * 200.0 * delay)))
    difference = (phases[0] - phases[1]) / (2 * np.pi * 200.0)
    assert difference == pytest.approx(3 * head.RADIUS / SPEED * np.sin(np.radians(azimuth)), rel=0.05)


@pytest.mark.parametrize("azimuth", [-80, -30, 0, 45, 135])
def test_ears_hear_a_source_on_its_side_earlier_and_louder(azimuth):
    angle = np.radians(azimuth)
    plan = scene([source((10 * np.cos(angle), 10 * np.sin(angle), 0), loop=True, start=-10)])
    left, right = rendered(plan, [noise()], "binaural").astype(float)
    level = 10 * np.log10((left**2).sum() / (right**2).sum())
    correlation = np.fft.irfft(np.fft.rfft(left) * np.conj(np.fft.rfft(right)))
    lag = int(np.argmax(correlation))
    lag = lag - len(left) if lag > len(left) // 2 else lag
    # A positive lag: the left ear hears later.
    lateral = np.arcsin(np.sin(angle))
    woodworth = head.RADIUS / SPEED * (lateral + np.sin(lateral)) * RATE
    assert -lag == pytest.approx(woodworth, abs=5)
    if azimuth:
        assert np.sign(level) == np.sign(azimuth)
    else:
        assert level == pytest.approx(0.0, abs=1e-3)


def test_silence_stays_silence():
    plan = scene([source((1, 2, 3), loop=True)])
    assert not rendered(plan, [np.zeros(RATE)], "binaural").any()
