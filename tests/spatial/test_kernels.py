"""Every compiled kernel that runs here against the reference in NumPy, to 1e-6 of full scale.

The reference itself is held to closed forms and to other people's renderers by the other tests of this folder.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scenes import RATE, noise, scene, source

from see2sound_addon.errors import See2SoundError
from see2sound_addon.soundscene import Air, Cone, Occlusion, Shoebox, Trajectory
from see2sound_addon.spatial import kernels, panning, renderer
from see2sound_addon.spatial.delayline import Clip
from see2sound_addon.spatial.head import default_head
from see2sound_addon.spatial.kernels import library, reference
from see2sound_addon.spatial.kernels.grid import HOP, MARGIN, STEP
from see2sound_addon.spatial.layouts import LAYOUTS, find_layout
from see2sound_addon.spatial.loudness import Meter
from see2sound_addon.spatial.motion import Segment
from see2sound_addon.spatial.renderer import render

ROOT = Path(__file__).resolve().parents[2]
COMPILED = [name for name in kernels.kernels() if name != "numpy"]
SAME = 1e-6

pytestmark = pytest.mark.skipif(not COMPILED, reason="no compiled kernel: there is no C compiler, or dev.py has not run")


def directions(count, seed=0):
    """All over the sphere, with those where faces meet."""
    random = np.random.default_rng(seed).standard_normal((count, 3))
    special = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1), (1, 1, 0), (1, -1, 1)]
    found = np.concatenate([np.array(special, float), random])
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def close(found, wanted, bound=SAME):
    """Whether arrays differ by no more than a bound; pytest.approx takes minutes for so many values."""
    assert np.shape(found) == np.shape(wanted)
    assert np.abs(np.asarray(found, float) - wanted).max(initial=0.0) <= bound
    return True


def full_scale(count, seed=0):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, count).astype(np.float32)


@pytest.fixture(params=COMPILED)
def native(request):
    return kernels.kernels()[request.param]


@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize("length", [1, 2, 31, 63, 64, 65, 500, 20000])
@pytest.mark.parametrize("speed", [0.0, 0.3, 1.0, 1.01, 1.9, 9.0, 40.0, -1.0])
def test_clips_of_any_length_at_any_speed(native, length, loop, speed):
    clip = Clip(full_scale(length), loop)
    for count in (1, 63, 64, 65, 512, 1000):
        moments = -300.3 + speed * np.arange(count)
        assert close(native.read(clip, moments), reference.read(clip, moments))
        assert len(native.read(clip, moments)) == count


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(1, 3000), loop=st.booleans(), start=st.floats(-5000, 5000), points=st.integers(4, 40),
    speed=st.floats(-3, 5), wild=st.floats(0, 200), seed=st.integers(0, 99),
)  # fmt: skip
@example(length=3, loop=True, start=0.0, points=4, speed=-1.1, wild=0.0, seed=0)  # whole samples, or almost
def test_smooth_moments_of_any_kind(length, loop, start, points, speed, wild, seed):
    clip = Clip(full_scale(length, seed), loop)
    control = start + speed * STEP * np.arange(points) + wild * np.random.default_rng(seed).standard_normal(points)
    wanted = reference.read_smoothly([clip, clip], [control, control[:4]])
    for name in COMPILED:
        found = kernels.kernels()[name].read_smoothly([clip, clip], [control, control[:4]])
        for one, other in zip(found, wanted, strict=True):
            assert close(one, other, 2 * SAME)  # 1e-6, and what float32 leaves of a moment's fraction


def test_moments_that_are_no_numbers_read_nothing_outside_the_clip(native):
    clip = Clip(full_scale(100), False)
    for bad in (np.nan, np.inf, -np.inf, 1e300, -1e300):
        found = native.read(clip, np.concatenate([np.arange(64.0), np.full(64, bad), np.arange(64.0)]))
        assert np.abs(found[64:128]).max() == 0.0 and close(found[:64], clip.samples[:64])


@settings(max_examples=40, deadline=None)
@given(voices=st.integers(1, 70), steps=st.integers(1, 9), channels=st.integers(1, 64), seed=st.integers(0, 99))
def test_gains_on_ramps(voices, steps, channels, seed):
    random = np.random.default_rng(seed)
    signals = [full_scale(STEP * steps, seed + i) / voices for i in range(voices)]
    gains = random.uniform(-1, 1, (voices, steps + 1, channels)) * (random.random((voices, 1, channels)) < 0.5)
    before = full_scale(STEP * steps * channels, seed).reshape(channels, -1)
    for name in COMPILED:
        native = kernels.kernels()[name]
        assert close(native.mix(signals, gains), reference.mix(signals, gains))
        assert close(native.mix(signals, gains, before.copy()), reference.mix(signals, gains, before))


@pytest.mark.parametrize("frames", [2, 3, 4, 9, 10])
def test_filters_that_change(native, frames):
    signal = full_scale(HOP * (frames + 1))
    magnitudes = np.random.default_rng(1).uniform(0, 1, (frames, 2 * HOP + 1)).astype(np.float32)
    if len(signal) > 2 * MARGIN:
        found = native.filter_moving(signal, magnitudes)
        assert len(found) == len(signal) - 2 * MARGIN
        assert close(found, reference.filter_moving(signal, magnitudes))
    distance, loss = np.linspace(0, 5000, frames), np.linspace(0, 0.2, 513)
    assert close(native.air(distance, loss, 120.0), reference.air(distance, loss, 120.0))


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
@pytest.mark.parametrize("steady", [True, False])
def test_two_ears_at_any_rate(native, rate, steady):
    """From 85 kHz on a response is longer than a transform of 1024 has room for."""
    head, frames, random = default_head(rate), 7, np.random.default_rng(0)
    heard = [full_scale(HOP * (frames + 1), ear) for ear in range(2)]
    gain = random.uniform(0, 1, (frames + 1) * HOP // STEP + 1)
    near, weight = random.integers(0, len(head.directions), (frames, 5)), random.dirichlet(np.ones(5), frames)
    focus = random.uniform(0, 1, frames)
    if steady:
        near[:], weight[:], focus[:] = near[0], weight[0], 0.7
    sounds = []
    for kernel in (reference, native):
        ears = kernel.ears(head.responses)
        total = ears.blank(frames)
        ears.hear(total, heard, gain, near, weight, focus)
        ears.hear(total, heard[::-1], gain[::-1], near[::-1], weight[::-1], focus[::-1])
        sounds.append(ears.sound(total))
    length = (frames - 1) * HOP + min(ears.tail, HOP + head.responses.shape[2])
    scale = np.abs(sounds[0]).max()
    assert close(sounds[1][:, :length], sounds[0][:, :length], SAME * max(1.0, scale))


def path(times, points):
    return Segment(-np.inf, np.inf, times, points, np.array([[1.0, 0, 0, 0]]))


@pytest.mark.parametrize("samples", [2, 3, 50, 9000])
@pytest.mark.parametrize("mirrored", [False, True])
def test_retarded_times(native, samples, mirrored):
    """Also of a path with more samples than its curve is made for at once, and of sounds that come from far before a block."""
    random = np.random.default_rng(0)
    curve = path(np.linspace(0, 100, samples), np.cumsum(random.uniform(-1, 1, (samples, 3)), axis=0) * 5000 / samples)
    matrix = np.linalg.qr(random.standard_normal((3, 3)))[0]
    image = np.concatenate([matrix, [[0.0, 3.0, -2.0]]]) if mirrored else None
    for start, moving in ((-1.0, True), (45.3, True), (45.3, False), (99.0, True)):
        times = start + np.arange(777) * STEP / RATE
        places = random.uniform(-500, 500, (777, 3)) if moving else np.broadcast_to(random.uniform(-5, 5, 3), (777, 3))
        for found, wanted in zip(
            native.emit(times, places, curve, image, 343.0, 9),
            reference.emit(times, places, curve, image, 343.0, 9),
            strict=True,
        ):
            assert close(found, wanted, 1e-9)


def test_directions_from_the_listener(native):
    towards = directions(500) * np.linspace(0, 10, 508)[:, None]
    distance = np.linalg.norm(towards, axis=1)
    turning = np.linalg.qr(np.random.default_rng(0).standard_normal((508, 3, 3)))[0]
    for rotations in (turning, np.broadcast_to(turning[0], turning.shape)):
        assert native.face(towards, distance, rotations) == pytest.approx(
            reference.face(towards, distance, rotations), abs=1e-12
        )


@pytest.mark.parametrize("name", [name for name, layout in LAYOUTS.items() if layout.kind == "speakers" and name != "stereo"])
def test_loudspeaker_gains(native, name):
    faces = panning.find_panner(name).faces
    for where in (directions(3000), np.array([panning.unit_vector(a, 0.0) for a in np.linspace(0, 360, 1441)])):
        assert close(native.pan(where, faces), reference.pan(where, faces))


@pytest.mark.parametrize("order", range(1, 8))
def test_harmonics(native, order):
    where = directions(1000)
    assert close(native.encode(where, order), reference.encode(where, order), 1e-11)


def test_measured_directions_around(native):
    """Both find weights that make the direction; which of two faces at an edge is no matter."""
    head = default_head(RATE)
    where = np.concatenate([directions(3000), head.directions])
    face, weight = native.around(where, head._hull)
    assert weight.min() >= 0.0 and close(weight.sum(axis=1), np.ones(len(where)))
    corners = head.directions[head._faces[face]]
    made = np.einsum("nk,nki->ni", weight, corners)
    assert close(made / np.linalg.norm(made, axis=1, keepdims=True), where, 1e-9)
    assert close(weight[3008:].max(axis=1), np.ones(len(head.directions)), 1e-9)
    other, shares = reference.around(where, head._hull)
    delays = head.delays[head._faces]
    assert np.einsum("nk,nke->ne", weight, delays[face]) == pytest.approx(
        np.einsum("nk,nke->ne", shares, delays[other]), abs=1e-10
    )


@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1", "22.2", "ambix1"])
def test_loudness_and_peaks(native, layout):
    channels = find_layout(layout).channels
    sound = np.stack([noise(3.3, seed=i) for i in range(channels)]) * np.linspace(1.3, 0.1, int(3.3 * RATE), dtype=np.float32)
    found = []
    for name in ("numpy", native.name):
        with kernels.using(name):
            meter = Meter(find_layout(layout), RATE)
            for begin, end in ((0, 1), (1, 5000), (5000, 5000), (5000, 100_000), (100_000, sound.shape[1])):
                meter.feed(sound[:, begin:end])
        found.append((meter.true_peak, meter.sample_peak, meter.rms, meter.integrated))
    assert found[1][:3] == pytest.approx(found[0][:3], rel=1e-6)
    assert found[1][3] is None if found[0][3] is None else found[1][3] == pytest.approx(found[0][3], abs=1e-6)


def rich_scene(room):
    """Whatever the engine can do: moving, still, near, far, wide, ambient, coned, occluded, through cuts, with fades."""
    times = np.linspace(0.0, 3.0, 30)
    around = np.stack([3 * np.cos(4 * times), 3 * np.sin(4 * times), np.sin(times)], axis=1)
    through = Trajectory(times, np.stack([2.0 - 1.4 * times, 0.05 + 0 * times, 0 * times], axis=1), np.array([[1.0, 0, 0, 0]]))
    turned = np.stack([np.cos(times), 0 * times, 0 * times, np.sin(times)], axis=1)
    ear = Trajectory(times, 0.3 * around[::-1], turned, np.array([1.51]))
    occlusion = Occlusion(np.array([0.0, 2.0]), np.array([0.0, -12.0]), np.array([20000.0, 800.0]), np.zeros((2, 7)))
    sources = [
        source(Trajectory(times, around, turned), loop=True, start=-1.0, cone=Cone(1.0, 2.0, 0.2)),
        source(through, loop=True, start=-1.0),
        source((2.0, -3.0, 1.0), start=0.4),
        source((3.0, 2.0, 0.0), loop=True, extent="area", radius=1.0),
        source((0.0, 0.0, 0.0), loop=True, extent="ambient", gain_db=-20.0),
        source(Trajectory(times, around + 40.0, np.array([[1.0, 0, 0, 0]])), loop=True, occlusion=occlusion),
        source((-3.0, 1.0, 0.5), loop=True, start=-2.0),
    ]
    return scene(sources, 1.7, listener=ear, room=room, air=Air())


BOX = Shoebox((0.0, 0.0, 0.0), (12.0, 10.0, 5.0), ((0.2,) * 7, (0.5,) * 7, *((0.3,) * 7,) * 4), order=1, tail=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "room"), [*((name, None) for name in LAYOUTS), ("binaural", BOX), ("5.1", BOX), ("ambix1", BOX)]
)
def test_whole_mixes(name, room, monkeypatch):
    monkeypatch.setattr(renderer, "BLOCK", 16384)
    plan = rich_scene(room)
    clips = [noise(1.7, seed=number) for number in range(len(plan.sources))]
    mixes = []
    for kernel in ("numpy", COMPILED[0]):
        with kernels.using(kernel):
            mixes.append(np.concatenate(list(render(plan, clips, LAYOUTS[name], [])), axis=1))
    scale = max(1.0, float(np.abs(mixes[0]).max()))
    assert np.abs(mixes[0]).max() > 0.01
    assert close(mixes[1], mixes[0], 2 * SAME * scale)


def run(code, **environment):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **environment})


def test_a_variable_forces_one():
    code = "from see2sound_addon.spatial.kernels import kernel; print(kernel().name)"
    for name in kernels.kernels():
        assert run(code, SEE2SOUND_KERNEL=name).stdout.strip() == name
    assert run(code).stdout.strip() == next(iter(kernels.kernels()))
    wrong = run(code, SEE2SOUND_KERNEL="quantum")
    assert "There is no kernel 'quantum' here." in wrong.stderr
    with pytest.raises(See2SoundError) as caught, kernels.using("quantum"):
        pass
    assert caught.value.code == "kernel-unknown" and "numpy" in caught.value.hint


def test_a_library_of_another_source_or_none_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(library, "BUILT", tmp_path)
    monkeypatch.setattr(library, "PACKAGE", "see2sound_has_no_such_package")
    assert library.find_libraries() == ([], ["none was built"])
    (tmp_path / "baseline.so").write_text("no library")
    found, why = library.find_libraries()
    assert found == [] and "baseline.so" in why[0]
    if shutil.which("cc"):
        made = [
            *["cc", "-shared", "-fPIC", "-o"],
            tmp_path / "baseline.so",
            ROOT / "see2sound_addon/spatial/kernels/kernel.c",
            "-lm",
        ]
        subprocess.run(made, check=True, capture_output=True)
        found, why = library.find_libraries()
        assert found == [] and "another version of kernel.c" in why[0]


def test_without_a_library_numpy_mixes_and_says_so_once(tmp_path):
    soundfile.write(tmp_path / "a.wav", noise(1.0), RATE)
    code = f"""
