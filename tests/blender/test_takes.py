"""The takes of a source: sounds of any origin in one list, each with what made it and the prompt that was used."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from stage import add_camera

ROOT = Path(__file__).resolve().parents[2]


pytestmark = pytest.mark.usefixtures("own_library")


@pytest.fixture
def recording(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    bark = 0.1 * np.random.default_rng(0).standard_normal(24000) * np.exp(-np.arange(24000) / 3000)
    soundfile.write(folder / "dog_bark.wav", bark, 48000)
    (folder / "LICENSE").write_text("CC0, by Bo")
    return folder / "dog_bark.wav"


def heard(bpy, obj):
    return Path(bpy.path.abspath(obj.data.sound.filepath))


def rows(obj):
    return [(take.made_by, take.maker, take.prompt) for take in obj.see2sound.takes]


def test_the_newest_take_comes_first_with_its_prompt(bpy, dog, recording):
    facts = dog.see2sound
    bpy.ops.see2sound.generate()
    facts.prompt = "small dog whimpering"
    bpy.ops.see2sound.another_take()
    bpy.ops.see2sound.replace_sound(filepath=str(recording))
    assert rows(dog) == [
        ("dog_bark.wav", "RECORDING", "small dog whimpering"),
        ("dog", "PROCEDURAL", "small dog whimpering"),
        ("dog", "PROCEDURAL", "dog"),
    ]
    assert len({take.sound.filepath for take in facts.takes}) == 3


def test_an_older_take_is_used_again_as_it_was(bpy, dog, recording):
    facts = dog.see2sound
    bpy.ops.see2sound.generate()
    first, reference, samples = heard(bpy, dog), dog.data.distance_reference, soundfile.read(heard(bpy, dog))[0]
    bpy.ops.see2sound.another_take()
    bpy.ops.see2sound.replace_sound(filepath=str(recording))
    assert not facts.loop and facts.recording and facts.licence == "CC0, by Bo"
    bpy.ops.see2sound.use_take(row=2)
    assert heard(bpy, dog) == first and np.array_equal(soundfile.read(first)[0], samples)
    assert dog.data.distance_reference == pytest.approx(reference)
    assert facts.loop and not facts.recording and not facts.licence and facts.take == 0
    bpy.ops.see2sound.generate()
    assert heard(bpy, dog) == first, "what was chosen by hand stays"
    bpy.ops.see2sound.use_take(row=0)
    assert not facts.loop and facts.licence == "CC0, by Bo"
    assert len(facts.takes) == 3, "to use a take makes no other"


def test_a_take_that_is_made_again_has_one_row(bpy, dog):
    bpy.ops.see2sound.generate()
    bpy.ops.see2sound.generate()
    assert len(dog.see2sound.takes) == 1


def test_not_more_than_twenty_are_remembered(bpy, dog):
    dog.see2sound.seconds = 0.2
    for _ in range(22):
        bpy.ops.see2sound.another_take()
    takes = dog.see2sound.takes
    assert [take.number for take in takes] == list(range(22, 2, -1))


def test_one_that_is_gone_is_named_and_nothing_changes(bpy, dog):
    bpy.ops.see2sound.generate()
    first = heard(bpy, dog)
    bpy.ops.see2sound.another_take()
    second = heard(bpy, dog)
    first.unlink()
    with pytest.raises(RuntimeError, match=f"{first.name} is gone"):
        bpy.ops.see2sound.use_take(row=1)
    assert heard(bpy, dog) == second and not dog.see2sound.replaced
    with pytest.raises(RuntimeError, match="has no take 7"):
        bpy.ops.see2sound.use_take(row=7)
    dog.see2sound.locked = True
    assert not bpy.ops.see2sound.use_take.poll()


def test_undo_takes_the_choice_back(bpy, dog):
    bpy.ops.see2sound.generate()
    bpy.ops.see2sound.another_take()
    second, name = heard(bpy, dog), dog.name
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.see2sound.use_take(row=1)
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    obj = bpy.data.objects[name]
    assert heard(bpy, obj) == second and not obj.see2sound.replaced and len(obj.see2sound.takes) == 2


def test_takes_survive_in_the_file_and_where_it_is_saved_next(bpy, dog, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "one" / "a.blend"))
    bpy.ops.see2sound.generate()
    first = heard(bpy, dog)
    bpy.ops.see2sound.another_take()
    assert dog.see2sound.takes[1].sound.filepath.startswith("//")
    name = dog.name
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "two" / "b.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "two" / "b.blend"))
    bpy.context.view_layer.objects.active = bpy.data.objects[name]
    bpy.ops.see2sound.use_take(row=1)
    assert heard(bpy, bpy.data.objects[name]).samefile(first)


def test_a_neural_take_stands_beside_the_others(bpy, extension, dog, tmp_path, monkeypatch):
    """The same source by the procedural model, then by a neural one, then by the first again."""
    python = ROOT / ".venv-neural" / "bin" / "python"
    if not python.exists():
        pytest.skip("there is no .venv-neural; `python3 dev.py test` makes it")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    script = ROOT / "tests" / "neural" / "tiny_models.py"
    subprocess.run([python, script, tmp_path, "stable_audio_3"], check=True, capture_output=True, env=dict(os.environ))
    bpy.ops.see2sound.generate()
    procedural = heard(bpy, dog)
    bpy.context.preferences.addons[extension.__name__].preferences.neural_python = str(python)
    settings = bpy.context.scene.see2sound.neural
    settings.voice, settings.voice_folder, settings.steps = "folder", str(tmp_path / "stable_audio_3"), 2
    dog.see2sound.prompt = "a dog barks in a long tunnel"
    bpy.ops.see2sound.another_take()
    assert rows(dog) == [
        ("stable_audio_3", "MODEL", "a dog barks in a long tunnel"),
        ("dog", "PROCEDURAL", "dog"),
    ]
    neural = heard(bpy, dog)
    bpy.ops.see2sound.use_take(row=1)
    assert heard(bpy, dog) == procedural != neural
    bpy.ops.see2sound.use_take(row=0)
    assert heard(bpy, dog) == neural


def test_after_going_back_another_take_is_a_new_one(bpy, dog):
    for _ in range(3):
        bpy.ops.see2sound.another_take()
    bpy.ops.see2sound.use_take(row=2)
    bpy.ops.see2sound.another_take()
    assert [take.number for take in dog.see2sound.takes] == [4, 3, 2, 1]


def test_takes_of_an_override_survive(bpy, tmp_path):
    """A Speaker of another file, made local to this one as far as it is changed."""
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.see2sound.add_source(label="dog")
    bpy.ops.see2sound.generate()
    bpy.ops.see2sound.another_take()
    name = bpy.context.object.name
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    add_camera(bpy)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True, relative=True) as (_, wanted):
        wanted.objects = [name]
    linked = bpy.data.objects[name]
    bpy.context.scene.collection.objects.link(linked)
    local = linked.override_create(remap_local_usages=True)
    local.data.override_create(remap_local_usages=True)
    bpy.context.view_layer.objects.active = local
    for _ in range(2):
        bpy.ops.see2sound.another_take()
    assert [take.number for take in local.see2sound.takes] == [3, 2, 1, 0]
    heard_last = heard(bpy, local)
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    local = next(obj for obj in bpy.data.objects if obj.override_library is not None and obj.type == "SPEAKER")
    assert [take.number for take in local.see2sound.takes] == [3, 2, 1, 0]
    assert all(Path(bpy.path.abspath(t.sound.filepath, library=t.sound.library)).is_file() for t in local.see2sound.takes)
    assert heard(bpy, local) == heard_last


def test_a_model_that_makes_no_sounds_makes_no_other_clips(bpy, extension, dog, tmp_path):
    """A depth model is chosen: the procedural sound stays the same file."""
    bpy.ops.see2sound.generate()
    first = heard(bpy, dog)
    settings = bpy.context.scene.see2sound.neural
    bpy.context.preferences.addons[extension.__name__].preferences.neural_python = sys.executable
    settings.depth, settings.depth_folder = "folder", str(tmp_path)
    bpy.ops.see2sound.generate()
    assert heard(bpy, dog) == first and len(dog.see2sound.takes) == 1
