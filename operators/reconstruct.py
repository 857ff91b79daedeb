"""Operator: reconstruct the sources of a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..see2sound_addon.blender import neural, sources
from ..see2sound_addon.blender.properties import choices
from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .choose_picture import first_folder
from .working import Work, Working, ask, same_scene

if TYPE_CHECKING:
    from ..see2sound_addon.clips import MadeClip
    from ..see2sound_addon.findings import Findings, FoundSource
    from ..see2sound_addon.jobs.requests import Reconstruct


class SEE2SOUND_OT_reconstruct(Working, bpy.types.Operator):
    """Find the objects of a picture that can make a sound, and place a Speaker for each one"""

    bl_idname = "see2sound.reconstruct"
    bl_label = "Reconstruct Sources"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="Picture", description="Path of the picture. If empty, the picture set in the scene is used", subtype="FILE_PATH",
        options={"SKIP_SAVE"} | choices.RELATIVE_PATH,
    )  # fmt: skip
    filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_movie: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    max_sources: IntProperty(
        name="Sources", description="Maximum number of sources. 0 uses the setting of the scene", default=0, min=0, max=32,
        options={"SKIP_SAVE"},
    )  # fmt: skip
    camera: EnumProperty(
        name="Camera", description="The camera that the picture is placed for", options={"SKIP_SAVE"},
        items=((choices.AS_SET, "As Set in the Scene", "Use the setting of the Picture panel"), *choices.CAMERA_ITEMS),
    )  # fmt: skip
    others: EnumProperty(
        name="Other Pictures", description="How to treat the sources and cameras of earlier pictures", options={"SKIP_SAVE"},
        items=((choices.AS_SET, "As Set in the Scene", "Use the setting of the Picture panel"), *choices.OTHERS_ITEMS),
    )  # fmt: skip
    eye: StringProperty(
        name="Detector", options={"SKIP_SAVE"},
        description="embedded, light, sharp, or the path of an .onnx file. If empty, the setting of the scene is used",
    )  # fmt: skip
    generate: BoolProperty(name="Generate Sounds", description="Generate a sound for each source right away", default=True)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.is_own_scene(cls, context)

    browse: BoolProperty(default=False, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if is_chosen(self.filepath) or (has_picture(context.scene) and not self.browse):
            return self.begin(context)
        self.filepath = first_folder(context.scene.see2sound.picture)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.blender.reading.picture import chosen_picture
        from ..see2sound_addon.blender.writing import clips, speakers

        scene, uid = context.scene, context.scene.session_uid
        picture = self.filepath if is_chosen(self.filepath) else chosen_picture(scene)
        request = self._request(context, scene, picture)
        found = yield from ask(request)
        scene, made, ids = same_scene(context, uid), None, []
        if self.generate:
            matches = speakers.match(scene, found, picture)
            ids = [(m.source, m.source_id) for m in matches]
            prompts = [(m.source_id, m.prompt) for m in matches if not m.locked]
            sources_of = {m.source_id: m.source for m in matches}
            least = 0.0 if found.footage is None else found.footage.seconds
            wanted = clips.request(scene, prompts, request.backends, request.models, found=sources_of, least=least)
            made = (yield from ask(wanted)).clips
            scene = same_scene(context, uid)
        return self._apply(context, scene, picture, found, made, ids)

    def _request(self, context: bpy.types.Context, scene: bpy.types.Scene, picture: str) -> "Reconstruct":
        """All that is known beforehand. Errors: what would fail later, such as a folder that cannot be written."""
        from ..see2sound_addon.blender.backends import backends_that_see
        from ..see2sound_addon.blender.reading.camera import camera_at_start
        from ..see2sound_addon.blender.reading.picture import picture_settings
        from ..see2sound_addon.jobs.requests import Reconstruct
        from ..see2sound_addon.media.files import check_writable

        if not is_chosen(picture):
            raise See2SoundError(
                "picture-missing", "No picture is chosen.", "Choose one in the Picture panel, or drop one here."
            )
        if self.generate:
            check_writable(sources.clip_folder())
        used = self._camera_as_it_is(scene, picture)
        return Reconstruct(
            Path(bpy.path.abspath(picture)).absolute(),  # the worker has another current folder
            None if used is None else camera_at_start(context, scene, used),
            picture_settings(scene, self.max_sources, used is None),
            backends_that_see(scene, self.eye),
            neural.chosen_models(context, scene),
        )

    def _camera_as_it_is(self, scene: bpy.types.Scene, picture: str) -> bpy.types.Object | None:
        """The camera that the picture is fitted to; None where the picture gets one, or its own is set anew."""
        from ..see2sound_addon.blender.writing import camera

        if self._setting(scene, "camera", "picture_camera") == "ACTIVE" and scene.camera is not None:
            return scene.camera
        own = camera.own_camera(scene, picture)
        return None if own is None or camera.is_as_made(own) else own

    def _setting(self, scene: bpy.types.Scene, name: str, of_scene: str) -> str:
        chosen = getattr(self, name)
        return str(getattr(scene.see2sound, of_scene)) if chosen == choices.AS_SET else chosen

    def _apply(
        self,
        context: bpy.types.Context,
        scene: bpy.types.Scene,
        picture: str,
        found: "Findings",
        made: list["MadeClip"] | None,
        ids: list[tuple["FoundSource", str]],
    ) -> list[str]:
        """All that can fail came before: now the scene changes, as one undo step."""
        from ..see2sound_addon.blender.writing.pictures import put_picture

        own_camera = self._setting(scene, "camera", "picture_camera") == "OWN"
        replace = self._setting(scene, "others", "other_pictures") == "REPLACE"
        objects, notes = put_picture(context, scene, picture, found, made, own_camera, replace, ids)
        for note in found.notes:
            self.report({"INFO"} if found.sources else {"WARNING"}, note)
        self.report({"INFO"}, f"{len(objects)} sources found in {bpy.path.basename(bpy.path.abspath(picture))}")
        look_through_camera(context)
        return notes


def has_picture(scene: bpy.types.Scene) -> bool:
    """Whether a picture is chosen in a scene."""
    settings = scene.see2sound
    blocks = {"CLIP": settings.movie_clip, "IMAGE": settings.image}
    if settings.picture_from in blocks:
        return blocks[settings.picture_from] is not None
    return is_chosen(settings.picture)


def is_chosen(path: str) -> bool:
    """Whether a path names a file rather than nothing or a folder: Blender's file browser leaves "//" behind."""
    return bool(path.strip()) and not path.rstrip().endswith(("/", "\\"))


def look_through_camera(context: bpy.types.Context) -> None:
    """The viewport that the artist works in shows what the camera sees."""
    if bpy.app.background or context.window is None:
        return
    areas = [context.area] if context.area is not None and context.area.type == "VIEW_3D" else context.window.screen.areas
    view = next((area.spaces.active.region_3d for area in areas if area.type == "VIEW_3D"), None)  # type: ignore[attr-defined]
    if view is not None:
        view.view_perspective = "CAMERA"
