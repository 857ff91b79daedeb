"""The mix as the animation's soundtrack."""

import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
import soundfile
from scenes import tone, write_wav
from stage import add_camera, add_speaker, sampled


@pytest.fixture
def audio(bpy):
    """Blender's own module for 4.2 was built without."""
    pytest.importorskip("aud")


@pytest.fixture
def scene(bpy, tmp_path):
    """A camera and two Speakers, left and right, for half a second."""
    add_camera(bpy)
    add_speaker(bpy, write_wav(tmp_path / "left.wav", tone(300, 1)), (-3, 1, 0))
    add_speaker(bpy, write_wav(tmp_path / "right.wav", tone(800, 1)), (3, 1, 0))
    bpy.context.scene.frame_end = 12
    return bpy.context.scene


def strips(scene):
    editor = scene.sequence_editor
    return list(editor.strips if hasattr(editor, "strips") else editor.sequences)


def render(bpy, layout="5.1"):
    bpy.context.scene.see2sound.layout = layout
    assert bpy.ops.see2sound.render_mix(filepath="//track.wav") == {"FINISHED"}


def speakers(scene):
    return [obj for obj in scene.objects if obj.type == "SPEAKER"]


def test_the_mix_lies_at_the_first_frame_on_a_free_channel_and_replaces_its_older_self(bpy, audio, scene, tmp_path):
    scene.frame_start, scene.frame_end = 5, 28
    editor = scene.sequence_editor_create()
    collection = editor.strips if hasattr(editor, "strips") else editor.sequences
    music = collection.new_sound("music", str(tmp_path / "left.wav"), 1, 1)
    render(bpy)
    assert bpy.ops.see2sound.add_to_sequencer() == {"FINISHED"}
    ours = next(strip for strip in strips(scene) if strip != music)
    assert (ours.frame_final_start, ours.channel, ours.frame_final_duration) == (5, 2, 24)
    assert ours.sound.filepath == "//track.wav"
    assert (music.channel, music.frame_final_start) == (1, 1)
    ours.channel = 5
    assert bpy.ops.see2sound.add_to_sequencer() == {"FINISHED"}
    assert sorted((strip.name, strip.channel) for strip in strips(scene)) == [("See2Sound Mix", 5), ("music", 1)]


def test_the_output_carries_it(bpy, audio, scene):
    output = scene.render.ffmpeg
    output.format, output.audio_codec = "MPEG4", "NONE"
    for layout, channels in (("binaural", "STEREO"), ("5.1", "SURROUND51"), ("7.1", "SURROUND71"), ("ambix1", "SURROUND4")):
        render(bpy, layout)
        bpy.ops.see2sound.add_to_sequencer()
        assert (output.audio_channels, output.audio_codec, output.audio_mixrate) == (channels, "AAC", 48000)
    output.format, output.audio_codec = "WEBM", "NONE"
    bpy.ops.see2sound.add_to_sequencer()
    assert output.audio_codec == "OPUS"
    render(bpy, "7.1.4")
    with pytest.raises(RuntimeError, match=r"cannot carry 12 channels.*deliver"):
        bpy.ops.see2sound.add_to_sequencer()
    assert len(strips(scene)) == 1  # the older one is still there


def test_speakers_are_silent_in_blender_but_not_in_the_next_mix(bpy, audio, scene, extension):
    left, right = speakers(scene)
    right.data.muted = True
    render(bpy)
    bpy.ops.see2sound.add_to_sequencer()
    assert left.data.muted and right.data.muted
    assert not scene.see2sound.outdated
    plan, notes = sampled(bpy, extension)
    assert len(plan.sources) == 1 and any(right.name in note for note in notes)
    right.see2sound.muted = False  # heard from now on, but not by Blender
    assert right.data.muted and len(sampled(bpy, extension)[0].sources) == 2
    left.see2sound.muted = True
    bpy.ops.see2sound.remove_from_sequencer()
    assert strips(scene) == [] and (left.data.muted, right.data.muted) == (True, False)


def test_what_is_out_of_date_says_so(bpy, scene, tmp_path):
    settings = scene.see2sound

    def changed_by(change):
        render(bpy)
        bpy.context.view_layer.update()
        assert not settings.outdated
        change()
        bpy.context.view_layer.update()
        return settings.outdated

    obj, parent = speakers(scene)[0], bpy.data.objects.new("rig", None)
    scene.collection.objects.link(parent)
    obj.parent = parent
    cube = bpy.data.objects.new("cube", bpy.data.meshes.new("cube"))
    scene.collection.objects.link(cube)
    assert changed_by(lambda: setattr(obj, "location", (1, 2, 3)))
    assert changed_by(lambda: setattr(parent, "location", (1, 0, 0)))
    assert changed_by(lambda: setattr(scene.camera, "location", (0, 0, 1)))
    assert changed_by(lambda: setattr(settings, "layout", "stereo"))
    assert changed_by(lambda: setattr(settings.room, "kind", "ground"))
    assert changed_by(lambda: setattr(scene, "frame_end", 20))
    assert not changed_by(lambda: setattr(cube, "location", (1, 2, 3)))
    assert not changed_by(lambda: scene.frame_set(7))
    assert not changed_by(lambda: obj.select_set(not obj.select_get()))


