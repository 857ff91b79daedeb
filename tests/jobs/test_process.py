"""Worker processes, and everything that can go wrong with them."""

import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import soundfile
from scenes import RATE, moving, noise, scene, source, write_wav

from see2sound_addon import pipeline
from see2sound_addon.delivery.formats import Delivery
from see2sound_addon.errors import See2SoundError
from see2sound_addon.findings import Settings
from see2sound_addon.jobs.requests import FreeNeural, Mix, PartRendered, Reconstruct, RenderPart
from see2sound_addon.neural.requests import Done
from see2sound_addon.planfile import plan_to_json
from see2sound_addon.projection import Camera, Perspective
from see2sound_addon.soundscene import Shoebox
from see2sound_addon.spatial import kernels
from see2sound_addon.workers import process
from see2sound_addon.workers.messages import Request
from see2sound_addon.workers.process import Worker


@dataclass(frozen=True)
class Fly(Request[Done]):
    """What no worker can do."""

    task: ClassVar[str] = "fly"
    result: ClassVar[type] = Done


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and scripts are those of a Unix")


def plan_file(folder, seconds=30.0):
    write_wav(folder / "a.wav", noise(2.0)[None])
    path = moving([0, seconds], [(5, 5, 0), (5, -5, 0)])
    plan = scene([source(path, loop=True)], seconds)
    plan.sources[0].clip = folder / "a.wav"
    (folder / "plan.json").write_text(plan_to_json(plan))
    return plan


def long_task(folder):
    plan_file(folder, 3600.0)
    return RenderPart(folder / "plan.json", "ambix7", 0, 3600 * RATE, folder / "out.raw")


