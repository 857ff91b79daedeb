"""Moving pictures in Blender: keyframes, volumes, the background, and what an artist has changed."""

import importlib

import cv2
import numpy as np
import pytest
from moving import RATE, film, write_film

MODULE = "bl_ext.user_default.see2sound"
COUNT = 48
AZIMUTHS, YAW = np.linspace(16, -16, COUNT), np.linspace(6, -6, COUNT)


def of_house(name):
    return importlib.import_module(f"{MODULE}.see2sound_addon.{name}")


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    return write_film(tmp_path_factory.mktemp("videos") / "passing.avi", film(COUNT, AZIMUTHS, yaw=YAW))


@pytest.fixture
def followed(bpy, video):
    settings = bpy.context.scene.see2sound
    settings.use_horizon, settings.horizon, settings.voice_unknown = True, 50.0, True
    assert bpy.ops.see2sound.reconstruct(filepath=str(video)) == {"FINISHED"}
    return bpy


def mover(bpy):
    (one,) = [o for o in bpy.context.scene.objects if o.type == "SPEAKER" and o.see2sound.set_keys]
    return one


def curves(bpy, block):
    return of_house("blender.animation").fcurves(block)


def azimuth_in_view(bpy, obj):
    """Degrees to the left of the middle of the frame, as Blender itself projects it."""
    from bpy_extras.object_utils import world_to_camera_view

    scene = bpy.context.scene
    x, _, _ = world_to_camera_view(scene, scene.camera, obj.matrix_world.translation)
    half = np.tan(scene.camera.data.angle / 2)
    return float(np.degrees(np.arctan((1 - 2 * x) * half)))


def test_the_speaker_is_in_each_frame_where_the_picture_shows_the_object(followed):
    bpy, scene = followed, followed.context.scene
    errors = []
    for frame in range(3, COUNT - 1):
        scene.frame_set(frame)
        errors.append(abs(azimuth_in_view(bpy, mover(bpy)) - (AZIMUTHS[frame - 1] - YAW[frame - 1])))
    assert np.median(errors) < 0.7 and max(errors) < 2.5


def test_keyframes_are_on_whole_frames_and_the_camera_turns(followed):
    bpy, scene = followed, followed.context.scene
    times = [key.co.x for curve in curves(bpy, mover(bpy)) if curve.data_path == "location" for key in curve.keyframe_points]
    assert times and all(abs(time - round(time)) < 1e-3 for time in times)
    scene.frame_set(1)
    first = scene.camera.matrix_world.to_quaternion()
    scene.frame_set(COUNT)
    assert np.degrees(first.rotation_difference(scene.camera.matrix_world.to_quaternion()).angle) == pytest.approx(12, abs=0.7)


def test_the_picture_plays_behind_the_scene_in_step(followed, video):
    scene = followed.context.scene
    (background,) = scene.camera.data.background_images
    assert background.image.source == "MOVIE" and background.image.frame_duration == COUNT
    user = background.image_user
    for frame in (1, 17, COUNT):
        scene.frame_set(frame)
        assert frame - user.frame_start + 1 + user.frame_offset == frame


@pytest.mark.slow
def test_at_another_rate_the_picture_keeps_its_pace(bpy, video):
    scene = bpy.context.scene
    scene.render.fps = 60
    scene.see2sound.use_horizon = True
    bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
    assert scene.frame_end >= 120  # two seconds of video are 120 frames here
    user = scene.camera.data.background_images[0].image_user
    for frame in (1, 11, 61, 116):
        scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        offset = scene.camera.evaluated_get(graph).data.background_images[0].image_user.frame_offset
        assert frame - user.frame_start + offset == int((frame - 1) * RATE / 60 + 1e-4)


def test_the_mix_hears_it_move(followed, tmp_path):
    """The plan of the scene has the path, frame by frame, and its direction is that of the picture."""
    bpy = followed
    assert bpy.ops.see2sound.export_plan(filepath=str(tmp_path / "plan.json")) == {"FINISHED"}
    plan = of_house("planfile").read_plan(tmp_path / "plan.json")
    one = next(source for source in plan.sources if len(source.path.positions) > 1)
    assert len(plan.listener.rotations) > 1
    assert np.linalg.norm(np.diff(one.path.positions, axis=0), axis=1).max() < 70 / RATE


