import numpy as np
import pytest
from scenes import angle_between, intensity_direction, noise, rendered, scene, source
from scipy.spatial.transform import Rotation
from scipy.special import sph_harm_y

from see2sound_addon.soundscene import Trajectory
from see2sound_addon.spatial.ambisonics import encode


def directions(count=200, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_harmonics_are_scipy_s_in_acn_and_sn3d():
    unit = directions()
    polar, azimuth = np.arccos(unit[:, 2]), np.arctan2(unit[:, 1], unit[:, 0])
    got = encode(unit, 7)
    for n in range(8):
        for m in range(-n, n + 1):
            value = sph_harm_y(n, abs(m), polar, azimuth) * (-1) ** m * np.sqrt(4 * np.pi / (2 * n + 1))
            expected = value.real if m == 0 else np.sqrt(2) * (value.real if m > 0 else value.imag)
            assert got[:, n * n + n + m] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("layout", ["ambix1", "ambix3", "ambix7"])
def test_the_intensity_vector_points_at_the_source(layout):
    for unit in directions(12, 1):
        out = rendered(scene([source(1.0 + 7.0 * unit, loop=True, start=-10)], listener=(1, 1, 1)), [noise()], layout)
        assert angle_between(intensity_direction(out), unit) < 0.05


def test_turning_the_listener_is_turning_the_scene_back():
    turn = Rotation.from_euler("zyx", [40, -25, 60], degrees=True)
    quaternion = turn.as_quat()[[3, 0, 1, 2]]
    place = np.array([3.0, -2.0, 1.5])
    turned = rendered(
        scene([source(place, loop=True, start=-10)], listener=Trajectory.fixed((0, 0, 0), quaternion)), [noise()], "ambix3"
    )
    moved = rendered(scene([source(turn.inv().apply(place), loop=True, start=-10)]), [noise()], "ambix3")
    assert np.abs(turned - moved).max() < 1e-6


def test_an_ambient_source_has_no_direction():
    out = rendered(scene([source((5, 0, 0), extent="ambient", loop=True, start=-10)]), [noise()], "ambix3")
    assert np.abs(out[0]).max() > 0.01
    assert np.abs(out[1:]).max() == 0.0
