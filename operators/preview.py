"""Operators: the live preview and snippets."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import bpy

from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .render_mix import head_file, plan_of_scene
from .working import LOADER, Progress, Step, Working

EVERY = 0.015
"""Seconds."""
_live: dict[str, object] = {}
"""What is heard now: `ears` while they are made, then `preview`. Nothing of a .blend is kept."""
_snippet: list = []
"""The device and the handle of the snippet that was played last."""


def running() -> bool:
    """Whether the live preview is on."""
    return bool(_live)


def stop() -> None:
    """Silence, and Blender's own sound again."""
    preview = _live.get("preview")
    _live.clear()
    _stop_snippet()
    if preview is not None:
        preview.stop()
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
            made: Future = _live["ears"]
            if not made.done():
                return EVERY
            from ..see2sound_addon.blender.preview import Preview

            _live["preview"] = Preview(made.result())
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


class SEE2SOUND_OT_preview(bpy.types.Operator):
    """Play the scene while you move the view, the camera or a Speaker, play or scrub. Without travel times, air and room"""

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
        _live["ears"] = LOADER.submit(_make_ears, kind, sofa)
        _show("", True)
        _mute_blender(True)
        bpy.app.timers.register(_tick, first_interval=EVERY, persistent=True)
        return {"FINISHED"}


def _make_ears(kind: str, sofa: str) -> object:
    from ..see2sound_addon.blender import preview

    return preview.make_ears(kind, sofa)


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

    def prepare(self, context: bpy.types.Context, seconds: float) -> Iterator[Progress]:
        from ..see2sound_addon.blender import units

        scene = context.scene
        self._folder = Path(tempfile.mkdtemp(prefix="snippet_", dir=bpy.app.tempdir))
        first = min(max(scene.frame_current, scene.frame_start), scene.frame_end)
        last = min(scene.frame_end, first + round(scene.see2sound.snippet * units.frame_rate(scene)) - 1)
        plan = self._folder / "plan.json"
        self._notes = yield from plan_of_scene(context, seconds, self._folder, plan, range(first, last + 1))

    def first_step(self, context: bpy.types.Context) -> Step:
        layout = context.scene.see2sound.preview_kind
        return Step("mix", {
            "plan": str(self._folder / "plan.json"), "layout": layout, "out": str(self._folder / "snippet.wav"),
            "delivery": {"bits": 16, "loudness": None, "ceiling": -1.0},
            "sofa": head_file(context) or None if layout == "binaural" else None,
        })  # fmt: skip

    def take(self, context: bpy.types.Context, result: dict) -> list[str]:
        path = self._folder / "snippet.wav"
        if bpy.app.background:
            self.report({"INFO"}, f"The snippet is at {path}.")
            return self._notes + result["notes"]
        from ..see2sound_addon.blender import preview

        stop()
        try:
            aud = preview.import_aud()
            device = preview.open_device(aud)
            _snippet[:] = [device, device.play(aud.Sound.file(str(path)))]
        except See2SoundError:
            try:
                bpy.ops.wm.path_open(filepath=str(path))  # whatever the system plays sounds with
            except RuntimeError:
                return [f"There is no audio device, and no player for sounds. The snippet is at {path}."]
        return self._notes + result["notes"]
