"""Long work of an operator: in a worker with a progress bar and ESC where there is a window, at once where there is none."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import bpy

from ..see2sound_addon.errors import Cancelled, See2SoundError
from . import reporting

POLL_EVERY = 0.05
"""Seconds."""
SLICE = 0.02
"""Seconds that the main thread is held at a time where only it can do the work, such as reading a scene."""
Progress = tuple[str, int, int]
"""What is being done, how much of it is done, how much there is."""


@dataclass
class Step:
    """A task for the worker, and its data."""

    task: str
    data: dict[str, Any]


class Working:
    """Mixed into an operator that has `first_step(context)` and `take(context, result)`.

    Both run on the main thread. `take` gets a step's result and returns the next Step, or a list of notes at the end; it must
    look whether what it changes is still there. Blender keeps the operator's undo step for when it has finished. What
    `prepare` yields, if anything, comes before the first step, a slice at a time; nothing else can change the scene then.
    """

    _ticket = None
    _timer = None
    _loading: Future | None = None
    _slices: Iterator[Progress] | None = None
    _since = 0.0

    def prepare(self, context: bpy.types.Context, seconds: float) -> Iterator[Progress]:
        """What only the main thread can do and what takes long; each slice should take `seconds`."""
        return iter(())

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Scripts and background mode: all steps, one after the other, here. After a dialog, as `invoke`."""
        asked = self.options.is_invoke and not self.options.is_repeat  # not again from Adjust Last Operation
        if asked and not bpy.app.background and context.window is not None:
            return self.begin(context)
        return self._at_once(context)

    def _at_once(self, context: bpy.types.Context) -> set[str]:
        def work() -> list[str]:
            from ..see2sound_addon.jobs.tasks import find_task

            with reporting.ProgressCursor(context) as progress:
                for label, done, total in self.prepare(context, 1.0):
                    progress(label, done, total)
                after = self.first_step(context)
                while isinstance(after, Step):
                    after = self.take(context, find_task(after.task)(after.data, progress))
            return after

        return reporting.run(self, work)

    def begin(self, context: bpy.types.Context) -> set[str]:
        """For `invoke`: the work goes to the worker, and Blender goes on."""
        if bpy.app.background or context.window is None:
            return self._at_once(context)
        self._ticket, self._since = None, time.monotonic()
        AT_WORK.append(self)
        # The libraries take a second to load, the first time; the main thread is not held for that.
        self._loading = LOADER.submit(import_module, f"{__package__.rpartition('.')[0]}.see2sound_addon.pipeline")
        self._slices = self.prepare(context, SLICE)
        self._timer = context.window_manager.event_timer_add(POLL_EVERY, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._show(context, "Loading", 0.0)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Follows the work; ESC, or Cancel in the panel, stops it."""
        reading = self._ticket is None
        if event.type == "ESC" and event.value == "PRESS":
            return self._stop(context)
        if event.type != "TIMER":
            # Reading a scene lasts several slices; it must not change in between.
            return {"RUNNING_MODAL"} if reading and event.type not in {"MOUSEMOVE", "INBETWEEN_MOUSEMOVE"} else {"PASS_THROUGH"}
        try:
            notes = self._prepare_on(context) if reading else self._follow(context)
        except Cancelled:
            self.report({"WARNING"}, "Cancelled; nothing was changed.")
            return self._end(context, {"CANCELLED"})
        except (See2SoundError, ReferenceError) as error:
            known = isinstance(error, See2SoundError)
            self.report({"ERROR"}, str(error) if known else "The scene changed while it was read. Try again.")
            return self._end(context, {"CANCELLED"})
        except BaseException:
            self._end(context, set())  # a fault of ours leaves no timer and no progress bar behind
            raise
        if notes is None:
            return {"PASS_THROUGH"}
        for note in notes:
            self.report({"WARNING"}, note)
        return self._end(context, {"FINISHED"})

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender calls this when it closes, or opens another file."""
        from ..see2sound_addon.blender.desk import DESK

        if self._ticket is not None:
            DESK.cancel(self._ticket)
        self._end(context, set())

    def _prepare_on(self, context: bpy.types.Context) -> list[str] | None:
        """The next slice; then the first step, handed in. Notes, if that is all there was to do."""
        if not self._loading.done():
            return None
        self._loading.result()
        for label, done, total in self._slices:
            self._show(context, label, done / max(1, total))
            return None
        return self._go_on(context, self.first_step(context))

    def _follow(self, context: bpy.types.Context) -> list[str] | None:
        """What the worker has to say; notes at the end."""
        from ..see2sound_addon.blender.desk import DESK

        result = DESK.poll(self._ticket)
        self._show(context, self._ticket.label, self._ticket.share)
        return None if result is None else self._go_on(context, self.take(context, result))

    def _go_on(self, context: bpy.types.Context, after: Step | list[str]) -> list[str] | None:
        from ..see2sound_addon.blender.desk import DESK

        if not isinstance(after, Step):
            return after
        self._ticket, self._since = DESK.submit(after.task, after.data), time.monotonic()
        self._show(context, self._ticket.label, 0.0)
        return None

    def _stop(self, context: bpy.types.Context) -> set[str]:
        from ..see2sound_addon.blender.desk import DESK

        if self._ticket is None:
            self.report({"WARNING"}, "Cancelled; nothing was changed.")
            return self._end(context, {"CANCELLED"})
        DESK.cancel(self._ticket)
        return {"RUNNING_MODAL"}

    def _show(self, context: bpy.types.Context, label: str, share: float) -> None:
        text = label + _time_left(time.monotonic() - self._since, share)
        context.window_manager.see2sound.show(text, share)
        context.workspace.status_text_set(f"See2Sound: {text} ({100 * share:.0f} %)   ESC stops it")
        reporting.redraw_viewports(context)

    def _end(self, context: bpy.types.Context, result: set[str]) -> set[str]:
        if self in AT_WORK:
            AT_WORK.remove(self)
        if self._slices is not None and hasattr(self._slices, "close"):
            self._slices.close()
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        context.window_manager.see2sound.hide()
        if context.workspace is not None:
            context.workspace.status_text_set(None)
        return result


AT_WORK: list[Working] = []
"""Operators that follow their work now; those that are there when the extension is switched off must leave nothing."""


def end_all() -> None:
    """The extension is switched off: no timer, no status text, no progress bar may stay."""
    for operator in list(AT_WORK):
        try:
            operator._end(bpy.context, set())
        except ReferenceError:  # Blender has dropped it already
            AT_WORK.remove(operator)


LOADER = ThreadPoolExecutor(1, thread_name_prefix="see2sound")
"""For imports and files; nothing of Blender's is touched there."""


def in_thread(work, *arguments: object, label: str) -> Iterator[Progress]:  # type: ignore[no-untyped-def]
    """Part of a `prepare`: work on plain data while Blender goes on. Errors: the work's own."""
    future = LOADER.submit(work, *arguments)
    while not future.done():
        yield label, 0, 1
        time.sleep(0.001)
    future.result()


def _time_left(elapsed: float, share: float) -> str:
    """What remains if it goes on as it has; nothing where that would be a guess."""
    if elapsed < 2.0 or share < 0.05:
        return ""
    left = elapsed * (1.0 - share) / share
    return f", {left / 60:.0f} min left" if left >= 90.0 else f", {left:.0f} s left"


def same_scene(context: bpy.types.Context, uid: int) -> bpy.types.Scene:
    """The scene that a job was begun for. Error: `scene-changed` where another one is open now."""
    if context.scene.session_uid != uid:
        raise See2SoundError(
            "scene-changed", "Another scene was opened meanwhile; nothing was changed.", "Go back and try again."
        )
    return context.scene


class SEE2SOUND_OT_cancel_job(bpy.types.Operator):
    """Stop what See2Sound is working at; the scene stays as it was"""

    bl_idname = "see2sound.cancel_job"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..see2sound_addon.blender.desk import DESK

        ticket = DESK.current()
        if ticket is not None:
            DESK.cancel(ticket)
        return {"FINISHED"}
