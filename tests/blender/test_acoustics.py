"""Tracing the acoustics of a scene's meshes in Blender: reading them, keeping the trace, mixes that use it, bad scenes."""

import math
from importlib import import_module

import numpy as np
import pytest
import soundfile
from scenes import tone, write_wav
from stage import add_camera, add_speaker, sampled
from town import SCENES, build

pytest.importorskip("embreex")


@pytest.fixture
def library(extension):
    return lambda name: import_module(f"{extension.__name__}.see2sound_addon.{name}")


def read(bpy, library):
    from see2sound_addon.progress import at_once

    geometry = library("blender.reading.geometry")
    return at_once(geometry.read_in_slices(bpy.context, bpy.context.scene, 1.0), "", lambda *_: None)


def cube(bpy, name, location, size, material=""):
    bpy.ops.mesh.primitive_cube_add(size=1.0, location=location)
    obj = bpy.context.object
    obj.name, obj.scale = name, size
    if material:
        obj.data.materials.append(bpy.data.materials.get(material) or bpy.data.materials.new(material))
    return obj


def street(bpy, tmp_path):
    """A wall between the camera and a Speaker that is 20 m away."""
    add_camera(bpy, (0, 0, 1.6), (math.pi / 2, 0, 0))
    wall = cube(bpy, "Wall", (0, 10, 5), (200, 0.24, 200), "Red Bricks")
    speaker = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(500, 2)), (0, 20, 1))
    bpy.context.scene.see2sound.room.kind = "scene"
    return wall, speaker


def test_meshes_their_surfaces_and_their_places(bpy, library):
    scene = bpy.context.scene
    scene.unit_settings.system, scene.unit_settings.scale_length = "METRIC", 0.5
    cube(bpy, "House", (10, 0, 0), (4, 2, 6), "Brick Wall.001")
    cube(bpy, "Pane", (0, 0, 0), (1, 1, 1), "Material")
    bpy.context.object.active_material.see2sound.surface = "glass"
    cube(bpy, "Leaves", (0, 5, 0), (1, 1, 1), "leaves")
    cube(bpy, "Left Out", (0, 9, 0), (1, 1, 1)).see2sound.no_acoustics = True
    hidden = bpy.data.collections.new("Details")
    scene.collection.children.link(hidden)
    detail = cube(bpy, "Detail", (0, 12, 0), (1, 1, 1))
    for collection in detail.users_collection:
        collection.objects.unlink(detail)
    hidden.objects.link(detail)
    hidden.see2sound.no_acoustics = True
    bpy.ops.mesh.primitive_cube_add(location=(0, 20, 0))
    bpy.context.object.hide_render = True
    found, notes = read(bpy, library)
    bodies = {one.name: one for one in found.bodies}
    assert sorted(bodies) == ["House", "Pane"] and notes == []
    names = [found.surfaces[number].name for number in (bodies["House"].surfaces[0], bodies["Pane"].surfaces[0])]
    assert names == ["brick", "glass"]
    placed = bodies["House"].placed()
    assert placed.min(axis=0) == pytest.approx([4, -0.5, -1.5]) and placed.max(axis=0) == pytest.approx([6, 0.5, 1.5])
    assert len(bodies["House"].triangles) == 12


