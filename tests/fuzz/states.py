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
