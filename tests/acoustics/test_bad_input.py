"""Meshes that are broken, huge, or in the way: bounded work, or one clear line."""

import sys

import numpy as np
import pytest
from limits import bounded
from meshes import box, geometry, joined, quad, scene

from see2sound_addon.acoustics import geometry as shapes
from see2sound_addon.acoustics.geometry import Body, Geometry, Surface, cleaned, read_geometry, solids, write_geometry
from see2sound_addon.acoustics.keeping import with_trace
from see2sound_addon.acoustics.rays import World
from see2sound_addon.acoustics.trace import trace_acoustics
from see2sound_addon.errors import See2SoundError
from see2sound_addon.planfile import plan_from_json, plan_to_json
from see2sound_addon.soundscene import check_finite

EAR, MOUTH = (0.0, 0.0, 1.6), (0.0, 20.0, 1.0)


def holes():
    vertices, triangles = box((-4, 8, 0), (4, 12, 6))
    return vertices, triangles[:-3]


def three_faces_at_an_edge():
    return joined(box((-4, 8, 0), (4, 12, 6)), quad((0, 10, -5), (0, 10, 9), (0, 15, 9), (0, 15, -5)))


def loose_points():
    return np.array([(0, 5, 0), (0, 6, 0), (0, 7, 0.0)]), np.array([(0, 1, 2)])


MESHES = {
    "open": holes(),
    "not manifold": three_faces_at_an_edge(),
    "inside out": (box((-4, 8, 0), (4, 12, 6))[0], box((-4, 8, 0), (4, 12, 6))[1][:, ::-1]),
    "around the listener": box((-1, -1, 0), (1, 1, 3)),
    "around the source": box((-1, 19, 0), (1, 21, 3)),
    "a wall through the listener": quad((-50, 0, -50), (50, 0, -50), (50, 0, 50), (-50, 0, 50)),
    "a wall through the source": quad((-50, 20, -50), (50, 20, -50), (50, 20, 50), (-50, 20, 50)),
    "tiny": box((-1e-4, 10, 1.3), (1e-4, 10.0001, 1.3001)),
    "far away": box((1e6, 1e6, 1e6), (1e6 + 10, 1e6 + 10, 1e6 + 10)),
    "huge": box((-1e6, -1e6, -1e6), (1e6, 1e6, 0)),
}


@pytest.mark.parametrize("name", MESHES)
def test_odd_meshes_give_finite_plans(name):
    traced, _ = trace_acoustics(scene(EAR, MOUTH), geometry(MESHES[name]))
    check_finite(traced)
    again = plan_from_json(plan_to_json(traced))
    assert np.array_equal(again.sources[0].occlusion.octaves, traced.sources[0].occlusion.octaves.round(9))
    assert len(again.sources[0].reflections) == len(traced.sources[0].reflections)


def test_the_listener_and_the_source_at_one_place():
    traced, _ = trace_acoustics(scene(EAR, EAR), geometry(box((-3, -3, 0), (3, 3, 3))))
    check_finite(traced)
    assert len(traced.sources[0].occlusion.octaves) == 0


def test_closed_and_open_parts_are_told_apart():
    vertices, triangles = joined(box((0, 0, 0), (1, 1, 1)), holes(), quad((9, 9, 9), (10, 9, 9), (10, 10, 9), (9, 10, 9)))
    part, closed = solids(vertices, triangles)
    assert len(np.unique(part)) == 3
    assert closed[:12].all() and not closed[12:].any()
    loose = vertices[triangles].reshape(-1, 3)  # every triangle with corners of its own, as in files for games
    assert np.array_equal(solids(loose, np.arange(len(loose)).reshape(-1, 3))[1], closed)


def test_what_is_no_body_is_left_out():
    surface = np.zeros(12, int)
    vertices, triangles = box((0, 0, 0), (1, 1, 1))
    flat = np.diag([1.0, 0.0, 0.0, 1.0])[None]
    assert cleaned(Body("flat", [vertices], triangles, surface, flat)) is None
    assert cleaned(Body("lost", [vertices], triangles, surface, np.full((1, 4, 4), np.nan))) is None
    assert cleaned(Body("line", [loose_points()[0]], loose_points()[1], np.zeros(1, int))) is None
    broken = vertices.copy()
    broken[0] = np.inf
    kept = cleaned(Body("broken", [broken], triangles, surface))
    assert 0 < len(kept.triangles) < 12 and np.isfinite(kept.shapes[0]).all()


