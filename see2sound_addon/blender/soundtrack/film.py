"""Render the animation of a scene into a film with a mix as its sound, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ...errors import See2SoundError
from ...media.files import check_place
from ...media.scratch import temporary_folder
from ...progress import Progress, no_progress
from ...streams import muffled
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
    if hasattr(render.image_settings, "media_type"):  # since Blender 5.0
        render.image_settings.media_type = "VIDEO"
    render.image_settings.file_format = "FFMPEG"
    render.ffmpeg.format, render.ffmpeg.codec, render.ffmpeg.audio_codec = "MPEG4", "H264", "AAC"
    render.ffmpeg.audio_bitrate = 192
    render.use_file_extension = True
    strip.add_mix(scene, mix, channels, rate)
    frames = scene.frame_end - scene.frame_start + 1

    def follow(done: bpy.types.Scene, *_: object) -> None:
        progress("Rendering the film", done.frame_current - scene.frame_start + 1, frames)

    bpy.app.handlers.render_post.append(follow)
    try:
        with temporary_folder(out.parent) as folder, muffled():
            partial = folder / out.name
            render.filepath = str(partial)
            bpy.ops.render.render(animation=True, scene=scene.name)
            if not partial.is_file():
                raise See2SoundError("film-failed", f"Blender has written no film at {out}.", "Look at its messages.")
            partial.replace(out)
    except RuntimeError as error:
        why = str(error).strip().splitlines()[-1]
        raise See2SoundError("film-failed", f"The film cannot be rendered: {why}", "Try to render it in Blender.") from error
    finally:
        bpy.app.handlers.render_post.remove(follow)
        strip.remove_mix(scene)
