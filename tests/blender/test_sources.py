"""Sources in Blender: listed, made by hand, muted, solo, locked, removed; and what Blender itself does to their Speakers."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scenes import tone, write_wav
from stage import add_camera, add_speaker, sampled


def ours(bpy, scene=None):
    objects = (scene or bpy.context.scene).objects
    return sorted((t for t in objects if t.type == "SPEAKER" and t.see2sound.source_id), key=lambda t: t.name)


@pytest.fixture
def found(bpy, picture):
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    return ours(bpy)


def test_a_selected_speaker_is_the_chosen_row_and_the_other_way_round(bpy, found):
    settings, objects = bpy.context.scene.see2sound, bpy.context.scene.objects
    for obj in found:
        bpy.context.view_layer.objects.active = obj
        assert objects[settings.active_index] == obj
    settings.active_index = objects.find(found[0].name)
    assert bpy.context.view_layer.objects.active == found[0]
    assert [t for t in bpy.context.view_layer.objects if t.select_get()] == [found[0]]
    bpy.context.view_layer.objects.active = bpy.context.scene.camera
    assert objects[settings.active_index] == found[0]  # the one chosen last


def test_solo_and_mute_decide_what_a_mix_has(bpy, found, extension):
    first, second = found
    second.see2sound.solo = True
    plan, notes = sampled(bpy, extension)
    assert [s.id for s in plan.sources] == [second.see2sound.source_id]
    assert any("not solo" in note for note in notes)
    second.see2sound.muted = True  # mute wins
    assert sampled(bpy, extension)[0].sources == []
    bpy.ops.see2sound.mark_sources(action="UNSOLO")
    bpy.ops.see2sound.mark_sources(action="UNMUTE")
    assert len(sampled(bpy, extension)[0].sources) == 2
    first.see2sound.muted = True
    assert first.data.muted  # Blender plays it neither


def test_what_is_locked_stays_as_it_is(bpy, found, picture):
    first, second = found
    clips = first.data.sound.filepath, second.data.sound.filepath
    bpy.ops.see2sound.mark_sources(action="LOCK")
    second.see2sound.locked = False
    for obj in found:
        obj.see2sound.prompt = "dog barking"
    first.see2sound.box = (0, 0, 0.01, 0.01)  # it would not be found again
    bpy.ops.see2sound.generate()
    assert first.data.sound.filepath == clips[0] and second.data.sound.filepath != clips[1]
    place = first.location.copy()
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    assert first in ours(bpy) and first.location == place and first.see2sound.prompt == "dog barking"


def test_an_outline_runs_around_what_was_found(found):
    """The disc left of the middle: at (160, 210) of 640 by 360 pixels, 40 in radius."""
    disc = min(found, key=lambda obj: obj.see2sound.centre[0])
    ring = np.array([tuple(point) for point in disc.see2sound.outline]) * (640, 360)
    assert np.linalg.norm(ring - (160, 210), axis=1) == pytest.approx(40, abs=4)
    assert np.linalg.norm(np.diff(ring, axis=0), axis=1) == pytest.approx(2 * np.pi * 40 / 32, rel=0.2)


def test_a_source_at_the_cursor_and_on_objects_that_it_follows(bpy, extension):
    scene = bpy.context.scene
    scene.cursor.location = (1, 2, 3)
    bpy.ops.see2sound.add_source(label="dog")
    (dog,) = ours(bpy)
    assert (dog.see2sound.label, dog.see2sound.prompt, dog.name) == ("dog", "dog", "dog (dog_1)")
    assert tuple(dog.location) == (1, 2, 3) and dog.data.sound is None
    for name in ("Fire_Truck.001", "Fire_Truck.002"):
        shape = bpy.data.meshes.new(name)
        shape.from_pydata([(0, 0, 0), (2, 0, 0), (0, 2, 0), (0, 0, 2)], [], [])
        body = bpy.data.objects.new(name, shape)
        body.scale = (3, 1, 2)
        scene.collection.objects.link(body)
        body.location = (7, 0, 0)
        body.select_set(True)
    dog.select_set(False)
    bpy.ops.see2sound.add_source()
    trucks = [obj for obj in ours(bpy) if obj != dog]
    assert [t.see2sound.source_id for t in trucks] == ["fire_truck_1", "fire_truck_2"]
    bpy.context.view_layer.update()
    for truck in trucks:  # in the middle of its object's bounds, itself not stretched
        assert truck.see2sound.label == "fire truck"
        assert tuple(truck.matrix_world.translation) == pytest.approx((7 + 3, 1, 2))
        assert tuple(truck.matrix_world.to_scale()) == pytest.approx((1, 1, 1))
    add_camera(bpy)
    bpy.ops.see2sound.generate()
    plan, _ = sampled(bpy, extension)
    assert [s.id for s in plan.sources] == ["dog_1", "fire_truck_1", "fire_truck_2"] and all(s.loop for s in plan.sources)
    dog.see2sound.label = "cat"
    assert (dog.see2sound.prompt, tuple(dog.location), dog.name) == ("cat", (1, 2, 3), "cat (dog_1)")


def test_a_sound_of_one_s_own_plays_once_from_the_current_frame(bpy, extension, tmp_path):
    scene, path = bpy.context.scene, write_wav(tmp_path / "Door_Slam.wav", tone(440, 0.5))
    add_camera(bpy)
    scene.frame_current = 13
    assert bpy.ops.see2sound.add_sound(filepath=str(path)) == {"FINISHED"}
    (door,) = ours(bpy)
    assert door.see2sound.label == "door slam" and door.data.sound.filepath == "//Door_Slam.wav"
    (strip,) = door.animation_data.nla_tracks[0].strips
    assert (strip.frame_start, strip.frame_end) == (13, 25)
    (source,) = sampled(bpy, extension)[0].sources
    assert source.start == pytest.approx(0.5) and not source.loop
    bpy.ops.see2sound.generate()  # a sound of one's own stays
    assert door.data.sound.filepath == "//Door_Slam.wav"
    many = [write_wav(tmp_path / f"{n}.wav", tone(440, 0.1)) for n in ("a", "b")]
    bpy.ops.see2sound.add_sound(directory=str(tmp_path), files=[{"name": p.name} for p in many])
    assert len(ours(bpy)) == 3


@pytest.mark.parametrize("content", [b"", b"no sound at all"])
def test_a_file_that_is_no_sound_adds_nothing(bpy, tmp_path, content):
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    good = write_wav(tmp_path / "good.wav", tone(440, 0.1))
    with pytest.raises(RuntimeError, match="cannot be read as audio"):
        bpy.ops.see2sound.add_sound(directory=str(tmp_path), files=[{"name": good.name}, {"name": path.name}])
    assert ours(bpy) == [] and len(bpy.data.sounds) == 0


def test_a_speaker_that_was_there_becomes_a_source_and_sounds_the_same(bpy, extension, tmp_path):
    add_camera(bpy)
    obj = add_speaker(bpy, write_wav(tmp_path / "radio.wav", tone(440, 1)), (2, 3, 0))
    obj.name = "Kitchen Radio"
    before = sampled(bpy, extension)[0].sources[0]
    obj.select_set(True)
    bpy.ops.see2sound.use_speaker()
    after = sampled(bpy, extension)[0].sources[0]
    assert (after.id, after.label) == ("kitchen_radio_1", "kitchen radio")
    assert (after.start, after.loop, after.clip, after.gain_db) == (before.start, before.loop, before.clip, before.gain_db)
    assert not bpy.ops.see2sound.use_speaker.poll()


def test_removing_leaves_the_clip_unless_asked(bpy, found):
    paths = [Path(bpy.path.abspath(obj.data.sound.filepath)) for obj in found]
    bpy.ops.see2sound.remove_source(source_id=found[0].see2sound.source_id)
    bpy.ops.see2sound.remove_source(source_id=ours(bpy)[0].see2sound.source_id, delete_clip=True)
    assert paths[0].exists() and not paths[1].exists() and ours(bpy) == []


def test_removing_never_deletes_a_sound_of_one_s_own(bpy, tmp_path):
    path = write_wav(tmp_path / "mine.wav", tone(440, 0.1))
    bpy.ops.see2sound.add_sound(filepath=str(path))
    bpy.ops.see2sound.remove_source(source_id=ours(bpy)[0].see2sound.source_id, delete_clip=True)
    assert path.exists() and ours(bpy) == []


def test_a_renamed_and_a_duplicated_speaker(bpy, found, extension):
    obj = found[0]
    obj.name = "my engine"
    assert bpy.context.scene.objects[bpy.context.scene.see2sound.active_index] is not None
    for other in bpy.context.view_layer.objects:
        other.select_set(other == obj)
    bpy.ops.object.duplicate()
    bpy.ops.see2sound.generate()
    ids = [t.see2sound.source_id for t in ours(bpy)]
    assert len(ids) == len(set(ids)) == 3
    assert obj.name == "my engine" and obj.see2sound.source_id in ids


def library(bpy, found, tmp_path):
    """The open file, saved as a library; then an empty scene in another one."""
    path = tmp_path / "library.blend"
    for obj in found:
        obj.data.sound.filepath = bpy.path.abspath(obj.data.sound.filepath)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "user.blend"))
    add_camera(bpy)
    return str(path)


@pytest.mark.parametrize("link", [False, True])
def test_sources_of_another_file(bpy, found, extension, tmp_path, link):
    """Appended ones are our own; linked ones are heard, and left as they are by everything."""
    path = library(bpy, found, tmp_path)
    with bpy.data.libraries.load(path, link=link) as (there, here):
        here.collections = [name for name in there.collections if name == "See2Sound"]
    bpy.context.scene.collection.children.link(bpy.data.collections["See2Sound"])
    placed = ours(bpy)
    assert len(placed) == 2 and all((obj.library is not None) == link for obj in placed)
    assert len(sampled(bpy, extension)[0].sources) == 2
    sounds = [obj.data.sound.filepath for obj in placed]
    bpy.ops.see2sound.generate()
    bpy.ops.see2sound.mark_sources(action="LOCK")
    assert ([obj.data.sound.filepath for obj in placed] == sounds) == link
    assert all(obj.see2sound.locked != link for obj in placed)
    if link:
        with pytest.raises(RuntimeError, match="linked"):
            bpy.ops.see2sound.remove_source(object_name=placed[0].name)
    assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="stereo") == {"FINISHED"}


def test_a_library_override_can_be_changed_here(bpy, found, extension, tmp_path):
    path = library(bpy, found, tmp_path)
    with bpy.data.libraries.load(path, link=True) as (there, here):
        here.collections = [name for name in there.collections if name == "See2Sound"]
    scene = bpy.context.scene
    linked = bpy.data.collections["See2Sound"]
    scene.collection.children.link(linked)
    linked.override_hierarchy_create(scene, bpy.context.view_layer)
    mine = [obj for obj in ours(bpy) if obj.library is None]
    assert len(mine) == 2 and all(obj.override_library for obj in mine)
    mine[0].see2sound.solo = True
    mine[0].location.x += 2.0
    plan = sampled(bpy, extension)[0]
    assert len(plan.sources) == 1
    assert plan.sources[0].path.positions[0][0] == pytest.approx(mine[0].location.x)
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    assert [t.see2sound.solo for t in ours(bpy) if t.library is None].count(True) == 1


def test_each_scene_has_its_own_sources(bpy, found, extension, tmp_path):
    first = bpy.context.scene
    second = bpy.data.scenes.new("second")
    bpy.context.window.scene = second
    assert ours(bpy, second) == [] and second.see2sound.picture == ""
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.see2sound.render_mix()
    add_camera(bpy)
    bpy.ops.see2sound.add_source(label="dog")
    bpy.ops.see2sound.generate()
    assert [s.label for s in sampled(bpy, extension)[0].sources] == ["dog"]
    bpy.context.window.scene = first
    assert len(sampled(bpy, extension)[0].sources) == 2


def test_packed_sounds_are_heard_without_their_files(bpy, found, extension, tmp_path):
    bpy.ops.file.pack_all()
    bpy.ops.wm.save_mainfile()
    for path in (tmp_path / "clips").glob("*.wav"):
        path.unlink()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    assert bpy.ops.see2sound.render_mix(filepath="//mix.wav", layout="binaural") == {"FINISHED"}
    assert np.abs(soundfile.read(tmp_path / "mix.wav")[0]).max() > 1e-3


def test_a_missing_sound_is_one_clear_line_and_writes_nothing(bpy, found, tmp_path):
    for path in (tmp_path / "clips").glob("*.wav"):
        path.unlink()
    with pytest.raises(RuntimeError, match=r"sound of .* is missing.*Generate it again"):
        bpy.ops.see2sound.render_mix(filepath="//mix.wav")
    assert not list(tmp_path.glob("mix*"))
    assert bpy.ops.see2sound.generate() == {"FINISHED"}
    assert bpy.ops.see2sound.render_mix(filepath="//mix.wav") == {"FINISHED"}


def test_five_hundred_speakers(bpy, extension, tmp_path):
    scene, path = bpy.context.scene, write_wav(tmp_path / "tick.wav", tone(700, 0.05))
    add_camera(bpy)
    scene.frame_end = 3
    add_speaker(bpy, path)
    first = bpy.context.object
    bpy.ops.see2sound.use_speaker()
    for number in range(499):
        obj = first.copy()
        obj.data = first.data.copy()
        obj.location = (number % 25 - 12, number // 25, 1)
        scene.collection.objects.link(obj)
    assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="ambix1") == {"FINISHED"}
    assert soundfile.info(tmp_path / "mix.wav").frames == 6000
    plan = sampled(bpy, extension)[0]
    assert len({source.id for source in plan.sources}) == len(plan.sources) == 500


def test_clips_of_files_that_were_never_saved_can_be_cleared(bpy, picture, extension):
    cache = import_module(f"{extension.__name__}.see2sound_addon.blender.cache")
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    count, size = cache.measure()
    assert count >= 2 and size > 10000
    bpy.ops.see2sound.remove_source(source_id=ours(bpy)[0].see2sound.source_id)
    used = [Path(bpy.path.abspath(obj.data.sound.filepath)) for obj in ours(bpy)]
    bpy.ops.see2sound.clear_cache()
    assert cache.measure()[0] == 1 and all(path.is_file() for path in used)


def test_new_files_begin_with_the_preferences(bpy, extension, tmp_path):
    own = bpy.context.preferences.addons[extension.__name__].preferences
    own.layout_of_new, own.sources_of_new = "7.1.4", 9
    try:
        bpy.ops.wm.read_homefile(use_empty=True)
        settings = bpy.context.scene.see2sound
        assert (settings.layout, settings.max_sources) == ("7.1.4", 9)
        settings.layout = "stereo"
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
        assert bpy.context.scene.see2sound.layout == "stereo"
    finally:
        own.layout_of_new, own.sources_of_new = "binaural", 5


def test_presets_set_what_they_are_named_after(bpy, extension):
    paths = bpy.utils.preset_paths("see2sound/mix")
    files = [path for folder in paths for path in Path(folder).glob("*.py")]
    assert len(files) >= 6
    settings = bpy.context.scene.see2sound
    # EBU R 128 for broadcast, the usual -16 and -14 LUFS for podcasts and streaming; what is mixed further keeps its level.
    wanted = {
        "Broadcast_5.1": ("5.1", "24", -23.0),
        "Cinema_7.1.4": ("7.1.4", "24", None),
        "Headphones": ("binaural", "32", None),
        "Podcast": ("stereo", "24", -16.0),
        "Streaming": ("stereo", "24", -14.0),
        "VR_AmbiX_3": ("ambix3", "32", None),
    }
    assert wanted.keys() <= {path.stem for path in files}
    for path in files:
        if path.stem in wanted:
            settings.layout, settings.bits, settings.use_loudness, settings.ceiling = (
                "mono",
                "16",
                path.stem == "Headphones",
                -7.0,
            )
            bpy.ops.script.execute_preset(filepath=str(path), menu_idname="SEE2SOUND_PT_mix_presets")
            loudness = round(settings.loudness, 3) if settings.use_loudness else None
            assert (settings.layout, settings.bits, loudness) == wanted[path.stem], path.stem
            assert settings.ceiling == -1.0
    settings.loudness = -19.0
    bpy.ops.see2sound.save_preset(name="mine")
    settings.loudness = -14.0
    saved = next(path for folder in bpy.utils.preset_paths("see2sound/mix") for path in Path(folder).glob("mine.py"))
    bpy.ops.script.execute_preset(filepath=str(saved), menu_idname="SEE2SOUND_PT_mix_presets")
    assert settings.loudness == -19.0


def test_a_plan_can_be_exported_and_rendered_elsewhere(bpy, found, tmp_path):
    """Another process, without Blender, renders the same bytes."""
    import subprocess

    assert bpy.ops.see2sound.export_plan(filepath=str(tmp_path / "plan")) == {"FINISHED"}
    assert bpy.ops.see2sound.export_mix(filepath=str(tmp_path / "here.wav"), layout="5.1") == {"FINISHED"}
    command = [sys.executable, "-m", "see2sound_addon.cli", "render", tmp_path / "plan.json", "--layout", "5.1", "--out"]
    subprocess.run([*command, tmp_path / "there.wav"], check=True, capture_output=True, cwd=Path(__file__).parents[2])
    here, there = (soundfile.read(tmp_path / f"{name}.wav")[0] for name in ("here", "there"))
    assert np.array_equal(here, there) and np.abs(here).max() > 1e-3


def test_a_file_of_the_oldest_blender_opens_as_it_was(bpy, extension, tmp_path):
    """Made in Blender 4.2 by tests/references/old_blend.py, sounds packed."""
    bpy.ops.wm.open_mainfile(filepath=str(Path(__file__).parents[1] / "data" / "made_by_4.2.blend"))
    dog, fountain = ours(bpy)
    settings = bpy.context.scene.see2sound
    assert (dog.see2sound.source_id, dog.see2sound.label, dog.see2sound.loop) == ("dog_1", "dog", False)
    assert (fountain.see2sound.extent, fountain.see2sound.radius) == ("area", 1.5)
    assert (settings.layout, settings.room.kind, settings.room.ground) == ("5.1", "ground", "gravel")
    plan, notes = sampled(bpy, extension)
    assert [s.id for s in plan.sources] == ["dog_1", "fountain_1"] and notes == []
    assert plan.sources[0].path.positions[0] == pytest.approx((-3, 4, 0.5))
    assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav")) == {"FINISHED"}
    assert soundfile.info(tmp_path / "mix.wav").channels == 6
    fountain.see2sound.solo = True  # what 4.2's file did not know
    assert len(sampled(bpy, extension)[0].sources) == 1


def test_a_file_that_is_saved_takes_its_clips_along(bpy, picture, extension, tmp_path):
    """From the extension's folder to clips/ beside it; clearing the former then harms nothing."""
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.see2sound.reconstruct(filepath=str(picture))
    folder = tmp_path / "film"
    folder.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "film.blend"))
    paths = [obj.data.sound.filepath for obj in ours(bpy)]
    assert all(path.startswith("//clips/") for path in paths)
    bpy.ops.see2sound.clear_cache()
    bpy.ops.wm.open_mainfile(filepath=str(folder / "film.blend"))
    assert all(Path(bpy.path.abspath(obj.data.sound.filepath)).is_file() for obj in ours(bpy))
    bpy.ops.see2sound.generate()  # they are ours still: other prompts give other clips
    ours(bpy)[0].see2sound.prompt = "dog barking"
    bpy.ops.see2sound.generate()
    assert ours(bpy)[0].data.sound.filepath not in paths


