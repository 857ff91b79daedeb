"""A town of the shared scenes: a minivan drives a loop behind houses, a robot walks past, the camera follows a path."""

import math
from pathlib import Path

SCENES = Path(__file__).resolve().parents[3] / "shared" / "scenes"


def ground_at(bpy, x, y):
    """The height of the highest surface of the town at a place, and its object."""
    graph = bpy.context.evaluated_depsgraph_get()
    hit, place, _, _, obj, _ = bpy.context.scene.ray_cast(graph, (x, y, 100.0), (0.0, 0.0, -1.0))
    return (place.z, obj) if hit else (0.0, None)


def linear(block):
    action = block.animation_data.action
    curves = action.fcurves if not hasattr(action, "layers") else action.layers[0].strips[0].channelbags[0].fcurves
    for curve in curves:
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"


def build(bpy, frames=96):
    """Fill the open scene. The van circles at 10 m/s, the robot walks along +X on the grass."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, frames
    bpy.ops.import_scene.gltf(filepath=str(SCENES / "town" / "town_model.gltf"))
    town = set(scene.objects)
    bpy.ops.import_scene.gltf(filepath=str(SCENES / "vehicles.glb"))
    for obj in set(scene.objects) - town:
        if obj.name != "Minivan":
            obj.location = (0.0, 45.0, 3.0)
    for number, place in enumerate(((-20.0, -14.0), (-5.0, -18.0))):
        before = set(scene.objects)
        bpy.ops.import_scene.gltf(filepath=str(SCENES / "tree" / "scene.gltf"))
        top = next(obj for obj in set(scene.objects) - before if obj.parent is None)
        top.name, top.scale = f"Tree {number}", (0.004,) * 3
        top.location = (*place, ground_at(bpy, *place)[0])
    bpy.ops.import_scene.gltf(filepath=str(SCENES / "lamp" / "scene.gltf"))
    van = scene.objects["Minivan"]
    bpy.context.view_layer.update()
    for frame in range(1, frames + 1, 2):
        turn = 10.0 / 18.0 * (frame - 1) / scene.render.fps
        place = (10.0 + 18.0 * math.cos(turn), 5.0 + 18.0 * math.sin(turn))
        van.location = (*place, 12.0)
        van.keyframe_insert("location", frame=frame)
    linear(van)
    walk(bpy, frames)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    scene.camera, camera.rotation_euler = camera, (math.pi / 2, 0.0, 0.0)
    for frame, x in ((1, -15.0), (frames, -5.0)):
        camera.location = (x, -45.0, 8.0)
        camera.keyframe_insert("location", frame=frame)


def walk_only(bpy, frames=48):
    """The robot alone, on a lawn."""
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, frames
    bpy.ops.mesh.primitive_plane_add(size=200.0)
    walk(bpy, frames)


def walk(bpy, frames):
    """The robot, from its own file, half as high, with its walk repeated along a straight way."""
    with bpy.data.libraries.load(str(SCENES / "RobotExpressive.blend")) as (there, into):
        into.objects = list(there.objects)
        into.actions = ["Robot_Walking"]
    for obj in into.objects:
        if obj.type in {"MESH", "ARMATURE"}:
            bpy.context.scene.collection.objects.link(obj)
    robot = next(obj for obj in into.objects if obj.type == "ARMATURE")
    action = into.actions[0]
    data = robot.animation_data or robot.animation_data_create()
    data.action = action
    if hasattr(action, "slots"):
        data.action_slot = action.slots[0]
    curves = action.layers[0].strips[0].channelbags[0].fcurves if hasattr(action, "layers") else action.fcurves
    for curve in curves:
        if not curve.modifiers:
            curve.modifiers.new("CYCLES")
    way = bpy.data.objects.new("Way", None)
    bpy.context.scene.collection.objects.link(way)
    robot.parent, robot.scale = way, (0.5,) * 3
    way.rotation_euler.z = math.pi / 2.0  # it faces -Y of its own
    height, _ = ground_at(bpy, -18.0, -35.0)
    for frame, x in ((1, -20.0), (frames, -20.0 + 1.35 * frames / bpy.context.scene.render.fps)):
        way.location = (x, -35.0, height)
        way.keyframe_insert("location", frame=frame)
    linear(way)
