"""Speakers as SpatialAudio prims in USD (UsdMedia), through the hook of Blender's exporter, which leaves Speakers out."""

from __future__ import annotations

import importlib.util
import re
import tempfile
from pathlib import Path
from typing import Any

import bpy
from mathutils import Euler, Matrix, Quaternion, Vector

from ..animation import fcurves
from .emitters import Emitter, audible, copy_beside, emitter_of

NAME = "userProperties:blender:object_name"
"""What Blender's exporter writes on the prim of an object."""
PLACES = ("location", "rotation_euler", "rotation_quaternion", "rotation_axis_angle", "scale")
"""Properties of an object that its place comes from."""
SAME = 1e-3
"""Largest difference of two matrices that are the same place."""
USDHook: Any = getattr(bpy.types, "USDHook", object)


class SEE2SOUND_UH_sound(USDHook):
    """Called when a USD file is written."""

    bl_idname = "see2sound_usd"
    bl_label = "See2Sound"
    bl_description = "Speakers as spatial audio"

    @staticmethod
    def on_export(export_context: Any) -> bool:
        """All objects are on the stage."""
        scene = bpy.context.scene
        if scene.see2sound.export_sounds:
            folder = Path(tempfile.mkdtemp(prefix="usd_", dir=bpy.app.tempdir))  # Blender removes it
            _add_all(export_context.get_stage(), scene, folder)
        return True


def _add_all(stage: Any, scene: bpy.types.Scene, folder: Path) -> None:
    prims = {prim.GetAttribute(NAME).Get(): prim for prim in stage.Traverse() if prim.HasAttribute(NAME)}
    for name in sorted(audible(scene, bpy.context.view_layer)):
        obj = scene.objects[name]
        emitter = emitter_of(obj, scene, folder)
        if emitter is not None:
            _add(stage, prims.get(obj.parent.name) if obj.parent is not None else None, obj, emitter)


def _add(stage: Any, parent: Any, obj: bpy.types.Object, emitter: Emitter) -> None:
    """Below the prim of the object that the Speaker moves with, or below the root."""
    from pxr import Sdf, UsdMedia

    above = parent or stage.GetDefaultPrim() or stage.GetPseudoRoot()
    matrix = obj.matrix_world if parent is None else obj.parent.matrix_world.inverted_safe() @ obj.matrix_world
    scene = bpy.context.scene
    frames = range(scene.frame_start, scene.frame_end + 1)
    way = own_keyframes(obj, parent is not None, frames, matrix)
    place = Path(stage.GetRootLayer().realPath or bpy.app.tempdir).parent
    sound = UsdMedia.SpatialAudio.Define(stage, above.GetPath().AppendChild(_free_name(stage, above, obj.name)))
    place_of = sound.AddTransformOp()
    place_of.Set(_usd_matrix(matrix))
    if stage.HasAuthoredTimeCodeRange():  # the exporter writes animation
        for frame, there in way.items():
            place_of.Set(_usd_matrix(there), frame)
    sound.CreateFilePathAttr(Sdf.AssetPath(f"./{copy_beside(emitter.clip, place)}"))
    sound.CreateAuralModeAttr("nonSpatial" if emitter.ambient else "spatial")
    sound.CreatePlaybackModeAttr("loopFromStart" if emitter.loop else "onceFromStart")
    sound.CreateStartTimeAttr(Sdf.TimeCode(emitter.begins))
    sound.CreateGainAttr(emitter.gain)


def _usd_matrix(matrix: Matrix) -> Any:
    """Row by row, as vectors are multiplied from the left there."""
    from pxr import Gf

    return Gf.Matrix4d(*[value for row in matrix.transposed() for value in row])


def own_keyframes(obj: bpy.types.Object, below: bool, frames: range, now: Matrix) -> dict[int, Matrix]:
    """Where a Speaker's own keyframes put it at each frame, in its parent's space if it lies `below` it.

    Nothing where they do not: no keyframes, or constraints and the like, known by `now`, where it is, being another place than
    that of its own properties. (The exporter has moved the scene's frame, not the properties.)
    """
    curves = {(curve.data_path, curve.array_index): curve for curve in fcurves(obj) if not curve.mute}
    if not any(path in PLACES for path, _ in curves) or (obj.parent is not None and not below):
        return {}
    before = obj.matrix_parent_inverse if below else Matrix()

    def at(frame: int | None) -> Matrix:
        def value(path: str) -> list[float]:
            usual = getattr(obj, path)
            if frame is None:
                return list(usual)
            return [curves[path, n].evaluate(frame) if (path, n) in curves else usual[n] for n in range(len(usual))]

        if obj.rotation_mode == "QUATERNION":
            turn = Quaternion(value("rotation_quaternion")).normalized()
        elif obj.rotation_mode == "AXIS_ANGLE":
            angle, *axis = value("rotation_axis_angle")
            turn = Quaternion(axis, angle)
        else:
            turn = Euler(value("rotation_euler"), obj.rotation_mode).to_quaternion()
        return before @ Matrix.LocRotScale(Vector(value("location")), turn, Vector(value("scale")))

    apart = max(abs(a - b) for one, other in zip(at(None), now, strict=True) for a, b in zip(one, other, strict=True))
    return {} if apart > SAME else {frame: at(frame) for frame in frames}


def _free_name(stage: Any, above: Any, name: str) -> str:
    """A name that USD allows, and that nothing has yet."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    plain = plain if plain and not plain[0].isdigit() else f"_{plain}"
    number, free = 0, plain
    while stage.GetPrimAtPath(above.GetPath().AppendChild(free)).IsValid():
        number += 1
        free = f"{plain}_{number}"
    return free


def register() -> None:
    """Only where Python finds USD's library, without which a hook ends Blender."""
    if hasattr(bpy.types, "USDHook") and importlib.util.find_spec("pxr") is not None:
        bpy.utils.register_class(SEE2SOUND_UH_sound)


def unregister() -> None:
    """Take it back."""
    if getattr(SEE2SOUND_UH_sound, "is_registered", False):
        bpy.utils.unregister_class(SEE2SOUND_UH_sound)
