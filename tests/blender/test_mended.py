"""What once failed: each of these was found by using the extension, by feeding it nonsense, or by reading it."""

import json
import math
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scenes import angle_between, intensity_direction, noise, tone, write_wav
from stage import add_camera, add_speaker, sampled

from see2sound_addon import pipeline
from see2sound_addon.planfile import read_plan


def part(extension, name):
    return import_module(f"{extension.__name__}.{name}")


@pytest.fixture
def clip(tmp_path):
    return write_wav(tmp_path / "clip.wav", noise(2.0)[None])


# --- the queue of jobs


def outcomes(desk, tickets):
    """Ask for all jobs in turns, as their operators do, until each has a result or an error."""
    found, end = {}, time.monotonic() + 60.0
    while len(found) < len(tickets):
        assert time.monotonic() < end, "a job waits for ever"
        for number, ticket in enumerate(tickets):
            if number not in found:
                try:
                    result = desk.poll(ticket)
                except Exception as error:
                    result = str(error)
                if result is not None:
                    found[number] = result
        time.sleep(0.01)
    return [found[number] for number in range(len(tickets))]


def test_a_job_that_cannot_start_leaves_the_queue_and_the_next_one_runs(extension, bpy):
    desk, requests = part(extension, "see2sound_addon.blender.desk").Desk(), part(extension, "see2sound_addon.jobs.requests")
    error = part(extension, "see2sound_addon.errors").See2SoundError
    try:
        with pytest.raises(error, match="cannot be started"):
            desk.submit(requests.DescribeNeural(np.float32(0.5), None))
        assert desk.current() is None
        wrong = requests.FetchModel("", None, "", "")
        type(wrong).task, task = "no_such_task", type(wrong).task
        tickets = [desk.submit(request) for request in (requests.FreeNeural(), wrong, requests.FreeNeural())]
        first, second, third = outcomes(desk, tickets)
        type(wrong).task = task
        assert first == third == requests.Done() and "no task" in second
    finally:
        desk.close()


def test_a_job_behind_one_that_cannot_start_is_not_held_up(extension, bpy):
    """The second fails only as it is begun, after the first has ended; its owner is told, and the third runs."""
    desk, requests = part(extension, "see2sound_addon.blender.desk").Desk(), part(extension, "see2sound_addon.jobs.requests")
    try:
        tickets = [desk.submit(requests.FreeNeural()) for _ in range(3)]
        tickets[1].request = requests.DescribeNeural(object(), None)
        first, second, third = outcomes(desk, tickets)
        assert first == third == requests.Done() and "cannot be started" in second
    finally:
        desk.close()


def test_one_job_is_shown_and_stopped_at_a_time(extension, bpy):
    """A scene that is read comes first, then the job at work; ESC and the panel's button mean the same one."""
    working = part(extension, "operators.working")
    desk, requests = part(extension, "see2sound_addon.blender.desk").DESK, part(extension, "see2sound_addon.jobs.requests")
    try:
        mixing = desk.submit(requests.DescribeNeural(Path("/nowhere"), None))
        waiting = desk.submit(requests.FreeNeural())
        jobs = [working.Job(None, iter(()), None, ticket=ticket) for ticket in (waiting, mixing)]
        working.AT_WORK[:] = jobs
        assert working.shown_job() is jobs[1]
        reading = working.Job(None, iter(()), None)
        working.AT_WORK.append(reading)
        assert working.shown_job() is reading
        working.stop_shown()
        assert reading.stopped and not jobs[1].stopped and not mixing.cancelled
        working.AT_WORK.remove(reading)
        working.stop_shown()
        assert mixing.cancelled and not waiting.cancelled
        working.show_progress(bpy.context)
        assert bpy.context.window_manager.see2sound.job.endswith("1 waiting")
        working.AT_WORK.clear()
        working.show_progress(bpy.context)
        assert bpy.context.window_manager.see2sound.job == ""
    finally:
        working.AT_WORK.clear()
        desk.close()


