"""Scenes of Blender in states that an artist, a script or a broken driver may bring about."""

import math

import numpy as np

ODD = (0.0, -0.0, 1e-6, 1.0, -1.0, 90.0, 1e3, 1e5, 1e7, -1e7, float("nan"), float("inf"))


def build(bpy, random, clip):
    """Fill a new file with a scene at random; `clip`: a short sound."""
    bpy.ops.wm.read_homefile(use_empty=random.random() < 0.7, use_factory_startup=True)
    scene = bpy.context.scene
    scene.render.fps = int(random.choice([1, 24, 60, 240]))
    start = int(random.choice([-1000, -5, 0, 1, 1000]))
    scene.frame_start = start
    scene.frame_end = start + int(random.choice([0, 1, 5, 12]))
    scene.unit_settings.scale_length = float(random.choice([0.001, 1.0, 1000.0]))
    scene.audio_doppler_speed = float(random.choice([0.01, 1.0, 343.3, 1e5]))
    scene.audio_doppler_factor = float(random.choice([0.0, 1.0, 10.0]))
    scene.audio_volume = float(random.choice([0.0, 1.0, 100.0]))
    models = [item.identifier for item in scene.bl_rna.properties["audio_distance_model"].enum_items]
    scene.audio_distance_model = str(random.choice(models))
    settings = scene.see2sound
    settings.use_air = bool(random.random() < 0.3)
    cameras = [_camera(bpy, random, number) for number in range(int(random.choice([0, 1, 2], p=[0.1, 0.6, 0.3])))]
    if cameras and random.random() < 0.9:
        scene.camera = cameras[0]
    for camera in cameras:
        if random.random() < 0.4:
            marker = scene.timeline_markers.new("cut", frame=start + int(random.integers(-3, 6)))
            marker.camera = camera
    for number in range(int(random.integers(0, 5))):
        _speaker(bpy, random, clip, number)
    if random.random() < 0.4:
        _room(bpy, random, settings.room, clip)
    bpy.context.view_layer.update()
    return scene


NAMES = (
    "Car", "Ball", "Tree.001", "House", "Dog", "Church Bell", "Door", "Fan", "Cube.003", "", "x" * 60, "Wheel", "Cr\u00e8che",
    "Gun", "SM_TowTruck_02", "fountain water", "Birds", "\u96e8", "Rain", "a/b:c", "Street", "Fire",
)  # fmt: skip


def build_animated(bpy, random):
    """Fill a new file with objects that move at random: their names, shapes, parents, bodies, particles, feet."""
    bpy.ops.wm.read_homefile(use_empty=random.random() < 0.7, use_factory_startup=True)
    scene = bpy.context.scene
    scene.render.fps = int(random.choice([1, 24, 60]))
    scene.frame_start = int(random.choice([-5, 0, 1, 1000]))
    scene.frame_end = scene.frame_start + int(random.choice([0, 1, 5, 30]))
    scene.unit_settings.scale_length = float(random.choice([0.001, 1.0, 1000.0]))
    scene.gravity = (0.0, 0.0, float(random.choice([-9.81, 0.0, 1e6])))
    made = []
    for _ in range(int(random.integers(0, 7))):
        obj = _shape(bpy, random)
        obj.name = str(random.choice(NAMES)) or obj.name
        for _ in range(int(random.choice([0, 1, 2]))):
            _move(bpy, random, obj)
            obj.keyframe_insert("location", frame=scene.frame_start + float(random.choice([0.0, 0.5, 3.0, 1e5])))
            obj.keyframe_insert("rotation_euler", frame=scene.frame_start + float(random.choice([0.0, 1.0, 20.0])))
        if made and random.random() < 0.4:
            obj.parent = made[int(random.integers(len(made)))]
        if random.random() < 0.2:
            obj.hide_render = True
            obj.keyframe_insert("hide_render", frame=scene.frame_start + 2)
        made.append(obj)
    for name in random.choice(["thunder", "dog", "x", "12"], int(random.integers(0, 3))):
        scene.timeline_markers.new(str(name), frame=scene.frame_start + int(random.integers(-3, 9)))
    bpy.context.view_layer.update()
    return scene


