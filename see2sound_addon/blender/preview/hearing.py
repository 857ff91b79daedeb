"""What sounds at the current frame, for the live preview: directions and levels are those of the mix, and so is what was traced
of the scene: what hides a source makes it quieter and duller, and its reverberation has the traced level and decay."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...acoustics import looking
from ...live.player import Said
from ...soundscene import Cone, Source, Trajectory
from ...spatial.levels import cone_gain, distance_gain
from ...spatial.propagation import POINTLESS
from ..room import shown
from ..sources import NO_SOUND, heard_and_unheard, sound_strips
from ..units import frame_rate, metres_per_unit

STILL = Trajectory.fixed((0.0, 0.0, 0.0))


@dataclass(frozen=True)
class Heard:
    """One Speaker as it is now. `key`: its session's number. `loop`: whether its clip starts over."""

    key: int
    sound: bpy.types.Sound
    loop: bool
    said: Said

    @property
    def loudness(self) -> float:
        """To choose by."""
        return self.said.gain + self.said.dull + self.said.tail


def listen(context: bpy.types.Context, scene: bpy.types.Scene, playing: bool = False) -> tuple[list[Heard], list[str]]:
    """What sounds at the current frame, seen from the listener; and notes on what cannot.

    `playing`: whether the animation plays; only then sounds need time to arrive, so that movement is heard as Doppler's effect.
    """
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
        front, left, up = (-local[2], -local[0], local[1])  # a camera looks along -Z with X to the right
        travels = playing and not (ours and facts.synchronous)
        said = Said(
            x=float(front), y=float(left), z=float(up),
            travel=scene.audio_doppler_factor * distance / scene.audio_doppler_speed if travels else 0.0,
            gain=free * traced.high,
            sharpness=0.0 if ours and facts.extent == "ambient" else min(distance / POINTLESS, 1.0),
            dull=free * max(traced.low - traced.high, 0.0),
            tail=at_one_metre * traced.tail,
            decay=traced.decay,
            pitch=data.pitch,
            clip=(now - strips[0].frame_start / rate) * data.pitch,
        )  # fmt: skip
        heard.append(Heard(obj.session_uid, data.sound, ours and facts.loop, said))
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
