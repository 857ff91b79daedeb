"""Directions against the truth: films that Blender renders of scenes with known emitters, seen by the product as any video.

Run by `python3 dev.py bench truth`. Emitters are photographs of ../shared/pictures, cut out by their marked boxes, which a
detector may name, and a low-poly car of ../shared/scenes, which none names and which moves. Errors are means over scenes with
95 % confidence intervals by the bootstrap. The energy map is that of first-order ambisonics on a grid of 2 degrees, over the
whole film, by beams of maximum directivity; its correlation with the true one and its AUC (the true map's loudest tenth as the
target) are the measures of ViSAGe (arXiv 2506.12199).
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SHARED = ROOT.parent / "shared"
FRAMES, RATE, SIZE, FIELD = 24, 12, (480, 270), math.radians(50)
FOUND = 8.0
"""Degrees: an emitter is found if a source stays this close to it, in the median over the film."""
PHOTOGRAPHS = (
    ("two_dogs.jpg", (0.41, 0.32, 0.76, 0.80), "dog", 0.6),
    ("steam_train.png", (0.37, 0.36, 0.85, 0.78), "train", 4.1),
    ("times_square.png", (0.67, 0.79, 0.80, 0.90), "car", 1.5),
)  # fmt: skip
LOUDSPEAKERS = {"FL": 30.0, "C": 0.0, "BL": 110.0, "BR": -110.0}
"""Azimuths of those of the original's channels that are not silent: its front-right microphone lies outside its room."""
MICROPHONES = {"FL": (0, 0, 100), "C": (10, 0, 0), "BL": (-100, 0, 0), "BR": (0, 100, 0)}
"""Where the original puts them, from the middle of a room of one metre a pixel (see2sound/inference.py)."""


@dataclass
class Emitter:
    """`directions`: (n, 3) in the camera's frame, x front, y left, z up, over the frames. `metres`: (n,)."""

    label: str
    directions: object
    metres: object


def run(count: int = 12) -> None:
    """Print the tables."""
    if not (SHARED / "pictures").is_dir():
        print("Truth: needs ../shared, which is not here")
        return
    os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="see2sound_truth_"))
    rows: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(count):
            place = Path(folder) / f"scene_{seed:02d}"
            place.mkdir()
            emitters, scene_errors = _film(seed, place)
            for name, row in _compare(seed, place, emitters, scene_errors).items():
                rows.setdefault(name, []).append(row)
            print(f"  scene {seed}: {', '.join(one.label for one in emitters)}", file=sys.stderr, flush=True)
    _print(rows, count)


# Rendering ------------------------------------------------------------------------------------------------------------------


def _film(seed: int, folder: Path) -> tuple[list[Emitter], list[float]]:
    """Build a scene, render its frames into a folder; the emitters, and errors in degrees of Speakers that follow them."""
    import bpy
    import numpy as np

    from see2sound_addon.blender import session
    from see2sound_addon.streams import muffled

    random = np.random.default_rng(seed)
    scene = session.new_scene(FRAMES / RATE, RATE)
    session.make_ready()
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 12, False
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.view_settings.view_transform = "Standard"
    scene.frame_end = FRAMES
    _surroundings(scene, random)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.data.angle, camera.location = FIELD, (0, 0, 1.6)
    pan = math.radians(float(random.uniform(8, 16))) * (seed % 2) * float(random.choice([-1, 1]))
    for frame, turn in ((1, -pan / 2), (FRAMES, pan / 2)):
        camera.rotation_euler = (math.pi / 2, 0, turn)
        camera.keyframe_insert("rotation_euler", frame=frame)
    _straight(camera)
    objects = _emitters(scene, random, seed)
    scene.render.filepath = str(folder / "f_####")
    scene.render.image_settings.file_format = "PNG"
    with muffled():
        bpy.ops.render.render(animation=True)
    return _truth(scene, camera, objects), _speaker_errors(scene, camera, objects, folder)


def _material(name: str, colour: tuple[float, float, float], noise: float = 0.0):
    import bpy

    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    surface = tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (*colour, 1)
    surface.inputs["Roughness"].default_value = 0.9
    if noise:
        texture, ramp = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeValToRGB")
        texture.inputs["Scale"].default_value = noise
        ramp.color_ramp.elements[0].color = (*(0.5 * one for one in colour), 1)
        ramp.color_ramp.elements[1].color = (*(min(1.0, 1.5 * one) for one in colour), 1)
        tree.links.new(texture.outputs[0], ramp.inputs[0])
        tree.links.new(ramp.outputs[0], surface.inputs["Base Color"])
    return material


