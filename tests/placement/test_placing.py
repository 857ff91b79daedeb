"""Directions to the pixel, distances by closed forms."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from see2sound_addon.findings import Estimate
from see2sound_addon.media.pictures import Picture
from see2sound_addon.pipeline import Settings, distance_for_label, standing_camera
from see2sound_addon.placement.distance import combine, size_distance, standing_distance
from see2sound_addon.placement.position import area_radius, place, visible_centre
from see2sound_addon.placement.sizes import usual_height
from see2sound_addon.projection import Camera, Orthographic, Perspective
from see2sound_addon.vision.depth import FAR, depth_from_ground
from see2sound_addon.vision.view import measure_view

FRACTION = st.floats(0.0, 1.0)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no error
@given(FRACTION, FRACTION, st.floats(0.3, 3.0), st.floats(0.2, 3.0), st.floats(0.2, 0.8), st.floats(0.5, 100.0))
def test_a_ray_leads_back_to_its_pixel(x, y, focal, aspect, centre, metres):
    for projection in (Perspective(focal, aspect, (centre, 1 - centre)), Orthographic(focal, aspect, (centre, 1 - centre))):
        origin, ray = Camera(projection).ray(x, y)
        assert np.linalg.norm(ray) == pytest.approx(1.0)
        assert ray[2] < 0
        assert projection.points((origin + ray * metres)[None])[0] == pytest.approx((x, y), abs=1e-9)


def test_the_picture_s_edges_are_half_the_field_of_view_away():
    camera = Camera(Perspective.of_view(np.radians(50), 0.75))
    _, right = camera.ray(1.0, 0.5)
    assert np.degrees(np.arctan2(right[0], -right[2])) == pytest.approx(25.0)
    assert camera.ray(0.5, 0.0)[1][1] > 0 > camera.ray(0.5, 1.0)[1][1]


@pytest.mark.parametrize(("frame", "picture"), [(0.5625, 0.5625), (0.5625, 1.0), (0.5625, 0.3), (1.5, 0.6)])
def test_a_picture_fitted_into_another_frame(frame, picture):
    """Its nearer pair of edges coincides with the frame's; what is seen there is the same ray."""
    edges = np.array([[0.5, 0.0], [0.5, 1.0]] if picture >= frame else [[0.0, 0.5], [1.0, 0.5]])
    for whole in (Perspective(1.2, frame, (0.53, 0.48)), Orthographic(1.2, frame, (0.53, 0.48))):
        for seen, expected in zip(whole.fitted(picture).rays(edges), whole.rays(edges), strict=True):
            assert seen == pytest.approx(expected)


@pytest.mark.parametrize("horizon", [0.2, 0.45, 0.7])
@pytest.mark.parametrize("row", [0.75, 0.9])
def test_a_foot_on_the_ground_lies_on_the_ground(horizon, row):
    """The standing camera is level with the horizon, so every foot must come out at height 0 of the world."""
    picture = Picture(np.zeros((300, 400, 3), np.uint8), 400, 300)
    camera = standing_camera(picture, horizon, Settings(camera_height=1.6))
    view = measure_view(np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8), horizon)
    depth = depth_from_ground(view, camera, 1.6)
    height, width = depth.shape
    for column in (0.1, 0.5, 0.8):
        i, j = int(row * height), int(column * width)
        world = place(camera, ((j + 0.5) / width, (i + 0.5) / height), float(depth[i, j]))
        assert world[2] == pytest.approx(0.0, abs=1e-4)
        assert world[1] > 0
    assert (depth[: int(horizon * height) - 1] == FAR).all()


def test_the_horizon_is_level():
    picture = Picture(np.zeros((300, 400, 3), np.uint8), 400, 300)
    camera = standing_camera(picture, 0.3, Settings())
    assert (camera.pose[:3, :3] @ camera.ray(0.5, 0.3)[1])[2] == pytest.approx(0.0, abs=1e-12)


def test_field_of_view_from_option_then_exif_then_fifty_degrees():
    picture = Picture(np.zeros((300, 400, 3), np.uint8), 400, 300, focal_pixels=400.0)
    given_one = standing_camera(picture, 0.5, Settings(field_of_view=1.0))
    assert given_one.projection.field_of_view == pytest.approx(1.0)
    assert standing_camera(picture, 0.5, Settings()).projection.focal == pytest.approx(1.0)
    picture.focal_pixels = None
    fallback = standing_camera(picture, 0.5, Settings())
    assert np.degrees(fallback.projection.field_of_view) == pytest.approx(50.0)
    assert "50 degrees are assumed" in fallback.note


@pytest.mark.parametrize("metres", [2.5, 8.0, 30.0])
def test_a_person_s_height_in_pixels_is_their_distance(metres):
    """Project a person of 1.7 m at a known distance, level with the axis; the size alone must find them."""
    camera = Camera(Perspective.of_view(np.radians(60), 0.75))
    x, top = camera.projection.points(np.array([[0.0, 0.85, -metres]]))[0]
    _, bottom = camera.projection.points(np.array([[0.0, -0.85, -metres]]))[0]
    estimate = size_distance("person", (x - 0.02, top, x + 0.02, bottom), camera)
    assert estimate.metres == pytest.approx(metres, rel=1e-3)


