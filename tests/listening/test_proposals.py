"""From observed scenes to proposals."""

from dataclasses import replace

import numpy as np
import pytest
from observed import ball_height, floor, observed, scene_object, turning, walking_foot

from see2sound_addon.listening.effects import rain_intensity, wind_speed
from see2sound_addon.listening.gathering import gather
from see2sound_addon.listening.listen import ListenSettings
from see2sound_addon.listening.naming import footsteps_on, name_object, struck
from see2sound_addon.listening.observed import Crowd, Effect
from see2sound_addon.pipeline import listen
from see2sound_addon.sound.models import MODELS


def sounding(found):
    return {one.label: one for one in found if not one.silent}


def classes(found):
    return {one.label: one.name for one in found if one.wanted}


def drive(speed=10.0, stop=48, count=96):
    x = np.concatenate([np.arange(stop) / 24.0 * speed, np.full(count - stop, stop / 24.0 * speed)])
    return [(one, 0, 0.8) for one in x]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((("object", "Cube.003"), ("material", "Water")), "calm water"),
        ((("object", "Floor"), ("material", "Oak Parquet")), "silent"),
        ((("object", "Plane.012"), ("collection", "Trees")), "wind in trees"),
        ((("object", "Object_4"), ("parent", "Lowpoly lamp_105")), "silent"),
        ((("object", "Cylinder"), ("tag", "fountain")), "fountain"),
        ((("object", "xyzzy"),), ""),
    ],
)
def test_names_are_asked_in_their_order(names, expected):
    assert name_object(scene_object("x", names=names)).name == expected


def test_grass_without_blades_is_ground():
    assert name_object(scene_object("GrassMesh", size=(125, 98, 15), faces=10000)).name == "silent"
    assert name_object(scene_object("Grass", size=(2, 2, 0.3), faces=400)).name == "wind in grass"


def test_ground_and_bodies_by_their_materials():
    assert footsteps_on((("material", "GrassMaterial"),)) == "footsteps on grass"
    assert footsteps_on((("material", "Cobblestone"), ("object", "Plane"))) == "footsteps on stone"
    assert footsteps_on((("material", "Fresh Snow"),)) == "footsteps on snow"
    assert struck((("object", "WoodenCrate.001"),)) == ("wood impact", True)
    assert struck((("object", "Body"), ("material", "Rusty Metal"))) == ("metal impact", True)


def test_a_car_that_stops_is_silent_or_idles():
    car = scene_object("Car", drive(), (4, 1.8, 1.5))
    (silent,) = listen(observed([car]), floor())
    (idling,) = listen(observed([car]), floor(), ListenSettings(idling=True))
    assert silent.name == "car" and np.interp(3.5, *np.array(silent.level).T) == 0.0 and idling.level == []
    speed = np.array(silent.values["speed"])
    assert np.interp(1.0, *speed.T) == pytest.approx(10.0, rel=0.02) and np.interp(3.5, *speed.T) == 0.0
    rpm = np.array(silent.values["rpm"])
    assert np.interp(3.5, *rpm.T) == pytest.approx(850.0)
    parked = scene_object("Car", [(0, 0, 0.8)], (4, 1.8, 1.5))
    assert not listen(observed([parked]))[0].wanted
    assert listen(observed([parked]), settings=ListenSettings(idling=True))[0].wanted


def test_wheels_that_turn_set_the_engine_s_speed():
    """Wheels of 0.46 m on a low-poly van at 6 m/s turn 249 times a minute."""
    way = np.arange(96) / 24.0 * 6.0
    van = scene_object("Minivan", [(x, 0, 0.5) for x in way], (2.7, 1.3, 1.0))
    wheels = [
        scene_object(
            f"Wheel.{n}", [(x + dx, 0, 0.23) for x in way], (0.46, 0.14, 0.46), turning((0, 1, 0), way / 0.23), parent="Minivan"
        )
        for n, dx in enumerate((-0.9, 0.9))
    ]
    (found,) = [one for one in listen(observed([van, *wheels]), floor()) if one.wanted]
    truth = 6.0 / (2 * np.pi * 0.23) * 60.0
    assert f"wheels turn at up to {truth:.0f} rpm" in found.why
    engine = np.interp(2.0, *np.array(found.values["rpm"]).T)
    gears = np.array([3.9 * gear for gear in (3.5, 2.0, 1.35, 1.0, 0.8)])
    assert np.abs(engine / (truth * gears) - 1.0).min() < 0.02