def test_modifiers_instances_and_curves(bpy, library):
    scene = bpy.context.scene
    array = cube(bpy, "Pillar", (0, 0, 0), (1, 1, 4))
    array.modifiers.new("Array", "ARRAY").count = 5
    group = bpy.data.collections.new("Hut")
    inner = cube(bpy, "Hut Wall", (0, 0, 0), (2, 2, 2))
    scene.collection.objects.unlink(inner)
    group.objects.link(inner)
    for number in range(3):
        empty = bpy.data.objects.new(f"Hut {number}", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", group
        empty.location = (0, 10 * (number + 1), 0)
        scene.collection.objects.link(empty)
    bpy.ops.curve.primitive_bezier_curve_add(location=(30, 0, 0))
    bpy.context.object.data.bevel_depth = 0.2
    found, _ = read(bpy, library)
    names = [one.name for one in found.bodies]
    assert names.count("Hut Wall") == 3 and names.count(bpy.context.object.name) == 1
    pillar = next(one for one in found.bodies if one.name == "Pillar")
    assert len(pillar.triangles) == 60
    middles = sorted(float(one.placed().mean(axis=0)[1]) for one in found.bodies if one.name == "Hut Wall")
    assert middles == pytest.approx([10, 20, 30])


def test_instances_of_geometry_nodes_and_of_collections_left_out(bpy, library):
    """Meshes that nodes make all have one name; a collection that is left out is so where it is instanced, too."""
    scene = bpy.context.scene
    for name, kind in (("Cube", "GeometryNodeMeshCube"), ("Ball", "GeometryNodeMeshUVSphere")):
        tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
        tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
        made, out = tree.nodes.new(kind), tree.nodes.new("NodeGroupOutput")
        tree.links.new(made.outputs[0], out.inputs[0])
        obj = bpy.data.objects.new(name, bpy.data.meshes.new(name))
        scene.collection.objects.link(obj)
        obj.modifiers.new("Nodes", "NODES").node_group = tree
    group = bpy.data.collections.new("Details")
    group.objects.link(cube(bpy, "Detail", (0, 0, 0), (2, 2, 2)))
    scene.collection.objects.unlink(bpy.data.objects["Detail"])
    group.see2sound.no_acoustics = True
    empty = bpy.data.objects.new("Place", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", group
    scene.collection.objects.link(empty)
    found, _ = read(bpy, library)
    sizes = {one.name: len(one.triangles) for one in found.bodies}
    assert sizes == {"Cube": 12, "Ball": sizes["Ball"]} and sizes["Ball"] > 500


def test_a_root_with_an_action_that_moves_nothing_owns_nothing(bpy, tmp_path, library):
    """A town below one empty whose visibility is keyed: its houses still hide what sounds among them."""
    add_camera(bpy, (0, 0, 1.6), (math.pi / 2, 0, 0))
    root = bpy.data.objects.new("Town", None)
    bpy.context.scene.collection.objects.link(root)
    root.keyframe_insert("hide_viewport", frame=1)
    cube(bpy, "Wall", (0, 10, 5), (200, 0.24, 200), "brick").parent = root
    fountain = cube(bpy, "Fountain", (0, 20, 0), (1, 1, 1))
    fountain.parent = root
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(500, 2)), (0, 0, 0)).parent = fountain
    plan, _ = traced(bpy)
    assert plan.sources[0].occlusion.octaves.max() < -30.0


