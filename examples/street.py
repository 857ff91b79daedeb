"""Build a small animated street in Blender by script: a tram behind a house, a fountain, a church bell, a walker, birds.

Run as `python examples/street.py street.blend`, with Blender's module. It has no sounds: Sounds From Scene finds them.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import bpy  # isort: skip  (what follows comes with it)
import bmesh
from mathutils import Matrix, Vector

FPS, SECONDS = 24, 10
SIZE = (512, 288)
PACE, STRIDE = 1.0, 1.4
"""Cycles of two steps a second, metres a cycle."""
SKY = 0.4
"""Light of the sky, as a glow of all materials: with the sun alone, four samples a pixel are enough."""
STANCE = 0.6
"""Share of a cycle in which a foot stands."""
COLOURS = {
    "Asphalt": (0.09, 0.09, 0.1), "Cobblestone": (0.32, 0.3, 0.28), "Grass": (0.1, 0.24, 0.05), "Plaster": (0.75, 0.6, 0.42),
    "Roof": (0.35, 0.1, 0.06), "Stone": (0.5, 0.48, 0.45), "Bark": (0.16, 0.09, 0.05), "Leaves": (0.08, 0.3, 0.05),
    "Paint": (0.65, 0.08, 0.06), "Glass": (0.08, 0.12, 0.16), "Bronze": (0.45, 0.27, 0.08), "Water": (0.15, 0.4, 0.55),
    "Coat": (0.08, 0.12, 0.4), "Skin": (0.7, 0.45, 0.33), "Feather": (0.9, 0.75, 0.1), "Steel": (0.4, 0.42, 0.45),
}  # fmt: skip


def material(name: str) -> bpy.types.Material:
    """A plain material, made once."""
    known = bpy.data.materials.get(name)
    if known is not None:
        return known
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*COLOURS[name], 1.0)
    shader.inputs["Roughness"].default_value = 1.0
    shader.inputs["Emission Color" if "Emission Color" in shader.inputs else "Emission"].default_value = (*COLOURS[name], 1.0)
    shader.inputs["Emission Strength"].default_value = SKY
    made.cycles.emission_sampling = "NONE"
    made.diffuse_color = (*COLOURS[name], 1.0)
    return made


def solid(
    name: str, kind: str, size: tuple[float, float, float], place: tuple[float, float, float], of: str
) -> bpy.types.Object:
    """A box, ball, cone or cylinder of a size, with its centre at a place."""
    mesh, form = bpy.data.meshes.new(name), bmesh.new()
    if kind == "box":
        bmesh.ops.create_cube(form, size=1.0)
    elif kind == "ball":
        bmesh.ops.create_icosphere(form, subdivisions=2, radius=0.5)
    else:
        top = 0.5 if kind == "cylinder" else 0.0
        bmesh.ops.create_cone(form, cap_ends=True, segments=20, radius1=0.5, radius2=top, depth=1.0)
    bmesh.ops.scale(form, vec=size, verts=form.verts)
    form.to_mesh(mesh)
    form.free()
    mesh.materials.append(material(of))
    obj = bpy.data.objects.new(name, mesh)
    obj.location = place
    bpy.context.scene.collection.objects.link(obj)
    return obj


def hang(child: bpy.types.Object, parent: bpy.types.Object) -> None:
    """Parent an object where it stands."""
    child.parent = parent
    child.matrix_parent_inverse = Matrix.Translation(parent.location).inverted()


def move(obj: bpy.types.Object, keys: list[tuple[float, Vector]], smooth: bool = True) -> None:
    """Keyframes of (seconds, location)."""
    for seconds, place in keys:
        obj.location = place
        obj.keyframe_insert("location", frame=1 + seconds * FPS)
    for curve in curves(obj):
        for key in curve.keyframe_points:
            key.interpolation = "BEZIER" if smooth else "LINEAR"


def curves(obj: bpy.types.Object) -> list[bpy.types.FCurve]:
    """The animation curves of an object, in Blenders with and without slots."""
    action = obj.animation_data.action
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    return [curve for layer in action.layers for strip in layer.strips for bag in strip.channelbags for curve in bag.fcurves]


def ground_and_houses() -> None:
    """What stands and is silent."""
    solid("Lawn", "box", (90, 60, 0.1), (0, 12, -0.1), "Grass")
    solid("Street", "box", (90, 6, 0.1), (0, 13, -0.04), "Asphalt")
    solid("Pavement", "box", (60, 5, 0.1), (0, 1.5, -0.02), "Cobblestone")
    for side in (-0.7, 0.7):
        solid("Rail", "box", (90, 0.1, 0.06), (0, 13 + side, 0.04), "Steel")
    for name, x, y, wide in (("House", 3, 8, 8), ("House Left", -24, 22, 10), ("House Right", 22, 22, 12)):
        solid(name, "box", (wide, 5, 5), (x, y, 2.5), "Plaster")
        solid(f"{name} Roof", "cone", (wide * 1.35, 7.5, 3), (x, y, 6.5), "Roof")
        for column in (-0.25, 0.25):
            solid(f"{name} Window", "box", (1.2, 0.1, 1.3), (x + column * wide, y - 2.53, 2.8), "Glass")
    solid("Church", "box", (9, 12, 7), (-14, 26, 3.5), "Stone")
    for x in (-15.3, -12.7):
        for y in (17.7, 20.3):
            solid("Church Tower Pillar", "box", (0.5, 0.5, 14), (x, y, 7), "Stone")
    solid("Church Tower", "box", (3.2, 3.2, 9), (-14, 19, 4.5), "Stone")
    solid("Church Tower Roof", "cone", (4.4, 4.4, 5), (-14, 19, 16.5), "Roof")


def bell() -> None:
    """A bell that swings, once in two seconds, from the third second on."""
    yoke = bpy.data.objects.new("Church Bell", solid("Bell Shape", "cone", (1.6, 1.6, 1.7), (0, 0, 0), "Bronze").data)
    bpy.data.objects.remove(bpy.data.objects["Bell Shape"])
    bpy.context.scene.collection.objects.link(yoke)
    yoke.location = (-14, 19, 11.5)
    for frame in range(1, SECONDS * FPS + 2):
        seconds = max(0.0, (frame - 1) / FPS - 2.0)
        yoke.rotation_euler.x = math.radians(45) * min(1.0, seconds / 1.5) * math.sin(math.pi * seconds)
        yoke.keyframe_insert("rotation_euler", index=0, frame=frame)


def tram() -> None:
    """A tram that passes behind the house."""
    body = solid("Tram", "box", (14, 2.4, 2.6), (-36, 13, 1.9), "Paint")
    for x in (-5, -2.5, 0, 2.5, 5):
        hang(solid("Tram Window", "box", (1.8, 2.45, 0.9), (-36 + x, 13, 2.4), "Glass"), body)
    hang(solid("Tram Roof", "box", (13, 2.0, 0.3), (-36, 13, 3.3), "Steel"), body)
    move(body, [(0.5, Vector((-36, 13, 1.9))), (SECONDS, Vector((38, 13, 1.9)))])


def fountain() -> None:
    """A basin with a jet."""
    basin = solid("Fountain", "cylinder", (3.6, 3.6, 0.7), (-8, 5, 0.35), "Stone")
    hang(solid("Fountain Water", "cylinder", (3.2, 3.2, 0.1), (-8, 5, 0.7), "Water"), basin)
    hang(solid("Fountain Jet", "cone", (0.5, 0.5, 2.0), (-8, 5, 1.7), "Water"), basin)


def tree_with_birds() -> None:
    """A tree, and three birds in it that hop."""
    trunk = solid("Tree", "cylinder", (0.7, 0.7, 3.2), (11.5, 6, 1.6), "Bark")
    for x, y, z, wide in ((0, 0, 4.4, 4.2), (-1.2, -0.6, 3.8, 2.6), (1.2, 0.5, 3.9, 2.8)):
        hang(solid("Tree Leaves", "ball", (wide, wide, wide * 0.9), (11.5 + x, 6 + y, z), "Leaves"), trunk)
    for number, (x, y, z) in enumerate(((10.2, 4.0, 4.2), (11.6, 3.8, 5.1), (12.9, 4.4, 3.6))):
        bird = solid("Bird", "ball", (0.35, 0.45, 0.3), (x, y, z), "Feather")
        move(bird, [(k * 1.3 + 0.4 * number, Vector((x + 0.15 * math.sin(k), y, z + 0.12 * (k % 2)))) for k in range(8)])


def walker() -> None:
    """A man of boxes that walks along the pavement: legs by inverse kinematics, feet that stand still while they carry him."""
    data = bpy.data.armatures.new("Walker")
    body = bpy.data.objects.new("Walker", data)
    bpy.context.scene.collection.objects.link(body)
    bpy.context.view_layer.objects.active = body
    bpy.ops.object.mode_set(mode="EDIT")
    bones = data.edit_bones
    hips = bones.new("hips")
    hips.head, hips.tail = (0, 0, 0.95), (0, 0, 1.15)
    spine = bones.new("spine")
    spine.head, spine.tail, spine.parent = (0, 0, 1.15), (0, 0, 1.75), hips
    for side, x in (("L", 0.13), ("R", -0.13)):
        thigh, shin, foot = bones.new(f"thigh.{side}"), bones.new(f"shin.{side}"), bones.new(f"foot.{side}")
        thigh.head, thigh.tail, thigh.parent = (x, 0, 0.95), (x, 0.04, 0.52), hips
        shin.head, shin.tail, shin.parent = (x, 0.04, 0.52), (x, 0, 0.09), thigh
        foot.head, foot.tail = (x, 0, 0.09), (x, 0.2, 0.09)
    bpy.ops.object.mode_set(mode="POSE")
    for side in "LR":
        tie = body.pose.bones[f"shin.{side}"].constraints.new("IK")
        tie.target, tie.subtarget, tie.chain_count = body, f"foot.{side}", 2
    for frame in range(1, SECONDS * FPS + 2):
        for side, phase in (("L", 0.0), ("R", 0.5)):
            foot = body.pose.bones[f"foot.{side}"]
            foot.location = footing(((frame - 1) / FPS * PACE + phase) % 1.0)
            foot.keyframe_insert("location", frame=frame)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone, size, place, of in (
        ("spine", (0.42, 0.24, 0.62), (0, 0, 1.3), "Coat"), ("spine", (0.22, 0.24, 0.26), (0, 0.02, 1.75), "Skin"),
        *((f"thigh.{side}", (0.16, 0.17, 0.45), (x, 0.02, 0.74), "Glass") for side, x in (("L", 0.13), ("R", -0.13))),
        *((f"shin.{side}", (0.13, 0.14, 0.44), (x, 0.02, 0.3), "Glass") for side, x in (("L", 0.13), ("R", -0.13))),
        *((f"foot.{side}", (0.12, 0.28, 0.09), (x, 0.06, 0.075), "Bark") for side, x in (("L", 0.13), ("R", -0.13))),
    ):  # fmt: skip
        part = solid(f"Walker {bone.split('.')[0]}", "box", size, place, of)
        part.parent, part.parent_type, part.parent_bone = body, "BONE", bone
        rest = data.bones[bone].matrix_local @ Matrix.Translation((0, data.bones[bone].length, 0))
        part.matrix_parent_inverse = rest.inverted()
    body.rotation_euler.z = -math.pi / 2.0  # it walks along +Y of its own, +X of the world
    far = STRIDE * PACE * SECONDS
    move(body, [(0.0, Vector((-6.5, 1.2, 0.03))), (SECONDS, Vector((-6.5 + far, 1.2, 0.03)))], smooth=False)


def footing(phase: float) -> Vector:
    """Where a foot is in its own bone's space at a phase of the cycle: it stands, then swings forwards in an arc."""
    reach = 0.5 * STRIDE * STANCE
    if phase < STANCE:
        return Vector((0.0, reach - STRIDE * phase, 0.0))
    share = (phase - STANCE) / (1.0 - STANCE)
    ease = share - math.sin(2.0 * math.pi * share) / (2.0 * math.pi) * 0.6
    return Vector((0.0, -reach + 2.0 * reach * ease, 0.14 * math.sin(math.pi * share)))