def test_two_pictures_of_one_name_at_once_keep_their_sounds(extension, bpy, tmp_path):
    """Both were looked at before either was applied: the second one's ids are taken by then, its clips find their Speakers."""
    from PIL import Image

    pipeline_ = part(extension, "see2sound_addon.pipeline")
    pictures = part(extension, "see2sound_addon.blender.writing.pictures")
    clips = part(extension, "see2sound_addon.blender.writing.clips")
    speakers = part(extension, "see2sound_addon.blender.writing.speakers")
    scene, jobs = bpy.context.scene, []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        rows, columns = np.mgrid[:90, :120]
        pixels = np.where(rows[..., None] < 40, (170, 200, 235), (110, 100, 80))
        pixels[np.hypot(rows - 55, columns - 40 - 30 * number) < 14] = (220, 40, 30)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / "harbour.png")
        found = pipeline_.reconstruct(folder / "harbour.png")
        matches = speakers.match(scene, found, str(folder / "harbour.png"))
        wanted = clips.wanted_clips(scene, [(m.source_id, m.prompt) for m in matches], folder)
        jobs.append((folder, found, pipeline_.make_clips(wanted), [(m.source, m.source_id) for m in matches]))
    for folder, found, made, ids in jobs:
        pictures.put_picture(bpy.context, scene, str(folder / "harbour.png"), found, made, earlier=ids)
    objects = [obj for obj in scene.objects if obj.type == "SPEAKER"]
    assert len(objects) >= 2 and all(obj.data.sound is not None for obj in objects)
    assert len({obj.see2sound.source_id for obj in objects}) == len(objects)


def test_the_extent_follows_another_detector_unless_it_was_set(extension, bpy, picture):
    findings = part(extension, "see2sound_addon.findings")
    pictures = part(extension, "see2sound_addon.blender.writing.pictures")
    found = part(extension, "see2sound_addon.pipeline").reconstruct(picture)
    found = findings.Findings(found.camera, found.size, found.sources[:1], [])
    (obj,), _ = pictures.put_picture(bpy.context, bpy.context.scene, str(picture), found, None)
    assert obj.see2sound.extent == "point"
    found.sources[0].extent, found.sources[0].label, found.sources[0].radius = "area", "traffic", 3.0
    pictures.put_picture(bpy.context, bpy.context.scene, str(picture), found, None)
    assert obj.see2sound.extent == "area" and obj.see2sound.radius > 0.0
    obj.see2sound.extent = "ambient"
    pictures.put_picture(bpy.context, bpy.context.scene, str(picture), found, None)
    assert obj.see2sound.extent == "ambient"


# --- what makes a mix outdated


def test_each_mix_has_its_own_freshness(extension, bpy, clip):
    """A is read, the scene changes, B is read, A finishes, B finishes: A was outdated, B is not, and B can become it."""
    freshness = part(extension, "see2sound_addon.blender.soundtrack.freshness")
    add_camera(bpy)
    obj = add_speaker(bpy, clip)
    scene, settings = bpy.context.scene, bpy.context.scene.see2sound
    bpy.context.view_layer.update()
    first = freshness.begin(scene)
    obj.data.volume = 0.5
    freshness.look()
    second = freshness.begin(scene)
    freshness.remember(scene, "a.wav", first)
    assert (settings.mixed, settings.outdated) == ("a.wav", True)
    freshness.remember(scene, "b.wav", second)
    assert (settings.mixed, settings.outdated) == ("b.wav", False)
    obj.location.x += 1.0
    bpy.context.view_layer.update()
    assert settings.outdated


@pytest.mark.parametrize("how", ["disabled", "excluded"])
def test_a_speaker_that_is_left_out_does_not_make_a_reopened_mix_outdated(bpy, clip, tmp_path, how):
    add_camera(bpy)
    add_speaker(bpy, clip)
    other = add_speaker(bpy, clip, (2, 2, 0))
    if how == "disabled":
        other.hide_viewport = True
    else:
        home = bpy.data.collections.new("left out")
        bpy.context.scene.collection.children.link(home)
        for collection in other.users_collection:
            collection.objects.unlink(other)
        home.objects.link(other)
        bpy.context.view_layer.layer_collection.children[home.name].exclude = True
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="mono")
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    bpy.context.view_layer.update()
    assert bpy.context.scene.see2sound.outdated is False
    bpy.ops.ed.undo_push(message="a")
    bpy.context.scene.cursor.location.x = 1.0
    bpy.ops.ed.undo_push(message="b")
    bpy.ops.ed.undo()
    bpy.context.view_layer.update()
    assert bpy.context.scene.see2sound.outdated is False


# --- reconstruct, sounds


