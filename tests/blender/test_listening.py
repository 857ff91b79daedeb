"""Sounds From Scene in Blender: what is read, what is proposed, the Speakers, and a second run."""

import json
import math
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import town
from stage import add_camera, sampled

SCENES = Path(__file__).resolve().parents[3] / "shared" / "scenes"
shared = pytest.mark.skipif(not SCENES.is_dir(), reason="there are no shared scenes here")


@pytest.fixture
def hear(bpy, extension):
    """Observe and listen to the open scene; its proposals."""
    observing = import_module(f"{extension.__name__}.see2sound_addon.blender.reading.observing")
    pipeline = import_module(f"{extension.__name__}.see2sound_addon.pipeline")

    def do(idling=False):
        observed, surfaces = observing.observe(bpy.context, bpy.context.scene)
        return pipeline.listen(observed, surfaces, pipeline.ListenSettings(idling))

    return do


def cube(bpy, name, place=(0, 0, 0), size=(1, 1, 1), material=""):
    bpy.ops.mesh.primitive_cube_add(size=1.0, location=place)
    obj = bpy.context.object
    obj.name, obj.scale = name, size
    bpy.context.view_layer.update()
    if material:
        obj.data.materials.append(bpy.data.materials.new(material))
    return obj


def ball(bpy, name="Ball", place=(0, 0, 1.37), radius=0.12):
    bpy.ops.mesh.primitive_uv_sphere_add(radius=radius, location=place)
    bpy.context.object.name = name
    return bpy.context.object


def floor(bpy, material="Oak Parquet"):
    bpy.ops.mesh.primitive_plane_add(size=20)
    obj = bpy.context.object
    obj.name = "Floor"
    obj.data.materials.append(bpy.data.materials.new(material))
    return obj


def keys(obj, pairs, path="location", index=-1):
    for frame, value in pairs:
        if index < 0:
            setattr(obj, path, value)
        else:
            getattr(obj, path)[index] = value
        obj.keyframe_insert(path, index=index, frame=frame)
    action = obj.animation_data.action
    curves = action.fcurves if not hasattr(action, "layers") else action.layers[0].strips[0].channelbags[0].fcurves
    for curve in curves:
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"


def sources_of(bpy):
    return {obj.see2sound.scene_key: obj for obj in bpy.context.scene.objects if obj.type == "SPEAKER"}


def proposals_of(bpy):
    return {item.key: item for item in bpy.context.scene.see2sound.proposals}


def bounce_height(seconds, height=1.25, restitution=0.8):
    time, speed, landed = math.sqrt(2 * height / 9.81), math.sqrt(2 * 9.81 * height), 0.0
    if seconds < time:
        return height - 0.5 * 9.81 * seconds**2
    while seconds >= time:
        speed *= restitution
        landed, time = time, time + 2 * speed / 9.81
    since = seconds - landed
    return max(0.0, speed * since - 0.5 * 9.81 * since**2)


def test_a_keyframed_ball_bounces_at_half_a_second(bpy, hear):
    """From 1.25 m, with a baked keyframe on each frame: the first bounce is within 5 ms of 0.505 s."""
    floor(bpy)
    obj = ball(bpy)
    keys(obj, [(1 + k, 0.12 + bounce_height(k / 24)) for k in range(48)], index=2)
    (found,) = [one for one in hear() if one.object == "Ball"]
    moments = [time for time, _ in found.events]
    assert found.name == "ball bounce" and "Oak Parquet" in found.why
    assert moments[0] == pytest.approx(0.505, abs=0.005) and moments[1] == pytest.approx(1.3125, abs=0.005)
    assert moments == sorted(moments)
    strengths = [strength for _, strength in found.events]
    assert strengths == sorted(strengths, reverse=True)


def test_a_rigid_body_bounces_at_half_a_second(bpy, hear):
    ground = floor(bpy)
    bpy.ops.rigidbody.object_add()
    ground.rigid_body.type, ground.rigid_body.restitution, ground.rigid_body.collision_margin = "PASSIVE", 0.8, 0.0
    obj = ball(bpy)
    bpy.ops.rigidbody.object_add()
    obj.rigid_body.collision_shape, obj.rigid_body.restitution = "SPHERE", 0.8
    found = next(one for one in hear() if one.object == "Ball" and one.events)
    moments = [time for time, _ in found.events]
    assert moments[0] == pytest.approx(0.505, abs=0.005)
    assert len(moments) >= 3 and moments == sorted(moments)
    again = next(one for one in hear() if one.object == "Ball" and one.events)
    assert np.allclose(again.events, found.events, atol=1e-4)


