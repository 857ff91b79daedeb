import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..see2sound_addon.blender import properties, sources
from . import reporting


class SEE2SOUND_OT_reconstruct(bpy.types.Operator):
    """Find what sounds in a picture and put a Speaker at its place in front of the camera"""

    bl_idname = "see2sound.reconstruct"
    bl_label = "Reconstruct Sources"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="Picture", description="The picture; empty takes the one set in the scene", subtype="FILE_PATH",
        options={"SKIP_SAVE"} | properties.RELATIVE_PATH,
    )  # fmt: skip
    filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    max_sources: IntProperty(
        name="Sources", description="How many sources at most; 0 takes the scene's setting", default=0, min=0, max=32,
        options={"SKIP_SAVE"},
    )  # fmt: skip
    generate: BoolProperty(name="Generate Sounds", description="Give each source its sound at once", default=True)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.filepath or context.scene.see2sound.picture:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon import pipeline
        from ..see2sound_addon.blender import camera, speakers, voices
        from ..see2sound_addon.media.files import check_writable

        scene, settings = context.scene, context.scene.see2sound
        picture = self.filepath or settings.picture
        existing = camera.read_camera(context, scene)
        options = pipeline.Settings(
            max_sources=self.max_sources or settings.max_sources,
            field_of_view=settings.field_of_view if settings.use_field_of_view else None,
            horizon=settings.horizon / 100.0 if settings.use_horizon else None,
            camera_height=settings.camera_height,
        )
        path = bpy.path.abspath(picture)
        folder = sources.clip_folder(__package__.rpartition(".")[0])
        if self.generate:
            check_writable(folder)
        # All that can fail comes first; the scene is changed only after it.
        with reporting.ProgressCursor(context) as progress:
            found = pipeline.reconstruct(path, existing, options, progress)
            matches = speakers.match(scene, found, picture)
            wanted = [(matched.source_id, matched.prompt) for matched in matches] if self.generate else []
            made = voices.make_voices(scene, wanted, folder, progress)
        settings.picture = picture
        if existing is None:
            camera.make_camera(scene, found.camera, (found.picture.width, found.picture.height))
        camera.show_picture(scene.camera, path)
        things = speakers.apply(context, scene, found, matches, picture)
        for note in found.notes:
            self.report({"INFO"} if found.sources else {"WARNING"}, note)
        self.report({"INFO"}, f"{len(things)} sources found in {bpy.path.basename(path)}")
        if not self.generate:
            return []
        return voices.attach_voices(scene, [thing for thing in things if not speakers.has_own_sound(thing)], made)
