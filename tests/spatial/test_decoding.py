"""Ambisonic signals for loudspeakers and ears."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from see2sound_addon.spatial.ambisonics import channels, encode
from see2sound_addon.spatial.convolution import Convolver
from see2sound_addon.spatial.decoding import ear_decoder, evenly_spread, loudspeaker_decoder, rotations_of_harmonics
from see2sound_addon.spatial.head import LEAD, default_head
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.panning import main_directions

RATE = 48000


@pytest.mark.parametrize("order", range(1, 8))
def test_turned_harmonics_are_harmonics_of_turned_directions(order):
    turns = Rotation.random(5, random_state=order)
    points = evenly_spread(40)
    for turn, matrix in zip(turns.as_matrix(), rotations_of_harmonics(turns.as_matrix(), order), strict=True):
        assert encode(points, order) @ matrix.T == pytest.approx(encode(points @ turn, order), abs=1e-9)
        n3d = np.repeat(np.sqrt(2 * np.arange(order + 1) + 1), 2 * np.arange(order + 1) + 1)
        orthonormal = n3d[:, None] * matrix / n3d
        assert orthonormal @ orthonormal.T == pytest.approx(np.eye(channels(order)), abs=1e-9)


@pytest.mark.parametrize(("layout", "order", "degrees"), [("7.1.4", 3, 8.0), ("22.2", 5, 6.0)])
def test_all_round_decoding_points_where_it_should(layout, order, degrees):
    """The energy vector of a wave from the upper half space; and nowhere much louder than elsewhere."""
    layout = find_layout(layout)
    points = evenly_spread(600)
    points = points[points[:, 2] > 0.05]
    points = points[points[:, 2] < 0.5]  # where the loudspeakers are
    gains = encode(points, order) @ loudspeaker_decoder(layout, order).T
    main = [n for n, speaker in enumerate(layout.speakers) if not speaker.is_lfe]
    energy = gains[:, main] ** 2
    vector = energy @ main_directions(layout)
    vector /= np.linalg.norm(vector, axis=1, keepdims=True)
    apart = np.degrees(np.arccos(np.clip((vector * points).sum(axis=1), -1, 1)))
    assert apart.mean() < degrees
    assert np.ptp(10 * np.log10(energy.sum(axis=1))) < 4.0
    assert (np.delete(gains, main, axis=1) == 0.0).all()


def test_a_diffuse_field_keeps_its_power():
    layout = find_layout("7.1.4")
    order = np.floor(np.sqrt(np.arange(16)))
    covariance = np.diag(1.0 / (2 * order + 1))
    decoder = loudspeaker_decoder(layout, 3)
    assert np.trace(decoder @ covariance @ decoder.T) == pytest.approx(1.0, rel=0.01)


def third_octaves(responses, low=200, high=12000):
    """dB (..., bands)."""
    power = np.abs(np.fft.rfft(responses, 4096, axis=-1)) ** 2
    frequency = np.fft.rfftfreq(4096, 1 / RATE)
    middles = 1000.0 * 2.0 ** (np.arange(-7, 11.1) / 3.0)
    middles = middles[(middles >= low) & (middles <= high)]
    bands = [power[..., (frequency >= m * 2 ** (-1 / 6)) & (frequency < m * 2 ** (1 / 6))].mean(axis=-1) for m in middles]
    return 10 * np.log10(np.stack(bands, axis=-1))


@pytest.mark.parametrize(("order", "mean", "worst"), [(3, 1.5, 6.0), (5, 1.0, 5.0)])
def test_ears_hear_the_level_differences_of_the_head(order, mean, worst):
    """Level differences between the ears for waves around the horizon against the measured head. Plain least squares, which
    misses them by 3 dB in the mean and 8 at worst (../shared/DESIGN.md), must be clearly worse."""
    head = default_head(RATE)
    angle = np.radians(np.arange(0, 360, 15))
    points = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    decoded = np.einsum("nc,ect->net", encode(points, order), ear_decoder(head, order))
    near, weight = head.around(points)
    exact = np.einsum("nk,nket->net", weight, head.responses[near])
    got, wanted = third_octaves(decoded), third_octaves(exact)
    error = np.abs((got[:, 0] - got[:, 1]) - (wanted[:, 0] - wanted[:, 1]))
    assert error.mean() < mean
    assert error.mean(axis=1).max() < worst
    assert np.abs(got.mean() - wanted.mean()) < 1.0


def time_difference(ears):
    """Seconds that the left ear's signal of (2, taps) is later than the right's, below 1.5 kHz."""
    frequency, size = np.fft.rfftfreq(8192, 1 / RATE), 16 * 8192
    spectra = np.fft.rfft(ears, 8192, axis=1) * ((frequency > 200) & (frequency < 1500))
    lag = int(np.argmax(np.fft.irfft(spectra[0] * np.conj(spectra[1]), size)))
    return (lag - size if lag > size / 2 else lag) / 16 / RATE


def test_ears_hear_the_time_differences_of_the_head():
    head = default_head(RATE)
    for azimuth in (-90, -45, 0, 30, 90):
        a = np.radians(azimuth)
        point = np.array([[np.cos(a), np.sin(a), 0.0]])
        decoded = np.einsum("nc,ect->net", encode(point, 3), ear_decoder(head, 3))[0]
        near, weight = (found[0] for found in head.around(point))
        aligned = np.fft.rfft(np.einsum("k,ket->et", weight, head.responses[near]), 4096, axis=1)
        late = np.exp(-2j * np.pi * np.fft.rfftfreq(4096, 1 / RATE) * (weight @ head.delays[near])[:, None])
        assert time_difference(decoded) == pytest.approx(time_difference(np.fft.irfft(aligned * late, 4096)), abs=3e-5), azimuth
        assert (decoded**2).sum(axis=0).argmax() / RATE == pytest.approx(LEAD, abs=8e-4)


@pytest.mark.parametrize("taps", [100, 4096, 11000])
def test_a_convolver_is_convolution(taps):
    random = np.random.default_rng(taps)
    responses = [random.standard_normal((2, taps)).astype(np.float32) for _ in range(2)]
    inputs = [random.standard_normal(5 * 4096).astype(np.float32) for _ in range(2)]
    convolver = Convolver(responses, 4096)
    got = np.concatenate([convolver([x[n : n + 4096] for x in inputs]) for n in range(0, 5 * 4096, 4096)], axis=1)
    for channel in range(2):
        expected = sum(np.convolve(x, r[channel])[: 5 * 4096] for x, r in zip(inputs, responses, strict=True))
        assert np.abs(got[channel] - expected).max() < 1e-3 * np.abs(expected).max()
