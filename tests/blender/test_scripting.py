"""The object model for scripts in Blender, and backends of another add-on chosen in a scene."""

import json
import math
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scenes import frequency_of, tone, write_wav
from stage import add_camera

PLUGIN = Path(__file__).resolve().parents[1] / "support" / "plugin.py"


@pytest.fixture
def api(extension, bpy):
    return import_module(f"{extension.__name__}.see2sound_addon.api")


def test_from_a_picture_to_a_mix_in_ten_lines(api, bpy, picture, tmp_path):
    bpy.context.scene.frame_end = 24
    scene = api.current_scene()
    scene.load_picture(picture, max_sources=3)
    assert scene.sources and all(isinstance(source, api.Source) for source in scene.sources)
    for source in scene.sources:
        assert source.clip is None
        source.prompt = "birds"
    scene.generate()
    assert all(source.clip.is_file() for source in scene.sources)
    result = scene.mix(tmp_path / "mix.wav", "7.1")
    assert soundfile.info(tmp_path / "mix.wav").channels == 8 and result.true_peak < 0.0
    scene.save_plan(tmp_path / "plan.json")
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert {one["id"] for one in plan["sources"]} == {source.id for source in scene.sources}


def test_the_ten_lines_of_the_readme_run_as_they_stand(extension, bpy, picture, tmp_path, capsys):
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    code = text.split("## In a script: ten lines")[1].split("```python")[1].split("```")[0]
    assert len(code.strip().splitlines()) <= 11
    code = code.replace("/pictures/harbour.png", str(picture)).replace("/tmp/harbour.wav", str(tmp_path / "mix.wav"))
    bpy.context.scene.frame_end = 12
    exec(code, {})
    assert soundfile.info(tmp_path / "mix.wav").channels == 6 and "[" in capsys.readouterr().out


def test_what_a_script_sets_is_what_blender_has(api, bpy, picture):
    bpy.context.scene.unit_settings.scale_length = 0.01
    scene = api.current_scene()
    source = scene.load_picture(picture, max_sources=1)[0]
    speaker = next(obj for obj in bpy.context.scene.objects if obj.type == "SPEAKER")
    assert np.array(speaker.location) * 0.01 == pytest.approx(source.position, rel=1e-4)
    source.label, source.extent = "dog", "ambient"
    assert (speaker.see2sound.label, speaker.see2sound.prompt, speaker.see2sound.extent) == ("dog", "dog", "ambient")
    source.position = (1.0, 2.0, 3.0)
    assert tuple(speaker.location) == pytest.approx((100.0, 200.0, 300.0))
    other = scene.add_source("rain", (0.0, 4.0, 1.0))
    assert other.position == pytest.approx([0.0, 4.0, 1.0], abs=1e-5)


def test_an_own_sound_and_a_locked_source_are_left_alone(api, bpy, tmp_path):
    add_camera(bpy)
    scene = api.current_scene()
    mine, locked, plain = (scene.add_source(label, (x, 5.0, 1.0)) for x, label in enumerate(("dog", "cat", "rain")))
    mine.speaker.data.sound = bpy.data.sounds.load(str(write_wav(tmp_path / "mine.wav", tone(440, 0.5))))
    locked.speaker.see2sound.locked = True
    scene.generate()
    assert mine.clip.name == "mine.wav" and locked.clip is None and plain.clip.is_file()


def test_a_source_that_was_deleted_is_a_clear_error(api, bpy):
    scene = api.current_scene()
    source = scene.add_source("rain", (0.0, 4.0, 1.0))
    bpy.data.objects.remove(source.speaker)
    with pytest.raises(api.See2SoundError) as caught:
        source.label = "dog"
    assert caught.value.code == "source-missing"


def test_a_found_source_that_moves_gets_keyframes_and_is_heard_along_its_path(extension, bpy, picture, tmp_path):
    """The core's sources have a path over time; a still has one pose."""
    findings = import_module(f"{extension.__name__}.see2sound_addon.findings")
    soundscene = import_module(f"{extension.__name__}.see2sound_addon.soundscene")
    projection = import_module(f"{extension.__name__}.see2sound_addon.projection")
    pictures = import_module(f"{extension.__name__}.see2sound_addon.blender.writing.pictures")
    sampling = import_module(f"{extension.__name__}.see2sound_addon.blender.reading.sampling")
    scene = bpy.context.scene
    scene.frame_end = 24
    places = np.array([[0.0, 5.0, 1.0], [1.0, 5.0, 1.0], [4.0, 5.0, 1.0]])
    path = soundscene.Trajectory(np.array([0.0, 0.5, 1.0]), places, np.array([[1.0, 0.0, 0.0, 0.0]]))
    moving = findings.FoundSource("car_1", "car", "car", "point", 1.0, path, findings.Estimate(5.0, 0.1))
    camera = projection.Camera(projection.Perspective.of_view(1.0, 0.75))
    found = findings.Findings(camera, (120, 90), [moving], [])
    (speaker,), _ = pictures.put_picture(bpy.context, scene, str(picture), found, None)
    speaker.data.sound = bpy.data.sounds.load(str(write_wav(tmp_path / "a.wav", tone(440, 0.5))))
    plan, _ = sampling.sample_scene(bpy.context, scene, Path(bpy.app.tempdir))
    heard = plan.sources[0].path
    for time, position in zip(path.times, path.positions, strict=True):
        at = np.abs(heard.times - time).argmin()
        assert heard.positions[at] == pytest.approx(position, abs=1e-3)
    again, _ = pictures.put_picture(bpy.context, scene, str(picture), found, None)
    assert [obj.name for obj in again] == [speaker.name]  # the same source by its id


def test_a_backend_of_another_add_on_is_chosen_by_name_in_the_scene(extension, bpy, tmp_path):
    plugins = import_module(f"{extension.__name__}.see2sound_addon.plugins")
    panel = import_module(f"{extension.__name__}.panels.neural").SEE2SOUND_PT_backends
    assert not panel.poll(bpy.context)
    plugins.add_plugin(PLUGIN)
    try:
        assert panel.poll(bpy.context)
        add_camera(bpy)
        bpy.ops.see2sound.add_source(label="440")
        scene = bpy.context.scene
        bpy.ops.see2sound.generate()
        embedded = next(obj for obj in scene.objects if obj.type == "SPEAKER").data.sound.filepath
        scene.see2sound.backends.generator = "sine"
        bpy.ops.see2sound.generate()
        speaker = next(obj for obj in scene.objects if obj.type == "SPEAKER")
        assert speaker.data.sound.filepath != embedded
        samples, _ = soundfile.read(bpy.path.abspath(speaker.data.sound.filepath))
        assert frequency_of(samples) == pytest.approx(440.0, abs=0.5)
        bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.numbers"), layout="mono")
        heard = np.array(json.loads((tmp_path / "mix.numbers").read_text()))
        assert heard.shape == (1, math.ceil(scene.frame_end / scene.render.fps * 48000)) and np.abs(heard).max() > 0.0
        scene.see2sound.backends.generator = "trumpet"
        with pytest.raises(RuntimeError, match="no generator 'trumpet'"):
            bpy.ops.see2sound.generate()
    finally:
        plugins.remove_plugin(PLUGIN)
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "other.numbers"), layout="mono")
    assert (tmp_path / "other.numbers.wav").is_file()  # the format is gone, and the suffix a part of the name
