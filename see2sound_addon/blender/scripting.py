"""The scene that is open in Blender, for scripts; see `see2sound_addon.api`.

Nothing of Blender's is kept: scenes and Speakers are found anew by name and id, because undo replaces them.
"""

from __future__ import annotations

import tempfile
from os import PathLike
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from .. import pipeline
from ..backends import choose_backends
from ..errors import See2SoundError
from ..media.files import check_writable
from ..pipeline import Proposal
from ..progress import Progress, no_progress
from ..scripting.scene import Scene, Source
from ..soundscene import SoundScene
from . import sources
from .backends import backends_that_see, chosen_backends
from .reading import camera, observing, sampling
from .reading.picture import picture_settings
from .room import tracing
from .units import metres_per_unit
from .writing import clips, pictures, proposals, speakers


class BlenderSource(Source):
    """A source of the scene: a Speaker."""

    def __init__(self, scene: str, source_id: str) -> None:
        self._scene, self._id = scene, source_id

    @property
    def speaker(self) -> bpy.types.Object:
        """Blender's object for it, as it is now. Error: `source-missing`."""
        scene = _scene(self._scene)
        row = sources.row_of(scene, self._id)
        if row < 0:
            raise See2SoundError("source-missing", f"There is no source {self._id!r} any more.", "Look at `sources` again.")
        return scene.objects[row]

    @property
    def id(self) -> str:
        """Its name in plans and file names."""
        return self._id

    @property
    def label(self) -> str:
        """What it is."""
        return str(self.speaker.see2sound.label)

    @label.setter
    def label(self, label: str) -> None:
        self.speaker.see2sound.label = label

    @property
    def prompt(self) -> str:
        """How it sounds."""
        return str(self.speaker.see2sound.prompt)

    @prompt.setter
    def prompt(self, prompt: str) -> None:
        self.speaker.see2sound.prompt = prompt

    @property
    def extent(self) -> str:
        """Its spatial extent."""
        return str(self.speaker.see2sound.extent)

    @extent.setter
    def extent(self, extent: str) -> None:
        self.speaker.see2sound.extent = extent

    @property
    def position(self) -> np.ndarray:
        """(3,) in the world at the current frame, metres."""
        bpy.context.view_layer.update()
        return np.array(self.speaker.matrix_world.translation, float) * metres_per_unit(_scene(self._scene))

    @position.setter
    def position(self, position: np.ndarray) -> None:
        speaker = self.speaker
        pose = speaker.matrix_world.copy()
        pose.translation = Vector(np.asarray(position, float).tolist()) / metres_per_unit(_scene(self._scene))
        speaker.matrix_world = pose

    @property
    def clip(self) -> Path | None:
        """The file of its sound."""
        sound = self.speaker.data.sound
        return None if sound is None else Path(bpy.path.abspath(sound.filepath, library=sound.library))


class BlenderScene(Scene):
    """A scene of the open file, by name."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def sources(self) -> list[Source]:
        """All sources, sorted by the names of their Speakers."""
        return [BlenderSource(self.name, obj.see2sound.source_id) for obj in sources.sources(_scene(self.name))]

    def load_picture(
        self,
        path: str | PathLike[str],
        max_sources: int | None = None,
        own_camera: bool = True,
        replace: bool = True,
        eye: str = "",
        progress: Progress = no_progress,
    ) -> list[Source]:
        """Find the sources of a picture and make a Speaker for each, without sounds; return the sources that were set.

        `eye`: "embedded", "light", "sharp" or the path of an .onnx file, "" for the scene's setting. `max_sources`: None for
        the scene's setting. `own_camera`: whether the picture gets a camera, or is fitted to the active one. `replace`: whether
        unchanged sources of other pictures are removed. Errors: those of `pipeline.reconstruct`, `eye-*`.
        """
        scene = _scene(self.name)
        used = None if own_camera or scene.camera is None else camera.read_camera(bpy.context, scene, scene.camera)
        asked = picture_settings(scene, max_sources or 0, own_camera)
        found = pipeline.reconstruct(path, used, asked, progress, choose_backends(backends_that_see(scene, eye)))
        kept = str(Path(path).absolute())
        objects, _ = pictures.put_picture(bpy.context, scene, kept, found, None, own_camera, replace)
        return [BlenderSource(self.name, obj.see2sound.source_id) for obj in objects]

    def generate(self, progress: Progress = no_progress) -> list[str]:
        """Make the clips of all sources that are not locked and have no sound of the artist's own; return notes.

        They lie in clips/ beside a saved .blend, else in the extension's folder. Errors: `blend-unsaved`, those of
        `pipeline.voice`.
        """
        scene, folder = _scene(self.name), sources.clip_folder()
        check_writable(folder)
        objects = [obj for obj in sources.sources(scene) if sources.may_get_sound(obj) and not sources.has_own_sound(obj)]
        prompts = [(obj.see2sound.source_id, obj.see2sound.prompt) for obj in objects]
        request = clips.request(scene, prompts, chosen_backends(scene), None)
        made = pipeline.make_clips(request.wanted, progress, choose_backends(request.backends))
        return clips.attach_clips(scene, objects, made)

    def listen(self, idling: bool = False, generate: bool = False, progress: Progress = no_progress) -> list[Proposal]:
        """Propose what sounds in the scene, and make or update a Speaker for each accepted proposal; return all proposals.

        `idling`: whether engines idle while they stand. `generate`: whether the clips are made, see `generate`. Errors: those
        of `observe`.
        """
        scene = _scene(self.name)
        observed, surfaces = observing.observe(bpy.context, scene, progress)
        found = pipeline.listen(observed, surfaces, pipeline.ListenSettings(idling), progress)
        proposals.put_proposals(scene, found)
        proposals.make_speakers(bpy.context, scene)
        if generate:
            self.generate(progress)
        return found

    def add_source(self, label: str, position: np.ndarray) -> Source:
        """A new source without a picture, at a place in the world, metres. It has no sound yet."""
        scene = _scene(self.name)
        obj = speakers.add_source(bpy.context, scene, label, None)
        source = BlenderSource(self.name, obj.see2sound.source_id)
        source.position = position
        return source

    def plan(self) -> tuple[SoundScene, list[str]]:
        """The scene over its frames, as its active camera hears it. Errors: those of `sampling.sample_scene`."""
        packed = Path(tempfile.mkdtemp(prefix="script_", dir=bpy.app.tempdir))  # sounds in the .blend; Blender removes it
        scene = _scene(self.name)
        plan, notes = sampling.sample_scene(bpy.context, scene, packed)
        if scene.see2sound.room.kind != "scene":
            return plan, notes
        plan, more = tracing.with_acoustics(bpy.context, scene, plan, no_progress)
        return plan, notes + more


def _scene(name: str) -> bpy.types.Scene:
    scene: Any = bpy.data.scenes.get(name)
    if scene is None:
        raise See2SoundError("scene-missing", f"There is no scene {name!r} any more.", "Call current_scene() again.")
    return scene
