"""Make and update the Speakers of sources, and give them their clips."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ...findings import Estimate, Evidence, Findings, FoundSource
from ...pipeline import distance_for_label
from ...pipeline import merge as merge_evidence
from ...placement.position import area_radius, place
from ...projection import Camera, numbers_of
from ...shapes import AREA_POINTS, OUTLINE_POINTS
from ...vision.boxes import overlap
from ..animation import fcurves
from ..reading.camera import kept_camera
from ..sources import (
    beside_blend,
    clean_label,
    describe,
    free_id,
    has_own_sound,
    is_muted,
    is_source,
    remove,
    same_file,
    sound_strips,
    sources,
)
from ..units import frame_rate, metres_per_unit
from . import tracks

COLLECTION = "See2Sound"
SAME = 0.5
"""Overlap of boxes in the picture above which a source is the one that was found before."""
SAME_TIME = 0.5
"""Seconds of a moving picture within which two boxes may be of one source."""
MOVED = 1e-4
"""Blender units: a Speaker farther than this from its stored location was moved by hand."""


@dataclass
class Match:
    """A found source, its existing Speaker (None for a new one), and the id and prompt that it gets."""

    source: FoundSource
    obj: bpy.types.Object | None
    source_id: str
    prompt: str

    @property
    def locked(self) -> bool:
        """Whether the source is locked."""
        return self.obj is not None and self.obj.see2sound.locked


def match(scene: bpy.types.Scene, found: Findings, picture: str) -> list[Match]:
    """Match found sources with existing Speakers of the same picture. Changes nothing."""
    before = _of_picture(scene, picture)
    taken = {obj.see2sound.source_id for obj in bpy.data.objects if is_source(obj)}
    matches = []
    for source in found.sources:
        if any(obj.see2sound.by_hand and _likeness(scene, obj, source) > SAME for obj in before):
            continue  # the user has marked it
        obj = max(before, key=lambda old: _likeness(scene, old, source), default=None)
        if obj is not None and _likeness(scene, obj, source) > SAME:
            before.remove(obj)
            prompt = obj.see2sound.prompt if _edited(obj) else source.prompt
            matches.append(Match(source, obj, obj.see2sound.source_id, prompt))
        else:
            name = free_id(source.id, taken)
            taken.add(name)
            matches.append(Match(source, None, name, source.prompt))
    return matches


def other_pictures(scene: bpy.types.Scene, picture: str) -> set[str]:
    """The other pictures that a scene has sources or cameras of."""
    named = {obj.see2sound.picture for obj in scene.objects if obj.type in {"SPEAKER", "CAMERA"}}
    return {other for other in named | {scene.see2sound.picture} if other and not same_file(other, picture)}


def apply(
    context: bpy.types.Context,
    scene: bpy.types.Scene,
    found: Findings,
    matches: list[Match],
    picture: str,
    replace: bool = False,
) -> list[bpy.types.Object]:
    """Make or update a Speaker for each source; what was edited or moved by hand stays as it is.

    Unchanged Speakers of the same picture that were not found again are removed. `replace`: those of other pictures, too.
    """
    ours = (obj for obj in sources(scene) if obj.library is None and obj.see2sound.picture)
    of_these = [obj for obj in ours if replace or same_file(obj.see2sound.picture, picture)]
    gone = [obj for obj in of_these if all(obj != m.obj for m in matches)]
    made = []
    for matched in matches:
        if matched.locked:
            continue
        obj = matched.obj or _new_speaker(context, scene, matched.source_id)
        _describe(obj, matched.source, found.camera, picture, scene)
        made.append(obj)
    for obj in gone:
        if not _touched(obj):
            remove(obj)
    return made


def add_marked(
    context: bpy.types.Context, scene: bpy.types.Scene, found: Findings, picture: str, source_id: str
) -> bpy.types.Object:
    """A Speaker for the one source that a user has marked in a picture. A second run of Reconstruct keeps it."""
    (source,) = found.sources
    obj = _new_speaker(context, scene, source_id)
    _describe(obj, source, found.camera, picture, scene)
    obj.see2sound.by_hand = True
    return obj


def merge(objects: list[bpy.types.Object], scene: bpy.types.Scene) -> bpy.types.Object:
    """Make one source of several of one picture: the first one, with the outline around all of them. The others are removed."""
    first, facts = objects[0], objects[0].see2sound
    together = merge_evidence([_kept_evidence(obj) for obj in objects])
    moved = _moved(first)
    facts.box, facts.centre, facts.outline = together.box, together.centre, together.outline.tolist()
    facts.picture_distance, facts.picture_doubt = together.distance.metres, together.distance.sigma
    facts.by_hand = True
    if not moved:
        _put(first, scene)
    for obj in objects[1:]:
        remove(obj)
    return first


def _kept_evidence(obj: bpy.types.Object) -> Evidence:
    facts = obj.see2sound
    distance = Estimate(facts.picture_distance, facts.picture_doubt)
    return Evidence(tuple(facts.box), tuple(facts.centre), distance, outline=np.array([list(point) for point in facts.outline]))


def add_source(
    context: bpy.types.Context,
    scene: bpy.types.Scene,
    label: str,
    follows: bpy.types.Object | None,
    like: bpy.types.Object | None = None,
) -> bpy.types.Object:
    """A source without a picture, at the 3D cursor or on an object that it `follows`. It has no sound yet.

    `like`: a new source to copy, which is much faster.
    """
    obj = _new_speaker(context, scene, "") if like is None else _copy(like)
    describe(obj, label)
    _name(obj)
    if follows is None:
        obj.location = scene.cursor.location
    else:
        _follow(obj, follows)
    return obj


def _follow(obj: bpy.types.Object, parent: bpy.types.Object) -> None:
    """Parent a Speaker to the centre of an object, without the object's scale, which would distort its drawing."""
    corners = [Vector(corner) for corner in parent.bound_box]
    bounded = any(corner != corners[0] for corner in corners)  # lights and empties have no bounds
    middle = sum(corners, Vector()) / 8.0 if bounded else Vector()
    scale = parent.matrix_world.to_scale()
    obj.location = (0.0, 0.0, 0.0)
    obj.parent = parent
    unscaled = Matrix.Diagonal([1.0 / (value or 1.0) for value in scale]).to_4x4()
    obj.matrix_parent_inverse = Matrix.Translation(middle) @ unscaled


