"""The list of proposals in a scene, and the Speakers that are made of them. What was changed by hand stays."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from ...listening.proposal import Points, Proposal
from ...shapes import AREA_POINTS
from ...workers.messages import from_message, to_message
from .. import sources
from ..animation import Keys, fcurves, keys_of, set_keys
from ..units import frame_rate, kept_frame, metres_per_unit
from . import parameters, speakers
from .tracks import set_events

_filling: list[bool] = []
"""Not empty while check boxes are set by us, not by hand."""


def put_proposals(scene: bpy.types.Scene, found: list[Proposal]) -> None:
    """Fill the scene's list. Check boxes that were set by hand stay; what was removed after it was made stays removed."""
    items = scene.see2sound.proposals
    _follow_renamed(scene)
    there = {obj.see2sound.scene_key for obj in sources.sources(scene)}
    earlier = {item.key: _choice(item, there) for item in items}
    _filling.append(True)
    try:
        items.clear()
        for one in found:
            item = items.add()
            item.name, item.key, item.sound_class, item.why, item.score = one.label, one.key, one.name, one.why, one.score
            item.silent, item.target = one.silent, scene.objects.get(one.object)
            item.accept, item.decided, item.made = earlier.get(one.key, (one.wanted, False, False))
            if not item.decided:
                item.accept = one.wanted
            item.facts = json.dumps(to_message(replace(one, events=None)))
            set_events(item.events, at_frames(scene, one.events or []))
    finally:
        _filling.pop()


def _choice(item: Any, there: set[str]) -> tuple[bool, bool, bool]:
    """(accept, decided, made) of an earlier proposal: one whose Speaker was removed is refused from now on."""
    if item.made and item.key not in there and item.accept:
        return False, True, False
    return item.accept, item.decided, item.made and item.key in there


def _follow_renamed(scene: bpy.types.Scene) -> None:
    """Proposals and Speakers of objects that have another name now keep belonging to them."""
    by_key = {obj.see2sound.scene_key: obj for obj in sources.sources(scene) if obj.see2sound.scene_key}
    for item in scene.see2sound.proposals:
        head, old = f"{item.name}:", item.key
        if item.target is not None and old.startswith(head) and item.target.name != item.name:
            item.key = f"{item.target.name}:{old[len(head) :]}"
            speaker = by_key.get(old)
            if speaker is not None and speaker.library is None:
                speaker.see2sound.scene_key = item.key


def at_frames(scene: bpy.types.Scene, points: Points) -> Keys:
    """(frame, value) of (seconds, value)."""
    rate = frame_rate(scene)
    return [(scene.frame_start + seconds * rate, value) for seconds, value in points]


def decided(item: Any) -> None:
    """A check box was set by hand; it stays from now on."""
    if not _filling:
        item.decided = True


def select_target(scene: bpy.types.Scene, row: int) -> None:
    """Select the object of a proposal, and nothing else."""
    items, context = scene.see2sound.proposals, bpy.context
    target = items[row].target if 0 <= row < len(items) else None
    if target is None or context.mode != "OBJECT" or target.name not in context.view_layer.objects:
        return
    for other in context.view_layer.objects:
        other.select_set(other == target)
    context.view_layer.objects.active = target


def accepted(scene: bpy.types.Scene) -> list[Any]:
    """The items of the list whose box is checked."""
    return [item for item in scene.see2sound.proposals if item.accept and not item.silent]


def make_speakers(context: bpy.types.Context, scene: bpy.types.Scene) -> tuple[list[bpy.types.Object], list[str]]:
    """Make or update a Speaker for each accepted proposal; return those whose sound is to be generated, and notes.

    Speakers of earlier proposals that are no longer accepted are removed, unless something was set by hand.
    """
    known = _by_key(scene)
    keys = {item.key for item in accepted(scene)}
    notes = _drop(scene, [obj for key, obj in known.items() if key not in keys])
    with kept_frame(scene):
        scene.frame_set(scene.frame_start)  # where the places of proposals are
        made, more = _make(context, scene, known)
    return made, notes + more


def _by_key(scene: bpy.types.Scene) -> dict[str, bpy.types.Object]:
    """The Speakers that were made of proposals. A duplicate that the artist has made is a source of its own."""
    known: dict[str, bpy.types.Object] = {}
    for obj in sorted(sources.sources(scene), key=lambda one: (len(one.name), one.name)):
        key = obj.see2sound.scene_key
        if key in known and obj.library is None:
            obj.see2sound.scene_key = ""
        elif key:
            known[key] = obj
    return known


def _drop(scene: bpy.types.Scene, objects: list[bpy.types.Object]) -> list[str]:
    """Remove Speakers that are as they were made; return a note on those that are not."""
    kept = [obj for obj in objects if not _is_as_made(obj)]
    made = {item.key: item for item in scene.see2sound.proposals}
    for obj in [obj for obj in objects if obj not in kept]:
        if obj.see2sound.scene_key in made:
            made[obj.see2sound.scene_key].made = False
        sources.remove(obj)
    names = ", ".join(obj.name for obj in kept[:3]) + (", ..." if len(kept) > 3 else "")
    return [f"Kept, although nothing in the scene gives them a sound now, because they were changed: {names}"] if kept else []


def _is_as_made(obj: bpy.types.Object) -> bool:
    """Whether nothing of a Speaker was set by hand. One whose object was deleted has lost its parent."""
    if obj.library is not None or obj.see2sound.locked or sources.has_own_sound(obj) or sources.is_muted(obj):
        return False
    before = json.loads(obj.see2sound.set_by_us or "{}")
    same = {name for name, read in READERS.items() if _fingerprint(read(obj)) == before.get(name)}
    return same == set(READERS) or (same == set(READERS) - {"place"} and obj.parent is None)


