"""What is found in pictures whose content is known: drawn ones here, real ones in test_real_pictures."""

import cv2
import numpy as np
import pytest

from see2sound_addon.placement.position import visible_centre
from see2sound_addon.vision.look import look
from see2sound_addon.vision.view import measure_view


def landscape(height=360, width=480, seed=0):
    """A blue sky that pales towards the horizon, over a sandy ground with a little grain."""
    random = np.random.default_rng(seed)
    rows = np.linspace(0, 1, height)[:, None, None]
    sky = np.array([110, 160, 225]) + rows * np.array([110, 70, 20])
    ground = np.array([200, 180, 140]) + 0 * rows
    picture = np.where(rows < 0.5, sky, ground) + random.normal(0, 2.0, (height, width, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)


def with_disc(picture, x, y, radius, colour):
    picture = picture.copy()
    height, width = picture.shape[:2]
    cv2.circle(picture, (round(x * width), round(y * height)), round(radius * height), colour, -1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize(("x", "y"), [(0.5, 0.6), (0.25, 0.65), (0.75, 0.55)])
def test_one_object_is_one_source_at_its_centre(x, y):
    _, sightings = look(with_disc(landscape(), x, y, 0.12, (180, 20, 30)), 5)
    assert len(sightings) == 1
    region = sightings[0].region
    assert visible_centre(region.mask) == pytest.approx((x, y), abs=0.02)
    assert region.mask.mean() == pytest.approx(np.pi * 0.12**2 * 360 / 480, rel=0.25)


def test_an_object_of_several_colours_is_one_source():
    picture = with_disc(landscape(), 0.5, 0.6, 0.15, (180, 20, 30))
    picture = with_disc(picture, 0.5, 0.66, 0.07, (30, 30, 120))
    picture = with_disc(picture, 0.5, 0.52, 0.04, (240, 240, 90))
    _, sightings = look(picture, 5)
    assert len(sightings) == 1
    assert visible_centre(sightings[0].region.mask) == pytest.approx((0.5, 0.6), abs=0.04)


def test_two_objects_are_two_sources():
    picture = with_disc(with_disc(landscape(), 0.25, 0.6, 0.1, (170, 20, 30)), 0.75, 0.6, 0.1, (20, 90, 30))
    _, sightings = look(picture, 5)
    assert sorted(visible_centre(s.region.mask)[0] for s in sightings) == pytest.approx([0.25, 0.75], abs=0.02)


def test_no_more_sources_than_asked_for():
    picture = landscape()
    for number in range(6):
        picture = with_disc(picture, 0.1 + 0.16 * number, 0.62, 0.06, (170, 20 + 30 * number, 200 - 30 * number))
    for most in (1, 3):
        assert len(look(picture, most)[1]) == most


@pytest.mark.parametrize("picture", [landscape(), np.full((200, 300, 3), 128, np.uint8), np.zeros((100, 100, 3), np.uint8)])
def test_background_alone_is_no_source(picture):
    assert look(picture, 5)[1] == []


def test_regions_do_not_nest_or_overlap():
    from skimage import data

    for picture in (data.coffee(), data.rocket(), data.astronaut(), data.chelsea(), np.dstack([data.stereo_motorcycle()[0]])):
        _, sightings = look(np.ascontiguousarray(picture), 8)
        masks = [s.region.mask for s in sightings]
        for i, first in enumerate(masks):
            assert first.any()
            for second in masks[i + 1 :]:
                assert (first & second).sum() <= 0.5 * min(first.sum(), second.sum())


def test_a_face_is_a_person():
    from skimage import data

    _, sightings = look(data.astronaut(), 5)
    person = next(s for s in sightings if s.guess.label == "person")
    # Her face is at 43 % of the width; her body fills the lower half.
    x, y = visible_centre(person.region.mask)
    assert 0.35 < x < 0.5 and 0.4 < y < 0.7


def test_water_is_an_area_and_a_mirror_image_is_no_source():
    """A lake under a dark hill with a red house: the house's reflection must not sound as a second house."""
    random = np.random.default_rng(1)
    picture = landscape(360, 480)
    picture[120:180] = (70, 80, 60)
    cv2.rectangle(picture, (200, 120), (270, 178), (170, 40, 30), -1)
    upper = picture[:180][::-1].astype(float)
    ripples = np.repeat(random.normal(0, 6.0, (180, 1, 1)), 480, axis=1)
    picture[180:] = np.clip(0.55 * upper + np.array([10, 20, 45]) + ripples, 0, 255)
    _, sightings = look(picture, 5)
    houses = [s for s in sightings if 0.40 < visible_centre(s.region.mask)[0] < 0.6 and s.guess.label != "water"]
    assert len(houses) == 1
    assert visible_centre(houses[0].region.mask)[1] < 0.52
    water = [s for s in sightings if s.guess.label == "water"]
    assert len(water) == 1 and water[0].guess.extent == "area"


@pytest.mark.parametrize("row", [0.35, 0.5, 0.62])
def test_a_level_edge_is_the_horizon(row):
    random = np.random.default_rng(0)
    rows = np.linspace(0, 1, 300)[:, None, None]
    picture = np.where(rows < row, (170, 200, 235), (60, 95, 60)) + random.normal(0, 3.0, (300, 400, 3))
    view = measure_view(np.clip(picture, 0, 255).astype(np.uint8))
    assert view.horizon.confidence > 0.5
    assert view.horizon.row == pytest.approx(row, abs=0.03)


def test_a_street_s_lines_meet_at_the_horizon():
    """Kerbs, roofs and windows that all aim at one point at 70 % of the height."""
    picture = np.full((600, 900, 3), 140, np.uint8)
    vanish = np.array([430.0, 420.0])
    for edge in (
        [(x, 599) for x in range(0, 900, 60)] + [(0, y) for y in range(0, 600, 30)] + [(899, y) for y in range(0, 600, 30)]
    ):
        start = np.array(edge, float)
        for begin, end in ((0.0, 0.35), (0.4, 0.7)):
            a, b = start + begin * (vanish - start), start + end * (vanish - start)
            cv2.line(picture, tuple(int(v) for v in a), tuple(int(v) for v in b), (30, 30, 30), 2, cv2.LINE_AA)
    view, sightings = look(picture, 5)
    assert view.horizon.confidence > 0.5 and view.horizon.street
    assert view.horizon.row == pytest.approx(0.7, abs=0.03)
    assert [s.guess.prompt for s in sightings if s.guess.extent == "ambient"] == ["city street ambience"]


def test_a_given_horizon_is_taken():
    assert measure_view(landscape(), 0.3).horizon.row == 0.3
