"""The environment: set up on purpose, whole or not at all; what is wrong with one is named; downloads are recorded."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from see2sound_addon.errors import Cancelled, See2SoundError
from see2sound_addon.neural import environment
from see2sound_addon.neural.environment import LOCKS, SIZES, Place, describe, fetch_model, probe, remove, set_up
from see2sound_addon.weights.cards import Card


def raises(code, work):
    with pytest.raises(See2SoundError) as caught:
        work()
    assert caught.value.code == code and caught.value.hint
    return str(caught.value)


def script(folder, text):
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_every_kind_has_a_lock_of_exact_versions():
    pins = {}
    for kind in SIZES:
        lines = [line for line in (LOCKS / f"{kind}.txt").read_text().splitlines() if line and line[0] not in "#-"]
        assert all("==" in line for line in lines)
        pins[kind] = lines
    assert len({tuple(lines) for lines in pins.values()}) == 1
    assert {"torch", "transformers", "diffusers", "accelerate", "safetensors"} <= {line.split("==")[0] for line in pins["cpu"]}


def test_nothing_is_downloaded_without_leave(tmp_path):
    raises("offline", lambda: set_up(Place(tmp_path), "cpu"))
    card = Card("x", "names", "clip", "somebody/clip", 0.1, 0.1, "MIT", True)
    raises("offline", lambda: fetch_model(Place(tmp_path), card))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_and_an_unknown_kind(tmp_path, monkeypatch):
    raises("neural-kind", lambda: set_up(Place(tmp_path), "quantum", online=True))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1, 1, 10**6))
    assert "GB must be free" in raises("disk-full", lambda: set_up(Place(tmp_path), "cpu", online=True))


def test_set_up_for_real_then_repair_then_remove(tmp_path):
    """From the lock file, with this machine's own index; a repair that fails leaves the one that works."""
    lock = tmp_path / "lock.txt"
    lock.write_text("\n".join(line for line in (LOCKS / "cpu.txt").read_text().splitlines() if line[:1] not in "#-"))
    place, seen = Place(tmp_path / "neural"), []
    set_up(place, "cpu", lambda label, done, total: seen.append(done), online=True, requirements=lock)
    assert seen == sorted(seen) and seen[-1] == 100
    assert sorted(path.name for path in place.folder.iterdir()) == ["env"]
    found = describe(place)
    assert found.ready and found.status.device in ("cpu", "cuda", "mps") and found.status.torch.startswith("2.13.0")

    lock.write_text("no-such-package-of-see2sound==1.0\n")
    raises("neural-setup", lambda: set_up(place, "cpu", online=True, requirements=lock))
    assert describe(place).ready and not (place.folder / "env.new").exists()
    remove(place)
    assert not (place.folder / "env").exists()
    assert not describe(place).ready


def test_a_cancelled_set_up_leaves_nothing_half_done(tmp_path):
    def enough(label, done, total):
        if "tqdm" in label:
            raise Cancelled

    lock = tmp_path / "lock.txt"
    lock.write_text("tqdm==4.70.1\n")
    with pytest.raises(Cancelled):
        set_up(Place(tmp_path / "neural"), "cpu", enough, online=True, requirements=lock)
    assert not (tmp_path / "neural" / "env.new").exists() and not (tmp_path / "neural" / "env").exists()


def test_what_is_wrong_with_an_environment_is_named(tmp_path):
    assert "not set up" in raises("neural-missing", lambda: probe(tmp_path / "none"))
    message = raises("neural-broken", lambda: probe(Path(sys.executable)))
    assert "torch" in message and "again" in message  # the tests' own Python has none
    raises("neural-broken", lambda: probe(script(tmp_path, "echo hello")))
    raises("neural-broken", lambda: probe(script(tmp_path, "echo 'dyld: broken' >&2; exit 7")))
    old = "echo 'see2sound:{\"python\": [3, 8, 1]}'"
    assert "3.8.1, too old" in raises("neural-broken", lambda: probe(script(tmp_path, old)))
    assert describe(Place(tmp_path, tmp_path / "none")).problem.startswith("The neural environment is not set up")


def test_a_torch_without_cuda_on_a_machine_with_a_gpu_is_told(python, tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "usual_kind", lambda: "cuda")
    found = describe(Place(tmp_path, python))
    if found.status.device == "cpu":
        assert "without CUDA" in found.advice and "again as cuda" in found.advice


@pytest.mark.skipif(sys.platform == "win32", reason="the driver's program is a script here")
def test_the_proposed_set_fits_the_gpu_that_the_driver_reports(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert environment.gpu_memory("cuda") == 0.0, "no driver, no GPU"
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 24576\necho 8192\n")
    program.chmod(0o755)
    assert environment.gpu_memory("cuda") == pytest.approx(25.77, abs=0.01), "the larger of two, in GB"
    ids = {card.id for card in environment.proposed(tmp_path / "new", "cuda", False)}
    assert {"sam2-large", "audioldm2"} <= ids
    assert "audioldm2" not in {card.id for card in environment.proposed(tmp_path / "new", "cpu", False)}


def test_the_shell_names_the_set_before_it_downloads(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "see2sound_addon.cli", "neural", "setup", "--kind", "cpu", "--neural-folder", tmp_path / "n"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (
        done.returncode == 1 and "--models" in done.stderr and "sam2-tiny" in done.stderr and "GB (Apache-2.0)" in done.stderr
    )
    assert list(tmp_path.iterdir()) == []