def _surroundings(scene, random) -> None:
    """Ground, sky, a sun, houses and trees."""
    import bpy

    world = bpy.data.worlds.new("Sky")
    scene.world = world
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.35, 0.55, 0.9, 1)
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 3.0, (0.6, 0.2, float(random.uniform(0, 6)))
    scene.collection.objects.link(sun)
    bpy.ops.mesh.primitive_plane_add(size=400)
    bpy.context.object.data.materials.append(_material("Ground", (0.25, 0.24, 0.2), 120.0))
    for _ in range(7):
        width, height = random.uniform(5, 12), random.uniform(4, 14)
        x, y = random.uniform(-45, 45), random.uniform(40, 80)
        bpy.ops.mesh.primitive_cube_add(size=1, location=(x, y, height / 2), scale=(width, width, height))
        colour = tuple(float(v) for v in random.uniform(0.2, 0.7, 3))
        bpy.context.object.data.materials.append(_material("House", colour, 3.0))
    for _ in range(6):
        size = random.uniform(1.5, 3.5)
        x, y = random.uniform(-30, 30), random.uniform(30, 60)
        bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=3, radius=size, location=(x, y, 1.2 * size))
        bpy.context.object.data.materials.append(_material("Tree", (0.08, 0.22, 0.06), 9.0))


def _emitters(scene, random, seed: int):
    """One to four of them, at places that the camera sees from beginning to end; half of them move."""
    import numpy as np

    count = 1 + seed % 4
    azimuths = np.radians(np.linspace(-17, 17, count) if count > 1 else [random.uniform(-10, 10)]) + random.normal(
        0, 0.02, count
    )
    chosen = random.permutation(len(PHOTOGRAPHS))
    made = []
    for number, azimuth in enumerate(azimuths):
        vehicle = number == 0 and seed % 3 == 0
        height = 1.6 if vehicle else PHOTOGRAPHS[chosen[number % len(chosen)]][3]
        metres = min(30.0, height * float(random.uniform(5.0, 7.5)))
        x, y = -metres * math.sin(azimuth), metres * math.cos(azimuth)
        obj = _car() if vehicle else _photograph(*PHOTOGRAPHS[chosen[number % len(chosen)]])
        moves = vehicle or number % 2 == 1
        way = float(random.choice([-1, 1])) * metres * 0.3 * moves
        for frame, part in ((1, -0.5), (FRAMES, 0.5)):
            obj.location = (x + part * way, y, 0.0)
            obj.keyframe_insert("location", frame=frame)
        _straight(obj)
        made.append((obj, "car, unnamed" if vehicle else PHOTOGRAPHS[chosen[number % len(chosen)]][2], height))
    return made


def _straight(obj) -> None:
    from see2sound_addon.blender.animation import fcurves

    for curve in fcurves(obj):
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"


def _car():
    import bpy

    before = set(bpy.data.objects)
    bpy.ops.import_scene.gltf(filepath=str(SHARED / "scenes" / "vehicles.glb"))
    new = [obj for obj in bpy.data.objects if obj not in before]
    car = next(obj for obj in new if obj.type == "MESH" and "minivan" in obj.name.lower())
    pose = car.matrix_world.copy()
    for obj in new:
        if obj != car:
            bpy.data.objects.remove(obj)
    car.parent = None
    car.matrix_world = pose
    holder = bpy.data.objects.new("Car", None)
    bpy.context.scene.collection.objects.link(holder)
    bpy.context.view_layer.update()
    corners = [car.matrix_world @ type(car.location)(corner) for corner in car.bound_box]
    low = [min(corner[axis] for corner in corners) for axis in range(3)]
    high = [max(corner[axis] for corner in corners) for axis in range(3)]
    scale = 1.6 / (high[2] - low[2])
    middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2])
    car.location = [scale * (car.location[axis] - middle[axis]) for axis in range(3)]
    car.scale = [scale * one for one in car.scale]
    car.parent = holder
    if high[1] - low[1] > high[0] - low[0]:
        holder.rotation_euler = (0, 0, math.pi / 2)
    return holder