def test_a_source_s_own_settings_and_the_room_make_a_mix_out_of_date(bpy, scene, extension):
    """What no handler hears of is looked at once a second, here at once."""
    look = import_module(f"{extension.__name__}.see2sound_addon.blender.soundtrack.freshness").look
    settings, obj = scene.see2sound, speakers(scene)[0]
    obj.select_set(True)
    bpy.ops.see2sound.use_speaker()
    bpy.ops.see2sound.add_room()
    for owner, name, value in (
        (obj.see2sound, "solo", True), (obj.see2sound, "loop", True), (obj.see2sound, "use_lfe", True),
        (obj.see2sound, "spread", 1.0), (obj.data, "volume", 0.4), (settings.room.box, "scale", (20, 20, 20)),
    ):  # fmt: skip
        render(bpy, "stereo")
        look()
        assert not settings.outdated
        setattr(owner, name, value)
        bpy.context.view_layer.update()
        look()
        assert settings.outdated, name


def test_a_mix_that_fails_leaves_the_one_before(bpy, scene, tmp_path):
    render(bpy, "stereo")
    speakers(scene)[0].location.x += 1
    bpy.context.view_layer.update()
    before = scene.see2sound.mixed, scene.see2sound.outdated
    assert before == ("//track.wav", True)
    with pytest.raises(RuntimeError):
        bpy.ops.see2sound.render_mix(filepath="/proc/nowhere/mix.wav")
    assert (scene.see2sound.mixed, scene.see2sound.outdated) == before
    assert bpy.ops.see2sound.add_to_sequencer.poll()


def test_speakers_that_share_their_data_stay_in_the_mix(bpy, audio, scene, extension):
    left = speakers(scene)[0]
    other = left.copy()
    scene.collection.objects.link(other)
    render(bpy)
    bpy.ops.see2sound.add_to_sequencer()
    assert len(sampled(bpy, extension)[0].sources) == 3
    other.see2sound.muted = True
    assert len(sampled(bpy, extension)[0].sources) == 1  # Blender mutes them together
    other.see2sound.muted = False
    assert len(sampled(bpy, extension)[0].sources) == 3
    bpy.ops.see2sound.remove_from_sequencer()
    assert not any(obj.data.muted for obj in speakers(scene))


def test_a_mix_in_a_meta_strip_is_found(bpy, audio, scene):
    render(bpy)
    bpy.ops.see2sound.add_to_sequencer()
    editor = scene.sequence_editor
    collection = editor.strips if hasattr(editor, "strips") else editor.sequences
    meta = collection.new_meta("meta", 3, 1)
    strips(scene)[0].move_to_meta(meta)
    bpy.ops.see2sound.add_to_sequencer()
    inside = meta.strips if hasattr(meta, "strips") else meta.sequences
    assert len(inside) == 0 and sorted(strip.name for strip in strips(scene)) == ["See2Sound Mix", "meta"]


def test_without_a_mix_there_is_nothing_to_add(bpy, scene):
    assert not bpy.ops.see2sound.add_to_sequencer.poll()
    render(bpy)
    (__import__("pathlib").Path(bpy.path.abspath("//track.wav"))).unlink()
    with pytest.raises(RuntimeError, match="There is no audio file"):
        bpy.ops.see2sound.add_to_sequencer()
    assert not any(obj.data.muted for obj in speakers(scene))


RENDER = """
import sys, bpy
bpy.ops.wm.open_mainfile(filepath=sys.argv[-1])
bpy.ops.render.render(animation=True)
"""


