"""Operators: the live preview and snippets."""

import tempfile
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy

from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .render_mix import head_file, head_for, plan_of_scene
from .working import LOADER, Work, Working, ask

EVERY = 0.01
"""Seconds."""
_live: dict[str, Any] = {}
"""What is heard now: `player` while it is started, then `preview`. Nothing of a .blend is kept."""
_snippet: list = []
"""The device and the handle of the snippet that was played last."""


def running() -> bool:
    """Whether the live preview is on."""
    return bool(_live)


def stop() -> None:
    """Silence, and Blender's own sound again."""
    preview, starting = _live.get("preview"), _live.get("player")
    _live.clear()
    _stop_snippet()
    if preview is not None:
        preview.stop()
    elif starting is not None:
        starting.add_done_callback(_close)
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    _show("", False)
    _mute_blender(False)


def _stop_snippet() -> None:
    """Silence, and the audio device closed."""
    if _snippet:
        _snippet[1].stop()
    _snippet.clear()


def _tick() -> float | None:
    """Blender asks for this between its own work."""
    try:
        if "preview" not in _live:
            started: Future = _live["player"]
            if not started.done():
                return EVERY
            from ..see2sound_addon.blender.preview.player import Preview

            _live["preview"] = Preview(started.result())
        _live["preview"].update(bpy.context)
        _show("\n".join(_live["preview"].notes), True)
    except See2SoundError as error:
        stop()
        _show(str(error), False)
        return None
    except BaseException:  # a fault of ours: no sound may hang on
        stop()
        raise
    return EVERY


def _show(text: str, on: bool) -> None:
    state = bpy.context.window_manager.see2sound
    if (state.preview, state.previewing) != (text, on):
        state.preview, state.previewing = text, on
        reporting.redraw_viewports(bpy.context)


def _mute_blender(mute: bool) -> None:
    """Blender's own sound of the same Speakers is off while ours is on."""
    for scene in bpy.data.scenes:
        if mute and scene.use_audio and scene.library is None:
            scene.use_audio, scene.see2sound.audio_off = False, True
        elif not mute and scene.see2sound.audio_off:
            scene.use_audio, scene.see2sound.audio_off = True, False


@bpy.app.handlers.persistent
def before_saving(*_: object) -> None:
    """A file is saved as it was without the preview."""
    if running():
        _mute_blender(False)


@bpy.app.handlers.persistent
def settle(*_: object) -> None:
    """After saving, undo, redo and opening, Blender's own sound is off where ours is on, and nowhere else."""
    _mute_blender(running())


@bpy.app.handlers.persistent
def follow(*_: object) -> None:
    """What has moved is heard before it is drawn, which may take a while."""
    preview = _live.get("preview")
    if preview is None or bpy.app.is_job_running("RENDER"):  # a render calls handlers from a thread of its own
        return
    with suppress(See2SoundError):  # `_tick` will say so
        preview.update(bpy.context)


class SEE2SOUND_OT_preview(bpy.types.Operator):
    """Play the scene while you move the view, the camera or a Speaker, play or scrub. Without air and reflections"""

    bl_idname = "see2sound.preview"
    bl_label = "Live Preview"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if bpy.app.background:
            cls.poll_message_set("Not available in background mode")
            return False
        if running() or any(obj.type == "SPEAKER" for obj in context.scene.objects):
            return True
        cls.poll_message_set("The scene has no Speakers yet; reconstruct a picture or add a source")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        if running():
            stop()
            return {"FINISHED"}
        _stop_snippet()
        settings = context.scene.see2sound
        kind, sofa = settings.preview_kind, head_file(context)
        _live["player"] = LOADER.submit(_start, kind, sofa)
        _show("", True)
        _mute_blender(True)
        bpy.app.timers.register(_tick, first_interval=EVERY, persistent=True)
        return {"FINISHED"}


def _start(kind: str, sofa: str) -> Any:
    """The process that plays."""
    from ..see2sound_addon.live.player import Player

    return Player(kind, sofa)


def _close(started: Future) -> None:
    """End a process that had not yet started when the preview was stopped."""
    if started.exception() is None:
        started.result().close()


class SEE2SOUND_OT_play_snippet(Working, bpy.types.Operator):
    """Mix a few seconds from the current frame with all effects, and play them"""

    bl_idname = "see2sound.play_snippet"
    bl_label = "Play Snippet"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.has_listener(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.blender import units
        from ..see2sound_addon.delivery.formats import Delivery
        from ..see2sound_addon.jobs.requests import Mix

        scene, layout = context.scene, context.scene.see2sound.preview_kind
        folder = Path(tempfile.mkdtemp(prefix="snippet_", dir=bpy.app.tempdir))
        first = min(max(scene.frame_current, scene.frame_start), scene.frame_end)
        last = min(scene.frame_end, first + round(scene.see2sound.snippet * units.frame_rate(scene)) - 1)
        plan, path = folder / "plan.json", folder / "snippet.wav"
        notes = yield from plan_of_scene(context, seconds, folder, plan, range(first, last + 1))
        mixed = yield from ask(Mix(plan, layout, path, Delivery(16), head_for(context, layout)))
        if bpy.app.background:
            self.report({"INFO"}, f"The snippet is at {path}.")
            return notes + mixed.notes
        return _play(path) or notes + mixed.notes


def _play(path: Path) -> list[str]:
    """Play a file through Blender's audio device, or through the system's player; a note if there is neither."""
    from ..see2sound_addon.blender.preview import snippet

    stop()
    try:
        _snippet[:] = snippet.play(path)
    except See2SoundError:
        try:
            bpy.ops.wm.path_open(filepath=str(path))  # whatever the system plays sounds with
        except RuntimeError:
            return [f"There is no audio device, and no player for sounds. The snippet is at {path}."]
    return []