def _shape(bpy, random):
    kind = random.choice(["cube", "plane", "sphere", "curve", "empty", "wind", "feet", "text", "points"])
    place = tuple(random.normal(0, 3, 3))
    if kind == "cube":
        bpy.ops.mesh.primitive_cube_add(location=place)
    elif kind == "plane":
        bpy.ops.mesh.primitive_plane_add(size=float(random.choice([0.0, 1.0, 1e4])), location=place)
        system = bpy.context.object.modifiers.new("Particles", "PARTICLE_SYSTEM").particle_system
        system.settings.count = int(random.choice([0, 10, 500]))
        system.settings.type = str(random.choice(["EMITTER", "HAIR"]))
        system.name = str(random.choice(NAMES))
    elif kind == "sphere":
        bpy.ops.mesh.primitive_uv_sphere_add(radius=float(random.choice([1e-6, 0.2, 50.0])), location=place)
        if random.random() < 0.3 and bpy.context.object.dimensions.x > 1e-3:
            bpy.ops.rigidbody.object_add()
    elif kind == "curve":
        bpy.ops.curve.primitive_bezier_circle_add(location=place)
    elif kind == "text":
        bpy.ops.object.text_add(location=place)
    elif kind == "feet":
        bpy.ops.object.armature_add(location=place)
        bpy.context.object.data.bones[0].name = str(random.choice(["foot.L", "Bone", "toe"]))
    elif kind == "wind":
        bpy.ops.object.effector_add(type="WIND", location=place)
        bpy.context.object.field.strength = float(random.choice([0.0, 1.0, -5.0, 1e6]))
    elif kind == "points":
        bpy.ops.mesh.primitive_cube_add(location=place)
        bpy.context.object.data.clear_geometry()
    else:
        bpy.ops.object.empty_add(location=place)
    return bpy.context.object


def _camera(bpy, random, number):
    obj = bpy.data.objects.new(f"camera {number}", bpy.data.cameras.new("camera"))
    bpy.context.scene.collection.objects.link(obj)
    obj.rotation_euler = (math.pi / 2, 0, 0)
    obj.data.type = str(random.choice(["PERSP", "ORTHO", "PANO"], p=[0.8, 0.1, 0.1]))
    _move(bpy, random, obj)
    return obj


def _speaker(bpy, random, clip, number):
    bpy.ops.object.speaker_add(location=tuple(random.normal(0, 5, 3)))
    obj = bpy.context.object
    data, facts = obj.data, obj.see2sound
    if random.random() < 0.9:
        data.sound = bpy.data.sounds.load(str(clip), check_existing=True)
    if random.random() < 0.6:
        facts.source_id, facts.label = str(random.choice(["dog_1", "x" * 300, "a/b", f"s{number}"])), "dog"
    for name in ("volume", "pitch", "attenuation", "distance_reference", "distance_max", "volume_min", "volume_max"):
        if random.random() < 0.1:
            setattr(data, name, float(random.choice(ODD)))
    for name in ("cone_angle_inner", "cone_angle_outer", "cone_volume_outer"):
        if random.random() < 0.1:
            setattr(data, name, float(random.choice(ODD)))
    facts.extent = str(random.choice(["point", "area", "ambient"]))
    facts.radius = float(random.choice([0.0, 1.0, 1e6]))
    facts.loop = bool(random.random() < 0.5)
    facts.spread, facts.divergence = float(random.choice([0.0, 1.0, 6.28])), float(random.choice([0.0, 0.5, 1.0]))
    facts.use_lfe = bool(random.random() < 0.2)
    facts.synchronous = bool(random.random() < 0.2)
    for track in obj.animation_data.nla_tracks:
        for strip in track.strips:
            strip.frame_start = float(random.choice([-1e5, -10.0, 1.0, 1.5, 1e5]))
    if random.random() < 0.1:
        obj.animation_data_clear()
    if random.random() < 0.15:
        group = bpy.data.collections.new("group")
        for collection in obj.users_collection:
            collection.objects.unlink(obj)
        group.objects.link(obj)
        empty = bpy.data.objects.new("instancer", None)
        bpy.context.scene.collection.objects.link(empty)
        empty.instance_type, empty.instance_collection = "COLLECTION", group
        _move(bpy, random, empty)
    _move(bpy, random, obj)


def _move(bpy, random, obj):
    if random.random() < 0.15:
        obj.location[int(random.integers(0, 3))] = float(random.choice(ODD))
    if random.random() < 0.15:
        obj.scale = tuple(float(v) for v in random.choice([0.0, -1.0, 1e-6, 1.0, 1e6], 3))
    if random.random() < 0.1:
        obj.rotation_euler[0] = float(random.choice(ODD))
    if random.random() < 0.4:
        for frame in (bpy.context.scene.frame_start, bpy.context.scene.frame_end + 1):
            obj.location = tuple(float(v) for v in random.normal(0, 10.0 ** random.integers(0, 6), 3))
            obj.keyframe_insert("location", frame=frame)
    if random.random() < 0.1:
        obj.hide_viewport = True


def _room(bpy, random, room, clip):
    room.kind = str(random.choice(["ground", "shoebox", "response"]))
    room.height = float(random.choice([-100.0, 0.0, 5.0]))
    room.response = str(clip) if random.random() < 0.8 else ""
    room.order = int(random.choice([0, 1, 2]))
    box = bpy.data.objects.new("box", None)
    bpy.context.scene.collection.objects.link(box)
    box.empty_display_size = 0.5
    box.scale = tuple(float(v) for v in np.array([1.0, 1.0, 1.0]) * random.choice([0.0, 10.0, 1e4, 1e8]))
    if random.random() < 0.8:
        room.box = box
