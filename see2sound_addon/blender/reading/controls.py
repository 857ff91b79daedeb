"""What a Speaker says of its sound: parameters, their animation, and the moments of events."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...clips import Controls
from .. import units

STRIKE = "see2sound.strike"


def controls_of(scene: bpy.types.Scene, objects: list[bpy.types.Object]) -> list[Controls]:
    """The controls of the sounds of sources, in their order. Animated parameters are read on every frame, once for all."""
    moving = [
        [n for n, item in enumerate(obj.see2sound.parameters) if item.follow == "SPEED" or _is_animated(obj, item)]
        for obj in objects
    ]
    curves = _sampled(scene, objects, moving) if any(moving) else [{} for _ in objects]
    found = []
    for obj, own in zip(objects, curves, strict=True):
        facts = obj.see2sound
        values = {item.name: [(0.0, item.value)] for item in facts.parameters if item.edited}
        events = strikes(scene, obj) if facts.use_strikes and facts.events else None
        found.append(Controls(values | own, events, bool(facts.loop)))
    return found


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


def _sampled(
    scene: bpy.types.Scene, objects: list[bpy.types.Object], moving: list[list[int]]
) -> list[dict[str, list[tuple[float, float]]]]:
    """For each object, the curves of the parameters with these numbers over the scene's frames, within their ranges."""
    rate, metres = units.frame_rate(scene), units.metres_per_unit(scene)
    frames = range(scene.frame_start, scene.frame_end + 2)
    times = (np.array(frames) - scene.frame_start) / rate
    places = np.zeros((len(objects), len(frames), 3))
    values = [np.zeros((len(frames), len(numbers))) for numbers in moving]
    with units.kept_frame(scene):
        for row, frame in enumerate(frames):
            scene.frame_set(frame)
            graph = bpy.context.evaluated_depsgraph_get()
            for which, (obj, numbers) in enumerate(zip(objects, moving, strict=True)):
                seen: Any = obj.evaluated_get(graph)
                places[which, row] = seen.matrix_world.translation
                values[which][row] = [seen.see2sound.parameters[number].value for number in numbers]
    speeds = np.linalg.norm(np.gradient(places * metres, times, axis=1), axis=2)
    found = []
    for obj, numbers, speed, columns in zip(objects, moving, speeds, values, strict=True):
        curves = {}
        for number, column in zip(numbers, columns.T, strict=True):
            item = obj.see2sound.parameters[number]
            own = np.clip(speed if item.follow == "SPEED" else column, item.low, item.high)
            curves[item.name] = [(float(time), float(value)) for time, value in zip(times, own, strict=True)]
        found.append(curves)
    return found
