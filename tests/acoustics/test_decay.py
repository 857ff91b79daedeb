"""The late sound against Eyring, pyroomacoustics, and the statistical theory of coupled rooms."""

from pathlib import Path

import numpy as np
import pytest
from meshes import box, flat_surface, geometry, joined, quad, room, scene

from see2sound_addon.acoustics import diffuse
from see2sound_addon.acoustics.rays import World
from see2sound_addon.acoustics.trace import trace_acoustics
from see2sound_addon.materials import BANDS, MATERIALS

REFERENCE = np.load(Path(__file__).parents[1] / "data" / "pyroomacoustics_decay.npz")
SPEED = 343.3


def eyring(size, absorption):
    x, y, z = size
    surface = 2.0 * (x * y + y * z + x * z)
    return 24.0 * np.log(10.0) * x * y * z / (-SPEED * surface * np.log(1.0 - np.array(absorption)))


def traced_decay(size, absorption, ear, mouth):
    plan = scene(ear, mouth, speed_of_sound=SPEED)
    traced, _ = trace_acoustics(plan, geometry(box((0, 0, 0), size), surfaces=[flat_surface(absorption)]))
    return traced.sources[0].tail.decay[0], traced


@pytest.mark.parametrize("material", ["wood panels", "brick", "plasterboard", "window"])
def test_a_shoebox_decays_as_eyring_says(material):
    size, bands = (8.0, 6.0, 4.0), slice(0, 6)
    absorption = MATERIALS[material]
    decay, traced = traced_decay(size, absorption, (2.1, 2.2, 1.5), (6.7, 4.3, 1.2))
    assert decay[bands] / eyring(size, absorption)[bands] == pytest.approx(1.0, abs=0.1)
    surface = 2.0 * (8 * 6 + 6 * 4 + 8 * 4)
    assert traced.room.mean_free_path[0] == pytest.approx(4.0 * 8 * 6 * 4 / surface, rel=0.02)
    assert traced.room.openness[0] == 0.0
    assert traced.room.absorption[0] == pytest.approx(absorption, abs=1e-6)


@pytest.mark.parametrize("name", ["studio", "hall"])
def test_a_shoebox_decays_as_in_pyroomacoustics(name):
    """Ray tracing and image sources of that library; references/pyroomacoustics_decay.py."""
    size, absorption, ear, mouth = (REFERENCE[f"{name}_{part}"] for part in ("size", "absorption", "ear", "source"))
    decay, _ = traced_decay(size, absorption, ear, mouth)
    assert decay[:6] / REFERENCE[f"{name}_decay"] == pytest.approx(1.0, abs=0.1)
    assert decay[:6] / eyring(size, absorption)[:6] == pytest.approx(1.0, abs=0.1)


def all_late_sound(shape, ears, mouth, rays=diffuse.RAYS):
    """Level (k,) dB of all that is reflected, and decay (k,), of the octave at 125 Hz."""
    world = World(shape, [frozenset()])
    ears, none = np.array(ears, float), np.zeros(len(world.still), bool)
    mouths = np.tile(np.array(mouth, float), (len(ears), 1, 1))
    late = diffuse.late_sound(world, ears, mouths, np.zeros(len(ears), int), none, SPEED, 0, rays)
    return late.level[:, 0, 0], late.decay[:, 0, 0]


def test_the_level_of_a_room_is_that_of_its_diffuse_field():
    """Over all places, the steady state without the direct sound: 16 pi (1 - a) / A of the source's at 1 m (Kuttruff, 5.1)."""
    size, a, random = np.array((8.0, 6.0, 4.0)), 0.15, np.random.default_rng(1)
    shape, ears = geometry(box((0, 0, 0), size), surfaces=[flat_surface(a)]), random.uniform(0.1, 0.9, (24, 3)) * size
    levels = [all_late_sound(shape, ears, random.uniform(0.1, 0.9, 3) * size)[0] for _ in range(6)]
    mean = 10.0 * np.log10((10.0 ** (np.array(levels) / 10.0)).mean())
    assert mean == pytest.approx(10.0 * np.log10(16.0 * np.pi * (1.0 - a) / (208.0 * a)), abs=0.5)


LATE = slice(0.2, 0.6)
"""Seconds."""


