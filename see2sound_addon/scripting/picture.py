"""A scene that was found in a picture, without Blender."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from .. import pipeline
from ..backends import Backends, with_network
from ..clips import Controls, MadeClip, WantedClip, clip_name
from ..findings import SILENT, FootageSettings, FoundSource, Settings
from ..media.files import check_writable
from ..paths import usual_folder
from ..placement.position import area_radius, place
from ..progress import Progress, no_progress
from ..projection import Camera
from ..soundscene import EXTENTS, SoundScene, Trajectory
from ..soundscene import Source as PlanSource
from ..weights.eyes import find_eye
from .scene import File, Scene, Source

NO_POINTS = np.zeros((0, 3))


class PictureSource(Source):
    """A source of a PictureScene."""

    def __init__(self, found: FoundSource, camera: Camera) -> None:
        self.found, self._camera, self._prompt_is_set = found, camera, False
        self.made: MadeClip | None = None

    @property
    def id(self) -> str:
        """Its name in plans and file names."""
        return self.found.id

    @property
    def label(self) -> str:
        """What it is."""
        return self.found.label

    @label.setter
    def label(self, label: str) -> None:
        found, evidence = self.found, self.found.evidence
        found.label = label
        if not self._prompt_is_set:
            found.prompt = label
        if evidence is None:
            return
        before = found.distance.metres
        moves = len(found.path.times) > 1
        found.distance = pipeline.distance_for_label(
            evidence.distance, label, evidence.box, evidence.centre, self._camera, found.extent == "point"
        )
        eye = self._camera.pose[:3, 3]
        if moves:  # the directions stay
            path = eye + (found.path.positions - eye) * found.distance.metres / before
            found.path = replace(found.path, positions=path)
        else:
            camera = self._camera if evidence.pose is None else replace(self._camera, pose=evidence.pose)
            found.path = Trajectory.fixed(place(camera, evidence.centre, found.distance.metres))
        if found.extent == "area":
            found.radius = area_radius(self._camera, evidence.box, found.distance.metres)
            found.points = found.points * found.distance.metres / before

    @property
    def prompt(self) -> str:
        """How it sounds."""
        return self.found.prompt

    @prompt.setter
    def prompt(self, prompt: str) -> None:
        self.found.prompt, self._prompt_is_set = prompt, True

    @property
    def extent(self) -> str:
        """Its spatial extent."""
        return self.found.extent

    @extent.setter
    def extent(self, extent: str) -> None:
        if extent not in EXTENTS:
            raise ValueError(f"{extent!r} is none of {', '.join(EXTENTS)}")
        self.found.extent = extent

    @property
    def position(self) -> np.ndarray:
        """(3,) in the world, metres."""
        return self.found.position.copy()

    @position.setter
    def position(self, position: np.ndarray) -> None:
        self.found.path = Trajectory.fixed(np.asarray(position, float))

    @property
    def clip(self) -> Path | None:
        """The file of its sound."""
        return None if self.made is None else self.made.path


class PictureScene(Scene):
    """What was found in a picture: sources around a listener at the camera's place.

    `found`: all findings, with the camera and the picture's measurements. `duration`: seconds. `notes`: for the user.
    """

    def __init__(self, found: pipeline.Reconstruction, duration: float, seed: int, backends: Backends) -> None:
        self.found, self.duration, self.seed, self.notes = found, duration, seed, found.notes
        self._backends = backends
        self._sources = [PictureSource(source, found.camera) for source in found.sources]

    @property
    def sources(self) -> list[Source]:
        """In the order of how much they stand out."""
        return list(self._sources)

    def generate(self, folder: File, progress: Progress = no_progress) -> list[str]:
        """Make the clips of all sources in a folder, which is made; return notes. Errors: those of `pipeline.voice`."""
        check_writable(Path(folder))
        seconds = pipeline.clip_length(self.duration)
        wanted = []
        for source in self._sources:
            source.made = None
            if source.prompt.strip().lower() not in ("", SILENT):
                seed = pipeline.seed_for(source.id, self.seed)
                events = _events(source.found)
                controls = Controls(events=events, loop=events is None)
                length = seconds if events is None else max(seconds, self.duration)
                name = clip_name(source.id, source.prompt, length, seed, controls)
                wanted.append(WantedClip(source.id, source.prompt, Path(folder).absolute() / name, length, seed, controls))
        made = {clip.source_id: clip for clip in pipeline.make_clips(wanted, progress, self._backends)}
        for source in self._sources:
            source.made = made.get(source.id)
        return [f"{clip.source_id}: {note}" for clip in made.values() for note in clip.notes]

    def plan(self) -> tuple[SoundScene, list[str]]:
        """The sources that have a clip, looped, as the camera hears them."""
        sources = [_plan_source(source) for source in self._sources if source.made is not None]
        notes = [f"{source.id!r} has no sound; it is left out." for source in self._sources if source.made is None]
        listener = _listener(self.found.camera) if self.found.footage is None else _turning(self.found.footage.path)
        return SoundScene(self.duration, listener, sources, self.seed), notes


def _plan_source(source: PictureSource) -> PlanSource:
    found, made = source.found, source.made
    assert made is not None
    return PlanSource(
        found.id, made.path, found.path, found.label, found.prompt, found.extent, found.radius,
        loop=made.loops, reference_distance=made.reference_distance, fader=found.fader, events=found.events,
        points=found.points if found.extent == "area" else NO_POINTS,
    )  # fmt: skip


def _events(found: FoundSource) -> list[tuple[float, float]] | None:
    """When the sound of a source happens, by its movement, if it has moments; None for the model's own."""
    return pipeline.moments_for(found.prompt, found.events)


