"""Tracking against a painted world with known directions: the camera is exact, and so is where the object is."""

import numpy as np
import pytest
from moving import FIELD, RATE, SIZE, angles_between, direction, film, texture, view, world

from see2sound_addon.media.moving import Frame
from see2sound_addon.projection import Perspective
from see2sound_addon.vision.tracking.linking import objects_of
from see2sound_addon.vision.tracking.shots import in_shots
from see2sound_addon.vision.tracking.watching import watch

pytestmark = pytest.mark.slow

LENS = Perspective.of_view(FIELD, SIZE[1] / SIZE[0])
COUNT = 60


def watched(frames, rate=RATE):
    return watch(frames, rate, LENS, lambda _: [], 1.0, lambda number, frame: None, lambda time: None)


def directions_of(one, shot):
    """Where an object is, (n, 3) in the frame of the shot's first camera: x front, y left, z up."""
    centres = (one.boxes[:, :2] + one.boxes[:, 2:]) / 2
    _, rays = LENS.rays(centres)
    rays = np.einsum("nij,nj->ni", np.array(shot.turns)[one.frames - shot.first], rays)
    return rays @ np.array([[0.0, -1, 0], [0, 0, 1], [-1, 0, 0]])


def test_a_camera_that_turns_is_known_by_its_background():
    yaw, pitch = 12 * np.sin(np.arange(COUNT) / 12), 6 * np.sin(np.arange(COUNT) / 9)
    (shot,) = watched(film(COUNT, yaw=yaw, pitch=pitch)).shots
    front = np.array(shot.turns) @ [0.0, 0, -1]
    front = np.stack([-front[:, 2], -front[:, 0], front[:, 1]], axis=1)
    errors = angles_between(front, direction(yaw, pitch))
    assert errors.max() < 0.5
    assert objects_of(shot, RATE, LENS) == []


def test_what_moves_is_found_and_followed_to_the_degree():
    azimuths = np.linspace(15, -15, COUNT)
    (shot,) = watched(film(COUNT, azimuths)).shots
    (one,) = objects_of(shot, RATE, LENS)
    assert one.frames[0] == 0 and one.frames[-1] == COUNT - 1
    errors = angles_between(directions_of(one, shot), direction(azimuths[one.frames], 0.0))
    assert np.median(errors) < 0.6 and errors.max() < 2.0


def test_what_moves_is_told_from_a_camera_that_turns():
    """The object stays in the middle of the picture: only the background tells that it moves."""
    azimuths = np.linspace(20, -20, COUNT)
    (shot,) = watched(film(COUNT, azimuths, yaw=azimuths * 0.9)).shots
    (one,) = objects_of(shot, RATE, LENS)
    turned = direction(azimuths[one.frames] - azimuths[0] * 0.9, 0.0)  # seen from the first camera
    errors = angles_between(directions_of(one, shot), turned)
    assert len(one.frames) > 0.9 * COUNT
    assert np.median(errors) < 0.8


@pytest.mark.parametrize("pan", [0.0, 12.0])
def test_an_object_that_passes_behind_a_pillar_stays_one(pan):
    azimuths = np.linspace(18, -18, COUNT)
    (shot,) = watched(film(COUNT, azimuths, pillar=(0.0, 7.0), yaw=np.linspace(pan / 2, -pan / 2, COUNT))).shots
    (one,) = objects_of(shot, RATE, LENS)
    assert one.frames[0] <= 2 and one.frames[-1] >= COUNT - 2
    assert not one.gaps


def test_an_object_that_leaves_the_picture_comes_back_as_itself():
    there = np.concatenate([np.linspace(0, 34, 36), np.full(24, np.nan), np.linspace(34, 4, 36)])
    (shot,) = watched(film(len(there), there)).shots
    (one,) = objects_of(shot, RATE, LENS)
    assert len(one.gaps) == 1
    left, back = one.gaps[0]
    assert 20 <= left <= 38 and 58 <= back <= 72


def test_two_objects_are_two_and_keep_their_ways():
    clean = world()
    from moving import paint

    def frames():
        for number in range(COUNT):
            paper = clean.copy()
            paint(paper, texture(1), 18 - 0.6 * number, 6.0)
            paint(paper, texture(2), -18 + 0.6 * number, -6.0)
            yield Frame(number / RATE, view(paper))

    (shot,) = watched(frames()).shots
    objects = objects_of(shot, RATE, LENS)
    assert len(objects) == 2
    ways = sorted((one.boxes[-1][0] - one.boxes[0][0]) for one in objects)
    assert ways[0] < -0.5 and ways[1] > 0.5


def test_cuts_are_found_and_flashes_are_none():
    frames = [*film(20, seed=0), *(Frame((20 + n) / RATE, f.pixels) for n, f in enumerate(film(20, seed=5)))]
    flash = Frame(frames[9].time, np.full_like(frames[9].pixels, 255))
    begins = [shown.frame.time for shown in in_shots([*frames[:9], flash, *frames[10:]]) if shown.flow is None]
    assert begins == pytest.approx([0.0, 20 / RATE])


def test_tracks_end_with_their_shot():
    first = list(film(30, np.linspace(15, 0, 30), seed=0))
    second = [Frame((30 + n) / RATE, one.pixels) for n, one in enumerate(film(30, np.linspace(0, -15, 30), seed=5))]
    result = watched([*first, *second])
    assert [(shot.first, shot.last) for shot in result.shots] == [(0, 29), (30, 59)]
    assert [len(objects_of(shot, RATE, LENS)) for shot in result.shots] == [1, 1]


@pytest.mark.parametrize("rate", [1.0, 240.0])
def test_slow_and_fast_pictures_are_watched(rate):
    count = 8 if rate == 1.0 else 240
    result = watched(film(count, np.linspace(15, -15, count), rate=rate), rate)
    assert result.rate <= 31.0 and len(result.times) == round(count * result.rate / rate)
    if rate > 1.0:
        assert len(objects_of(result.shots[0], result.rate, LENS)) == 1


def test_the_same_picture_gives_the_same_tracks():
    runs = [watched(film(30, np.linspace(12, -12, 30))).shots[0] for _ in range(2)]
    one, two = (objects_of(shot, RATE, LENS)[0] for shot in runs)
    np.testing.assert_array_equal(one.boxes, two.boxes)
    np.testing.assert_array_equal(runs[0].turns, runs[1].turns)
