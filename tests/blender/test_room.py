"""A room in Blender: an object's bounds, in metres."""

import math
from importlib import import_module

import numpy as np
import pytest
import soundfile
from scenes import tone, write_wav
from stage import add_camera, add_speaker, sampled

from see2sound_addon.materials import MATERIALS


def box(bpy, location=(0, 0, 1.5), size=(8, 6, 3), turn=0.0):
    bpy.ops.mesh.primitive_cube_add(size=1.0, location=location, rotation=(0, 0, turn))
    obj = bpy.context.object
    obj.scale = size
    bpy.context.scene.see2sound.room.kind = "shoebox"
    bpy.context.scene.see2sound.room.box = obj
    return obj


def with_sound(bpy, tmp_path):
    add_camera(bpy, location=(-2, 0, 1.6))
    return add_speaker(bpy, write_wav(tmp_path / "tone.wav", tone(440, 2)), (2, 0, 1))


def test_a_box_s_bounds_are_the_room(bpy, tmp_path, extension):
    with_sound(bpy, tmp_path)
    box(bpy, turn=0.5)
    settings = bpy.context.scene.see2sound.room
    settings.floor, settings.wall_x1, settings.custom, settings.order = "carpet", "CUSTOM", (0.5,) * 7, 3
    room = sampled(bpy, extension)[0].room
    assert np.array(room.size) == pytest.approx([8, 6, 3], rel=1e-5)
    assert np.array(room.centre) == pytest.approx([0, 0, 1.5], abs=1e-5)
    assert np.array(room.rotation) == pytest.approx([math.cos(0.25), 0, 0, math.sin(0.25)], abs=1e-6)
    assert (room.walls[4], room.walls[1], room.order, room.tail) == (MATERIALS["carpet"], (0.5,) * 7, 3, True)
    bpy.context.scene.unit_settings.system = "METRIC"
    bpy.context.scene.unit_settings.scale_length = 0.5
    assert np.array(sampled(bpy, extension)[0].room.size) == pytest.approx([4, 3, 1.5], rel=1e-5)


def test_a_mix_in_a_room_rings_on(bpy, tmp_path):
    obj = with_sound(bpy, tmp_path)
    obj.data.sound = bpy.data.sounds.load(str(write_wav(tmp_path / "short.wav", tone(1000, 0.1))))
    paths = [tmp_path / "dry.wav", tmp_path / "wet.wav"]
    bpy.ops.see2sound.render_mix(filepath=str(paths[0]), layout="5.1")
    box(bpy)
    bpy.ops.see2sound.render_mix(filepath=str(paths[1]), layout="5.1")
    dry, wet = (soundfile.read(path)[0] for path in paths)
    late = slice(int(0.3 * 48000), int(0.6 * 48000))
    assert np.abs(dry[late]).max() < 1e-4 < np.abs(wet[late]).max()


def test_a_room_is_added_around_everything(bpy, tmp_path, extension):
    with_sound(bpy, tmp_path)
    assert bpy.ops.see2sound.add_room("EXEC_DEFAULT", True) == {"FINISHED"}
    room = sampled(bpy, extension)[0].room
    assert np.array(room.size) == pytest.approx([7.0, 3.0, 3.1], abs=0.01)
    assert room.centre[2] - room.size[2] / 2 == pytest.approx(0.0, abs=1e-5)
    assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="mono") == {"FINISHED"}
    bpy.ops.ed.undo()
    assert bpy.context.scene.see2sound.room.kind == "none"
    assert not any(obj.name.startswith("Sound Room") for obj in bpy.context.scene.objects)


def test_ground(bpy, tmp_path, extension):
    with_sound(bpy, tmp_path)
    settings = bpy.context.scene.see2sound.room
    settings.kind, settings.height, settings.ground = "ground", -1.0, "snow"
    room = sampled(bpy, extension)[0].room
    assert (type(room).__name__, room.height, room.absorption) == ("Ground", -1.0, MATERIALS["snow"])


def test_what_is_wrong_with_a_room_is_said(bpy, tmp_path, extension):
    with_sound(bpy, tmp_path)
    settings = bpy.context.scene.see2sound.room
    target = tmp_path / "mix.wav"
    for kind, message in (("shoebox", "no box"), ("response", "no impulse response")):
        settings.kind = kind
        with pytest.raises(RuntimeError, match=message):
            bpy.ops.see2sound.render_mix(filepath=str(target), layout="mono")
    flat = box(bpy, size=(8, 6, 0))
    with pytest.raises(RuntimeError, match="too thin"):
        bpy.ops.see2sound.render_mix(filepath=str(target), layout="mono")
    flat.scale = (1, 1, 1)
    with pytest.raises(RuntimeError, match="listener is not in the room"):
        bpy.ops.see2sound.render_mix(filepath=str(target), layout="mono")
    assert not target.exists()


def test_a_response_and_a_source_s_own_ways_reach_the_plan(bpy, tmp_path, extension):
    obj = with_sound(bpy, tmp_path)
    facts = obj.see2sound
    facts.synchronous, facts.spread, facts.divergence, facts.use_lfe, facts.lfe = True, 0.5, 0.25, True, -6.0
    settings = bpy.context.scene.see2sound.room
    settings.kind, settings.response, settings.gain = "response", str(write_wav(tmp_path / "ir.wav", np.ones((2, 10)))), -3.0
    planfile = import_module(f"{extension.__name__}.see2sound_addon.planfile")
    plan = planfile.plan_from_json(planfile.plan_to_json(sampled(bpy, extension)[0]))
    (source,) = plan.sources
    assert (source.synchronous, source.spread, source.divergence, source.lfe_db) == (True, 0.5, 0.25, -6.0)
    assert (plan.room.file.name, plan.room.gain_db) == ("ir.wav", -3.0)
    assert bpy.ops.see2sound.render_mix(filepath=str(tmp_path / "mix.wav"), layout="5.1") == {"FINISHED"}
