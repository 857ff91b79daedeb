"""Write films in this process: the animation of a scene, or a moving picture, with a mix as its sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from PIL import Image

from ...errors import See2SoundError
from ...findings import Footage
from ...media.files import check_place
from ...media.moving import MovingPicture
from ...media.pictures import VIDEOS
from ...media.scratch import temporary_folder
from ...progress import Progress, no_progress
from ...streams import muffled
from ..units import set_frame_rate
from . import strip

NEEDS_NO_GPU = "CYCLES"
FEW_SAMPLES = 8
"""Of Cycles, in place of a renderer that needs a GPU."""


def render_film(
    scene: bpy.types.Scene, mix: Path, channels: int, rate: int, out: Path, progress: Progress = no_progress
) -> None:
    """Write an MP4 with H.264 and AAC, of the scene's own size and frames. The scene's output settings are changed.

    Without a window, only Cycles can be relied on; it stands in for EEVEE and Workbench. Errors: those of `strip.add_mix`,
    `film-failed`.
    """
    check_place(out)
    render: Any = scene.render
    if bpy.app.background and render.engine != NEEDS_NO_GPU:
        render.engine = NEEDS_NO_GPU
        scene.cycles.samples = FEW_SAMPLES  # type: ignore[attr-defined]
    _set_output(scene)
    strip.add_mix(scene, mix, channels, rate)
    try:
        _render(scene, out, progress)
    finally:
        strip.remove_mix(scene)


def sound_film(
    moving: MovingPicture,
    footage: Footage,
    mix: Path,
    rate: int,
    out: Path,
    progress: Progress = no_progress,
) -> None:
    """Write an MP4 of a moving picture with a binaural or stereo mix as its sound. The picture is coded anew.

    Error: `film-failed`.
    """
    check_place(out)
    scene = bpy.data.scenes.new("See2Sound Film")
    try:
        set_frame_rate(scene, footage.rate)
        scene.frame_start, scene.frame_end = 1, max(1, round(footage.seconds * footage.rate))
        width, height = moving.size
        scene.render.resolution_x, scene.render.resolution_y = 2 * (width // 2), 2 * (height // 2)
        scene.render.resolution_percentage = 100
        scene.view_settings.view_transform = "Standard"  # type: ignore[assignment]
        _set_output(scene)
        scene.render.ffmpeg.audio_channels, scene.render.ffmpeg.audio_mixrate = "STEREO", rate
        with temporary_folder(out.parent) as folder:
            _lay_pictures(scene, moving, footage, folder)
            strip.strips_of(scene).new_sound("Mix", str(mix), 2, 1)
            _render(scene, out, progress)
    finally:
        bpy.data.scenes.remove(scene)


def _lay_pictures(scene: bpy.types.Scene, moving: MovingPicture, footage: Footage, folder: Path) -> None:
    """The frames as a strip. What Blender does not play is written as pictures first."""
    strips, count = strip.strips_of(scene), scene.frame_end
    if moving.path.suffix.lower() in VIDEOS:
        video = strips.new_movie("Picture", str(moving.path), 1, 1 - (footage.first - 1))
        video.frame_offset_start = footage.first - 1
        return
    frames = moving.read(footage.first, footage.first + count - 1)
    names, shown = [], None
    begin = (footage.first - 1) / moving.rate
    upcoming = next(frames, None)
    for number in range(count):  # each is shown until the next one's time
        while upcoming is not None and upcoming.time <= begin + number / footage.rate + 1e-6:
            shown, upcoming = upcoming, next(frames, None)
        names.append(f"{number:06d}.png")
        Image.fromarray((shown or upcoming).pixels).save(folder / names[-1])  # type: ignore[union-attr]
    pictures = strips.new_image("Picture", str(folder / names[0]), 1, 1, fit_method="FIT")
    for name in names[1:]:
        pictures.elements.append(name)


def _set_output(scene: bpy.types.Scene) -> None:
    render: Any = scene.render
    if hasattr(render.image_settings, "media_type"):  # since Blender 5.0
        render.image_settings.media_type = "VIDEO"
    render.image_settings.file_format = "FFMPEG"
    render.ffmpeg.format, render.ffmpeg.codec, render.ffmpeg.audio_codec = "MPEG4", "H264", "AAC"
    render.ffmpeg.audio_bitrate = 192
    render.use_file_extension = True


def _render(scene: bpy.types.Scene, out: Path, progress: Progress) -> None:
    """Render all frames into a video. Error: `film-failed`."""
    frames = scene.frame_end - scene.frame_start + 1

    def follow(done: bpy.types.Scene, *_: object) -> None:
        progress("Rendering the film", done.frame_current - scene.frame_start + 1, frames)

    bpy.app.handlers.render_post.append(follow)
    try:
        with temporary_folder(out.parent) as folder, muffled():
            partial = folder / out.name
            scene.render.filepath = str(partial)
            bpy.ops.render.render(animation=True, scene=scene.name)
            if not partial.is_file():
                raise See2SoundError("film-failed", f"Blender has written no film at {out}.", "Look at its messages.")
            partial.replace(out)
    except RuntimeError as error:
        why = str(error).strip().splitlines()[-1]
        raise See2SoundError("film-failed", f"The film cannot be rendered: {why}", "Try to render it in Blender.") from error
    finally:
        bpy.app.handlers.render_post.remove(follow)
