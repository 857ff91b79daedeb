"""The live preview: play all sources through Blender's audio device.

Directions and levels are those of the mix, and so is what was traced of the scene at the current frame: what hides a source
makes it quieter and duller, and its reverberation has the traced level and, roughly, decay. Delay, Doppler, air, reflections
and other rooms are the mix's alone. The audio is made by Blender's audio library (aud); Python updates all positions about 60
times a second, and the audio thread does not wait for it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import bpy
import numpy as np

from ...acoustics import looking
from ...errors import See2SoundError
from ...pipeline import read_head
from ...soundscene import Cone, Source, Trajectory
from ...spatial.ears import left_ear, left_loudspeaker
from ...spatial.levels import cone_gain, distance_gain
from ..room import shown
from ..sources import NO_SOUND, heard_and_unheard, sound_strips
from ..units import frame_rate, metres_per_unit

RATE = 48000
BUFFER = 512
"""Samples; Blender's own 2048 would be heard as a lag."""
MOST = 24
"""Voices at once; the loudest are heard."""
DRIFT = 0.12
"""Seconds that a playing clip may be away from where the animation is."""
SCRUB = 0.3
"""Seconds that a sound without loop is heard after each step through the timeline."""
MOST_FAILURES = 20
"""Beats in a row in which a voice may fail before its sound counts as not playable."""
DULL = 700.0
"""Hz: the cut-off of the second copy of a sound that an obstacle dulls."""
TAILS = (0.3, 0.8, 2.0, 5.0)
"""Seconds of the decays that are played; the nearest one stands for what was traced."""
MOST_TAILS = 8
"""Sources that reverberate: the loudest."""
LEAST_TAIL = 1e-3
"""Amplitude of a reverberation below which it is not played."""
HEADROOM = 0.5
"""Of full scale, for several sounds at once."""
STILL = Trajectory.fixed((0.0, 0.0, 0.0))


@dataclass
class Heard:
    """One Speaker as it is now. `clip`: where its sound is, seconds; negative before it begins.

    `dull`: amplitude of low sounds beyond `gain`, which is that of high ones. `tail`: amplitude of the reverberation, and
    `decay` its seconds.
    """

    key: int
    sound: bpy.types.Sound
    direction: np.ndarray
    gain: float
    ambient: bool
    clip: float
    loop: bool
    pitch: float
    dull: float = 0.0
    tail: float = 0.0
    decay: float = 0.0


@dataclass
class Voice:
    """A sound at work in the device. `dull`: its copy without high sounds; `tail`: its reverberation, of the decay number
    `decay`; both None until they are needed."""

    sound: tuple[int, str]
    mono: Any
    handle: Any
    source: Any
    length: float
    sounding_until: float = 0.0
    dull: Any = None
    tail: Any = None
    decay: int = -1

    def stop(self) -> None:
        """Silence."""
        for handle in (self.handle, self.dull, self.tail):
            if handle is not None:
                handle.stop()


