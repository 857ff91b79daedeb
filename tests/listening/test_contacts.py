"""Footfalls, impacts, rolling and scraping, against closed forms."""

import numpy as np
import pytest
from observed import GRAVITY, ball_height, bounces, floor, scene_object, turning, walking_foot

from see2sound_addon.listening.footfalls import footfalls
from see2sound_addon.listening.impacts import impacts
from see2sound_addon.listening.observed import no_surfaces
from see2sound_addon.listening.touching import touching

DOWN = np.array([0.0, 0.0, -GRAVITY])


def ball(rate, seconds=3.0, radius=0.12, height=1.25, restitution=0.8):
    heights = [ball_height(k / rate, height, restitution) + radius for k in range(round(rate * seconds))]
    return scene_object("Ball", [(0, 0, z) for z in heights], (2 * radius,) * 3)


@pytest.mark.parametrize("rate", [24.0, 25.0, 30.0, 60.0])
def test_a_dropped_ball_bounces_when_physics_says(rate):
    found = impacts(ball(rate), rate, DOWN, floor())
    truth = bounces(1.25, 0.8, 3.0)[: len(found)]
    assert len(found) >= 5
    assert found[0].seconds == pytest.approx(np.sqrt(2 * 1.25 / GRAVITY), abs=0.002)  # 0.505 s
    assert np.allclose([one.seconds for one in found], [time for time, _ in truth], atol=0.005)
    assert np.allclose([one.speed for one in found], [speed for _, speed in truth], rtol=0.05)
    assert found[0].surface[0] == ("material", "stone")


def test_bounces_need_no_mesh_below_but_a_turn_in_the_air_is_none():
    assert len(impacts(ball(24.0), 24.0, DOWN, no_surfaces)) >= 5
    thrown = [(0.2 * k, 0, 3.0 + 4.0 * k / 24 - 0.5 * GRAVITY * (k / 24) ** 2) for k in range(24)]
    assert impacts(scene_object("Thrown", thrown, (0.2,) * 3), 24.0, DOWN, floor()) == []
    swing = [(np.sin(k / 6.0), 0, 2.0) for k in range(96)]
    assert impacts(scene_object("Swing", swing, (0.2,) * 3), 24.0, DOWN, floor()) == []


def test_a_jump_to_another_place_is_no_impact():
    places = [(0.02 * k, 0, 1.0) for k in range(30)] + [(5.0 - 0.02 * k, 0, 1.0) for k in range(30)]
    assert impacts(scene_object("Cut", places, (0.2,) * 3), 24.0, DOWN, floor()) == []


def test_a_body_strikes_a_wall_and_falls_and_stays():
    wall = [(min(2.0, 0.1 * k), 0, 1.0) for k in range(20)] + [(2.0 - 0.06 * k, 0, 1.0) for k in range(1, 20)]

    def find(origins, directions, frames, past):
        met = floor("Brick")(origins, directions, frames, past)
        return type(met)(np.where(directions[:, 0] > 0.9, 2.1 - origins[:, 0], np.inf), met.normals, met.names)

    (blow,) = impacts(scene_object("Puck", wall, (0.2,) * 3), 24.0, np.zeros(3), find)
    assert blow.seconds == pytest.approx(20 / 24, abs=1.5 / 24) and blow.normal[0] == pytest.approx(-1.0)
    falls = [(0, 0, 0.1 + max(0.0, 1.0 - 0.5 * GRAVITY * (k / 24) ** 2)) for k in range(48)]
    (thud,) = impacts(scene_object("Sack", falls, (0.2,) * 3), 24.0, DOWN, floor())
    assert thud.seconds == pytest.approx(np.sqrt(2.0 / GRAVITY), abs=0.005)


@pytest.mark.parametrize("speed", [0.0, 1.4])
@pytest.mark.parametrize("rate", [24.0, 30.0])
def test_feet_come_down_once_a_cycle(rate, speed):
    """On a treadmill, and on the way; the foot lands at whole seconds less its phase."""
    left = footfalls(walking_foot(rate, 5.0, 0.0, speed), rate, floor(), frozenset())
    right = footfalls(walking_foot(rate, 5.0, 0.5, speed), rate, floor(), frozenset())
    assert np.allclose([step.seconds for step in left], [1, 2, 3, 4], atol=1 / rate)
    assert np.allclose([step.seconds for step in right], [0.5, 1.5, 2.5, 3.5, 4.5], atol=1 / rate)


def test_steps_on_stairs_and_on_no_ground():
    stairs = lambda x: 0.18 * np.floor(x / 0.7)  # noqa: E731

    def find(origins, directions, frames, past):
        met = floor("wood")(origins, directions, frames, past)
        return type(met)(origins[:, 2] - np.vectorize(stairs)(origins[:, 0]), met.normals, met.names)

    up = footfalls(walking_foot(24.0, 6.0, 0.0, 1.4, ground=stairs), 24.0, find, frozenset())
    assert len(up) == 5
    assert len(footfalls(walking_foot(24.0, 5.0), 24.0, no_surfaces, frozenset())) == 4


def test_what_flies_stands_or_glides_does_not_step():
    foot = walking_foot(24.0, 5.0)
    assert footfalls(foot, 24.0, floor(height=-1.0), frozenset()) == []
    still = walking_foot(24.0, 5.0, lift=0.0)
    assert footfalls(still, 24.0, floor(), frozenset()) == []
    skates = walking_foot(24.0, 5.0)
    moving = np.arange(len(skates.lowest))[:, None] / 24.0 * np.array([6.0, 0, 0])
    glides = type(skates)("Skater", "foot", skates.lowest * [0, 1, 1] + moving, skates.root + moving, 1.75)
    assert footfalls(glides, 24.0, floor(), frozenset()) == []


def test_stronger_steps_come_down_faster():
    slow = footfalls(walking_foot(24.0, 8.0, cycle=1.4), 24.0, floor(), frozenset())
    fast = footfalls(walking_foot(24.0, 8.0, cycle=0.6), 24.0, floor(), frozenset())
    assert 0.0 < slow[0].strength < fast[0].strength <= 1.0


def rolled(slip, speed=1.0, radius=0.15, count=72):
    x = np.arange(count) / 24.0 * speed
    return scene_object(
        "Ball", [(one, 0, radius) for one in x], (2 * radius,) * 3, turning((0, 1, 0), (1.0 - slip) * x / radius)
    )


def test_a_ball_rolls_or_slides_and_a_box_scrapes():
    rolls = touching(rolled(0.0), 24.0, DOWN, floor("oak"))
    assert rolls.rolls.all() and not rolls.scrapes.any() and rolls.speed[30] == pytest.approx(1.0)
    slides = touching(rolled(1.0), 24.0, DOWN, floor("oak"))
    assert slides.scrapes.all() and not slides.rolls.any()
    box = scene_object("Box", [(k / 24.0, 0, 0.2) for k in range(72)], (0.4,) * 3)
    assert touching(box, 24.0, DOWN, floor()).scrapes.all()
    above = scene_object("Box", [(k / 24.0, 0, 0.8) for k in range(72)], (0.4, 0.3, 0.4))
    assert touching(above, 24.0, DOWN, floor()) is None