def test_a_simulation_goes_on_between_slices_of_work(bpy, extension):
    """In the window the scene is read in slices, each of which sets the frame back."""
    observing = import_module(f"{extension.__name__}.see2sound_addon.blender.reading.observing")
    floor(bpy)
    bpy.ops.rigidbody.object_add()
    bpy.context.object.rigid_body.type = "PASSIVE"
    ball(bpy)
    bpy.ops.rigidbody.object_add()

    def read(seconds):
        slices = observing.observe_in_slices(bpy.context, bpy.context.scene, seconds)
        while True:
            try:
                next(slices)
            except StopIteration as end:
                return next(obj for obj in end.value[0].objects if obj.name == "Ball").track.positions

    short = read(0.0)
    assert np.ptp(short[:, 2]) > 1.0
    assert np.allclose(short, read(10.0), atol=1e-5)


@shared
def test_the_robot_walks_left_and_right(bpy, hear):
    """Two steps a cycle, alternating, each within a frame of where that foot ends its fall, by Blender's own meshes."""
    bpy.ops.wm.open_mainfile(filepath=str(SCENES / "RobotExpressive.blend"), use_scripts=False)
    scene, robot = bpy.context.scene, bpy.data.objects["RobotArmature"]
    action = bpy.data.actions["Robot_Walking"]
    robot.animation_data.action = action
    if hasattr(action, "slots"):
        robot.animation_data.action_slot = action.slots[0]
    curves = action.layers[0].strips[0].channelbags[0].fcurves if hasattr(action, "layers") else action.fcurves
    for curve in curves:
        if not curve.modifiers:
            curve.modifiers.new("CYCLES")
    scene.frame_start, scene.frame_end = 0, 95
    found = next(one for one in hear() if one.object == "RobotArmature")
    assert found.name.startswith("footsteps") and found.wanted
    lowest = {name: lowest_by_blender(bpy, name) for name in ("Foot.L", "Foot.R")}
    landed = sorted((frame, name) for name, heights in lowest.items() for frame in ends_of_falls(heights))
    frames = [time * 24 for time, _ in found.events]
    assert len(frames) == 8  # four cycles of 23 frames
    sides = []
    for frame in frames:
        near, side = min(landed, key=lambda one: abs(one[0] - frame))
        assert abs(near - frame) <= 1.0
        sides.append(side)
    assert all(one != other for one, other in zip(sides, sides[1:], strict=False))


def lowest_by_blender(bpy, name):
    scene, heights = bpy.context.scene, []
    for frame in range(scene.frame_start, scene.frame_end + 1):
        scene.frame_set(frame)
        obj = bpy.data.objects[name].evaluated_get(bpy.context.evaluated_depsgraph_get())
        heights.append(min((obj.matrix_world @ vertex.co).z for vertex in obj.data.vertices))
    return np.array(heights)


def ends_of_falls(heights):
    """Frames at which a foot that was high above the ground is lowest for the first time."""
    found, high = [], False
    for k in range(1, len(heights) - 1):
        high = high or heights[k] > 0.12
        if high and heights[k] < 0.03 and heights[k + 1] >= heights[k]:
            found.append(k)
            high = False
    return found


@shared
def test_the_names_of_the_shared_scenes(bpy, hear):
    """All vehicles and trees get their class; all houses, ground and lamps are silent."""
    found = {}
    for name in ("town/town_model.gltf", "vehicles.glb", "tree/scene.gltf", "lamp/scene.gltf", "living_room.glb"):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
        bpy.ops.import_scene.gltf(filepath=str(SCENES / name))
        for one in hear():
            found[one.object] = one
    for name, expected in {"Minivan": "car", "TowTruck": "truck", "TruckCab": "truck", "TruckTrailer": "truck"}.items():
        assert found[name].name == expected
    (tree,) = [one for one in found.values() if one.name == "wind in trees"]
    assert tree.wanted
    for name, one in found.items():
        if any(word in name for word in ("House", "Ground", "Grass", "Road", "Racetrack", "Ramp", "Tire")):
            assert one.silent, name
    assert found["Object_4"].silent  # the lamp
    assert found["Cube"].silent and found["Cylinder"].silent  # the room


