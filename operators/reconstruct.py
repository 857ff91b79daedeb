"""Operator: reconstruct the sources of a picture."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..see2sound_addon.blender import neural, properties, sources
from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .choose_picture import first_folder
from .working import Step, Working, same_scene


class SEE2SOUND_OT_reconstruct(Working, bpy.types.Operator):
    """Find the objects of a picture that can make a sound, and place a Speaker for each one"""

    bl_idname = "see2sound.reconstruct"
    bl_label = "Reconstruct Sources"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="Picture", description="Path of the picture. If empty, the picture set in the scene is used", subtype="FILE_PATH",
        options={"SKIP_SAVE"} | properties.RELATIVE_PATH,
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
        items=((properties.AS_SET, "As Set in the Scene", "What the Picture panel says"), *properties.CAMERA_ITEMS),
    )  # fmt: skip
    others: EnumProperty(
        name="Other Pictures", description="How to treat the sources and cameras of earlier pictures", options={"SKIP_SAVE"},
        items=((properties.AS_SET, "As Set in the Scene", "What the Picture panel says"), *properties.OTHERS_ITEMS),
    )  # fmt: skip
    generate: BoolProperty(name="Generate Sounds", description="Generate a sound for each source right away", default=True)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.is_own_scene(cls, context)

    browse: BoolProperty(default=False, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if is_chosen(self.filepath) or (is_chosen(context.scene.see2sound.picture) and not self.browse):
            return self.begin(context)
        self.filepath = first_folder(context.scene.see2sound.picture)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def first_step(self, context: bpy.types.Context) -> Step:
        from ..see2sound_addon.blender import camera
        from ..see2sound_addon.media.files import check_writable

        scene, settings = context.scene, context.scene.see2sound
        self._picture = self.filepath if is_chosen(self.filepath) else settings.picture
        self._found, self._scene = None, scene.session_uid
        if not is_chosen(self._picture):
            raise See2SoundError(
                "picture-missing", "No picture is chosen.", "Choose one in the Picture panel, or drop one here."
            )
        used = self._camera_as_it_is(scene)
        options = {  # of pipeline.Settings, which is not imported here: it brings libraries that take seconds
            "max_sources": self.max_sources or settings.max_sources,
            "field_of_view": settings.field_of_view if settings.use_field_of_view else None,
            "horizon": settings.horizon / 100.0 if settings.use_horizon else None,
            "camera_height": settings.camera_height,
        }
        self._neural = neural.asked(context, scene)
        if self.generate:
            check_writable(sources.clip_folder(__package__.rpartition(".")[0]))
        return Step("reconstruct", {
            "picture": bpy.path.abspath(self._picture), "settings": options, "neural": self._neural,
            "camera": None if used is None else camera.read_camera(context, scene, used).to_json(),
        })  # fmt: skip

    def _camera_as_it_is(self, scene: bpy.types.Scene) -> bpy.types.Object | None:
        """The camera that the picture is fitted to; None where the picture gets one, or its own is set anew."""
        from ..see2sound_addon.blender import camera

        if self._setting(scene, "camera", "picture_camera") == "ACTIVE" and scene.camera is not None:
            return scene.camera
        own = camera.own_camera(scene, self._picture)
        return None if own is None or camera.is_as_made(own) else own

    def _setting(self, scene: bpy.types.Scene, name: str, of_scene: str) -> str:
        chosen = getattr(self, name)
        return str(getattr(scene.see2sound, of_scene)) if chosen == properties.AS_SET else chosen

    def take(self, context: bpy.types.Context, result: dict) -> Step | list[str]:
        from ..see2sound_addon.blender import speakers, voices
        from ..see2sound_addon.jobs.messages import findings_from_json

        scene = same_scene(context, self._scene)
        if self._found is None:
            self._found = findings_from_json(result)
            if self.generate:
                matches = speakers.match(scene, self._found, self._picture)
                folder = sources.clip_folder(__package__.rpartition(".")[0])
                prompts = [(m.source_id, m.prompt) for m in matches if not m.locked]
                self._wanted = voices.wanted_clips(scene, prompts, folder, self._neural)
                return Step("voices", {"wanted": self._wanted, "neural": self._neural})
            self._wanted = []
        made = voices.made_clips(self._wanted, result.get("made", []))
        return self._apply(context, scene, made)

    def _apply(self, context: bpy.types.Context, scene: bpy.types.Scene, made: dict) -> list[str]:
        """All that can fail came before: now the scene changes, as one undo step."""
        from ..see2sound_addon.blender import speakers, voices

        found, path = self._found, bpy.path.abspath(self._picture)
        matches = speakers.match(scene, found, self._picture)  # the scene may have changed in the meantime
        replace = self._setting(scene, "others", "other_pictures") == "REPLACE"
        before = speakers.other_pictures(scene, self._picture)
        self._set_camera(scene, path, before, replace)
        objects = speakers.apply(context, scene, found, matches, self._picture, replace)
        scene.see2sound.picture = self._picture
        for note in found.notes:
            self.report({"INFO"} if found.sources else {"WARNING"}, note)
        self.report({"INFO"}, f"{len(objects)} sources found in {bpy.path.basename(path)}")
        look_through_camera(context)
        notes = self._kept_of_others(scene) if replace else []
        if not self.generate:
            return notes
        return notes + voices.attach_voices(scene, [obj for obj in objects if not sources.has_own_sound(obj)], made)

    def _set_camera(self, scene: bpy.types.Scene, path: str, before: set[str], replace: bool) -> None:
        from ..see2sound_addon.blender import camera

        if replace:
            camera.remove_own(scene, self._picture)
        if self._setting(scene, "camera", "picture_camera") == "OWN" or scene.camera is None:
            own = camera.own_camera(scene, self._picture)
            if own is None:
                own = camera.make_camera(scene, self._found.camera, self._found.size, self._picture)
            elif camera.is_as_made(own):
                camera.set_camera(own, scene, self._found.camera, self._picture)
            scene.camera = own
        camera.show_picture(scene.camera, path, before, replace)

    def _kept_of_others(self, scene: bpy.types.Scene) -> list[str]:
        kept = [t for t in sources.sources(scene) if t.see2sound.picture]
        kept = [obj.name for obj in kept if not sources.same_file(obj.see2sound.picture, self._picture)]
        if not kept:
            return []
        names = f"{', '.join(kept[:3])}{', ...' if len(kept) > 3 else ''}"
        return [f"Kept from pictures before, because they were changed: {names}"]


def is_chosen(path: str) -> bool:
    """Whether a path names a file rather than nothing or a folder: Blender's file browser leaves "//" behind."""
    return bool(path.strip()) and not path.rstrip().endswith(("/", "\\"))


def look_through_camera(context: bpy.types.Context) -> None:
    """The viewport that the artist works in shows what the camera sees."""
    if bpy.app.background or context.window is None:
        return
    areas = [context.area] if context.area is not None and context.area.type == "VIEW_3D" else context.window.screen.areas
    view = next((area.spaces.active.region_3d for area in areas if area.type == "VIEW_3D"), None)
    if view is not None:
        view.view_perspective = "CAMERA"
