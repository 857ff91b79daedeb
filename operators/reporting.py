"""Report errors and notes of the library in Blender, and polls that several operators share."""

from collections.abc import Callable, Generator, Iterable
from importlib.util import find_spec
from typing import Any

import bpy

from ..see2sound_addon.errors import See2SoundError


def run(operator: bpy.types.Operator, work: Callable[[], Iterable[str]]) -> set[str]:
    """Do `work`; its notes become warnings, a See2SoundError becomes an error and cancels."""
    try:
        notes = work()
    except See2SoundError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}
    for note in notes:
        operator.report({"WARNING"}, note)
    return {"FINISHED"}


def is_own_scene(cls: Any, context: bpy.types.Context) -> bool:
    """For `poll`: a scene that is linked from another file cannot be changed."""
    if context.scene.library is None:
        return True
    cls.poll_message_set("This scene is linked; open its own file to change it")
    return False


def has_listener(cls: Any, context: bpy.types.Context) -> bool:
    """For `poll`: a mix needs a camera to listen from."""
    if context.scene.camera is not None or any(marker.camera for marker in context.scene.timeline_markers):
        return True
    cls.poll_message_set("The scene has no active camera to listen from")
    return False


def has_audio() -> bool:
    """Whether this Blender can play sounds by itself."""
    return find_spec("aud") is not None


def redraw_viewports(context: bpy.types.Context) -> None:
    """Redraw the 3D viewports of all windows, with their sidebars."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


def labelled(slices: Generator[tuple[int, int], None, Any], label: str) -> Generator[tuple[str, int, int], None, Any]:
    """Add a label to the progress of slices of work; return their result."""
    while True:
        try:
            done, total = next(slices)
        except StopIteration as end:
            return end.value
        yield label, done, total


class ProgressCursor:
    """Show the library's progress at the mouse pointer."""

    def __init__(self, context: bpy.types.Context) -> None:
        self.manager = context.window_manager

    def __enter__(self) -> Callable[[str, int, int], None]:
        self.manager.progress_begin(0, 100)
        return lambda label, done, total: self.manager.progress_update(100 * done // max(1, total))

    def __exit__(self, *_: object) -> None:
        self.manager.progress_end()
