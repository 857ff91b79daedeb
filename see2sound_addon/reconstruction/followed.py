"""Of one shot: the objects that were followed and those that stand, as sources with paths, levels and moments over time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..backends import Backends
from ..findings import Box, Estimate, Evidence, FoundSource, Settings
from ..lexicon.classes import SILENT
from ..lexicon.lookup import sound_of
from ..placement.distance import FAR, MOST_DOUBT, foot_distance, size_distance
from ..placement.paths import Audible, fades, movement_levels, onsets, smooth_path
from ..placement.position import distance_to_ground
from ..placement.sizes import usual_height
from ..projection import Camera, Projection
from ..soundscene import Fader, Trajectory
from ..vision.boxes import inside, overlap
from ..vision.fusion import CROWDS, ellipse, object_of
from ..vision.labeller import Guess, guess_from
from ..vision.look import Sighting
from ..vision.regions import make_region, outline
from ..vision.tracking.linking import Object, objects_of
from ..vision.tracking.watching import Shot, Watched
from .looking import LookedAt
from .placing import distance_for_label

SAME = 0.3
"""Intersection over union from which on an object that was looked at is one that was followed."""
PART = 0.7
"""Share of the smaller one that lies in the other one, which tells the same."""
MOVES = 40.0
"""DB: what moves comes before what only stands out, as if it were so much louder."""
UNKNOWN_LEVEL = 65.0
"""DB at 1 m of what could not be named."""
PLACED_EVERY = 0.1
"""Seconds between two frames in which the distance of an object is estimated."""
AT_EDGE, IN_PICTURE, AT_CUT = 0.6, 0.3, 0.02
"""Seconds in which a source fades that leaves the picture, is lost within it, or ends with its shot."""
SHORTEST_GAP = 0.5
"""Seconds: what is outside the picture for less sounds on."""
MOVEMENT_RANGE = 18.0
"""DB between standing and moving fastest, for levels that follow movement."""
IN_THE_AIR = 0.15
"""Share of its frames in which an object must be above the horizon to be no object that stands on the ground."""
MASK_SIDE = 192
"""Pixels of the masks of what was followed."""


@dataclass
class ShotPoses:
    """The camera in a shot. `begins`: its first frame. `first`: (4, 4) its pose there by what the picture shows, world from
    camera. `turns`: (n, 3, 3) its rotation since. `scene`: (4, 4) the pose of the scene's camera in that frame, which may be
    another one. `moves`: whether the scene's camera turns, too. `known`: whether the background tells the rotation."""

    begins: int
    first: np.ndarray
    turns: np.ndarray
    scene: np.ndarray
    moves: bool
    known: bool = True

    def at(self, frame: int) -> np.ndarray:
        """The pose (4, 4) in a frame of the shot, by what the picture shows."""
        return turned(self.first, self.turns[frame - self.begins])

    def scene_at(self, frame: int) -> np.ndarray:
        """The pose (4, 4) of the scene's camera in a frame."""
        return turned(self.scene, self.turns[frame - self.begins]) if self.moves else self.scene.copy()

    def in_scene(self, frames: np.ndarray, path: np.ndarray) -> np.ndarray:
        """Positions (n, 3) in the scene, of positions from the camera in the axes of the shot's first frame.

        Around a camera that stands still, everything turns the other way.
        """
        if not self.moves:
            path = np.einsum("nji,nj->ni", self.turns[frames - self.begins], path)
        return np.asarray(path @ self.scene[:3, :3].T + self.scene[:3, 3])