def test_unlocking_a_source_while_its_picture_is_looked_at_does_not_mute_it(extension, bpy, picture):
    """It was locked when clips were chosen, and so has none; that is no wish for silence."""
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    obj = next(o for o in bpy.context.scene.objects if o.type == "SPEAKER")
    clips = part(extension, "see2sound_addon.blender.writing.clips")
    clips.attach_clips(bpy.context.scene, [obj], [])
    assert not obj.data.muted
    obj.see2sound.prompt = "silent"
    clips.attach_clips(bpy.context.scene, [obj], [])
    assert obj.data.muted


def test_a_sound_of_your_own_is_heard_at_its_own_level(bpy, picture, clip, tmp_path):
    """A generated sound may be as loud as its Speaker's distance reference makes it; a file that takes its place is not."""
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    obj = next(o for o in bpy.context.scene.objects if o.type == "SPEAKER")
    obj.see2sound.prompt = "steam train"
    bpy.ops.see2sound.generate()
    assert obj.data.distance_reference > 1.5
    bpy.context.view_layer.objects.active = obj
    assert bpy.ops.see2sound.set_sound(filepath=str(clip)) == {"FINISHED"}
    assert obj.data.distance_reference == pytest.approx(1.0) and obj.data.sound.name == "clip.wav"
    bpy.ops.see2sound.generate()  # a sound of your own stays
    assert obj.data.sound.name == "clip.wav"


def test_a_sound_put_in_by_blender_s_own_field_is_noted(extension, bpy, picture, clip):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    obj = next(o for o in bpy.context.scene.objects if o.type == "SPEAKER")
    obj.see2sound.prompt = "steam train"
    bpy.ops.see2sound.generate()
    obj.data.sound = bpy.data.sounds.load(str(clip))
    assert any("distance reference" in note and obj.name in note for note in sampled(bpy, extension)[1])


def test_a_sound_is_added_to_the_selected_object(bpy, clip):
    bpy.ops.mesh.primitive_cube_add(location=(3, 4, 5))
    cube = bpy.context.object
    bpy.ops.see2sound.add_sound(filepath=str(clip))
    obj = bpy.context.object
    bpy.context.view_layer.update()
    assert obj.parent == cube and tuple(obj.matrix_world.translation) == pytest.approx((3, 4, 5))
    cube.select_set(True)
    bpy.context.view_layer.objects.active = cube
    bpy.ops.see2sound.add_sound(filepath=str(clip), attach=False)
    assert bpy.context.object.parent is None


def test_removing_what_is_not_there_says_what_is_wrong(bpy, clip):
    speaker = add_speaker(bpy, clip)
    for name, why in (("nothing", "is not in this scene"), (speaker.name, "is no source")):
        with pytest.raises(RuntimeError, match=why):
            bpy.ops.see2sound.remove_source(object_name=name)


# --- rooms


def test_a_room_box_holds_everything_in_all_frames(extension, bpy, clip):
    camera, obj = add_camera(bpy), add_speaker(bpy, clip)
    for frame, x in ((1, -3.0), (48, 20.0)):
        obj.location.x = x
        obj.keyframe_insert("location", frame=frame)
        camera.location.y = -x
        camera.keyframe_insert("location", frame=frame)
    bpy.context.scene.frame_set(7)
    assert bpy.ops.see2sound.add_room() == {"FINISHED"}
    assert bpy.context.scene.frame_current == 7
    plan, notes = sampled(bpy, extension)
    assert not any("room" in note for note in notes)
    low, high = (np.array(plan.room.centre) + side * np.array(plan.room.size) / 2 for side in (-1, 1))
    assert low[0] < -3 and high[0] > 20 and low[1] < -20 and high[1] > 5


def test_a_source_that_leaves_the_room_is_named_before_the_mix(extension, bpy, clip):
    add_camera(bpy)
    obj = add_speaker(bpy, clip, (1, 1, 0))
    bpy.ops.see2sound.add_room()
    obj.location.x = 30.0
    obj.keyframe_insert("location", frame=48)
    obj.location.x = 1.0
    obj.keyframe_insert("location", frame=1)
    assert any("not in the room" in note for note in sampled(bpy, extension)[1])


# --- odd scenes