def test_what_moves_and_what_deforms(bpy, library):
    scene = bpy.context.scene
    truck = cube(bpy, "Truck", (0, 0, 0), (4, 2, 2))
    for frame, x in ((1, 0.0), (48, 47.0)):
        truck.location.x = x
        truck.keyframe_insert("location", frame=frame)
    for curve in library("blender.animation").fcurves(truck):
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"
    wheel = cube(bpy, "Wheel", (1, 1, 0), (1, 1, 1))
    wheel.parent = truck
    flag = cube(bpy, "Flag", (0, 9, 0), (1, 1, 1))
    flag.shape_key_add(name="Basis")
    key = flag.shape_key_add(name="Up")
    for point in key.data:
        point.co.z += 3.0
    for frame, value in ((1, 0.0), (48, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    found, _ = read(bpy, library)
    bodies = {one.name: one for one in found.bodies}
    assert (found.rate, found.frames) == (24.0, 49)
    assert bodies["Truck"].poses[24, 0, 3] == pytest.approx(24.0, abs=1e-4)
    assert bodies["Wheel"].owners == ("Wheel", "Truck") and bodies["Wheel"].group == "Truck" == found.groups["Wheel"]
    assert len(bodies["Flag"].shapes) > 4 and len(bodies["Flag"].poses) == 1
    assert bodies["Flag"].placed(48)[:, 2].max() == pytest.approx(3.5, abs=0.1)
    assert scene.frame_current == 1


def test_a_wall_is_heard_in_the_mix(bpy, tmp_path):
    """The brick's mass law at 500 Hz, 60 dB; the direct sound of the free field is 1/20."""
    street(bpy, tmp_path)
    paths = [tmp_path / name for name in ("free.wav", "wall.wav")]
    bpy.context.scene.see2sound.room.kind = "none"
    bpy.ops.see2sound.render_mix(filepath=str(paths[0]), layout="mono")
    bpy.context.scene.see2sound.room.kind = "scene"
    bpy.ops.see2sound.render_mix(filepath=str(paths[1]), layout="mono")
    free, hidden = (np.sqrt((soundfile.read(path)[0][24000:72000] ** 2).mean()) for path in paths)
    assert 20 * math.log10(free / hidden) > 25.0
    room = bpy.context.scene.see2sound.room
    assert room.traced and not room.trace_outdated


def test_the_trace_is_kept_until_something_moves(bpy, tmp_path, library, extension):
    wall, speaker = street(bpy, tmp_path)
    room, tracing = bpy.context.scene.see2sound.room, library("blender.room.tracing")
    assert bpy.ops.see2sound.trace_acoustics() == {"FINISHED"}
    file = tracing.kept_file(bpy.context.scene)
    plan, _ = sampled(bpy, extension)
    assert tracing.kept(bpy.context.scene, plan).sources[0].occlusion.octaves.min() < -40.0
    before = file.stat().st_mtime_ns
    assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="mono") == {"FINISHED"}
    assert file.stat().st_mtime_ns == before
    bpy.ops.wm.save_mainfile()
    wall.location.x += 500.0
    bpy.context.view_layer.update()
    assert room.trace_outdated and tracing.kept_file(bpy.context.scene) is None
    assert bpy.context.scene.see2sound.outdated
    bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="mono")
    assert not room.trace_outdated
    file = tracing.kept_file(bpy.context.scene)
    assert file.stat().st_mtime_ns > before
    # A source that was moved by a driver or a script, without a sign of it, is noticed as the scene is read.
    plan.sources[0].path.positions[0, 0] += 1.0
    assert tracing.kept(bpy.context.scene, plan) is None
    room.traced = "../elsewhere.json"
    assert tracing.file_of(bpy.context.scene) is None
    speaker.data.volume = 0.5
    assert tracing.kept_file(bpy.context.scene) is None


def test_settings_of_surfaces_make_a_trace_old_and_selecting_does_not(bpy, tmp_path):
    wall, _ = street(bpy, tmp_path)
    room = bpy.context.scene.see2sound.room
    bpy.ops.see2sound.trace_acoustics()
    wall.select_set(False)
    bpy.context.scene.frame_set(20)
    bpy.context.view_layer.update()
    assert not room.trace_outdated
    for change in (
        lambda: setattr(wall.active_material.see2sound, "surface", "glass"),
        lambda: setattr(wall.see2sound, "no_acoustics", True),
        lambda: (
            setattr(bpy.context.scene.collection.children[0].see2sound, "no_acoustics", True)
            if bpy.context.scene.collection.children
            else setattr(wall.see2sound, "no_acoustics", False)
        ),
    ):
        room.trace_outdated = False
        change()
        assert room.trace_outdated