@shared
def test_a_minivan_drives_a_loop_through_the_town(bpy, hear):
    bpy.ops.import_scene.gltf(filepath=str(SCENES / "town" / "town_model.gltf"))
    bpy.ops.import_scene.gltf(filepath=str(SCENES / "vehicles.glb"))
    van = bpy.data.objects["Minivan"]
    bpy.ops.curve.primitive_bezier_circle_add(radius=20, location=(0, 0, 10))
    path = bpy.context.object
    path.data.path_duration = 48
    tie = van.constraints.new("FOLLOW_PATH")
    tie.target = path
    path.data.use_path = True
    path.data.eval_time = 0
    path.data.keyframe_insert("eval_time", frame=1)
    path.data.eval_time = 48
    path.data.keyframe_insert("eval_time", frame=49)
    for curve in (
        path.data.animation_data.action.fcurves
        if not hasattr(path.data.animation_data.action, "layers")
        else path.data.animation_data.action.layers[0].strips[0].channelbags[0].fcurves
    ):
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"
    found = {one.object: one for one in hear()}
    assert found["Minivan"].wanted and not found["TowTruck"].wanted
    speed = np.interp(1.0, *np.array(found["Minivan"].values["speed"]).T)
    assert speed == pytest.approx(2 * math.pi * 20 / 2.0, rel=0.05)


@shared
def test_the_town(bpy, extension):
    """The minivan drives a loop, the robot walks on the grass, trees rustle; all else is silent."""
    town.build(bpy)
    bpy.ops.see2sound.listen_to_scene(accept=True, generate=False)
    items = [item for item in bpy.context.scene.see2sound.proposals if item.accept]
    assert {item.sound_class for item in items} == {"car", "wind in trees", "footsteps on grass"}
    assert len(items) <= 4
    steps = next(item for item in items if item.sound_class == "footsteps on grass")
    frames = np.array([event.frame for event in steps.events])
    assert len(frames) == 8 and np.allclose(np.diff(frames), 11.5, atol=1.0)
    made = sources_of(bpy)
    van, speaker = bpy.data.objects["Minivan"], made["Minivan:car"]
    for frame in (1, 40, 90):
        bpy.context.scene.frame_set(frame)
        assert (speaker.matrix_world.translation - van.matrix_world.translation).length < 1.0
        robot = bpy.data.objects["RobotArmature"].matrix_world.translation
        assert (made["RobotArmature:footsteps on grass"].matrix_world.translation - robot).length < 1.0


def test_wheels_with_a_driver_set_the_engine(bpy, hear):
    car = cube(bpy, "Car", (-20, 0, 0.8), (4, 1.8, 1))
    wheels = []
    for x in (-1.2, 1.2):
        bpy.ops.mesh.primitive_cylinder_add(radius=0.3, depth=0.2, location=(-20 + x, 0.9, 0.3), rotation=(math.pi / 2, 0, 0))
        wheel = bpy.context.object
        wheel.name, wheel.parent = f"Wheel {x:.1f}", car
        wheel.matrix_parent_inverse = car.matrix_world.inverted()
        driver = wheel.driver_add("rotation_euler", 1).driver
        variable = driver.variables.new()
        variable.name, variable.type = "x", "TRANSFORMS"
        variable.targets[0].id, variable.targets[0].transform_type = car, "LOC_X"
        driver.expression = "x / 0.3"
        wheels.append(wheel)
    keys(car, [(1, -20.0), (49, 20.0)], index=0)
    (found,) = [one for one in hear() if one.wanted]
    truth = 20.0 / (2 * math.pi * 0.3) * 60.0  # 20 m/s
    measured = float(found.why.split("turn at up to ")[1].split()[0])
    assert measured == pytest.approx(truth, rel=0.02)
    engine = np.interp(1.0, *np.array(found.values["rpm"]).T)
    assert engine / truth == pytest.approx(3.9, rel=0.02)  # the fourth gear


