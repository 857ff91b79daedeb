"""Many shots: what is done is skipped, what fails fails alone, and farms get descriptions that their own programs run."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile
import verifiers
from scenes import noise, scene, source, write_wav

from see2sound_addon import cli
from see2sound_addon.batch.farms import write_flamenco, write_openjd
from see2sound_addon.batch.queue import DONE
from see2sound_addon.batch.shots import FLAGS, OPTIONS, Shot, read_shots
from see2sound_addon.errors import See2SoundError
from see2sound_addon.planfile import write_plan


@pytest.fixture
def plans(tmp_path):
    """Two plans and a list of them."""
    for number in range(2):
        one = source((1.0, 2.0 - 4.0 * number, 0.0), f"s{number}", loop=True)
        one.clip = write_wav(tmp_path / f"{number}.wav", noise(1.0, number))
        write_plan(scene([one], 1.0), tmp_path / f"plan_{number}.json")
    return tmp_path


def listed(folder, text):
    path = folder / "shots.csv"
    path.write_text(text, encoding="utf-8")
    return path


def batch(folder, capsys, *more):
    code = cli.main(["batch", str(folder / "shots.csv"), "--out", str(folder / "out"), "--json", *more])
    return code, {one["out"]: one["state"] for one in json.loads(capsys.readouterr().out)["shots"]}


def test_shots_are_done_once_and_again_when_something_changes(plans, capsys):
    listed(plans, "input,layout,out,bits\nplan_0.json,stereo,a.wav,24\nplan_1.json,5.1,sub/b.wav,\n")
    assert batch(plans, capsys) == (0, {"a.wav": "done", "sub/b.wav": "done"})
    assert soundfile.info(plans / "out" / "a.wav").subtype == "PCM_24"
    assert soundfile.info(plans / "out" / "sub" / "b.wav").channels == 6
    assert batch(plans, capsys) == (0, {"a.wav": "skipped", "sub/b.wav": "skipped"})
    write_wav(plans / "0.wav", noise(1.0, 9))  # another clip under the same name
    listed(plans, "input,layout,out,bits\nplan_0.json,stereo,a.wav,24\nplan_1.json,7.1,sub/b.wav,\n")
    (plans / "out" / "a.wav").unlink()
    assert batch(plans, capsys) == (0, {"a.wav": "done", "sub/b.wav": "done"})
    assert soundfile.info(plans / "out" / "sub" / "b.wav").channels == 8
    left = [path.name for path in (plans / "out").rglob("*") if ".part" in path.name or ".old" in path.name]
    assert left == []


def test_one_that_fails_does_not_stop_the_others(plans, capsys):
    listed(plans, "input,layout,out\ngone.json,stereo,x.wav\nplan_0.json,stereo,a.wav\nplan_1.json,9.9,y.wav\n")
    code, states = batch(plans, capsys, "--jobs", "2")
    assert code == 1 and states == {"x.wav": "failed", "a.wav": "done", "y.wav": "failed"}
    assert cli.main(["batch", str(plans / "shots.csv"), "--out", str(plans / "out")]) == 1
    said = capsys.readouterr().out
    assert "There is no file" in said and "There is no layout '9.9'" in said
    assert not (plans / "out" / "x.wav").exists() and not (plans / "out" / "y.wav").exists()


def test_stems_and_objects_are_shots_too(plans, capsys):
    listed(plans, "input,format,layout,bake\nplan_0.json,stems,stereo,no\nplan_1.json,adm,,yes\n")
    assert batch(plans, capsys) == (0, {"plan_0": "done", "plan_1_adm.wav": "done"})
    assert (plans / "out" / "plan_0" / "cues.csv").is_file()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("layout\nstereo\n", "no column 'input'"), ("input,colour\na.png,red\n", "no option 'colour'"),
        ("input,layout,out\na.json,stereo,x.wav\nb.json,stereo,X.WAV\n", "also the output of row 1"),
        ("input,layout,out\na.json,stereo,../x.wav\n", "leads out of the folder"),
        ("input,layout,out\na.json,stereo,/x.wav\n", "leads out of the folder"),
        ("input,layout,out\na.json,stereo,C:\\x.wav\n", "leads out of the folder"),
        ("input,layout\na.png,stereo,3\n", "as many values"), ("input\n", "no shots"), ("input,fov\na.blend,40\n", "no option"),
        ("input,input\na,b\n", "twice"), ("input,voice-unknown\na.png,perhaps\n", "'yes' or 'no'"),
        ("input\n\"\"\n", "no input"),
    ],
)  # fmt: skip
def test_a_wrong_list_is_one_clear_line(tmp_path, text, words):
    with pytest.raises(See2SoundError) as raised:
        read_shots(listed(tmp_path, text))
    assert words in str(raised.value) and raised.value.code == "shots-wrong"


@pytest.mark.parametrize("verb", sorted(OPTIONS))
def test_every_column_is_an_option_of_its_verb(verb, tmp_path):
    """The shell's own parser takes all of them, flags without a value."""
    values = {"duration": "3", "max-sources": "3", "fov": "50", "horizon": "40", "camera-height": "1.5", "seed": "1",
              "panorama": "never", "frames": "1-20", "rate": "24", "layout": "stereo", "bits": "24", "loudness": "-23",
              "ceiling": "-1", "fps": "25"}  # fmt: skip
    given = tuple((name, values.get(name, "yes" if name in FLAGS else "x")) for name in OPTIONS[verb])
    shot = Shot(1, "a", tmp_path / "a", "o", verb, given)
    parsed = vars(cli._parser().parse_args(shot.arguments(tmp_path / "o")))
    assert all(parsed[name.replace("-", "_")] not in (None, False) for name, _ in given)