def test_a_second_run_sets_it_anew_but_keeps_what_was_changed(followed, video):
    bpy = followed
    one = mover(bpy)
    name, count = one.name, len(bpy.data.objects)
    bpy.ops.see2sound.reconstruct(filepath=str(video))
    assert len(bpy.data.objects) == count and mover(bpy).name == name
    one = bpy.data.objects[name]
    curve = next(c for c in curves(bpy, one) if c.data_path == "location")
    curve.keyframe_points[5].co.y += 3.0
    curve.update()
    changed = curve.keyframe_points[5].co.y
    bpy.ops.see2sound.reconstruct(filepath=str(video))
    one = bpy.data.objects[name]
    curve = next(c for c in curves(bpy, one) if c.data_path == "location")
    assert curve.keyframe_points[5].co.y == pytest.approx(changed)


def test_a_label_with_a_size_moves_the_whole_path(followed):
    bpy, scene = followed, followed.context.scene
    one = mover(bpy)

    def seen():
        rows = []
        for frame in (5, 24, 40):
            scene.frame_set(frame)
            way = np.array(one.matrix_world.translation - scene.camera.matrix_world.translation)
            rows.append((np.linalg.norm(way), way / np.linalg.norm(way)))
        return rows

    before = seen()
    one.see2sound.label = "bus"
    after = seen()
    ratios = [b[0] / a[0] for a, b in zip(before, after, strict=True)]
    assert ratios[0] == pytest.approx(ratios[2], rel=1e-3) and abs(ratios[0] - 1) > 0.02
    for a, b in zip(before, after, strict=True):
        np.testing.assert_allclose(a[1], b[1], atol=1e-5)


def test_one_undo_takes_all_back(followed):
    bpy = followed
    bpy.ops.ed.undo_push(message="Reconstruct")
    bpy.ops.ed.undo()
    assert not [o for o in bpy.data.objects if o.type == "SPEAKER"]
    assert bpy.context.scene.camera is None


def test_for_the_active_camera_sources_move_and_the_camera_does_not(bpy, video):
    scene = bpy.context.scene
    camera = bpy.data.objects.new("Mine", bpy.data.cameras.new("Mine"))
    scene.collection.objects.link(camera)
    camera.data.angle = np.radians(50)
    camera.location, camera.rotation_euler = (0, 0, 1.6), (np.pi / 2, 0, 0.3)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = 480, 270
    bpy.context.view_layer.update()
    before = camera.matrix_world.copy()
    bpy.ops.see2sound.reconstruct(filepath=str(video), camera="ACTIVE", generate=False)
    assert camera.animation_data is None and camera.matrix_world == before
    errors = []
    for frame in range(3, COUNT - 1):
        scene.frame_set(frame)
        errors.append(abs(azimuth_in_view(bpy, mover(bpy)) - (AZIMUTHS[frame - 1] - YAW[frame - 1])))
    assert np.median(errors) < 0.7


def test_numbered_pictures_and_a_range(bpy, tmp_path):
    for number, frame in enumerate(film(COUNT, AZIMUTHS), 1):
        cv2.imwrite(str(tmp_path / f"shot_{number:04d}.png"), frame.pixels[..., ::-1])
    settings = bpy.context.scene.see2sound
    settings.use_horizon = settings.use_footage_range = True
    settings.footage_first, settings.footage_last = 13, 36
    bpy.ops.see2sound.reconstruct(filepath=str(tmp_path / "shot_####.png"), generate=False)
    background = bpy.context.scene.camera.data.background_images[0]
    assert background.image.source == "SEQUENCE"
    user = background.image_user
    assert 1 - user.frame_start + 1 + user.frame_offset == 13
    times = [key.co.x for curve in curves(bpy, mover(bpy)) if curve.data_path == "location" for key in curve.keyframe_points]
    assert min(times) >= 1 and max(times) <= 24


def test_a_missing_video_changes_nothing(bpy, tmp_path):
    with pytest.raises(RuntimeError, match="no picture"):
        bpy.ops.see2sound.reconstruct(filepath=str(tmp_path / "missing.mp4"))
    assert not [o for o in bpy.data.objects if o.type in {"SPEAKER", "CAMERA"}]


