"""A moving picture in the scene: the camera turns with it, and it plays behind the scene in step with the time line."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np

from ...errors import See2SoundError
from ...findings import Footage
from ...media.moving import open_moving
from ...media.pictures import VIDEOS
from ..animation import remove_keys, set_vector_keys
from ..sources import beside_blend, same_file
from ..units import frame_rate
from . import tracks

JUST_BEFORE = 0.01
"""Frames before a cut at which the camera still has its earlier rotation."""
OFFSET = "background_images[{}].image_user.frame_offset"


def fit_frames(scene: bpy.types.Scene, footage: Footage) -> None:
    """Make the scene at least as long as what was followed."""
    last = scene.frame_start - 1 + max(1, math.ceil(footage.seconds * frame_rate(scene) - 1e-6))
    scene.frame_end = max(scene.frame_end, last)


def turn_camera(obj: bpy.types.Object, scene: bpy.types.Scene, footage: Footage) -> None:
    """Keyframes for the rotation of a picture's own camera; none where it stands still. At a cut it jumps."""
    path = footage.path
    if len(path.times) < 2:
        remove_keys(obj, tracks.TURN)
        obj.see2sound.set_keys = tracks.fingerprint(obj)
        return
    obj.rotation_mode = "QUATERNION"
    frames, rotations = tracks.at_frame(scene, path.times), path.rotations
    for cut in path.cuts:
        row = int(np.searchsorted(path.times, cut - 1e-6))
        if 0 < row < len(path.times):
            at = int(np.searchsorted(frames, tracks.at_frame(scene, np.array([cut]))[0] - 1e-3))
            frames = np.insert(frames, at, frames[at] - JUST_BEFORE)
            rotations = np.insert(rotations, at, rotations[at - 1], axis=0)
    set_vector_keys(obj, tracks.TURN, frames, rotations)
    obj.see2sound.set_keys = tracks.fingerprint(obj)


def load_footage(path: Path) -> tuple[bpy.types.Image, int]:
    """A moving picture as an image data-block that plays, and the number of its first file or frame.

    Error: `footage-unplayable` where Blender does not read it.
    """
    moving = open_moving(path)
    number, file = moving.files[0] if moving.files else (1, path)
    kind = "SEQUENCE" if moving.files else "MOVIE" if path.suffix.lower() in VIDEOS else "FILE"
    image = next((one for one in bpy.data.images if one.source == kind and same_file(one.filepath, str(file))), None)
    try:
        image = image or bpy.data.images.load(str(file))
    except RuntimeError as error:
        why = f"Blender cannot show {path.name}: {str(error).strip().splitlines()[-1]}"
        raise See2SoundError("footage-unplayable", why, "Convert it to a video.") from error
    if image.source != kind:
        image.source = kind  # type: ignore[assignment]
    image.filepath = beside_blend(file)
    return image, number


def play(
    background: bpy.types.CameraBackgroundImage,
    camera: bpy.types.Camera,
    scene: bpy.types.Scene,
    footage: Footage,
    number: int,
) -> None:
    """Let a background play from the scene's first frame on, at its own rate, from the frame that was followed first.

    `number`: of its first file or frame, as Blender counts them.
    """
    user, rate = background.image_user, frame_rate(scene)
    begin = footage.first - 1 + number - 1
    # Blender bounds the scene's frame by the duration before it adds the offset.
    longest = max(footage.rate, rate) * footage.seconds + footage.first
    user.frame_start, user.frame_duration = scene.frame_start, max(1, math.ceil(longest) + 1)
    user.frame_offset = begin
    user.use_auto_refresh = True
    path = OFFSET.format(next(n for n, one in enumerate(camera.background_images) if one == background))
    camera.driver_remove(path)
    ratio = footage.rate / rate
    if abs(ratio - 1.0) > 1e-4:  # another rate: Blender shows one frame of it in each of the scene's, but for this
        driver = camera.driver_add(path).driver
        driver.type = "SCRIPTED"
        start = scene.frame_start
        driver.expression = f"{begin} + floor((frame - {start}) * {ratio:.9g} + 1e-4) - (frame - {start})"
