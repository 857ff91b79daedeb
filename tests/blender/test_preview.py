"""The live preview against the mix: the same directions and levels."""

import math
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scenes import tone, write_wav
from stage import add_camera, add_speaker

pytest.importorskip("bpy")


@pytest.fixture
def preview(extension, bpy):
    return import_module(f"{extension.__name__}.see2sound_addon.blender.preview.hearing")


def heard(bpy, preview):
    bpy.context.view_layer.update()
    found, notes = preview.listen(bpy.context, bpy.context.scene)
    return [one.said for one in found], notes


def degrees(said):
    azimuth = math.degrees(math.atan2(said.y, said.x))
    return azimuth, math.degrees(math.asin(said.z / math.hypot(said.x, said.y, said.z)))


def test_directions_are_the_camera_s(bpy, preview, tmp_path):
    """A camera at eye height that looks along +X: what is at +Y is to its left."""
    add_camera(bpy, (0, 0, 1.6), (math.pi / 2, 0, -math.pi / 2))
    path = write_wav(tmp_path / "tone.wav", tone(440, 1))
    for place in ((4, 0, 1.6), (0, 4, 1.6), (0, -4, 1.6), (-4, 0, 1.6), (4, 0, 5.6)):
        add_speaker(bpy, path, place)
    found, notes = heard(bpy, preview)
    expected = ((0, 0), (90, 0), (-90, 0), (180, 0), (0, 45))
    assert notes == []
    for one, (azimuth, elevation) in zip(found, expected, strict=True):
        a, e = degrees(one)
        assert (abs(a), e) == pytest.approx((abs(azimuth), elevation), abs=1e-3)
        assert azimuth in (0, 180) or math.copysign(1, a) == math.copysign(1, azimuth)


def test_levels_are_those_of_blender_s_distance_models(bpy, preview, tmp_path):
    """OpenAL 1.1, section 3.4, in closed form; the volumes of the Speaker and of the scene come on top."""
    scene = bpy.context.scene
    add_camera(bpy)
    obj = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)), (0, 5, 0))
    obj.data.distance_reference, obj.data.attenuation, obj.data.volume = 2.0, 0.5, 0.8
    scene.audio_volume = 0.5
    scene.audio_distance_model = "INVERSE_CLAMPED"
    assert heard(bpy, preview)[0][0].gain == pytest.approx(0.4 * 2 / (2 + 0.5 * 3))
    scene.audio_distance_model = "EXPONENT"
    assert heard(bpy, preview)[0][0].gain == pytest.approx(0.4 * (5 / 2) ** -0.5)
    scene.audio_distance_model = "NONE"
    scene.unit_settings.scale_length = 0.01
    assert heard(bpy, preview)[0][0].gain == pytest.approx(0.4)
    # Speakers face along their -Z, here down and away from the camera.
    obj.data.cone_angle_inner, obj.data.cone_angle_outer, obj.data.cone_volume_outer = 0.5, 1.0, 0.25
    assert heard(bpy, preview)[0][0].gain == pytest.approx(0.4 * 0.25)


def test_mute_solo_missing_sounds_and_no_camera(bpy, preview, tmp_path):
    path = write_wav(tmp_path / "tone.wav", tone(440, 1))
    first, second = (add_speaker(bpy, path, (x, 3, 0)) for x in (-1, 1))
    assert heard(bpy, preview) == ([], ["The scene has no camera to listen from"])
    add_camera(bpy)
    assert len(heard(bpy, preview)[0]) == 2
    second.see2sound.solo = True
    assert [one.y < 0 for one in heard(bpy, preview)[0]] == [True]
    first.see2sound.muted = True
    second.see2sound.solo = False
    assert len(heard(bpy, preview)[0]) == 1
    second.data.sound = None
    found, notes = heard(bpy, preview)
    assert found == [] and notes == [f"No sound yet: {second.name}"]
    # What a mix in the sequencer carries is silent in Blender, but heard here.
    first.see2sound.muted = False
    first.see2sound.carried = first.data.muted = True
    assert len(heard(bpy, preview)[0]) == 1


def test_a_clip_is_where_the_animation_is(bpy, preview, tmp_path):
    scene = bpy.context.scene
    add_camera(bpy)
    obj = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)))
    obj.animation_data.nla_tracks[0].strips[0].frame_start = 13
    for frame, expected in ((13, 0.0), (25, 0.5), (1, -0.5)):
        scene.frame_set(frame)
        assert heard(bpy, preview)[0][0].clip == pytest.approx(expected)
    obj.data.pitch = 2.0
    scene.frame_set(25)
    assert heard(bpy, preview)[0][0].clip == pytest.approx(1.0)