def _photograph(name: str, box: tuple[float, float, float, float], label: str, height: float):
    """A plane that faces the camera, with what a box of a picture shows, cut out along its outline."""
    import bpy
    import cv2
    import numpy as np

    from see2sound_addon.vision.fusion import outline_in

    pixels = cv2.imread(str(SHARED / "pictures" / name))
    scale = 900 / max(pixels.shape[:2])
    pixels = cv2.resize(pixels, None, fx=scale, fy=scale)
    mask = outline_in(np.ascontiguousarray(pixels[..., ::-1]), box)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    rgba = np.dstack([pixels[part][..., ::-1], mask[part] * 255]).astype(np.float32) / 255
    image = bpy.data.images.new(label, rgba.shape[1], rgba.shape[0], alpha=True)
    image.pixels.foreach_set(np.ascontiguousarray(rgba[::-1]).ravel())
    image.pack()
    material = bpy.data.materials.new(label)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    texture, light = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeEmission")
    clear, mixed, out = (
        tree.nodes.new(f"Shader{kind}") for kind in ("NodeBsdfTransparent", "NodeMixShader", "NodeOutputMaterial")
    )
    texture.image = image
    tree.links.new(texture.outputs["Color"], light.inputs["Color"])
    tree.links.new(texture.outputs["Alpha"], mixed.inputs[0])
    tree.links.new(clear.outputs[0], mixed.inputs[1])
    tree.links.new(light.outputs[0], mixed.inputs[2])
    tree.links.new(mixed.outputs[0], out.inputs[0])
    wide = height * rgba.shape[1] / rgba.shape[0]
    mesh = bpy.data.meshes.new(label)
    mesh.from_pydata([(-wide / 2, 0, 0), (wide / 2, 0, 0), (wide / 2, 0, height), (-wide / 2, 0, height)], [], [(0, 1, 2, 3)])
    coordinates = mesh.uv_layers.new()
    for loop, uv in zip(coordinates.data, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
        loop.uv = uv
    mesh.materials.append(material)
    obj = bpy.data.objects.new(label, mesh)
    bpy.context.scene.collection.objects.link(obj)
    return obj


def _truth(scene, camera, objects) -> list[Emitter]:
    import numpy as np

    rows = [[] for _ in objects]
    for frame in range(1, FRAMES + 1):
        scene.frame_set(frame)
        into = np.array(camera.matrix_world.inverted())
        for row, (obj, _, height) in zip(rows, objects, strict=True):
            x, y, z, _ = into @ [*obj.matrix_world.translation[:2], height / 2, 1.0]
            row.append([-z, -x, y])
    return [
        Emitter(label, np.array(row) / np.linalg.norm(row, axis=1, keepdims=True), np.linalg.norm(row, axis=1))
        for row, (_, label, _) in zip(rows, objects, strict=True)
    ]


def _speaker_errors(scene, camera, objects, folder: Path) -> list[float]:
    """Degrees between the directions of Speakers on the emitters, as the plan of the scene has them, and the truth."""
    import bpy
    import numpy as np
    import soundfile
    from scipy.spatial.transform import Rotation

    from see2sound_addon.blender.reading import sampling
    from see2sound_addon.blender.writing import speakers

    clip = folder / "noise.wav"
    soundfile.write(clip, 0.1 * np.random.default_rng(0).normal(size=48000), 48000)
    for obj, label, height in objects:
        one = speakers.add_source(bpy.context, scene, label, None)
        one.see2sound.source_id = obj.name
        speakers.attach_clip(one, clip, 1.0, scene)
        one.parent, one.location = obj, obj.matrix_world.to_3x3().inverted() @ type(obj.location)((0, 0, height / 2))
    plan, _ = sampling.sample_scene(bpy.context, scene, folder)
    truth = _truth(scene, camera, objects)
    turns = Rotation.from_quat(np.atleast_2d(plan.listener.rotations)[:, [1, 2, 3, 0]]).as_matrix()
    errors = []
    known = {obj.name: one for (obj, _, _), one in zip(objects, truth, strict=True)}
    for source in plan.sources:
        true = known[source.id]
        for frame in range(FRAMES):
            position = source.path.positions[min(frame, len(source.path.positions) - 1)]
            local = turns[min(frame, len(turns) - 1)].T @ (position - plan.listener.positions[0])
            errors.append(_angle(local, true.directions[frame]))
    return errors


# Comparing ------------------------------------------------------------------------------------------------------------------


def _angle(one, other) -> float:
    import numpy as np

    return math.degrees(math.acos(float(np.clip(np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other), -1, 1))))