def late_energy(shape, ears, mouth):
    """(k,) what arrives in LATE."""
    world, ears = World(shape, [frozenset()]), np.array(ears, float)
    none, mouths = np.zeros(len(world.still), bool), np.tile(np.array(mouth, float), (len(ears), 1, 1))
    counted = diffuse.count_rays(world, ears, mouths, np.zeros(len(ears), int), none, SPEED, 0, 4096)
    return counted.energy[:, 0, 0, int(LATE.start / diffuse.BIN) : int(LATE.stop / diffuse.BIN)].sum(axis=1)


def coupled(volumes, areas, absorptions, opening):
    """Statistical theory of two rooms with an opening (Cremer and Müller; Kuttruff, "Room Acoustics", 5.6).

    After an impulse in the first room: energies (2,) of all that follows, and of what follows in LATE; the decay of the slower
    part.
    """
    lost = [-area * np.log(1.0 - a) for area, a in zip(areas, absorptions, strict=True)]
    flow = SPEED / 4.0 * np.array([
        [-(lost[0] + opening) / volumes[0], opening / volumes[0]],
        [opening / volumes[1], -(lost[1] + opening) / volumes[1]],
    ])  # fmt: skip
    rates, shapes = np.linalg.eig(flow)
    parts = shapes * np.linalg.solve(shapes, [1.0 / volumes[0], 0.0])
    window = (np.exp(rates * LATE.stop) - np.exp(rates * LATE.start)) / rates
    return parts @ (-1.0 / rates), parts @ window, 6.0 * np.log(10.0) / np.abs(rates).min()


@pytest.mark.parametrize("absorptions", [(0.12, 0.12), (0.1, 0.25)])
def test_a_hall_with_a_door_to_another_one(absorptions):
    door, y, z = (3.0, 5.0, 2.2), 7.0, 4.0
    first, second = room(0, 10, y, z, right=door), room(10.01, 18, y, z, left=door)
    shape = geometry(first, second, surfaces=[flat_surface(a) for a in absorptions])
    opening = 2.0 * 2.2
    areas = [2 * (length * y + y * z + length * z) - opening for length in (10, 8)]
    energy, late, decay = coupled((10 * y * z, 8 * y * z), areas, absorptions, opening)
    level, decays = all_late_sound(shape, [(7, 5.5, 1.5), (15, 1.5, 1.5)], (3, 2, 1.5), rays=2048)
    assert 10.0 ** ((level[1] - level[0]) / 10.0) == pytest.approx(energy[1] / energy[0], rel=0.2)
    assert decays == pytest.approx(decay, rel=0.2)
    ends = late_energy(shape, [(7, 5.5, 1.5), (15, 1.5, 1.5)], (3, 2, 1.5))
    assert ends[1] / ends[0] == pytest.approx(late[1] / late[0], rel=0.2)


def test_an_l_shaped_room():
    """Its two legs, joined by the whole width of one: 12 x 5 and 5 x 8 m, 3.5 m high."""
    z, a = 3.5, 0.1
    outline = [(0, 0), (12, 0), (12, 5), (5, 5), (5, 13), (0, 13)]
    walls = [quad((*p, 0), (*q, 0), (*q, z), (*p, z)) for p, q in zip(outline, outline[1:] + outline[:1], strict=True)]
    flats = [
        quad((x0, y0, h), (x1, y0, h), (x1, y1, h), (x0, y1, h))
        for h in (0, z)
        for x0, y0, x1, y1 in ((0, 0, 12, 5), (0, 5, 5, 13))
    ]
    shape = geometry(joined(*walls, *flats), surfaces=[flat_surface(a)])
    opening, volumes = 5 * z, (12 * 5 * z, 5 * 8 * z)
    areas = (2 * 60 + z * (12 + 5 + 5 + 7), 2 * 40 + z * (8 + 5 + 8))
    _, late, decay = coupled(volumes, areas, (a, a), opening)
    ears, mouth = [(8, 1.5, 1.5), (2, 11, 1.5)], (10.5, 3.5, 1.5)
    _, decays = all_late_sound(shape, ears, mouth, rays=2048)
    assert decays == pytest.approx(decay, rel=0.2)
    # Energies are those of whole legs, not of single places.
    places = [(x, y, 1.5) for x in (1.5, 6, 10.5) for y in (1.2, 3.8)] + [(x, y, 1.5) for x in (1.2, 3.8) for y in (6, 9, 12)]
    energy = late_energy(shape, places, mouth).reshape(2, 6).mean(axis=1)
    assert energy[1] / energy[0] == pytest.approx(late[1] / late[0], rel=0.2)


