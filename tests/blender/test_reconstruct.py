import math
from pathlib import Path

import pytest
import soundfile


def speakers(bpy):
    return sorted((o for o in bpy.context.scene.objects if o.type == "SPEAKER"), key=lambda o: o.see2sound.source_id)


def in_view(bpy, obj, aspect):
    """Where Blender itself projects an object into the picture fitted into the camera's frame, x, y from the upper left."""
    from bpy_extras.object_utils import world_to_camera_view

    scene = bpy.context.scene
    bpy.context.view_layer.update()
    x, y, _ = world_to_camera_view(scene, scene.camera, obj.matrix_world.translation)
    frame = scene.render.resolution_y / scene.render.resolution_x
    width = min(1.0, frame / aspect)
    height = width * aspect / frame
    return 0.5 + (x - 0.5) / width, 0.5 - (y - 0.5) / height


def test_each_thing_becomes_a_speaker_with_its_sound(bpy, picture):
    assert bpy.ops.see2sound.reconstruct(filepath=str(picture)) == {"FINISHED"}
    found = speakers(bpy)
    assert [o.see2sound.source_id for o in found] == ["two_objects_1", "two_objects_2"]
    scene = bpy.context.scene
    for obj in found:
        assert [c.name for c in obj.users_collection] == ["See2Sound"]
        clip = Path(bpy.path.abspath(obj.data.sound.filepath))
        assert clip.parent == Path(bpy.data.filepath).parent / "clips"
        assert obj.data.sound.filepath.startswith("//")
        info = soundfile.info(clip)
        assert (info.samplerate, info.channels, info.frames) == (48000, 1, 2 * 48000)
        strips = [s for t in obj.animation_data.nla_tracks for s in t.strips]
        assert [(s.type, s.frame_start, s.frame_end) for s in strips] == [("SOUND", 1, 49)]
        assert obj.see2sound.label and obj.see2sound.prompt and 0 < obj.see2sound.score <= 1
        assert obj.see2sound.extent == "point"
    background = scene.camera.data.background_images[0]
    assert scene.camera.data.show_background_images and background.frame_method == "FIT"
    assert Path(bpy.path.abspath(background.image.filepath)).resolve() == picture.resolve()