def hang_on(obj: bpy.types.Object, parent: bpy.types.Object, bone: str, place: Vector) -> None:
    """Parent a Speaker to an object, or a bone of an armature, so that it is at a place of the world at the present frame."""
    pose = parent.matrix_world.copy()
    if bone and parent.pose is not None and bone in parent.pose.bones:
        own = parent.pose.bones[bone]
        obj.parent, obj.parent_type, obj.parent_bone = parent, "BONE", bone
        pose = pose @ own.matrix @ Matrix.Translation((0.0, own.length, 0.0))  # children hang from a bone's tail
    else:
        obj.parent, obj.parent_type = parent, "OBJECT"
    unscaled = pose.to_quaternion().to_matrix().to_4x4()
    unscaled.translation = pose.translation
    obj.matrix_parent_inverse = pose.inverted_safe() @ unscaled
    obj.location = unscaled.inverted_safe() @ place


def add_sound(
    context: bpy.types.Context,
    scene: bpy.types.Scene,
    path: Path,
    seconds: float,
    location: Vector | None,
    follows: bpy.types.Object | None = None,
) -> bpy.types.Object:
    """A source with a sound file that plays once from the current frame, at a location or on an object."""
    obj = add_source(context, scene, clean_label(path.stem) or "sound", follows)
    if location is not None and follows is None:
        obj.location = location
    obj.see2sound.loop = False
    sound = bpy.data.sounds.load(str(path), check_existing=True)
    sound.filepath = beside_blend(path)
    obj.data.sound = sound
    for strip in sound_strips(obj):
        strip.frame_start = scene.frame_current
        strip.frame_end = scene.frame_current + max(1.0, math.ceil(seconds * frame_rate(scene)))
    return obj


