"""What a reader found in traced acoustics, each as a test."""

from dataclasses import replace

import numpy as np
import pytest
from meshes import box, flat_surface, geometry, joined, moved, quad, room, scene
from scenes import rendered, tone

from see2sound_addon.acoustics import curves
from see2sound_addon.acoustics.diffuse import Late
from see2sound_addon.acoustics.geometry import Body, Geometry, Surface
from see2sound_addon.acoustics.moments import places
from see2sound_addon.acoustics.stretches import _needed
from see2sound_addon.acoustics.trace import trace_acoustics
from see2sound_addon.errors import See2SoundError
from see2sound_addon.materials import MATERIALS
from see2sound_addon.soundscene import Shoebox, Trajectory
from see2sound_addon.spatial.room.reverberation import stands_still


def wall_at(y, surface_size=500.0):
    s = surface_size
    return quad((-s, y, -s), (s, y, -s), (s, y, s), (-s, y, s))


def dry(plan):
    return replace(plan, room=None, sources=[replace(source, tail=None, reflections=[]) for source in plan.sources])


def cut_listener(first, second, at=1.0, end=2.0):
    positions = np.array([first, first, second, second], float)
    return Trajectory(np.array([0.0, at - 1e-6, at, end]), positions, np.array([[1.0, 0, 0, 0]]), np.array([at]))


def test_no_detour_leads_through_a_sheet_half_way():
    """Rays from both sides meet on the sheet itself there."""
    for height in (0.0, 0.3, 1.0):
        traced, _ = trace_acoustics(
            scene((0, 0, 0), (0, 20, height)), geometry(wall_at(10.0 + height / 10), surfaces=["brick"])
        )
        assert traced.sources[0].detours == []
        assert traced.sources[0].occlusion.octaves.max() < -30.0


def test_a_detour_of_one_shot_is_not_heard_in_the_next():
    house = box((-4, 10, 0), (4, 18, 6))
    plan = scene((0, 0, 1.6), (0, 30, 1.0), seconds=2.0)
    plan.listener = cut_listener((0, 0, 1.6), (20, 25, 1.6))
    traced, _ = trace_acoustics(plan, geometry(house, surfaces=["brick"], rate=25.0, frames=51))
    source = traced.sources[0]
    assert source.detours and all(len(one.times) > 1 and one.times[-1] <= 1.0 for one in source.detours)
    free = rendered(plan, [tone(500.0, 2.0)], "mono")[0][62400:]
    assert rendered(dry(traced), [tone(500.0, 2.0)], "mono")[0][62400:] == pytest.approx(free, abs=1e-6)


def test_a_corner_hands_over_to_the_next_without_a_bump():
    """Two barriers and a listener that rises: the way over the near one becomes that over the far one."""
    n = 101
    ear = np.stack([np.zeros(n), np.zeros(n), np.linspace(0.5, 5.0, n)], axis=1)
    walls = joined(*(quad((-500, y, -500), (500, y, -500), (500, y, h), (-500, y, h)) for y, h in ((6, 4.0), (12, 5.5))))
    traced, _ = trace_acoustics(scene(ear, (0, 20, 1.0), seconds=4.0), geometry(walls, surfaces=["brick"], rate=25.0, frames=n))
    signal = rendered(dry(traced), [tone(500.0, 4.0)], "mono")[0][9600:-9600]
    level = 10.0 * np.log10((signal[: len(signal) // 480 * 480].reshape(-1, 480) ** 2).mean(axis=1))
    assert np.abs(np.diff(level)).max() < 1.5
    smooth = np.convolve(level, np.ones(25) / 25, "valid")
    assert np.abs(level[12:-12] - smooth).max() < 3.0


def test_a_cut_does_not_click():
    """A tone of 300 Hz, hidden in one shot and mirrored in the other: nothing above 3 kHz but what two fades make."""
    shape = geometry(box((-4, 10, 0), (4, 18, 6)), wall_at(40.0), surfaces=["brick"], rate=25.0, frames=51)
    plan = scene((0, 0, 1.6), (0, 30, 1.0), seconds=2.0)
    plan.listener = cut_listener((0, 0, 1.6), (20, 25, 1.6))
    traced, _ = trace_acoustics(plan, shape)
    traced = replace(traced, room=None, sources=[replace(source, tail=None) for source in traced.sources])
    signal = rendered(traced, [tone(300.0, 2.0)], "mono")[0][43200:52800]
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal)))) ** 2
    high = np.fft.rfftfreq(len(signal), 1 / 48000) > 3000.0
    assert 10.0 * np.log10(spectrum[high].sum() / spectrum.sum()) < -60.0


