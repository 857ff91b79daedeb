import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from scenes import angle_between, frequency_of, intensity_direction, tone, write_wav
from stage import add_camera, add_speaker, sampled


def mix(bpy, tmp_path, layout):
    path = tmp_path / f"mix_{layout}.wav"
    assert bpy.ops.see2sound.render_mix(filepath=str(path), layout=layout) == {"FINISHED"}
    return soundfile.read(path, always_2d=True)[0].T


def test_each_source_alone_arrives_from_its_speaker(bpy, picture, tmp_path):
    """By the intensity vector, within half a degree of the direction from the camera to the Speaker."""
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    camera = bpy.context.scene.camera
    bpy.context.view_layer.update()
    speakers = [o for o in bpy.context.scene.objects if o.type == "SPEAKER"]
    for obj in speakers:
        for other in speakers:
            other.data.muted = other != obj
        out = mix(bpy, tmp_path, "ambix1")
        towards = camera.matrix_world.inverted() @ obj.matrix_world.translation
        expected = (-towards.z, -towards.x, towards.y)
        assert angle_between(intensity_direction(out), expected) < 0.5


def test_the_mix_follows_left_and_right(bpy, picture, tmp_path):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    speakers = sorted((o for o in bpy.context.scene.objects if o.type == "SPEAKER"), key=lambda o: o.location.x)
    speakers[0].data.muted = True
    energy = (mix(bpy, tmp_path, "5.1") ** 2).sum(axis=1)
    assert energy[1] > 2 * energy[0]
    speakers[0].data.muted = False
    energy = (mix(bpy, tmp_path, "5.1") ** 2).sum(axis=1)
    assert energy[3] == 0 and (energy[:3] > 0).all()


@pytest.mark.parametrize(("fps", "base", "start", "end"), [(24, 1.0, 1, 48), (30, 1.001, 10, 40), (25, 1.0, 0, 0)])
def test_a_mix_is_as_long_as_its_frames(bpy, tmp_path, fps, base, start, end):
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = fps, base
    scene.frame_start, scene.frame_end = start, end
    add_camera(bpy)
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)))
    out = mix(bpy, tmp_path, "stereo")
    assert out.shape == (2, round((end - start + 1) * base / fps * 48000))


def test_parents_constraints_and_drivers_are_followed(bpy, tmp_path, extension):
    scene = bpy.context.scene
    camera = add_camera(bpy)
    rig = bpy.data.objects.new("rig", None)
    scene.collection.objects.link(rig)
    camera.parent = rig
    rig.location = (0, 0, 1)
    rig.keyframe_insert("location", frame=1)
    rig.location = (0, 0, 3)
    rig.keyframe_insert("location", frame=49)
    obj = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)), (0, 0, 0))
    curve = obj.driver_add("location", 0).driver
    curve.type = "SUM"
    target = curve.variables.new()
    target.targets[0].id = rig
    target.targets[0].data_path = "location.z"
    other = add_speaker(bpy, write_wav(tmp_path / "b.wav", tone(440, 1)), (0, 0, 0))
    other.constraints.new("COPY_LOCATION").target = rig
    plan, _ = sampled(bpy, extension)
    assert plan.listener.positions[0] == pytest.approx((0, 0, 1), abs=1e-6)
    assert plan.listener.positions[-1] == pytest.approx((0, 0, 3), abs=1e-6)
    driven, copied = plan.sources
    assert driven.path.positions[-1] == pytest.approx((3, 0, 0), abs=1e-5)
    assert copied.path.positions[-1] == pytest.approx((0, 0, 3), abs=1e-5)
    assert len(plan.listener.times) == 49 and plan.listener.times[-1] == pytest.approx(2.0)


def test_the_listener_s_axes(bpy, tmp_path, extension):
    """A camera turned 30 degrees to the left looks towards azimuth 120 degrees of the world's x axis."""
    add_camera(bpy, rotation=(math.pi / 2, 0, math.radians(30)))
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)))
    plan, _ = sampled(bpy, extension)
    w, x, y, z = plan.listener.rotations[0]
    assert (x, y) == pytest.approx((0, 0), abs=1e-6)
    assert math.degrees(2 * math.atan2(z, w)) == pytest.approx(120, abs=1e-4)


def test_markers_switch_cameras(bpy, tmp_path, extension):
    scene = bpy.context.scene
    first, second = add_camera(bpy, (0, 0, 0)), add_camera(bpy, (9, 0, 0), name="second")
    scene.timeline_markers.new("a", frame=1).camera = first
    scene.timeline_markers.new("b", frame=25).camera = second
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)))
    scene.frame_set(7)
    plan, _ = sampled(bpy, extension)
    assert plan.listener.cuts.tolist() == [1.0]
    before, after = plan.listener.times < 1.0, plan.listener.times >= 1.0
    assert np.abs(plan.listener.positions[before][:, 0]).max() < 1e-6
    assert np.abs(plan.listener.positions[after][:, 0] - 9).max() < 1e-6
    assert scene.frame_current == 7