def test_changes_that_reach_no_handler_make_a_trace_old(bpy, tmp_path, library):
    """An object that is deleted, renamed or hidden, another frame rate, scale or frame range, a material's new name."""
    wall, _ = street(bpy, tmp_path)
    other = cube(bpy, "Other", (50, 50, 0), (1, 1, 1))
    scene, tracing = bpy.context.scene, library("blender.room.tracing")
    details = bpy.data.collections.new("Details")
    scene.collection.children.link(details)
    changes = (
        lambda: setattr(scene.render, "fps", 30),
        lambda: setattr(scene, "frame_end", 60),
        lambda: setattr(scene.unit_settings, "scale_length", 0.9),
        lambda: setattr(wall, "hide_render", True),
        lambda: setattr(wall, "hide_render", False),
        lambda: setattr(details, "hide_render", True),
        lambda: setattr(bpy.data.materials["Red Bricks"], "name", "Glass"),
        lambda: bpy.data.objects.remove(other),
    )
    for change in changes:
        bpy.ops.see2sound.trace_acoustics()
        assert tracing.kept_file(scene) is not None
        change()
        tracing.look()
        assert scene.see2sound.room.trace_outdated, change


def test_two_files_do_not_share_a_trace(bpy, tmp_path):
    """Each trace has a name of its own, also of files that were never saved."""
    names = set()
    for _ in range(2):
        bpy.ops.wm.read_homefile(use_empty=True)
        street(bpy, tmp_path)
        bpy.ops.see2sound.trace_acoustics()
        names.add(bpy.context.scene.see2sound.room.traced)
    assert len(names) == 2


def test_a_snippet_uses_the_trace_of_the_whole(bpy, tmp_path, library, extension):
    street(bpy, tmp_path)
    bpy.ops.see2sound.trace_acoustics()
    tracing = library("blender.room.tracing")
    file = tracing.kept_file(bpy.context.scene)
    before = file.stat().st_mtime_ns
    bpy.context.scene.frame_set(25)
    bpy.context.scene.see2sound.snippet = 0.5
    assert bpy.ops.see2sound.play_snippet() == {"FINISHED"}
    assert file.stat().st_mtime_ns == before


def test_undo_brings_the_trace_back(bpy, tmp_path):
    street(bpy, tmp_path)
    bpy.ops.ed.undo_push(message="Street")
    bpy.ops.see2sound.trace_acoustics("EXEC_DEFAULT", True)
    name = bpy.context.scene.see2sound.room.traced
    wall = bpy.data.objects["Wall"]
    wall.location.x = 3.0
    bpy.context.view_layer.update()
    bpy.ops.ed.undo_push(message="Move")
    assert bpy.context.scene.see2sound.room.trace_outdated
    bpy.ops.ed.undo()
    bpy.context.view_layer.update()
    room = bpy.context.scene.see2sound.room
    assert room.traced == name and not room.trace_outdated


def test_ways_to_draw_and_hidden_frames(bpy, tmp_path, library):
    scene = bpy.context.scene
    add_camera(bpy, (0, 0, 1.6), (math.pi / 2, 0, 0))
    cube(bpy, "House", (0, 10, 3), (6, 4, 6), "brick")
    speaker = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(500, 2)), (-20, 20, 1))
    for frame, x in ((1, -20.0), (48, 20.0)):
        speaker.location.x = x
        speaker.keyframe_insert("location", frame=frame)
    scene.see2sound.room.kind = "scene"
    shown = library("blender.room.shown")
    assert shown.ways_now(scene, speaker.name) == [] and shown.hidden_frames(scene, speaker.name) == []
    bpy.ops.see2sound.trace_acoustics()
    ((begin, end),) = shown.hidden_frames(scene, speaker.name)
    assert 8 < begin < 24 < end < 42
    scene.frame_set(int((begin + end) / 2))
    ways = {way.kind: way for way in shown.ways_now(scene, speaker.name)}
    assert ways["straight"].level < -20.0 and ways["detour"].level > -40.0
    assert ways["detour"].points[0] == pytest.approx([0, 0, 1.6], abs=1e-5)
    heard = shown.heard_now(scene, speaker.name)
    assert heard.high < heard.low < 1.0
    scene.frame_set(1)
    assert shown.heard_now(scene, speaker.name).low == pytest.approx(1.0, abs=1e-3)


