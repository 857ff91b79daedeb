"""The picture that a scene has chosen: a file, numbered files, a movie clip or an image data-block."""

from __future__ import annotations

import re
from typing import Any

import bpy

from ...errors import See2SoundError
from ...findings import FootageSettings, Settings
from ...media.moving import is_moving, open_moving
from ..properties.scene import SceneProperties
from ..sources import same_file
from ..units import frame_rate


def chosen_picture(scene: bpy.types.Scene) -> str:
    """The path of the picture, or its pattern with # for digits; "" for none. Error: `picture-packed`."""
    settings: SceneProperties = scene.see2sound
    if settings.picture_from == "SEQUENCE":
        return pattern_of(settings.picture)
    if settings.picture_from == "CLIP":
        return _path_of(settings.movie_clip)
    if settings.picture_from == "IMAGE":
        return _path_of(settings.image)
    return str(settings.picture)


def picture_settings(scene: bpy.types.Scene, max_sources: int, own_camera: bool) -> Settings:
    """How a picture is looked at. `max_sources`: 0 for the scene's. `own_camera`: whether it gets one, which may turn."""
    settings: SceneProperties = scene.see2sound
    ranged = settings.use_footage_range
    footage = FootageSettings(
        settings.footage_first if ranged else 1, (settings.footage_last or None) if ranged else None, frame_rate(scene),
        settings.move_camera and own_camera, settings.level_by_movement,
    )  # fmt: skip
    return Settings(
        max_sources or settings.max_sources, settings.field_of_view if settings.use_field_of_view else None,
        settings.horizon / 100.0 if settings.use_horizon else None, settings.camera_height, settings.panorama, footage,
    )  # fmt: skip


def frame_shown(context: bpy.types.Context, scene: bpy.types.Scene, picture: str) -> int | None:
    """The number of the frame of a moving picture that the camera shows now, from 1; None for a still, or without a camera."""
    path = bpy.path.abspath(picture)
    if scene.camera is None or not is_moving(path):
        return None
    seen: Any = scene.camera.evaluated_get(context.evaluated_depsgraph_get()).data
    moving = open_moving(path)
    first = moving.files[0][0] if moving.files else 1
    for background in seen.background_images:
        if background.image is not None and background.show_background_image and shows(background.image, picture):
            user = background.image_user
            return max(1, scene.frame_current - user.frame_start + 1 + user.frame_offset - (first - 1))
    return 1


def shows(image: bpy.types.Image, picture: str) -> bool:
    """Whether an image data-block is a picture, or the first file of a sequence that is one."""
    return same_file(pattern_of(image.filepath) if image.source == "SEQUENCE" else image.filepath, picture)


def pattern_of(path: str) -> str:
    """The pattern of numbered files that a path is one of: the last digits of its name become #, unless it has some."""
    found = re.fullmatch(r"(.*?)(\d+)(\D*)", path)
    if found is None or "#" in path or "/" in found.group(3) or "\\" in found.group(3):
        return path
    return f"{found.group(1)}{'#' * len(found.group(2))}{found.group(3)}"


def _path_of(block: bpy.types.MovieClip | bpy.types.Image | None) -> str:
    """The file, or the pattern, of a data-block."""
    if block is None:
        return ""
    if isinstance(block, bpy.types.Image) and (block.packed_file is not None or block.source in {"GENERATED", "VIEWER"}):
        raise See2SoundError(
            "picture-packed", f"The image {block.name!r} has no file of its own.", "Save it, or unpack it into a file."
        )
    path = bpy.path.abspath(block.filepath, library=block.library)
    return pattern_of(path) if block.source == "SEQUENCE" else path
