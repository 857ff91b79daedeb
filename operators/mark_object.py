"""Operators: mark an object of the picture by hand, and merge sources."""

from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, FloatVectorProperty

from ..see2sound_addon.blender import neural, sources
from ..see2sound_addon.blender.drawing import draw_ring
from ..see2sound_addon.blender.units import frame_rate
from . import reporting
from .working import Work, Working, ask, same_scene

CLICK = 4.0
"""Pixels: a shorter drag is a click."""
LINE, WIDTH = (1.0, 1.0, 1.0, 1.0), 1.5


def _has_picture(cls: Any, context: bpy.types.Context) -> bool:
    if context.scene.see2sound.picture:
        return reporting.is_own_scene(cls, context)
    cls.poll_message_set("The scene has no picture yet; choose one in the Picture panel")
    return False


class SEE2SOUND_OT_mark_object(Working, bpy.types.Operator):
    """Make a source of the object in a box of the picture, or at a point. Reconstruct Sources keeps it"""

    bl_idname = "see2sound.mark_object"
    bl_label = "Mark Object"
    bl_options = {"REGISTER", "UNDO"}

    box: FloatVectorProperty(
        name="Box", size=4, min=0.0, max=1.0, options={"SKIP_SAVE"},
        description="Left, top, right and bottom in the picture, 0 to 1, y down. A box without a size is a point",
    )  # fmt: skip
    generate: BoolProperty(name="Generate Sound", description="Generate the sound right away", default=True)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _has_picture(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.blender.backends import backends_that_see
        from ..see2sound_addon.blender.reading.camera import picture_camera, read_camera
        from ..see2sound_addon.blender.reading.picture import frame_shown
        from ..see2sound_addon.blender.writing import clips, speakers
        from ..see2sound_addon.findings import FootageSettings, Settings
        from ..see2sound_addon.jobs.requests import Mark
        from ..see2sound_addon.media.files import check_writable

        scene, uid, picture = context.scene, context.scene.session_uid, context.scene.see2sound.picture
        if self.generate:
            check_writable(sources.clip_folder())
        names, models = backends_that_see(scene), neural.chosen_models(context, scene)
        shown, frame = frame_shown(context, scene, picture), scene.frame_current
        footage = FootageSettings(first=shown or 1, rate=frame_rate(scene))
        settings = Settings(camera_height=scene.see2sound.camera_height, footage=footage)
        camera = picture_camera(context, scene, picture) if shown is None else read_camera(context, scene, scene.camera)
        found = yield from ask(Mark(Path(bpy.path.abspath(picture)).absolute(), tuple(self.box), camera, settings, names))
        (source,), made = found.sources, None
        name = sources.new_id(source.id)
        if self.generate and source.prompt:
            scene = same_scene(context, uid)
            made = yield from ask(clips.request(scene, [(name, source.prompt)], names, models))
        scene = same_scene(context, uid)
        obj = speakers.add_marked(context, scene, found, picture, name)
        obj.see2sound.shown_at = 0 if shown is None else frame
        notes = found.notes if source.prompt else [*found.notes, "It could not be named. Type a label to give it a sound."]
        return notes if made is None else notes + clips.attach_clips(scene, [obj], made.clips)


class SEE2SOUND_OT_draw_object(bpy.types.Operator):
    """Click on an object of the picture, or draw a box around it, to make it a source. Look through the picture's camera"""

    bl_idname = "see2sound.draw_object"
    bl_label = "Mark Object in View"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not _has_picture(cls, context):
            return False
        view = context.region_data
        if view is None or view.view_perspective != "CAMERA" or context.scene.camera is None:
            cls.poll_message_set("Look through the picture's camera in a 3D viewport (Numpad 0)")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self._begin: Any = None
        self._end: Any = None
        self._drawn = bpy.types.SpaceView3D.draw_handler_add(self._draw, (), "WINDOW", "POST_PIXEL")
        context.window_manager.modal_handler_add(self)
        context.workspace.status_text_set("Click on an object, or draw a box around it   ESC stops")
        context.window.cursor_modal_set("CROSSHAIR")
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if event.type in {"ESC", "RIGHTMOUSE"}:
            return self._stop(context, {"CANCELLED"})
        here = (event.mouse_region_x, event.mouse_region_y)
        if event.type == "LEFTMOUSE" and event.value == "PRESS":
            self._begin = self._end = here
        elif event.type == "MOUSEMOVE" and self._begin is not None:
            self._end = here
            context.area.tag_redraw()
        elif event.type == "LEFTMOUSE" and event.value == "RELEASE" and self._begin is not None:
            box = self._box(context, here)
            self._stop(context, set())
            if box is None:
                self.report({"WARNING"}, "That is outside the picture.")
                return {"CANCELLED"}
            bpy.ops.see2sound.mark_object("INVOKE_DEFAULT", box=box)  # type: ignore[attr-defined]
            return {"FINISHED"}
        return {"RUNNING_MODAL"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender calls this when it closes, or opens another file."""
        self._stop(context, set())

    def _box(self, context: bpy.types.Context, end: tuple[int, int]) -> tuple[float, float, float, float] | None:
        """What was drawn, as fractions of the picture; a point for a click; None outside the picture."""
        from ..see2sound_addon.blender.reading.frame import from_picture, picture_corners

        scene = context.scene
        image = next((one.image for one in scene.camera.data.background_images if one.image is not None), None)
        aspect = image.size[1] / image.size[0] if image is not None and image.size[0] else 1.0
        corners = picture_corners(scene, scene.camera, context.region, context.region_data, aspect)
        if corners is None:
            return None
        if max(abs(a - b) for a, b in zip(self._begin, end, strict=True)) < CLICK:
            end = self._begin
        (ax, ay), (bx, by) = from_picture(corners, *self._begin), from_picture(corners, *end)
        box = (max(0.0, min(ax, bx)), max(0.0, min(ay, by)), min(1.0, max(ax, bx)), min(1.0, max(ay, by)))
        return box if box[0] <= box[2] and box[1] <= box[3] else None

    def _stop(self, context: bpy.types.Context, result: set[str]) -> set[str]:
        if self._drawn is not None:
            bpy.types.SpaceView3D.draw_handler_remove(self._drawn, "WINDOW")
            self._drawn = None
            context.workspace.status_text_set(None)
            context.window.cursor_modal_restore()
        if context.area is not None:
            context.area.tag_redraw()
        return result

    def _draw(self) -> None:
        if self._begin is None or self._end is None:
            return
        (x0, y0), (x1, y1) = self._begin, self._end
        draw_ring(bpy.context.region, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], LINE, WIDTH)


class SEE2SOUND_OT_merge_sources(bpy.types.Operator):
    """Make one source of the selected ones, which are parts of one object: the active one stays, the others are removed"""

    bl_idname = "see2sound.merge_sources"
    bl_label = "Merge Sources"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if len(_parts(context)) > 1:
            return True
        cls.poll_message_set("Select two or more sources of one picture that are not locked or linked")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..see2sound_addon.blender.writing import speakers

        kept = speakers.merge(_parts(context), context.scene)
        sources.choose_row(context.scene, sources.row_of(context.scene, kept.see2sound.source_id))
        return {"FINISHED"}


def _parts(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected sources of one picture, the active one first."""
    active = sources.active_source(context.scene)
    if active is None or not active.see2sound.picture or not active.select_get():
        return []
    chosen = [obj for obj in sources.sources(context.scene) if obj.select_get() and obj != active]
    chosen = [obj for obj in chosen if obj.see2sound.picture == active.see2sound.picture]
    parts = [active, *chosen]
    return parts if all(obj.library is None and not obj.see2sound.locked for obj in parts) else []