def test_what_blender_instances_and_emits(bpy, hear):
    ground = floor(bpy, "Meadow")
    tree = cube(bpy, "Pine", (0, 0, 50), (2, 2, 8))
    tree.hide_render = True
    system = ground.modifiers.new("Trees", "PARTICLE_SYSTEM").particle_system
    system.settings.type, system.settings.count = "HAIR", 3000
    system.settings.use_advanced_hair = True
    system.settings.render_type, system.settings.instance_object, system.settings.particle_size = "OBJECT", tree, 1.0
    cloud = cube(bpy, "Cloud", (0, 0, 12), (20, 20, 0.1))
    rain = cloud.modifiers.new("Rain", "PARTICLE_SYSTEM").particle_system
    rain.settings.count, rain.settings.frame_start, rain.settings.frame_end, rain.settings.lifetime = 2000, 1, 48, 48
    bpy.ops.object.effector_add(type="WIND")
    bpy.context.object.field.strength = 8.0
    found = [one for one in hear() if one.wanted]
    named = {one.name: one for one in found}
    assert {"wind in trees", "wind"} <= set(named) and any(name.startswith("rain") for name in named)
    assert sum(one.measures["count"] for one in found if one.name == "wind in trees") == pytest.approx(3000, abs=10)
    assert len(found) <= 7


def test_collections_tags_and_hidden_objects(bpy, hear):
    scene = bpy.context.scene
    for number in range(3):
        obj = cube(bpy, "Object", (number * 100, 0, 0))
        home = bpy.data.collections.new(("Fountains", "Hidden", "Excluded")[number])
        scene.collection.children.link(home)
        scene.collection.objects.unlink(obj)
        home.objects.link(obj)
    bpy.data.collections["Hidden"].hide_render = True
    bpy.context.view_layer.layer_collection.children["Excluded"].exclude = True
    tagged = cube(bpy, "Thing")
    tagged.asset_mark()
    tagged.asset_data.tags.new("campfire")
    found = {one.object: one.name for one in hear()}
    assert found == {"Object": "fountain", "Thing": "small fire"}


def street(bpy):
    """A car that drives past a bell that swings, and a house."""
    add_camera(bpy, (0, -10, 1.6))
    car = cube(bpy, "Car", (-10, 0, 0.8), (4, 1.8, 1.5))
    keys(car, [(1, -10.0), (37, 10.0), (48, 10.0)], index=0)
    bell = cube(bpy, "Church Bell", (3, 10, 8))
    keys(bell, [(1 + k, 0.6 * math.sin(math.pi * k / 24)) for k in range(49)], "rotation_euler", 0)
    cube(bpy, "House", (0, 10, 2), (5, 5, 4))
    return car, bell


def test_speakers_follow_their_objects_with_curves_and_events(bpy, extension):
    car, _ = street(bpy)
    assert bpy.ops.see2sound.listen_to_scene(accept=True) == {"FINISHED"}
    made = sources_of(bpy)
    assert set(made) == {"Car:car", "Church Bell:church bell"}
    speaker, bell = made["Car:car"], made["Church Bell:church bell"]
    for frame in (1, 20, 37):
        bpy.context.scene.frame_set(frame)
        assert (speaker.matrix_world.translation - car.matrix_world.translation).length < 1e-3
        assert speaker.matrix_world.to_scale()[:] == pytest.approx((1, 1, 1), abs=1e-4)
    assert bell.see2sound.events_from == "LIST"
    assert [item.frame for item in bell.see2sound.event_list] == pytest.approx([13, 37], abs=0.2)
    plan, _ = sampled(bpy, extension)
    by_label = {source.label: source for source in plan.sources}
    assert by_label["church bell"].object == "Church Bell"
    assert by_label["church bell"].events[:, 0] == pytest.approx([0.5, 1.5], abs=0.01)
    fader = by_label["car"].fader
    assert np.interp(0.7, fader.times, fader.gain_db) == pytest.approx(0.0, abs=0.1)
    assert np.interp(2.0, fader.times, fader.gain_db) < -40.0
    assert sum(item.silent for item in bpy.context.scene.see2sound.proposals) == 1


