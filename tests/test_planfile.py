import copy
import io
import json
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scenes import noise, write_wav

from see2sound_addon import pipeline
from see2sound_addon.errors import See2SoundError
from see2sound_addon.planfile import plan_from_json, plan_to_json, read_plan, write_plan
from see2sound_addon.soundscene import SoundScene, Source, Trajectory

PLAN = {
    "version": 1, "seed": 0, "sample_rate": 48000, "duration": 10.0,
    "speed_of_sound": 343.3, "doppler_factor": 1.0, "distance_model": "inverse_clamped",
    "listener": {"times": [0.0], "positions": [[0, 0, 1.6]], "rotations": [[1, 0, 0, 0]], "cuts": []},
    "sources": [{
        "id": "a1", "label": "steam locomotive", "prompt": "steam locomotive chuffing", "extent": "point", "radius": 0.0,
        "clip": "clips/a1.wav", "start": 0.0, "loop": True, "gain_db": 0.0,
        "times": [0.0, 10.0], "positions": [[5, 2, 1], [5, -2, 1]], "rotations": [[1, 0, 0, 0]],
        "reference_distance": 1.0, "max_distance": 1000.0, "rolloff": 1.0,
        "cone": {"inner": 6.283, "outer": 6.283, "outer_gain": 1.0},
        "occlusion": {"times": [0.0], "gain_db": [0.0], "lowpass": [20000.0]},
    }],
    "room": None,
}  # fmt: skip


def changed(path, value):
    plan = copy.deepcopy(PLAN)
    node = plan
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return plan


def read(plan):
    return plan_from_json(json.dumps(plan), Path("/somewhere"))


def test_the_design_s_example_reads_and_comes_back():
    scene = read(PLAN)
    assert scene.samples == 480000
    assert scene.sources[0].clip == Path("/somewhere/clips/a1.wav")
    assert scene.sources[0].path.positions.tolist() == [[5, 2, 1], [5, -2, 1]]
    text = plan_to_json(scene, Path("/somewhere"))
    again = json.loads(text)
    for key, value in PLAN["sources"][0].items():
        assert again["sources"][0][key] == value
    assert plan_to_json(plan_from_json(text, Path("/somewhere")), Path("/somewhere")) == text


