"""Panel: the picture and its camera."""

from typing import Any

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..see2sound_addon.blender import eye
from .base import Sidebar


class SEE2SOUND_PT_picture(Sidebar, bpy.types.Panel):
    """The picture, its camera and Reconstruct Sources."""

    bl_label = "Picture"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "picture_from", text="From")
        if settings.picture_from in {"FILE", "SEQUENCE"}:
            row = layout.row(align=True)
            row.prop(settings, "picture")
            row.operator("see2sound.choose_picture", text="", icon="FILEBROWSER")
        elif settings.picture_from == "CLIP":
            layout.template_ID(settings, "movie_clip", open="clip.open")
        else:
            layout.template_ID(settings, "image", open="image.open")
        layout.prop(settings, "picture_camera")
        layout.prop(settings, "max_sources")
        draw_eye(layout, settings)
        draw_button_or_progress(layout, context, "see2sound.reconstruct", "VIEWZOOM")


def draw_eye(layout: bpy.types.UILayout, settings: Any) -> None:
    """The detector; and, while there is none but the built-in one, how to get one."""
    if not eye.is_installed() and settings.eye in {"BEST", "LIGHT"}:
        column = layout.column(align=True)
        column.label(text="Recognise objects: get the light detector")
        text = iface("Get ({})").format(eye.terms("light"))
        row = column.row(align=True)
        row.operator("see2sound.get_eye", text=text, translate=False, icon="IMPORT").name = "LIGHT"
        row.operator("see2sound.add_eye", text="", icon="FILEBROWSER")
        return
    row = layout.row(align=True)
    row.prop(settings, "eye")
    row.operator("see2sound.add_eye", text="", icon="FILEBROWSER")
    if settings.eye == "FILE":
        layout.prop(settings, "eye_file")
    layout.prop(settings, "voice_unknown")


def draw_button_or_progress(layout: bpy.types.UILayout, context: bpy.types.Context, verb: str, icon: str) -> None:
    """A button, or in its place how far the job at work is: nothing else in the sidebar moves."""
    state = context.window_manager.see2sound
    row = layout.row(align=True)
    if not state.job:
        row.operator(verb, icon=icon)  # type: ignore[arg-type]
        return
    row.progress(factor=state.share, text=state.job)
    row.operator("see2sound.cancel_job", text="", icon="X")


class SEE2SOUND_PT_picture_camera(Sidebar, bpy.types.Panel):
    """Field of view, horizon and height of the picture's camera."""

    bl_label = "Camera"
    bl_parent_id = "SEE2SOUND_PT_picture"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "other_pictures")
        kept = settings.picture_camera == "ACTIVE" and context.scene.camera is not None
        if kept:
            layout.label(text=iface("Seen through {}").format(context.scene.camera.name), icon="CAMERA_DATA", translate=False)
        column = layout.column(heading="Field of View")
        row = column.row(align=True)
        row.active = not kept
        row.prop(settings, "use_field_of_view", text="")
        value = row.row()
        value.active = settings.use_field_of_view
        value.prop(settings, "field_of_view", text="")
        row = layout.column(heading="Horizon").row(align=True)
        row.prop(settings, "use_horizon", text="")
        value = row.row()
        value.active = settings.use_horizon
        value.prop(settings, "horizon", text="")
        layout.prop(settings, "camera_height")
        layout.prop(settings, "panorama")


class SEE2SOUND_PT_picture_motion(Sidebar, bpy.types.Panel):
    """What is done with videos and other moving pictures."""

    bl_label = "Moving Picture"
    bl_parent_id = "SEE2SOUND_PT_picture"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.see2sound
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column(heading="Range")
        column.prop(settings, "use_footage_range", text="")
        column = layout.column(align=True)
        column.active = settings.use_footage_range
        column.prop(settings, "footage_first", text="Frame Start")
        column.prop(settings, "footage_last", text="End")
        row = layout.row()
        row.active = settings.picture_camera == "OWN"
        row.prop(settings, "move_camera")
        layout.prop(settings, "level_by_movement")