import logging
from see2sound_addon.spatial.kernels import library
library.BUILT, library.PACKAGE = library.BUILT / "none", "see2sound_has_no_such_package"
from see2sound_addon.spatial.kernels import kernel
assert kernel().name == "numpy" and kernel().name == "numpy"
import numpy as np
from see2sound_addon.spatial.renderer import render
from see2sound_addon.spatial.layouts import LAYOUTS
import sys; sys.path.insert(0, {str(ROOT / "tests" / "support")!r})
from scenes import scene, source, noise
blocks = list(render(scene([source((3, 1, 0))], 1.0), [noise(1.0)], LAYOUTS["7.1"], []))
assert np.abs(np.concatenate(blocks, axis=1)).max() > 0.01
"""
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("several times slower") == 1


def test_doctor_says_which_is_in_use():
    command = [sys.executable, "-m", "see2sound_addon.cli", "doctor"]
    for name in kernels.kernels():
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "SEE2SOUND_KERNEL": name})
        assert f"kernel {name}: in use" in done.stdout
        assert ("several times slower" in done.stdout) == (name == "numpy")


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["manylinux_2_17_aarch64", "macosx_11_0_arm64"])
def test_a_wheel_for_another_machine(tmp_path, tag):
    """Its library holds the source's hash, and its file list every file."""
    import csv
    import zipfile

    if importlib.util.find_spec("ziglang") is None:
        pytest.skip("ziglang is not installed")
    done = subprocess.run([sys.executable, ROOT / "tools" / "build_kernels.py", "--wheels", tmp_path, tag], capture_output=True)
    assert done.returncode == 0, done.stderr
    (made,) = tmp_path.glob("*.whl")
    assert made.name == f"see2sound_kernels-1.0-py3-none-{tag}.whl"
    with zipfile.ZipFile(made) as wheel:
        names = wheel.namelist()
        record = wheel.read(next(name for name in names if name.endswith("RECORD"))).decode()
        listed = [row[0] for row in csv.reader(record.splitlines())]
        assert sorted(listed) == sorted(names)
        (compiled,) = [wheel.read(name) for name in names if "baseline" in name]
    assert library.source_hash().encode() in compiled
    assert compiled[:4] == (b"\x7fELF" if "linux" in tag else b"\xcf\xfa\xed\xfe")