def test_values_fit_the_models():
    """Whatever a scene says, what comes out can be given to the generator."""
    tall = [
        scene_object("Car", drive(200.0), (4, 1.8, 1.5)),
        scene_object("Campfire", size=(90, 90, 90)),
        scene_object("Flag", size=(0.01, 0.01, 0.01)),
    ]
    for one in listen(observed(tall), floor()):
        for name, points in one.values.items():
            known = MODELS[one.name].parameters[name]
            assert all(known.low <= value <= known.high for _, value in points)
            assert all(a[0] < b[0] for a, b in zip(points, points[1:], strict=False))


def test_footsteps_follow_the_ground_and_their_body_is_silent():
    body = scene_object("Man", kind="ARMATURE", size=(0, 0, 0))
    skin = scene_object("Man Mesh", parent="Man")
    feet = [walking_foot(24.0, 4.0, phase, 1.4, name=name) for phase, name in ((0.0, "foot.L"), (0.5, "foot.R"))]
    (found,) = listen(observed([body, skin], feet=feet), floor("Wet Grass"))
    assert found.name == "footsteps on grass" and found.wanted and len(found.events) == 7
    assert np.allclose(np.diff([time for time, _ in found.events]), 0.5, atol=1 / 24)


def test_the_material_decides_before_the_name_of_its_object():
    for material, expected in (("Concrete", "stone"), ("Marble", "stone"), ("Oak", "wood"), ("xyzzy", "wood")):
        assert footsteps_on((("material", material), ("object", "Wooden Floor"))) == f"footsteps on {expected}"


@pytest.mark.parametrize(
    "name", ["Bell pepper", "Bird cage", "Rubber duck", "Steering wheel", "River rock", "Firewood", "Sawhorse"]
)
def test_what_is_called_after_something_that_sounds_is_silent(name):
    assert name_object(scene_object(name)).name == "silent"


def test_ends_of_bones_are_feet_only_if_they_step_like_legs():
    def ends(phases, named=False):
        return [replace(walking_foot(24.0, 4.0, phase, name=f"Bone.{n}"), named=named) for n, phase in enumerate(phases)]

    arm = scene_object("Man", kind="ARMATURE")
    body = scene_object("Car body", [(k / 4, 0, 1) for k in range(96)], (4, 2, 1), parent="Man")
    legs = listen(observed([arm], feet=ends((0.0, 0.5))), floor())
    assert [len(one.events) for one in legs if one.wanted] == [7]
    assert not [one for one in listen(observed([arm], feet=ends((0.0, 0.0))), floor()) if one.events]
    still = [replace(walking_foot(24.0, 4.0, lift=0.0), named=False)]
    assert classes(listen(observed([arm, body], feet=still), floor())) == {"Car body": "car"}


def test_what_sounds_when_used_is_heard_when_it_falls():
    heights = [0.1 + abs(ball_height(k / 24, 1.0, 0.6)) for k in range(96)]
    guitar = scene_object("Guitar", [(0, 0, z) for z in heights], (1, 0.3, 0.2), reach=0.6)
    assert len(sounding(listen(observed([guitar]), floor()))["Guitar"].events) >= 2


def test_a_clock_whose_hand_goes_round_ticks_by_itself():
    hand = scene_object("Second hand", [(0, 0, 0)] * 96, rotations=turning((0, 1, 0), np.arange(96) / 24 * 0.1), parent="Clock")
    (clock,) = [one for one in listen(observed([scene_object("Clock"), hand])) if one.wanted]
    assert clock.events is None