def test_movie_clips_and_image_sequences_of_the_file_are_taken(bpy, video, tmp_path):
    settings = bpy.context.scene.see2sound
    settings.use_horizon = True
    settings.picture_from, settings.movie_clip = "CLIP", bpy.data.movieclips.load(str(video))
    assert bpy.ops.see2sound.reconstruct(generate=False) == {"FINISHED"}
    assert mover(bpy).see2sound.picture == str(video)
    for number, frame in enumerate(film(24, AZIMUTHS[:24]), 1):
        cv2.imwrite(str(tmp_path / f"seq_{number:03d}.png"), frame.pixels[..., ::-1])
    image = bpy.data.images.load(str(tmp_path / "seq_001.png"))
    image.source = "SEQUENCE"
    settings.picture_from, settings.image, settings.other_pictures = "IMAGE", image, "REPLACE"
    assert bpy.ops.see2sound.reconstruct(generate=False) == {"FINISHED"}
    assert mover(bpy).see2sound.picture == str(tmp_path / "seq_###.png")
    settings.picture_from, settings.picture = "SEQUENCE", str(tmp_path / "seq_004.png")
    assert bpy.ops.see2sound.reconstruct(generate=False) == {"FINISHED"}
    assert mover(bpy).see2sound.picture == str(tmp_path / "seq_###.png")


@pytest.mark.slow
def test_a_gif_plays_no_background_but_is_followed(bpy, tmp_path):
    from PIL import Image

    images = [Image.fromarray(frame.pixels) for frame in film(COUNT, AZIMUTHS)]
    images[0].save(tmp_path / "a.gif", save_all=True, append_images=images[1:], duration=40, loop=0)
    bpy.context.scene.see2sound.use_horizon = True
    assert bpy.ops.see2sound.reconstruct(filepath=str(tmp_path / "a.gif"), generate=False) == {"FINISHED"}
    assert len(curves(bpy, mover(bpy))) == 3


def test_a_panorama_gets_a_panoramic_camera(bpy, tmp_path):
    from moving import world

    cv2.imwrite(str(tmp_path / "round.png"), world()[..., ::-1])
    settings = bpy.context.scene.see2sound
    settings.panorama = "ALWAYS"
    bpy.ops.see2sound.reconstruct(filepath=str(tmp_path / "round.png"), generate=False)
    data = bpy.context.scene.camera.data
    assert data.type == "PANO"
    owner = data if hasattr(data, "panorama_type") else data.cycles
    assert owner.panorama_type == "EQUIRECTANGULAR"
    of_house("blender.reading.camera").read_camera(bpy.context, bpy.context.scene, bpy.context.scene.camera)


def test_an_object_is_marked_in_the_frame_that_is_shown(bpy, video):
    """The camera has turned by then; the Speaker is where Blender sees the box, in that frame."""
    from bpy_extras.object_utils import world_to_camera_view

    scene = bpy.context.scene
    scene.see2sound.use_horizon = True
    bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
    scene.frame_set(40)
    before = {o.name for o in bpy.data.objects}
    assert bpy.ops.see2sound.mark_object(box=(0.2, 0.6, 0.4, 0.9), generate=False) == {"FINISHED"}
    (one,) = [o for o in bpy.data.objects if o.name not in before]
    bpy.context.view_layer.update()
    x, y, _ = world_to_camera_view(scene, scene.camera, one.matrix_world.translation)
    assert (x, 1 - y) == pytest.approx(tuple(one.see2sound.centre), abs=2e-3)
    assert 0.2 <= x <= 0.4


@pytest.mark.slow
def test_keys_that_come_and_go_are_not_taken_for_the_artist_s(bpy, video):
    """Turned, still, turned again: what was set by a run is set anew by the next."""
    scene = bpy.context.scene
    scene.see2sound.use_horizon = True
    for turns in (True, False, True):
        scene.see2sound.move_camera = turns
        bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
        assert (len(curves(bpy, scene.camera)) == 4) == turns
        assert len([c for c in curves(bpy, mover(bpy)) if c.data_path == "location"]) == 3
    scene.camera.location.x += 5.0
    bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
    assert scene.camera.location.x == pytest.approx(5.0)


