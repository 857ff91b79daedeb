"""Speakers as audio emitters in glTF, through the hooks of Blender's exporter.

Under the names of the Khronos draft KHR_audio_emitter, or of OMI_audio_emitter, the proposal of the Open Metaverse
Interoperability Group that it came from.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

import bpy

from .emitters import FARTHEST, Emitter, audible, copy_beside, emitter_of

KHR, OMI = "KHR_audio_emitter", "OMI_audio_emitter"
TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg"}
"""What the draft knows."""


class glTF2ExportUserExtension:  # the exporter looks for this name
    """Made by the exporter for each export."""

    def __init__(self) -> None:
        from io_scene_gltf2.io.com import gltf2_io
        from io_scene_gltf2.io.com.gltf2_io_extensions import ChildOfRootExtension, Extension
        from io_scene_gltf2.io.exp import binary_data

        self._io, self._child, self._extension, self._binary = gltf2_io, ChildOfRootExtension, Extension, binary_data.BinaryData
        self._everywhere: list[Any] = []
        self._audio: dict[Path, Any] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="gltf_", dir=bpy.app.tempdir))  # Blender removes it

    def gather_node_hook(self, node: Any, obj: Any, settings: dict[str, Any]) -> None:
        """A node has been made of an object."""
        context = bpy.context
        scene = context.scene
        if not scene.see2sound.export_sounds or getattr(obj, "type", "") != "SPEAKER":
            return
        if obj.name not in audible(scene, context.view_layer):
            return
        emitter = emitter_of(obj.original, scene, self._folder)
        made = None if emitter is None else self._emitter(emitter, scene, settings)
        if emitter is None or made is None:
            return
        if emitter.ambient:
            self._everywhere.append(made)
            return
        if emitter.has_cone and settings["gltf_yup"]:
            node = self._turned(node, emitter.name)
        self._put(node, scene, {"audioEmitter" if _name(scene) == OMI else "emitter": made})

    def gather_scene_hook(self, scene: Any, blender_scene: Any, settings: dict[str, Any]) -> None:
        """All nodes of a scene have been made."""
        if self._everywhere:
            key = "audioEmitters" if _name(bpy.context.scene) == OMI else "emitters"
            self._put(scene, bpy.context.scene, {key: list(self._everywhere)})
            self._everywhere = []

    def _put(self, element: Any, scene: Any, content: dict[str, Any]) -> None:
        """The extension of a node or a scene of the file."""
        name = _name(scene)
        element.extensions = {**(element.extensions or {}), name: self._extension(name, content, required=False)}

    def _turned(self, node: Any, name: str) -> Any:
        """A child that looks along its -Z where the Speaker does: the exporter turns Blender's -Z into -Y."""
        child = self._io.Node(
            camera=None, children=None, extensions=None, extras=None, matrix=None, mesh=None, name=f"{name} sound",
            rotation=[-math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5)], scale=None, skin=None, translation=None, weights=None,
        )  # fmt: skip
        node.children = [*(node.children or []), child]
        return child

    def _emitter(self, emitter: Emitter, scene: Any, settings: dict[str, Any]) -> Any:
        name = _name(scene)
        audio = self._data(emitter.clip, scene.see2sound.export_sounds_beside, name, settings)
        if audio is None:
            return None
        kind = {"name": emitter.name, "type": "global" if emitter.ambient else "positional", "gain": emitter.gain}
        if name == OMI:
            made = kind | {"source": audio, "playing": True, "loop": emitter.loop}
            made |= {} if emitter.ambient else _plain(positional(emitter))
            return self._child(["audioEmitters"], name, made, required=False)
        source: dict[str, Any] = {"name": emitter.name, "autoPlay": True, "audio": audio}
        if emitter.loop:
            source["loop"] = True
        made = kind | {"sources": [self._child(["sources"], name, source, required=False)]}
        if not emitter.ambient:
            made["positional"] = positional(emitter)
        return self._child(["emitters"], name, made, required=False)

    def _data(self, clip: Path, beside: bool, name: str, settings: dict[str, Any]) -> Any:
        """A clip, once in a file; None for a kind that the draft does not know."""
        kind = TYPES.get(clip.suffix.lower())
        if kind is None:
            return None
        if clip not in self._audio:
            if beside:
                near = PurePosixPath("/", copy_beside(clip, Path(settings["gltf_filedirectory"])))
                facts: dict[str, Any] = {"uri": near.as_uri().removeprefix("file:///")}
            else:
                facts = {"bufferView": self._binary(clip.read_bytes()), "mimeType": kind}
            self._audio[clip] = self._child(["audioSources" if name == OMI else "audio"], name, facts, required=False)
        return self._audio[clip]


def _name(scene: Any) -> str:
    """Of the extension."""
    return str(scene.see2sound.export_sounds_names)


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Distance and cone as the older proposal has them: beside the rest, and a cone without a word for it."""
    return {key: value for key, value in facts.items() if key != "shapeType"}


def positional(emitter: Emitter) -> dict[str, Any]:
    """Distance and cone."""
    facts: dict[str, Any] = {
        "shapeType": "cone" if emitter.has_cone else "omnidirectional",
        "distanceModel": "inverse" if emitter.model == "none" else emitter.model,
        "refDistance": max(emitter.reference, 1e-3),
        "rolloffFactor": 0.0 if emitter.model == "none" else emitter.rolloff,
    }
    if emitter.farthest < FARTHEST:
        facts["maxDistance"] = emitter.farthest
    if emitter.has_cone:
        facts |= {
            "coneInnerAngle": emitter.inner, "coneOuterAngle": emitter.outer, "coneOuterGain": emitter.outer_gain,
        }  # fmt: skip
    return facts


def draw(context: bpy.types.Context, layout: Any) -> None:
    """The options among those of the exporter."""
    settings = context.scene.see2sound
    header, body = layout.panel("SEE2SOUND_export_gltf", default_closed=True)
    header.use_property_split = False
    header.prop(settings, "export_sounds")
    if body is not None:
        body.use_property_split = True
        body.use_property_decorate = False
        body.active = settings.export_sounds
        body.prop(settings, "export_sounds_names")
        body.prop(settings, "export_sounds_beside")


def register() -> None:
    """Show the options, if the exporter is there."""
    try:
        from io_scene_gltf2 import exporter_extension_layout_draw
    except ImportError:
        return
    exporter_extension_layout_draw["See2Sound"] = draw


def unregister() -> None:
    """Take them back."""
    try:
        from io_scene_gltf2 import exporter_extension_layout_draw
    except ImportError:
        return
    exporter_extension_layout_draw.pop("See2Sound", None)