def test_a_block_that_tips_over_does_not_roll():
    angles = np.clip(np.arange(96) / 48.0, 0.0, 1.0) * np.pi / 2
    x, z = 0.5 * np.sin(angles) + 0.1 * (1 - np.cos(angles)), 0.5 * np.cos(angles) + 0.1 * np.sin(angles)
    places, turns = np.stack([x, 0 * x, z], axis=1), turning((0, 1, 0), angles)
    block = scene_object("Block", places, (0.2, 0.5, 1.0), turns, reach=0.57)
    assert not [one for one in listen(observed([block]), floor()) if one.name == "rolling"]


def test_one_walk_over_two_grounds_is_two_sources():
    def find(origins, directions, frames, past):
        met = floor()(origins, directions, frames, past)
        names = [(("material", "Gravel" if x > 3.0 else "Wood"),) for x in origins[:, 0]]
        return type(met)(met.distances, met.normals, names)

    found = sounding(listen(observed([scene_object("Man", kind="ARMATURE")], feet=[walking_foot(24.0, 5.0, speed=1.4)]), find))
    both = listen(observed([scene_object("Man", kind="ARMATURE")], feet=[walking_foot(24.0, 5.0, speed=1.4)]), find)
    assert found and {one.name for one in both if one.wanted} == {"footsteps on gravel", "footsteps on wood"}


def test_a_forest_is_a_few_sources_and_a_flock_is_one():
    rng = np.random.default_rng(0)
    places = rng.uniform(-100, 100, (5000, 3)) * [1, 1, 0]
    crowd = Crowd("Ground", (("data", "Pine"),), places, np.array([4.0, 4.0, 12.0]))
    found = [one for one in listen(observed([], crowds=[crowd])) if one.wanted]
    assert 1 <= len(found) <= 4 and {one.name for one in found} == {"wind in trees"}
    assert sum(one.measures["count"] for one in found) == 5000
    trees = [scene_object(f"Tree.{n:03d}", [place], (4, 4, 9)) for n, place in enumerate(places[:300])]
    assert len([one for one in listen(observed(trees)) if one.wanted]) <= 4
    birds = [scene_object(f"Bird.{n}", [(0.5 * n, 0, 4)], (0.2, 0.2, 0.2)) for n in range(3)]
    (flock,) = [one for one in listen(observed(birds)) if one.wanted]
    assert flock.values["birds"] == [(0.0, 3.0)]


def test_groups_hold_all_their_members():
    places = np.concatenate([np.random.default_rng(1).normal(x, 3.0, (50, 3)) for x in (-90.0, 0.0, 90.0)])
    groups = gather(places, np.ones(150))
    assert sum(len(group.members) for group in groups) == 150 and len(groups) == 3
    for group in groups:
        assert (np.linalg.norm(places[group.members] - group.centre, axis=1) <= group.radius).all()


def test_a_tree_of_parts_is_one_source_and_a_car_s_parts_are_silent():
    trunk = scene_object("tree", [(0, 0, 2)], (1, 1, 4))
    leaves = scene_object("leaves", [(0, 0, 6)], (4, 4, 4), parent="tree")
    car = scene_object("Car", drive(), (4, 1.8, 1.5))
    door = scene_object("Car Door", drive(), (1, 0.1, 1), parent="Car")
    assert classes(listen(observed([trunk, leaves, car, door]), floor())) == {"tree": "wind in trees", "Car": "car"}


def test_a_bell_and_a_door_have_their_events_by_moving():
    swing = 0.6 * np.sin(np.pi * np.arange(96) / 24.0)
    bell = scene_object("Church Bell", [(0, 0, 9)] * 96, (1, 1, 1), turning((1, 0, 0), swing))
    opens = np.interp(np.arange(96), [30, 50], [0.0, 1.5])
    door = scene_object("Door", [(0, 0, 1)] * 96, (0.9, 0.05, 2), turning((0, 0, 1), opens))
    shut = scene_object("Cellar Door", [(5, 0, 1)], (0.9, 0.05, 2))
    found = sounding(listen(observed([bell, door, shut]), floor()))
    assert np.allclose([time for time, _ in found["Church Bell"].events], [0.5, 1.5, 2.5, 3.5], atol=0.02)
    ((moment, strength),) = found["Door"].events
    assert moment == pytest.approx(30 / 24, abs=2 / 24) and 0.0 < strength <= 1.0
    assert "Cellar Door" not in found


