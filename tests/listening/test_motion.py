"""Speeds, turns, gears and curves from tracks."""

import numpy as np
import pytest
from observed import scene_object, track, turning

from see2sound_addon.listening.engines import DRIVES, engine_speed
from see2sound_addon.listening.motion import curve, gate, moving, speeds, turns_a_minute
from see2sound_addon.listening.swinging import swing

RATE = 24.0


@pytest.mark.parametrize("speed", [3.0, 12.0, 25.0, 40.0])
def test_a_rolling_wheel_turns_as_fast_as_it_must(speed):
    """At 40 m/s a wheel of 0.3 m turns 0.9 times a frame: two frames alone do not tell."""
    way = np.arange(96) / RATE * speed
    wheel = track([(x, 0, 0.3) for x in way], turning((0, 1, 0), way / 0.3))
    truth = speed / (2 * np.pi * 0.3) * 60.0
    assert np.allclose(turns_a_minute(wheel, RATE, 0.3), truth, rtol=0.02)


def test_a_fan_that_turns_faster_than_the_frames_is_measured_within_them():
    truth = 2 * np.pi * 20.0  # 1200 rpm
    fan = track([(0, 0, 0)] * 96, turning((0, 0, 1), truth * np.arange(96) / RATE), turns=[(0.5, truth), (2.0, truth)])
    assert np.allclose(turns_a_minute(fan, RATE), 1200.0, rtol=0.01)


def test_the_engine_turns_in_gear_with_the_wheels():
    drive = DRIVES["car"]
    wheel = np.linspace(0.0, 1200.0, 500)
    engine = engine_speed(drive, wheel)
    driven = engine > drive.idle + 1.0
    ratio = engine[driven] / wheel[driven]
    assert np.min(np.abs(ratio[:, None] - np.array(drive.gears)), axis=1).max() < 0.02 * min(drive.gears)
    assert engine.min() == drive.idle and engine.max() <= max(drive.shift, wheel.max() * drive.gears[-1]) * 1.02
    assert len(np.unique(np.round(ratio, 3))) == len(drive.gears)  # through all gears


def test_curves_keep_within_their_bound_with_few_points():
    values = np.sin(np.arange(500) / 40.0) * 3.0
    points = curve(values, RATE, 0.05)
    again = np.interp(np.arange(500) / RATE, *np.array(points).T)
    assert np.abs(again - values).max() <= 0.05 + 1e-9 and len(points) < 80
    assert curve(np.full(10, 2.0), RATE, 0.1) == [(0.0, 2.0)]


def test_what_moves_for_a_while_is_heard_for_that_while():
    x = np.concatenate([np.zeros(48), np.linspace(0, 10, 48), np.full(48, 10.0)])
    on = moving(speeds(track(np.stack([x, 0 * x, 0 * x], axis=1)), RATE), RATE)
    level = gate(on, RATE)
    at = lambda seconds: np.interp(seconds, *np.array(level).T)  # noqa: E731
    assert at(1.0) == 0.0 and at(3.0) == 1.0 and at(5.0) == 0.0
    assert gate(np.ones(5, bool), RATE) == [] and gate(np.zeros(5, bool), RATE) == [(0.0, 0.0)]


def test_a_bell_strikes_where_it_turns_back():
    """A swing of two seconds turns back at 0.5, 1.5, 2.5 s and passes its middle at 1, 2, 3 s."""
    angles = 0.6 * np.sin(np.pi * np.arange(96) / RATE)
    found = swing(scene_object("Bell", [(0, 0, 5)] * 96, rotations=turning((1, 0, 0), angles)).track, RATE)
    assert np.allclose(found.extremes, [0.5, 1.5, 2.5, 3.5], atol=0.01)
    assert np.allclose([time for time in found.passes if time > 0.02], [1.0, 2.0, 3.0], atol=0.02) and np.ptp(
        found.angles
    ) == pytest.approx(1.2, rel=0.02)
    assert swing(track([(0, 0, 0)] * 96), RATE) is None