TO_LISTENER = Rotation.from_matrix([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]])
"""From the listener's frame to a camera's: front is its -Z, left its -X, up its +Y."""


def _listener(camera: Camera) -> Trajectory:
    x, y, z, w = (Rotation.from_matrix(camera.pose[:3, :3]) * TO_LISTENER).as_quat()
    return Trajectory.fixed(camera.pose[:3, 3], (w, x, y, z))


def _turning(path: Trajectory) -> Trajectory:
    """The listener of a camera that turns."""
    turned = Rotation.from_quat(path.rotations[:, [1, 2, 3, 0]]) * TO_LISTENER
    return replace(path, rotations=turned.as_quat()[:, [3, 0, 1, 2]])


def load_picture(
    path: File,
    max_sources: int = 5,
    duration: float | None = None,
    field_of_view: float | None = None,
    horizon: float | None = None,
    camera_height: float = 1.6,
    camera: Camera | None = None,
    seed: int = 0,
    backends: Backends = Backends(),
    eye: File | None = None,
    progress: Progress = no_progress,
    panorama: str = "AUTO",
    footage: FootageSettings = FootageSettings(),
) -> PictureScene:
    """Find the sources of a picture.

    `duration`: of the scene, seconds; None for 10, or for as long as a moving picture. `field_of_view`: horizontal, radians.
    `horizon`: its row as a fraction of the height from the top. `camera_height`: metres. `camera`: one that the picture is
    fitted to, None for one at the origin of the ground. `eye`: "light", "sharp", another detector of the shell's folder, or the
    path of an .onnx file; "" for the best one there, None for that of `backends`. `panorama`: one of `findings.PANORAMAS`.
    `footage`: for moving pictures. Errors: those of `media.pictures.read_picture` and `media.moving.open_moving`, `eye-*`.
    """
    settings = Settings(max_sources, field_of_view, horizon, camera_height, panorama, footage)
    network = None if eye is None else find_eye(usual_folder() / "eyes", str(eye))
    if network is not None:
        backends = with_network(backends, network)
    found = pipeline.reconstruct(path, camera, settings, progress, backends)
    usual = 10.0 if found.footage is None else found.footage.seconds
    return PictureScene(found, usual if duration is None else duration, seed, backends)