def test_a_speaker_inside_a_collection_instance_is_heard_where_it_is(bpy, clip, tmp_path):
    """Two instances of one collection, the second nested and moving; each alone arrives from its place."""
    add_camera(bpy)
    group = bpy.data.collections.new("group")
    obj = add_speaker(bpy, clip, (1, 0, 0))
    for collection in obj.users_collection:
        collection.objects.unlink(obj)
    group.objects.link(obj)
    group.instance_offset = (1, 0, 0)
    instancer = bpy.data.objects.new("instancer", None)
    instancer.instance_type, instancer.instance_collection = "COLLECTION", group
    outer = bpy.data.collections.new("outer")
    outer.objects.link(instancer)
    nested = bpy.data.objects.new("nested", None)
    nested.instance_type, nested.instance_collection = "COLLECTION", outer
    bpy.context.scene.collection.objects.link(nested)
    for place in ((4, 3, 0), (-4, 3, 0)):
        nested.location = place
        assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="ambix1") == {"FINISHED"}
        heard = soundfile.read(tmp_path / "mix.wav", always_2d=True)[0].T
        assert angle_between(intensity_direction(heard), (place[1], -place[0], 0)) < 0.5
    obj.data.muted = True
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="ambix1")
    assert not soundfile.read(tmp_path / "mix.wav")[0].any()


def test_a_speaker_far_away_is_named(bpy, clip, tmp_path, capfd):
    add_camera(bpy)
    add_speaker(bpy, clip, (0, 5000, 0))
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="mono")
    assert "Nothing is heard of source 'Speaker'" in capfd.readouterr().out


@pytest.mark.parametrize("setting", ["volume", "distance_reference", "attenuation"])
def test_a_setting_that_is_not_a_number_names_its_speaker(bpy, clip, tmp_path, setting):
    add_camera(bpy)
    obj = add_speaker(bpy, clip)
    setattr(obj.data, setting, float("nan"))
    with pytest.raises(RuntimeError, match=r"'Speaker'.*(infinite or not a number|not finite)"):
        bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="mono")
    assert not (tmp_path / "mix.wav").exists()


# --- files


@pytest.mark.parametrize(("name", "why"), [("a.mp3", ".mp3 files are not written"), ("typo/a.wav", "There is no folder")])
def test_a_mix_goes_where_it_was_told_or_nowhere(bpy, clip, tmp_path, name, why):
    add_camera(bpy)
    add_speaker(bpy, clip)
    with pytest.raises(RuntimeError, match=why):
        bpy.ops.see2sound.render_mix(filepath=str(tmp_path / name), layout="mono")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.wav", "scene.blend"]


def test_a_name_with_a_number_in_it_gets_a_suffix(bpy, clip, tmp_path):
    add_camera(bpy)
    add_speaker(bpy, clip)
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "take 1.2"), layout="mono")
    assert (tmp_path / "take 1.2.wav").is_file()


def test_an_exported_plan_can_be_moved_with_its_clips(bpy, clip, tmp_path):
    add_camera(bpy)
    add_speaker(bpy, clip)
    packed = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 2)), (3, 3, 0))
    packed.data.sound.pack()
    (tmp_path / "tone.wav").unlink()
    home = tmp_path / "for a farm"
    home.mkdir()
    assert bpy.ops.see2sound.export_plan(filepath=str(home / "plan.json")) == {"FINISHED"}
    clips = [source["clip"] for source in json.loads((home / "plan.json").read_text())["sources"]]
    assert all(path.startswith("plan_clips/") for path in clips)
    moved = home.rename(tmp_path / "elsewhere")
    clip.unlink()
    pipeline.mix(read_plan(moved / "plan.json"), "ambix1", tmp_path / "mix.wav")
    assert np.abs(soundfile.read(tmp_path / "mix.wav")[0]).max() > 0.01


def test_labels_do_not_cover_each_other(extension):
    free_plate = part(extension, "panels.overlay").free_plate
    taken = []
    for _ in range(20):
        taken.append(free_plate((100.0, 300.0, 80.0, 18.0), taken))
    rows = sorted(plate[1] for plate in taken)
    assert all(b - a >= 18.0 - 1e-6 for a, b in zip(rows[:-1], rows[1:], strict=True))
    assert free_plate((400.0, 300.0, 80.0, 18.0), taken) == (400.0, 300.0, 80.0, 18.0)