@pytest.mark.slow
def test_an_active_camera_that_was_made_by_us_keeps_its_keyframes(bpy, video):
    scene = bpy.context.scene
    scene.see2sound.use_horizon = True
    bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
    assert len(curves(bpy, scene.camera)) == 4
    bpy.ops.see2sound.reconstruct(filepath=str(video), camera="ACTIVE", generate=False)
    assert len(curves(bpy, scene.camera)) == 4


@pytest.mark.slow
def test_a_corrected_label_keeps_its_distance_in_a_second_run(bpy, video):
    bpy.context.scene.see2sound.use_horizon = True
    bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
    one = mover(bpy)
    one.see2sound.label = "bus"
    place = one.location.copy()
    bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
    assert mover(bpy).see2sound.label == "bus" and (mover(bpy).location - place).length < 1e-3


@pytest.mark.slow
def test_a_marked_object_takes_no_other_source_away(bpy, video):
    """One was marked where the moving object will be later: the moving one stays a source of its own."""
    scene = bpy.context.scene
    scene.see2sound.use_horizon = True
    bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
    box, shown = tuple(mover(bpy).see2sound.box), mover(bpy).see2sound.shown_at
    scene.frame_set(COUNT if shown < COUNT / 2 else 1)
    bpy.ops.see2sound.mark_object(box=box, generate=False)
    bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
    assert mover(bpy)


def test_sequences_that_begin_with_any_number_play_from_their_first_file(bpy, tmp_path):
    for number, frame in enumerate(film(24, AZIMUTHS[:24]), 1001):
        cv2.imwrite(str(tmp_path / f"take2_{number}.png"), frame.pixels[..., ::-1])
    scene = bpy.context.scene
    scene.see2sound.use_horizon, scene.see2sound.picture_from = True, "SEQUENCE"
    scene.see2sound.picture = str(tmp_path / "take2_1001.png")
    for _ in range(2):
        assert bpy.ops.see2sound.reconstruct(generate=False) == {"FINISHED"}
    (background,) = scene.camera.data.background_images
    user = background.image_user
    assert 1 - user.frame_start + 1 + user.frame_offset == 1001  # Blender takes this as the number of the file
    assert of_house("blender.reading.picture").frame_shown(bpy.context, scene, scene.see2sound.picture) == 1


@pytest.mark.slow
def test_a_faster_scene_sees_the_video_to_its_end(bpy, video):
    """Blender bounds the frame by the duration before it adds the offset."""
    scene = bpy.context.scene
    scene.render.fps, scene.see2sound.use_horizon = 60, True
    bpy.ops.see2sound.reconstruct(filepath=str(video), generate=False)
    assert scene.camera.data.background_images[0].image_user.frame_duration >= 2 * 60


@pytest.mark.slow
def test_at_a_cut_the_camera_jumps(bpy, tmp_path):
    out = cv2.VideoWriter(str(tmp_path / "cut.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 24, (480, 270))
    for seed in (0, 5):
        for frame in film(24, np.linspace(12, -12, 24), yaw=np.linspace(0, 8, 24) * (1 if seed else -1), seed=seed):
            out.write(frame.pixels[..., ::-1])
    out.release()
    scene = bpy.context.scene
    scene.render.fps = 96
    bpy.ops.see2sound.reconstruct(filepath=str(tmp_path / "cut.avi"), generate=False)

    def turned(a, b):
        looks = []
        for frame in (a, b):
            scene.frame_set(int(frame), subframe=frame % 1)
            looks.append(scene.camera.matrix_world.to_quaternion())
        return np.degrees(looks[0].rotation_difference(looks[1]).angle)

    assert turned(94.0, 96.9) < 1.0 < turned(96.9, 97.0)


@pytest.mark.slow
def test_names_with_a_number_sign_are_files(bpy, tmp_path, video):
    import shutil

    shutil.copy(video, tmp_path / "Take #2.avi")
    bpy.context.scene.see2sound.use_horizon = True
    assert bpy.ops.see2sound.reconstruct(filepath=str(tmp_path / "Take #2.avi"), generate=False) == {"FINISHED"}
    assert mover(bpy)