def test_what_appears_is_heard_from_then_on():
    shown = np.arange(96) >= 48
    fire = scene_object("Campfire", [(0, 0, 0)] * 96, visible=shown)
    (found,) = listen(observed([fire]))
    assert np.interp([1.0, 3.0], *np.array(found.level).T) == pytest.approx([0.0, 1.0])


def test_many_bodies_that_strike_are_gathered_and_keep_all_blows():
    def falls(x, start):
        heights = [0.1 + max(0.0, 1.0 - 4.905 * max(0.0, (k - start) / 24) ** 2) for k in range(96)]
        return [(x, 0, z) for z in heights]

    dominoes = [scene_object(f"Domino.{n}", falls(0.3 * n, n), (0.2,) * 3) for n in range(30)]
    found = [one for one in listen(observed(dominoes), floor()) if one.events]
    assert len(found) <= 4 and sum(len(one.events) for one in found) == 30


def test_markers_are_events_of_their_class():
    dog = scene_object("Dog", [(0, 0, 0)])
    found = sounding(listen(observed([dog], markers=[(1.0, "thunder"), (2.5, "Dog"), (0.5, "shot 12")])))
    assert found["Dog"].events == [(2.5, 1.0)] and found["thunder"].events == [(1.0, 1.0)]


def effect(kind, name="", values=None, size=(10, 10, 1)):
    arrays = {key: np.atleast_1d(np.asarray(value, float)) for key, value in (values or {}).items()}
    return Effect(kind, f"Owner {name}", (("object", name or "Cube"),), np.array([0, 0, 9.0]), np.asarray(size, float), arrays)


def test_rain_falls_where_it_lands_at_its_rate():
    values = {"rate": 400.0, "from": 0.0, "until": 2.0, "falls": 8.0, "area": 100.0}
    (rain,) = listen(observed([], effects=[effect("particles", "Rain", values)]), floor("Tin roof"))
    assert rain.name == "rain on a roof" and rain.position[2] == pytest.approx(0.0)
    assert rain.values["intensity"][0][1] == pytest.approx(rain_intensity(400.0, 100.0))
    assert rain_intensity(4000.0, 100.0) > rain_intensity(400.0, 100.0)
    assert np.interp(3.5, *np.array(rain.level).T) == 0.0
    (dust,) = listen(observed([], effects=[effect("particles", "Dust", {**values, "falls": 0.1})]))
    assert not dust.wanted


def test_wind_drives_trees_and_is_heard():
    blows = np.linspace(0, 100, 96)
    found = listen(observed([scene_object("Tree", size=(4, 4, 9))], effects=[effect("wind", "Wind", {"strength": blows})]))
    named = {one.name: one for one in found if one.wanted}
    assert set(named) == {"wind", "wind in trees"} and named["wind"].extent == "ambient"
    curve = np.array(named["wind in trees"].values["wind"])
    assert np.interp(3.0, *curve.T) == pytest.approx(wind_speed(blows)[72], abs=0.3)


def test_other_effects():
    kinds = [
        effect("ocean", "Sea", {"waves": 1.0, "wind": 8.0}),
        effect("fire", "Domain", size=(0.5, 0.5, 1)),
        effect("smoke", "Smoke"),
        effect("liquid", "Domain.001"),
        effect("cloth", "Banner"),
        effect("world", "forest_morning_4k.hdr"),
        effect("world", "World"),
    ]
    wanted = {one.name for one in listen(observed([], effects=kinds)) if one.wanted}
    assert wanted == {"waves on sand", "small fire", "stream", "forest by day"}


def test_the_order_and_the_keys():
    found = listen(observed([scene_object("House"), scene_object("Fountain"), scene_object("Gun"), scene_object("Dog")]))
    assert [one.silent for one in found] == sorted(one.silent for one in found)
    assert len({one.key for one in found}) == len(found)
