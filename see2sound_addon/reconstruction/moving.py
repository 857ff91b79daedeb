"""From a moving picture to its sources: watch it, link its objects over time, place them in each frame, smooth their paths."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from ..backends import Backends
from ..findings import Footage, FoundSource, Settings
from ..media.moving import Frame, MovingPicture, open_moving
from ..media.pictures import Picture
from ..progress import Progress, no_progress
from ..projection import Camera
from ..soundscene import Fader, Trajectory
from ..vision.networks import Network
from ..vision.tracking.watching import Shot, Watched, watch
from .followed import ShotPoses, sources_of_shot, turned
from .looking import LookedAt, detect_in, look_at_picture, with_distances
from .placing import note_on_depth, projection_of, stem_of
from .still import Reconstruction

LOGGER = logging.getLogger(__name__)
LOOKS_EVERY, LOOKS_EVERY_SLOW = 0.25, 1.0
"""Seconds between two frames that are given to a network, and to slower detectors."""
STEADY = 0.35
"""Mean share of the background's points that must tell what the camera does."""
TRIPOD = 0.004
"""Radians that a camera on a tripod seems to turn."""
MOST_TIME = 1000
"""Steps of progress."""


def follow(
    path: str | os.PathLike[str],
    camera: Camera | None = None,
    settings: Settings = Settings(),
    progress: Progress = no_progress,
    backends: Backends = Backends(),
) -> Reconstruction:
    """Find what sounds in a moving picture, and where it is over time. Parameters and errors: see `pipeline.reconstruct`."""
    moving = open_moving(path, settings.footage.rate)
    still = Picture(np.zeros((0, 0, 3), np.uint8), *moving.size, spherical=moving.spherical)
    if camera is not None:
        camera = camera.fitted(moving.size[1] / moving.size[0])
    projection = projection_of(still, settings)[0] if camera is None else camera.projection
    looks: dict[int, LookedAt] = {}

    def look(number: int, frame: Frame) -> None:
        looked = look_at_picture(replace(still, pixels=frame.pixels), camera, settings, backends)
        if looks:  # of many shots only the first is shown, so only its picture is kept
            looked.picture.pixels, looked.view.pixels = still.pixels, looked.view.small
        looks[number] = looked

    every = LOOKS_EVERY if isinstance(backends.detector, Network) else LOOKS_EVERY_SLOW
    each = round(LOOKS_EVERY_SLOW / every)
    detect = with_distances(detect_in(projection, backends), projection, settings, backends, each)
    frames = moving.read(settings.footage.first, settings.footage.last)
    watched = watch(frames, moving.rate, projection, detect, every, look, _progress_of(moving, settings, progress))
    LOGGER.info("%d frames in %d shots", len(watched.times), len(watched.shots))
    times = np.array(watched.times) - watched.times[0]
    poses: list[ShotPoses] = []
    for shot in watched.shots:
        beginning = camera.pose if camera is not None else poses[0].scene if poses else None
        poses.append(_poses(shot, looks[shot.looked], beginning, camera is not None, settings.footage.move_camera))
    sources: list[FoundSource] = []
    for shot, pose in zip(watched.shots, poses, strict=True):
        sources += sources_of_shot(shot, looks[shot.looked], pose, times, watched, projection, settings, backends)
    stem = stem_of(path)
    sources = [replace(one, id=f"{stem}_{number}") for number, one in enumerate(_with_beds_joined(sources), 1)]
    first = looks[watched.shots[0].looked]
    notes = [*moving.notes, *backends.notes, *_notes(watched, poses, sources, settings, first)]
    base = replace(first.camera, pose=poses[0].scene)
    footage = Footage(moving.rate, settings.footage.first, _seconds(times, watched), _camera_path(poses, times, settings))
    progress("Done", 1, 1)
    return Reconstruction(base, moving.size, sources, notes, footage, picture=first.picture, view=first.view)


def _seconds(times: np.ndarray, watched: Watched) -> float:
    """How long the frames are shown that were looked at."""
    return float(times[-1]) + 1.0 / watched.rate


