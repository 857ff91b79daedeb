"""A moving picture in the scene: the camera turns with it, and it plays behind the scene in step with the time line."""

from __future__ import annotations

import math
from pathlib import Path

import bpy

from ...errors import See2SoundError
from ...findings import Footage
from ...media.moving import open_moving
from ...media.pictures import VIDEOS
from ..animation import remove_keys, set_vector_keys
from ..sources import beside_blend
from ..units import frame_rate
from . import tracks

OFFSET = "background_images[{}].image_user.frame_offset"


def fit_frames(scene: bpy.types.Scene, footage: Footage) -> None:
    """Make the scene at least as long as what was followed."""
    last = scene.frame_start - 1 + max(1, math.ceil(footage.seconds * frame_rate(scene) - 1e-6))
    scene.frame_end = max(scene.frame_end, last)


def turn_camera(obj: bpy.types.Object, scene: bpy.types.Scene, footage: Footage) -> None:
    """Keyframes for the rotation of a picture's own camera; none where it stands still. Cuts have no way in between."""
    path = footage.path
    if len(path.times) < 2:
        remove_keys(obj, tracks.TURN)
        obj.see2sound.set_keys = tracks.fingerprint(obj)
        return
    obj.rotation_mode = "QUATERNION"
    frames = tracks.at_frame(scene, path.times)
    set_vector_keys(obj, tracks.TURN, frames, path.rotations)
    obj.see2sound.set_keys = tracks.fingerprint(obj)


def load_footage(path: Path) -> bpy.types.Image:
    """A moving picture as an image data-block that plays. Error: `footage-unplayable` where Blender does not read it."""
    moving = open_moving(path)
    file = moving.files[0][1] if moving.files else path
    image = next((one for one in bpy.data.images if bpy.path.abspath(one.filepath) == str(file) and one.source != "FILE"), None)
    try:
        image = image or bpy.data.images.load(str(file))
    except RuntimeError as error:
        why = f"Blender cannot show {path.name}: {str(error).strip().splitlines()[-1]}"
        raise See2SoundError("footage-unplayable", why, "Convert it to a video.") from error
    image.source = "SEQUENCE" if moving.files else "MOVIE" if path.suffix.lower() in VIDEOS else "FILE"
    image.filepath = beside_blend(file)
    return image


def play(
    background: bpy.types.CameraBackgroundImage, camera: bpy.types.Camera, scene: bpy.types.Scene, footage: Footage
) -> None:
    """Let a background play from the scene's first frame on, at its own rate, from the frame that was followed first."""
    user = background.image_user
    user.frame_start, user.frame_duration = scene.frame_start, max(1, math.ceil(footage.seconds * footage.rate) + footage.first)
    user.frame_offset = footage.first - 1
    user.use_auto_refresh = True
    number = next(n for n, one in enumerate(camera.background_images) if one == background)
    path = OFFSET.format(number)
    camera.driver_remove(path)
    ratio = footage.rate / frame_rate(scene)
    if abs(ratio - 1.0) > 1e-4:  # another rate: Blender shows one frame of it in each of the scene's, but for this
        driver = camera.driver_add(path).driver
        driver.type = "SCRIPTED"
        start = scene.frame_start
        driver.expression = f"{footage.first - 1} + floor((frame - {start}) * {ratio:.9g} + 1e-4) - (frame - {start})"