def turned(pose: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """A pose (4, 4) after a rotation (3, 3) in its own axes."""
    new = pose.copy()
    new[:3, :3] = pose[:3, :3] @ turn
    return new


@dataclass
class Stage:
    """What all sources of a shot share. `times`: (n,) seconds of all frames. `cuts`: whether it begins, and ends, with one."""

    shot: Shot
    looked: LookedAt
    poses: ShotPoses
    times: np.ndarray
    rate: float
    projection: Projection
    settings: Settings
    cuts: tuple[bool, bool]

    def camera(self, frame: int) -> Camera:
        """The camera in a frame."""
        return Camera(self.projection, self.poses.at(frame))


@dataclass
class _Candidate:
    """A source in the making. `key`: dB, how loud it is likely to be at the camera."""

    source: FoundSource
    key: float


def sources_of_shot(
    shot: Shot,
    looked: LookedAt,
    poses: ShotPoses,
    times: np.ndarray,
    watched: Watched,
    projection: Projection,
    settings: Settings,
    backends: Backends,
) -> list[FoundSource]:
    """The sources of a shot: those that move or were followed first, and the ambience of the place last."""
    cuts = (shot is not watched.shots[0], shot is not watched.shots[-1])
    stage = Stage(shot, looked, poses, times, watched.rate, projection, settings, cuts)
    objects = objects_of(shot, watched.rate, projection)
    standing, followed = [], []
    taken: set[int] = set()
    for sighting, source in looked.found:
        match = _match(stage, sighting, source, objects, taken)
        if match is None:
            standing.append((sighting, source))
        else:
            taken.add(id(match))
            followed.append((match, sighting, source))
    groups = {name for name, _ in CROWDS.values()}
    crowds = [(sighting.region.kind, _shown_box(source)) for sighting, source in standing if sighting.region.kind in groups]
    alone = [one for one in objects if id(one) not in taken and not any(_is_member(one, *crowd) for crowd in crowds)]
    candidates = [_followed(stage, one, sighting, source, backends) for one, sighting, source in followed]
    candidates += [_followed(stage, one, None, None, backends) for one in alone]
    candidates += [_standing(stage, source) for sighting, source in standing if not sighting.region.is_bed]
    candidates = [one for one in candidates if one.source.prompt != SILENT]
    beds = [_standing(stage, source).source for sighting, source in standing if sighting.region.is_bed]
    candidates.sort(key=lambda one: -one.key)
    most = settings.max_sources
    beds = beds[: 0 if most == 1 and candidates else 1]
    return [one.source for one in candidates[: most - len(beds)]] + beds


def _shown_box(source: FoundSource) -> Box:
    """The box of a source in the whole picture."""
    return source.evidence.box if source.evidence is not None else (0.0, 0.0, 1.0, 1.0)


def _match(stage: Stage, sighting: Sighting, source: FoundSource, objects: list[Object], taken: set[int]) -> Object | None:
    """The object that was followed where something was seen, or None."""
    if sighting.guess.extent != "point":
        return None
    shown = _shown_box(source)
    best, most = None, 0.0
    for one in objects:
        at = np.searchsorted(one.frames, stage.shot.looked)
        if id(one) in taken or at >= len(one.frames) or one.frames[at] - stage.shot.looked > 2:
            continue
        box = _box(one.boxes[at])
        same = overlap(box, shown)
        if (same > SAME or inside(box, shown) > PART) and same > most:
            best, most = one, same
    return best


def _is_member(one: Object, kind: str, box: Box) -> bool:
    """Whether an object is one of a crowd, or of another group, that was seen as a whole."""
    if one.name not in CROWDS or CROWDS[one.name][0] != kind:
        return False
    middle = one.boxes[len(one.boxes) // 2]
    x, y = (middle[0] + middle[2]) / 2.0, (middle[1] + middle[3]) / 2.0
    x0, y0, x1, y1 = box
    return bool(x0 <= x <= x1 and y0 <= y <= y1)


def _followed(
    stage: Stage, one: Object, sighting: Sighting | None, source: FoundSource | None, backends: Backends
) -> _Candidate:
    """An object that was followed, as a source."""
    guess, score = _guess(stage, one, sighting, backends), one.score
    frames = one.frames
    centres = (one.boxes[:, :2] + one.boxes[:, 2:]) / 2.0
    _, rays = stage.projection.rays(centres)
    turns = stage.poses.turns[frames - stage.poses.begins]
    directions = np.einsum("nij,nj->ni", turns, rays)
    metres, doubts, shown = _distances(stage, one, guess, source)
    path = smooth_path(stage.times[frames], directions, metres, doubts, one.seen)
    evidence = _evidence(stage, one, sighting, source, shown)
    positions = stage.poses.in_scene(frames, path)
    steps = one.steps * stage.rate
    found = FoundSource(
        "", guess.label, guess.prompt, "point", max(score, source.score if source is not None else 0.0),
        _trajectory(stage.times[frames], positions),
        Estimate(float(metres[shown]), float(doubts[shown])), evidence=evidence,
        fader=_fader(stage, one, steps), events=onsets(stage.times[frames], steps),
    )  # fmt: skip
    level = sound_of(guess.label).level if one.name or sighting is not None else 0.0
    key = (level or UNKNOWN_LEVEL) - 20.0 * np.log10(max(float(np.median(metres)), 1.0))
    return _Candidate(found, float(key) + (MOVES if np.ptp(path, axis=0).max() > 0.0 else 0.0))


def _trajectory(times: np.ndarray, positions: np.ndarray) -> Trajectory:
    if np.ptp(positions, axis=0).max() < 1e-9:
        return Trajectory.fixed(positions[0])
    # A hundredth of a millimetre: long paths travel as text between processes.
    return Trajectory(times.round(8), positions.round(5), np.array([[1.0, 0.0, 0.0, 0.0]]))


def _guess(stage: Stage, one: Object, sighting: Sighting | None, backends: Backends) -> Guess:
    """What an object is: by its name, by what was seen of it, or unknown as the labeller has it."""
    if (known := object_of(one.name)) is not None:
        return guess_from(known.label, known.extent)
    if sighting is not None:
        return sighting.guess
    row = _row_at(one, stage.shot.looked)
    box = one.boxes[len(one.boxes) // 2 if row is None else row]
    height, width = stage.looked.view.small.shape[:2]
    mask = ellipse((height, width), tuple(np.clip(box, 0.0, 1.0) * [width, height, width, height]))
    mask[0, 0] |= not mask.any()
    return backends.labeller(stage.looked.view, make_region(mask, one.score, "unseen" if row is None else "unknown"))


def _distances(stage: Stage, one: Object, guess: Guess, source: FoundSource | None) -> tuple[np.ndarray, np.ndarray, int]:
    """Metres and doubts (n,) of an object in each frame, and the row that shows it best."""
    every = max(1, round(PLACED_EVERY * stage.rate))
    rows = np.unique(np.append(np.arange(0, len(one.frames), every), len(one.frames) - 1))
    cameras, boxes = [stage.camera(int(one.frames[row])) for row in rows], [_box(one.boxes[row]) for row in rows]
    ground, _ = _by_picture(stage, one, rows)
    sized = usual_height(guess.label) is not None
    logs, doubts = _by_size(ground, guess.label, boxes, cameras) if sized else _by_growth(ground, boxes, cameras)
    areas = np.array([(box[2] - box[0]) * (box[3] - box[1]) for box in boxes])
    best = int(rows[np.argmax(np.where(one.seen[rows] & (doubts < 1.5 * doubts.min()), areas, 0.0))])
    looked = _row_at(one, stage.shot.looked)
    if source is not None and looked is not None:  # what was looked at closely is placed as in a still picture
        logs += np.log(source.distance.metres) - np.interp(looked, rows, logs)
        best = looked
    each = np.arange(len(one.frames))
    return np.exp(np.interp(each, rows, logs)), np.interp(each, rows, doubts), best


def _by_picture(stage: Stage, one: Object, rows: np.ndarray) -> tuple[list[Estimate], list[bool]]:
    """The distances of an object in some rows by the pictures alone, and whether a depth model has measured them.

    That counts where it is surer than the foot on the ground. Between two frames that were measured the object keeps its size,
    so that distance and angle are inverse to each other.
    """
    cameras, boxes = [stage.camera(int(one.frames[row])) for row in rows], [_box(one.boxes[row]) for row in rows]
    found = [foot_distance(camera, box, stage.looked.confidence) for camera, box in zip(cameras, boxes, strict=True)]
    known = {row: distance for frame, distance in one.distances if (row := _row_at(one, frame)) is not None}
    if not known:
        return found, [False] * len(found)
    at = sorted(known)
    sizes = [known[row].metres * _angle(stage.camera(int(one.frames[row])), _box(one.boxes[row])) for row in at]
    angles = [_angle(camera, box) for camera, box in zip(cameras, boxes, strict=True)]
    metres, doubt = np.interp(rows, at, sizes) / angles, max(distance.sigma for distance in known.values())
    surer = [doubt < by_foot.sigma for by_foot in found]
    return [Estimate(float(m), doubt) if use else f for m, use, f in zip(metres, surer, found, strict=True)], surer


def _by_size(ground: list[Estimate], label: str, boxes: list[Box], cameras: list[Camera]) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of the distances (k,) of an object of a usual size, and their doubts.

    Where its size cannot be seen, at the edge of the picture, the ground alone tells the distance. The two differ by the same
    factor all along, so what the size tells elsewhere corrects that.
    """
    logs = np.log([one.metres for one in ground])
    known = []
    for number, (camera, box) in enumerate(zip(cameras, boxes, strict=True)):
        known.append(distance_for_label(ground[number], label, box, _centre(box), camera))
    both, doubts = np.log([one.metres for one in known]), np.array([one.sigma for one in known])
    whole = np.array([size_distance(label, box, camera) is not None for camera, box in zip(cameras, boxes, strict=True)])
    if whole.any():
        both[~whole] = (logs + float(np.median((both - logs)[whole])))[~whole]
    return both, doubts


def _by_growth(ground: list[Estimate], boxes: list[Box], cameras: list[Camera]) -> tuple[np.ndarray, np.ndarray]:
    """The same for an object whose size is not known: as it grows in the picture it comes nearer.

    How far it is on the whole, its foot tells, unless that is seen above the horizon: then it does not stand on the ground.
    """
    sizes = np.log([_angle(camera, box) for camera, box in zip(cameras, boxes, strict=True)])
    logs, doubts = np.log([one.metres for one in ground]), np.array([one.sigma for one in ground])
    in_the_air = np.array([one.sigma >= MOST_DOUBT for one in ground])
    if in_the_air.mean() > IN_THE_AIR:
        logs[:] = np.log(FAR)
    middle = float(np.average(logs + sizes, weights=1.0 / doubts**2))
    lowest = [distance_to_ground(camera, _centre(box)) for camera, box in zip(cameras, boxes, strict=True)]
    middle = min(middle, float((np.log(lowest) + sizes).min()))  # it is never below the ground
    return np.minimum(middle - sizes, np.log(FAR)), np.full(len(sizes), float(np.median(doubts)))


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0


def _angle(camera: Camera, box: Box) -> float:
    """The angle that the mean side of a box spans, radians."""
    x, y = _centre(box)
    _, rays = camera.projection.rays(np.array([[box[0], y], [box[2], y], [x, box[1]], [x, box[3]]]))
    wide, high = (float(np.arccos(np.clip(rays[n] @ rays[n + 1], -1.0, 1.0))) for n in (0, 2))
    return max(math.sqrt(wide * high), 1e-4)


def _row_at(one: Object, frame: int) -> int | None:
    row = int(np.searchsorted(one.frames, frame))
    return row if row < len(one.frames) and one.frames[row] == frame else None


def _evidence(stage: Stage, one: Object, sighting: Sighting | None, source: FoundSource | None, row: int) -> Evidence:
    """What shows the object, in the frame that shows it best."""
    frame = int(one.frames[row])
    pose, seconds = stage.poses.scene_at(frame), float(stage.times[frame])
    if source is not None and source.evidence is not None:
        return replace(source.evidence, pose=pose, seconds=seconds)
    box = _box(np.clip(one.boxes[row], 0.0, 1.0))
    side = MASK_SIDE
    mask = ellipse((side, side), (box[0] * side, box[1] * side, box[2] * side, box[3] * side))
    (distance,), (measured,) = _by_picture(stage, one, np.array([row]))
    return Evidence(box, _centre(box), distance, mask, outline(mask), pose, seconds, measured)


def _standing(stage: Stage, source: FoundSource) -> _Candidate:
    """What stands still in the world, as a source: the camera may turn away from it."""
    level = sound_of(source.label).level or UNKNOWN_LEVEL
    key = level - 20.0 * float(np.log10(max(source.distance.metres, 1.0)))
    shot, poses = stage.shot, stage.poses
    if source.evidence is not None:
        pose, seconds = poses.scene_at(shot.looked), float(stage.times[shot.looked])
        source = replace(source, evidence=replace(source.evidence, pose=pose, seconds=seconds))
    if source.extent != "ambient":
        frames = np.arange(shot.first, shot.last + 1)
        from_camera = (source.position - poses.first[:3, 3]) @ poses.first[:3, :3]
        positions = poses.in_scene(frames, np.broadcast_to(from_camera, (len(frames), 3)))
        points = source.points @ poses.first[:3, :3] @ poses.scene[:3, :3].T
        source = replace(source, path=_trajectory(stage.times[frames], positions), points=points)
    begins, ends = stage.cuts
    if begins or ends:
        audible = Audible(
            float(stage.times[shot.first]) + AT_CUT, _end_of(stage, shot.last) - AT_CUT, AT_CUT if begins else 0.0,
            AT_CUT if ends else 0.0,
        )  # fmt: skip
        source = replace(source, fader=Fader(*fades([audible])))
    return _Candidate(source, key)


def _end_of(stage: Stage, frame: int) -> float:
    """When a frame is no longer shown."""
    later = frame + 1
    return float(stage.times[later]) if later < len(stage.times) else float(stage.times[frame]) + 1.0 / stage.rate


def _fader(stage: Stage, one: Object, steps: np.ndarray) -> Fader:
    """The level over time of an object that comes, goes, and comes back."""
    shot, times = stage.shot, stage.times
    parts, start = [], int(one.frames[0])
    for left, back in one.gaps:
        if times[back] - times[left] > SHORTEST_GAP:
            parts.append((start, left))
            start = back
    parts.append((start, int(one.frames[-1])))
    audible: list[Audible] = []
    for number, (first, last) in enumerate(parts):
        at_edge_before = number > 0 or one.enters
        at_edge_after = number + 1 < len(parts) or one.leaves
        before = float(times[first] - times[parts[number - 1][1]]) if number else np.inf
        after = float(times[parts[number + 1][0]] - times[last]) if number + 1 < len(parts) else np.inf
        fade_in = min(AT_EDGE if at_edge_before else IN_PICTURE, 0.45 * before)
        fade_out = min(AT_EDGE if at_edge_after else IN_PICTURE, 0.45 * after)
        begin, end = float(times[first]), float(times[last])
        if first == shot.first:
            fade_in = AT_CUT if stage.cuts[0] else 0.0
            begin += fade_in
        if last == shot.last:
            end = _end_of(stage, last)
            fade_out = AT_CUT if stage.cuts[1] else 0.0
            end -= fade_out
        audible.append(Audible(begin, max(begin, end), fade_in, fade_out))
    fade_times, levels = fades(audible)
    if not stage.settings.footage.level_by_movement:
        still = len(audible) == 1 and audible[0].fade_in == audible[0].fade_out == 0.0
        return Fader() if still else Fader(fade_times, levels)
    own = movement_levels(steps, MOVEMENT_RANGE)
    at = times[one.frames]
    every = np.unique(np.concatenate([fade_times, at]))
    return Fader(every, np.interp(every, fade_times, levels) + np.interp(every, at, own))


def _box(values: np.ndarray) -> Box:
    x0, y0, x1, y1 = (float(value) for value in values)
    return x0, y0, x1, y1