def test_a_second_run_keeps_what_was_set_by_hand(bpy):
    street(bpy)
    bpy.ops.see2sound.listen_to_scene(accept=True)
    made = sources_of(bpy)
    car, bell = made["Car:car"], made["Church Bell:church bell"]
    bell.see2sound.prompt = "small bell ringing"
    bell.see2sound.event_list.remove(1)
    bell.see2sound.event_list[0].frame = 20.0
    car.location.z += 2.0
    car.data.volume = 0.4
    before = [(car.location.z, car.data.volume), (bell.see2sound.prompt, [item.frame for item in bell.see2sound.event_list])]
    bpy.ops.see2sound.listen_to_scene(accept=True)
    assert set(sources_of(bpy)) == set(made)
    assert bell.see2sound.prompt == before[1][0] and [item.frame for item in bell.see2sound.event_list] == before[1][1]
    assert car.location.z == before[0][0]


def test_a_second_run_without_changes_changes_nothing(bpy):
    street(bpy)
    bpy.ops.see2sound.listen_to_scene(accept=True)

    def state():
        return {
            key: (obj.name, obj.see2sound.set_by_us, obj.data.sound.filepath, [tuple(row) for row in obj.matrix_world])
            for key, obj in sources_of(bpy).items()
        }

    before = state()
    bpy.ops.see2sound.listen_to_scene(accept=True)
    assert state() == before


def test_what_moved_meanwhile_is_followed_where_nothing_was_set_by_hand(bpy):
    _, bell = street(bpy)
    bpy.ops.see2sound.listen_to_scene(accept=True)
    keys(bell, [(1 + k, 0.6 * math.sin(math.pi * k / 12)) for k in range(49)], "rotation_euler", 0)
    bpy.ops.see2sound.listen_to_scene(accept=True)
    frames = [item.frame for item in sources_of(bpy)["Church Bell:church bell"].see2sound.event_list]
    assert frames == pytest.approx([7, 19, 31, 43], abs=0.2)


def test_removed_and_refused_ones_do_not_come_back(bpy):
    street(bpy)
    bpy.ops.see2sound.listen_to_scene(accept=True)
    bpy.data.objects.remove(sources_of(bpy)["Car:car"])
    bpy.ops.see2sound.listen_to_scene(accept=True)
    assert "Car:car" not in sources_of(bpy) and not proposals_of(bpy)["Car:car"].accept
    bpy.ops.see2sound.listen_to_scene(accept=True)
    assert "Car:car" not in sources_of(bpy)
    proposals_of(bpy)["Car:car"].accept = True  # it was wanted after all
    bpy.ops.see2sound.make_speakers(generate=False)
    assert "Car:car" in sources_of(bpy)


def test_speakers_whose_reason_is_gone_go_unless_they_were_changed(bpy):
    car, bell = street(bpy)
    bpy.ops.see2sound.listen_to_scene(accept=True)
    car.animation_data_clear()
    bpy.ops.see2sound.listen_to_scene(accept=True)
    assert set(sources_of(bpy)) == {"Church Bell:church bell"}  # the car stands now
    sources_of(bpy)["Church Bell:church bell"].see2sound.event_list[0].strength = 0.3
    bpy.data.objects.remove(bell)
    keys(car, [(1, -10.0), (48, 10.0)], index=0)
    bpy.ops.see2sound.listen_to_scene(accept=True)
    assert set(sources_of(bpy)) == {"Car:car", "Church Bell:church bell"}  # it moves again; the other was changed by hand
    bpy.data.objects.remove(car)
    bpy.ops.see2sound.listen_to_scene(accept=True)
    assert set(sources_of(bpy)) == {"Church Bell:church bell"}


def test_a_duplicate_is_a_source_of_its_own(bpy):
    street(bpy)
    bpy.ops.see2sound.listen_to_scene(accept=True, generate=False)
    first = sources_of(bpy)["Car:car"]
    other = first.copy()
    other.data = first.data.copy()
    bpy.context.scene.collection.objects.link(other)
    bpy.ops.see2sound.listen_to_scene(accept=True, generate=False)
    assert first.see2sound.scene_key == "Car:car" and other.see2sound.scene_key == ""