class Preview:
    """Open while it is heard. `notes`: what is missing. Error: `preview-device`."""

    def __init__(self, ears: Any, tails: list[Any] | None = None) -> None:
        """`ears`, `tails`: what `make_ears` and `make_tails` gave; None for no reverberation."""
        self._aud = import_aud()
        self._device = open_device(self._aud)
        self._threads = self._aud.ThreadPool(1)
        self._ears, self._tails = ears, tails or []
        self._voices: dict[int, Voice] = {}
        self._unplayable: set[tuple[int, str]] = set()
        self._failures: dict[int, int] = {}
        self._frame = float("nan")
        self._now = 0.0
        self.notes: list[str] = []

    def update(self, context: bpy.types.Context) -> None:
        """Bring everything to where it is now."""
        scene = context.scene
        playing = any(window.screen.is_animation_playing for window in context.window_manager.windows)
        frame = scene.frame_current + scene.frame_subframe
        moved, self._frame, self._now = frame != self._frame, frame, monotonic()
        heard, self.notes = listen(context, scene)
        loudest = sorted(heard, key=lambda one: -one.gain)[:MOST]
        if len(heard) > MOST:
            self.notes.append(f"The {MOST} loudest of {len(heard)} sources are heard")
        self._device.lock()
        try:
            for key in self._voices.keys() - {one.key for one in loudest}:
                self._voices.pop(key).stop()
            for number, one in enumerate(loudest):
                self._try(one, playing, moved, number < MOST_TAILS)
        finally:
            self._device.unlock()
        broken = {one.sound.name for one in heard if _which(one.sound) in self._unplayable}
        self.notes += [f"{name} cannot be played" for name in sorted(broken)]

    def _try(self, one: Heard, playing: bool, moved: bool, reverberates: bool) -> None:
        """A voice that the device has dropped refuses everything: it begins anew, and is given up if that never helps."""
        try:
            self._sound(one, playing, moved, reverberates)
            self._failures.pop(one.key, None)
        except self._aud.error:
            voice = self._voices.pop(one.key, None)
            if voice is not None:
                with suppress(self._aud.error):
                    voice.stop()
            self._failures[one.key] = self._failures.get(one.key, 0) + 1
            if self._failures[one.key] >= MOST_FAILURES:
                self._unplayable.add(_which(one.sound))

    def _read(self, sound: bpy.types.Sound) -> Any:
        path = Path(bpy.path.abspath(sound.filepath, library=sound.library))
        if sound.packed_file is None or path.is_file():
            return self._aud.Sound.file(str(path))
        if sound.factory is None:
            raise self._aud.error("packed, and not loaded by Blender")
        return sound.factory

    def stop(self) -> None:
        """Silence."""
        for voice in self._voices.values():
            voice.stop()
        self._voices.clear()

    def _sound(self, one: Heard, playing: bool, moved: bool, reverberates: bool) -> None:
        voice = self._voices.get(one.key)
        if voice is None or voice.sound != _which(one.sound) or voice.handle.status == self._aud.STATUS_STOPPED:
            if voice is not None:
                voice.stop()
            voice = self._begin(one)
            if voice is None:
                return
            moved = True
        if voice.source is not None:
            # aud's azimuth runs clockwise.
            voice.source.azimuth = float(np.degrees(np.arctan2(-one.direction[1], one.direction[0])) % 360.0)
            voice.source.elevation = float(np.degrees(np.arcsin(np.clip(one.direction[2], -1.0, 1.0))))
        self._add_copies(voice, one, reverberates)
        for handle in (voice.handle, voice.dull, voice.tail):
            if handle is not None:
                handle.pitch = one.pitch
        self._place(voice, one, playing, moved)

    def _add_copies(self, voice: Voice, one: Heard, reverberates: bool) -> None:
        """Begin the dull copy and the reverberation of a voice where they are needed, and change the decay of the latter."""
        if one.dull > 0.0 and voice.dull is None and voice.source is not None:
            lasting = voice.mono.lowpass(DULL, 0.5).loop(-1)
            voice.dull = self._device.play(lasting.binaural(self._ears, voice.source, self._threads))
            self._join(voice, voice.dull)
        if not reverberates or one.tail < LEAST_TAIL or not self._tails:
            if voice.tail is not None:
                voice.tail.volume = 0.0
            return
        decay = int(np.abs(np.log(np.array(TAILS) / max(one.decay, 0.05))).argmin())
        if voice.tail is None or decay != voice.decay:
            if voice.tail is not None:
                voice.tail.stop()
            both = voice.mono.rechannel(2).loop(-1)  # aud crashes where a sound has fewer channels than its response
            voice.tail = self._device.play(both.convolver(self._tails[decay], self._threads))
            voice.decay = decay
            self._join(voice, voice.tail)

    def _join(self, voice: Voice, handle: Any) -> None:
        """A copy begins where its voice is, in silence."""
        handle.volume = 0.0
        handle.position = voice.handle.position

    def _place(self, voice: Voice, one: Heard, playing: bool, moved: bool) -> None:
        """Where in its clip a voice is: with the animation, or, where that stands still, going on by itself."""
        there = one.clip % voice.length if one.loop else one.clip
        within = 0.0 <= there < voice.length
        here = voice.handle.position * one.pitch % voice.length if one.loop else voice.handle.position * one.pitch
        away = abs(there - here)
        away = min(away, voice.length - away) if one.loop else away
        if within and moved and (not playing or away > DRIFT):
            for handle in (voice.handle, voice.dull, voice.tail):
                if handle is not None:
                    handle.position = there / one.pitch
        if moved:
            voice.sounding_until = self._now + SCRUB
        wanted = within and (playing or one.loop or self._now < voice.sounding_until)
        for handle, level in ((voice.handle, one.gain), (voice.dull, one.dull), (voice.tail, one.tail)):
            if handle is not None:
                handle.volume = HEADROOM * level if wanted else 0.0

    def _begin(self, one: Heard) -> Voice | None:
        if _which(one.sound) in self._unplayable:
            return None
        try:
            mono = self._read(one.sound).rechannel(1).resample(RATE, 0)
            length = mono.length / RATE
            if length <= 0.0:
                raise self._aud.error("empty")
            lasting = mono.loop(-1)
            source = None if one.ambient else self._aud.Source(0.0, 0.0, 0.0)
            heard = lasting.rechannel(2) if one.ambient else lasting.binaural(self._ears, source, self._threads)
            handle = self._device.play(heard)
        except self._aud.error:
            self._unplayable.add(_which(one.sound))
            return None
        handle.volume = 0.0
        self._voices[one.key] = Voice(_which(one.sound), mono, handle, source, length)
        return self._voices[one.key]


