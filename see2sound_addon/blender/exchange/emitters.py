"""Speakers as plain data, as scenes for games and VR have them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...errors import See2SoundError
from ..sources import heard_and_unheard, sound_strips

FARTHEST = 1e6
"""Metres from which on there is no farthest distance."""
MODELS = {
    "NONE": "none", "INVERSE": "inverse", "INVERSE_CLAMPED": "inverse", "LINEAR": "linear", "LINEAR_CLAMPED": "linear",
    "EXPONENT": "exponential", "EXPONENT_CLAMPED": "exponential",
}  # fmt: skip


@dataclass(frozen=True)
class Emitter:
    """A Speaker. `model`: of distance. Distances in Blender's units. Angles: full ones, radians. `begins`: a frame."""

    name: str
    clip: Path
    gain: float
    loop: bool
    ambient: bool
    model: str
    reference: float
    farthest: float
    rolloff: float
    inner: float
    outer: float
    outer_gain: float
    begins: float

    @property
    def has_cone(self) -> bool:
        """Whether it does not sound alike in all directions."""
        return self.outer_gain < 1.0 and self.inner < 6.2831


def audible(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> set[str]:
    """Names of the Speakers that are mixed."""
    return {obj.name for obj in heard_and_unheard(scene, view_layer)[0] if sound_strips(obj)}


def emitter_of(obj: bpy.types.Object, scene: bpy.types.Scene, folder: Path) -> Emitter | None:
    """A Speaker; None if its sound cannot be found. `folder`: for a sound that is packed into the .blend."""
    from ..reading.sampling import clip_path  # which loads much, and not before it is needed

    data, facts = obj.data, obj.see2sound
    ours = bool(facts.source_id)
    try:
        clip = clip_path(obj, folder)
    except (See2SoundError, OSError):
        return None
    return Emitter(
        obj.name, clip, float(data.volume), bool(ours and facts.loop), bool(ours and facts.extent == "ambient"),
        MODELS[scene.audio_distance_model], float(data.distance_reference), float(data.distance_max), float(data.attenuation),
        float(data.cone_angle_inner), float(data.cone_angle_outer), float(data.cone_volume_outer),
        float(sound_strips(obj)[0].frame_start),
    )  # fmt: skip


def copy_beside(clip: Path, folder: Path) -> str:
    """Copy a clip into the folder `sounds` beside an exported file; its path from there."""
    target = folder / "sounds" / clip.name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or not target.samefile(clip):
        shutil.copyfile(clip, target)
    return f"sounds/{clip.name}"