@pytest.mark.parametrize("at_once", [False, True])
def test_rendering_the_animation_carries_the_mix(bpy, scene, tmp_path, at_once):
    """Decoded by another program: six channels, each that of the mix, at its time and level."""
    av = pytest.importorskip("av")
    output = scene.render
    if hasattr(output.image_settings, "media_type"):
        output.image_settings.media_type = "VIDEO"
    output.image_settings.file_format = "FFMPEG"
    output.ffmpeg.format, output.ffmpeg.codec, output.ffmpeg.audio_codec = "MKV", "H264", "FLAC"
    output.engine, scene.cycles.samples = "CYCLES", 1
    output.resolution_x = output.resolution_y = 64
    output.filepath = str(tmp_path / "film.mkv")
    output.use_file_extension = False
    scene.see2sound.layout, scene.see2sound.mix_path = "5.1", "//track.wav"
    assert bpy.ops.see2sound.render_with_sound.poll()
    if at_once:
        assert bpy.ops.see2sound.render_with_sound() == {"FINISHED"}
    else:  # later, in another session
        render(bpy)
        bpy.ops.see2sound.add_to_sequencer()
        bpy.ops.wm.save_mainfile()
        subprocess.run([sys.executable, "-c", RENDER, bpy.data.filepath], check=True, capture_output=True)
    with av.open(str(tmp_path / "film.mkv")) as film:
        heard = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1)
    if heard.shape[0] == 1:  # interleaved
        heard = heard.reshape(-1, 6).T
    heard = heard / (
        2.0**31 if heard.dtype.kind == "i" and heard.itemsize == 4 else 2.0**15 if heard.dtype.kind == "i" else 1.0
    )
    wanted = soundfile.read(tmp_path / "track.wav", always_2d=True)[0].T
    length = min(wanted.shape[1], heard.shape[1]) - 2048
    assert heard.shape[0] == 6 and length > 20000
    offset = max(range(-64, 65), key=lambda k: float((wanted[:3, 1000:9000] * heard[:3, 1000 + k : 9000 + k]).sum()))
    error = heard[:, 1000 + offset : length + offset] - wanted[:, 1000:length]
    assert abs(offset) <= 48 and np.abs(error).max() < 1e-3, (offset, np.abs(error).max(axis=1))


def test_a_blender_without_audio_says_so_and_mutes_nothing(bpy, scene):
    try:
        import aud  # noqa: F401
    except ImportError:
        render(bpy)
        with pytest.raises(RuntimeError, match="Blender cannot take the mix"):
            bpy.ops.see2sound.add_to_sequencer()
        assert not any(obj.data.muted for obj in speakers(scene)) and not scene.see2sound.carried
    else:
        pytest.skip("this one has audio")


def test_pictures_as_output_carry_no_sound(bpy, scene):
    scene.render.image_settings.file_format = "PNG"
    assert not bpy.ops.see2sound.render_with_sound.poll()


def test_undo_and_reopening_know_the_mix(bpy, audio, scene, tmp_path):
    """Steps as an artist makes them: mixed, added, undone, redone, saved and opened again."""
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.see2sound.render_mix("EXEC_DEFAULT", True, filepath="//track.wav", layout="stereo")
    bpy.ops.see2sound.add_to_sequencer("EXEC_DEFAULT", True)

    def facts():
        bpy.context.view_layer.update()
        settings = bpy.context.scene.see2sound
        muted = [obj.data.muted for obj in speakers(bpy.context.scene)]
        return settings.mixed, settings.outdated, len(strips(bpy.context.scene)), muted

    assert facts() == ("//track.wav", False, 1, [True, True])
    bpy.ops.ed.undo()
    assert facts() == ("//track.wav", False, 0, [False, False])
    bpy.ops.ed.redo()
    assert facts() == ("//track.wav", False, 1, [True, True])
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    assert facts() == ("//track.wav", False, 1, [True, True])
    speakers(bpy.context.scene)[0].location.x += 1
    assert facts()[1]


def test_a_container_that_cannot_carry_the_layout_is_refused(bpy, audio, scene):
    output = scene.render
    if hasattr(output.image_settings, "media_type"):
        output.image_settings.media_type = "VIDEO"
    output.image_settings.file_format = "FFMPEG"
    output.ffmpeg.format = "MPEG2"
    render(bpy, "7.1")
    with pytest.raises(RuntimeError, match=r"MPEG2 cannot carry 8 channels.*Matroska"):
        bpy.ops.see2sound.add_to_sequencer()
    assert strips(scene) == [] and not any(obj.data.muted for obj in speakers(scene))


def test_what_sampling_reads_is_what_freshness_watches(extension, bpy, tmp_path):
    """One table: each of its properties is Blender's or ours, and a change of each makes a mix outdated."""
    heard = import_module(f"{extension.__name__}.see2sound_addon.blender.heard")
    freshness = import_module(f"{extension.__name__}.see2sound_addon.blender.soundtrack.freshness")
    bpy.ops.object.speaker_add()
    obj, scene = bpy.context.object, bpy.context.scene
    obj.see2sound.source_id = "a"
    for owner, names in (
        (obj.see2sound, heard.source_properties()), (obj.data, heard.speaker_properties()), (scene.see2sound, heard.OF_SCENE),
    ):  # fmt: skip
        for name in names:
            before, value = freshness._settings_print(scene), getattr(owner, name)
            item = owner.bl_rna.properties[name]
            if item.type == "BOOLEAN":
                setattr(owner, name, not value)
            elif item.type == "ENUM":
                setattr(owner, name, next(one.identifier for one in item.enum_items if one.identifier != value))
            elif item.type == "STRING":
                setattr(owner, name, "other")
            else:
                setattr(owner, name, value * 0.5 if value else 0.25 if item.type == "FLOAT" else 3)
            assert freshness._settings_print(scene) != before, name