def test_blender_s_own_settings_are_honoured(bpy, tmp_path, extension):
    scene = bpy.context.scene
    scene.audio_doppler_speed, scene.audio_doppler_factor = 300, 0.5
    scene.audio_distance_model, scene.audio_volume = "EXPONENT", 0.5
    add_camera(bpy)
    obj = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)))
    speaker = obj.data
    speaker.volume, speaker.pitch, speaker.attenuation = 0.5, 1.5, 2.0
    speaker.distance_reference, speaker.distance_max = 3.0, 40.0
    speaker.cone_angle_inner, speaker.cone_angle_outer, speaker.cone_volume_outer = 60, 120, 0.2
    obj.animation_data.nla_tracks[0].strips[0].frame_start = 13
    muted = add_speaker(bpy, write_wav(tmp_path / "b.wav", tone(440, 1)))
    muted.data.muted = True
    plan, notes = sampled(bpy, extension)
    assert (plan.speed_of_sound, plan.doppler_factor, plan.distance_model) == (300, 0.5, "exponent")
    (source,) = plan.sources
    assert source.gain_db == pytest.approx(20 * math.log10(0.25))
    assert (source.pitch, source.rolloff, source.reference_distance, source.max_distance) == (1.5, 2.0, 3.0, 40.0)
    assert source.cone.inner == pytest.approx(math.radians(60)) and source.cone.outer_gain == pytest.approx(0.2)
    assert source.start == pytest.approx(0.5)
    assert not source.loop
    assert any("muted" in note for note in notes)


def test_an_animated_volume_fades(bpy, tmp_path):
    add_camera(bpy)
    obj = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 3)), (0, 1, 0))
    obj.data.volume = 1.0
    obj.data.keyframe_insert("volume", frame=1)
    obj.data.volume = 0.1
    obj.data.keyframe_insert("volume", frame=49)
    out = mix(bpy, tmp_path, "mono")[0]
    assert np.abs(out[2000:6000]).max() > 0.85
    assert np.abs(out[-4000:]).max() < 0.2


def test_a_moving_camera_hears_doppler(bpy, tmp_path):
    """34.33 m/s towards a tone of 1 kHz: a tenth higher."""
    camera = add_camera(bpy)
    for frame, y in ((1, 0.0), (49, 68.66)):
        camera.location.y = y
        camera.keyframe_insert("location", frame=frame)
    animation = camera.animation_data
    action = animation.action
    curves = (
        action.fcurves if hasattr(action, "fcurves") else action.layers[0].strips[0].channelbag(animation.action_slot).fcurves
    )
    for curve in curves:
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(1000, 3)), (0, 1000, 0)).data.attenuation = 0.0
    out = mix(bpy, tmp_path, "mono")[0]
    arrived = out[-24000:]  # a kilometre takes 2.9 s: only a strip that began before would be heard
    assert not arrived.any()
    bpy.context.object.animation_data.nla_tracks[0].strips[0].frame_start = -95
    assert frequency_of(mix(bpy, tmp_path, "mono")[0][4800:-4800]) == pytest.approx(1100, rel=1e-4)


def test_no_camera(bpy, tmp_path):
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)))
    with pytest.raises(RuntimeError, match=r"poll.*no active camera"):
        bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"))


def test_an_unsaved_file_has_no_place_beside_it(extension, tmp_path):
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True)
    add_camera(bpy)
    with pytest.raises(RuntimeError, match="has not been saved"):
        bpy.ops.see2sound.render_mix(filepath="//mix.wav")


def test_a_missing_sound_is_named_and_nothing_is_written(bpy, tmp_path):
    add_camera(bpy)
    path = write_wav(tmp_path / "gone.wav", tone(440, 1))
    add_speaker(bpy, path)
    path.unlink()
    with pytest.raises(RuntimeError, match=r"missing: .*gone\.wav"):
        bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"))
    assert not (tmp_path / "mix.wav").exists()


def test_a_packed_sound_is_heard(bpy, tmp_path):
    add_camera(bpy)
    path = write_wav(tmp_path / "packed.wav", tone(440, 1))
    obj = add_speaker(bpy, path)
    obj.data.sound.pack()
    path.unlink()
    assert np.abs(mix(bpy, tmp_path, "mono")).max() > 0.1


