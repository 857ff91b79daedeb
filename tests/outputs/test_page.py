"""The page about a mix says what others measure, and is safe to open."""

import re
from html.parser import HTMLParser

import numpy as np
import pyloudnorm
import pytest
import soundfile
from scenes import RATE, moving, noise, scene, source, write_wav

from see2sound_addon import pipeline


class Page(HTMLParser):
    """Its elements, and its text."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.words = [], ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words += data


@pytest.fixture
def plan(tmp_path):
    evil = "<script>alert(1)</script> & 鳥"
    sources = [source((0.0, 3.0, 0.0), evil, loop=True, gain_db=6.0),
               source(moving([0.0, 4.0], [(5.0, -5.0, 0.0), (5.0, 5.0, 0.0)]), "car", loop=True, gain_db=-20.0)]  # fmt: skip
    for number, one in enumerate(sources):
        one.clip = write_wav(tmp_path / f"{number}.wav", noise(2.0, number))
    return scene(sources, 4.0)


def test_it_says_what_is_measured(plan, tmp_path):
    """Loudness by pyloudnorm, the strongest direction where the loud source is."""
    pipeline.export(plan, "page", tmp_path / "p.html", layout_name="5.1")
    page = Page(tmp_path / "p.html")
    pipeline.mix(plan, "5.1", tmp_path / "m.wav")
    mix = soundfile.read(tmp_path / "m.wav")[0][:, [0, 1, 2, 4, 5]]  # pyloudnorm has no LFE
    loudness = pyloudnorm.Meter(RATE).integrated_loudness(mix)
    found = float(re.search(r"BS\.1770\)\s*(-?[\d.]+) LUFS", page.words).group(1))
    assert found == pytest.approx(loudness, abs=0.11)
    cells = [facts for tag, facts in page.elements if tag == "rect" and facts.get("fill") == "#d55e00"]
    strongest = max(cells, key=lambda facts: float(facts["fill-opacity"]))
    column, row = (float(strongest["x"]) - 40) / 18, (float(strongest["y"]) - 20) / 18
    assert 175 - 10 * column == pytest.approx(90, abs=10) and 85 - 10 * row == pytest.approx(0, abs=10)
    curves = [facts["points"] for tag, facts in page.elements if tag == "polyline" and facts["stroke"] == "#0072b2"]
    steady = np.array([point.split(",") for point in curves[1].split()], float)[5:-5, 1]  # of the source that stands
    level = 20 * np.log10(0.1 * 10 ** (6 / 20) / 3)  # noise of 0.1, 6 dB up, 3 m away
    assert np.median(steady) == pytest.approx(10 + level / -70 * 140, abs=1.0)
    assert "3.0 m" in page.words and "5.0 to 7.1 m" in page.words


def test_it_loads_nothing_and_runs_nothing(plan, tmp_path):
    pipeline.export(plan, "page", tmp_path / "p.html")
    page = Page(tmp_path / "p.html")
    assert not [tag for tag, _ in page.elements if tag in ("script", "link", "img", "iframe", "object")]
    assert not [facts for _, facts in page.elements if any(name.startswith("on") or name in ("src", "href") for name in facts)]
    assert "<script>alert(1)</script> & 鳥" in page.words
    assert "http" not in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_nothing_to_hear_is_said(tmp_path):
    write_wav(tmp_path / "a.wav", np.zeros(100))
    one = source((1.0, 0.0, 0.0))
    one.clip = tmp_path / "a.wav"
    for seconds, layout in ((0.1, None), (2.0, "ambix1"), (1.0, "mono")):
        pipeline.export(scene([one], seconds), "page", tmp_path / "p.html", layout_name=layout)
        words = Page(tmp_path / "p.html").words
        assert "silence" in words and "not defined" in words
