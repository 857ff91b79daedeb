"""What a Speaker says of its sound: parameters, their animation, and the moments of events."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...clips import Controls
from .. import units

STRIKE = "see2sound.strike"


def controls_of(scene: bpy.types.Scene, obj: bpy.types.Object) -> Controls:
    """The controls of a source's sound. Animated parameters are read on every frame of the scene."""
    facts = obj.see2sound
    moving = [item for item in facts.parameters if item.follow == "SPEED" or _is_animated(obj, item)]
    values = {item.name: [(0.0, item.value)] for item in facts.parameters if item.edited}
    if moving:
        values |= _sampled(scene, obj, moving)
    return Controls(values, strikes(scene, obj) if facts.use_strikes and facts.events else None, bool(facts.loop))


def strikes(scene: bpy.types.Scene, obj: bpy.types.Object) -> list[tuple[float, float]]:
    """(seconds, strength) of each keyframe of Strike that is above zero."""
    rate = units.frame_rate(scene)
    curves = [curve for curve in fcurves(obj) if curve.data_path == STRIKE]
    return [
        ((key.co.x - scene.frame_start) / rate, float(key.co.y))
        for curve in curves
        for key in curve.keyframe_points
        if key.co.y > 0.0 and key.co.x >= scene.frame_start
    ]


def fcurves(obj: bpy.types.Object) -> list[bpy.types.FCurve]:
    """The animation curves of an object's action: those of its slot, where actions have slots (since Blender 4.4)."""
    data: Any = obj.animation_data
    action: Any = data.action if data is not None else None
    if action is None:
        return []
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    bags = [strip.channelbag(data.action_slot) for layer in action.layers for strip in layer.strips if data.action_slot]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def _is_animated(obj: bpy.types.Object, item: Any) -> bool:
    path = item.path_from_id("value")
    drivers = [] if obj.animation_data is None else list(obj.animation_data.drivers)
    return any(curve.data_path == path for curve in [*fcurves(obj), *drivers])


def _sampled(scene: bpy.types.Scene, obj: bpy.types.Object, moving: list[Any]) -> dict[str, list[tuple[float, float]]]:
    """Curves of parameters over the scene's frames, within their ranges."""
    numbers = [int(item.path_from_id("value").split("[")[1].split("]")[0]) for item in moving]
    rate, metres = units.frame_rate(scene), units.metres_per_unit(scene)
    times, places, values = [], [], []
    with units.kept_frame(scene):
        for frame in range(scene.frame_start, scene.frame_end + 2):
            scene.frame_set(frame)
            seen: Any = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
            times.append((frame - scene.frame_start) / rate)
            places.append(seen.matrix_world.translation[:])
            values.append([seen.see2sound.parameters[number].value for number in numbers])
    speed = np.linalg.norm(np.gradient(np.array(places) * metres, np.array(times), axis=0), axis=1)
    curves = {}
    for column, item in enumerate(moving):
        own = speed if item.follow == "SPEED" else np.array(values)[:, column]
        own = np.clip(own, item.low, item.high)
        curves[item.name] = [(float(time), float(value)) for time, value in zip(times, own, strict=True)]
    return curves
