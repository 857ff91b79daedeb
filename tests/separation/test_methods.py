"""The parts of the embedded separator against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from see2sound_addon.separation import factors, parts, space
from see2sound_addon.separation.spectra import analyse, frame_size, synthesise

RATE = 48000


@settings(max_examples=40, deadline=None)
@given(samples=st.integers(1, 9000), channels=st.integers(1, 3), size=st.sampled_from([64, 512, 2048]), seed=st.integers(0, 99))
def test_spectra_give_back_the_signal(samples, channels, size, seed):
    signal = np.random.default_rng(seed).normal(0, 1, (channels, samples)).astype(np.float32)
    assert np.abs(synthesise(analyse(signal, size), size, samples) - signal).max() < 1e-5


@pytest.mark.parametrize(("rate", "size"), [(8000, 256), (44100, 2048), (48000, 2048), (96000, 4096)])
def test_a_frame_lasts_about_as_long_at_every_rate(rate, size):
    assert frame_size(rate) == size


def test_a_sine_stands_in_its_bin():
    size = 2048
    tone = np.sin(2 * np.pi * 100 * RATE / size * np.arange(RATE) / RATE)[None]
    assert set(np.abs(analyse(tone, size))[0, :, 20:-20].argmax(axis=0)) == {100}


def test_factors_find_which_dictionary_has_made_a_mixture():
    """Parts of known atoms are found to a few per cent; what no dictionary has is the rest, smaller by its price."""
    random = np.random.default_rng(1)
    one, two = (np.zeros((90, 3), np.float32) for _ in range(2))
    one[:30], two[30:60] = random.random((30, 3)) + 0.1, random.random((30, 3)) + 0.1
    first, second = one @ random.random((3, 80)), two @ random.random((3, 80))
    other = np.zeros((90, 80))
    other[60:] = np.outer(random.random(30) + 0.1, random.random(80) + 0.1)
    found = factors.fit(first + second + other, [one / one.sum(axis=0), two / two.sum(axis=0)])
    for part, true in zip(found, (first, second, other / (1.0 + factors.PENALTY)), strict=True):
        assert np.linalg.norm(part - true) < 0.1 * np.linalg.norm(true)


def test_a_dictionary_is_learned_from_what_is_loud():
    loud = np.outer(np.eye(1, 40, 7).ravel(), np.ones(30))
    hiss = np.full((40, 300), 1e-6)
    atoms = factors.learn(np.concatenate([loud, hiss], axis=1))
    assert np.allclose(atoms.sum(axis=0), 1.0, atol=1e-4) and (atoms.argmax(axis=0) == 7).all()


def test_silence_teaches_an_even_spectrum():
    assert np.allclose(factors.learn(np.zeros((40, 20))), 1 / 40)


def test_a_tone_lasts_and_a_click_strikes():
    size = frame_size(RATE)
    seconds = np.arange(RATE) / RATE
    for signal, number in ((np.sin(2 * np.pi * 1000 * seconds), 0), ((np.arange(RATE) == RATE // 2).astype(float), 1)):
        powers = parts.harmonic_percussive(np.abs(analyse(signal[None], size)[0]), RATE, size)
        within = powers[:, :, 30:-30].sum(axis=(1, 2))
        assert within[number] > 0.9 * within.sum()


def test_parts_add_up():
    magnitudes = np.random.default_rng(0).random((200, 60))
    assert np.allclose(parts.harmonic_percussive(magnitudes, RATE, 1024).sum(axis=0), magnitudes**2)


@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_images_of_all_sources_add_up_to_the_mixture(channels):
    """The filter of Wiener divides; it takes nothing away."""
    random = np.random.default_rng(channels)
    spectra = random.normal(size=(channels, 30, 20)) + 1j * random.normal(size=(channels, 30, 20))
    powers = random.random((4, 30, 20)) + 1e-3
    shapes = np.stack([space.normalised(one @ one.T) for one in random.normal(size=(4, channels, channels))])
    assert np.allclose(space.images(spectra, powers, shapes, 4).sum(axis=0), spectra, atol=1e-6)


def test_the_filter_of_wiener_is_the_one_of_the_formula():
    random = np.random.default_rng(5)
    spectra = random.normal(size=(3, 1, 1)) + 1j * random.normal(size=(3, 1, 1))
    powers, shapes = random.random((2, 1, 1)), np.stack([np.diag([1.0, 0.2, 0.1]), np.eye(3) / 3])
    whole = sum(power.item() * shape for power, shape in zip(powers, shapes, strict=True))
    wanted = powers[0].item() * shapes[0] @ np.linalg.solve(whole, spectra[:, 0, 0])
    assert np.allclose(space.images(spectra, powers, shapes, 1)[0, :, 0, 0], wanted)


@pytest.mark.parametrize("gains", [(1.0, 0.0), (0.8, 0.6), (0.5, 0.5, 0.70711)])
def test_the_axis_of_a_panned_source_is_its_gains(gains):
    gains = np.array(gains) / np.linalg.norm(gains)
    signal = np.random.default_rng(0).normal(size=(20, 30))
    covariance = space.surest_covariance(gains[:, None, None] * signal, np.ones((20, 30)), np.ones((20, 30)))
    assert np.allclose(space.axis_of(space.normalised(covariance)), gains, atol=1e-6)
    assert np.trace(space.normalised(covariance)) == pytest.approx(1.0)


def test_directions_are_those_of_the_bins_in_which_a_source_is_surest():
    """Two sources that seldom sound together, of which half of the rest is taken for either."""
    random = np.random.default_rng(3)
    powers = np.concatenate([share := random.random((1, 40, 60)) < 0.5, ~share]).astype(float)
    gains = np.array([[0.95, 0.3], [0.2, 0.98]])
    signals = np.sqrt(powers) * (random.normal(size=powers.shape) + 1j * random.normal(size=powers.shape))
    spectra = np.einsum("sc,sbf->cbf", gains, signals)
    for power, true in zip(powers, gains, strict=True):
        shape = space.surest_covariance(spectra, 0.5 + 0.3 * power * random.random(power.shape), np.full(power.shape, 0.5))
        assert space.axis_of(shape) @ true / np.linalg.norm(true) > np.cos(np.radians(3))


def test_powers_become_those_that_explain_the_channels():
    """Of two sources on two axes, and powers that say nothing, those of the channels are found."""
    random = np.random.default_rng(4)
    true = random.random((2, 40, 60))
    spectra = np.sqrt(true) * np.exp(2j * np.pi * random.random(true.shape))
    shapes = np.stack([space.normalised(np.diag(axis)) for axis in ([1.0, 0.0], [0.0, 1.0])])
    found = space.refined(spectra, np.ones((2, 40, 60)), shapes, 30)
    assert np.median(np.abs(found - true) / true) < 0.02
