"""What a Speaker says of its sound: parameters, their animation, and the moments of events."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ...clips import Controls
from .. import units
from ..animation import fcurves
from .events import events_of


def controls_of(scene: bpy.types.Scene, objects: list[bpy.types.Object]) -> list[Controls]:
    """The controls of the sounds of sources, in their order.

    Values with keyframes are read from their curves. Only what is driven, or follows the speed, needs the scene's frames; they
    are set once for all.
    """
    driven = [
        [n for n, item in enumerate(obj.see2sound.parameters) if item.follow == "SPEED" or _is_driven(obj, item)]
        for obj in objects
    ]
    curves = _sampled(scene, objects, driven) if any(driven) else [{} for _ in objects]
    found = []
    for obj, own in zip(objects, curves, strict=True):
        facts = obj.see2sound
        values = {item.name: [(0.0, item.value)] for item in facts.parameters if item.edited}
        found.append(Controls(values | _keyed(scene, obj) | own, events_of(scene, obj), bool(facts.loop)))
    return found


def _is_driven(obj: bpy.types.Object, item: Any) -> bool:
    """Whether a value has a driver, or more than one action gives it."""
    data, path = obj.animation_data, item.path_from_id("value")
    if data is None:
        return False
    layered = any(strip.type == "CLIP" for track in data.nla_tracks for strip in track.strips)
    return layered or any(curve.data_path == path for curve in data.drivers)


def _keyed(scene: bpy.types.Scene, obj: bpy.types.Object) -> dict[str, list[tuple[float, float]]]:
    """The curves of the parameters with keyframes, over the scene's frames, within their ranges."""
    by_path = {curve.data_path: curve for curve in fcurves(obj) if not curve.mute}
    rate, found = units.frame_rate(scene), {}
    for item in obj.see2sound.parameters:
        curve = by_path.get(item.path_from_id("value"))
        if curve is not None:
            frames = range(scene.frame_start, scene.frame_end + 2)
            values = np.clip([curve.evaluate(frame) for frame in frames], item.low, item.high)
            found[item.name] = [((frame - scene.frame_start) / rate, float(v)) for frame, v in zip(frames, values, strict=True)]
    return found


def _sampled(
    scene: bpy.types.Scene, objects: list[bpy.types.Object], driven: list[list[int]]
) -> list[dict[str, list[tuple[float, float]]]]:
    """For each object, the curves of the parameters with these numbers over the scene's frames, within their ranges."""
    rate, metres = units.frame_rate(scene), units.metres_per_unit(scene)
    frames = range(scene.frame_start, scene.frame_end + 2)
    times = (np.array(frames) - scene.frame_start) / rate
    places = np.zeros((len(objects), len(frames), 3))
    values = [np.zeros((len(frames), len(numbers))) for numbers in driven]
    with units.kept_frame(scene):
        for row, frame in enumerate(frames):
            scene.frame_set(frame)
            graph = bpy.context.evaluated_depsgraph_get()
            for which, (obj, numbers) in enumerate(zip(objects, driven, strict=True)):
                seen: Any = obj.evaluated_get(graph)
                places[which, row] = seen.matrix_world.translation
                values[which][row] = [seen.see2sound.parameters[number].value for number in numbers]
    speeds = np.linalg.norm(np.gradient(places * metres, times, axis=1), axis=2)
    found = []
    for obj, numbers, speed, columns in zip(objects, driven, speeds, values, strict=True):
        curves = {}
        for number, column in zip(numbers, columns.T, strict=True):
            item = obj.see2sound.parameters[number]
            own = np.clip(speed if item.follow == "SPEED" else column, item.low, item.high)
            curves[item.name] = [(float(time), float(value)) for time, value in zip(times, own, strict=True)]
        found.append(curves)
    return found
