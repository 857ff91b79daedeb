"""Animation curves of data-blocks, in Blenders with and without slots (since 4.4)."""

from __future__ import annotations

from typing import Any

import bpy

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
    for home in _homes(owner):
        for curve in [one for one in home.fcurves if one.data_path == path]:
            home.fcurves.remove(curve)
    if keys:
        setattr(holder, name, keys[0][1])
    if len(keys) < 2:
        return
    holder.keyframe_insert(name, frame=keys[0][0])
    curve = next(one for one in fcurves(owner) if one.data_path == path)
    curve.keyframe_points.add(len(keys) - 1)
    curve.keyframe_points.foreach_set("co", [number for key in keys for number in key])
    for key in curve.keyframe_points:
        key.interpolation = "LINEAR"
    curve.update()