def _which(sound: bpy.types.Sound) -> tuple[int, str]:
    """What tells a sound apart, and another file in it; nothing of Blender's own is kept from one moment to the next."""
    return sound.session_uid, sound.filepath


def import_aud() -> Any:
    """Blender's audio library. Error `preview-device` where this Blender was built without it."""
    try:
        import aud
    except ImportError as error:
        raise See2SoundError(
            "preview-device", "This Blender was built without its audio library.", "Use Play Snippet instead."
        ) from error
    return aud


def make_ears(kind: str, sofa: str) -> Any:
    """What aud needs to hear directions: `kind` is "binaural", with the head of a SOFA file if one is given, or "stereo".

    Plain work on plain data, for a thread. Errors: `preview-device`, `sofa-*`.
    """
    aud = import_aud()
    made = aud.HRTF()
    for azimuth, elevation, response in left_ear(read_head(sofa, RATE)) if kind == "binaural" else left_loudspeaker():
        made.addImpulseResponseFromSound(aud.Sound.buffer(response[:, None], RATE), azimuth, elevation)
    return made


def make_tails(seed: int = 0) -> list[Any]:
    """What aud needs to reverberate, for each of TAILS: noise that decays, of energy 1, unrelated left and right.

    Plain work on plain data, for a thread. Error: `preview-device`.
    """
    aud = import_aud()
    random = np.random.default_rng(seed)
    made = []
    for seconds in TAILS:
        times = np.arange(int(seconds * RATE)) / RATE
        noise = random.standard_normal((len(times), 2)) * 10.0 ** (-3.0 * times / seconds)[:, None]
        noise /= np.sqrt((noise**2).sum(axis=0))
        made.append(aud.ImpulseResponse(aud.Sound.buffer(noise.astype(np.float32), RATE)))
    return made


def open_device(aud: Any) -> Any:
    """An audio device of the kind that Blender is set to. Error `preview-device`."""
    chosen = bpy.context.preferences.system.audio_device
    tried = []
    for kind in dict.fromkeys(("" if chosen in ("None", "") else chosen, "")):
        try:
            device = aud.Device(kind, RATE, aud.CHANNELS_STEREO, aud.FORMAT_FLOAT32, BUFFER, "See2Sound")
            if device.rate > 0.0:
                return device
            tried.append("Blender has no audio device")
        except aud.error as error:
            tried.append(str(error))
    raise See2SoundError(
        "preview-device",
        f"No audio device can be opened: {tried[0].rstrip('.')}.",
        "Choose one in Preferences > System > Sound, or use Play Snippet.",
    )


