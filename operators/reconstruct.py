import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..see2sound_addon.blender import neural, properties, sources
from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .working import Step, Working, same_scene


class SEE2SOUND_OT_reconstruct(Working, bpy.types.Operator):
    """Find what sounds in a picture and put a Speaker at its place in front of the camera"""

    bl_idname = "see2sound.reconstruct"
    bl_label = "Reconstruct Sources"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="Picture", description="The picture; empty takes the one set in the scene", subtype="FILE_PATH",
        options={"SKIP_SAVE"} | properties.RELATIVE_PATH,
    )  # fmt: skip
    filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_movie: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    max_sources: IntProperty(
        name="Sources", description="How many sources at most; 0 takes the scene's setting", default=0, min=0, max=32,
        options={"SKIP_SAVE"},
    )  # fmt: skip
    generate: BoolProperty(name="Generate Sounds", description="Give each source its sound at once", default=True)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.is_own_scene(cls, context)

    browse: BoolProperty(default=False, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.filepath or (context.scene.see2sound.picture and not self.browse):
            return self.begin(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def first_step(self, context: bpy.types.Context) -> Step:
        from ..see2sound_addon.blender import camera
        from ..see2sound_addon.media.files import check_writable

        scene, settings = context.scene, context.scene.see2sound
        self._picture, self._found, self._scene = self.filepath or settings.picture, None, scene.session_uid
        if not self._picture:
            raise See2SoundError(
                "picture-missing", "No picture is chosen.", "Choose one in the Picture panel, or drop one here."
            )
        existing = camera.read_camera(context, scene)
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
            "picture": bpy.path.abspath(self._picture), "camera": None if existing is None else existing.to_json(),
            "settings": options, "neural": self._neural,
        })  # fmt: skip

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
        from ..see2sound_addon.blender import camera, speakers, voices

        found, path = self._found, bpy.path.abspath(self._picture)
        matches = speakers.match(scene, found, self._picture)  # the scene may have changed in the meantime
        scene.see2sound.picture = self._picture
        if camera.read_camera(context, scene) is None:
            camera.make_camera(scene, found.camera, found.size)
        camera.show_picture(scene.camera, path)
        things = speakers.apply(context, scene, found, matches, self._picture)
        for note in found.notes:
            self.report({"INFO"} if found.sources else {"WARNING"}, note)
        self.report({"INFO"}, f"{len(things)} sources found in {bpy.path.basename(path)}")
        if not self.generate:
            return []
        return voices.attach_voices(scene, [thing for thing in things if not speakers.has_own_sound(thing)], made)
