"""Speakers and cameras in Blender, for tests."""

import math
from pathlib import Path


def add_speaker(bpy, path, location=(0, 5, 0)):
    bpy.ops.object.speaker_add(location=location)
    obj = bpy.context.object
    obj.data.sound = bpy.data.sounds.load(str(path))
    obj.animation_data.nla_tracks[0].strips[0].frame_start = bpy.context.scene.frame_start
    return obj


def add_camera(bpy, location=(0, 0, 0), rotation=(math.pi / 2, 0, 0), name="camera"):
    obj = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    bpy.context.scene.collection.objects.link(obj)
    obj.location, obj.rotation_euler = location, rotation
    bpy.context.scene.camera = bpy.context.scene.camera or obj
    return obj


def sampled(bpy, extension):
    from importlib import import_module

    sampling = import_module(f"{extension.__name__}.see2sound_addon.blender.reading.sampling")
    return sampling.sample_scene(bpy.context, bpy.context.scene, Path(bpy.app.tempdir))
