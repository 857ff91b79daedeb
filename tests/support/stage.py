"""Speakers and cameras in Blender, for tests."""

import math
from pathlib import Path


def add_speaker(bpy, path, location=(0, 5, 0)):
    bpy.ops.object.speaker_add(location=location)
    thing = bpy.context.object
    thing.data.sound = bpy.data.sounds.load(str(path))
    thing.animation_data.nla_tracks[0].strips[0].frame_start = bpy.context.scene.frame_start
    return thing


def add_camera(bpy, location=(0, 0, 0), rotation=(math.pi / 2, 0, 0), name="camera"):
    thing = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    bpy.context.scene.collection.objects.link(thing)
    thing.location, thing.rotation_euler = location, rotation
    bpy.context.scene.camera = bpy.context.scene.camera or thing
    return thing


def sampled(bpy, extension):
    from importlib import import_module

    sampling = import_module(f"{extension.__name__}.see2sound_addon.blender.reading.sampling")
    return sampling.sample_scene(bpy.context, bpy.context.scene, Path(bpy.app.tempdir))
