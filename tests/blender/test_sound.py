"""Where a source's sound comes from: takes, parameters and their animation, events, the artist's recordings."""

from importlib import import_module

import numpy as np
import pytest
import soundfile
from stage import add_camera

pytestmark = pytest.mark.usefixtures("own_library")


def clip_of(bpy, obj):
    return soundfile.read(bpy.path.abspath(obj.data.sound.filepath))[0]


def test_a_prompt_brings_the_parameters_of_its_class(bpy, dog):
    facts = dog.see2sound
    assert facts.sound_class == "dog" and [item.name for item in facts.parameters] == ["rate", "size", "roughness"]
    assert facts.events == "barks"
    facts.prompt = "small dog barking"
    small = facts.parameters["size"].value
    facts.prompt = "huge dog barking"
    assert facts.parameters["size"].value > small
    facts.parameters["size"].value = 0.3
    facts.prompt = "small dog"
    assert facts.parameters["size"].value == pytest.approx(0.3)  # set by hand, it stays
    facts.parameters["size"].value = 99.0
    assert facts.parameters["size"].value == pytest.approx(facts.parameters["size"].high)
    facts.prompt = "rain on leaves"
    assert [item.name for item in facts.parameters] == ["intensity", "nearness"] and facts.events == ""
    facts.prompt = "xyzzy"
    assert len(facts.parameters) == 0


def test_parameters_takes_and_durations_change_the_clip(bpy, dog):
    facts = dog.see2sound
    bpy.ops.see2sound.generate()
    first = clip_of(bpy, dog)
    facts.parameters["rate"].value = 5.0
    bpy.ops.see2sound.generate()
    second = clip_of(bpy, dog)
    assert not np.allclose(first, second)
    bpy.ops.see2sound.another_take()
    assert facts.take == 1 and not np.allclose(second, clip_of(bpy, dog))
    facts.seconds = 0.8
    bpy.ops.see2sound.generate()
    assert len(clip_of(bpy, dog)) == round(0.8 * 48000)


def test_keyframes_of_strike_are_events(bpy, dog):
    """Barks at frames 13 and 37 of 24 a second: 0.5 s and 1.5 s."""
    facts = dog.see2sound
    facts.events_from, facts.loop = "KEYFRAMES", False
    for frame, strength in ((13, 1.0), (37, 0.5), (40, 0.0)):
        facts.strike = strength
        dog.keyframe_insert("see2sound.strike", frame=frame)
    bpy.ops.see2sound.generate()
    samples = np.abs(clip_of(bpy, dog))
    loud = np.flatnonzero(samples > 0.02 * samples.max()) / 48000
    assert loud[0] == pytest.approx(0.5, abs=0.03)
    later = loud[loud > 1.2]
    assert later[0] == pytest.approx(1.5, abs=0.03) and not ((loud > 1.0) & (loud < 1.45)).any()


def test_an_animated_parameter_and_the_speaker_s_own_speed_drive_the_sound(bpy, extension):
    add_camera(bpy)
    bpy.ops.see2sound.add_source(label="car")
    car = bpy.context.object
    reading = import_module(f"{extension.__name__}.see2sound_addon.blender.reading.controls")
    item = car.see2sound.parameters["rpm"]
    for frame, value in ((1, 1000.0), (49, 3000.0)):
        item.value = value
        car.keyframe_insert(item.path_from_id("value"), frame=frame)
    car.see2sound.parameters["speed"].follow = "SPEED"
    for frame, x in ((1, 0.0), (49, 20.0)):
        car.location.x = x
        car.keyframe_insert("location", frame=frame)
    curves = reading.fcurves(car)
    for curve in curves:
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"
    bpy.context.scene.frame_set(7)
    (controls,) = reading.controls_of(bpy.context.scene, [car])
    assert bpy.context.scene.frame_current == 7
    times, rpm = np.array(controls.values["rpm"]).T
    assert rpm[0] == pytest.approx(1000.0) and rpm[-1] == pytest.approx(3000.0) and times[-1] == pytest.approx(2.0)
    speed = np.array(controls.values["speed"])[:, 1]
    assert speed == pytest.approx(np.full(len(speed), 10.0), abs=0.1)  # 20 m in 2 s
    bpy.ops.see2sound.generate()
    assert len(clip_of(bpy, car)) == 96000  # as long as the scene, since it follows the scene's time


def test_a_locked_or_replaced_sound_is_not_overwritten(bpy, dog, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in ("dog_bark_near", "dog_bark_far", "cat"):
        soundfile.write(folder / f"{name}.wav", 0.1 * rng.standard_normal(24000) * np.exp(-np.arange(24000) / 3000), 48000)
    (folder / "LICENSE").write_text("CC0, by Bo")
    bpy.ops.see2sound.add_recordings(directory=str(folder))
    assert bpy.context.window_manager.see2sound.library == "3 recordings"
    bpy.ops.see2sound.generate()
    bpy.ops.see2sound.replace_sound(filepath=str(folder / "dog_bark_far.wav"))
    facts, sound = dog.see2sound, dog.data.sound
    assert facts.recording.endswith("dog_bark_far.wav") and facts.licence == "CC0, by Bo" and not facts.loop
    assert len(clip_of(bpy, dog)) < 48000
    bpy.ops.see2sound.generate()
    assert dog.data.sound == sound
    facts.locked = True
    assert not bpy.ops.see2sound.replace_sound.poll() and not bpy.ops.see2sound.another_take.poll()
    facts.locked = False
    facts.maker = "library"
    dog.select_set(True)
    bpy.ops.see2sound.generate(selected=True)
    assert facts.recording.endswith(("dog_bark_near.wav", "dog_bark_far.wav")) and not facts.replaced
    bpy.ops.see2sound.remove_recordings(folder=str(folder))
    assert bpy.context.window_manager.see2sound.library == "0 recordings"


def test_a_class_is_added_from_the_menu_onto_an_object(bpy):
    add_camera(bpy)
    bpy.ops.mesh.primitive_cube_add(location=(3.0, 0.0, 0.0))
    cube = bpy.context.object
    bpy.ops.see2sound.add_class(name="stream")
    obj = bpy.context.object
    assert obj.type == "SPEAKER" and obj.parent == cube and obj.see2sound.extent == "area" and obj.data.sound is not None
    with pytest.raises(RuntimeError, match="There is no class"):
        bpy.ops.see2sound.add_class(name="unicorn")


def test_nothing_in_the_library_fits(bpy, dog):
    with pytest.raises(RuntimeError, match="No recording fits"):
        bpy.ops.see2sound.replace_sound()
    dog.see2sound.maker = "library"
    bpy.ops.see2sound.generate()
    assert len(clip_of(bpy, dog)) == 96000  # a procedural sound takes its place
