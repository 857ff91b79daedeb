"""What the tracks of a film tell a separator."""

import numpy as np
import pytest
from scenes import moving

from see2sound_addon.findings import Estimate, Footage, FoundSource
from see2sound_addon.soundscene import Fader, Trajectory
from see2sound_addon.soundtracks.tracked import direction_of, tracked_sources, weights_of

LOOKING_NORTH = np.array([0.70711, 0.70711, 0.0, 0.0])
"""A camera that looks along +Y with Z up."""


def source(path, prompt="dog", **more):
    return FoundSource("a", prompt, prompt, "point", 1.0, path, Estimate(5.0, 0.3), **more)


def footage(rotation=LOOKING_NORTH):
    return Footage(24.0, 1, 10.0, Trajectory.fixed((0.0, 0.0, 1.6), rotation))


def at(found, seconds):
    times, weights = found
    return np.interp(seconds, times, weights)


def test_a_source_that_stands_is_likely_at_all_times():
    assert len(weights_of(source(Trajectory.fixed((1.0, 5.0, 1.0))), 10.0)[0]) == 0


def test_it_is_likely_while_it_is_seen():
    path = moving([3.0, 4.0, 5.0], [(0, 5, 1), (1, 5, 1), (2, 5, 1)])
    found = weights_of(source(path), 10.0)
    assert at(found, 1.0) == at(found, 8.0) == pytest.approx(0.1)
    assert at(found, 4.0) > 0.9


def test_it_is_likelier_while_it_moves_and_when_it_starts():
    path = moving([0.0, 4.0, 5.0, 6.0, 7.0, 10.0], [(0, 5, 1), (0, 5, 1), (0, 5, 1), (3, 5, 1), (6, 5, 1), (6, 5, 1)])
    quiet, starts = weights_of(source(path), 10.0), weights_of(source(path, events=np.array([[2.0, 0.9]])), 10.0)
    assert at(quiet, 2.0) == pytest.approx(0.4) and at(quiet, 6.0) == pytest.approx(1.0)
    assert at(starts, 2.0) == pytest.approx(0.9) and at(starts, 3.0) == pytest.approx(0.4)


def test_a_fader_makes_it_less_likely():
    fader = Fader(np.array([0.0, 10.0]), np.array([0.0, -40.0]))
    found = weights_of(source(Trajectory.fixed((1.0, 5.0, 1.0)), fader=fader), 10.0)
    assert at(found, 0.0) == pytest.approx(1.0) and at(found, 10.0) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ((0, 5, 1.6), (1, 0, 0)),
        ((-5, 0, 1.6), (0, 1, 0)),
        ((3, 3, 1.6), (0.70711, -0.70711, 0)),
        ((0, 3, 4.6), (0.70711, 0, 0.70711)),
    ],
)
def test_its_direction_is_that_from_the_camera(place, wanted):
    assert direction_of(source(Trajectory.fixed(place)), footage()) == pytest.approx(np.array(wanted), abs=1e-4)


def test_what_comes_from_everywhere_has_no_direction():
    one = source(Trajectory.fixed((0, 5, 1.6)))
    one.extent = "ambient"
    assert direction_of(one, footage()) is None


def test_only_what_sounds_is_taken_out():
    still = Trajectory.fixed((0, 5, 1.6))
    found = tracked_sources(
        [source(still, prompt) for prompt in ("dog", "", "florgle of zorblax", "silent", "unknown")], footage()
    )
    assert [one.words for one in found] == ["dog"]
