"""From videos with known truth to sources: where each is at each time, when it sounds, and what the camera does."""

import cv2
import numpy as np
import pytest
from moving import RATE, SIZE, angles_between, direction, film, paint, texture, view, world, write_film

from see2sound_addon import pipeline
from see2sound_addon.errors import Cancelled, See2SoundError
from see2sound_addon.findings import FootageSettings, Settings
from see2sound_addon.media.moving import Frame

pytestmark = pytest.mark.slow

COUNT = 60
LEVEL = {"horizon": 0.5}  # the painted world has its horizon in the middle


def moving_source(found):
    (one,) = [source for source in found.sources if len(source.path.times) > 1 and len(source.path.positions) > 1]
    return one


def seen_from_camera(found, source):
    """Directions (n, 3) in the camera's own frame over the source's times: x front, y left, z up."""
    from scipy.spatial.transform import Rotation

    camera = found.footage.path
    times = source.path.times
    rows = np.searchsorted(camera.times, times) if len(camera.times) > 1 else np.zeros(len(times), int)
    turns = Rotation.from_quat(camera.rotations[rows][:, [1, 2, 3, 0]]).as_matrix()
    local = np.einsum("nji,nj->ni", turns, source.path.positions - camera.positions[0])
    return np.stack([-local[:, 2], -local[:, 0], local[:, 1]], axis=1)


@pytest.mark.parametrize("pan", [0.0, 14.0])
@pytest.mark.parametrize("move_camera", [True, False])
def test_a_source_is_where_the_picture_shows_it_at_each_time(tmp_path, pan, move_camera):
    """Median within 0.7 degrees of the truth, never off by 2.5, whether the camera turns with the picture or not."""
    azimuths, yaw = np.linspace(16, -16, COUNT), np.linspace(pan / 2, -pan / 2, COUNT)
    path = write_film(tmp_path / "a.avi", film(COUNT, azimuths, yaw=yaw))
    settings = Settings(**LEVEL, footage=FootageSettings(move_camera=move_camera))
    found = pipeline.reconstruct(path, settings=settings)
    source = moving_source(found)
    frames = np.rint(source.path.times * RATE).astype(int)
    assert len(frames) > 0.9 * COUNT
    errors = angles_between(seen_from_camera(found, source), direction(azimuths[frames] - yaw[frames], 0.0))
    assert np.median(errors) < 0.7 and errors.max() < 2.5
    assert (len(found.footage.path.times) > 1) == (move_camera and pan > 0)
    if len(found.footage.path.times) > 1:  # the world stands still while the camera turns
        centre = found.footage.path.positions[0]
        way = _unit(source.path.positions - centre)
        assert angles_between(way, way[:1])[-1] == pytest.approx(32.0, abs=2.0)


def test_nothing_jumps_that_would_be_heard(tmp_path):
    """Behind a pillar, too: the speed towards the listener is that of a path, not of a box that changes its size."""
    path = write_film(tmp_path / "a.avi", film(COUNT, np.linspace(16, -16, COUNT), pillar=(0.0, 6.0)))
    source = moving_source(pipeline.reconstruct(path, settings=Settings(**LEVEL)))
    times, distance = source.path.times, np.linalg.norm(source.path.positions - [0, 0, 1.6], axis=1)
    speed = np.gradient(distance, times)
    assert np.abs(speed).max() < 0.05 * 343 and np.abs(np.diff(speed)).max() < 1.5  # five cents a frame
    assert len(source.fader.times) == 1  # it is hidden, not gone


def test_a_source_that_leaves_fades_and_comes_back_as_itself(tmp_path):
    there = np.concatenate([np.linspace(0, 34, 36), np.full(24, np.nan), np.linspace(34, 4, 36)])
    found = pipeline.reconstruct(write_film(tmp_path / "a.avi", film(len(there), there)), settings=Settings(**LEVEL))
    source = moving_source(found)
    level = np.interp(np.array([0.2, 0.8, 2.2, 3.4]), source.fader.times, source.fader.gain_db)
    assert level[0] == level[1] == level[3] == 0.0 and level[2] < -100
    assert (np.diff(source.fader.times) > 0).all()


def test_sources_end_and_begin_with_their_shots(tmp_path):
    second = [Frame((40 + n) / RATE, one.pixels) for n, one in enumerate(film(40, np.linspace(-12, 12, 40), seed=5))]
    found = pipeline.reconstruct(
        write_film(tmp_path / "a.avi", [*film(40, np.linspace(12, -12, 40)), *second]), settings=Settings(**LEVEL)
    )
    moving = [source for source in found.sources if len(source.path.times) > 1]
    assert len(moving) == 2
    first, then = sorted(moving, key=lambda source: source.path.times[0])
    cut = 40 / RATE
    assert np.interp(cut + 0.1, first.fader.times, first.fader.gain_db) < -100
    assert np.interp(cut - 0.1, then.fader.times, then.fader.gain_db) < -100
    assert np.interp(cut + 0.1, then.fader.times, then.fader.gain_db) == 0.0
    assert found.footage.path.cuts == pytest.approx([cut])


