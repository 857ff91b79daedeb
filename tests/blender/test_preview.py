"""The live preview against the mix: the same directions and levels, through Blender's own audio library."""

import math
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scenes import tone, write_wav
from stage import add_camera, add_speaker

pytest.importorskip("bpy")  # which brings aud along
aud = pytest.importorskip("aud", reason="this Blender was built without its audio library")


@pytest.fixture
def preview(extension, bpy):
    return import_module(f"{extension.__name__}.see2sound_addon.blender.preview.player")


def heard(bpy, preview):
    bpy.context.view_layer.update()
    return preview.listen(bpy.context, bpy.context.scene)


def degrees(direction):
    azimuth = math.degrees(math.atan2(direction[1], direction[0]))
    return azimuth, math.degrees(math.asin(direction[2]))


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
        a, e = degrees(one.direction)
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
    assert [one.direction[1] < 0 for one in heard(bpy, preview)[0]] == [True]
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


def through_aud(ears, azimuth, elevation, samples):
    """What aud makes of a sound from a direction (counter-clockwise), as the preview asks for it."""
    sound = aud.Sound.buffer(samples[:, None].astype(np.float32), 48000)
    source = aud.Source(float(-azimuth % 360), float(elevation), 0.0)
    return sound.binaural(ears, source, aud.ThreadPool(1)).data().T


def through_the_engine(layout, azimuth, elevation, samples):
    from see2sound_addon.soundscene import SoundScene, Source, Trajectory
    from see2sound_addon.spatial.layouts import find_layout
    from see2sound_addon.spatial.panning import unit_vector
    from see2sound_addon.spatial.renderer import render

    source = Source("s", "none.wav", Trajectory.fixed(unit_vector(azimuth, elevation)), synchronous=True)
    plan = SoundScene(len(samples) / 48000, Trajectory.fixed((0, 0, 0)), [source])
    return np.concatenate(list(render(plan, [samples.astype(np.float32)], find_layout(layout), [])), axis=1)


def level_difference(ears, low=500, high=8000):
    spectra = np.abs(np.fft.rfft(ears, axis=1)) ** 2
    frequency = np.fft.rfftfreq(ears.shape[1], 1 / 48000)
    left, right = spectra[:, (frequency > low) & (frequency < high)].sum(axis=1)
    return 10 * math.log10(left / right)


def time_difference(ears):
    """Seconds by which the left ear hears later, below 1.5 kHz, by the peak of the correlation."""
    spectra = np.fft.rfft(ears, axis=1) * (np.fft.rfftfreq(ears.shape[1], 1 / 48000) < 1500)
    correlation = np.fft.irfft(spectra[0] * spectra[1].conj(), 8 * ears.shape[1])
    lag = int(correlation.argmax())
    return (lag - len(correlation) if lag > len(correlation) // 2 else lag) / 48000 / 8


@pytest.mark.parametrize(
    ("azimuth", "elevation"), [(0, 0), (30, 0), (-30, 0), (90, 0), (-110, 0), (180, 0), (45, 30), (-60, -20)]
)
def test_binaural_directions_are_those_of_the_mix(preview, azimuth, elevation):
    """The same head by two ways: interaural level within 1.5 dB, time within 60 microseconds (a grid of 5 degrees, whole
    samples, and a right ear that is the left one's mirror image)."""
    noise = np.random.default_rng(3).normal(0, 0.1, 48000)
    live = through_aud(preview.make_ears("binaural", ""), azimuth, elevation, noise)[:, 4096:40000]
    mixed = through_the_engine("binaural", azimuth, elevation, noise)[:, 4096:40000]
    assert level_difference(live) == pytest.approx(level_difference(mixed), abs=1.5)
    assert time_difference(live) == pytest.approx(time_difference(mixed), abs=60e-6)
    assert 10 * math.log10((live**2).sum() / (mixed**2).sum()) == pytest.approx(0, abs=1.5)


@pytest.mark.parametrize("azimuth", [0, 15, -15, 30, -30, 90, 180])
def test_stereo_directions_are_those_of_the_mix(preview, azimuth):
    noise = np.random.default_rng(3).normal(0, 0.1, 24000)
    live = through_aud(preview.make_ears("stereo", ""), azimuth, 0, noise)[:, 4096:20000]
    mixed = through_the_engine("stereo", azimuth, 0, noise)[:, 4096:20000]
    gains = [np.sqrt((ears**2).mean(axis=1)) for ears in (live, mixed)]
    assert gains[0] == pytest.approx(gains[1], abs=2e-3)


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
