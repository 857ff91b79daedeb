"""Base class of operators with long work: a worker process with progress and ESC, or blocking in scripts."""

import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import bpy

from ..see2sound_addon.errors import Cancelled, See2SoundError
from . import reporting

if TYPE_CHECKING:
    from ..see2sound_addon.workers.messages import Request, Result

    Operator = bpy.types.Operator
else:
    Operator = object  # Blender registers no class that mixes in an operator

POLL_EVERY = 0.05
"""Seconds."""
SLICE = 0.02
"""Seconds of one slice of work on the main thread, such as sampling a scene."""
Progress = tuple[str, int, int]
"""Label, steps done, steps in total."""


Work = Generator["Progress | Request[Any]", Any, list[str]]
"""The work of an operator; see `Working.work`."""
BLOCKING_SLICE = 1.0
"""Seconds of one slice in scripts, where nothing else waits for the main thread."""


def ask(request: "Request[Result]") -> Generator["Request[Result]", Any, "Result"]:
    """Part of a `work`: hand a request to the worker and return its result. Errors: those of the task."""
    result: Result = yield request
    return result


@dataclass(eq=False)
class Job:
    """State of an operator's job.

    `ticket`: the place of its request in the queue, None while it works on the main thread. `stopped`: cancelled by the user.
    `entered`: its code runs now; what it calls may let Blender handle events, and so call it again.
    """

    operator: "Working"
    work: Work
    loading: Future[Any]
    timer: Any = None
    ticket: Any = None
    since: float = 0.0
    label: str = "Loading"
    share: float = 0.0
    stopped: bool = False
    entered: bool = False