def test_the_new_camera_sees_the_speakers_where_the_picture_has_them(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    assert (bpy.context.scene.render.resolution_x, bpy.context.scene.render.resolution_y) == (640, 360)
    assert math.degrees(bpy.context.scene.camera.data.angle) == pytest.approx(50)
    for obj in speakers(bpy):
        assert in_view(bpy, obj, 360 / 640) == pytest.approx(tuple(obj.see2sound.centre), abs=1e-4)
    left, right = sorted(o.see2sound.centre[0] for o in speakers(bpy))
    assert (left, right) == pytest.approx((160 / 640, 500 / 640), abs=0.02)


@pytest.mark.parametrize(
    ("size", "shift", "fit"),
    [
        ((1920, 1080), (0, 0), "AUTO"),
        ((1000, 1000), (0.1, -0.05), "AUTO"),
        ((1080, 1920), (0, 0.1), "VERTICAL"),
        ((2000, 500), (0, 0), "HORIZONTAL"),
    ],
)
def test_an_existing_camera_stays_and_the_directions_are_exact(bpy, picture, size, shift, fit):
    scene = bpy.context.scene
    data = bpy.data.cameras.new("mine")
    data.lens, data.sensor_fit, data.shift_x, data.shift_y = 35, fit, *shift
    camera = bpy.data.objects.new("mine", data)
    scene.collection.objects.link(camera)
    camera.location, camera.rotation_euler = (3, -4, 2), (1.3, 0.2, 0.7)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = size
    bpy.context.view_layer.update()
    before = camera.matrix_world.copy()
    bpy.ops.see2sound.reconstruct(filepath=str(picture), camera="ACTIVE", generate=False)
    assert scene.camera == camera and camera.matrix_world == before
    assert (scene.render.resolution_x, scene.render.resolution_y) == size
    for obj in speakers(bpy):
        assert in_view(bpy, obj, 360 / 640) == pytest.approx(tuple(obj.see2sound.centre), abs=1e-4)


def test_the_unit_scale_is_applied(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    metres = [o.location.copy() for o in speakers(bpy)]
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.scene.unit_settings.scale_length = 0.01
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    for inches, before in zip(speakers(bpy), metres, strict=True):
        assert tuple(inches.location) == pytest.approx(tuple(100 * before), rel=1e-4)


def test_a_label_brings_a_speaker_to_its_distance_unless_it_was_moved(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    eye = bpy.context.scene.camera.location
    first, second = speakers(bpy)
    second.location.x += 1.0
    moved, direction = second.location.copy(), (first.location - eye).normalized()
    far = (first.location - eye).length
    first.see2sound.label = second.see2sound.label = "cat"
    assert (first.location - eye).length < 0.9 * far
    assert (first.location - eye).normalized().dot(direction) == pytest.approx(1.0, abs=1e-6)
    assert second.location == moved
    assert first.see2sound.prompt == "cat"


def test_what_was_made_by_hand_survives_a_second_run(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    first, second = speakers(bpy)
    first.see2sound.label, first.see2sound.prompt = "campfire", "fire crackling"
    second.location.z += 3.0
    place = second.location.copy()
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    again = speakers(bpy)
    assert again == [first, second]
    assert (first.see2sound.label, first.see2sound.prompt) == ("campfire", "fire crackling")
    assert second.location == place


def test_undo_takes_the_whole_step_back(bpy, picture):
    """Called with undo, as the interface calls operators: Blender itself pushes the steps."""
    bpy.ops.see2sound.reconstruct("EXEC_DEFAULT", True, filepath=str(picture))
    assert len(speakers(bpy)) == 2
    before = [o.data.sound.filepath for o in speakers(bpy)]
    for obj in speakers(bpy):
        obj.see2sound.prompt = "rain"
    bpy.ops.see2sound.generate("EXEC_DEFAULT", True)
    assert [o.data.sound.filepath for o in speakers(bpy)] != before
    bpy.ops.ed.undo()
    assert [o.data.sound.filepath for o in speakers(bpy)] == before
    assert all(Path(bpy.path.abspath(path)).is_file() for path in before)
    bpy.ops.ed.undo()
    assert speakers(bpy) == []
    assert bpy.context.scene.camera is None
    bpy.ops.ed.redo()
    assert len(speakers(bpy)) == 2


def test_generate_takes_prompts_and_selection(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    first, second = speakers(bpy)
    before = [o.data.sound.filepath for o in (first, second)]
    first.see2sound.prompt = second.see2sound.prompt = "waterfall"
    for obj in bpy.context.scene.objects:
        obj.select_set(obj == first)
    bpy.ops.see2sound.generate(selected=True)
    assert first.data.sound.filepath != before[0] and second.data.sound.filepath == before[1]
    assert all(Path(bpy.path.abspath(path)).is_file() for path in before)  # an undo step may still want the old one
    second.see2sound.prompt = "silent"
    bpy.ops.see2sound.generate()
    assert second.data.muted and not first.data.muted


def test_remove_and_select(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    bpy.ops.see2sound.select_source(source_id="two_objects_2")
    assert [o.see2sound.source_id for o in bpy.context.selected_objects] == ["two_objects_2"]
    bpy.ops.see2sound.remove_source(source_id="two_objects_2")
    assert [o.see2sound.source_id for o in speakers(bpy)] == ["two_objects_1"]
    assert len(bpy.data.sounds) == len(bpy.data.speakers) == 1
    with pytest.raises(RuntimeError, match="no source 'two_objects_2'"):
        bpy.ops.see2sound.remove_source(source_id="two_objects_2")


def scene_content(bpy):
    return {o.name: tuple(o.location) for o in bpy.data.objects}, len(bpy.data.collections), bpy.context.scene.camera


@pytest.mark.parametrize("name", ["missing.png", "text.png", "tiny.png"])
def test_a_bad_picture_changes_nothing(bpy, tmp_path, name):
    from PIL import Image

    (tmp_path / "text.png").write_text("no picture")
    Image.new("RGB", (1, 1)).save(tmp_path / "tiny.png")
    before = scene_content(bpy)
    with pytest.raises(RuntimeError, match=name):
        bpy.ops.see2sound.reconstruct(filepath=str(tmp_path / name))
    assert scene_content(bpy) == before
    assert not (tmp_path / "clips").exists() or not any((tmp_path / "clips").iterdir())


def test_a_clip_folder_that_cannot_be_written_changes_nothing(bpy, picture, tmp_path):
    (tmp_path / "clips").write_text("in the way")
    before = scene_content(bpy)
    with pytest.raises(RuntimeError, match="cannot be written"):
        bpy.ops.see2sound.reconstruct(filepath=str(picture))
    assert scene_content(bpy) == before


def other_camera(bpy, kind):
    data = bpy.data.cameras.new("other")
    data.type = kind
    obj = bpy.data.objects.new("other", data)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.scene.camera = obj
    return obj


def test_a_panorama_type_that_is_not_known_is_refused(bpy, picture):
    data = other_camera(bpy, "PANO").data
    (data if hasattr(data, "panorama_type") else data.cycles).panorama_type = "MIRRORBALL"
    with pytest.raises(RuntimeError, match="panorama type of the camera"):
        bpy.ops.see2sound.reconstruct(filepath=str(picture), camera="ACTIVE")
    assert speakers(bpy) == []


def test_an_orthographic_camera_sees_the_sources_where_blender_draws_them(bpy, picture):
    """Parallel rays: Blender's own projection of each Speaker is the visible centre that it was found at."""
    from bpy_extras.object_utils import world_to_camera_view

    scene = bpy.context.scene
    camera = other_camera(bpy, "ORTHO")
    camera.data.ortho_scale = 12.0
    camera.location, camera.rotation_euler = (1.0, -8.0, 6.0), (math.radians(60), 0.0, 0.3)
    bpy.ops.see2sound.reconstruct(filepath=str(picture), camera="ACTIVE", generate=False)
    found = speakers(bpy)
    assert found
    size = bpy.data.images[0].size
    fit = min(1.0, (scene.render.resolution_y / scene.render.resolution_x) / (size[1] / size[0]))
    for obj in found:
        seen = world_to_camera_view(scene, camera, obj.location)
        x, y = obj.see2sound.centre
        tall = fit * (size[1] / size[0]) / (scene.render.resolution_y / scene.render.resolution_x)
        assert (seen.x, 1.0 - seen.y) == pytest.approx((0.5 + (x - 0.5) * fit, 0.5 + (y - 0.5) * tall), abs=1e-4)
        assert obj.location.z >= -1e-4
        obj.see2sound.label = "dog"  # a size tells no distance where rays are parallel, but the Speaker stays on its ray
        again = world_to_camera_view(scene, camera, obj.location)
        assert (again.x, again.y) == pytest.approx((seen.x, seen.y), abs=1e-4)


def test_an_unsaved_file_keeps_its_clips_in_the_extension_s_own_folder(extension, picture):
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.scene.frame_end = 24
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    own = Path(bpy.utils.extension_path_user(extension.__name__))
    for obj in speakers(bpy):
        assert own in Path(bpy.path.abspath(obj.data.sound.filepath)).parents


def test_one_colour_finds_nothing_and_says_so(bpy, tmp_path, capfd):
    from PIL import Image

    Image.new("RGB", (300, 200), (40, 90, 160)).save(tmp_path / "plain.png")
    assert bpy.ops.see2sound.reconstruct(filepath=str(tmp_path / "plain.png")) == {"FINISHED"}
    assert speakers(bpy) == []
    assert "Nothing in the picture stands out" in capfd.readouterr().out


def test_a_new_camera_makes_square_pixels(bpy, picture):
    bpy.context.scene.render.pixel_aspect_x = 2.0
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    for obj in speakers(bpy):
        assert in_view(bpy, obj, 360 / 640) == pytest.approx(tuple(obj.see2sound.centre), abs=1e-4)


def test_a_camera_that_sees_the_horizon_puts_feet_on_the_ground(bpy, picture):
    """Three metres up and five degrees down: what stands in the picture stands on z = 0 of the world."""
    scene = bpy.context.scene
    camera = bpy.data.objects.new("matched", bpy.data.cameras.new("matched"))
    scene.collection.objects.link(camera)
    camera.location, camera.rotation_euler = (1, 2, 3), (math.radians(85), 0, 0.3)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = 640, 360
    bpy.context.view_layer.update()
    bpy.ops.see2sound.reconstruct(filepath=str(picture), camera="ACTIVE", generate=False)
    for obj in speakers(bpy):
        bottom, focal = obj.see2sound.box[3], obj.see2sound.lens[0]
        # The foot lies below the centre in the picture, as far ahead of the camera.
        seen = camera.matrix_world.inverted() @ obj.matrix_world.translation
        seen.y = (0.5 - bottom) * (360 / 640) / focal * -seen.z
        foot = camera.matrix_world @ seen
        assert foot.z == pytest.approx(0.0, abs=0.35)


def test_what_the_artist_set_stays_when_sounds_are_made_again(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    first, second = speakers(bpy)
    first.data.muted, first.data.distance_reference = True, 7.0
    strip = first.animation_data.nla_tracks[0].strips[0]
    strip.frame_start = 20
    bpy.ops.see2sound.generate()
    assert first.data.muted and first.data.distance_reference == 7.0 and strip.frame_start == 20
    second.see2sound.prompt = "silent"
    bpy.ops.see2sound.generate()
    second.see2sound.prompt = "rain"
    bpy.ops.see2sound.generate()
    assert not second.data.muted


def test_a_sound_of_the_artist_s_own_stays(bpy, picture, tmp_path):
    from scenes import tone, write_wav

    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    first = speakers(bpy)[0]
    mine = bpy.data.sounds.load(str(write_wav(tmp_path / "mine.wav", tone(440, 1))))
    first.data.sound = mine
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    bpy.ops.see2sound.generate()
    assert first.data.sound == mine
    for obj in bpy.context.scene.objects:
        obj.select_set(obj == first)
    bpy.ops.see2sound.generate(selected=True)
    assert first.data.sound != mine


def test_a_duplicate_becomes_a_source_of_its_own(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    first = speakers(bpy)[0]
    for obj in bpy.context.scene.objects:
        obj.select_set(obj == first)
    bpy.context.view_layer.objects.active = first
    bpy.ops.object.duplicate()
    copy = bpy.context.object
    copy.see2sound.prompt = "thunder"
    bpy.ops.see2sound.generate()
    ids = [obj.see2sound.source_id for obj in speakers(bpy)]
    assert len(set(ids)) == 3 and first.see2sound.source_id == "two_objects_1"
    assert copy.data.sound.filepath != first.data.sound.filepath
    bpy.ops.see2sound.remove_source(object_name=copy.name)
    assert len(speakers(bpy)) == 2 and first.name in bpy.context.scene.objects


def test_a_still_of_one_frame_gets_its_sounds(bpy, picture):
    bpy.context.scene.frame_end = 1
    assert bpy.ops.see2sound.reconstruct(filepath=str(picture)) == {"FINISHED"}
    assert all(obj.data.sound for obj in speakers(bpy))


def test_two_scenes_do_not_share_clips(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    before = {o.data.sound.filepath for o in speakers(bpy)}
    bpy.ops.scene.new(type="EMPTY")
    bpy.context.scene.frame_end = 100
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    assert not before & {o.data.sound.filepath for o in speakers(bpy)}


def test_the_chosen_row_stays_when_the_scene_changes(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    bpy.ops.see2sound.select_source(source_id="two_objects_2")
    bpy.ops.object.empty_add()
    scene = bpy.context.scene
    assert scene.objects[scene.see2sound.active_index].see2sound.source_id == "two_objects_2"


def test_an_area_has_a_radius_at_once_and_keeps_one_set_by_hand(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    first = speakers(bpy)[0]
    first.see2sound.extent = "area"
    distance = (first.location - bpy.context.scene.camera.location).length
    assert first.see2sound.radius == pytest.approx(distance * 40 / 640 / 1.07, rel=0.25)


def test_a_copied_scene_leaves_the_original_s_sources_alone(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    original = bpy.context.scene
    before = [o.see2sound.source_id for o in speakers(bpy)]
    bpy.ops.scene.new(type="FULL_COPY")
    bpy.ops.see2sound.generate()
    assert sorted(o.see2sound.source_id for o in original.objects if o.type == "SPEAKER") == before
    assert not {o.see2sound.source_id for o in speakers(bpy)} & set(before)


def first_scene(bpy):
    """What a new file of Blender's begins with: a cube, a light, and a camera that looks down on them."""
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    bpy.context.scene.frame_end = 48
    return bpy.context.scene


def test_in_the_startup_scene_a_picture_gets_a_camera_of_its_own(extension, picture):
    """The scene's own camera looks steeply down, and would put what the picture shows far below the floor."""
    import bpy

    scene = first_scene(bpy)
    before, size = scene.camera, (scene.render.resolution_x, scene.render.resolution_y)
    assert bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False) == {"FINISHED"}
    assert scene.camera != before and before.name in scene.objects
    assert (scene.render.resolution_x, scene.render.resolution_y) == size
    assert len(speakers(bpy)) == 2
    for obj in speakers(bpy):
        assert obj.location.z >= 0.0
        assert in_view(bpy, obj, 360 / 640) == pytest.approx(tuple(obj.see2sound.centre), abs=1e-4)
    # And once more, with the camera that it got.
    own = scene.camera
    assert bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False) == {"FINISHED"}
    assert scene.camera == own and len([o for o in scene.objects if o.type == "CAMERA"]) == 2 and len(speakers(bpy)) == 2


def test_fitted_to_a_camera_that_looks_down_nothing_is_below_the_floor(extension, picture):
    import bpy

    scene = first_scene(bpy)
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False, camera="ACTIVE")
    assert scene.camera.name == "Camera"
    for obj in speakers(bpy):
        assert obj.location.z >= -1e-4
        obj.see2sound.label = "locomotive"  # large, and so far away
        assert obj.location.z >= -1e-4


@pytest.mark.parametrize("size", [(1080, 1920), (1000, 1000), (641, 361)])
def test_a_picture_fitted_into_another_frame_keeps_its_directions(bpy, picture, size):
    scene = bpy.context.scene
    other = bpy.data.objects.new("other", bpy.data.cameras.new("other"))
    scene.collection.objects.link(other)
    scene.render.resolution_x, scene.render.resolution_y = size
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    assert scene.camera != other and (scene.render.resolution_x, scene.render.resolution_y) == size
    for obj in speakers(bpy):
        assert in_view(bpy, obj, 360 / 640) == pytest.approx(tuple(obj.see2sound.centre), abs=1e-4)


@pytest.fixture
def second_picture(picture, tmp_path):
    from PIL import Image, ImageOps

    ImageOps.mirror(Image.open(picture)).save(tmp_path / "mirrored.png")
    return tmp_path / "mirrored.png"


def backgrounds(bpy):
    shown = [b for b in bpy.context.scene.camera.data.background_images if b.show_background_image]
    return [Path(bpy.path.abspath(b.image.filepath)).name for b in shown]


@pytest.mark.parametrize("which", ["OWN", "ACTIVE"])
def test_a_second_picture_replaces_the_first(bpy, picture, second_picture, which):
    """But for what was changed by hand, which is kept and named."""
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    speakers(bpy)[0].location.z += 1.0
    assert bpy.ops.see2sound.reconstruct(filepath=str(second_picture), generate=False, camera=which) == {"FINISHED"}
    names = sorted(Path(obj.see2sound.picture).name for obj in speakers(bpy))
    assert names == ["mirrored.png", "mirrored.png", "two_objects.png"]
    assert backgrounds(bpy) == ["mirrored.png"]
    assert len([o for o in bpy.context.scene.objects if o.type == "CAMERA"]) == 1


@pytest.mark.parametrize("which", ["OWN", "ACTIVE"])
def test_a_second_picture_can_be_added(bpy, picture, second_picture, which):
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    first = speakers(bpy)
    bpy.context.scene.see2sound.other_pictures = "KEEP"
    bpy.ops.see2sound.reconstruct(filepath=str(second_picture), generate=False, camera=which)
    assert len(speakers(bpy)) == 4 and set(first) <= set(speakers(bpy))
    assert backgrounds(bpy) == ["mirrored.png"]
    assert len([o for o in bpy.context.scene.objects if o.type == "CAMERA"]) == (2 if which == "OWN" else 1)


def test_a_new_field_of_view_sets_the_picture_s_camera_anew_unless_it_was_moved(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    settings, own = bpy.context.scene.see2sound, bpy.context.scene.camera
    settings.use_field_of_view, settings.field_of_view = True, 1.2
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    assert bpy.context.scene.camera == own and own.data.angle == pytest.approx(1.2, abs=1e-5)
    own.location.x += 2.0
    bpy.context.view_layer.update()
    settings.field_of_view = 0.7
    bpy.ops.see2sound.reconstruct(filepath=str(picture), generate=False)
    assert own.location.x == pytest.approx(2.0) and own.data.angle == pytest.approx(1.2, abs=1e-5)
    for obj in speakers(bpy):
        assert in_view(bpy, obj, 360 / 640) == pytest.approx(tuple(obj.see2sound.centre), abs=1e-4)


def test_a_camera_that_is_nowhere_is_an_error(bpy, picture):
    camera = bpy.data.objects.new("nowhere", bpy.data.cameras.new("nowhere"))
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    for place, scale in (((float("nan"), 0, 0), (1, 1, 1)), ((0, 0, 0), (0, 0, 0))):
        camera.location, camera.scale = place, scale
        bpy.context.view_layer.update()
        with pytest.raises(RuntimeError, match="'nowhere' is not finite, or its scale is zero"):
            bpy.ops.see2sound.reconstruct(filepath=str(picture), camera="ACTIVE")


@pytest.mark.parametrize("path", ["//", "", " ", "/"])
def test_a_folder_is_no_picture(bpy, path):
    bpy.context.scene.see2sound.picture = path
    with pytest.raises(RuntimeError, match="No picture is chosen"):
        bpy.ops.see2sound.reconstruct()


def test_a_picture_is_chosen_relative_to_the_file(bpy, picture, tmp_path):
    bpy.ops.see2sound.choose_picture(filepath=str(picture))
    chosen = bpy.context.scene.see2sound.picture
    assert chosen.startswith("//") and Path(bpy.path.abspath(chosen)).resolve() == picture.resolve()
    with pytest.raises(RuntimeError, match="no picture"):
        bpy.ops.see2sound.choose_picture(filepath=str(tmp_path))