def test_the_preview_is_quieter_and_duller_behind_a_wall(bpy, tmp_path, library):
    street(bpy, tmp_path)[0].scale = (8, 4, 12)
    hearing = library("blender.preview.hearing")
    free = hearing.listen(bpy.context, bpy.context.scene)[0][0].said
    assert (free.gain, free.dull, free.tail) == (pytest.approx(1 / math.hypot(20, 0.6), rel=1e-3), 0.0, 0.0)
    bpy.ops.see2sound.trace_acoustics()
    hidden = hearing.listen(bpy.context, bpy.context.scene)[0][0].said
    assert hidden.gain < 0.3 * free.gain
    assert hidden.gain + hidden.dull < 0.7 * free.gain and hidden.dull > hidden.gain


def test_the_shell_traces_by_default(bpy, tmp_path):
    from see2sound_addon import cli

    street(bpy, tmp_path)
    bpy.context.scene.see2sound.room.kind = "none"
    blend = tmp_path / "street.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    levels = []
    for more in ([], ["--no-acoustics"]):
        out = tmp_path / f"mix{len(more)}.wav"
        assert cli.main(["mix", str(blend), "--layout", "mono", "--out", str(out), *more]) == 0
        levels.append(np.sqrt((soundfile.read(out)[0] ** 2).mean()))
    assert 20 * math.log10(levels[1] / levels[0]) > 25.0


def test_scripts_get_the_traced_plan(bpy, tmp_path):
    from see2sound_addon import api

    street(bpy, tmp_path)
    plan, _ = api.current_scene().plan()
    assert plan.room is not None and plan.sources[0].occlusion.octaves.min() < -40.0
    bpy.context.scene.see2sound.room.kind = "none"
    assert api.current_scene().plan()[0].room is None


def test_bad_scenes_say_one_clear_line(bpy, tmp_path):
    add_camera(bpy)
    bpy.context.scene.see2sound.room.kind = "scene"
    with pytest.raises(RuntimeError, match="no sounds to trace"):
        bpy.ops.see2sound.trace_acoustics()
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(500, 2)), (0, 20, 1))
    with pytest.raises(RuntimeError, match="no faces"):
        bpy.ops.see2sound.trace_acoustics()
    # A mix goes on without.
    assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="mono") == {"FINISHED"}
    flat = cube(bpy, "Flat", (0, 10, 0), (1, 1, 0))
    with pytest.raises(RuntimeError, match="no faces"):
        bpy.ops.see2sound.trace_acoustics()
    flat.scale = (1e30, 1e30, 1e30)
    flat.location.x = float("nan")
    with pytest.raises(RuntimeError, match="no faces"):
        bpy.ops.see2sound.trace_acoustics()
    assert not bpy.context.scene.see2sound.room.traced


def test_what_is_not_rendered_stops_no_sound(bpy, tmp_path, library):
    """A wall that appears at half time, a cube of mist, a head that the camera hangs from, and one without a size."""
    wall, _ = street(bpy, tmp_path)
    scene = bpy.context.scene
    for frame, hidden in ((1, True), (25, False)):
        wall.hide_render = hidden
        wall.keyframe_insert("hide_render", frame=frame)
    mist = bpy.data.materials.new("Mist")
    mist.use_nodes = True
    nodes, output = mist.node_tree.nodes, next(n for n in mist.node_tree.nodes if n.type == "OUTPUT_MATERIAL")
    for link in list(output.inputs["Surface"].links):
        mist.node_tree.links.remove(link)
    mist.node_tree.links.new(nodes.new("ShaderNodeVolumePrincipled").outputs[0], output.inputs["Volume"])
    cube(bpy, "Fog", (0, 15, 0), (30, 4, 30)).data.materials.append(mist)
    head = cube(bpy, "Head", (0, 0, 1.6), (0.3, 0.3, 0.3))
    scene.camera.parent, scene.camera.location = head, (0, 0, 0)
    cube(bpy, "Flat", (0, 5, 0), (1, 1, 0))
    plan, notes = traced(bpy)
    occlusion = plan.sources[0].occlusion
    before, after = np.interp([0.5, 1.5], occlusion.times, occlusion.octaves[:, 2])
    assert before > -0.1 and after < -40.0
    assert len(notes) == 1 and "'Flat'" in notes[0]


