"""Smooth paths against ways that are known: cars that pass, a path seen with gaps, and closed forms."""

import numpy as np
import pytest

from see2sound_addon.placement.paths import Audible, fades, movement_levels, onsets, radial_motion, smooth_path

TIMES = np.arange(0, 6, 1 / 24)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def measured(true, seed=0, angle=0.003, scale=1.28, noise=0.08):
    """Directions and distances as a picture tells them: distances off by a factor, and noisy."""
    random = np.random.default_rng(seed)
    metres = np.linalg.norm(true, axis=1)
    directions = unit(unit(true) + random.normal(0, angle, true.shape))
    return directions, metres * scale * np.exp(random.normal(0, noise, len(true)))


def angles(one, other):
    return np.degrees(np.arccos(np.clip((unit(one) * unit(other)).sum(axis=1), -1, 1)))


@pytest.mark.parametrize(("speed", "aside"), [(15.0, 4.0), (8.0, 10.0), (25.0, 12.0)])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_car_that_passes_keeps_its_directions_and_its_doppler(speed, aside, seed):
    """The radial speed is that of the true way, times the factor that all distances are off by."""
    true = np.stack([-speed * 3 + speed * TIMES, np.full(len(TIMES), aside), np.full(len(TIMES), -1.0)], axis=1)
    directions, metres = measured(true, seed)
    path = smooth_path(TIMES, directions, metres, np.full(len(TIMES), 0.2), np.ones(len(TIMES), bool))
    errors = angles(path, true)
    assert np.median(errors) < 0.15 and errors.max() < 0.6
    scale = np.median(np.linalg.norm(path, axis=1) / np.linalg.norm(true, axis=1))
    assert scale == pytest.approx(1.28, rel=0.05)
    wrong = radial_motion(TIMES, path)[0] - scale * radial_motion(TIMES, true)[0]
    assert np.sqrt(np.mean(wrong**2)) < 0.6


def test_what_stands_still_stays_still():
    true = np.tile([3.0, 9.0, 0.5], (len(TIMES), 1))
    path = smooth_path(TIMES, *measured(true), np.full(len(TIMES), 0.2), np.ones(len(TIMES), bool))
    assert (path == path[0]).all() and angles(path, true).max() < 0.2
    assert np.linalg.norm(path[0]) == pytest.approx(1.28 * np.linalg.norm(true[0]), rel=0.05)


def test_what_comes_straight_at_the_camera_does_not_stand():
    true = np.stack([np.zeros(len(TIMES)), 30 - 4 * TIMES, np.zeros(len(TIMES))], axis=1)
    path = smooth_path(TIMES, *measured(true, noise=0.04), np.full(len(TIMES), 0.2), np.ones(len(TIMES), bool))
    assert radial_motion(TIMES, path)[0].mean() == pytest.approx(-4 * 1.28, rel=0.1)


def test_a_gap_is_bridged_by_the_way_before_and_after():
    true = np.stack([-12 + 4 * TIMES, np.full(len(TIMES), 10.0), np.zeros(len(TIMES))], axis=1)
    directions, metres = measured(true)
    seen = (TIMES < 2.0) | (TIMES > 3.2)
    directions[~seen] = [0.0, 0.0, 1.0]  # nonsense
    path = smooth_path(TIMES, directions, metres, np.full(len(TIMES), 0.2), seen)
    assert angles(path, true).max() < 1.5


def test_uneven_times_are_taken_as_they_are():
    times = np.sort(np.random.default_rng(0).choice(TIMES, 70, replace=False))
    true = np.stack([-12 + 4 * times, np.full(len(times), 10.0), np.zeros(len(times))], axis=1)
    path = smooth_path(times, *measured(true, noise=0.02), np.full(len(times), 0.2), np.ones(len(times), bool))
    assert angles(path, true).max() < 0.8


def test_impossible_speeds_are_slowed_down():
    """A distance that jumps from 5 to 100 m and back must not be heard."""
    metres = np.where((TIMES > 2) & (TIMES < 3), 100.0, 5.0)
    directions = np.tile([0.0, 1.0, 0.0], (len(TIMES), 1))
    path = smooth_path(TIMES, directions, metres, np.full(len(TIMES), 0.15), np.ones(len(TIMES), bool))
    speed, change = radial_motion(TIMES, path)
    assert np.abs(speed).max() < 70 and np.abs(change).max() < 200


def test_one_or_two_frames_are_where_they_were_seen():
    directions, metres = np.array([[0.0, 1, 0], [0, 1, 0]]), np.array([4.0, 5.0])
    path = smooth_path(np.array([0.0, 1.0]), directions, metres, np.full(2, 0.2), np.ones(2, bool))
    np.testing.assert_allclose(path, directions * metres[:, None])


def test_fades_go_to_silence_and_back():
    times, levels = fades([Audible(0.0, 1.0, 0.0, 0.5), Audible(3.0, 4.0, 0.5, 0.02)])
    assert (np.diff(times) > 0).all()
    np.testing.assert_allclose(np.interp([0.5, 2.0, 3.5, 4.5], times, levels), [0, -120, 0, -120])


def test_levels_follow_movement():
    steps = np.array([0.0, 0.01, 0.1, 1.0, 1.0, 1.0])
    levels = movement_levels(steps, 18.0)
    assert levels[0] == levels[1] == -18 and levels[-1] == 0
    assert levels[2] == -18 and movement_levels(np.array([0.5, 1.0, 1.0]), 18.0)[0] == pytest.approx(-6.02, abs=0.01)
    assert (movement_levels(np.zeros(4), 18.0) == 0).all()


def test_onsets_are_where_movement_begins():
    steps = np.zeros(144)
    for start in (30, 80):
        steps[start : start + 15] = 1.0
    found = onsets(TIMES, steps)
    np.testing.assert_allclose(found[:, 0], [30 / 24, 80 / 24], atol=0.12)
    assert (found[:, 1] > 0).all() and (found[:, 1] <= 1).all()
    assert len(onsets(TIMES, np.full(144, 0.4))) == 0
