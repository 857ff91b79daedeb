"""The mapping between pixels and directions of every kind of camera, against what Cycles renders and what Blender computes."""

import importlib
import math
import os

os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")

import cv2
import numpy as np
import pytest

MODULE = "bl_ext.user_default.see2sound"

COLOURS = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
AHEAD = ((0.35, 0.15, -1.0), (-0.4, -0.2, -1.0), (0.1, -0.3, -1.0))
AROUND = ((1.0, 0.3, -1.0), (-1.0, -0.5, 0.5), (0.2, 0.9, -1.0))
HALF = ((1.0, 0.3, -1.0), (-1.0, -0.5, -0.5), (0.2, 0.7, -1.0))


def of_house(name):
    return importlib.import_module(f"{MODULE}.see2sound_addon.{name}")


def read_camera(bpy):
    scene = bpy.context.scene
    return of_house("blender.reading.camera").read_camera(bpy.context, scene, scene.camera).projection


@pytest.fixture
def stage(bpy):
    import bmesh

    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 96, False
    scene.view_settings.view_transform = "Raw"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.resolution_percentage = 100
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.location, camera.rotation_euler = (1, 2, 3), (1.2, 0.1, 0.7)
    balls = []
    for colour in COLOURS:
        mesh, shape = bpy.data.meshes.new("Ball"), bmesh.new()
        bmesh.ops.create_icosphere(shape, subdivisions=3, radius=1)
        shape.to_mesh(mesh)
        material = bpy.data.materials.new("Light")
        material.use_nodes = True
        tree = material.node_tree
        tree.nodes.clear()
        light, out = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
        light.inputs[0].default_value = (*colour, 1)
        tree.links.new(light.outputs[0], out.inputs[0])
        mesh.materials.append(material)
        ball = bpy.data.objects.new("Ball", mesh)
        scene.collection.objects.link(ball)
        balls.append(ball)
    return bpy, camera, balls


def panorama(data, kind, **settings):
    data.type = "PANO"
    owner = data if hasattr(data, "panorama_type") else data.cycles
    owner.panorama_type = kind
    for name, value in settings.items():
        setattr(owner, name, value)


def perspective(data, **settings):
    for name, value in settings.items():
        setattr(data, name, value)


def orthographic(data, **settings):
    data.type = "ORTHO"
    perspective(data, **settings)


CAMERAS = {
    "perspective": (lambda d: perspective(d, lens=28), (320, 180), AHEAD),
    "shifted": (lambda d: perspective(d, lens=24, shift_x=0.11, shift_y=-0.07), (320, 180), AHEAD),
    "upright": (lambda d: perspective(d, lens=18, shift_x=0.05), (180, 320), AHEAD),
    "vertical fit": (lambda d: perspective(d, lens=18, sensor_fit="VERTICAL", shift_y=0.1), (320, 180), AHEAD),
    "orthographic": (lambda d: orthographic(d, ortho_scale=14.0, shift_x=0.04), (320, 180), AHEAD),
    "equirectangular": (lambda d: panorama(d, "EQUIRECTANGULAR"), (400, 200), AROUND),
    "equirectangular, square": (lambda d: panorama(d, "EQUIRECTANGULAR"), (300, 300), AROUND),
    "equirectangular, a part": (
        lambda d: panorama(d, "EQUIRECTANGULAR", longitude_min=-2.7, longitude_max=2.9, latitude_min=-0.7, latitude_max=1.2),
        (400, 200), AROUND,
    ),
    "equidistant": (lambda d: panorama(d, "FISHEYE_EQUIDISTANT", fisheye_fov=math.pi), (300, 300), HALF),
    "equidistant, wide": (lambda d: panorama(d, "FISHEYE_EQUIDISTANT", fisheye_fov=3.8), (400, 200), HALF),
    "equisolid": (lambda d: panorama(d, "FISHEYE_EQUISOLID", fisheye_lens=10.5, fisheye_fov=math.pi), (400, 300), HALF),
    "equisolid, upright": (lambda d: panorama(d, "FISHEYE_EQUISOLID", fisheye_lens=9.0, fisheye_fov=math.pi), (300, 400), HALF),
}  # fmt: skip


@pytest.mark.parametrize("kind", CAMERAS)
def test_directions_are_where_cycles_renders_them(stage, tmp_path, kind):
    """To a tenth of a pixel: centres of small balls that shine in the colours red, green and blue."""
    from mathutils import Vector

    bpy, camera, balls = stage
    scene = bpy.context.scene
    set_up, (width, height), directions = CAMERAS[kind]
    scene.render.resolution_x, scene.render.resolution_y = width, height
    set_up(camera.data)
    bpy.context.view_layer.update()
    places = [10.0 * np.array(one) / np.linalg.norm(one) for one in directions]
    for ball, place in zip(balls, places, strict=True):
        ball.scale, ball.location = (0.2,) * 3, camera.matrix_world @ Vector(place.tolist())
    scene.render.filepath = str(tmp_path / "frame.exr")
    bpy.ops.render.render(write_still=True)
    picture = cv2.imread(str(tmp_path / "frame.exr"), cv2.IMREAD_UNCHANGED)[..., 2::-1]
    rows, columns = np.mgrid[:height, :width] + 0.5
    projection = read_camera(bpy)
    wanted = projection.points(np.array(places)) * [width, height]
    for number, place in enumerate(wanted):
        light = picture[..., number]
        assert light.sum() > 2.0
        seen = np.array([(light * columns).sum(), (light * rows).sum()]) / light.sum()
        assert np.abs(seen - place).max() < 0.1, (number, seen, place)
    if kind != "orthographic":
        np.testing.assert_allclose(projection.rays(wanted / [width, height])[1], np.array(places) / 10.0, atol=1e-6)
    kept = of_house("projection")
    again = kept.from_numbers(*kept.numbers_of(projection))
    np.testing.assert_allclose(again.points(np.array(places)), projection.points(np.array(places)))


@pytest.mark.parametrize("kind", [name for name, (_, _, ways) in CAMERAS.items() if ways is AHEAD])
def test_points_are_those_of_world_to_camera_view(stage, kind):
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    bpy, camera, _ = stage
    scene = bpy.context.scene
    set_up, (scene.render.resolution_x, scene.render.resolution_y), _ = CAMERAS[kind]
    set_up(camera.data)
    bpy.context.view_layer.update()
    random = np.random.default_rng(0)
    places = random.uniform(-1, 1, (40, 3)) * [3, 2, 4] - [0, 0, 8]
    projection = read_camera(bpy)
    for place, point in zip(places, projection.points(places), strict=True):
        x, y, _ = world_to_camera_view(scene, camera, camera.matrix_world @ Vector(place.tolist()))
        assert np.abs((point - [x, 1 - y]) * [scene.render.resolution_x, scene.render.resolution_y]).max() < 0.1


def test_a_lens_that_is_animated_is_read_at_each_frame(stage):
    bpy, camera, _ = stage
    camera.data.lens = 20
    camera.data.keyframe_insert("lens", frame=1)
    camera.data.lens = 80
    camera.data.keyframe_insert("lens", frame=10)
    focal = []
    for frame in (1, 10):
        bpy.context.scene.frame_set(frame)
        focal.append(read_camera(bpy).focal)
    assert focal == pytest.approx([20 / 36, 80 / 36])