def test_removing_a_duplicate_by_its_row(bpy, found):
    for other in bpy.context.view_layer.objects:
        other.select_set(other == found[0])
    bpy.context.view_layer.objects.active = found[0]
    bpy.ops.object.duplicate()
    copy = bpy.context.object
    assert copy.name.endswith(".001")
    assert bpy.ops.see2sound.remove_source(object_name=copy.name) == {"FINISHED"}
    assert len(ours(bpy)) == 2 and found[0] in ours(bpy)


def test_a_blend_cannot_have_any_file_deleted(bpy, found, tmp_path):
    """Only what lies where our clips lie, and is called as they are."""
    victim = tmp_path / "precious.wav"
    victim.write_bytes(Path(bpy.path.abspath(found[0].data.sound.filepath)).read_bytes())
    found[0].data.sound.filepath = found[0].see2sound.clip = str(victim)
    bpy.ops.see2sound.remove_source(object_name=found[0].name, delete_clip=True)
    assert victim.is_file()


def test_what_is_locked_or_changed_while_sounds_are_made_stays(bpy, found, extension, tmp_path, monkeypatch):
    tasks = import_module(f"{extension.__name__}.see2sound_addon.jobs.tasks")
    mine = write_wav(tmp_path / "mine.wav", tone(440, 0.5))
    first, second = found
    for obj in found:
        obj.see2sound.prompt = "dog barking"
    clip, make = first.data.sound.filepath, tasks.TASKS["make_clips"]

    def meanwhile(request, progress):
        first.see2sound.locked = True
        second.data.sound = bpy.data.sounds.load(str(mine))
        return make.do(request, progress)

    monkeypatch.setitem(tasks.TASKS, "make_clips", make._replace(do=meanwhile))
    bpy.ops.see2sound.generate()
    assert first.data.sound.filepath == clip and second.data.sound.filepath == str(mine)