def _of_picture(scene: bpy.types.Scene, picture: str) -> list[bpy.types.Object]:
    """The Speakers of a picture that are not linked."""
    return [obj for obj in sources(scene) if obj.library is None and same_file(obj.see2sound.picture, picture)]


def _new_speaker(context: bpy.types.Context, scene: bpy.types.Scene, source_id: str) -> bpy.types.Object:
    # The operator is the only way to the NLA sound strip without which Blender plays nothing.
    if context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.object.speaker_add(rotation=(0.0, 0.0, 0.0))
    obj = context.view_layer.objects.active
    obj.see2sound.source_id = source_id
    home = _collection(context, scene)
    for collection in list(obj.users_collection):
        collection.objects.unlink(obj)
    home.objects.link(obj)
    return obj


def _copy(like: bpy.types.Object) -> bpy.types.Object:
    obj = like.copy()
    obj.data = like.data.copy()
    for collection in like.users_collection:
        collection.objects.link(obj)
    return obj


def _collection(context: bpy.types.Context, scene: bpy.types.Scene) -> bpy.types.Collection:
    layers = context.view_layer.layer_collection.children
    for child in scene.collection.children:
        if child.name.split(".")[0] == COLLECTION and child.library is None:
            layer: Any = layers.get(child.name)
            return child if layer is not None and not layer.exclude else scene.collection
    home = bpy.data.collections.new(COLLECTION)
    scene.collection.children.link(home)
    return home


def _describe(obj: bpy.types.Object, source: FoundSource, camera: Camera, picture: str, scene: bpy.types.Scene) -> None:
    facts = obj.see2sound
    new = not facts.picture
    edited, moved = not new and _edited(obj), not new and _moved(obj)
    facts.picture, facts.score = picture, source.score
    # Relative to the radius, so that an area that an artist makes wider keeps its shape.
    shape = source.points / source.radius if source.radius > 0.0 else np.zeros((0, 3))
    facts.shape = np.pad(shape.ravel(), (0, 3 * AREA_POINTS - shape.size)).tolist()
    if source.evidence is not None:
        _keep_evidence(facts, source.evidence, camera, scene)
    if new or (not edited and facts.extent == facts.guessed_extent):
        facts.extent = facts.guessed_extent = source.extent
    if not edited:
        facts.prompt = facts.guessed_prompt = source.prompt
        facts.guessed_label = source.label
        facts.label = source.label
    if not moved:
        _place(obj, source, scene)
    tracks.set_level(obj, scene, source)
    if not edited:
        tracks.set_moments(obj, scene, source)
    if new:
        _name(obj)


def _keep_evidence(facts: Any, evidence: Evidence, camera: Camera, scene: bpy.types.Scene) -> None:
    """What a source was placed by, so that another label can place it anew."""
    facts.box, facts.centre = evidence.box, evidence.centre
    facts.outline = (evidence.outline if len(evidence.outline) else np.zeros((OUTLINE_POINTS, 2))).tolist()
    facts.picture_distance, facts.picture_doubt = evidence.distance.metres, evidence.distance.sigma
    facts.camera_pose = (camera.pose if evidence.pose is None else evidence.pose).tolist()
    facts.projection, facts.lens = numbers_of(camera.projection)
    facts.shown_at = 0 if evidence.seconds is None else round(float(tracks.at_frame(scene, np.array([evidence.seconds]))[0]))