class Working(Operator):
    """Mixed into an operator that has long work.

    Blender keeps the operator's undo step for when it has finished.
    """

    _job: Job | None = None

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        """All that the operator does, on the main thread; returns notes.

        Yield the progress (label, done, total) after each slice of about `seconds`; nothing else can change the scene until
        the next one. `result = yield from ask(request)` lets a worker do the rest meanwhile: the user goes on, so look
        whether what is changed then is still there.
        """
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> set[str]:
        """In scripts and background mode, do all the work and wait. After a dialog, work as `invoke` does."""
        asked = self.options.is_invoke and not self.options.is_repeat  # not again from Adjust Last Operation
        if asked and not bpy.app.background and context.window is not None:
            return self.begin(context)
        return self._at_once(context)

    def _at_once(self, context: bpy.types.Context) -> set[str]:
        def do() -> list[str]:
            from ..see2sound_addon.jobs.tasks import perform

            work, answer = self.work(context, BLOCKING_SLICE), None
            with closing(work), reporting.ProgressCursor(context) as progress:
                while True:
                    try:
                        step = work.send(answer)
                    except StopIteration as end:
                        return end.value
                    if isinstance(step, tuple):
                        progress(*step)
                        answer = None
                    else:
                        answer = perform(step, progress)

        return reporting.run(self, do)

    def begin(self, context: bpy.types.Context) -> set[str]:
        """For `invoke`: start the job and return; requests go to the worker process."""
        if bpy.app.background or context.window is None:
            return self._at_once(context)
        # The libraries take a second to load, the first time; the main thread is not held for that.
        loading = LOADER.submit(import_module, f"{__package__.rpartition('.')[0]}.see2sound_addon.pipeline")
        self._job = Job(self, self.work(context, SLICE), loading, since=time.monotonic())
        AT_WORK.append(self._job)
        self._job.timer = context.window_manager.event_timer_add(POLL_EVERY, window=context.window)
        context.window_manager.modal_handler_add(self)
        show_progress(context)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Follow the job. ESC, or Cancel in the panel, cancels the job whose progress is shown."""
        job = self._job
        if job is None or job.entered:
            return {"PASS_THROUGH"}
        if event.type == "ESC" and event.value == "PRESS":
            stop_shown()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            # Reading a scene lasts several slices; it must not change in between.
            waits = job.ticket is None and event.type not in {"MOUSEMOVE", "INBETWEEN_MOUSEMOVE"}
            return {"RUNNING_MODAL"} if waits else {"PASS_THROUGH"}
        job.entered = True
        try:
            return self._go_on(context, job)
        finally:
            job.entered = False
            if self._job is not job:  # it has ended
                job.work.close()

    def _go_on(self, context: bpy.types.Context, job: Job) -> set[str]:
        try:
            notes = self._next(context, job)
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

    def _next(self, context: bpy.types.Context, job: Job) -> list[str] | None:
        """Do the next slice, or look for the worker's result; return the notes at the end."""
        from ..see2sound_addon.blender.desk import DESK

        answer = None
        if job.ticket is not None:
            answer = DESK.poll(job.ticket)
            self._show(context, job.ticket.label, job.ticket.share)
            if answer is None:
                return None
            job.ticket = None
        elif job.stopped:
            raise Cancelled
        elif not job.loading.done():
            return None
        else:
            job.loading.result()
        try:
            step = job.work.send(answer)
        except StopIteration as end:
            return end.value
        if isinstance(step, tuple):
            label, done, total = step
            self._show(context, label, done / max(1, total))
        else:
            job.ticket, job.since = DESK.submit(step), time.monotonic()
            self._show(context, job.ticket.label, 0.0)
        return None

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender calls this when it closes, or opens another file."""
        from ..see2sound_addon.blender.desk import DESK

        if self._job is not None and self._job.ticket is not None:
            DESK.cancel(self._job.ticket)
        self._end(context, set())

    def _show(self, context: bpy.types.Context, label: str, share: float) -> None:
        if self._job is not None:  # it may have been ended meanwhile
            self._job.label, self._job.share = label + _time_left(time.monotonic() - self._job.since, share), share
            show_progress(context)

    def _end(self, context: bpy.types.Context, result: set[str]) -> set[str]:
        job, self._job = self._job, None
        if job in AT_WORK:
            AT_WORK.remove(job)
        if job is not None and job.timer is not None:
            context.window_manager.event_timer_remove(job.timer)
        show_progress(context)
        if job is not None and not job.entered:  # else its own code has led here; `modal` closes it
            job.work.close()
        return result


AT_WORK: list[Job] = []
"""The jobs that are followed now, the oldest first."""


def shown_job() -> Job | None:
    """The job whose progress is shown, and which ESC and the panel's button cancel: one that samples the scene, because that
    blocks the window, else the running one."""
    from ..see2sound_addon.blender.desk import DESK

    reading = [job for job in AT_WORK if job.ticket is None]
    current = DESK.current()
    at_work = [job for job in AT_WORK if job.ticket is current]
    return next(iter([*reversed(reading), *at_work, *AT_WORK]), None)


def stop_shown() -> None:
    """Stop the job whose progress is shown; the others go on."""
    from ..see2sound_addon.blender.desk import DESK

    job = shown_job()
    if job is None:
        return
    job.stopped = True
    if job.ticket is not None:
        DESK.cancel(job.ticket)


def show_progress(context: bpy.types.Context) -> None:
    """Show the progress of one job and the number of waiting jobs; clear panels and status bar if there is none."""
    state, workspace = context.window_manager.see2sound, context.workspace
    job = shown_job() if AT_WORK else None
    if job is None:
        state.hide()
    else:
        state.show(job.label + (f", {len(AT_WORK) - 1} waiting" if len(AT_WORK) > 1 else ""), job.share)
    if workspace is not None:
        text = None if job is None else f"See2Sound: {state.job} ({100 * job.share:.0f} %)   ESC stops it"
        workspace.status_text_set(text)
    reporting.redraw_viewports(context)


def end_all() -> None:
    """End all jobs when the extension is disabled: remove timers, status text and progress bars."""
    for job in list(AT_WORK):
        try:
            job.operator._end(bpy.context, set())
        except ReferenceError:  # Blender has dropped it already
            AT_WORK.remove(job)


LOADER = ThreadPoolExecutor(1, thread_name_prefix="see2sound")
"""For imports and files; nothing of Blender's is touched there."""


def in_thread(function: Callable[[], object], label: str) -> Iterator[Progress]:
    """Part of a `work`: do something with plain data while Blender goes on. Errors: those of the function."""
    future = LOADER.submit(function)
    while not future.done():
        yield label, 0, 1
        time.sleep(0.001)
    future.result()


def _time_left(elapsed: float, share: float) -> str:
    """Text with the remaining time, or an empty text if it cannot be estimated yet."""
    if elapsed < 2.0 or share < 0.05:
        return ""
    left = elapsed * (1.0 - share) / share
    return f", {left / 60:.0f} min left" if left >= 90.0 else f", {left:.0f} s left"


def same_scene(context: bpy.types.Context, uid: int) -> bpy.types.Scene:
    """The scene for which a job was started. Error: `scene-changed` if another one is open now."""
    if context.scene.session_uid != uid:
        raise See2SoundError(
            "scene-changed", "Another scene was opened meanwhile; nothing was changed.", "Go back and try again."
        )
    return context.scene


class SEE2SOUND_OT_cancel_job(bpy.types.Operator):
    """Cancel the job that is shown. The scene stays as it was"""

    bl_idname = "see2sound.cancel_job"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        stop_shown()
        return {"FINISHED"}