def _compare(seed: int, folder: Path, emitters: list[Emitter], scene_errors: list[float]) -> dict[str, dict[str, float]]:
    """The measures of each way to get directions."""
    import numpy as np

    ours, metres = _from_picture(folder)
    random = np.random.default_rng(1000 + seed)
    found = _matched(emitters, ours)
    rows: dict[str, dict[str, float]] = {}
    pairs = [(one, ours[number], metres[number]) for one, number in found if number is not None]
    azimuths = [
        abs(_turn(a) - _turn(b))
        for one, way, _ in pairs
        for a, b in zip(one.directions, way, strict=True)
        if np.isfinite(b).all()
    ]
    elevations = [
        abs(_rise(a) - _rise(b))
        for one, way, _ in pairs
        for a, b in zip(one.directions, way, strict=True)
        if np.isfinite(b).all()
    ]
    ratios = [abs(math.log(np.nanmedian(far) / np.median(one.metres))) for one, _, far in pairs]
    rows["ours, from the picture"] = {
        "azimuth": float(np.median(azimuths)) if azimuths else math.nan,
        "elevation": float(np.median(elevations)) if elevations else math.nan,
        "distance": math.exp(float(np.mean(ratios))) if ratios else math.nan,
        "found": len(pairs) / len(emitters),
        "switches": _switches(emitters, ours),
        **_map_measures(emitters, [way for way in ours if len(way)]),
    }
    rows["ours, from the scene"] = {"azimuth": float(np.median(scene_errors)), "worst": max(scene_errors)}
    arbitrary = random.normal(size=(len(emitters), 3))
    spread = [np.tile(way / np.linalg.norm(way), (FRAMES, 1)) for way in arbitrary]
    rows["random directions"] = {"angle": _solo(emitters, spread), **_map_measures(emitters, spread)}
    rows["mono"] = _map_measures(emitters, None)
    original = [_original(one) for one in emitters]
    vectors = [np.tile(_vector(gains), (FRAMES, 1)) for gains in original]
    rows["the original's geometry"] = {"angle": _solo(emitters, vectors), **_map_measures(emitters, None, original)}
    rows["ours, from the picture"]["angle"] = (
        _solo([one for one, _, _ in pairs], [way for _, way, _ in pairs]) if pairs else math.nan
    )
    return rows


def _turn(way) -> float:
    return math.degrees(math.atan2(way[1], way[0]))


def _rise(way) -> float:
    return math.degrees(math.asin(max(-1.0, min(1.0, way[2]))))


def _from_picture(folder: Path):
    """Directions (n, 3) in the camera's frame and distances (n,) of all sources that the product finds in the film."""
    import numpy as np
    from scipy.spatial.transform import Rotation

    from see2sound_addon import pipeline
    from see2sound_addon.backends import Backends, with_network
    from see2sound_addon.findings import FootageSettings, Settings

    eye = SHARED / "weights" / "nanodet_m.onnx"
    backends = with_network(Backends(), eye) if eye.is_file() else Backends()
    settings = Settings(8, FIELD, footage=FootageSettings(rate=RATE))
    found = pipeline.reconstruct(folder / "f_####.png", settings=settings, backends=backends)
    camera, ways, metres = found.footage.path, [], []
    turns = Rotation.from_quat(camera.rotations[:, [1, 2, 3, 0]]).as_matrix()
    for source in found.sources:
        if source.extent != "point":
            continue
        path, far = np.full((FRAMES, 3), np.nan), np.full(FRAMES, np.nan)
        for frame in range(FRAMES):
            time = frame / RATE
            still = len(source.path.times) == 1
            if not still and not source.path.times[0] - 0.01 <= time <= source.path.times[-1] + 0.01:
                continue
            here = (
                source.path.positions[0]
                if still
                else [np.interp(time, source.path.times, axis) for axis in source.path.positions.T]
            )
            way = turns[min(frame, len(turns) - 1)].T @ (np.array(here) - camera.positions[0])
            far[frame] = np.linalg.norm(way)
            path[frame] = np.array([-way[2], -way[0], way[1]]) / far[frame]
        ways.append(path)
        metres.append(far)
    return ways, metres


def _apart(true, way) -> float:
    """The median angle while a source is there, in degrees; it must be there for half of the film."""
    import numpy as np

    there = np.isfinite(way).all(axis=1)
    if there.mean() < 0.5:
        return 180.0
    return float(np.median([_angle(a, b) for a, b in zip(true[there], way[there], strict=True)]))


