import numpy as np
import pytest
from scenes import moving, noise, rendered, scene, source

from see2sound_addon.soundscene import Air
from see2sound_addon.spatial import renderer
from see2sound_addon.spatial.layouts import LAYOUTS


def orbit(duration):
    t = np.linspace(0, duration, int(24 * duration) + 1)
    return moving(t, np.stack([4 * np.cos(t), 4 * np.sin(t), np.sin(3 * t)], axis=1))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("duration", [0.001, 0.5, 1.23456])
def test_a_mix_is_exactly_as_long_as_the_scene(layout, duration):
    plan = scene([source((1, 1, 1), loop=True)], duration=duration)
    out = rendered(plan, [noise()], layout)
    assert out.shape == (LAYOUTS[layout].channels, round(duration * 48000))
    assert out.dtype == np.float32


@pytest.mark.parametrize("layout", ["ambix3", "5.1", "binaural"])
def test_the_block_size_does_not_matter(layout, monkeypatch):
    plan = scene([source(orbit(1.5), loop=True, start=-10)], duration=1.5)
    whole = rendered(plan, [noise()], layout)
    monkeypatch.setattr(renderer, "BLOCK", 1024)
    parts = rendered(plan, [noise()], layout)
    assert np.abs(whole - parts).max() < 1e-6 * np.abs(whole).max()  # -120 dB


def test_no_sources_are_silence_of_the_right_length():
    out = rendered(scene([], duration=0.7), [], "5.1")
    assert out.shape == (6, 33600)
    assert not out.any()


def test_a_mix_of_sources_is_the_sum_of_their_mixes():
    a, b = source((2, 1, 0), "a", loop=True), source(orbit(1.0), "b", loop=True)
    for layout in ("ambix2", "binaural"):
        both = rendered(scene([a, b]), [noise(seed=1), noise(seed=2)], layout)
        apart = rendered(scene([a]), [noise(seed=1)], layout) + rendered(scene([b]), [noise(seed=2)], layout)
        assert np.abs(both - apart).max() < 1e-6


@pytest.mark.parametrize("layout", ["ambix3", "7.1.4", "binaural"])
@pytest.mark.parametrize(("start", "stop"), [(0, 10000), (12345, 45678), (40000, 72000)])
def test_a_part_equals_that_part_of_the_whole(layout, start, stop):
    plan = scene([source(orbit(1.5), loop=True, start=-10)], duration=1.5, air=Air())
    whole = rendered(plan, [noise()], layout)
    part = np.concatenate(list(renderer.render(plan, [noise()], LAYOUTS[layout], [], None, start, stop)), axis=1)
    assert part.shape[1] == stop - start
    assert (part == whole[:, start:stop]).all()
