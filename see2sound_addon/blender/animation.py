"""Animation curves of data-blocks, in Blenders with and without slots (since 4.4)."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

Keys = list[tuple[float, float]]
"""(frame, value)."""


def _homes(block: Any) -> list[Any]:
    """What holds the curves of a block: its action, or what that has for the block's slot."""
    data: Any = block.animation_data
    action: Any = data.action if data is not None else None
    if action is None:
        return []
    if not hasattr(action, "layers"):
        return [action]
    bags = [strip.channelbag(data.action_slot) for layer in action.layers for strip in layer.strips if data.action_slot]
    return [bag for bag in bags if bag is not None]


def fcurves(block: Any) -> list[bpy.types.FCurve]:
    """The animation curves of a block's action."""
    return [curve for home in _homes(block) for curve in home.fcurves]


def keys_of(block: Any, path: str = "") -> list[tuple[str, Keys]]:
    """The paths that begin with a text, and their keyframes, rounded so that they can be compared."""
    return [
        (curve.data_path, [(round(key.co.x, 2), round(key.co.y, 3)) for key in curve.keyframe_points])
        for curve in fcurves(block)
        if curve.data_path.startswith(path)
    ]


def set_keys(owner: Any, holder: Any, name: str, keys: Keys) -> None:
    """Set a property of `holder` to a value, or to straight lines between keyframes; earlier keyframes go.

    `owner`: the data-block that has the animation. Without keys the value stays.
    """
    path = name if holder == owner else holder.path_from_id(name)
    remove_keys(owner, path)
    if keys:
        setattr(holder, name, keys[0][1])
    if len(keys) < 2:
        return
    holder.keyframe_insert(name, frame=keys[0][0])
    _fill(next(one for one in fcurves(owner) if one.data_path == path), np.array(keys, float))


def set_vector_keys(obj: bpy.types.Object, name: str, frames: np.ndarray, values: np.ndarray) -> None:
    """Set a property of several numbers to straight lines between keyframes at `frames` (n,), `values` (n, k)."""
    remove_keys(obj, name)
    setattr(obj, name, values[0].tolist())
    obj.keyframe_insert(name, frame=float(frames[0]))
    for curve in fcurves(obj):
        if curve.data_path == name:
            _fill(curve, np.stack([frames, values[:, curve.array_index]], axis=1))


def remove_keys(owner: Any, path: str) -> None:
    """Remove the animation curves of a property."""
    for home in _homes(owner):
        for curve in [one for one in home.fcurves if one.data_path == path]:
            home.fcurves.remove(curve)
    data: Any = owner.animation_data
    if data is not None and data.action is not None and data.action.library is None and not fcurves(owner):
        action, data.action = data.action, None  # an empty one would look as if it had been animated by hand
        if action.users == 0:
            bpy.data.actions.remove(action)


def scale_keys(obj: bpy.types.Object, name: str, centre: np.ndarray, factor: float) -> None:
    """Move all values of a property of several numbers away from a centre (k,), by a factor."""
    for curve in fcurves(obj):
        if curve.data_path == name:
            points = np.zeros(2 * len(curve.keyframe_points))
            curve.keyframe_points.foreach_get("co", points)
            middle = centre[curve.array_index]
            points[1::2] = middle + factor * (points[1::2] - middle)
            curve.keyframe_points.foreach_set("co", points)
            curve.update()


def _fill(curve: bpy.types.FCurve, points: np.ndarray) -> None:
    """Give a curve with one keyframe all of `points` (n, 2), frame and value, with straight lines in between."""
    curve.keyframe_points.add(len(points) - 1)
    curve.keyframe_points.foreach_set("co", points.ravel())
    linear = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value  # type: ignore[attr-defined]
    curve.keyframe_points.foreach_set("interpolation", [linear] * len(points))
    curve.update()
