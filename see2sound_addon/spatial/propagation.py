"""Propagation from sources to the listener: retarded time, direction and level.

Everything is computed on an absolute grid of control points, STEP samples apart, so that the result does not depend on
where blocks begin.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import resample

from ..soundscene import Occlusion, Reflection, SoundScene, Source
from .damping import Damping
from .delayline import Clip, Recent, Walled, read_smoothly
from .extent import SPOKES, decorrelated, spokes
from .kernels import kernel
from .kernels.grid import HOP, MARGIN, STEP
from .levels import cone_gain, distance_gain, fader_gain, has_cone, length_of, occlusion_gain, spreading_gain
from .lowfrequency import low_frequencies
from .motion import Reach, Segment, segments
from .room.images import Image, image_of, images, outside
from .ways import Bend, Way, octaves_of, way_around

CROSSFADE = 0.010
"""Seconds over which the old position fades into the new one at a cut."""
FASTEST = 0.9
"""Fraction of the speed of sound. Faster sources are rendered position by position, without Doppler, see `motion.segments`."""
POINTLESS = 0.2
"""Metres: within this distance a source gradually loses its direction."""
SETTLED = 21.0
"""Nepers: the retarded time is right to 1e-9 of the delay, far less than a thousandth of a sample."""
_TOO_FAST = f"faster than {FASTEST:g} times the speed of sound; there it is heard from place to place, without Doppler."
JUST_BEFORE = 1e-4
"""Seconds before a cut at which what was traced of the shot before it ends."""
LOOP_FADE = 0.005
"""Seconds over which a loop that begins during the mix fades in; other clips begin as they are."""


@dataclass
class Arrival:
    """One source's sound at the listener over a block, before it is given a direction.

    All arrays are over control points (m,): `moment` is the position in the clip, in samples; `gain` linear; `direction`
    (m, 3) unit vectors in the listener's frame; `sharpness` 1 far away, 0 at the listener. `filters`: magnitudes of its
    damping, or None. `core`: the control points from one before the block to two after it; a filtered sound needs others on
    either side.
    """

    voice: Voice
    moment: np.ndarray
    gain: np.ndarray
    direction: np.ndarray
    sharpness: np.ndarray
    filters: np.ndarray | None
    core: slice


def heard(arrivals: list[Arrival], rate: float, later: list[np.ndarray] | None = None) -> list[np.ndarray]:
    """The sound of each arrival over the block before its gain, (n,) float32, each moment `later` (m,) seconds than it would
    arrive."""
    moments = [arrival.moment for arrival in arrivals]
    if later is not None:
        moments = [moment - rate * late for moment, late in zip(moments, later, strict=True)]
    signals = read_smoothly([arrival.voice.clip for arrival in arrivals], moments)
    return [
        signal if arrival.filters is None else kernel().filter_moving(signal, arrival.filters)
        for signal, arrival in zip(signals, arrivals, strict=True)
    ]


@dataclass
class Voice:
    """A source, or one of the copies that make it wide: what it plays, where, through which filter.

    `spoke`: which direction of an area's it is, -1 for a point; `fixed`: (3,) a direction in the listener's frame that it
    has whatever moves, for ambient sound, or None. `image`: which reflection it is, or None; `shown`: how much of that is seen
    over time. `bend`: the way that it takes around edges, or None. `is_lfe`: whether it is what the source sends to the
    low-frequency loudspeakers.
    """

    source: Source
    clip: Clip | Walled
    seconds: float
    path: list[Segment]
    damping: Damping
    level: float = 1.0
    spoke: int = -1
    fixed: np.ndarray | None = None
    image: Image | None = None
    shown: Reflection | None = None
    bend: Bend | None = None
    is_lfe: bool = False


def ramp(control: np.ndarray) -> np.ndarray:
    """Interpolate control values (m,) linearly to samples (STEP * (m - 3),), float32."""
    along = np.arange(STEP) / STEP
    values = control[1:-2, None] * (1.0 - along) + control[2:-1, None] * along
    return values.ravel().astype(np.float32)


class Propagation:
    """Propagation of all sources of a scene to its listener.

    `clips`: one mono signal (n,) float32 at the scene's rate for each source. `around`: directions (k, 3) in the listener's
    frame over which ambient sound is spread, or None where it has no direction at all. `directionless`:
    whether that is for diffuse sources only. `lfe`: whether low-frequency sends are wanted. `elsewhere`: numbers of sources
    that another part renders.
    """

    def __init__(
        self,
        scene: SoundScene,
        clips: list[np.ndarray],
        around: np.ndarray | None = None,
        directionless: bool = False,
        lfe: bool = False,
        elsewhere: frozenset[int] = frozenset(),
    ) -> None:
        self.scene, self.directionless = scene, directionless
        self.rate = float(scene.sample_rate)
        # An exaggerated Doppler shift must not turn time around.
        fastest = FASTEST * scene.speed_of_sound / max(1.0, scene.doppler_factor)
        self.listener, too_fast = segments(scene.listener, fastest)
        self.notes = [f"The listener moves {_TOO_FAST}"] if too_fast else []
        self.voices: list[Voice] = []
        self._recent = Recent()
        self._reaches: dict[int, Reach] = {}
        reflections = images(scene.room)
        for number, (source, samples) in enumerate(zip(scene.sources, clips, strict=True)):
            path, too_fast = segments(source.path, fastest)
            if too_fast:
                self.notes.append(f"Source {source.id!r} moves {_TOO_FAST}")
            samples = at_pitch(samples, source.pitch, source.loop)
            clip, damping = Clip(samples, source.loop), Damping(scene.air, source.occlusion, self.rate)
            direct = Voice(source, clip, len(samples) / self.rate, path, damping)
            if number not in elsewhere:
                # By its name, so that it sounds the same where it is mixed alone.
                seed = zlib.crc32(source.id.encode()) + scene.seed
                self.voices += self._copies(direct, clip.samples, around, seed)
                self.voices += self._reflections(direct, clip, reflections)
                self.voices += self._traced(direct, clip)
            if lfe and source.lfe_db is not None:
                low = Clip(low_frequencies(samples, self.rate, source.loop), source.loop)
                lasts, level = len(low.samples) / self.rate, 10.0 ** (source.lfe_db / 20.0)
                self.voices.append(replace(direct, clip=low, seconds=lasts, level=level, is_lfe=True))
        self.margin = max((_margin(voice) for voice in self.voices), default=0)

    def _copies(self, direct: Voice, samples: np.ndarray, around: np.ndarray | None, seed: int) -> list[Voice]:
        """A source's direct sound: one voice, or as many as make it wide."""
        source = direct.source
        wide = source.extent == "area" and (source.radius > 0.0 or len(source.points) > 0)
        if source.extent != "ambient" or (self.directionless and not source.diffuse):
            around = None
        count = (len(source.points) or SPOKES + 1) if wide else 0 if around is None else len(around)
        if count == 0:
            return [direct]
        voices = []
        for number, copy in enumerate(decorrelated(samples, count, self.rate, source.loop, seed)):
            clip = Clip(copy, source.loop)
            voice = replace(direct, clip=clip, seconds=len(copy) / self.rate, level=count**-0.5)
            if wide:
                voice.spoke = number
            elif around is not None:
                voice.fixed = around[number]
            voices.append(voice)
        return voices

    def _reflections(self, direct: Voice, clip: Clip, reflections: tuple[Image, ...]) -> list[Voice]:
        source = direct.source
        if not reflections or source.extent == "ambient":
            return []
        note = outside(self.scene.room, source.id, source.path)
        if note:
            self.notes += note
            return []
        # What stands between source and listener does not stand in the way of their images.
        damping = Damping(self.scene.air, Occlusion(), self.rate)
        walled = {image.reflectance.tobytes(): self._walled(clip, image) for image in reflections}
        return [
            replace(direct, clip=walled[image.reflectance.tobytes()], image=image, damping=damping) for image in reflections
        ]

    def _walled(self, clip: Clip, image: Image) -> Walled:
        return Walled(clip, image.reflectance, self.rate, self._recent)

    def _traced(self, direct: Voice, clip: Clip) -> list[Voice]:
        """What the meshes of a scene reflect, and lead around their edges."""
        source, air = direct.source, self.scene.air
        if source.extent == "ambient":
            return []
        free = Damping(air, Occlusion(), self.rate)
        images = [image_of(one) for one in source.reflections]
        seen = [
            replace(direct, clip=self._walled(clip, image), image=image, shown=one, damping=free)
            for image, one in zip(images, source.reflections, strict=True)
        ]
        return seen + [
            replace(direct, bend=Bend(one), damping=Damping(air, octaves_of(one), self.rate)) for one in source.detours
        ]

    def arrivals(self, start: int, stop: int) -> Iterator[Arrival]:
        """What arrives from sample `start` to `stop`, both multiples of STEP: one item a voice and pose between cuts."""
        points = np.arange(start // STEP - 1 - self.margin, -(-stop // STEP) + 2 + self.margin)
        times = points * STEP / self.rate
        for ear in self.listener:
            heard = presence(times, ear)
            if not heard.any():
                continue
            poses = (ear.positions(times), ear.rotations(times))
            during = times[heard > 0.0][[0, -1]]
            for voice in self.voices:
                for number in self._possible(during, ear, voice):
                    arrival = self._arrive(times, poses, heard, ear, voice.path[number], voice)
                    if arrival is not None:
                        yield arrival

    def _possible(self, during: np.ndarray, ear: Segment, voice: Voice) -> Iterable[int]:
        """Which of a voice's stretches may be heard from the first to the last moment (2,) of `during`, in their order.

        By the shortest and the longest way between where both can be, so that what has many cuts is not tried in all pairs.
        """
        if len(voice.path) == 1:
            return (0,)
        reach, here = self._reach(voice.path, id(voice.path)), self._reach([ear], id(ear))
        centres = reach.centres if voice.image is None else voice.image.mirror(reach.centres)
        way = np.linalg.norm(centres - here.centres, axis=1)
        play = reach.radii + here.radii
        speed = np.inf if voice.source.synchronous else self.scene.speed_of_sound
        late, early = (way + play) / speed, np.maximum(way - play, 0.0) / speed
        margin = 2.0 * CROSSFADE
        possible = (reach.ends > during[0] - late - margin) & (reach.begins < during[1] - early + margin)
        return np.flatnonzero(possible).tolist()

    def _reach(self, stretches: list[Segment], key: int) -> Reach:
        if key not in self._reaches:
            self._reaches[key] = Reach(stretches)
        return self._reaches[key]

    def _arrive(
        self,
        times: np.ndarray,
        poses: tuple[np.ndarray, np.ndarray],
        heard: np.ndarray,
        ear: Segment,
        mouth: Segment,
        voice: Voice,
    ) -> Arrival | None:
        source = voice.source
        # While one shot fades into the next, each keeps what was traced for itself.
        held = times if ear.endless else np.clip(times, ear.begin, ear.end - JUST_BEFORE)
        there = heard
        if voice.shown is not None or voice.bend is not None:
            there = there * _seen_share(held, voice)
            if not there.any():
                return None
        way = self._way(times, held, poses[0], ear, mouth, voice)
        emitted, towards, distance = way.emitted, way.towards, way.length
        moment = times - way.delay - source.start
        if not mouth.endless:
            there = there * presence(emitted, mouth)
        first = float(moment.min())
        if source.loop and first < LOOP_FADE:
            there = there * np.clip(moment / LOOP_FADE, 0.0, 1.0)
        if not (there * self._playing(moment, first, voice)).any():
            return None
        level = voice.level * 10.0 ** (source.gain_db / 20.0) * fader_gain(emitted, source)
        if voice.image is None and voice.bend is None:
            level = level * occlusion_gain(held, source)
        gain = there * level
        if not voice.is_lfe:  # no distance, no direction: the LFE send has no distance gain and no direction
            gain *= self._level(way, mouth, voice)
        if voice.spoke >= 0 and len(source.points) and voice.bend is None:
            towards = towards + mouth.rotations(emitted) @ source.points[voice.spoke]
            distance = length_of(towards)
        direction, sharpness = self._direction(towards, distance, poses[1], voice)
        own = _margin(voice)
        extra = self.margin - own
        mine, filters = slice(extra, len(times) - extra), None
        if voice.damping.active:
            every = HOP // STEP
            middles = slice(extra + 1 + every, len(times) - extra - 1 - every, every)
            filters = voice.damping.magnitudes(held[middles], distance[middles])
        core = slice(own, len(times) - 2 * extra - own)
        moment = moment[mine] * self.rate
        return Arrival(voice, moment, gain[mine], direction[mine], sharpness[mine], filters, core)

    def _playing(self, moment: np.ndarray, first: float, voice: Voice) -> np.ndarray | bool:
        """Whether a clip sounds at moments (n,) after its beginning. `first`: the earliest of them."""
        margin = 2.0 * STEP / self.rate
        if voice.source.loop:
            return True if first > -margin else moment > -margin
        return (moment > -margin) & (moment < voice.seconds + margin)

    def _way(
        self, times: np.ndarray, held: np.ndarray, positions: np.ndarray, ear: Segment, mouth: Segment, voice: Voice
    ) -> Way:
        """How the sound comes that arrives at `times` (n,) at `positions` (n, 3). `held`: times within the ear's shot."""
        speed, factor = self.scene.speed_of_sound, self.scene.doppler_factor
        corners = None if voice.bend is None else voice.bend.corners(held)
        if voice.source.synchronous:
            way = _way_from(mouth.positions(times), positions, voice.image, corners)
            # What comes another way is as late after the direct sound as it would be.
            direct = length_of(mouth.positions(times) - positions)
            way.emitted, way.delay = times, (way.length - direct) / speed
            return way
        way = self._retarded(times, positions, mouth, voice.image, corners)
        if factor != 1.0:
            first = self._first_delay(ear, mouth, voice)
            way.delay = np.maximum(first + factor * (way.delay - first), 0.0)
        return way

    def _level(self, way: Way, mouth: Segment, voice: Voice) -> np.ndarray:
        """Linear gain (n,) of distance and cone. Blender's Speakers face along their local -Z."""
        source, image = voice.source, voice.image
        if image is None:
            gain = distance_gain(way.straight, source, self.scene.distance_model)
        else:
            gain = spreading_gain(way.straight, source)
        if not has_cone(source):
            return gain
        facing = -mouth.rotations(way.emitted)[:, :, 2]
        return gain * cone_gain(way.outwards, facing if image is None else facing @ image.matrix.T, source)

    def _direction(
        self, towards: np.ndarray, distance: np.ndarray, rotations: np.ndarray, voice: Voice
    ) -> tuple[np.ndarray, np.ndarray]:
        """Unit vectors (m, 3) in the listener's frame, and their sharpness (m,), 0 to 1."""
        if voice.fixed is not None:
            return np.broadcast_to(voice.fixed, towards.shape), np.ones(len(distance))
        direction = kernel().face(towards, distance, rotations)
        if voice.source.extent == "ambient":
            return direction, np.zeros(len(distance))
        if voice.spoke >= 0 and len(voice.source.points) == 0:
            half_angle = np.arctan2(voice.source.radius, distance)
            return spokes(direction, half_angle)[voice.spoke], np.ones(len(distance))
        return direction, np.minimum(distance / POINTLESS, 1.0)

    def _retarded(
        self, times: np.ndarray, positions: np.ndarray, mouth: Segment, image: Image | None, corners: np.ndarray | None
    ) -> Way:
        """How the sound that arrives at `times` came, and when it was emitted.

        Solves t_e = t - |L(t) - P(t_e)| / c by fixed-point iteration, see `kernels.interface.Kernel.emit`.
        """
        speed, emitted = self.scene.speed_of_sound, times
        # As many turns as this path ever needs, not as many as this block does: the result must be the same to the bit.
        mach = min(0.95, 1.2 * mouth.top_speed / speed)
        rounds = 1 + (int(np.ceil(-SETTLED / np.log(mach))) if mach > 0.0 else 0)
        if corners is None:
            mirror = None if image is None else np.concatenate([image.matrix.T, image.offset[None]])
            emitted, towards, length = kernel().emit(times, positions, mouth, mirror, speed, rounds)
            return Way(towards, length, length, None, emitted, times - emitted)
        for _ in range(rounds):
            way = way_around(corners, positions, mouth.positions(emitted))
            emitted = times - way.length / speed
        way.emitted, way.delay = emitted, times - emitted
        return way

    def _first_delay(self, ear: Segment, mouth: Segment, voice: Voice) -> float:
        """The delay in seconds at the beginning of both stretches."""
        time = np.array([max(ear.begin, mouth.begin, 0.0)])
        corners = None if voice.bend is None else voice.bend.corners(time)
        way = _way_from(mouth.positions(time), ear.positions(time), voice.image, corners)
        return float(way.length[0]) / self.scene.speed_of_sound


def at_pitch(samples: np.ndarray, pitch: float, loop: bool) -> np.ndarray:
    """A clip (n,) played `pitch` times faster, (round(n / pitch),), without aliasing.

    Resampled by FFT, and so seamless for a loop; other clips are padded with silence first.
    """
    if pitch == 1.0:
        return samples
    length = max(1, round(len(samples) / pitch))
    if loop:
        return resample(samples, length).astype(np.float32)
    margin = min(len(samples), 4096)
    padded = np.pad(samples, (0, margin))
    return resample(padded, max(1, round(len(padded) / pitch)))[:length].astype(np.float32)


def _way_from(places: np.ndarray, positions: np.ndarray, image: Image | None, corners: np.ndarray | None) -> Way:
    """The way from a source at `places` (n, 3) to `positions` (n, 3): around corners, by a mirror, or straight."""
    if corners is not None:
        return way_around(corners, positions, places)
    towards = (places if image is None else image.mirror(places)) - positions
    length = length_of(towards)
    return Way(towards, length, length)


def _margin(voice: Voice) -> int:
    """Control points that a voice's filters need on either side."""
    return MARGIN // STEP if voice.damping.active else 0


def _seen_share(times: np.ndarray, voice: Voice) -> np.ndarray:
    """(n,) 0 to 1: how much of a voice there is at the moments of arrival `times` (n,)."""
    if voice.shown is not None:
        return np.interp(times, voice.shown.times, voice.shown.gain)
    return np.ones(len(times)) if voice.bend is None else voice.bend.there(times)


def presence(times: np.ndarray, segment: Segment) -> np.ndarray:
    """(n,): 1 within a segment, 0 outside, with straight fades around its cuts; all segments add up to 1, however close."""
    since_begin = _ramp_up(times - segment.begin) if np.isfinite(segment.begin) else np.ones(len(times))
    since_end = _ramp_up(times - segment.end) if np.isfinite(segment.end) else np.zeros(len(times))
    return since_begin - since_end


def _ramp_up(since: np.ndarray) -> np.ndarray:
    return np.clip(since / CROSSFADE + 0.5, 0.0, 1.0)