def _matched(emitters: list[Emitter], ours) -> list[tuple[Emitter, int | None]]:
    """The source of each emitter, by the assignment with the smallest angles."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    if not ours:
        return [(one, None) for one in emitters]
    costs = np.array([[_apart(one.directions, way) for way in ours] for one in emitters])
    rows, columns = linear_sum_assignment(costs)
    pairs = {row: column for row, column in zip(rows, columns, strict=True) if costs[row, column] < FOUND}
    return [(one, pairs.get(number)) for number, one in enumerate(emitters)]


def _switches(emitters: list[Emitter], ours) -> float:
    """How often another source is the nearest one to an emitter, among those close to it, from frame to frame."""
    import numpy as np

    count = 0
    for one in emitters:
        last = None
        for frame in range(FRAMES):
            near = [
                (_angle(one.directions[frame], way[frame]), n) for n, way in enumerate(ours) if np.isfinite(way[frame]).all()
            ]
            best = min(near, default=(180.0, None))
            if best[0] < FOUND / 2:
                count += last is not None and best[1] != last
                last = best[1]
    return float(count)


def _original(one: Emitter) -> dict[str, float]:
    """Amplitudes of the original's channels: in a room of one metre a pixel, the source is at its pixel and its depth."""
    import numpy as np

    width, height = SIZE
    middle = one.directions[FRAMES // 2]
    focal = 0.5 * width / math.tan(FIELD / 2)
    x = width / 2 - focal * middle[1] / middle[0]
    y = height / 2 - focal * middle[2] / middle[0]
    depth = min(1.0, float(one.metres[FRAMES // 2]) / 80.0) * 0.5 * width
    listener = np.array([width / 2, height / 2, 0.0])
    return {name: 1.0 / max(1.0, float(np.linalg.norm(listener + at - [x, y, depth]))) for name, at in MICROPHONES.items()}


def _vector(gains: dict[str, float]):
    """The direction of the energy vector (Gerzon) of loudspeakers."""
    import numpy as np

    angles = np.radians([LOUDSPEAKERS[name] for name in gains])
    energy = np.square(list(gains.values()))
    vector = (energy[:, None] * np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)).sum(axis=0)
    return vector / np.linalg.norm(vector)


def _solo(emitters: list[Emitter], ways) -> float:
    """The mean angle between single sources and the truth, degrees."""
    import numpy as np

    errors = [
        _angle(a, b)
        for one, way in zip(emitters, ways, strict=True)
        for a, b in zip(one.directions, way, strict=True)
        if np.isfinite(b).all()
    ]
    return float(np.mean(errors)) if errors else math.nan


def _map_measures(emitters: list[Emitter], ways, loudspeakers=None) -> dict[str, float]:
    """Correlation and AUC of the energy map with the true one. `ways`: None for a mono mix, or for `loudspeakers`."""
    import numpy as np

    grid = _grid()
    true = sum(_beam(grid, way) for one in emitters for way in one.directions)
    if loudspeakers is not None:
        angles = {name: np.radians(azimuth) for name, azimuth in LOUDSPEAKERS.items()}
        parts = [
            (np.array([math.cos(angles[n]), math.sin(angles[n]), 0.0]), g) for gains in loudspeakers for n, g in gains.items()
        ]
        made = sum(gain**2 * _beam(grid, way) for way, gain in parts)
    elif ways is None:
        made = np.ones(len(grid))
    else:
        made = sum((_beam(grid, way) for path in ways for way in path if np.isfinite(way).all()), np.zeros(len(grid)))
    if np.ptp(made) < 1e-9:
        return {"cc": 0.0, "auc": 0.5}
    target = true >= np.quantile(true, 0.9)
    order = made.argsort().argsort().astype(float)
    positive, negative = target.sum(), (~target).sum()
    auc = (order[target].sum() - positive * (positive - 1) / 2) / (positive * negative)
    return {"cc": float(np.corrcoef(true, made)[0, 1]), "auc": float(auc)}


def _grid():
    import numpy as np

    azimuth, elevation = np.meshgrid(np.radians(np.arange(0, 360, 2)), np.radians(np.arange(-88, 90, 2)))
    level = np.cos(elevation)
    return np.stack([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)], axis=-1).reshape(-1, 3)


def _beam(grid, way):
    """Energy of a first-order beam of maximum directivity in all directions of the grid, for a source in one."""
    return ((1.0 + 3.0 * (grid @ way)) / 4.0) ** 2


def _print(rows: dict[str, list[dict[str, float]]], count: int) -> None:
    import numpy as np

    print(f"Truth: {count} rendered films of {FRAMES} frames, half of them with a camera that turns")
    print("  mean over scenes, and its 95 % interval")
    random = np.random.default_rng(0)
    for name, scenes in rows.items():
        print(f"  {name}")
        for key in dict.fromkeys(key for scene in scenes for key in scene):
            values = np.array([scene[key] for scene in scenes if key in scene and np.isfinite(scene[key])])
            if not len(values):
                continue
            means = random.choice(values, (2000, len(values))).mean(axis=1)
            print(f"    {key:10} {values.mean():8.3f}  ({np.quantile(means, 0.025):.3f} to {np.quantile(means, 0.975):.3f})")


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
