"""Split Soundtrack in Blender: the list of stems, their Speakers, and what a second run keeps."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from mixtures import RATE, panned, voice, write
from scenes import angle_between, intensity_direction


@pytest.fixture
def street(bpy, extension, tmp_path):
    """A scene with a camera and a soundtrack of a dog left and rain right, which begins at frame 5."""
    path = write(tmp_path / "street.wav", 0.3 * sum(panned([voice("dog", 2.0), voice("rain", 2.0)], (20.0, -20.0))))
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    bpy.context.collection.objects.link(camera)
    camera.rotation_euler = (np.pi / 2, 0.0, 0.0)
    bpy.context.scene.camera = camera
    settings = bpy.context.scene.see2sound.soundtrack
    settings.file, settings.into, settings.frame = str(path), "dog, rain", 5
    return settings


def split(bpy):
    assert bpy.ops.see2sound.split_soundtrack() == {"FINISHED"}
    return {one.name: one for one in bpy.context.scene.see2sound.soundtrack.stems}


def clip(bpy, obj):
    return soundfile.read(bpy.path.abspath(obj.data.sound.filepath))[0]


def begin(obj):
    (strip,) = [strip for track in obj.animation_data.nla_tracks for strip in track.strips if strip.type == "SOUND"]
    return strip.frame_start


def test_each_stem_and_the_bed_has_a_speaker_where_it_is_heard(bpy, street):
    stems = split(bpy)
    assert list(stems) == ["dog", "rain", "bed left", "bed right"]
    for name, azimuth in (("dog", 20), ("rain", -20), ("bed left", 30), ("bed right", -30)):
        obj = stems[name].speaker
        x, y, z = obj.matrix_world.translation  # the camera looks along +Y
        assert np.degrees(np.arctan2(-x, y)) == pytest.approx(azimuth, abs=2.0) and abs(z) < 1e-4
        assert begin(obj) == 5 and len(clip(bpy, obj)) == 2 * RATE
        assert obj.see2sound.synchronous and obj.data.attenuation == 0.0


def test_the_mix_of_the_speakers_has_them_where_the_soundtrack_has_them(bpy, street, tmp_path):
    stems = split(bpy)
    for name, azimuth in (("dog", 20.0), ("rain", -20.0)):
        for one in stems.values():
            one.speaker.see2sound.solo = one.name == name
        bpy.context.scene.see2sound.layout = "ambix1"
        assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav")) == {"FINISHED"}
        heard = soundfile.read(tmp_path / "mix.wav")[0].T
        assert not heard[:, : round(3.9 / 24 * RATE)].any(), "before frame 5"
        angle = np.radians(azimuth)
        assert angle_between(intensity_direction(heard), (np.cos(angle), np.sin(angle), 0.0)) < 2.0


def test_a_second_run_keeps_what_was_set(bpy, street):
    stems = split(bpy)
    dog = stems["dog"].speaker
    dog.parent, dog.location, dog.data.volume = None, (1.0, 2.0, 3.0), 0.5
    dog.see2sound.muted = True
    street.stem_index = 0
    bpy.context.scene.frame_set(17)
    assert bpy.ops.see2sound.change_stem(kind="LESS") == {"FINISHED"}
    before = clip(bpy, dog)
    again = split(bpy)
    assert again["dog"].speaker == dog and dog.location[:] == (1.0, 2.0, 3.0) and dog.data.volume == 0.5
    assert dog.see2sound.muted and len(again["dog"].changes) == 1
    assert len([obj for obj in bpy.context.scene.objects if obj.type == "SPEAKER"]) == 4
    (change,) = again["dog"].changes
    assert (change.begin, change.end, change.decibels) == (0.0, 1.0, -6.0), "around half a second after frame 5"
    change.end, change.decibels = 1.5, -60.0
    split(bpy)
    after = clip(bpy, dog)
    within, behind = slice(0, round(1.4 * RATE)), slice(round(1.6 * RATE), None)
    assert np.sum(after[within] ** 2) < 0.1 * np.sum(before[within] ** 2)
    assert np.allclose(after[behind], before[behind], atol=1e-5)


def test_a_change_is_removed(bpy, street):
    split(bpy)
    bpy.ops.see2sound.change_stem(kind="MORE")
    bpy.ops.see2sound.change_stem(kind="LESS")
    assert bpy.ops.see2sound.remove_change(number=0) == {"FINISHED"}
    assert [one.decibels for one in street.stems[0].changes] == [-6.0]


def test_a_stem_is_given_to_any_speaker(bpy, street):
    stems = split(bpy)
    made = stems["dog"].speaker.name
    bpy.ops.object.speaker_add(location=(3.0, 3.0, 0.0))
    mine = bpy.context.object
    street.stem_index = 0
    assert bpy.ops.see2sound.give_stem() == {"FINISHED"}
    assert street.stems[0].speaker == mine and mine.location[:] == (3.0, 3.0, 0.0) and begin(mine) == 5
    assert made not in bpy.context.scene.objects, "the Speaker that was made for it is not needed any more"
    assert split(bpy)["dog"].speaker == mine
    assert made not in bpy.context.scene.objects


def test_what_was_not_found_has_no_speaker(bpy, street):
    street.into = "dog, rain, church bell"
    stems = split(bpy)
    assert not stems["church bell"].heard and stems["church bell"].speaker is None
    street.stem_index = 2
    assert not bpy.ops.see2sound.give_stem.poll()


def test_a_stem_that_is_no_longer_wanted_leaves_the_list(bpy, street):
    split(bpy)
    street.into = "rain"
    assert list(split(bpy)) == ["rain", "bed left", "bed right"]


def test_it_is_one_step_of_undo(bpy, street):
    bpy.ops.ed.undo_push(message="Before")
    split(bpy)
    bpy.ops.ed.undo_push(message="After")
    bpy.ops.ed.undo()
    assert not len(bpy.context.scene.see2sound.soundtrack.stems)
    assert not [obj for obj in bpy.context.scene.objects if obj.type == "SPEAKER"]


def test_without_a_camera_and_without_names(bpy, street):
    bpy.context.scene.camera, street.into = None, ""
    assert list(split(bpy)) == ["harmonic", "percussive", "bed left", "bed right"]


def test_mistakes_change_nothing(bpy, street, tmp_path):
    (tmp_path / "text.wav").write_text("no sound")
    for file, into, words in (
        (tmp_path / "gone.wav", "dog", "There is no file"),
        (tmp_path / "text.wav", "dog", "text.wav cannot be read"),
        (Path(street.file), "florgle", "florgle"),
    ):
        street.file, street.into = str(file), into
        with pytest.raises(RuntimeError, match=words):
            bpy.ops.see2sound.split_soundtrack()
        assert not len(street.stems) and not [obj for obj in bpy.context.scene.objects if obj.type == "SPEAKER"]
    street.file = ""
    assert not bpy.ops.see2sound.split_soundtrack.poll()