def test_the_reverberation_of_the_next_shot_begins_with_it():
    """A cut from open ground into a hall."""
    hall, lawn = room(0, 20, 10, 6), quad((-300, -300, -0.01), (-10, -300, -0.01), (-10, 300, -0.01), (-300, 300, -0.01))
    plan = scene((0, 0, 0), (-100, 2, 1), (10, 5, 1.5), seconds=2.0)
    plan.listener = cut_listener((-100, 0, 1.6), (4, 5, 1.6))
    shape = geometry(hall, lawn, surfaces=[flat_surface(0.05), "grass"], rate=25.0, frames=51)
    traced, _ = trace_acoustics(plan, shape)
    tail, times = traced.sources[1].tail, traced.room.times
    level = np.interp([0.9, 0.99, 1.01, 1.1], times, tail.level[:, 2])
    assert level[:2].max() < -50.0 and level[2:].min() > -10.0
    assert (np.diff(times) > 0.0).all()


def test_sources_in_sync_and_exaggerated_doppler():
    plan = scene((0, 0, 1.6), (0, 50, 1.6), speed_of_sound=343.3)
    hall = box((-20, -20, 0), (20, 70, 15))
    late = trace_acoustics(plan, geometry(hall))[0].sources[0].tail.delay[0]
    plan.sources[0].synchronous = True
    assert trace_acoustics(plan, geometry(hall))[0].sources[0].tail.delay[0] == pytest.approx(late - 50 / 343.3, abs=0.006)
    # Where nothing moves there is no shift to exaggerate, and a detour arrives when it does.
    plan = scene((0, 0, 1.6), (0, 20, 1.0))
    screen = quad((-500, 8, -500), (500, 8, -500), (500, 8, 6), (-500, 8, 6))
    traced, _ = trace_acoustics(plan, geometry(screen, surfaces=["brick"]))
    clip = np.zeros(9600, np.float32)
    clip[0] = 1.0
    mixes = [rendered(dry(replace(traced, doppler_factor=factor)), [clip], "mono")[0] for factor in (0.0, 1.0, 3.0)]
    arrivals = [int(np.abs(mix).argmax()) for mix in mixes]
    assert max(arrivals) - min(arrivals) <= 1


def test_far_from_the_origin_it_is_the_same():
    def traced(offset):
        move = np.array((offset, -offset, 0.0))
        mesh = box((-4, 10, 0), (4, 18, 6))
        plan = scene(np.add(move, (0, 0, 1.6)), np.add(move, (0, 30, 1.0)))
        return trace_acoustics(plan, geometry((mesh[0] + move, mesh[1]), surfaces=["brick"]))[0].sources[0]

    here, there = traced(0.0), traced(1e5)
    assert there.occlusion.octaves == pytest.approx(here.occlusion.octaves, abs=0.5)
    assert len(there.detours) == len(here.detours)
    for one, other in zip(there.detours, here.detours, strict=True):
        assert one.octaves == pytest.approx(other.octaves, abs=0.5)


def test_a_room_with_thick_walls_is_one_wall():
    """As Blender's Solidify makes it: an inner and an outer shell, 24 cm apart."""
    shells = joined(box((-500, -5, -500), (500, 5, 500)), box((-500.24, -5.24, -500.24), (500.24, 5.24, 500.24)))
    traced, _ = trace_acoustics(scene((0, 0, 0), (0, 15, 0)), geometry(shells, surfaces=["brick"]))
    loss = -traced.sources[0].occlusion.octaves[0]
    assert loss[2] == pytest.approx(20.0 * np.log10(0.24 * 1800.0 * 500.0) - 47.0, abs=1.0)


