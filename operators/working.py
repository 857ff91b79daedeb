"""Long work of an operator: in a worker with a progress bar and ESC where there is a window, at once where there is none."""

import threading
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import bpy

from ..see2sound_addon.errors import Cancelled, See2SoundError
from . import reporting

POLL_EVERY = 0.05
"""Seconds."""


@dataclass
class Step:
    """A task for the worker, and its data."""

    task: str
    data: dict[str, Any]


class Working:
    """Mixed into an operator that has `first_step(context)` and `take(context, result)`.

    Both run on the main thread. `take` gets a step's result and returns the next Step, or a list of notes at the end; it must
    look whether what it changes is still there. Blender keeps the operator's undo step for when it has finished.
    """

    _ticket = None
    _timer = None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Scripts and background mode: all steps, one after the other, here."""

        def work() -> list[str]:
            from ..see2sound_addon.jobs.tasks import find_task

            with reporting.ProgressCursor(context) as progress:
                after = self.first_step(context)
                while isinstance(after, Step):
                    after = self.take(context, find_task(after.task)(after.data, progress))
            return after

        return reporting.run(self, work)

    def begin(self, context: bpy.types.Context) -> set[str]:
        """For `invoke`: the first step goes to the worker, and Blender goes on."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            self._submit(self.first_step(context), context)
        except See2SoundError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        # What the results will need is loaded while the worker works; it knows nothing of bpy.
        library = f"{__package__.rpartition('.')[0]}.see2sound_addon.pipeline"
        threading.Thread(target=import_module, args=(library,), daemon=True).start()
        self._timer = context.window_manager.event_timer_add(POLL_EVERY, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Follows the worker; ESC, or Cancel in the panel, stops it."""
        from ..see2sound_addon.blender.desk import DESK

        state = context.window_manager.see2sound
        if event.type == "ESC" and event.value == "PRESS":
            DESK.cancel(self._ticket)
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            result = DESK.poll(self._ticket)
            state.show(self._ticket.label, self._ticket.share)
            context.workspace.status_text_set(
                f"See2Sound: {self._ticket.label} {100 * self._ticket.share:.0f} %   ESC stops it"
            )
            if result is None:
                return {"PASS_THROUGH"}
            after = self.take(context, result)
            if isinstance(after, Step):
                self._submit(after, context)
                return {"PASS_THROUGH"}
        except Cancelled:
            self.report({"WARNING"}, "Cancelled; nothing was changed.")
            return self._end(context, {"CANCELLED"})
        except See2SoundError as error:
            self.report({"ERROR"}, str(error))
            return self._end(context, {"CANCELLED"})
        for note in after:
            self.report({"WARNING"}, note)
        return self._end(context, {"FINISHED"})

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender calls this when it closes, or opens another file."""
        from ..see2sound_addon.blender.desk import DESK

        if self._ticket is not None:
            DESK.cancel(self._ticket)
        self._end(context, set())

    def _submit(self, step: Step, context: bpy.types.Context) -> None:
        from ..see2sound_addon.blender.desk import DESK

        self._ticket = DESK.submit(step.task, step.data)
        context.window_manager.see2sound.show(self._ticket.label, 0.0)

    def _end(self, context: bpy.types.Context, result: set[str]) -> set[str]:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        context.window_manager.see2sound.hide()
        if context.workspace is not None:
            context.workspace.status_text_set(None)
        return result


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