def test_the_button_traces_again(bpy, tmp_path):
    street(bpy, tmp_path)
    bpy.ops.see2sound.trace_acoustics()
    first = bpy.context.scene.see2sound.room.traced
    bpy.ops.see2sound.trace_acoustics()
    assert bpy.context.scene.see2sound.room.traced != first


def test_a_speaker_inside_a_cube_is_told(bpy, tmp_path):
    """As in the startup scene: its cube at the origin, where new sources are added."""
    add_camera(bpy, (7, -7, 5))
    cube(bpy, "Cube", (0, 0, 0), (2, 2, 2))
    speaker = add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(500, 2)), (0, 0, 0))
    plan, notes = traced(bpy)
    assert any("'Cube'" in note for note in notes) and plan.sources[0].occlusion.octaves.max() < -10.0
    speaker.parent = bpy.data.objects["Cube"]
    plan, notes = traced(bpy)
    assert notes == [] and len(plan.sources[0].occlusion.octaves) == 0


def traced(bpy):
    from see2sound_addon import api

    bpy.context.scene.see2sound.room.kind = "scene"
    return api.current_scene().plan()


@pytest.mark.skipif(not SCENES.is_dir(), reason="no shared scenes")
def test_the_van_of_the_town_fades_with_the_line_of_sight(bpy, tmp_path, library):
    """Blender's own rays say when the van is hidden from where its sound comes in, within one frame."""
    build(bpy, 96)
    scene = bpy.context.scene
    van = scene.objects["Minivan"]
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(500, 4)), (0, 0, 0)).parent = van
    scene.camera.animation_data_clear()
    scene.camera.location = (-5.0, -45.0, 8.0)
    plan, _ = traced(bpy)
    source = plan.sources[0]
    ear = np.array(scene.camera.location)
    hidden = []
    for frame in range(1, 97):
        time = (frame - 1) / 24.0
        emitted = time
        for _ in range(5):
            at = np.array([np.interp(emitted, source.path.times, axis) for axis in source.path.positions.T])
            emitted = time - np.linalg.norm(at - ear) / 343.3
        scene.frame_set(frame)
        way = at - ear
        hit, place, _, _, obj, _ = scene.ray_cast(bpy.context.evaluated_depsgraph_get(), ear, way / np.linalg.norm(way))
        hidden.append(hit and obj.name != "Minivan" and np.linalg.norm(np.array(place) - ear) < np.linalg.norm(way) - 0.1)
    edges = np.flatnonzero(np.diff(np.array(hidden).astype(int)))
    assert len(edges) >= 2
    level = np.interp(np.arange(96) / 24.0, source.occlusion.times, source.occlusion.octaves[:, 2])
    crossed = np.flatnonzero(np.diff((level < -3.01).astype(int)))
    long_enough = [edge for edge in edges if _holds(hidden, edge)]
    assert long_enough
    for edge in long_enough:
        assert np.abs(crossed - edge).min() <= 1


def _holds(hidden, edge, frames=4):
    """Whether what begins at an edge lasts, and what ends there did."""
    before, after = hidden[max(0, edge - frames + 1) : edge + 1], hidden[edge + 1 : edge + 1 + frames]
    return len(set(before)) == 1 and len(set(after)) == 1 and len(before) == len(after) == frames


@pytest.mark.skipif(not SCENES.is_dir(), reason="no shared scenes")
def test_the_living_room_reverberates(bpy, tmp_path):
    bpy.ops.import_scene.gltf(filepath=str(SCENES / "living_room.glb"))
    add_camera(bpy, (0, 0, 1.6))
    add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(500, 2)), (2, 2, 1.2))
    plan, _ = traced(bpy)
    assert 1.0 < plan.room.mean_free_path[0] < 10.0
    assert 0.1 < plan.sources[0].tail.decay[0, 3] < 6.0