def _place(obj: bpy.types.Object, source: FoundSource, scene: bpy.types.Scene) -> None:
    """Place a Speaker where its source was found; keyframes, where that moves."""
    facts, path = obj.see2sound, source.path
    tracks.set_path(obj, scene, source)
    if source.evidence is not None and len(path.times) == 1:
        _put(obj, scene)
        return
    scale = metres_per_unit(scene)
    facts.placed = Vector(path.positions[0].tolist()) / scale
    if source.evidence is not None and facts.label != source.label and facts.set_keys:
        _put(obj, scene)  # the label was corrected, and so was the distance
    if facts.extent == "area":
        facts.radius = source.radius / scale


def _name(obj: bpy.types.Object) -> None:
    obj.name = f"{obj.see2sound.label or 'sound'} ({obj.see2sound.source_id})"
    if obj.data.library is None:
        obj.data.name = obj.name


def _put(obj: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Place a Speaker by its label and the stored facts of its picture."""
    facts = obj.see2sound
    estimate = Estimate(facts.picture_distance, facts.picture_doubt)
    camera = kept_camera(obj)
    standing = facts.extent == "point"
    distance = distance_for_label(estimate, facts.label, tuple(facts.box), tuple(facts.centre), camera, standing)
    if facts.set_keys:
        _put_path(obj, scene, camera, distance.metres)
        return
    obj.location = Vector(place(camera, tuple(facts.centre), distance.metres)) / metres_per_unit(scene)
    facts.placed = obj.location
    if facts.extent == "area":
        facts.radius = area_radius(camera, tuple(facts.box), distance.metres) / metres_per_unit(scene)


def _put_path(obj: bpy.types.Object, scene: bpy.types.Scene, camera: Camera, metres: float) -> None:
    """Move the path of a Speaker so that it is so far away in the frame that shows it best."""
    facts, eye = obj.see2sound, camera.pose[:3, 3] / metres_per_unit(scene)
    curves = {curve.array_index: curve for curve in fcurves(obj) if curve.data_path == tracks.LOCATION}
    now = np.array([curves[axis].evaluate(facts.shown_at) for axis in range(3)])
    before = float(np.linalg.norm(now - eye)) * metres_per_unit(scene)
    if before > 0.0:
        tracks.scale_path(obj, eye, metres / before)
        facts.placed = obj.location = [curves[axis].evaluate(scene.frame_start) for axis in range(3)]


def extent_changed(obj: bpy.types.Object) -> None:
    """Set the radius of a new area from the width of its region."""
    facts = obj.see2sound
    if facts.extent != "area" or facts.radius > 0.0 or not facts.picture:
        return
    scene = next((s for s in obj.users_scene), bpy.context.scene)
    camera = kept_camera(obj)
    metres = (np.array(obj.location) * metres_per_unit(scene) - camera.pose[:3, 3]).tolist()
    facts.radius = area_radius(camera, tuple(facts.box), float(np.linalg.norm(metres))) / metres_per_unit(scene)


def label_changed(obj: bpy.types.Object) -> None:
    """Update the distance for a new label, unless the Speaker was moved by hand, and the prompt, unless it was edited."""
    facts = obj.see2sound
    if obj.type != "SPEAKER":
        return
    named = obj.name.endswith(f"({facts.source_id})")
    if facts.label and facts.label != facts.guessed_label and facts.prompt == facts.guessed_prompt:
        facts.prompt = facts.guessed_prompt = facts.label
    if facts.picture and facts.picture_distance > 0.0 and not _moved(obj):
        _put(obj, next((s for s in obj.users_scene), bpy.context.scene))
    if named:
        _name(obj)


def _edited(obj: bpy.types.Object) -> bool:
    return obj.see2sound.label != obj.see2sound.guessed_label or obj.see2sound.prompt != obj.see2sound.guessed_prompt


def _moved(obj: bpy.types.Object) -> bool:
    """Whether a Speaker was moved, parented, constrained or animated by hand."""
    tied = obj.parent is not None or len(obj.constraints) > 0
    if tied or not tracks.is_as_set(obj):
        return True
    return not obj.see2sound.set_keys and (obj.location - Vector(obj.see2sound.placed)).length > MOVED


def _touched(obj: bpy.types.Object) -> bool:
    """Whether a Speaker was changed by hand, so that it must not be removed automatically."""
    speaker = obj.data
    if obj.see2sound.locked or obj.see2sound.by_hand:
        return True
    volume = not tracks.is_level_as_set(obj)
    levels = volume or speaker.pitch != 1.0 or is_muted(obj)
    return levels or _moved(obj) or _edited(obj) or has_own_sound(obj)


def attach_clip(obj: bpy.types.Object, path: Path, reference_distance: float, scene: bpy.types.Scene) -> None:
    """Give a Speaker a generated clip as its sound, see `attach_sound`."""
    sound = bpy.data.sounds.load(str(path))
    sound.name = obj.see2sound.source_id
    sound.filepath = beside_blend(path)
    attach_sound(obj, sound, reference_distance, scene)


def attach_sound(obj: bpy.types.Object, sound: bpy.types.Sound, reference_distance: float, scene: bpy.types.Scene) -> None:
    """Give a Speaker its sound and a strip from the scene's first frame over its whole length.

    A distance reference or strip start that was set by hand stays. `reference_distance`: metres.
    The sound that it had stays in the file; `drop_unused` removes it.
    """
    if obj.data.users > 1:  # a linked duplicate has had the other's sound until now
        obj.data = obj.data.copy()
    facts, speaker, old = obj.see2sound, obj.data, obj.data.sound
    first = old is None
    speaker.sound = sound
    speaker.update_tag()  # or what Blender plays goes on pointing to the old sound, and crashes once that is gone
    facts.clip = sound.filepath
    if first or abs(speaker.distance_reference - facts.set_reference) < 1e-5:
        speaker.distance_reference = reference_distance / metres_per_unit(scene)
        facts.set_reference = speaker.distance_reference
    for strip in sound_strips(obj):
        if first or abs(strip.frame_start - facts.set_start) < 1e-5:
            strip.frame_start, strip.frame_end = scene.frame_start, scene.frame_end + 1
            facts.set_start = strip.frame_start


def set_own_sound(obj: bpy.types.Object, path: Path) -> None:
    """Give a Speaker a sound file. A distance reference that fits the generated sound before it goes to 1."""
    facts, speaker = obj.see2sound, obj.data
    sound = bpy.data.sounds.load(str(path), check_existing=True)
    sound.filepath = beside_blend(path)
    speaker.sound = sound
    facts.recording = facts.licence = ""
    speaker.update_tag()
    if facts.clip and abs(speaker.distance_reference - facts.set_reference) < 1e-5:
        speaker.distance_reference = facts.set_reference = 1.0


def drop_unused(sounds: list[bpy.types.Sound]) -> None:
    """Remove sounds that nothing uses any more, once Blender no longer plays them."""
    bpy.context.view_layer.update()
    for sound in {sound for sound in sounds if sound.users == 0}:
        bpy.data.sounds.remove(sound)


def _likeness(scene: bpy.types.Scene, obj: bpy.types.Object, source: FoundSource) -> float:
    """How surely a Speaker is that of a source, 0 to 1: by their boxes, or by their ids where no picture shows the source.

    Boxes in other parts of a moving picture say nothing.
    """
    facts, evidence = obj.see2sound, source.evidence
    if evidence is None:
        return float(facts.source_id == source.id)
    if evidence.seconds is not None and facts.shown_at:
        apart = abs(float(tracks.at_frame(scene, np.array([evidence.seconds]))[0]) - facts.shown_at)
        if apart > SAME_TIME * frame_rate(scene):
            return 0.0
    return overlap(tuple(facts.box), evidence.box)
