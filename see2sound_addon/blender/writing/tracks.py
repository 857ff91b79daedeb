"""Paths, levels and moments of sources that were followed, as keyframes and events; what an artist changed of them is known."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import bpy
import numpy as np

from ...findings import FoundSource
from ..animation import keys_of, remove_keys, scale_keys, set_keys, set_vector_keys
from ..units import frame_rate, metres_per_unit
from . import parameters

LOCATION, TURN = "location", "rotation_quaternion"


def at_frame(scene: bpy.types.Scene, seconds: np.ndarray) -> np.ndarray:
    """Frames (n,) of times after the scene's first frame, (n,) seconds."""
    return np.asarray(scene.frame_start + seconds * frame_rate(scene))


def set_path(obj: bpy.types.Object, scene: bpy.types.Scene, source: FoundSource) -> None:
    """Keyframes for a source that moves, at the frames of the scene; its place for another one."""
    path, scale = source.path, metres_per_unit(scene)
    if len(path.times) < 2 or len(path.positions) < 2:
        remove_keys(obj, LOCATION)
        obj.location = (path.positions[0] / scale).tolist()
    else:
        frames = at_frame(scene, path.times)
        first, last = int(np.ceil(frames[0] - 1e-3)), int(np.floor(frames[-1] + 1e-3))
        whole = np.unique(np.concatenate([frames[:1], np.arange(first, last + 1), frames[-1:]]))
        values = np.stack([np.interp(whole, frames, axis) for axis in path.positions.T], axis=1)
        set_vector_keys(obj, LOCATION, whole, values / scale)
    obj.see2sound.set_keys = fingerprint(obj)


def set_level(obj: bpy.types.Object, scene: bpy.types.Scene, source: FoundSource) -> None:
    """The volume over time of a source that comes and goes, unless its volume was set by hand."""
    facts, fader = obj.see2sound, source.fader
    if not is_level_as_set(obj):
        return
    if len(fader.times) < 2:
        if facts.set_volume != 0:
            set_keys(obj.data, obj.data, "volume", [])
            obj.data.volume, facts.set_volume = 1.0, 0
        return
    gains = np.where(fader.gain_db <= -119.0, 0.0, 10.0 ** (fader.gain_db / 20.0))
    frames = at_frame(scene, fader.times)
    set_keys(obj.data, obj.data, "volume", [(float(f), float(g)) for f, g in zip(frames, gains, strict=True)])
    facts.set_volume = _volume(obj)


def is_level_as_set(obj: bpy.types.Object) -> bool:
    """Whether the volume of a Speaker is what was set here, or as Blender makes it."""
    if obj.see2sound.set_volume:
        return obj.see2sound.set_volume == _volume(obj)
    return obj.data.volume == 1.0 and obj.data.animation_data is None


def set_moments(obj: bpy.types.Object, scene: bpy.types.Scene, source: FoundSource) -> None:
    """The moments at which a source starts to move, as the events of its sound, unless its events come from elsewhere."""
    facts = obj.see2sound
    parameters.settle(obj)
    if not facts.events or has_own_moments(obj):
        return
    if not len(source.events) and not facts.set_events:
        return  # there is nothing to tell, and there was nothing before
    set_events(facts.event_list, zip(at_frame(scene, source.events[:, 0]), source.events[:, 1], strict=True))
    facts.events_from = "LIST" if len(source.events) else "MODEL"
    facts.loop = not len(source.events)
    facts.set_events = _events(obj) if len(source.events) else 0


def set_events(items: Any, events: Iterable[tuple[float, float]]) -> None:
    """Fill a list of events with (frame, strength)."""
    items.clear()
    for frame, strength in events:
        item = items.add()
        item.frame, item.strength = float(frame), float(strength)


def has_own_moments(obj: bpy.types.Object) -> bool:
    """Whether the events of a source come from the artist, and not from the picture."""
    facts = obj.see2sound
    return facts.events_from not in {"MODEL", "LIST"} or (facts.events_from == "LIST" and facts.set_events != _events(obj))


def fingerprint(obj: bpy.types.Object) -> int:
    """Of the keyframes of an object's place and rotation; 0 without any."""
    keys = [one for name in (LOCATION, TURN) for one in keys_of(obj, name)]
    return _number(keys) if keys else 0


def is_as_set(obj: bpy.types.Object) -> bool:
    """Whether all the animation of an object is what was set here, or there is none."""
    animation: Any = obj.animation_data
    if animation is None or (animation.action is None and not len(animation.drivers)):
        return not obj.see2sound.set_keys
    return not len(animation.drivers) and obj.see2sound.set_keys != 0 and fingerprint(obj) == obj.see2sound.set_keys


def scale_path(obj: bpy.types.Object, camera: np.ndarray, factor: float) -> None:
    """Move a path away from a camera at (3,) Blender units, by a factor: the directions stay."""
    scale_keys(obj, LOCATION, camera, factor)
    obj.see2sound.set_keys = fingerprint(obj)


def _volume(obj: bpy.types.Object) -> int:
    return _number(keys_of(obj.data) or round(obj.data.volume, 4)) or 1


def _events(obj: bpy.types.Object) -> int:
    return _number([(round(item.frame, 2), round(item.strength, 3)) for item in obj.see2sound.event_list]) or 1


def _number(value: Any) -> int:
    """A fingerprint that fits into a property of 32 bits."""
    return zlib.crc32(repr(value).encode()) & 0x7FFFFFFF