def test_the_level_follows_movement_and_its_beginning_is_an_event(tmp_path):
    """It stands for a second, moves for one, and stands again."""
    azimuths = np.concatenate([np.full(24, 10.0), np.linspace(10, -8, 24), np.full(24, -8.0)])
    path = write_film(tmp_path / "a.avi", film(len(azimuths), azimuths))
    found = pipeline.reconstruct(path, settings=Settings(**LEVEL, footage=FootageSettings(level_by_movement=True)))
    source = moving_source(found)
    levels = np.interp([1.5, 2.8], source.fader.times, source.fader.gain_db)
    assert levels[0] > -4 and levels[1] < -15


def test_only_the_range_is_looked_at(tmp_path):
    path = write_film(tmp_path / "a.avi", film(COUNT, np.linspace(16, -16, COUNT)))
    found = pipeline.reconstruct(path, settings=Settings(**LEVEL, footage=FootageSettings(first=25, last=48)))
    assert found.footage.first == 25 and found.footage.seconds == pytest.approx(1.0, abs=0.05)
    source = moving_source(found)
    errors = angles_between(
        seen_from_camera(found, source),
        direction(np.linspace(16, -16, COUNT)[24 + np.rint(source.path.times * RATE).astype(int)], 0.0),
    )
    assert np.median(errors) < 0.8


def test_a_detector_names_what_is_followed(tmp_path):
    """A detector of its own that knows the object by its colour, in some frames only."""
    from see2sound_addon.backends import Backends
    from see2sound_addon.vision.detectors import Detection

    azimuths = np.linspace(16, -16, COUNT)

    def detector(pixels):
        blue = (pixels[..., 2].astype(int) - pixels[..., 0]) > 110
        rows, columns = np.nonzero(cv2.morphologyEx(blue.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3))))
        if len(rows) < 200:
            return []
        height, width = pixels.shape[:2]
        box = (np.percentile(columns, 2) / width, rows.min() / height, np.percentile(columns, 98) / width, rows.max() / height)
        return [Detection("car", box, 0.8)]

    path = write_film(tmp_path / "a.avi", film(COUNT, azimuths, elevation=-4.0, width=9.0))
    found = pipeline.reconstruct(path, settings=Settings(**LEVEL), backends=Backends(detector=detector))
    source = moving_source(found)
    assert source.label == "car" and source.prompt
    distance = np.linalg.norm(source.path.positions - [0, 0, 1.6], axis=1)
    assert 5 < np.median(distance) < 25  # a car of 1.5 m that is 6 degrees high, on the ground 7 degrees below


def test_the_same_video_gives_the_same_sources(tmp_path):
    path = write_film(tmp_path / "a.avi", film(36, np.linspace(12, -12, 36)))
    one, two = (pipeline.reconstruct(path) for _ in range(2))
    assert [source.id for source in one.sources] == [source.id for source in two.sources]
    for first, second in zip(one.sources, two.sources, strict=True):
        np.testing.assert_array_equal(first.path.positions, second.path.positions)


def test_it_can_be_cancelled(tmp_path):
    path = write_film(tmp_path / "a.avi", film(36))

    def stop(label, done, total):
        if done > 300:
            raise Cancelled

    with pytest.raises(Cancelled):
        pipeline.reconstruct(path, progress=stop)


@pytest.mark.parametrize("pixels", [np.zeros((64, 96, 3), np.uint8), np.full((64, 96, 3), 200, np.uint8)])
def test_a_video_of_nothing_has_no_sources_and_says_so(tmp_path, pixels):
    found = pipeline.reconstruct(write_film(tmp_path / "a.avi", [Frame(n / RATE, pixels) for n in range(30)]))
    assert found.sources == []
    assert any("Nothing" in note for note in found.notes)
    assert any("background shows too little" in note for note in found.notes)


def test_a_video_of_one_frame_is_looked_at(tmp_path):
    found = pipeline.reconstruct(write_film(tmp_path / "a.avi", [Frame(0.0, view(world()))]))
    assert found.footage.seconds == pytest.approx(1 / RATE)


def test_an_empty_range_is_one_clear_line(tmp_path):
    path = write_film(tmp_path / "a.avi", film(10))
    with pytest.raises(See2SoundError) as error:
        pipeline.reconstruct(path, settings=Settings(footage=FootageSettings(first=900)))
    assert error.value.code == "frames-none"


def test_a_static_source_stays_in_the_world_while_the_camera_turns(tmp_path):
    """What does not move is placed once; around a still camera it moves the other way."""
    clean = world()
    paint(clean, np.full((20, 30, 3), (250, 240, 20), np.uint8), 3.0, -3.0, 9.0)
    yaw = np.linspace(8, -8, COUNT)

    def frames():
        for number in range(COUNT):
            yield Frame(number / RATE, view(clean, yaw[number]))

    path = write_film(tmp_path / "a.avi", frames())
    for move_camera in (True, False):
        settings = Settings(**LEVEL, footage=FootageSettings(move_camera=move_camera))
        found = pipeline.reconstruct(path, settings=settings)
        assert found.sources
        nearest = min(
            found.sources,
            key=lambda one: angles_between((one.position - [0, 0, 1.6])[None], world_direction(3.0 - yaw[0], -3.0))[0],
        )
        if move_camera:
            assert len(nearest.path.times) == 1
            error = angles_between((nearest.position - [0, 0, 1.6])[None], world_direction(3.0 - yaw[0], -3.0))
        else:
            assert len(nearest.path.times) == COUNT
            error = angles_between(nearest.path.positions - [0, 0, 1.6], world_direction(3.0 - yaw, np.full(COUNT, -3.0)))
        assert error.max() < 2.0