def test_only_a_playing_animation_has_travel_times(bpy, preview, tmp_path):
    """So that what is moved by hand does not howl: 34.33 m at the scene's speed of sound."""
    add_camera(bpy)
    obj = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)), (0, 34.33, 0))
    obj.see2sound.source_id = "tone_1"
    bpy.context.scene.audio_doppler_speed = 343.3
    bpy.context.view_layer.update()
    standing, playing = (preview.listen(bpy.context, bpy.context.scene, on)[0][0].said.travel for on in (False, True))
    assert (standing, playing) == (0.0, pytest.approx(0.1, rel=1e-6))
    obj.see2sound.synchronous = True
    assert preview.listen(bpy.context, bpy.context.scene, True)[0][0].said.travel == 0.0


@pytest.mark.parametrize("layout", ["binaural", "stereo"])
def test_what_is_played_is_the_mix(bpy, preview, extension, tmp_path, layout):
    """Two Speakers, one of them above: the same samples as a mix that is in step with the picture, but for headroom."""
    import soundfile

    playing = import_module(f"{extension.__name__}.see2sound_addon.live.playing")
    live = import_module(f"{extension.__name__}.see2sound_addon.spatial.live")
    head = import_module(f"{extension.__name__}.see2sound_addon.spatial.head")
    scene = bpy.context.scene
    add_camera(bpy)
    random = np.random.default_rng(2)
    for number, place in enumerate(((-2, 3, 1), (4, 1, 0))):
        path = write_wav(tmp_path / f"{number}.wav", random.normal(0, 0.1, 96000))
        obj = add_speaker(bpy, path, place)
        obj.see2sound.source_id, obj.see2sound.loop, obj.see2sound.synchronous = f"s_{number}", True, True
        obj.animation_data.nla_tracks[0].strips[0].frame_start = 1
    scene.frame_set(1)
    hearing = live.TwoEars(head.default_head(48000)) if layout == "binaural" else live.TwoLoudspeakers()
    playback = playing.Playback(live.LiveMixer(hearing, 48000))
    bpy.context.view_layer.update()
    found = preview.listen(bpy.context, scene)[0]
    for one in found:
        samples = soundfile.read(bpy.path.abspath(one.sound.filepath), dtype="float32")[0]
        playback.load(one.sound.name, samples, one.loop)
    playback.tell({one.sound.name: one.said for one in found}, False)
    heard = np.concatenate([playback.frames(count) for count in (480, 481, 7, 24000)]).T / playing.HEADROOM
    scene.see2sound.room.kind = "none"
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout=layout)
    mix, _ = soundfile.read(tmp_path / "mix.wav", always_2d=True)
    part = slice(1000, 20000)
    assert np.abs(heard[:, part] - mix.T[:, part]).max() < 2e-3 * np.abs(mix).max()


def test_in_the_background_there_is_nobody_to_listen(bpy, extension):
    add_camera(bpy)
    bpy.ops.see2sound.add_source(label="dog")
    assert not bpy.ops.see2sound.preview.poll()


def test_a_snippet_is_that_part_of_the_mix(bpy, tmp_path, extension):
    """Still sources and a still camera, so that it equals the mix there but for what was under way before it."""
    import soundfile

    scene = bpy.context.scene
    add_camera(bpy)
    obj = add_speaker(bpy, write_wav(tmp_path / "tone.wav", np.random.default_rng(1).normal(0, 0.05, 96000)), (-1, 2, 0))
    obj.animation_data.nla_tracks[0].strips[0].frame_start = 1
    scene.see2sound.preview_kind, scene.see2sound.snippet = "stereo", 0.5
    scene.frame_set(25)
    assert bpy.ops.see2sound.play_snippet() == {"FINISHED"}
    assert scene.frame_current == 25
    played = max(Path(bpy.app.tempdir).glob("snippet_*/snippet.wav"), key=lambda path: path.stat().st_mtime_ns)
    snippet = soundfile.read(played)[0]
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="stereo")
    whole = soundfile.read(tmp_path / "mix.wav")[0]
    assert len(snippet) == 24000
    assert snippet[2000:] == pytest.approx(whole[48000 + 2000 : 72000], abs=2e-3)