def test_blender_hears_the_saved_scene_in_a_new_process(bpy, picture, tmp_path):
    """Blender's own mixdown of the reopened file is not silent, and the Speakers and their facts are still there."""
    if "container" not in bpy.ops.sound.mixdown.get_rna_type().properties:
        pytest.skip("this build of Blender as a module has no audio")
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    for obj in bpy.context.scene.objects:
        if obj.type == "SPEAKER":
            obj.see2sound.prompt = "waterfall"
    bpy.ops.see2sound.generate()
    bpy.ops.wm.save_as_mainfile(filepath=bpy.data.filepath)
    script = tmp_path / "reopen.py"
    script.write_text(f"""
import json, os
os.environ["BLENDER_USER_RESOURCES"] = {str(tmp_path / "resources")!r}
import bpy
bpy.ops.wm.open_mainfile(filepath={bpy.data.filepath!r})
names = sorted(o.name for o in bpy.context.scene.objects if o.type == "SPEAKER")
bpy.ops.sound.mixdown(filepath={str(tmp_path / "own.wav")!r}, container="WAV", codec="PCM", format="F32")
print("RESULT", json.dumps(names))
""")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr
    names = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))[7:])
    assert len(names) == 2
    own = soundfile.read(tmp_path / "own.wav")[0]
    assert np.abs(own).max() > 1e-4


def test_a_disabled_speaker_is_left_out_and_said(bpy, tmp_path, extension):
    add_camera(bpy)
    obj = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)))
    obj.hide_viewport = True
    plan, notes = sampled(bpy, extension)
    assert plan.sources == [] and any("is disabled" in note for note in notes)
    obj.hide_viewport = False
    obj.hide_set(True)  # the eye hides, it does not silence
    assert len(sampled(bpy, extension)[0].sources) == 1


def test_a_loop_is_in_step_with_its_strip(bpy, picture, tmp_path):
    """A click half a second into a clip of three seconds is heard half a second in, and each three seconds after."""
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    scene = bpy.context.scene
    scene.frame_end = 24 * 5
    speakers = [o for o in scene.objects if o.type == "SPEAKER"]
    speakers[1].data.muted = True
    click = np.zeros(3 * 48000)
    click[24000] = 1.0
    speakers[0].data.sound = bpy.data.sounds.load(str(write_wav(tmp_path / "click.wav", click)))
    speakers[0].location = scene.camera.matrix_world @ type(speakers[0].location)((0, 0, -3.433))
    bpy.context.view_layer.update()
    heard = mix(bpy, tmp_path, "mono")[0]
    assert np.flatnonzero(np.abs(heard) > 0.5 * np.abs(heard).max()).tolist() == pytest.approx([24480, 24480 + 144000], abs=2)


def test_volume_bounds_are_honoured(bpy, tmp_path, extension):
    add_camera(bpy)
    obj = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 1)))
    obj.data.volume_min, obj.data.volume_max = 0.25, 0.5
    (source,) = sampled(bpy, extension)[0].sources
    assert (source.min_gain, source.max_gain) == (0.25, 0.5)


def test_level_and_air_are_the_scene_s(bpy, tmp_path, extension):
    import pyloudnorm

    settings = bpy.context.scene.see2sound
    settings.use_loudness, settings.loudness, settings.bits = True, -30.0, "24"
    settings.use_air, settings.temperature, settings.humidity = True, 15.0, 20.0
    add_camera(bpy)
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 3)))
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.flac"), layout="stereo")
    assert soundfile.info(tmp_path / "mix.flac").subtype == "PCM_24"
    audio, rate = soundfile.read(tmp_path / "mix.flac")
    assert pyloudnorm.Meter(rate).integrated_loudness(audio) == pytest.approx(-30.0, abs=0.1)
    air = sampled(bpy, extension)[0].air
    assert (air.temperature, air.humidity) == (15.0, 20.0)


def test_a_long_film_keeps_only_what_is_heard(bpy, tmp_path, extension):
    """Speakers share the moments of their samples, and one that sounds alike in all directions has no rotations."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 48
    add_camera(bpy)
    clip = write_wav(tmp_path / "tone.wav", tone(440, 1))
    for name in ("plain", "coned"):
        obj = add_speaker(bpy, clip)
        obj.name = name
        for frame in (1, 48):
            obj.location.x, obj.rotation_euler.z = 0.1 * frame, 0.05 * frame
            obj.keyframe_insert("location", frame=frame)
            obj.keyframe_insert("rotation_euler", frame=frame)
    obj.data.cone_angle_inner, obj.data.cone_angle_outer, obj.data.cone_volume_outer = 1.0, 2.0, 0.1
    plan, _ = sampled(bpy, extension)
    plain, coned = sorted((source.path for source in plan.sources), key=lambda path: len(path.rotations))
    assert plain.times is coned.times and len(plain.times) == len(plain.positions) == 49
    assert len(plain.rotations) == 1 and len(coned.rotations) == 49