def test_open_country_has_no_tail():
    lawn = quad((-500, -500, 0), (500, -500, 0), (500, 500, 0), (-500, 500, 0))
    traced, notes = trace_acoustics(scene((0, 0, 1.6), (0, 10, 1.0)), geometry(lawn, surfaces=["grass"]))
    assert notes == []
    assert traced.sources[0].tail.level.max() < -100.0
    assert traced.room.openness[0] == pytest.approx(0.5, abs=0.02)


def test_from_a_hall_through_a_door_to_open_ground():
    """From 2 m before a door to 4.5 m behind it the tail falls by 20 dB."""
    door = (4.0, 6.0, 2.4)
    hall = room(0, 20, 10, 6, right=door)
    lawn = quad((20, -100, 0), (200, -100, 0), (200, 100, 0), (20, 100, 0))
    along = np.linspace(10.0, 30.0, 251)
    ear = np.stack([along, np.full(251, 5.0), np.full(251, 1.6)], axis=1)
    mouth = ear - [2.0, 0.0, 0.0]  # the source walks behind the listener
    shape = geometry(hall, lawn, surfaces=[flat_surface(0.06), "grass"], rate=25.0, frames=251)
    traced, _ = trace_acoustics(scene(ear, mouth, seconds=10.0), shape)
    band, place = BANDS.index(500.0), np.interp(traced.room.times, np.arange(251) / 25.0, along)
    level = traced.sources[0].tail.level[:, band]
    inside, at_the_door, outside = np.interp([[12, 15, 18], [19.5, 20, 20.5], [24.5, 26, 29]], place, level)
    assert inside.min() > -5.0
    assert outside.max() < inside.min() - 20.0
    assert (np.diff(at_the_door) < 0.0).all()
    openness = np.interp([12.0, 29.0], place, traced.room.openness)
    assert openness[0] < 0.08 < 0.35 < openness[1]


def test_a_source_in_another_room_is_heard_through_its_door():
    """From a dry room into a hall: the tail is the hall's, and the sound comes from the door's edge."""
    door, y, z = (3.0, 4.5, 2.2), 8.0, 5.0
    hall, dry = room(0, 14, y, z, right=door), room(14.01, 19, y, z, left=door)
    shape = geometry(hall, dry, surfaces=[flat_surface(0.05), flat_surface(0.5)])
    traced, _ = trace_acoustics(scene((16.5, 5.5, 1.5), (9.0, 6.5, 1.5)), shape)
    source = traced.sources[0]
    own, _ = trace_acoustics(scene((16.5, 5.5, 1.5), (17.5, 2.5, 1.5)), shape)
    at_home, _ = trace_acoustics(scene((4.0, 5.5, 1.5), (9.0, 6.5, 1.5)), shape)
    assert source.tail.decay[0, 2] == pytest.approx(at_home.sources[0].tail.decay[0, 2], rel=0.15)
    assert source.tail.decay[0, 2] > 2.0 * own.sources[0].tail.decay[0, 2]
    assert source.tail.level[0, 2] < at_home.sources[0].tail.level[0, 2] - 3.0
    # The straight way meets the wall beside the door.
    assert source.occlusion.octaves.max() < -30.0
    corner = max(source.detours, key=lambda one: one.octaves[0, 2]).first[0]
    assert corner[0] == pytest.approx(14.0, abs=0.1) and 2.9 < corner[1] < 4.6 and corner[2] < 2.3


def test_a_room_of_walls_that_stand_alone():
    """Six slabs that do not touch, as artists build rooms, with gaps of a millimetre."""
    g = 0.001
    slabs = [
        box((g, g, -0.1), (8 - g, 6 - g, 0)), box((g, g, 4), (8 - g, 6 - g, 4.1)), box((-0.1, g, g), (0, 6 - g, 4 - g)),
        box((8, g, g), (8.1, 6 - g, 4 - g)), box((g, -0.1, g), (8 - g, 0, 4 - g)), box((g, 6, g), (8 - g, 6.1, 4 - g)),
    ]  # fmt: skip
    a = MATERIALS["wood panels"]
    traced, _ = trace_acoustics(scene((2.1, 2.2, 1.5), (6.7, 4.3, 1.2)), geometry(joined(*slabs), surfaces=["wood panels"]))
    assert traced.sources[0].tail.decay[0][:6] / eyring((8, 6, 4), a)[:6] == pytest.approx(1.0, abs=0.12)
