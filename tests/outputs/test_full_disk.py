"""Where there is no room: one clear line, and nothing of the file is left."""

import pytest
from fulldisk import run_on_full_disk
from scenes import noise, scene, source, write_wav

from see2sound_addon.planfile import write_plan


@pytest.fixture
def plan(tmp_path):
    one = source((3.0, 1.0, 0.0), "dog", loop=True)
    one.clip = write_wav(tmp_path / "c.wav", noise(1.0))
    write_plan(scene([one], 4.0), tmp_path / "plan.json")
    return tmp_path / "plan.json"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["wav", "flac", "adm", "adm-atmos", "stems", "reaper"])
def test_a_full_disk_leaves_nothing(plan, tmp_path, form):
    folder = tmp_path / "out"
    folder.mkdir()
    layout = [] if form.startswith("adm") else ["--layout", "7.1"]
    out = folder / {"stems": "s", "reaper": "s"}.get(form, f"o.{'flac' if form == 'flac' else 'wav'}")
    done = run_on_full_disk(["render", plan, "--format", form, *layout, "--out", out])
    said = [line for line in done.stderr.splitlines() if line and not line.startswith("\r")]
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr[-2000:]
    assert "File too large" in said[-1] or "cannot be written" in said[-1], said
    assert list(folder.rglob("*")) == []
