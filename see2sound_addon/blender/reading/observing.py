"""Observe a scene over its frames for `listening`: an inventory, tracks of what moves, feet, and rays to surfaces."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import bpy
import numpy as np
from scipy.spatial.transform import Rotation

from ...errors import See2SoundError
from ...listening.observed import Effect, Foot, Observed, SceneObject, Track
from ...progress import Progress, Slices, at_once, no_progress
from ..units import frame_rate, kept_frame, metres_per_unit, visit_frames
from . import inventory
from .feet import FootPoints, feet_of
from .surfaces import SceneSurfaces

READING = "Reading the scene"
MOST_POSES = 5_000_000
"""Of all objects that move, over all frames; 1 GB with their boxes."""
GLANCES = 9
"""Frames at which all objects are looked at, for those that move without an animation of their own."""
FAST = 0.35
"""Radians between two frames, from which an object is looked at within frames, too."""
WITHIN = 1.0 / 16.0
"""Of a frame."""
MOST_WITHIN = 16
"""Frames that are looked at within."""
FARTHEST = 1e6
"""Metres from the origin."""
SMALLEST = 1e-6
"""Scale below which an object has vanished."""


@dataclass
class Mover:
    """An object that may move, and its poses: 16 numbers a frame."""

    obj: bpy.types.Object
    poses: array[float] = field(default_factory=lambda: array("d"))
    shown: list[bool] = field(default_factory=list)

    def sample(self, graph: bpy.types.Depsgraph) -> None:
        """Note its pose at the present frame."""
        evaluated = self.obj.evaluated_get(graph)
        for row in evaluated.matrix_world:
            self.poses.extend(row)
        self.shown.append(not evaluated.hide_render)

    def matrices(self) -> np.ndarray:
        """(n, 4, 4) Blender units."""
        return np.array(self.poses).reshape(-1, 4, 4)


def observe(
    context: bpy.types.Context, scene: bpy.types.Scene, progress: Progress = no_progress
) -> tuple[Observed, SceneSurfaces]:
    """The scene as plain data, and its surfaces. Errors: those of `observe_in_slices`."""
    return at_once(observe_in_slices(context, scene, 1.0), READING, progress)


def observe_in_slices(
    context: bpy.types.Context, scene: bpy.types.Scene, seconds: float
) -> Slices[tuple[Observed, SceneSurfaces]]:
    """The scene as plain data, and its surfaces, in slices of about `seconds`; yields frames read, and of how many.

    Between slices the scene is at its original frame; it must not change. Errors: `scene-large`, `scene-empty`.
    """
    objects = inventory.seen_objects(context, scene)
    if not objects:
        raise See2SoundError(
            "scene-empty", "The scene has no objects that are rendered.", "Add some, or show their collections."
        )
    frames = range(scene.frame_start, scene.frame_end + 1)
    yield 0, len(frames)
    movers = yield from movers_of(context, scene, objects, frames, seconds)
    if len(movers) * len(frames) > MOST_POSES:
        raise See2SoundError(
            "scene-large",
            f"{len(movers)} moving objects over {len(frames)} frames are more than can be read.",
            "Shorten the frame range of the scene, or hide collections from renders.",
        )
    feet, winds = feet_of(scene, objects), [obj for obj in objects if obj.field is not None and obj.field.type == "WIND"]
    strengths: dict[str, list[float]] = {obj.name: [] for obj in winds}
    metres = metres_per_unit(scene)

    def sample(frame: int) -> None:
        graph = context.evaluated_depsgraph_get()
        for mover in movers:
            mover.sample(graph)
        for foot in feet:
            foot.sample(graph, metres)
        for obj in winds:
            strengths[obj.name].append(float(obj.evaluated_get(graph).field.strength))

    for done in visit_frames(scene, frames, seconds, sample):
        yield done, len(frames)
    turns = yield from _within_frames(context, scene, movers, frames, seconds)
    return _observed(context, scene, objects, movers, feet, strengths, turns)


def movers_of(
    context: bpy.types.Context, scene: bpy.types.Scene, objects: list[bpy.types.Object], frames: range, seconds: float
) -> Slices[list[Mover]]:
    """What may move: animated, driven, tied, simulated, or hanging from such an object; and what was seen to move."""
    moving: dict[str, bool] = {}

    def may_move(obj: bpy.types.Object) -> bool:
        if obj.name_full not in moving:
            moving[obj.name_full] = False  # a ring of parents ends here
            data = obj.animation_data
            animated = data is not None and (data.action is not None or len(data.nla_tracks) > 0 or len(data.drivers) > 0)
            simulated = obj.rigid_body is not None and obj.rigid_body.type == "ACTIVE"
            hangs = obj.parent is not None and may_move(obj.parent)
            moving[obj.name_full] = animated or simulated or hangs or len(obj.constraints) > 0
        return moving[obj.name_full]

    chosen = {obj.name_full for obj in objects if may_move(obj)}
    seen: list[np.ndarray] = []
    glances = np.unique(np.linspace(frames.start, frames.stop - 1, GLANCES).astype(int))
    for frame in glances if len(frames) > 1 else ():
        with kept_frame(scene):
            scene.frame_set(int(frame))
            graph = context.evaluated_depsgraph_get()
            seen.append(np.array([obj.evaluated_get(graph).matrix_world.translation for obj in objects], float))
        yield 0, len(frames)
    if seen:
        off = np.nan_to_num(np.ptp(np.array(seen), axis=0)).max(axis=1)
        chosen |= {obj.name_full for obj, away in zip(objects, off, strict=True) if away > 1e-5}
    return [Mover(obj) for obj in objects if obj.name_full in chosen]


def _within_frames(
    context: bpy.types.Context, scene: bpy.types.Scene, movers: list[Mover], frames: range, seconds: float
) -> Slices[dict[str, np.ndarray]]:
    """Angular speeds of what turns fast, (k, 2) of seconds and radians a second, by name: measured within frames."""
    fast = [mover for mover in movers if _turns_fast(mover)]
    found: dict[str, list[tuple[float, float]]] = {mover.obj.name: [] for mover in fast}
    if not fast:
        return {}
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(MOST_WITHIN, len(frames))).astype(int))
    for number in chosen:
        with kept_frame(scene):
            scene.frame_set(frames[number], subframe=WITHIN)
            graph = context.evaluated_depsgraph_get()
            for mover in fast:
                start = _axes(mover.matrices()[number][None])[0]
                after = _axes(np.array(mover.obj.evaluated_get(graph).matrix_world, float)[None])[0]
                angle = np.linalg.norm(Rotation.from_matrix(after @ start.T).as_rotvec())
                time = (number + 0.5 * WITHIN) / frame_rate(scene)
                found[mover.obj.name].append((time, float(angle) * frame_rate(scene) / WITHIN))
        yield len(frames), len(frames)
    return {name: np.array(rows) for name, rows in found.items()}


def _turns_fast(mover: Mover) -> bool:
    axes = _axes(mover.matrices())
    if len(axes) < 2:
        return False
    relative = axes[1:] @ np.transpose(axes[:-1], (0, 2, 1))
    cosine = 0.5 * (np.trace(relative, axis1=1, axis2=2) - 1.0)
    return bool((np.arccos(np.clip(cosine, -1.0, 1.0)) > FAST).mean() > 0.1)


def _axes(poses: np.ndarray) -> np.ndarray:
    """(n, 3, 3) rotations of poses (n, 4, 4) without their scale; the identity where that is zero."""
    axes = poses[:, :3, :3] / np.maximum(np.linalg.norm(poses[:, :3, :3], axis=1, keepdims=True), 1e-12)
    axes[np.linalg.det(axes) < 0.0, :, 0] *= -1.0  # a mirrored object
    axes[~(np.linalg.det(axes) > 0.5)] = np.eye(3)
    return axes


def _observed(
    context: bpy.types.Context,
    scene: bpy.types.Scene,
    objects: list[bpy.types.Object],
    movers: list[Mover],
    feet: list[FootPoints],
    strengths: dict[str, list[float]],
    turns: dict[str, np.ndarray],
) -> tuple[Observed, SceneSurfaces]:
    metres, graph = metres_per_unit(scene), context.evaluated_depsgraph_get()
    sampled = {mover.obj.name: mover for mover in movers}
    found, poses, notes = [], {}, []
    for obj in objects:
        evaluated = obj.evaluated_get(graph)
        centre, local = inventory.bounds(evaluated)
        mover = sampled.get(obj.name)
        own = np.array(evaluated.matrix_world, float)[None] if mover is None else mover.matrices()
        shown = np.ones(1, bool) if mover is None else np.array(mover.shown)
        if not np.isfinite(own).all():
            notes.append(f"{obj.name!r} has a transform that is infinite or not a number; it is left out.")
            continue
        if np.abs(own[:, :3, 3]).max() * metres > FARTHEST:
            notes.append(f"{obj.name!r} is farther than {FARTHEST / 1000.0:g} km from the origin; it is left out.")
            continue
        size = inventory.size_in_world(local, own, metres)
        own, shown = _as_few(own, shown)
        if len(own) > 1:
            poses[obj.name] = own
        moves, wide = len(own) > 1, float(local.max())
        far = inventory.reach(evaluated, centre) * float(size.max()) / wide if moves and wide > 0.0 else 0.0
        track = _track(own, centre, shown, metres, turns.get(obj.name))
        found.append(
            SceneObject(
                obj.name, obj.type, inventory.names_of(obj), track, size, obj.parent.name if obj.parent is not None else "",
                inventory.face_count(evaluated), obj.rigid_body.type.lower() if obj.rigid_body is not None else "", far,
            )
        )  # fmt: skip
    crowds, more = inventory.crowds_of(scene, graph)
    kept = {obj.name for obj in found} | {""}
    effects = [_with_strength(one, strengths) for one in inventory.effects_of(scene, objects, graph) if one.owner in kept]
    own_feet = [one for one in map(_foot, feet) if one.owner in kept and np.isfinite(one.lowest).all()]
    gravity = np.array(scene.gravity, float) * metres if scene.use_gravity else np.zeros(3)
    observed = Observed(
        frame_rate(scene), scene.frame_end - scene.frame_start + 1, found, own_feet, effects, crowds,
        inventory.markers_of(scene), gravity, notes + more,
    )  # fmt: skip
    return observed, SceneSurfaces(scene, graph, objects, poses)


def _as_few(poses: np.ndarray, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One pose, where all are the same."""
    scale = np.abs(poses).max(axis=(1, 2), keepdims=True)
    still = np.ptp(poses, axis=0).max() < 1e-6 * max(1.0, float(scale.max())) and bool(shown.all() or not shown.any())
    return (poses[:1], shown[:1]) if still else (poses, shown)


def _track(poses: np.ndarray, centre: np.ndarray, shown: np.ndarray, metres: float, turns: np.ndarray | None) -> Track:
    positions = (poses[:, :3, :3] @ centre + poses[:, :3, 3]) * metres
    x, y, z, w = Rotation.from_matrix(_axes(poses)).as_quat().T
    size = np.linalg.norm(poses[:, :3, :3], axis=1).max(axis=1)
    visible = shown & (size > SMALLEST)
    return Track(positions, np.stack([w, x, y, z], axis=1), visible, np.zeros((0, 2)) if turns is None else turns)


def _foot(foot: FootPoints) -> Foot:
    lowest, body = np.array(foot.lowest).reshape(-1, 3), np.array(foot.body).reshape(-1, 3)
    return Foot(foot.armature.name, foot.bone, lowest, body, foot.height, foot.common, foot.named)


def _with_strength(effect: Effect, strengths: dict[str, list[float]]) -> Effect:
    if effect.kind != "wind" or effect.owner not in strengths:
        return effect
    return Effect(
        effect.kind, effect.owner, effect.names, effect.position, effect.size, {"strength": np.array(strengths[effect.owner])}
    )
