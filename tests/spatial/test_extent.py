"""Wide and ambient sources: several unrelated copies, together as loud and as bright as the one."""

import numpy as np
import pytest
from scenes import RATE, angle_between, intensity_direction, noise, rendered, scene, source

from see2sound_addon.spatial.extent import decorrelated


def third_octaves(signal):
    power = np.abs(np.fft.rfft(signal)) ** 2
    frequency = np.fft.rfftfreq(len(signal), 1 / RATE)
    centres = 1000 * 2 ** (np.arange(-6, 13) / 3)
    return np.array([10 * np.log10(power[(frequency > f / 1.122) & (frequency < f * 1.122)].sum()) for f in centres])


@pytest.mark.parametrize("loop", [True, False])
def test_copies_have_the_spectrum_and_nothing_else_in_common(loop):
    clip = noise(2.0)
    copies = decorrelated(clip, 4, RATE, loop, 0)
    for i, first in enumerate(copies):
        assert np.abs(third_octaves(first) - third_octaves(clip)).max() < 0.5
        for second in copies[i + 1 :]:
            spectra = np.fft.rfft(first), np.fft.rfft(second)
            correlation = np.fft.irfft(spectra[0] * np.conj(spectra[1]), len(first))
            assert np.abs(correlation).max() / (first.astype(float) ** 2).sum() < 0.3


def test_a_loop_stays_a_loop():
    """A periodic tone through the all-pass is the same tone: no seam."""
    clip = np.sin(2 * np.pi * 480 * np.arange(4800) / RATE)
    (copy,) = decorrelated(clip, 1, RATE, True, 3)
    twice = np.concatenate([copy, copy]).astype(float)
    assert np.abs(np.diff(twice, 2)).max() < 1.01 * (2 * np.pi * 480 / RATE) ** 2


def test_a_wide_source_is_as_loud_and_points_to_its_middle():
    place = (8.0, 6.0, 0.0)
    point = rendered(scene([source(place, loop=True, start=-10)]), [noise()], "ambix3")
    wide = rendered(scene([source(place, extent="area", radius=5.0, loop=True, start=-10)]), [noise()], "ambix3")
    assert 10 * np.log10((wide[0] ** 2).sum() / (point[0] ** 2).sum()) == pytest.approx(0.0, abs=0.5)
    assert angle_between(intensity_direction(wide), place) < 3.0
    # All-passes of 30 ms ripple 33 Hz apart where they add up, which bands much wider than that do not see.
    assert np.abs(third_octaves(wide[0]) - third_octaves(point[0]))[8:].max() < 3.0


def test_a_wide_source_reaches_more_loudspeakers_than_its_middle():
    wide = rendered(scene([source((5, 0, 0), extent="area", radius=12.0, loop=True, start=-10)]), [noise()], "7.1")
    energy = (wide.astype(float) ** 2).sum(axis=1)
    left, right, centre, lfe = energy[:4]
    assert lfe == 0.0
    assert left == pytest.approx(right, rel=0.3) and left > 0.2 * centre


@pytest.mark.parametrize("layout", ["5.1", "7.1.4", "binaural"])
def test_an_ambient_source_surrounds_the_listener(layout):
    """Every main loudspeaker, or either ear, gets its share, and no two the same."""
    plan = scene([source((5, 3, 0), extent="ambient", loop=True, start=-10)], duration=2.0)
    out = np.delete(rendered(plan, [noise(2.0)], layout).astype(float), [3] if layout != "binaural" else [], axis=0)
    energy = (out**2).sum(axis=1)
    assert energy.min() > 0.7 * energy.max()
    correlation = np.corrcoef(out)
    assert np.abs(correlation[np.triu_indices(len(out), 1)]).max() < 0.5


def test_an_ambient_source_turns_with_nothing():
    """Without direction: turning the head changes nothing."""
    from see2sound_addon.soundscene import Trajectory

    def heard(quaternion):
        ears = Trajectory.fixed((0, 0, 0), quaternion)
        return rendered(scene([source((5, 3, 0), extent="ambient", loop=True, start=-10)], listener=ears), [noise()], "5.1")

    assert (heard((1, 0, 0, 0)) == heard((0.6, 0, 0, 0.8))).all()


def test_the_same_seed_gives_the_same_copies_and_another_one_others():
    first = rendered(scene([source((5, 0, 0), extent="area", radius=3.0, loop=True)]), [noise()], "5.1")
    again = rendered(scene([source((5, 0, 0), extent="area", radius=3.0, loop=True)]), [noise()], "5.1")
    other = rendered(scene([source((5, 0, 0), extent="area", radius=3.0, loop=True)], seed=7), [noise()], "5.1")
    assert (first == again).all() and not (first == other).all()


def test_an_area_sounds_where_its_points_are():
    """Two points left and right behind: the loudspeakers there, as loud as one source; and they turn with it."""
    points = np.array([[-8.0, 5.0, 0.0], [-8.0, -5.0, 0.0]])
    place = source((3, 0, 0), extent="area", points=points, loop=True, start=-10)
    out = rendered(scene([place]), [noise()], "5.1").astype(float)
    energy = (out**2).sum(axis=1)
    assert energy[4:].sum() > 0.9 * energy.sum()
    assert energy[4] == pytest.approx(energy[5], rel=0.1)
    point = rendered(scene([source((3, 0, 0), loop=True, start=-10)]), [noise()], "5.1")
    assert energy.sum() == pytest.approx((point.astype(float) ** 2).sum(), rel=0.05)
    place.path.rotations = np.array([[0.0, 0.0, 0.0, 1.0]])  # half a turn
    front = (rendered(scene([place]), [noise()], "5.1").astype(float) ** 2).sum(axis=1)
    assert front[:3].sum() > 0.9 * front.sum()


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_diffuse_ambient_source_fills_all_orders(order):
    """The same power in W, its share in every order, and no direction."""
    plain = rendered(scene([source((5, 0, 0), extent="ambient", loop=True, start=-10)], 2.0), [noise(2.0)], f"ambix{order}")
    wide = rendered(
        scene([source((5, 0, 0), extent="ambient", diffuse=True, loop=True, start=-10)], 2.0), [noise(2.0)], f"ambix{order}"
    )
    assert np.abs(plain[1:]).max() == 0.0
    power = (wide.astype(float) ** 2).mean(axis=1)
    assert power[0] == pytest.approx((plain[0].astype(float) ** 2).mean(), rel=0.1)
    orders = np.floor(np.sqrt(np.arange(len(power))))
    assert power * (2 * orders + 1) == pytest.approx(np.full(len(power), power[0]), rel=0.4)