def test_what_is_read_does_not_depend_on_the_frame_that_is_shown(bpy, hear):
    add_camera(bpy)
    fire = cube(bpy, "Campfire")
    keys(fire, [(1, (0.0,) * 3), (24, (0.0,) * 3), (30, (1.0,) * 3)], "scale")
    fountain = cube(bpy, "Fountain", (5, 0, 0))
    for path in ("hide_render", "hide_viewport"):
        for frame, hidden in ((1, True), (20, False)):
            setattr(fountain, path, hidden)
            fountain.keyframe_insert(path, frame=frame)
    seen = []
    for frame in (1, 40):
        bpy.context.scene.frame_set(frame)
        seen.append({one.object: (one.name, one.level) for one in hear() if one.wanted})
    assert seen[0] == seen[1] and set(seen[0]) == {"Campfire", "Fountain"}


@shared
def test_a_hidden_armature_still_walks(bpy, hear):
    town.walk_only(bpy)
    robot = next(obj for obj in bpy.context.scene.objects if obj.type == "ARMATURE")
    robot.hide_render = True
    assert [one for one in hear() if one.events and one.name.startswith("footsteps")]


def test_a_crate_that_lands_on_its_corner(bpy, hear):
    """By energy: 1.64 m of free fall for the corner end at 5.5 m/s after 0.58 s."""
    floor(bpy)
    bpy.ops.rigidbody.object_add()
    bpy.context.object.rigid_body.type = "PASSIVE"
    crate = cube(bpy, "Wooden Crate", (0, 0, 2.5))
    crate.rotation_euler = (0.4, 0.3, 0.0)
    bpy.context.view_layer.update()
    lowest = min((crate.matrix_world @ vertex.co).z for vertex in crate.data.vertices)
    bpy.ops.rigidbody.object_add()
    found = next(one for one in hear() if one.object == "Wooden Crate" and one.events)
    assert found.events[0][0] == pytest.approx(math.sqrt(2 * lowest / 9.81), abs=0.03)
    assert found.events[0][1] == max(strength for _, strength in found.events)


def test_a_box_that_is_cleared_stays_clear_and_names_may_change(bpy):
    car, _ = street(bpy)
    bpy.ops.see2sound.listen_to_scene()
    assert not sources_of(bpy)
    proposals_of(bpy)["Church Bell:church bell"].accept = False
    bpy.ops.see2sound.listen_to_scene(accept=True, generate=False)
    assert set(sources_of(bpy)) == {"Car:car"}
    car.name = "Old Car"
    bpy.ops.see2sound.listen_to_scene(accept=True, generate=False)
    assert set(sources_of(bpy)) == {"Old Car:car"}


def test_undo_takes_the_speakers_away(bpy):
    street(bpy)
    bpy.ops.ed.undo_push(message="Built")
    bpy.ops.see2sound.listen_to_scene(accept=True, generate=False)
    bpy.ops.ed.undo_push(message="Listened")
    bpy.ops.ed.undo()
    assert not sources_of(bpy) and len(bpy.context.scene.see2sound.proposals) == 0


def test_events_from_a_list_from_markers_and_from_the_button(bpy, extension):
    reading = import_module(f"{extension.__name__}.see2sound_addon.blender.reading.events")
    scene = bpy.context.scene
    bpy.ops.see2sound.add_source(label="dog")
    dog = bpy.context.object
    assert reading.events_of(scene, dog) is None
    scene.frame_set(13)
    bpy.ops.see2sound.edit_events(action="ADD")
    scene.frame_set(7)
    bpy.ops.see2sound.edit_events(action="ADD")
    assert reading.events_of(scene, dog) == [(0.25, 1.0), (0.5, 1.0)]
    dog.see2sound.event_index = 1
    assert scene.frame_current == 13
    bpy.ops.see2sound.edit_events(action="REMOVE")
    assert reading.events_of(scene, dog) == [(0.25, 1.0)]
    for name, frame in (("dog", 25), ("Dog 0.5", 37), ("cat", 40)):
        scene.timeline_markers.new(name, frame=frame)
    dog.see2sound.events_from = "MARKERS"
    assert reading.events_of(scene, dog) == [(1.0, 1.0), (1.5, 0.5)]
    dog.see2sound.marker_text = "cat"
    assert reading.events_of(scene, dog) == [(39 / 24, 1.0)]