def test_zero_scale_faces_nowhere_and_is_heard(bpy, clip, tmp_path):
    add_camera(bpy).scale = (0, 0, 0)
    obj = add_speaker(bpy, clip)
    obj.scale = (0, 0, 0)
    obj.rotation_euler = (math.pi, 0, 1)
    assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="binaural") == {"FINISHED"}
    heard = soundfile.read(tmp_path / "mix.wav")[0]
    assert np.isfinite(heard).all() and heard.any()


def test_a_locked_duplicate_keeps_the_artist_s_sound(bpy, tmp_path):
    """Make Speakers again after a Speaker was duplicated, given a sound and locked."""
    add_camera(bpy)
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.name = "Fountain"
    bpy.ops.see2sound.listen_to_scene()
    bpy.ops.see2sound.make_speakers()
    speaker = next(obj for obj in bpy.data.objects if obj.type == "SPEAKER")
    copy = speaker.copy()
    copy.data = speaker.data.copy()
    bpy.context.scene.collection.objects.link(copy)
    bpy.context.view_layer.objects.active = copy
    write_wav(tmp_path / "mine.wav", noise(0.5))
    bpy.ops.see2sound.set_sound(filepath=str(tmp_path / "mine.wav"))
    copy.see2sound.locked = True
    bpy.ops.see2sound.make_speakers()
    assert copy.data.sound.filepath.endswith("mine.wav")
    assert speaker.see2sound.source_id != copy.see2sound.source_id


def test_eyes_hide_and_monitors_disable(bpy, extension):
    """As in Blender: what the eye of a collection hides still sounds; what is excluded or disabled does not."""
    sources = import_module(f"{extension.__name__}.see2sound_addon.blender.sources")
    bpy.ops.see2sound.add_source(label="rain")
    bpy.ops.see2sound.generate()
    scene, layer = bpy.context.scene, bpy.context.view_layer
    obj = bpy.context.object
    home = next(child for child in layer.layer_collection.children if obj.name in child.collection.objects)

    def heard():
        bpy.context.view_layer.update()
        mixed = obj in sources.heard_and_unheard(scene, layer)[0]
        graph = bpy.context.evaluated_depsgraph_get()
        assert mixed == any(one.original == obj for one in graph.ids if isinstance(one, bpy.types.Object)), "as Blender has it"
        return mixed

    assert heard()
    home.hide_viewport = True
    assert heard()
    home.hide_viewport = False
    for switch in ("exclude",):
        setattr(home, switch, True)
        assert not heard()
        setattr(home, switch, False)
    home.collection.hide_viewport = True
    assert not heard()
    home.collection.hide_viewport = False
    obj.hide_viewport = True
    assert not heard()


def test_a_curve_does_not_drive_another_class_s_parameter(bpy):
    add_camera(bpy)
    bpy.ops.see2sound.add_source(label="car")
    car = bpy.context.object
    item = car.see2sound.parameters["rpm"]
    for frame, value in ((1, 7000.0), (24, 600.0)):
        item.value = value
        car.keyframe_insert(item.path_from_id("value"), frame=frame)
    car.keyframe_insert("location", frame=1)
    car.see2sound.prompt = "dog barking"
    bpy.context.scene.frame_set(12)
    assert car.see2sound.parameters["rate"].value < 6.0
    assert car.animation_data.action is not None, "its own movement stays"


def test_two_scenes_with_one_file_do_not_pass_for_each_other(bpy, tmp_path):
    first = bpy.context.scene
    for scene in (first, bpy.data.scenes.new("second")):
        bpy.context.window.scene = scene
        add_camera(bpy)
        scene.frame_end = 5
        bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="stereo")
    assert first.see2sound.outdated and not bpy.data.scenes["second"].see2sound.outdated


def test_a_path_without_slashes_lies_beside_the_blend(bpy, tmp_path):
    add_camera(bpy)
    bpy.context.scene.frame_end = 5
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.context.scene.see2sound.mix_path = "take1.wav"
    bpy.ops.see2sound.render_mix(layout="stereo")
    assert (tmp_path / "take1.wav").is_file()


def test_another_class_keeps_what_is_set_by_hand_afterwards(bpy):
    """The class is that of the prompt, so that another word of the same class leaves the values."""
    bpy.ops.see2sound.add_source(label="car")
    facts = bpy.context.object.see2sound
    facts.prompt = "dog barking"
    assert facts.sound_class == "dog"
    facts.parameters["size"].value = 0.3
    facts.prompt = "small dog barking"
    assert facts.parameters["size"].value == pytest.approx(0.3)