def test_what_goes_on_outside_the_picture_is_not_judged_by_its_visible_height():
    camera = Camera(Perspective.of_view(np.radians(60), 0.75))
    assert size_distance("person", (0.4, 0.2, 0.5, 0.8), camera) is not None
    assert size_distance("person", (0.4, 0.0, 0.5, 0.8), camera) is None
    assert size_distance("person", (0.4, 0.2, 0.5, 1.0), camera) is None
    assert size_distance("person", (0.4, 0.2, 0.5, 0.8), Camera(Orthographic(10.0, 0.75))) is None


@pytest.mark.parametrize("label", ["car", "elephant", "cup", "church"])
def test_a_label_puts_no_standing_object_below_the_ground(label):
    """Whatever its size says, the foot of its box stays on or above the plane."""
    camera = standing_camera(Picture(np.zeros((300, 400, 3), np.uint8), 400, 300), 0.4, Settings())
    box, centre = (0.45, 0.5, 0.55, 0.7), (0.5, 0.6)
    distance = distance_for_label(Estimate(500.0, 0.05), label, box, centre, camera)
    _, foot = camera.ray(0.5, 0.7)
    foot = camera.pose[:3, :3] @ foot
    away = np.linalg.norm((place(camera, centre, distance.metres) - camera.pose[:3, 3])[:2])
    assert 1.6 + away * foot[2] / np.linalg.norm(foot[:2]) >= -1e-6
    lying = distance_for_label(Estimate(500.0, 0.05), "water", box, centre, camera, standing=False)
    assert lying.metres > distance.metres


def test_labels_and_sizes():
    assert usual_height("steam locomotive")[0] == 4.3
    assert usual_height("two dogs")[0] == 0.6
    assert usual_height("black car, parked")[0] == 1.5
    assert usual_height("unknown object") is None


def test_the_surer_estimate_weighs_more_and_both_together_are_surer():
    both = combine([Estimate(10.0, 0.1), Estimate(40.0, 1.0)])
    assert 10.0 < both.metres < 11.0
    assert both.sigma < 0.1
    even = combine([Estimate(10.0, 0.3), Estimate(40.0, 0.3)])
    assert even.metres == pytest.approx(20.0)


def test_a_label_moves_a_source_to_its_usual_size():
    camera = Camera(Perspective.of_view(np.radians(50), 0.75))
    box = (0.4, 0.3, 0.6, 0.7)
    guess = Estimate(20.0, 0.8)
    assert distance_for_label(guess, "unknown object", box, (0.5, 0.5), camera) == guess
    assert distance_for_label(guess, "cat", box, (0.5, 0.5), camera).metres < 2.0
    assert distance_for_label(guess, "train", box, (0.5, 0.5), camera).metres == pytest.approx(
        4.1 * camera.projection.focal / 0.3, rel=0.05
    )


def test_a_foot_below_the_picture_s_edge_is_doubtful():
    camera = Camera(Perspective.of_view(np.radians(50), 0.75))
    depth = np.full((100, 100), 5.0, np.float32)
    whole, cut = np.zeros((100, 100), bool), np.zeros((100, 100), bool)
    whole[60:90, 40:60] = True
    cut[60:100, 40:60] = True
    assert standing_distance(cut, depth, camera, 0.4, 0.9).sigma > 2 * standing_distance(whole, depth, camera, 0.4, 0.9).sigma


def test_the_visible_centre_lies_in_the_mask():
    disc = np.hypot(*(np.indices((101, 101)) - 50)) < 40
    assert visible_centre(disc) == pytest.approx((0.5, 0.5))
    ring = disc & (np.hypot(*(np.indices((101, 101)) - 50)) > 25)
    x, y = visible_centre(ring)
    assert ring[int(y * 101), int(x * 101)]


def test_an_area_is_as_wide_as_it_looks():
    camera = Camera(Perspective.of_view(np.radians(50), 0.75))
    assert area_radius(camera, (0.0, 0.5, 1.0, 0.5), 10.0) == pytest.approx(10.0 * np.tan(np.radians(25)))


def test_a_region_s_points_lie_in_it_and_as_far_as_its_ground():
    """A road that runs away from a camera at 1.6 m: its points lie on the ground, near and far, left and right."""
    from see2sound_addon.placement.position import region_points

    camera = Camera(Perspective.of_view(np.radians(60), 0.75))
    camera.pose = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 1.6], [0, 0, 0, 1]])
    mask = np.zeros((90, 120), bool)
    mask[60:85, 30:90] = True
    rays = np.array([[camera.ray((x + 0.5) / 120, (y + 0.5) / 90)[1] for x in range(120)] for y in range(90)])
    down = (rays @ camera.pose[:3, :3].T)[..., 2]
    depth = np.where(down < 0, 1.6 / np.maximum(-down, 1e-9), np.inf)
    centre = (0.5, 72.5 / 90)
    metres = depth[72, 60]
    points = region_points(mask, camera, depth, centre, metres)
    assert points.shape == (8, 3)
    assert np.abs(points[:, 2]).max() < 0.05
    assert np.ptp(points[:, 1]) > 1.0 and points[:, 0].min() < -0.5 < 0.5 < points[:, 0].max()
    assert np.abs(points[:, 0].mean()) < 0.1
