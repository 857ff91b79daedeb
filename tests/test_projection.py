"""Other projections fit behind the same interface: a 360-degree picture and a fisheye, made here in a few lines each."""

import json
import math
from dataclasses import dataclass

import numpy as np
import pytest

from see2sound_addon.placement.distance import size_distance
from see2sound_addon.placement.position import area_radius, distance_to_ground, nearest_standing, place
from see2sound_addon.projection import Camera, Orthographic, Perspective, Projection
from see2sound_addon.vision.depth import FAR, depth_from_ground
from see2sound_addon.vision.view import measure_view
from see2sound_addon.workers.messages import from_message, to_message


@dataclass(frozen=True)
class Equirectangular(Projection):
    """All directions: columns are azimuth, rows are elevation."""

    aspect: float = 0.5

    def rays(self, points):
        azimuth, elevation = (points[:, 0] - 0.5) * 2.0 * math.pi, (0.5 - points[:, 1]) * math.pi
        flat = np.cos(elevation)
        directions = np.stack([np.sin(azimuth) * flat, np.sin(elevation), -np.cos(azimuth) * flat], axis=1)
        return np.zeros_like(directions), directions

    def points(self, places):
        x, y, z = places.T
        azimuth, elevation = np.arctan2(x, -z), np.arctan2(y, np.hypot(x, z))
        return np.stack([0.5 + azimuth / (2.0 * math.pi), 0.5 - elevation / math.pi], axis=1)

    def elevation(self, row):
        return (0.5 - row) * math.pi

    def row(self, elevation):
        return 0.5 - elevation / math.pi

    def fitted(self, aspect):
        return self

    @property
    def field_of_view(self):
        return 2.0 * math.pi


@dataclass(frozen=True)
class Fisheye(Projection):
    """Equidistant: the distance from the middle is the angle from the axis."""

    view: float = math.pi
    aspect: float = 1.0

    def rays(self, points):
        x, y = points[:, 0] - 0.5, 0.5 - points[:, 1]
        away = np.hypot(x, y)
        angle, turn = away * self.view, np.arctan2(y, x)
        directions = np.stack([np.sin(angle) * np.cos(turn), np.sin(angle) * np.sin(turn), -np.cos(angle)], axis=1)
        return np.zeros_like(directions), directions

    def points(self, places):
        x, y, z = places.T
        angle, turn = np.arctan2(np.hypot(x, y), -z), np.arctan2(y, x)
        return np.stack([0.5 + angle / self.view * np.cos(turn), 0.5 - angle / self.view * np.sin(turn)], axis=1)

    def elevation(self, row):
        return (0.5 - row) * self.view

    def row(self, elevation):
        return 0.5 - elevation / self.view

    def fitted(self, aspect):
        return self

    @property
    def field_of_view(self):
        return self.view


LEVEL = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 1.6], [0, 0, 0, 1]])
"""A level camera 1.6 m above the ground that looks along +Y."""
PROJECTIONS = [Perspective.of_view(1.0, 0.75), Equirectangular(), Fisheye()]


@pytest.mark.parametrize("projection", [*PROJECTIONS, Orthographic(8.0, 0.75)], ids=lambda one: type(one).__name__)
def test_a_place_is_found_again_on_its_ray(projection):
    random = np.random.default_rng(0)
    points = random.uniform(0.15, 0.85, (200, 2))
    origins, directions = projection.rays(points)
    assert np.linalg.norm(directions, axis=1) == pytest.approx(1.0)
    assert projection.points(origins + directions * random.uniform(1.0, 50.0, (200, 1))) == pytest.approx(points, abs=1e-9)


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda one: type(one).__name__)
def test_the_ground_is_where_rays_meet_it(projection):
    """Through the whole of placement: the depth of the ground, the place on it, and that nothing stands below it."""
    camera = Camera(projection, LEVEL.copy())
    assert camera.horizon_row() == pytest.approx(0.5)
    view = measure_view(np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8), 0.5)
    depth = depth_from_ground(view, camera, 1.6)
    for row, column in ((50, 40), (55, 10), (45, 60)):
        point = ((column + 0.5) / 80, (row + 0.5) / 60)
        metres = distance_to_ground(camera, point)
        if metres < FAR:
            assert depth[row, column] == pytest.approx(metres, rel=1e-4)
            assert place(camera, point, metres)[2] == pytest.approx(0.0, abs=1e-6)
    assert (depth[:28, 30:50] == FAR).all()
    box, centre = (0.45, 0.45, 0.55, 0.6), (0.5, 0.53)
    away = np.linalg.norm(place(camera, centre, nearest_standing(camera, box, centre))[:2])
    assert away == pytest.approx(np.linalg.norm(place(camera, (0.5, 0.6), distance_to_ground(camera, (0.5, 0.6)))[:2]))


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("azimuth", [0.0, 0.4])
def test_a_person_s_size_tells_the_distance(projection, azimuth):
    """1.7 m high, 6 m away on the level, to the side too: the projection's own points give the box."""
    away = 6.0
    x, z = away * math.sin(azimuth), -away * math.cos(azimuth)
    feet, head, middle = projection.points(np.array([[x, -0.85, z], [x, 0.85, z], [x, 0.0, z]]))
    box = (middle[0] - 0.01, head[1], middle[0] + 0.01, feet[1])
    estimate = size_distance("person", box, Camera(projection))
    assert estimate.metres == pytest.approx(away, rel=0.06)  # a box's middle is not quite the person's on a fisheye's rim


def test_parallel_rays_have_their_own_width():
    camera = Camera(Orthographic(8.0, 0.75), LEVEL.copy())
    assert area_radius(camera, (0.25, 0.4, 0.75, 0.6), 30.0) == pytest.approx(2.0)
    assert camera.horizon_row() is None and size_distance("person", (0.4, 0.3, 0.6, 0.7), camera) is None
    assert place(camera, (0.75, 0.25), 10.0) == pytest.approx([2.0, 10.0, 1.6 + 1.5])


@pytest.mark.parametrize("projection", [*PROJECTIONS, Orthographic(8.0, 0.75, (0.4, 0.6))], ids=lambda one: type(one).__name__)
def test_a_camera_travels_to_a_worker_and_back(projection):
    camera = Camera(projection, LEVEL.copy(), "as it was")
    again = from_message(Camera, json.loads(json.dumps(to_message(camera), allow_nan=False)))
    assert again.projection == projection and again.note == "as it was" and (again.pose == camera.pose).all()
    with pytest.raises(KeyError):
        from_message(Camera, {**to_message(camera), "projection": {"type": "Crystal"}})
