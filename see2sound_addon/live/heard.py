"""From tracks to what is heard now: which track has a sound, where it is, and which voice goes on when a track is lost."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..findings import Box, Estimate
from ..lexicon.classes import SILENT
from ..objects import OBJECTS
from ..placement.distance import combine, foot_distance, size_distance
from ..projection import Camera
from ..vision.tracking.tracks import Track

SURE = 0.6
"""Sum of the detector's scores from which on a track has a sound."""
FOLLOWS, FOLLOWS_DISTANCE = 0.35, 0.06
"""How far a direction, and a distance, go in a frame to what is seen in it."""
COMES_BACK, NEAR = 3.0, 0.35
"""Seconds for which a lost object is waited for, and radians within which it comes back."""
GOES_ON = 0.4
"""Seconds for which an object that is lost goes on to sound."""


@dataclass(frozen=True)
class Seen:
    """Where a source is now. `direction`: (3,) from the listener, x front, y left, z up. `ambient`: from everywhere."""

    direction: np.ndarray
    metres: float
    ambient: bool = False


@dataclass
class Standing:
    """A source that does not move in the world. `direction`: (3,) world."""

    name: str
    direction: np.ndarray
    metres: float
    ambient: bool


@dataclass
class _Heard:
    name: str
    label: str
    direction: np.ndarray
    metres: float
    seen: float
    track: Track | None


@dataclass
class Scene:
    """What is heard. `camera`: of the first frame. `most`: sources that move at once."""

    camera: Camera
    confidence: float
    most: int
    standing: list[Standing] = field(default_factory=list)
    heard: list[_Heard] = field(default_factory=list)
    wanted: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def update(self, tracks: list[Track], size: tuple[int, int], turn: np.ndarray, time: float) -> dict[str, Seen]:
        """Where every source is, by the tracks of the latest frame, in the listener's frame.

        `turn`: (3, 3) the camera's rotation since the first frame. New sources are added to `wanted`: name and label.
        """
        camera = Camera(self.camera.projection, self.camera.pose.copy())
        camera.pose[:3, :3] = camera.pose[:3, :3] @ turn
        scale = np.array([*size, *size], float)
        for track in tracks:
            if sum(track.votes.values()) >= SURE and OBJECTS[track.name].prompt != SILENT:
                self._see(track, track.boxes[-1] / scale, camera, time)
        lasting = {id(track) for track in tracks}
        for one in self.heard:
            if one.track is not None and id(one.track) not in lasting:
                one.track = None
        self.heard = [one for one in self.heard if one.track is not None or time - one.seen < COMES_BACK]
        return self._placed(camera, time)

    def _see(self, track: Track, box: np.ndarray, camera: Camera, time: float) -> None:
        where: Box = tuple(float(v) for v in box)  # type: ignore[assignment]
        centre = np.array([[(where[0] + where[2]) / 2.0, (where[1] + where[3]) / 2.0]])
        way = camera.pose[:3, :3] @ camera.projection.rays(centre)[1][0]
        one = next((one for one in self.heard if one.track is track), None) or self._comes_back(track, way, time)
        metres = self._metres(track, where, camera)
        if one is None:
            if sum(other.track is not None for other in self.heard) >= self.most:
                return
            self.count += 1
            label = OBJECTS[track.name].label
            one = _Heard(f"{label}_{self.count}", label, way, metres, time, track)
            self.heard.append(one)
            self.wanted.append((one.name, label))
        one.track, one.seen = track, time
        way = one.direction + FOLLOWS * (way - one.direction)
        one.direction = way / np.linalg.norm(way)
        one.metres *= float(np.exp(FOLLOWS_DISTANCE * np.log(metres / one.metres)))

    def _comes_back(self, track: Track, way: np.ndarray, time: float) -> _Heard | None:
        """The lost source that a new track goes on with."""
        label = OBJECTS[track.name].label
        lost = [one for one in self.heard if one.track is None and one.label == label and time - one.seen < COMES_BACK]
        near = [one for one in lost if float(np.arccos(np.clip(one.direction @ way, -1.0, 1.0))) < NEAR]
        return max(near, key=lambda one: float(one.direction @ way), default=None)

    def _metres(self, track: Track, box: Box, camera: Camera) -> float:
        estimates: list[Estimate] = [foot_distance(camera, box, self.confidence)]
        sized = size_distance(OBJECTS[track.name].label, box, camera)
        return combine([*estimates, *([sized] if sized is not None else [])]).metres

    def _placed(self, camera: Camera, time: float) -> dict[str, Seen]:
        """In the listener's frame: x front is the camera's -Z, y left its -X, z up its +Y."""
        to_camera = camera.pose[:3, :3].T

        def local(way: np.ndarray) -> np.ndarray:
            x, y, z = to_camera @ way
            return np.array([-z, -x, y])

        placed = {one.name: Seen(local(one.direction), one.metres, one.ambient) for one in self.standing}
        for one in self.heard:
            if one.track is not None or time - one.seen < GOES_ON:
                placed[one.name] = Seen(local(one.direction), one.metres)
        return placed