CRASH = """
import os, sys
sys.path[:0] = [{tests!r}]
import conftest, bpy, addon_utils
folder = conftest.RESOURCES / "extensions" / "user_default" / "see2sound"
folder.parent.mkdir(parents=True)
folder.symlink_to(conftest.ROOT, target_is_directory=True)
bpy.ops.wm.read_factory_settings(use_empty=True)
addon_utils.enable(conftest.MODULE, default_set=True, persistent=True)
import importlib
importlib.import_module(conftest.MODULE + ".see2sound_addon.blender.writing.clips").MOST_TAKES = 1  # older ones are freed
bpy.ops.wm.save_as_mainfile(filepath={blend!r})
scene = bpy.context.scene
scene.frame_end = 12
scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
scene.collection.objects.link(scene.camera)
for label in ("rain", "wind", "fire"):
    bpy.ops.see2sound.add_source(label=label)
for prompts in (("rain", "wind", "fire"), ("fire", "waves", "rain"), ("wind", "rain", "waves")):
    for obj, prompt in zip([t for t in scene.objects if t.type == "SPEAKER"], prompts):
        obj.see2sound.prompt = prompt
    bpy.ops.see2sound.generate()
    bpy.ops.see2sound.render_mix(filepath="//mix.wav", layout="stereo")
    scene.frame_set(5)
bpy.ops.see2sound.remove_source(object_name=next(t.name for t in scene.objects if t.type == "SPEAKER"))
scene.frame_set(6)
print("still here", len(bpy.data.sounds), flush=True)
os._exit(0)  # Blender 4.2's module does not always survive its own end
"""


