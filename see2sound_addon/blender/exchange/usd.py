"""Speakers as SpatialAudio prims in USD (UsdMedia), through the hook of Blender's exporter, which leaves Speakers out."""

from __future__ import annotations

import importlib.util
import re
import tempfile
from pathlib import Path
from typing import Any

import bpy

from .emitters import Emitter, audible, copy_beside, emitter_of

NAME = "userProperties:blender:object_name"
"""What Blender's exporter writes on the prim of an object."""
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
    from pxr import Gf, Sdf, UsdMedia

    above = parent or stage.GetDefaultPrim() or stage.GetPseudoRoot()
    matrix = obj.matrix_world if parent is None else obj.parent.matrix_world.inverted_safe() @ obj.matrix_world
    place = Path(stage.GetRootLayer().realPath or bpy.app.tempdir).parent
    sound = UsdMedia.SpatialAudio.Define(stage, above.GetPath().AppendChild(_free_name(stage, above, obj.name)))
    sound.AddTransformOp().Set(Gf.Matrix4d(*[value for row in matrix.transposed() for value in row]))
    sound.CreateFilePathAttr(Sdf.AssetPath(f"./{copy_beside(emitter.clip, place)}"))
    sound.CreateAuralModeAttr("nonSpatial" if emitter.ambient else "spatial")
    sound.CreatePlaybackModeAttr("loopFromStart" if emitter.loop else "onceFromStart")
    sound.CreateStartTimeAttr(Sdf.TimeCode(emitter.begins))
    sound.CreateGainAttr(emitter.gain)


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
