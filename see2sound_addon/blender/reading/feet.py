"""The feet of armatures: which bones they are, and the points of their meshes. For `listening`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from ...lexicon.lookup import split_words
from ..units import metres_per_unit

FOOT_WORDS = frozenset({
    "foot", "feet", "toe", "toes", "ball", "ankle", "paw", "hoof", "heel", "fuss",
})  # fmt: skip
CONTROLS = frozenset({
    "ik", "fk", "pole", "target", "ctrl", "control", "controller", "ctl", "roll", "mch", "org", "vis", "parent",
    "tweak", "spin", "rock", "pivot", "helper",
})  # fmt: skip
"""Words of bones that pose others, and carry no mesh."""
BODY_WORDS = frozenset({"hips", "hip", "pelvis", "body", "torso"})
LOWEST = 0.12
"""Of an armature's height: without words, bones that end below it are feet."""
MOST_FEET = 12
DIRECTIONS = 26
"""Directions in which the extreme points of a foot's mesh are kept."""


@dataclass
class FootPoints:
    """A foot to be followed. `bone`: its bone. `points`: for each carrier, a bone or an object on it, (k, 3) in its space.

    `root`: the bone that carries the body. `lowest`, `body`: of each frame, flat.
    """

    armature: bpy.types.Object
    bone: str
    height: float
    common: str
    root: str
    carried: list[tuple[str, bpy.types.Object | None, np.ndarray]]
    named: bool
    lowest: list[float] = field(default_factory=list)
    body: list[float] = field(default_factory=list)

    def sample(self, graph: bpy.types.Depsgraph, metres: float) -> None:
        """Note where it is at the present frame."""
        armature = self.armature.evaluated_get(graph)
        world = np.array(armature.matrix_world, float)
        best: np.ndarray | None = None
        for bone, obj, points in self.carried:
            if obj is None:
                pose = world @ np.array(armature.pose.bones[bone].matrix, float)
            else:
                pose = np.array(obj.evaluated_get(graph).matrix_world, float)
            placed = points @ pose[:3, :3].T + pose[:3, 3]
            low = placed[placed[:, 2].argmin()]
            if best is None or low[2] < best[2]:
                best = low
        assert best is not None
        self.lowest.extend((best * metres).tolist())
        place = world[:3, 3] if not self.root else (world @ np.array(armature.pose.bones[self.root].matrix, float))[:3, 3]
        self.body.extend((place * metres).tolist())


def feet_of(scene: bpy.types.Scene, objects: list[bpy.types.Object]) -> list[FootPoints]:
    """The feet of all armatures among the objects."""
    found = []
    for armature in objects:
        if armature.type != "ARMATURE" or armature.pose is None:
            continue
        groups = _groups(armature)
        if len(groups) > MOST_FEET:
            continue  # these are the links of a chain, not feet
        height = _height(armature) * metres_per_unit(scene)
        if height <= 0.0 or not np.isfinite(height):
            continue
        common = _common([group[0] for group in groups])
        root = _body_bone(armature)
        for group in groups:
            carried = _carried(armature, group, objects)
            if carried:
                named = _has_word(group[0], FOOT_WORDS)
                found.append(FootPoints(armature, group[0].name, height, common, root, carried, named))
    return found


def _has_word(bone: bpy.types.Bone, words: frozenset[str]) -> bool:
    """Whether the name of a bone has one of the words."""
    return not words.isdisjoint(split_words(bone.name))


def _groups(armature: bpy.types.Object) -> list[list[bpy.types.Bone]]:
    """The bones of each foot: those that are named so, joined with their descendants among these; else the lowest ends."""
    bones = [bone for bone in armature.data.bones if _has_word(bone, FOOT_WORDS)]
    plain = [bone for bone in bones if not _has_word(bone, CONTROLS)]
    deforming = [bone for bone in plain or bones if bone.use_deform]
    chosen = deforming or plain or bones or _lowest_ends(armature)
    groups: dict[str, list[bpy.types.Bone]] = {}
    for bone in chosen:  # parents come before children
        head = next((up.name for up in _upwards(bone.parent) if up.name in groups), bone.name)
        groups.setdefault(head, []).append(bone)
    return list(groups.values())


