"""Sources as Speaker objects: made, found again, updated, given their sounds."""

from __future__ import annotations

import os
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

from ..camera import Camera
from ..pipeline import Reconstruction, distance_for_label
from ..placed import Estimate, PlacedSource
from ..placement.position import area_radius, place
from .sources import remove, sound_strips, sources
from .units import metres_per_unit

COLLECTION = "See2Sound"
MOVED = 1e-4
"""Blender units: a Speaker farther than this from where it was put was moved by hand."""


def apply(context: bpy.types.Context, scene: bpy.types.Scene, found: Reconstruction, picture: str) -> list[bpy.types.Object]:
    """Make or update a Speaker for each source; what an artist has edited or moved by hand stays as it is.

    Speakers of the same picture that nobody has touched and that were not found again are removed.
    """
    before = [thing for thing in sources(scene) if _same_file(thing.see2sound.picture, picture)]
    made = []
    for source in found.sources:
        thing = max(before, key=lambda old: _overlap(old.see2sound.box, source.box), default=None)
        if thing is not None and _overlap(thing.see2sound.box, source.box) > 0.5:
            before.remove(thing)
        else:
            thing = _new_speaker(context, scene, source, {other.see2sound.source_id for other in sources(scene)})
        _describe(thing, source, found.camera, picture, scene)
        made.append(thing)
    for thing in before:
        if not _touched(thing):
            remove(thing)
    return made


def _new_speaker(context: bpy.types.Context, scene: bpy.types.Scene, source: PlacedSource, taken: set[str]) -> bpy.types.Object:
    # The operator is the only way to the NLA sound strip without which Blender plays nothing.
    if context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.object.speaker_add()
    thing = context.view_layer.objects.active
    name = source.id
    while name in taken:
        stem, _, number = name.rpartition("_")
        name = f"{stem}_{int(number) + 1}"
    thing.see2sound.source_id = name
    home = _collection(scene)
    for collection in list(thing.users_collection):
        collection.objects.unlink(thing)
    home.objects.link(thing)
    return thing


def _collection(scene: bpy.types.Scene) -> bpy.types.Collection:
    for child in scene.collection.children:
        if child.name.split(".")[0] == COLLECTION and child.library is None:
            return child
    home = bpy.data.collections.new(COLLECTION)
    scene.collection.children.link(home)
    return home


def _describe(thing: bpy.types.Object, source: PlacedSource, camera: Camera, picture: str, scene: bpy.types.Scene) -> None:
    facts = thing.see2sound
    new = not facts.picture
    edited_label = not new and facts.label != facts.guessed_label
    edited_prompt = not new and facts.prompt != facts.guessed_prompt
    moved = not new and _moved(thing)
    facts.picture = picture
    facts.score, facts.box, facts.centre = source.score, source.box, source.centre
    facts.lens = (camera.focal, camera.aspect, *camera.centre)
    facts.camera_pose = camera.pose.tolist()
    facts.picture_distance, facts.picture_doubt = source.from_picture.metres, source.from_picture.sigma
    if new:
        facts.extent = source.extent
    if not edited_label:
        if not edited_prompt:
            facts.prompt = facts.guessed_prompt = source.prompt
        facts.guessed_label = source.label
        facts.label = source.label
    if not moved:
        _put(thing, scene)
    thing.name = thing.data.name = f"{facts.label} ({facts.source_id})"


def _put(thing: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Place a Speaker by its label and what is kept of its picture."""
    facts = thing.see2sound
    camera = _kept_camera(thing)
    estimate = Estimate(facts.picture_distance, facts.picture_doubt)
    distance = distance_for_label(estimate, facts.label, tuple(facts.box), camera)
    thing.location = Vector(place(camera, tuple(facts.centre), distance.metres)) / metres_per_unit(scene)
    facts.placed = thing.location
    facts.radius = area_radius(camera, tuple(facts.box), distance.metres) if facts.extent == "area" else 0.0


def _kept_camera(thing: bpy.types.Object) -> Camera:
    focal, aspect, x, y = thing.see2sound.lens
    return Camera(focal, aspect, (x, y), np.array([list(row) for row in thing.see2sound.camera_pose]))


def label_changed(thing: bpy.types.Object) -> None:
    """A new label is a new size, and so a new distance, unless the Speaker was moved by hand; an untouched prompt follows."""
    facts = thing.see2sound
    if thing.type != "SPEAKER" or not facts.picture:
        return
    if facts.label != facts.guessed_label and facts.prompt == facts.guessed_prompt:
        facts.prompt = facts.guessed_prompt = facts.label
    if not _moved(thing):
        scene = next((s for s in thing.users_scene), bpy.context.scene)
        _put(thing, scene)
    thing.name = thing.data.name = f"{facts.label} ({facts.source_id})"


def _moved(thing: bpy.types.Object) -> bool:
    return (thing.location - Vector(thing.see2sound.placed)).length > MOVED


def _touched(thing: bpy.types.Object) -> bool:
    facts = thing.see2sound
    return _moved(thing) or facts.label != facts.guessed_label or facts.prompt != facts.guessed_prompt


def attach_clip(thing: bpy.types.Object, path: Path, reference_distance: float, scene: bpy.types.Scene) -> None:
    """Give a Speaker its sound and a strip from the scene's first frame over its whole length.

    `reference_distance`: metres, see `sound.levels`.
    """
    old = thing.data.sound
    sound = bpy.data.sounds.load(str(path))
    sound.name = thing.see2sound.source_id
    if bpy.data.filepath:
        sound.filepath = bpy.path.relpath(str(path))
    thing.data.sound = sound
    if old is not None and old.users == 0:
        bpy.data.sounds.remove(old)
    thing.data.distance_reference = reference_distance / metres_per_unit(scene)
    for strip in sound_strips(thing):
        strip.frame_start, strip.frame_end = scene.frame_start, scene.frame_end + 1


def _same_file(first: str, second: str) -> bool:
    return os.path.normcase(bpy.path.abspath(first)) == os.path.normcase(bpy.path.abspath(second))


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Intersection over union of two boxes."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0.0 or height <= 0.0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