def world_direction(azimuth, elevation):
    """In the world of a camera that looks along +Y."""
    front = np.atleast_2d(direction(azimuth, elevation))
    return np.stack([-front[:, 1], front[:, 0], front[:, 2]], axis=1)


def test_the_size_of_frames_does_not_matter(tmp_path):
    small = write_film(tmp_path / "s.avi", film(36, np.linspace(12, -12, 36)))
    frames = (Frame(one.time, cv2.resize(one.pixels, (2 * SIZE[0], 2 * SIZE[1]))) for one in film(36, np.linspace(12, -12, 36)))
    large = write_film(tmp_path / "l.avi", frames)
    one, two = (moving_source(pipeline.reconstruct(path, settings=Settings(**LEVEL))) for path in (small, large))
    assert angles_between(one.path.positions - [0, 0, 1.6], _unit(two.path.positions - [0, 0, 1.6])).max() < 1.0
    assert texture(0).shape == (32, 48, 3)


def _unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("move_camera", [True, False])
def test_through_a_camera_of_the_scene_everything_is_where_the_picture_shows_it(tmp_path, move_camera):
    """The camera looks to the west from a place of its own; its picture turns, and one object moves while one stands."""
    from see2sound_addon.projection import Camera, Perspective

    pose = np.eye(4)
    pose[:3, :3] = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])  # right is +Y, up is +Z, and it looks along -X
    pose[:3, 3] = (5.0, -3.0, 1.6)
    camera = Camera(Perspective.of_view(np.radians(50), SIZE[1] / SIZE[0]), pose)
    clean, yaw, azimuths = world(), np.linspace(6, -6, COUNT), np.linspace(14, -14, COUNT)
    paint(clean, np.full((20, 30, 3), (250, 240, 20), np.uint8), 4.0, -8.0, 9.0)

    def frames():
        for number in range(COUNT):
            paper = clean.copy()
            paint(paper, texture(0), azimuths[number], 6.0, 8.0)
            yield Frame(number / RATE, view(paper, yaw[number]))

    path = write_film(tmp_path / "a.avi", frames())
    found = pipeline.reconstruct(path, camera, Settings(max_sources=8, footage=FootageSettings(move_camera=move_camera)))
    np.testing.assert_allclose(found.footage.path.positions[0], pose[:3, 3])

    def errors(one, azimuth, elevation):
        seen = seen_from_camera(found, one)
        rows = np.rint(one.path.times * RATE).astype(int) if len(one.path.times) > 1 else np.zeros(1, int)
        return angles_between(seen, direction((azimuth - yaw)[rows], elevation))

    assert min(np.median(errors(one, azimuths, 6.0)) for one in found.sources if len(one.path.times) > 1) < 0.7
    assert min(np.median(errors(one, np.full(COUNT, 4.0), -8.0)) for one in found.sources) < 2.0


def test_around_a_still_camera_each_shot_is_where_its_picture_shows_it(tmp_path):
    ways = (np.linspace(12, -12, 40), np.linspace(-12, 12, 40))
    later = film(40, ways[1], pitch=np.full(40, 4.0), seed=5)
    frames = [*film(40, ways[0]), *(Frame((40 + n) / RATE, one.pixels) for n, one in enumerate(later))]
    settings = Settings(footage=FootageSettings(move_camera=False))
    found = pipeline.reconstruct(write_film(tmp_path / "a.avi", frames), settings=settings)
    assert len(found.footage.path.times) == 1
    moving = sorted((one for one in found.sources if len(one.path.times) > 10), key=lambda one: one.path.times[0])
    for one, azimuths, elevation in zip(moving, ways, (0.0, -4.0), strict=True):
        rows = np.rint(one.path.times * RATE).astype(int) % 40
        assert np.median(angles_between(seen_from_camera(found, one), direction(azimuths[rows], elevation))) < 0.8


@pytest.mark.parametrize("away", [6, 20])
def test_a_short_exit_makes_no_click(tmp_path, away):
    """However short it is, the level never jumps."""
    there = np.concatenate([np.linspace(5, 31, 30), np.full(away, np.nan), np.linspace(31, 6, 30)])
    found = pipeline.reconstruct(write_film(tmp_path / "a.avi", film(len(there), there)), settings=Settings(**LEVEL))
    source = moving_source(found)
    times = np.arange(0.0, len(there) / RATE, 0.005)
    levels = 10 ** (np.interp(times, source.fader.times, source.fader.gain_db) / 20)
    assert np.abs(np.diff(levels)).max() < 0.2