S = ("sources", 0)
WALLS = dict.fromkeys(("-x", "+x", "-y", "+y", "floor", "ceiling"), "plaster")
BOX = {"kind": "shoebox", "centre": [0, 0, 1.5], "size": [8, 6, 3], "walls": WALLS}
BAD = {
    "unknown key": (changed((*S, "colour"), "red"), "plan-key-unknown", "'colour'"),
    "unknown key at the top": (changed(("extra",), 1), "plan-key-unknown", "'extra'"),
    "not a number": (changed(("duration",), float("nan")), "plan-value", "'duration'"),
    "a position that is no number": (changed((*S, "positions"), [[float("nan"), 0, 0]]), "plan-value", "'positions'"),
    "times that go backwards": (changed((*S, "times"), [5.0, 1.0]), "plan-times-backwards", "'times'"),
    "cuts that go backwards": (changed(("listener", "cuts"), [2.0, 1.0]), "plan-times-backwards", "'cuts'"),
    "too few positions": (changed((*S, "times"), [0.0, 1.0, 2.0]), "plan-value", "'positions'"),
    "a flat position": (changed((*S, "positions"), [[1, 2]]), "plan-value", "'positions'"),
    "a rotation that is none": (changed((*S, "rotations"), [[1, 1, 0, 0]]), "plan-value", "'rotations'"),
    "another version": (changed(("version",), 2), "plan-version", "'version'"),
    "air that is too wet": (changed(("air",), {"humidity": 130}), "plan-value", "'humidity'"),
    "a room of another kind": (changed(("room",), {"kind": "cave"}), "plan-value", "'kind'"),
    "a room too thin": (changed(("room",), {**BOX, "size": [1, 2, 0]}), "plan-value", "'size'"),
    "a room without a wall": (changed(("room",), {**BOX, "walls": {"floor": "brick"}}), "plan-key-missing", "'-x'"),
    "a wall of cheese": (changed(("room",), {**BOX, "walls": {**WALLS, "floor": "cheese"}}), "plan-value", "'floor'"),
    "a wall that gives": (changed(("room",), {**BOX, "walls": {**WALLS, "+y": [1.5] * 7}}), "plan-value", "'+y'"),
    "a wall of six octaves": (changed(("room",), {**BOX, "walls": {**WALLS, "+y": [0.5] * 6}}), "plan-value", "'+y'"),
    "too many reflections": (changed(("room",), {**BOX, "order": 30}), "plan-value", "'order'"),
    "a room's unknown key": (changed(("room",), {**BOX, "colour": 1}), "plan-key-unknown", "'colour'"),
    "a spread beyond the sphere": (changed((*S, "spread"), 7.0), "plan-value", "'spread'"),
    "an unknown extent": (changed((*S, "extent"), "huge"), "plan-value", "'extent'"),
    "a duration of zero": (changed(("duration",), 0), "plan-value", "'duration'"),
    "a flag that is text": (changed((*S, "loop"), "yes"), "plan-value", "'loop'"),
    "the same id twice": (changed(("sources",), PLAN["sources"] * 2), "plan-value", "'a1'"),
    "sources that are no list": (changed(("sources",), {}), "plan-value", "'sources'"),
    "a listener that is no object": (changed(("listener",), 3), "plan-type", "listener"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_named(case):
    plan, code, word = BAD[case]
    with pytest.raises(See2SoundError) as caught:
        read(plan)
    assert caught.value.code == code
    assert word in caught.value.message
    assert "\n" not in str(caught.value) and caught.value.hint


def test_a_missing_key_is_named():
    plan = copy.deepcopy(PLAN)
    del plan["listener"]
    with pytest.raises(See2SoundError, match="'listener' is missing"):
        read(plan)


def test_a_missing_clip_names_the_path_and_the_source(tmp_path):
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    with pytest.raises(See2SoundError) as caught:
        read_plan(tmp_path / "plan.json")
    assert "a1" in caught.value.message and "clips" in caught.value.message


@pytest.mark.parametrize("text", ["", "[", "[1]", "null", "{" * 100000])
def test_rubbish_is_one_error(text):
    with pytest.raises(See2SoundError):
        plan_from_json(text)


@pytest.mark.parametrize("room", [
    {**BOX, "walls": {**WALLS, "floor": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]}, "order": 3, "tail": False,
     "rotation": [0.6, 0.0, 0.0, 0.8]},
    {"kind": "ground", "height": -0.5, "material": "snow"},
    {"kind": "response", "file": "hall.wav", "gain_db": -6.0},
])  # fmt: skip
def test_rooms_come_back(room):
    plan = changed(("room",), room)
    plan["sources"][0].update(synchronous=True, lfe_db=-10.0, divergence=0.5, spread=1.0)
    scene = plan_from_json(json.dumps(plan), Path("/somewhere"))
    again = json.loads(plan_to_json(scene, Path("/somewhere")))
    assert {key: again["room"][key] for key in room} == room
    assert {key: again["sources"][0][key] for key in ("synchronous", "lfe_db", "divergence", "spread")} == {
        "synchronous": True, "lfe_db": -10.0, "divergence": 0.5, "spread": 1.0,
    }  # fmt: skip


def timed_out_after(seconds, work):
    """Fails where work takes longer, for hangs are what is looked for here."""
    begin = time.monotonic()
    with pytest.raises(See2SoundError) as caught:
        work()
    assert time.monotonic() - begin < seconds
    assert len(str(caught.value)) < 800
    return caught.value


def test_what_would_take_memory_or_time_without_end_is_refused_at_once():
    text = "x" * 10**6
    assert timed_out_after(5.0, lambda: read(changed((*S, "times"), [text] * 50))).code == "plan-value"
    assert timed_out_after(5.0, lambda: read(changed((*S, "positions"), [[0, 0, text]]))).code == "plan-value"
    many = [{**PLAN["sources"][0], "id": "same"} for _ in range(9000)]
    assert "twice" in timed_out_after(20.0, lambda: read({**PLAN, "sources": many})).message
    assert "at most" in timed_out_after(20.0, lambda: read({**PLAN, "sources": many * 2})).message
    keys = "{" + ",".join(f'"k{number}": 1' for number in range(100_000)) + "}"
    assert "keys" in timed_out_after(10.0, lambda: plan_from_json(keys)).message
    assert timed_out_after(10.0, lambda: plan_from_json("[" + "1," * 16_000_000 + "1]")).code == "plan-too-large"
    assert timed_out_after(5.0, lambda: read(changed((*S, "start"), -1e6))).code == "plan-value"


def test_a_name_that_no_file_could_have(tmp_path):
    room = {"kind": "response", "file": "x" * 300 + ".wav"}
    plan = changed(("room",), room)
    write_wav(tmp_path / "a.wav", noise(0.1)[None])
    plan["sources"][0]["clip"] = "a.wav"
    with pytest.raises(See2SoundError) as caught:
        pipeline.mix(plan_from_json(json.dumps(plan), tmp_path), "mono", tmp_path / "mix.wav")
    assert caught.value.code == "clip-missing"


def test_long_trajectories_go_to_a_file_beside_the_plan_and_come_back(tmp_path):
    """64 sources that move in each frame of two hours are what a plan must hold; here a tenth of that is written and read."""
    frames = 17_280
    times, random = np.arange(frames) / 24.0, np.random.default_rng(0)
    write_wav(tmp_path / "a.wav", noise(0.1)[None])
    sources = [
        Source(
            f"s{number}", tmp_path / "a.wav", Trajectory(times, random.normal(0, 9, (frames, 3)), np.array([[1.0, 0, 0, 0]]))
        )
        for number in range(64)
    ]
    plan = SoundScene(frames / 24.0, Trajectory.fixed((0, 0, 1.6)), sources)
    write_plan(plan, tmp_path / "plan.json")
    assert (tmp_path / "plan.json").stat().st_size < 100_000
    again = read_plan(tmp_path / "plan.json")
    for one, other in zip(plan.sources, again.sources, strict=True):
        assert one.clip == other.clip
        assert np.array_equal(one.path.times, other.path.times) and np.array_equal(one.path.positions, other.path.positions)
    (tmp_path / "plan.npz").unlink()
    with pytest.raises(See2SoundError) as caught:
        read_plan(tmp_path / "plan.json")
    assert caught.value.code == "plan-arrays" and "plan.npz" in caught.value.message


def long_plan(folder):
    write_wav(folder / "a.wav", noise(0.1)[None])
    path = Trajectory(np.arange(3000) / 24.0, np.zeros((3000, 3)) + np.arange(3000)[:, None], np.array([[1.0, 0, 0, 0]]))
    write_plan(SoundScene(1.0, Trajectory.fixed((0, 0, 0)), [Source("a", folder / "a.wav", path)]), folder / "plan.json")


@pytest.mark.parametrize("name", ["../plan.npz", "/etc/passwd", "", ".", 3, "other.npz"])
def test_a_file_of_arrays_elsewhere_is_not_read(tmp_path, name):
    long_plan(tmp_path)
    plan = json.loads((tmp_path / "plan.json").read_text())
    (tmp_path / "plan.json").write_text(json.dumps({**plan, "arrays": name}))
    with pytest.raises(See2SoundError) as caught:
        read_plan(tmp_path / "plan.json")
    assert caught.value.code == "plan-arrays"


def bomb(folder):
    """An array of 80 GB, compressed to nothing."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**10,)})
    with zipfile.ZipFile(folder / "plan.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("source0.positions.npy", header.getvalue() + bytes(10**7))


def pickled(folder):
    np.savez(folder / "plan.npz", **{"source0.positions": np.array([{"evil": 1}], object)})


def garbage(folder):
    (folder / "plan.npz").write_bytes(b"PK\x03\x04" + bytes(100))


@pytest.mark.parametrize(("spoil", "code"), [(bomb, "plan-too-large"), (pickled, "plan-arrays"), (garbage, "plan-arrays")])
def test_a_spoiled_file_of_arrays_is_refused(tmp_path, spoil, code):
    long_plan(tmp_path)
    spoil(tmp_path)
    assert timed_out_after(5.0, lambda: read_plan(tmp_path / "plan.json")).code == code
