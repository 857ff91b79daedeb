from pathlib import Path

import numpy as np
import pytest
from scenes import noise, rendered, scene, source

from see2sound_addon.errors import See2SoundError
from see2sound_addon.spatial.head import default_head
from see2sound_addon.spatial.layouts import find_layout
from see2sound_addon.spatial.panning import pan


def gains(azimuth, layout="5.1"):
    angle = np.radians(azimuth)
    unit = np.array([[np.cos(angle), np.sin(angle), 0.0]])
    return pan(unit, np.ones(1), find_layout(layout))[0]


@pytest.mark.parametrize(("channel", "azimuth"), [(0, 30), (1, -30), (2, 0), (4, 110), (5, -110)])
def test_a_source_at_a_loudspeaker_sounds_from_it_alone(channel, azimuth):
    expected = np.zeros(6)
    expected[channel] = 1.0
    assert gains(azimuth) == pytest.approx(expected, abs=1e-12)


def test_gains_are_those_of_the_ebu_s_renderer():
    """ITU-R BS.2127's reference implementation on a grid over the sphere, all ten layouts (references/ear_gains.py)."""
    reference = np.load(Path(__file__).parents[1] / "data" / "ear_gains.npz")
    names = [name for name in reference.files if name != "directions" and not name.endswith("labels")]
    assert len(names) == 10
    unit = reference["directions"]
    for name in names:
        layout = find_layout(name)
        gains = pan(unit, np.ones(len(unit)), layout)
        columns = [layout.labels.index(label) for label in reference[f"{name} labels"]]
        assert np.abs(gains[:, columns] - reference[name]).max() < 1e-6, name
        assert (np.delete(gains, columns, axis=1) == 0.0).all(), name


@pytest.mark.parametrize("azimuth", range(-180, 180, 7))
def test_two_neighbours_carry_a_source_and_point_to_it(azimuth):
    """Vector base amplitude panning: the gain-weighted sum of the loudspeakers' directions is the source's."""
    layout = find_layout("5.1")
    got = gains(azimuth)
    assert (got > 1e-6).sum() <= 2
    assert (got**2).sum() == pytest.approx(1.0)
    assert got[3] == 0.0
    places = [(g, speaker.azimuth) for g, speaker in zip(got, layout.speakers, strict=True) if not speaker.is_lfe]
    vector = sum(g * np.exp(1j * np.radians(a)) for g, a in places)
    assert np.degrees(np.angle(vector * np.exp(-1j * np.radians(azimuth)))) == pytest.approx(0.0, abs=1e-6)


def test_files_have_the_channel_order_of_wave():
    assert find_layout("7.1.4").labels == (
        "M+030", "M-030", "M+000", "LFE1", "M+135", "M-135", "M+090", "M-090", "U+045", "U-045", "U+135", "U-135",
    )  # fmt: skip
    assert (find_layout("5.1").mask, find_layout("7.1").mask, find_layout("7.1.4").mask) == (0x3F, 0x63F, 0x2D63F)


@pytest.mark.parametrize("layout", ["stereo", "5.1", "7.1.4", "22.2"])
def test_a_source_that_wanders_over_the_sphere_never_jumps(layout):
    t = np.linspace(0, 1, 20001)
    elevation, azimuth = np.pi / 2 * np.sin(6 * t), 40 * t
    unit = np.stack([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)], axis=1)
    path = pan(unit, np.ones(len(t)), find_layout(layout))
    assert np.abs(np.diff(path, axis=0)).max() < 0.02


def test_left_and_right():
    """A source on the right is louder right than left, and with sources on both sides no main channel is silent."""
    right = rendered(scene([source((3, -4, 0), loop=True, start=-10)]), [noise()], "5.1")
    energy = (right.astype(float) ** 2).sum(axis=1)
    assert energy[1] + energy[5] > 10 * (energy[0] + energy[4])
    places = [(3, 1, 0), (3, -1, 0), (-3, 3, 0), (-3, -3, 0)]
    plan = scene([source(p, f"s{i}", loop=True, start=-10) for i, p in enumerate(places)])
    both = rendered(plan, [noise(seed=i) for i in range(4)], "5.1")
    energy = (both.astype(float) ** 2).sum(axis=1)
    assert energy[3] == 0.0
    assert (np.delete(energy, 3) > 1e-6 * energy.max()).all()


def test_unknown_layouts_are_named():
    with pytest.raises(See2SoundError, match=r"no layout '9\.9'") as caught:
        find_layout("9.9")
    assert "5.1" in caught.value.hint


SPREAD = np.load(Path(__file__).parents[1] / "data" / "ear_spread.npz")


