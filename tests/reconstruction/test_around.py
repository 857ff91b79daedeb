"""Panoramas with objects at known directions: ahead, behind, across the seam, above and below."""

import cv2
import numpy as np
import pytest
from moving import RATE, angles_between, direction, paint, world

from see2sound_addon import pipeline
from see2sound_addon.backends import Backends
from see2sound_addon.findings import Settings
from see2sound_addon.media.moving import Frame
from see2sound_addon.projection import Camera, Equidistant, Equirectangular
from see2sound_addon.reconstruction.around import views_of
from see2sound_addon.vision.detectors import Detection
from see2sound_addon.vision.segmenter import SEGMENTERS

pytestmark = pytest.mark.slow

ALL_AROUND = Settings(panorama="ALWAYS", max_sources=12)
YELLOW = np.full((24, 24, 3), (255, 235, 0), np.uint8)


def detector(pixels):
    """What is yellow is a dog."""
    yellow = (pixels[..., 0] > 200) & (pixels[..., 1] > 180) & (pixels[..., 2] < 70)
    count, _, stats, _ = cv2.connectedComponentsWithStats(yellow.astype(np.uint8))
    height, width = pixels.shape[:2]
    return [
        Detection("dog", (x / width, y / height, (x + w) / width, (y + h) / height), 0.8)
        for x, y, w, h, area in stats[1:count] if area > 150
    ]  # fmt: skip


BACKENDS = Backends(detector=detector, segmenter=SEGMENTERS["detections"])


def panorama(path, *places):
    paper = (world() * 0.5).astype(np.uint8)
    for azimuth, elevation in places:
        paint(paper, YELLOW, azimuth, elevation, 10.0 / max(0.2, np.cos(np.radians(elevation))))
    cv2.imwrite(str(path), paper[..., ::-1])
    return path


def directions_of(found):
    """(n, 3) x front, y left, z up, of all dogs."""
    ways = np.array([one.position - [0, 0, 1.6] for one in found.sources if one.label == "dog"]).reshape(-1, 3)
    return np.stack([ways[:, 1], -ways[:, 0], ways[:, 2]], axis=1)


@pytest.mark.parametrize("place", [(45.0, 10.0), (177.0, 25.0), (120.0, 55.0), (30.0, -60.0)])
def test_a_source_is_found_once_in_any_direction(tmp_path, place):
    found = pipeline.reconstruct(panorama(tmp_path / "a.png", place), settings=ALL_AROUND, backends=BACKENDS)
    ways = directions_of(found)
    assert len(ways) == 1
    assert angles_between(ways, direction(*place)[None])[0] < 2.0


def test_sources_all_around_are_as_many_as_there_are(tmp_path):
    places = [(0.0, 0.0), (60.0, 10.0), (130.0, -10.0), (180.0, 5.0), (-120.0, 0.0), (-45.0, 30.0)]
    found = pipeline.reconstruct(panorama(tmp_path / "a.png", *places), settings=ALL_AROUND, backends=BACKENDS)
    ways = directions_of(found)
    assert len(ways) == len(places)
    for place in places:
        assert min(angles_between(way[None], direction(*place)[None])[0] for way in ways) < 2.0


def test_a_box_across_the_seam_is_whole(tmp_path):
    found = pipeline.reconstruct(panorama(tmp_path / "a.png", (180.0, 0.0)), settings=ALL_AROUND, backends=BACKENDS)
    (one,) = [source for source in found.sources if source.label == "dog"]
    left, _, right, _ = one.evidence.box
    assert right - left == pytest.approx(10 / 360, abs=0.008)
    assert one.evidence.mask[:, :8].any() and one.evidence.mask[:, -8:].any()


def test_metadata_tell_a_panorama_and_flat_pictures_are_none(tmp_path):
    plain = panorama(tmp_path / "plain.png", (180.0, 0.0))
    assert not pipeline.reconstruct(plain, backends=BACKENDS).camera.projection.panoramic
    from PIL import Image

    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description GPano:ProjectionType="equirectangular"/></x:xmpmeta>'
    Image.open(plain).convert("RGB").save(tmp_path / "tagged.jpg", quality=95, xmp=xmp)
    found = pipeline.reconstruct(tmp_path / "tagged.jpg", settings=Settings(max_sources=12), backends=BACKENDS)
    assert isinstance(found.camera.projection, Equirectangular)
    assert angles_between(directions_of(found), direction(180.0, 0.0)[None])[0] < 2.0
    flat = pipeline.reconstruct(tmp_path / "tagged.jpg", settings=Settings(panorama="NEVER"), backends=BACKENDS)
    assert not flat.camera.projection.panoramic


def test_the_views_cover_all_directions_and_those_of_a_fisheye_its_half():
    random = np.random.default_rng(0)
    ways = random.normal(size=(4000, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    for projection, part in ((Equirectangular(), ways), (Equidistant(np.pi, 1.0), ways[ways[:, 2] < -0.35])):
        best = np.zeros(len(part))
        for view in views_of(projection):
            local = part @ view.turn
            half = np.maximum(np.abs(local[:, 0]), np.abs(local[:, 1])) / np.maximum(-local[:, 2], 1e-9)
            best = np.maximum(best, np.where(local[:, 2] < 0, 1.0 - half, 0.0))  # distance to the view's edge
        assert best.min() > 0.05


def test_through_a_panoramic_camera_of_a_scene(tmp_path):
    """The scene's camera looks to the west; what is behind in the picture is in the east."""
    pose = np.eye(4)
    pose[:3, :3] = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])  # right is +Y, up is +Z, and it looks along -X
    pose[:3, 3] = (5.0, 5.0, 2.0)
    camera = Camera(Equirectangular(), pose)
    found = pipeline.reconstruct(panorama(tmp_path / "a.png", (180.0, 0.0)), camera, ALL_AROUND, backends=BACKENDS)
    (one,) = [source for source in found.sources if source.label == "dog"]
    way = one.position - pose[:3, 3]
    assert angles_between(way[None], np.array([[1.0, 0, 0]]))[0] < 2.0


def test_a_360_degree_video_follows_across_the_seam(tmp_path):
    """The object walks from the right side over the back to the left side of the listener."""
    clean, count = (world() * 0.5).astype(np.uint8), 48
    azimuths = np.linspace(150, 210, count)

    def frames():
        for number in range(count):
            paper = clean.copy()
            paint(paper, YELLOW, azimuths[number] - (360 if azimuths[number] > 180 else 0), 0.0, 10.0)
            yield Frame(number / RATE, cv2.resize(paper, (960, 480), interpolation=cv2.INTER_AREA))

    out = cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter_fourcc(*"MJPG"), RATE, (960, 480))
    for frame in frames():
        out.write(frame.pixels[..., ::-1])
    out.release()
    found = pipeline.reconstruct(tmp_path / "a.avi", settings=ALL_AROUND, backends=BACKENDS)
    dogs = [source for source in found.sources if source.label == "dog"]
    assert len(dogs) == 1
    ways = dogs[0].path.positions - [0, 0, 1.6]
    times = np.rint(dogs[0].path.times * RATE).astype(int)
    ways = np.stack([ways[:, 1], -ways[:, 0], ways[:, 2]], axis=1)
    errors = angles_between(ways, direction(azimuths[times], 0.0))
    assert len(times) > 32 and np.median(errors) < 2.0 and errors.max() < 6.0