def listen(context: bpy.types.Context, scene: bpy.types.Scene) -> tuple[list[Heard], list[str]]:
    """What sounds at the current frame, seen from the listener; and notes on what cannot."""
    pose = listener_pose(context, scene)
    speakers, unheard = heard_and_unheard(scene, context.view_layer)
    silent = [obj.name for obj, why in unheard.items() if why == NO_SOUND]
    notes = [f"No sound yet: {', '.join(silent[:3])}{', ...' if len(silent) > 3 else ''}"] if silent else []
    if pose is None:
        return [], ["The scene has no camera to listen from"]
    scale, rate = metres_per_unit(scene), frame_rate(scene)
    from_camera = scene.camera is not None and pose == scene.camera.matrix_world
    now = (scene.frame_current + scene.frame_subframe) / rate
    heard = []
    for obj in speakers:
        strips = sound_strips(obj)
        if not strips:
            continue
        towards = (obj.matrix_world.translation - pose.translation) * scale
        local = np.array(pose.to_3x3().normalized().transposed() @ towards)
        distance = float(np.linalg.norm(local))
        facts, data = obj.see2sound, obj.data
        ours = bool(facts.source_id)
        # What was traced is what the camera hears.
        traced = shown.heard_now(scene, facts.source_id or obj.name) if from_camera else looking.Heard()
        free = data.volume * scene.audio_volume * _gain(obj, towards, distance, scene, scale)
        at_one_metre = data.volume * scene.audio_volume * data.distance_reference * scale
        heard.append(Heard(
            key=obj.session_uid,
            sound=data.sound,
            # A camera looks along -Z with X to the right; the listener's x is front, y left, z up.
            direction=np.array([-local[2], -local[0], local[1]]) / distance if distance > 1e-6 else np.array([1.0, 0.0, 0.0]),
            gain=free * traced.high,
            dull=free * max(traced.low - traced.high, 0.0),
            tail=at_one_metre * traced.tail,
            decay=traced.decay,
            ambient=ours and facts.extent == "ambient",
            clip=(now - strips[0].frame_start / rate) * data.pitch,
            loop=ours and facts.loop,
            pitch=data.pitch,
        ))  # fmt: skip
    return heard, notes


def _gain(obj: bpy.types.Object, towards: Any, distance: float, scene: bpy.types.Scene, scale: float) -> float:
    """What distance and cone leave of a source, by the mix's own laws."""
    data = obj.data
    cone = Cone(np.radians(data.cone_angle_inner), np.radians(data.cone_angle_outer), data.cone_volume_outer)
    source = Source(
        id="", clip=Path(), path=STILL, reference_distance=data.distance_reference * scale,
        max_distance=min(data.distance_max * scale, 1e9), rolloff=data.attenuation, min_gain=data.volume_min,
        max_gain=data.volume_max, cone=cone,
    )  # fmt: skip
    facing = -np.array(obj.matrix_world.to_3x3().col[2].normalized())
    level = distance_gain(np.array([distance]), source, scene.audio_distance_model.lower())[0]
    return float(level * cone_gain(-np.array([towards]), facing[None], source)[0])


def listener_pose(context: bpy.types.Context, scene: bpy.types.Scene) -> Any:
    """The viewport's own eye where that is chosen and looks freely, else the active camera's; None without one."""
    if scene.see2sound.preview_from == "VIEW":
        for window in context.window_manager.windows:
            for area in window.screen.areas:
                view = area.spaces.active.region_3d if area.type == "VIEW_3D" else None  # type: ignore[attr-defined]
                if view is not None and view.view_perspective != "CAMERA":
                    return view.view_matrix.inverted()
    return None if scene.camera is None else scene.camera.matrix_world