def _lowest_ends(armature: bpy.types.Object) -> list[bpy.types.Bone]:
    ends = [bone for bone in armature.data.bones if not bone.children and bone.use_deform]
    if len(ends) < 2:
        return []
    world = armature.matrix_world
    heights = {bone.name: (world @ bone.tail_local).z for bone in ends}
    low, high = min(heights.values()), max((world @ bone.tail_local).z for bone in armature.data.bones)
    return [bone for bone in ends if heights[bone.name] - low < LOWEST * (high - low)] if high > low else []


def _upwards(bone: bpy.types.Bone | None) -> Iterable[bpy.types.Bone]:
    while bone is not None:
        yield bone
        bone = bone.parent


def _common(bones: list[bpy.types.Bone]) -> str:
    """The nearest bone from which all these hang, or ""."""
    if not bones:
        return ""
    chains = [[up.name for up in _upwards(bone.parent)] for bone in bones]
    return next((name for name in chains[0] if all(name in chain for chain in chains)), "")


def _body_bone(armature: bpy.types.Object) -> str:
    """The bone of the hips, or the one with the most descendants below the root."""
    named = [bone.name for bone in armature.data.bones if _has_word(bone, BODY_WORDS)]
    if named:
        return named[0]
    roots = [bone for bone in armature.data.bones if bone.parent is None]
    return max(roots, key=lambda bone: len(bone.children_recursive)).name if roots else ""


def _height(armature: bpy.types.Object) -> float:
    """Of the armature at rest, with the meshes that it moves, Blender units."""
    world = armature.matrix_world
    heights = [(world @ end).z for bone in armature.data.bones for end in (bone.head_local, bone.tail_local)]
    return max(heights) - min(heights) if heights else 0.0


def _carried(
    armature: bpy.types.Object, group: list[bpy.types.Bone], objects: list[bpy.types.Object]
) -> list[tuple[str, bpy.types.Object | None, np.ndarray]]:
    """Points that a foot's bones carry: of objects that hang from them, of the skin around them, else their own ends."""
    names = {bone.name for bone in group}
    found: list[tuple[str, bpy.types.Object | None, np.ndarray]] = []
    for obj in objects:
        if obj.type != "MESH":
            continue
        if obj.parent == armature and obj.parent_type == "BONE" and obj.parent_bone in names:
            found.append((obj.parent_bone, obj, _extremes(_vertices(obj.data))))
        elif any(modifier.type == "ARMATURE" and modifier.object == armature for modifier in obj.modifiers):  # type: ignore[attr-defined]
            found += _skin(armature, group, obj)
    if found:
        return [one for one in found if len(one[2])]
    return [(bone.name, None, np.array([[0.0, 0.0, 0.0], [0.0, bone.length, 0.0]])) for bone in group]


def _vertices(mesh: Any) -> np.ndarray:
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    return points.reshape(-1, 3).astype(float)


def _skin(
    armature: bpy.types.Object, group: list[bpy.types.Bone], obj: bpy.types.Object
) -> list[tuple[str, bpy.types.Object | None, np.ndarray]]:
    """Points of a skinned mesh that follow a foot's bones for the most part, in the space of each bone."""
    numbers = {obj.vertex_groups[bone.name].index: bone for bone in group if bone.name in obj.vertex_groups}
    if not numbers:
        return []
    follows: dict[int, list[int]] = {number: [] for number in numbers}
    for vertex in obj.data.vertices:
        for weight in vertex.groups:
            if weight.group in numbers and weight.weight > 0.5:
                follows[weight.group].append(vertex.index)
    found: list[tuple[str, bpy.types.Object | None, np.ndarray]] = []
    into = armature.matrix_world.inverted_safe() @ obj.matrix_world
    points = _vertices(obj.data)
    for number, members in follows.items():
        if members:
            rest = np.array(numbers[number].matrix_local.inverted_safe() @ into, float)
            placed = points[members] @ rest[:3, :3].T + rest[:3, 3]
            found.append((numbers[number].name, None, _extremes(placed)))
    return found


def _extremes(points: np.ndarray) -> np.ndarray:
    """The points of (n, 3) that lie farthest in each of some directions: the lowest is near one of them, however it turns."""
    if len(points) <= DIRECTIONS:
        return points
    grid = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) != (0, 0, 0)], float)
    return points[np.unique((points @ grid.T).argmax(axis=0))]