def test_no_geometry_no_camera_and_nothing_at_all(bpy):
    with pytest.raises(RuntimeError, match="no objects"):
        bpy.ops.see2sound.listen_to_scene()
    bpy.ops.object.empty_add()
    assert bpy.ops.see2sound.listen_to_scene() == {"FINISHED"}
    with pytest.raises(RuntimeError, match="No proposal"):
        bpy.ops.see2sound.make_speakers()


@pytest.mark.parametrize("scale", [0.0, 1e-9, 1e12, float("nan"), float("inf")])
def test_odd_scales_and_places(bpy, scale):
    street(bpy)
    odd = cube(bpy, "Fountain")
    odd.scale = (scale, 1.0, scale)
    far = cube(bpy, "Dog")
    far.location = (0.0, scale, 0.0)
    assert bpy.ops.see2sound.listen_to_scene(accept=True, generate=False) == {"FINISHED"}
    assert "Car:car" in sources_of(bpy)


def test_meshes_that_are_open_inside_out_or_huge(bpy, hear):
    """A ball bounces on a plane that faces down, and on one of a million triangles."""
    import bmesh

    ground, form = floor(bpy), bmesh.new()
    bmesh.ops.create_grid(form, x_segments=708, y_segments=708, size=10.0)
    bmesh.ops.reverse_faces(form, faces=form.faces)
    form.to_mesh(ground.data)
    form.free()
    assert len(ground.data.polygons) > 500_000
    keys(ball(bpy), [(1 + k, 0.12 + bounce_height(k / 24)) for k in range(48)], index=2)
    found = next(one for one in hear() if one.object == "Ball" and one.events)
    assert found.events[0][0] == pytest.approx(0.505, abs=0.005)


def test_a_linked_library_and_an_override(bpy, tmp_path):
    add_camera(bpy)
    car = cube(bpy, "Car")
    keys(car, [(1, 0.0), (48, 20.0)], index=0)
    home = bpy.data.collections.new("Vehicles")
    home.objects.link(car)
    bpy.data.libraries.write(str(tmp_path / "library.blend"), {home}, fake_user=True)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    bpy.context.scene.frame_end = 48
    add_camera(bpy)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, into):
        into.collections = ["Vehicles"]
    linked = into.collections[0]
    bpy.context.scene.collection.children.link(linked)
    bpy.ops.see2sound.listen_to_scene(accept=True, generate=False)
    assert set(sources_of(bpy)) == {"Car:car"}
    override = linked.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    assert override is not None
    assert bpy.ops.see2sound.listen_to_scene(accept=True, generate=False) == {"FINISHED"}


def test_a_long_scene_is_read_with_progress_and_can_be_cancelled(bpy, extension):
    observing = import_module(f"{extension.__name__}.see2sound_addon.blender.reading.observing")
    street(bpy)
    bpy.context.scene.frame_end = 10_000
    slices = observing.observe_in_slices(bpy.context, bpy.context.scene, 0.0)
    seen = [next(slices) for _ in range(20)]
    slices.close()
    assert seen[-1][1] == 10_000 and 0 < seen[-1][0] < 10_000
    assert bpy.context.scene.frame_current == 1


def test_scripts_listen_too(bpy, extension):
    api = import_module(f"{extension.__name__}.see2sound_addon.api")
    street(bpy)
    scene = api.current_scene()
    found = scene.listen()
    assert {one.name for one in found if one.wanted} == {"car", "church bell"}
    assert {source.label for source in scene.sources} == {"car", "church bell"}


def test_proposals_are_kept_in_the_file(bpy, tmp_path):
    street(bpy)
    bpy.ops.see2sound.listen_to_scene()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "again.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "again.blend"))
    item = proposals_of(bpy)["Church Bell:church bell"]
    assert item.accept and item.target.name == "Church Bell" and len(item.events) == 2
    assert json.loads(item.facts)["name"] == "church bell"