def test_sounds_that_are_replaced_do_not_bring_blender_down(tmp_path):
    """With freed memory overwritten, as glibc does on request, what still pointed to an old sound would crash."""
    import os
    import subprocess

    code = CRASH.format(tests=str(Path(__file__).parent), blend=str(tmp_path / "scene.blend"))
    environment = {**os.environ, "MALLOC_PERTURB_": "165"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0 and "still here 2" in done.stdout, done.stderr[-2000:]


def test_a_linked_duplicate_gets_a_sound_of_its_own(bpy):
    bpy.ops.see2sound.add_source(label="rain")
    bpy.ops.object.duplicate(linked=True)
    bpy.context.object.see2sound.prompt = "fire"
    bpy.ops.see2sound.generate()
    rain, fire = ours(bpy)
    assert rain.data != fire.data and rain.data.sound != fire.data.sound
    assert {obj.see2sound.prompt for obj in (rain, fire)} == {"rain", "fire"}


def test_sources_on_lights_and_empties_and_with_our_collection_switched_off(bpy):
    scene = bpy.context.scene
    bpy.ops.see2sound.add_source(label="rain")
    bpy.context.view_layer.layer_collection.children["See2Sound"].exclude = True
    lamp = bpy.data.objects.new("Street Lamp", bpy.data.lights.new("lamp", "POINT"))
    empty = bpy.data.objects.new("Ghost", None)
    for number, obj in enumerate((lamp, empty)):
        scene.collection.objects.link(obj)
        obj.location = (9, number, 1)
        obj.select_set(True)
    bpy.ops.see2sound.add_source()
    bpy.context.view_layer.update()
    made = {t.see2sound.label: t for t in ours(bpy) if t.parent is not None}
    assert {label: (t.parent, tuple(t.matrix_world.translation)) for label, t in made.items()} == {
        "street lamp": (lamp, (9, 0, 1)),
        "ghost": (empty, (9, 1, 1)),
    }
    assert all(t.name in bpy.context.view_layer.objects and t.select_get() for t in made.values())
    assert not lamp.select_get()


def test_a_hundred_objects_get_a_hundred_sources_that_sound(bpy, extension):
    add_camera(bpy)
    for number in range(100):
        obj = bpy.data.objects.new(f"Bird.{number:03d}", None)
        bpy.context.scene.collection.objects.link(obj)
        obj.location.x = number
        obj.select_set(True)
    bpy.ops.see2sound.add_source()
    placed = ours(bpy)
    assert len({obj.see2sound.source_id for obj in placed}) == len({obj.data.name for obj in placed}) == 100
    bpy.context.scene.frame_end = 2
    for obj in placed:
        obj.see2sound.prompt = "silent"
    for obj in placed[:3]:
        obj.see2sound.prompt = "rain"
    bpy.ops.see2sound.generate()
    assert len(sampled(bpy, extension)[0].sources) == 3  # each with the NLA strip that makes it sound


def test_an_override_s_label_can_be_changed(bpy, found, extension, tmp_path):
    """Its Speaker's data stays linked, so its name and its sound stay; nothing ends in a traceback."""
    path = library(bpy, found, tmp_path)
    with bpy.data.libraries.load(path, link=True) as (there, here):
        here.collections = [name for name in there.collections if name == "See2Sound"]
    linked = bpy.data.collections["See2Sound"]
    bpy.context.scene.collection.children.link(linked)
    linked.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    mine = next(obj for obj in ours(bpy) if obj.library is None)
    mine.see2sound.label = "dog"
    assert mine.see2sound.label == "dog"
    bpy.ops.see2sound.generate()


@pytest.mark.parametrize("name", ["render_mix", "export_plan"])
def test_places_that_are_no_files(bpy, found, tmp_path, name):
    operator, suffix, stem = getattr(bpy.ops.see2sound, name), *((".wav", "mix") if name == "render_mix" else (".json", "plan"))
    (tmp_path / "folder").mkdir()
    assert operator(filepath=str(tmp_path / "folder")) == {"FINISHED"}
    assert (tmp_path / "folder" / f"{stem}{suffix}").is_file()
    with pytest.raises(RuntimeError, match=r"no place for a file|cannot be written"):
        operator(filepath=f"//{'n' * 300}{suffix}")
    bpy.ops.wm.read_homefile(use_empty=True)
    add_camera(bpy)
    with pytest.raises(RuntimeError, match="has not been saved"):
        operator(filepath=f"//x{suffix}")


def test_what_cannot_be_read_is_left_out_by_name_and_what_is_nowhere_refused(bpy, found, extension, tmp_path):
    broken = tmp_path / "phone.m4a"
    broken.write_bytes(b"no sound that we know")
    found[0].data.sound = bpy.data.sounds.load(str(broken))
    plan, notes = sampled(bpy, extension)
    assert len(plan.sources) == 1 and any(found[0].name in note and "phone.m4a" in note for note in notes)
    found[1].location.x = float("nan")
    with pytest.raises(RuntimeError, match="infinite or not a number"):
        bpy.ops.see2sound.render_mix(filepath="//mix.wav")


def test_nothing_chosen_is_said_in_one_line(bpy):
    with pytest.raises(RuntimeError, match="No picture is chosen"):
        bpy.ops.see2sound.reconstruct()
    with pytest.raises(RuntimeError, match="No sound file is chosen"):
        bpy.ops.see2sound.add_sound()


def test_nothing_is_done_to_a_scene_of_another_file(bpy, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (there, here):
        here.scenes = there.scenes
    bpy.context.window.scene = next(scene for scene in bpy.data.scenes if scene.library is not None)
    for name in ("reconstruct", "add_source", "add_sound", "add_room"):
        with pytest.raises(RuntimeError, match="This scene is linked"):
            getattr(bpy.ops.see2sound, name)()