def light_and_camera() -> None:
    """A sun, a sky, and a camera that follows a path."""
    scene = bpy.context.scene
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.data.angle, sun.rotation_euler = 3.2, 0.0, [math.radians(angle) for angle in (50, 12, 35)]
    scene.collection.objects.link(sun)
    scene.world = bpy.data.worlds.new("Sky")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (0.36, 0.55, 0.85, 1.0)
    scene.world.cycles_visibility.diffuse = scene.world.cycles_visibility.glossy = False
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.lens = 24
    scene.collection.objects.link(camera)
    scene.camera = camera
    for seconds, x, turn in ((0.0, -4.0, 8.0), (SECONDS, 3.0, -6.0)):
        camera.location, camera.rotation_euler = (x, -8.5, 2.2), (math.radians(91), 0.0, math.radians(turn))
        camera.keyframe_insert("location", frame=1 + seconds * FPS)
        camera.keyframe_insert("rotation_euler", frame=1 + seconds * FPS)


def settings() -> None:
    """Frames, size and a renderer that needs no GPU."""
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = FPS, 1, FPS * SECONDS
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = *SIZE, 100
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples, scene.cycles.use_denoising = "CPU", 4, False
    scene.cycles.max_bounces, scene.cycles.use_light_tree = 0, False
    scene.frame_set(1)


def build() -> None:
    """Fill the open scene."""
    for obj in list(bpy.data.objects):
        bpy.data.objects.remove(obj)
    for part in (ground_and_houses, bell, tram, fountain, tree_with_birds, walker, light_and_camera, settings):
        part()


def main() -> None:
    """Write the .blend that is named on the command line."""
    path = Path(sys.argv[-1]).absolute()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    build()
    path.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)


if __name__ == "__main__":
    main()
