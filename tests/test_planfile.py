import copy
import json
from pathlib import Path

import pytest

from see2sound_addon.errors import See2SoundError
from see2sound_addon.planfile import plan_from_json, plan_to_json, read_plan

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