@pytest.mark.parametrize("name", ["0+5+0", "4+7+0", "9+10+3"])
def test_diverged_and_spread_gains_are_those_of_the_ebu_s_renderer(name):
    """references/ear_spread.py, angles in degrees."""
    layout, unit = find_layout(name), SPREAD["directions"]
    columns = [layout.labels.index(label) for label in SPREAD[f"{name} labels"]]
    for value in SPREAD["divergences"]:
        gains = pan(unit, np.ones(len(unit)), layout, divergence=value)
        assert np.abs(gains[:, columns] - SPREAD[f"{name} divergence {value}"]).max() < 1e-6
    for angle in SPREAD["spreads"]:
        gains = pan(unit, np.ones(len(unit)), layout, spread=np.radians(angle))
        assert np.abs(gains[:, columns] - SPREAD[f"{name} spread {angle}"]).max() < 1e-6


def test_a_spread_source_is_wider_in_ambisonics_and_keeps_its_place():
    """Fully spread, only W is left; half a sphere leaves half of the first order (the mean of a cosine over it)."""
    for spread, left in ((np.pi, 0.5), (2 * np.pi, 0.0)):
        heard = rendered(scene([source((0, 5, 0), spread=spread)], 0.5), [noise()], "ambix1")
        w, y = heard[:, 6000:-3000].astype(float)[:2]
        assert (w * y).sum() / (w * w).sum() == pytest.approx(left, abs=1e-3)


def test_a_diverged_source_is_heard_by_each_ear_from_its_three_places():
    """ITU-R BS.2127-1, section 7.3.7: at divergence 1 a third of the power stays, and a third each goes 45 degrees aside.

    By the head's own responses for these directions: their weighted mean, as one filter. Something else than the same
    source without divergence, and alike in both ears.
    """
    plain, wide = (
        rendered(scene([source((5, 0, 0), divergence=share)], 0.5), [noise()], "binaural")[:, 3000:] for share in (0.0, 1.0)
    )
    assert 10 * np.log10((wide[0] ** 2).sum() / (wide[1] ** 2).sum()) == pytest.approx(0.0, abs=0.5)
    head = default_head(48000)
    angles = np.radians([0.0, 45.0, -45.0])
    near, weight = head.around(np.stack([np.cos(angles), np.sin(angles), np.zeros(3)], axis=1))
    responses = np.einsum("nk,nket->et", weight / 3.0, head.responses[near])
    expected = np.abs(np.fft.rfft(responses, 4096, axis=1))
    frequency = np.fft.rfftfreq(4096, 1.0 / 48000)
    alone = np.abs(np.fft.rfft(np.einsum("nk,nket->net", weight, head.responses[near])[0], 4096, axis=1))
    for low, high in ((300, 600), (1500, 3000), (5000, 9000)):
        band = (frequency > low) & (frequency < high)
        by_filters = 10 * np.log10((expected[:, band] ** 2).sum() / (alone[:, band] ** 2).sum())
        assert _band_level(wide, low, high) - _band_level(plain, low, high) == pytest.approx(by_filters, abs=1.0)


def _band_level(signal, low, high):
    spectrum = np.abs(np.fft.rfft(signal, axis=1)) ** 2
    frequency = np.fft.rfftfreq(signal.shape[1], 1.0 / 48000)
    return 10 * np.log10(spectrum[:, (frequency > low) & (frequency < high)].sum())


def test_low_frequency_loudspeakers_get_what_is_sent_to_them_and_nothing_else():
    """Below 120 Hz all of the send, an octave above almost nothing (-24 dB an octave), whatever the distance."""
    from scenes import tone

    for hertz, level in ((40, -10.0), (240, -10.0 - 24.6)):
        plan = scene([source((30, 0, 0), lfe_db=-10.0)], 2.0)
        heard = rendered(plan, [tone(hertz, 2.0)], "5.1")
        sent = heard[3, 48000:]
        assert 20 * np.log10(np.abs(sent).max()) == pytest.approx(level, abs=0.5)
    assert np.abs(rendered(scene([source((30, 0, 0))], 1.0), [tone(40, 1.0)], "5.1")[3]).max() == 0.0
    assert rendered(scene([source((3, 0, 0), lfe_db=0.0)], 0.2), [noise()], "stereo").shape == (2, 9600)


def test_synchronous_sources_are_heard_when_they_sound():
    late = rendered(scene([source((34.33, 0, 0))], 0.5), [noise()], "mono")[0]
    now = rendered(scene([source((34.33, 0, 0), synchronous=True)], 0.5), [noise()], "mono")[0]
    assert np.abs(now[:-4800] - late[4800:]).max() < 1e-6
