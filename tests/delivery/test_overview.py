import numpy as np
import pytest
from PIL import Image

from see2sound_addon.delivery.overview import COLOURS, write_overview
from see2sound_addon.errors import See2SoundError
from see2sound_addon.findings import Estimate, Evidence, FoundSource
from see2sound_addon.placement.position import place
from see2sound_addon.projection import Camera, Perspective
from see2sound_addon.soundscene import Trajectory


def found(camera):
    sources = []
    for number, (x, metres) in enumerate(((0.2, 4.0), (0.8, 8.0))):
        mask = np.zeros((90, 120), bool)
        mask[40:60, int(120 * x) - 10 : int(120 * x) + 10] = True
        box, sure = (x - 0.08, 0.44, x + 0.08, 0.67), Estimate(metres, 0.1)
        path = Trajectory.fixed(place(camera, (x, 0.55), metres))
        evidence = Evidence(box, (x, 0.55), sure, mask)
        sources.append(FoundSource(f"s{number}", "unknown object", "", "point", 1.0, path, sure, evidence=evidence))
    return sources


def standing():
    camera = Camera(Perspective.of_view(np.radians(60), 0.75))
    camera.pose[1:3, 1:3] = [[0.0, -1.0], [1.0, 0.0]]  # along +Y
    return camera


def test_dots_lie_where_the_sources_are(tmp_path):
    """In the picture at the visible centre; from above on the rays, the farther one farther from the camera."""
    camera = standing()
    write_overview(np.full((600, 800, 3), 60, np.uint8), 0.4, camera, found(camera), tmp_path / "a.png")
    sheet = np.asarray(Image.open(tmp_path / "a.png")).astype(int)
    picture = sheet[:, : sheet.shape[1] - 800]
    width = picture.shape[1]
    places = []
    for number, x in enumerate((0.2, 0.8)):
        assert tuple(picture[int(0.55 * 800), int(x * width)]) == COLOURS[number]
        plan = sheet[:, sheet.shape[1] - 800 :]
        rows, columns = np.nonzero((plan == COLOURS[number]).all(axis=2))
        left = columns < columns.min() + 14  # the dot, not its tag
        places.append((columns[left].mean() - 400, 728 - rows[left].mean()))
    for (right, ahead), x, metres in zip(places, (0.2, 0.8), (4.0, 8.0), strict=True):
        expected = np.tan(np.radians(30)) * (x - 0.5) * 2
        assert right / ahead == pytest.approx(expected, abs=0.12), metres
    assert places[1][1] > 1.5 * places[0][1]


def test_nothing_is_written_where_it_cannot_be(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(See2SoundError):
        write_overview(np.zeros((60, 80, 3), np.uint8), 0.4, standing(), [], tmp_path / "file" / "a.png")