def test_slow_changes_are_kept():
    times = np.linspace(0.0, 60.0, 1501)
    dip = -12.0 * np.sin(np.pi * times / 60.0) ** 2
    lean_times, lean = curves.lean(times, dip[:, None], tolerance=0.02)
    assert np.abs(np.interp(times, lean_times, lean[:, 0]) - dip).max() < 0.05
    chosen = np.arange(24)
    level = np.tile((-15.0 * np.sin(np.pi * chosen / 23.0) ** 2)[:, None, None], (1, 1, 7))
    late = Late(level, np.ones_like(level), np.zeros((24, 1)), np.zeros(24), np.ones(24), np.zeros((24, 7)))
    kept = _needed(chosen, late)
    assert np.abs(np.interp(chosen, chosen[kept], level[kept, 0, 0]) - level[:, 0, 0]).max() < 3.1


def test_a_still_source_in_a_box_keeps_what_was_traced():
    plan = scene((1, 1, 1), (2, 2, 1))
    walls = ((0.1,) * 7,) * 6
    plan.room = Shoebox((2, 2, 1.5), (4, 4, 3), walls)
    assert stands_still(plan, plan.sources[0])
    plan.sources[0].occlusion.octaves = np.full((1, 7), -40.0)
    assert not stands_still(plan, plan.sources[0])


def test_a_pose_holds_until_a_cut():
    listener = Trajectory(
        np.array([0.0, 1.0, 2.0]), np.array([(0, 0, 0), (0, 0, 0), (0, 60, 0)], float), np.array([[1.0, 0, 0, 0]]),
        np.array([1.9]),
    )  # fmt: skip
    assert places(listener, np.array([1.5, 1.89, 1.91]))[:, 1].tolist() == [0.0, 0.0, 60.0]


def test_wrong_numbers_are_one_clear_line():
    vertices, triangles = box((0, 5, 0), (1, 6, 1))
    for body in (
        Body("bad", [vertices], triangles + 1, np.zeros(12, int)),
        Body("bad", [vertices], triangles, np.ones(12, int)),
        Body("bad", [vertices], triangles, np.zeros(3, int), moved([(0, 0, 0)])),
    ):
        with pytest.raises(See2SoundError) as error:
            trace_acoustics(scene((0, 0, 0), (0, 9, 0)), Geometry([body], [Surface.named("brick")]))
        assert error.value.code == "geometry-wrong"


def test_trees_that_are_seen_are_heard_whatever_hides_the_place_between_them():
    trunks = [box((x - 0.3, 24.7, 0), (x + 0.3, 25.3, 5)) for x in (-16, 16)]
    plan = scene((0, 0, 1.6), (0, 25, 2))
    plan.sources[0].extent, plan.sources[0].radius = "area", 16.0
    plan.sources[0].points = np.array([(-16, 0, 0), (16, 0, 0)], float)
    traced, _ = trace_acoustics(plan, geometry(box((-4, 10, 0), (4, 18, 6)), *trunks, surfaces=["brick"]))
    assert len(traced.sources[0].occlusion.octaves) == 0 and traced.sources[0].detours == []


def test_near_a_wall_the_way_around_is_still_found():
    levels = []
    for off in (3.0, 0.6, 0.3):
        traced, _ = trace_acoustics(
            scene((0, 0, 1.6), (0, 20 + off, 1.6)), geometry(box((-5, 10, -1), (5, 20, 6)), surfaces=["brick"])
        )
        levels.append(max(one.octaves[0, 2] for one in traced.sources[0].detours))
    assert np.ptp(levels) < 6.0


def test_a_camera_on_a_surface_is_not_sealed_off():
    lawn = quad((-50, -50, 0), (50, -50, 0), (50, 50, 0), (-50, 50, 0))
    traced, _ = trace_acoustics(scene((0, 0, 0), (0, 5, 1)), geometry(lawn, surfaces=["grass"]))
    assert len(traced.sources[0].occlusion.octaves) == 0


@pytest.mark.parametrize("material", ["concrete", "marble", "plaster"])
def test_hard_rooms_ring_as_long_as_eyring_says(material):
    """Decays of up to 20 s, of which the rays see the first two."""
    size, a = (12.0, 16.0, 5.0), np.array(MATERIALS[material])
    surface = 2.0 * (12 * 16 + 16 * 5 + 12 * 5)
    expected = 24.0 * np.log(10.0) * 12 * 16 * 5 / (-343.3 * surface * np.log(1.0 - a))
    traced, _ = trace_acoustics(scene((3, 4, 1.6), (9, 12, 1.5)), geometry(box((0, 0, 0), size), surfaces=[material]))
    assert traced.sources[0].tail.decay[0][:6] / expected[:6] == pytest.approx(1.0, abs=0.15)