def _make(
    context: bpy.types.Context, scene: bpy.types.Scene, known: dict[str, bpy.types.Object]
) -> tuple[list[bpy.types.Object], list[str]]:
    items, made, notes = accepted(scene), [], []
    fresh: list[bpy.types.Object] = []
    for item in items:
        if item.key not in known:  # all before any is filled, for they are copies of the first one
            obj = speakers.add_source(context, scene, item.name, None, fresh[0] if fresh else None)
            obj.see2sound.scene_key = item.key
            fresh.append(obj)
            known[item.key] = obj
    for item in items:
        obj = known[item.key]
        if obj.see2sound.locked or obj.library is not None:
            continue
        proposal = from_message(Proposal, json.loads(item.facts))
        events = [(float(event.frame), float(event.strength)) for event in item.events]
        kept = _write(obj, _writers(obj, scene, proposal, events))
        if kept:
            notes.append(f"{obj.name}: kept what was set by hand ({', '.join(kept)}).")
        item.made = True
        made.append(obj)
    return made, notes


def _write(obj: bpy.types.Object, writers: dict[str, Callable[[], None]]) -> list[str]:
    """Set what a proposal says of a Speaker, except where it is no longer as See2Sound has set it; return the names of that."""
    before: dict[str, int] = json.loads(obj.see2sound.set_by_us or "{}")
    now, kept = {}, []
    for name, write in writers.items():
        if name not in before or _fingerprint(READERS[name](obj)) == before[name]:
            write()
            now[name] = _fingerprint(READERS[name](obj))
        else:
            now[name] = before[name]
            kept.append(name)
    obj.see2sound.set_by_us = json.dumps(now)
    return kept


def _fingerprint(value: Any) -> int:
    return zlib.crc32(repr(value).encode())


def _writers(
    obj: bpy.types.Object, scene: bpy.types.Scene, proposal: Proposal, events: list[tuple[float, float]]
) -> dict[str, Callable[[], None]]:
    """What a proposal sets of a Speaker, by the names of READERS."""
    facts = obj.see2sound

    def say() -> None:
        facts.guessed_label = facts.label = sources.clean_label(proposal.label) or proposal.label
        facts.guessed_prompt = facts.prompt = proposal.prompt
        parameters.settle(obj)

    def place() -> None:
        _place(obj, scene, proposal)

    def spread() -> None:
        facts.extent = facts.guessed_extent = proposal.extent
        facts.radius = proposal.radius / metres_per_unit(scene)
        shape = proposal.points / proposal.radius if proposal.radius > 0.0 else np.zeros((0, 3))
        facts.shape = np.pad(shape.ravel(), (0, 3 * AREA_POINTS - shape.size)).tolist()

    def happen() -> None:
        facts.events_from = "LIST" if events else "MODEL"
        set_events(facts.event_list, events)
        timed = bool(events) or any(len(points) > 1 for points in proposal.values.values())
        facts.loop = not timed
        facts.maker = "procedural" if timed else "SCENE"  # other makers cannot follow events and curves

    def drive() -> None:
        for item in facts.parameters:
            set_keys(obj, item, "value", at_frames(scene, proposal.values.get(item.name, [])))

    def fade() -> None:
        set_keys(obj.data, obj.data, "volume", at_frames(scene, proposal.level))

    return {"label": say, "place": place, "extent": spread, "events": happen, "parameters": drive, "volume": fade}


def _placed(obj: bpy.types.Object) -> Any:
    """Names of parents do not count: objects may be renamed."""
    tied = obj.parent is not None, obj.parent_bone, len(obj.constraints)
    inverse = [round(value, 3) for row in obj.matrix_parent_inverse for value in row]
    animated = [curve.data_path for curve in fcurves(obj) if curve.data_path in ("location", "rotation_euler")]
    return tied, inverse, [round(value, 3) for value in obj.location], animated


def _happens(obj: bpy.types.Object) -> Any:
    facts = obj.see2sound
    return (
        facts.events_from,
        facts.loop,
        facts.maker,
        [(round(item.frame, 3), round(item.strength, 3)) for item in facts.event_list],
    )


def _driven(obj: bpy.types.Object) -> Any:
    values = [(item.name, item.follow, item.edited, round(item.value, 4)) for item in obj.see2sound.parameters]
    paths = {curve.data_path for curve in fcurves(obj)}
    keyed = {item.name for item in obj.see2sound.parameters if item.path_from_id("value") in paths}
    return [value if value[0] not in keyed else value[:2] for value in values], keys_of(obj, "see2sound.parameters")


def _place(obj: bpy.types.Object, scene: bpy.types.Scene, proposal: Proposal) -> None:
    """Where a Speaker is: on its object, which it follows, or at a place of its own."""
    scale = metres_per_unit(scene)
    target: Any = scene.objects.get(proposal.object)
    place = Vector(proposal.position.tolist()) / scale
    obj.parent = None
    obj.location = place
    if target is not None:
        speakers.hang_on(obj, target, proposal.bone, place)
    obj.see2sound.placed = obj.location


READERS: dict[str, Callable[[bpy.types.Object], Any]] = {
    "label": lambda obj: (obj.see2sound.label, obj.see2sound.prompt),
    "place": _placed,
    "extent": lambda obj: (obj.see2sound.extent, round(obj.see2sound.radius, 4)),
    "events": _happens,
    "parameters": _driven,
    "volume": lambda obj: keys_of(obj.data) or round(obj.data.volume, 4),
}
"""What is set of a Speaker, and how it is read back, to see whether it was changed by hand."""