def test_no_faces_and_too_many(monkeypatch):
    with pytest.raises(See2SoundError) as error:
        trace_acoustics(scene(EAR, MOUTH), Geometry([], []))
    assert error.value.code == "geometry-empty"
    monkeypatch.setattr(shapes, "MOST_TRIANGLES", 10)
    with pytest.raises(See2SoundError) as error:
        trace_acoustics(scene(EAR, MOUTH), geometry(box((0, 5, 0), (1, 6, 1))))
    assert error.value.code == "geometry-large"
    assert "12 triangles" in str(error.value)


def test_without_the_library_for_rays_there_is_one_clear_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "embreex.mesh_construction", None)
    with pytest.raises(See2SoundError) as error:
        trace_acoustics(scene(EAR, MOUTH), geometry(box((0, 5, 0), (1, 6, 1))))
    assert error.value.code == "rays-missing"


def test_two_million_triangles_in_bounded_time_and_memory():
    found = bounded("from meshes import trace_terrain; trace_terrain(1001)")
    assert found["error"] is None


def test_a_geometry_goes_through_its_file(tmp_path):
    shape = geometry(box((0, 5, 0), (1, 6, 1)), holes(), surfaces=["brick", "glass"], rate=30.0, frames=7)
    shape.bodies[1].shapes.append(shape.bodies[1].shapes[0] + 1.0)
    shape.groups = {"Car": "Root"}
    write_geometry(shape, tmp_path / "meshes.npz")
    again = read_geometry(tmp_path / "meshes.npz")
    assert (again.rate, again.frames, again.groups, again.surfaces) == (30.0, 7, {"Car": "Root"}, shape.surfaces)
    assert np.allclose(again.bodies[1].shapes[1], shape.bodies[1].shapes[1]) and again.bodies[0].name == "body0"
    (tmp_path / "bad.npz").write_bytes(b"PK rubbish")
    with pytest.raises(See2SoundError) as error:
        read_geometry(tmp_path / "bad.npz")
    assert error.value.code == "geometry-unreadable"


def test_a_body_that_deforms_is_where_it_is():
    """A curtain that opens: shapes spread over the frames."""
    n = 9
    shut, opened = (quad((-9, 5, -9), (x, 5, -9), (x, 5, 9), (-9, 5, 9))[0] for x in (9, -8))
    curtain = Body("curtain", [shut, opened], quad((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0))[1], np.zeros(2, int))
    world = World(Geometry([curtain], [Surface.named("curtain")], 25.0, n))
    ends = np.tile([(0.0, 10.0, 0.0)], (n, 1))
    assert world.free(np.zeros((n, 3)), ends, np.arange(n)).tolist() == [False] * 5 + [True] * 4


def test_a_trace_serves_the_same_scene_and_parts_of_it_only():
    n = 51
    plan = scene(np.linspace((0, 0, 1.6), (4, 0, 1.6), n), (0, 20, 1), seconds=2.0)
    traced, _ = trace_acoustics(plan, geometry(box((-4, 10, 0), (4, 18, 6)), rate=25.0, frames=n))
    assert plan_to_json(with_trace(plan, traced)) == plan_to_json(traced)
    part = scene(np.linspace((2, 0, 1.6), (4, 0, 1.6), 26), (0, 20, 1), seconds=1.0)
    shifted = with_trace(part, traced, 1.0)
    assert shifted.room.times[-1] == pytest.approx(traced.room.times[-1] - 1.0)
    assert with_trace(part, traced, 0.0) is None
    moved = scene(np.linspace((0, 0, 1.6), (4, 0, 1.6), n), (0.1, 20, 1), seconds=2.0)
    assert with_trace(moved, traced) is None
    assert with_trace(plan, plan) is None


def test_two_thousand_sheets_before_a_source():
    """Every surface of a ray is counted, up to a bound."""
    sheets = joined(*(quad((-50, y, -50), (50, y, -50), (50, y, 50), (-50, y, 50)) for y in np.linspace(1, 19, 2000)))
    traced, _ = trace_acoustics(scene(EAR, MOUTH), geometry(sheets, surfaces=["curtain"]))
    assert traced.sources[0].occlusion.octaves.min() >= -120.0
