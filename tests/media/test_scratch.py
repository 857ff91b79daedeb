"""Temporary files: made so that nothing can be planted, and removed after a killed run."""

import os
import signal
import subprocess
import sys
import time

import pytest

from see2sound_addon.errors import See2SoundError
from see2sound_addon.media import scratch
from see2sound_addon.media.files import whole_file, write_text

KILLED = """
import sys, time
from pathlib import Path
from see2sound_addon.media.files import whole_file
from see2sound_addon.media.scratch import temporary_folder
with whole_file(Path(sys.argv[1]) / "mix.wav") as partial, temporary_folder(Path(sys.argv[1])) as folder:
    partial.write_bytes(bytes(1000))
    (folder / "0.raw").write_bytes(bytes(1000))
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="by age elsewhere")
def test_what_a_killed_run_has_left_is_swept_by_the_next_one(tmp_path):
    run = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "ready\n"
    assert len(list(tmp_path.iterdir())) == 2
    write_text(tmp_path / "plan.json", "{}")
    assert len(list(tmp_path.iterdir())) == 3  # it is at work: nothing of it is touched
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert len(scratch.sweep(tmp_path)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_strangers_files_are_not_swept(tmp_path):
    for name in (".see2sound_x.part", "see2sound_00000000_1_0123456789abcdef", ".mix.wav.99999999.part"):
        (tmp_path / name).write_text("")
    other = tmp_path / ".see2sound_deadbeef_99999999_0123456789abcdef.part"  # of another machine, on a shared disk
    other.write_text("")
    assert scratch.sweep(tmp_path) == []
    long_ago = time.time() - 2 * scratch.OLD
    os.utime(other, (long_ago, long_ago))
    assert scratch.sweep(tmp_path) == [other.name]


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_planted_link_is_not_followed(tmp_path, monkeypatch):
    """Even where a name is guessed, what is there already is never opened."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    monkeypatch.setattr(scratch, "new_name", lambda suffix="": f"guessed{suffix}")
    (tmp_path / "guessed.part").symlink_to(victim)
    with pytest.raises(See2SoundError), whole_file(tmp_path / "mix.wav") as partial:
        partial.write_text("overwritten")
    assert victim.read_text() == "precious"


def test_names_cannot_be_guessed_and_files_have_the_usual_rights(tmp_path):
    with whole_file(tmp_path / "a") as one, whole_file(tmp_path / "b") as other:
        assert one.name != other.name and len(one.name) > 30
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_name_as_long_as_any_can_be(tmp_path):
    write_text(tmp_path / ("x" * 251 + ".txt"), "there")
    assert (tmp_path / ("x" * 251 + ".txt")).read_text() == "there"