def test_an_option_is_never_taken_for_a_path_or_the_other_way_round(plans):
    """A value that looks like an option stays a value, and an input that looks like one a path."""
    (shot,) = read_shots(listed(plans, "input,layout,out\n--help.json,--out=/tmp/x,a.wav\n"))
    arguments = shot.arguments(plans / "o")
    assert arguments[1] == str(plans / "--help.json") and "--layout=--out=/tmp/x" in arguments


def test_a_killed_batch_leaves_nothing_half_done(plans):
    """Killed while it works: what is there is whole, and the next run does the rest."""
    listed(plans, "input,layout,out\n" + "".join(f"plan_{n % 2}.json,22.2,{n}.wav\n" for n in range(6)))
    command = [sys.executable, "-m", "see2sound_addon.cli", "batch", str(plans / "shots.csv"), "--out", str(plans / "out")]
    process = subprocess.Popen([*command, "--jobs", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list((plans / "out").glob("[0-9].wav")):
        pass
    process.kill()
    process.wait()
    done = list((plans / "out").glob("[0-9].wav"))
    assert done and all(soundfile.info(path).frames == 48000 for path in done)
    said = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout
    states = {one["state"] for one in json.loads(said)["shots"]}
    assert states <= {"done", "skipped"} and len(list((plans / "out").glob("[0-9].wav"))) == 6
    assert not [path for path in (plans / "out").iterdir() if path.name.startswith(".see2sound_") and path.name != DONE]


@pytest.mark.slow
def test_open_job_description_runs_the_bundle(plans):
    """By openjd-cli itself, with this checkout's command."""
    table = listed(plans, "input,layout,out\nplan_0.json,stereo,a.wav\nplan_1.json,binaural,b.wav\n")
    template = write_openjd(read_shots(table), table, plans / "out", plans / "job.json")
    program = verifiers.python_of("openjd").with_name("openjd")
    checked = subprocess.run([program, "check", template], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    command = plans / "see2sound"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m see2sound_addon.cli "$@"\n')
    command.chmod(0o755)
    done = subprocess.run(
        [program, "run", template, "--step", "Shots1", "-p", f"See2Sound={command}"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert soundfile.info(plans / "out" / "a.wav").channels == soundfile.info(plans / "out" / "b.wav").channels == 2


STUBS = """
const fs = require("fs"), vm = require("vm");
const tasks = [];
const author = {
  Task: (name, type) => ({name, type, commands: [], addCommand(c) { this.commands.push(c); }}),
  Command: (name, parameters) => ({name, parameters}),
};
const context = vm.createContext({author, console});
const found = vm.runInContext(fs.readFileSync(process.argv[2], "utf8") + "\\n;({JOB_TYPE, compileJob})", context);
const settings = Object.fromEntries(found.JOB_TYPE.settings.map(s => [s.key, s.default]));
found.compileJob({settings, addTask: t => tasks.push(t)});
console.log(JSON.stringify({label: found.JOB_TYPE.label, settings: found.JOB_TYPE.settings, tasks}));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_flamenco_compiles_a_task_for_each_shot(plans):
    """By Node, with stubs of Flamenco's documented `author`; the tasks' arguments are this command's."""
    table = listed(plans, 'input,layout,out\nplan_0.json,stereo,a.wav\nplan_1.json,binaural,"b ""\'.wav"\n')
    script = write_flamenco(read_shots(table), table, plans / 'o"ut', plans / "job.js")
    (plans / "stubs.js").write_text(STUBS)
    done = subprocess.run(["node", plans / "stubs.js", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["label"] == "See2Sound" and {one["type"] for one in found["settings"]} <= {"string", "int32", "float", "bool"}
    assert len(found["tasks"]) == 2
    for number, task in enumerate(found["tasks"], 1):
        ((name, parameters),) = [(one["name"], one["parameters"]) for one in task["commands"]]
        assert name == "exec" and parameters["exe"] == "see2sound"
        assert cli._parser().parse_args(parameters["args"]).only == number
        assert parameters["args"][3] == str((plans / 'o"ut').absolute())


def test_one_shot_of_a_list(plans, capsys):
    listed(plans, "input,layout,out\nplan_0.json,stereo,a.wav\nplan_1.json,stereo,b.wav\n")
    assert batch(plans, capsys, "--only", "2") == (0, {"b.wav": "done"})
    assert cli.main(["batch", str(plans / "shots.csv"), "--out", str(plans / "out"), "--only", "3"]) == 1
    assert "the list has 2" in capsys.readouterr().err
    first, second = (np.abs(soundfile.read(plans / "out" / "b.wav")[0]).max(), (plans / "out" / "a.wav").exists())
    assert first > 0.0 and not second


def test_a_folder_that_no_batch_has_made_is_not_replaced(plans, capsys):
    """Stems go into a folder; one of that name is there, with the user's own files in it."""
    (plans / "out" / "mine").mkdir(parents=True)
    (plans / "out" / "mine" / "notes.txt").write_text("precious")
    listed(plans, "input,out,format\nplan_0.json,mine,stems\n")
    assert batch(plans, capsys) == (1, {"mine": "failed"})
    assert (plans / "out" / "mine" / "notes.txt").read_text() == "precious"