def _progress_of(moving: MovingPicture, settings: Settings, progress: Progress) -> Callable[[float], None]:
    """Tell how far it is by the time of a frame."""
    start = (settings.footage.first - 1) / moving.rate
    end = moving.seconds if settings.footage.last is None else settings.footage.last / moving.rate
    length = max(min(end, moving.seconds or end) - start, 1e-3)

    def tell(time: float) -> None:
        progress("Following what moves", min(MOST_TIME, round(MOST_TIME * (time - start) / length)), MOST_TIME)

    return tell


def _poses(shot: Shot, looked: LookedAt, beginning: np.ndarray | None, given: bool, moves: bool) -> ShotPoses:
    """The camera's poses in a shot, by the frame that was looked at.

    `beginning`: the pose of the scene's camera in the first frame of the picture, if it is known. `given`: whether it is
    that in each shot. A camera that stands still keeps it, too; one that turns has in each shot the pose that the shot shows.
    """
    turns = np.array(shot.turns)
    angles = np.arccos(np.clip((np.trace(turns, axis1=1, axis2=2) - 1.0) / 2.0, -1.0, 1.0))
    known = float(np.mean(shot.sureness)) >= STEADY
    if not known or angles.max() < TRIPOD:
        turns = np.broadcast_to(np.eye(3), turns.shape)
    first = turned(looked.camera.pose, turns[shot.looked - shot.first].T)
    kept = beginning is not None and (given or not moves)
    return ShotPoses(shot.first, first, turns, beginning if kept and beginning is not None else first, moves, known)


def _camera_path(poses: list[ShotPoses], times: np.ndarray, settings: Settings) -> Trajectory:
    """The path of the camera: it turns with the picture, from the place that it has in the first shot."""
    first = poses[0].scene
    turning = any(len(one.turns) and np.abs(one.turns - np.eye(3)).max() > 1e-9 for one in poses) or len(poses) > 1
    if not settings.footage.move_camera or not turning:
        return Trajectory.fixed(first[:3, 3], _quaternions(first[None, :3, :3])[0])
    matrices = np.concatenate([one.scene[:3, :3] @ one.turns for one in poses])
    cuts = times[[one.begins for one in poses[1:]]] if len(poses) > 1 else np.zeros(0)
    return Trajectory(times.round(8), first[None, :3, 3], _quaternions(matrices).round(8), cuts)


def _quaternions(matrices: np.ndarray) -> np.ndarray:
    """(n, 4), w first, without jumps of sign."""
    quaternions = Rotation.from_matrix(matrices).as_quat()[:, [3, 0, 1, 2]]
    for number in range(1, len(quaternions)):
        if quaternions[number] @ quaternions[number - 1] < 0.0:
            quaternions[number] *= -1.0
    return np.asarray(quaternions)


def _with_beds_joined(sources: list[FoundSource]) -> list[FoundSource]:
    """The same ambience in several shots is one source."""
    kept: list[FoundSource] = []
    for source in sources:
        same = next((one for one in kept if one.extent == source.extent == "ambient" and one.label == source.label), None)
        if same is None:
            kept.append(source)
        elif len(same.fader.times) > 1 and len(source.fader.times) > 1:
            later = source.fader.times > same.fader.times[-1]
            same.fader = Fader(
                np.concatenate([same.fader.times, source.fader.times[later]]),
                np.concatenate([same.fader.gain_db, source.fader.gain_db[later]]),
            )
    return kept


def _notes(
    watched: Watched, poses: list[ShotPoses], sources: list[FoundSource], settings: Settings, first: LookedAt
) -> list[str]:
    notes = [first.camera.note, *first.notes, *note_on_depth(sources)]
    if len(watched.shots) > 1:
        notes.append(f"{len(watched.shots)} shots were found. Sources end and begin with them.")
    if not all(one.known for one in poses):
        notes.append("The background shows too little of what the camera does; it is taken to stand still.")
    elif any(np.abs(one.turns - np.eye(3)).max() > 1e-9 for one in poses):
        turned = (
            "The camera turns with the picture" if settings.footage.move_camera else "The camera's turns are in the sources"
        )
        notes.append(f"{turned}. Its own movement from place to place is not known.")
    unknown = sum(not one.prompt for one in sources)
    if unknown:
        notes.append(f"{unknown} of the objects could not be named. Type a label to give them a sound.")
    if not sources:
        notes.append("Nothing in the picture stands out or moves as something that sounds.")
    return notes