def pretender(folder, text):
    """Something that is started as if it were a Python."""
    script = folder / "python"
    script.write_text(f"#!/bin/sh\n{text}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def until(worker, seconds=20.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        worker.poll()
        time.sleep(0.01)
    raise AssertionError("nothing happened")


def test_a_worker_does_one_task_after_another_and_says_how_far_it_is(tmp_path):
    plan = plan_file(tmp_path, 3.0)
    with Worker() as worker:
        for layout, channels in (("mono", 1), ("5.1", 6)):
            seen = []
            worker.start(RenderPart(tmp_path / "plan.json", layout, 0, plan.samples, tmp_path / "out.raw"))
            worker.wait(lambda label, done, total, seen=seen: seen.append(done / total))
            assert np.fromfile(tmp_path / "out.raw", np.float32).size == channels * plan.samples
            assert seen == sorted(seen) and seen[-1] == 1.0
    assert not worker.log.exists()


def test_a_task_s_own_error_arrives_whole(tmp_path):
    with Worker() as worker:
        worker.start(RenderPart(tmp_path / "none.json", "mono", 0, 1, tmp_path / "out.raw"))
        with pytest.raises(See2SoundError) as caught:
            worker.wait()
        assert (caught.value.code, caught.value.hint) == ("plan-missing", "Check the path.")
        worker.start(Fly())
        with pytest.raises(See2SoundError, match="no task 'fly'"):
            worker.wait()


def test_cancelling_stops_soon_and_the_worker_lives_on(tmp_path):
    with Worker() as worker:
        worker.start(long_task(tmp_path))
        while not (tmp_path / "out.raw").exists():
            worker.poll()
            time.sleep(0.01)
        worker.cancel()
        begin = time.monotonic()
        with pytest.raises(See2SoundError) as caught:
            until(worker)
        assert caught.value.code == "cancelled"
        assert time.monotonic() - begin < 10.0  # usually 0.1; a busy machine is no error
        worker.start(Fly())
        with pytest.raises(See2SoundError, match="no task"):
            until(worker)


def test_a_cancel_that_comes_too_late_does_not_stop_the_next_task(tmp_path):
    plan = plan_file(tmp_path, 1.0)
    task = RenderPart(tmp_path / "plan.json", "mono", 0, plan.samples, tmp_path / "out.raw")
    with Worker() as worker:
        worker.start(task)
        worker.wait()
        worker.cancel()
        worker.start(task)
        assert worker.wait() == PartRendered([])


def test_a_worker_leaves_no_log_no_process_and_no_open_files(tmp_path):
    handles = Path("/proc/self/fd")
    if not handles.exists():
        pytest.skip("only Linux lists a process's open files")
    with Worker() as worker:  # whatever is opened once for all
        worker.start(Fly())
        with pytest.raises(See2SoundError):
            until(worker)
    before = len(list(handles.iterdir()))
    for _ in range(3):
        with Worker() as worker:
            pass
        assert worker._process.poll() is not None and not worker.log.exists()
    time.sleep(0.2)
    assert len(list(handles.iterdir())) <= before


def test_a_folder_that_is_not_there_may_be_mistyped_and_is_not_made(tmp_path):
    with pytest.raises(See2SoundError) as caught:
        pipeline.mix(plan_file(tmp_path, 9.0), "mono", tmp_path / "new" / "folder" / "mix.wav")
    assert caught.value.code == "folder-missing" and not (tmp_path / "new").exists()


def test_a_clip_that_changes_during_a_mix_changes_nothing(tmp_path):
    """The sound at the start is the sound of the whole mix."""
    plan = plan_file(tmp_path, 20.0)
    pipeline.mix(plan, "mono", tmp_path / "before.wav")
    clip = plan.sources[0].clip
    samples, rate = soundfile.read(clip)

    def replace_the_clip(label, done, total):
        soundfile.write(clip, -0.1 * samples, rate)

    pipeline.mix(plan, "mono", tmp_path / "mix.wav", replace_the_clip, threads=2)
    assert not np.allclose(soundfile.read(clip)[0], samples)
    assert (tmp_path / "mix.wav").read_bytes() == (tmp_path / "before.wav").read_bytes()


def test_an_idle_worker_s_signs_of_life_are_not_kept(monkeypatch):
    with Worker() as worker:
        worker.start(FreeNeural())
        assert worker.wait() == Done()
        time.sleep(3.5)
        assert worker._lines.qsize() == 0


def test_time_in_which_both_processes_stood_still_does_not_count(tmp_path):
    """As after Ctrl Z and fg, or after a laptop's sleep: the job goes on."""
    task = long_task(tmp_path)
    code = f"""
import os, pathlib, signal, sys, threading, time
sys.path[:0] = {sys.path!r}
from see2sound_addon.jobs.requests import RenderPart
from see2sound_addon.spatial import kernels
from see2sound_addon.workers import process
process.SILENCE = 8.0
worker = process.Worker()
worker.start(RenderPart(pathlib.Path({str(task.plan)!r}), "ambix7", 0, {task.stop}, pathlib.Path({str(task.out)!r})))
print(worker._process.pid, flush=True)
while worker.poll() is None:
    time.sleep(0.05)
    if sys.stdin in select.select([sys.stdin], [], [], 0)[0]:
        print("alive", flush=True)
        worker.kill()
        break
""".replace("import os,", "import select, os,")
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        time.sleep(1.0)
        for signal_ in (signal.SIGSTOP, signal.SIGCONT):
            os.kill(child, signal_)
            os.kill(parent.pid, signal_)
            time.sleep(14.0 if signal_ == signal.SIGSTOP else 2.0)
        parent.stdin.write("well?\n")
        parent.stdin.flush()
        assert parent.stdout.readline().strip() == "alive"


def test_a_worker_gets_what_it_needs_of_the_environment_and_nothing_else(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("HF_TOKEN", "token")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    with Worker() as worker:
        facts = Path(f"/proc/{worker._process.pid}/environ").read_bytes().decode().split("\0")
    names = {line.partition("=")[0] for line in facts}
    assert {"PATH", "OMP_NUM_THREADS", "PYTHONPATH"} <= names
    assert "AWS_SECRET_ACCESS_KEY" not in names and "HF_TOKEN" not in names


def test_a_job_that_cannot_be_started_is_an_error_and_blocks_nothing(tmp_path):
    with Worker() as worker:
        with pytest.raises(See2SoundError) as caught:
            worker.start(Reconstruct(tmp_path / "a.png", Camera(Perspective(np.float32(1.0), 1.0)), Settings()))
        assert caught.value.code == "task-data" and not worker.busy
        worker.start(FreeNeural())
        assert worker.wait() == Done()


def test_whoever_waits_can_stop_waiting(tmp_path):
    def enough(label, done, total):
        raise KeyboardInterrupt

    worker = Worker()
    worker.start(long_task(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        worker.wait(enough)
    assert worker._process.poll() is not None


def test_a_killed_worker_is_a_clear_error(tmp_path):
    with Worker() as worker:
        worker.start(long_task(tmp_path))
        os.kill(worker._process.pid, signal.SIGKILL)
        with pytest.raises(See2SoundError, match=r"stopped unexpectedly \(killed by signal 9\)") as caught:
            until(worker)
    assert caught.value.code == "worker-died"


def test_a_worker_that_crashes_shows_the_end_of_its_log(tmp_path):
    with Worker(pretender(tmp_path, "echo 'no torch here' >&2; exit 3")) as worker:
        worker.start(FreeNeural())
        with pytest.raises(See2SoundError, match="exit 3") as caught:
            until(worker)
    assert "no torch here" in caught.value.hint


@pytest.mark.parametrize("rubbish", ["hello", "[1,2]", '{"progress": 7}', '{"error": {}}', "7"])
def test_rubbish_is_an_error_and_ends_the_worker(tmp_path, rubbish):
    with Worker(pretender(tmp_path, f"echo '{rubbish}'; sleep 60")) as worker:
        worker.start(FreeNeural())
        with pytest.raises(See2SoundError) as caught:
            until(worker)
        assert caught.value.code == "worker-rubbish"
        assert worker._process.poll() is not None


def test_a_worker_that_hangs_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "SILENCE", 0.5)
    with Worker(pretender(tmp_path, "sleep 60")) as worker:
        worker.start(FreeNeural())
        with pytest.raises(See2SoundError) as caught:
            until(worker)
        assert caught.value.code == "worker-hangs"


def test_a_python_that_is_not_there():
    with pytest.raises(See2SoundError) as caught:
        Worker("/nowhere/python")
    assert caught.value.code == "worker-start"


def test_what_lies_in_the_working_folder_is_not_imported(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("import os; os._exit(9)")
    monkeypatch.chdir(tmp_path)
    with Worker() as worker:
        worker.start(Fly())
        with pytest.raises(See2SoundError, match="no task"):
            until(worker)


@pytest.mark.parametrize("layout", ["binaural", "7.1", "ambix1"])
def test_a_mix_by_several_threads_has_the_same_bytes(tmp_path, layout):
    plan = plan_file(tmp_path, 9.0)
    plan.room = Shoebox((0.0, 0.0, 0.0), (20.0, 20.0, 6.0), ((0.3,) * 7,) * 6, order=1, tail=True)
    found = {threads: pipeline.mix(plan, layout, tmp_path / f"{threads}.wav", threads=threads) for threads in (1, 2, 5)}
    assert soundfile.info(tmp_path / "1.wav").frames == 9 * 48000
    assert len({(tmp_path / f"{threads}.wav").read_bytes() for threads in found}) == 1
    assert len({report.levels.loudness for report in found.values()}) == 1


def test_a_worker_uses_the_kernel_that_a_variable_forces(tmp_path, monkeypatch):
    plan = plan_file(tmp_path, 1.0)
    with kernels.using("numpy"):
        pipeline.mix(plan, "binaural", tmp_path / "wanted.wav")
    monkeypatch.setenv(kernels.VARIABLE, "numpy")
    with Worker() as worker:
        worker.ask(Mix(tmp_path / "plan.json", "binaural", tmp_path / "made.wav", Delivery()))
    assert (tmp_path / "made.wav").read_bytes() == (tmp_path / "wanted.wav").read_bytes()


def test_a_mix_that_is_stopped_leaves_nothing(tmp_path):
    plan = plan_file(tmp_path, 9.0)

    def stop(label, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.mix(plan, "mono", tmp_path / "mix.wav", stop, threads=3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "plan.json"]
