"""Operators of File > Export, and clearing the clips of unsaved files."""

import tempfile
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..see2sound_addon.blender.backends import load_plugins
from ..see2sound_addon.blender.properties import choices
from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .render_mix import RenderMix, absolute_path, head_for, mix_request, plan_of_scene, target_path
from .working import Work, Working, ask

PATH = {"SKIP_SAVE"} | choices.RELATIVE_PATH


def _suggested(suffix: str) -> str:
    """Beside the .blend, named like it."""
    return bpy.path.abspath(f"//{Path(bpy.data.filepath).stem or 'untitled'}{suffix}")


class SEE2SOUND_OT_export_mix(RenderMix, bpy.types.Operator):
    """Render what the active camera hears to a sound file"""

    bl_idname = "see2sound.export_mix"
    bl_label = "Export Spatial Mix"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="File", description="Path of the mix", subtype="FILE_PATH", options=PATH)
    filter_glob: StringProperty(default="*.wav", options={"HIDDEN", "SKIP_SAVE"})
    check_existing: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    layout: EnumProperty(
        name="Layout",
        description="Loudspeaker layout, binaural or ambisonics",
        items=choices.LAYOUT_CHOICES,
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from ..see2sound_addon.delivery import formats

        if not self.filepath:
            self.filepath = _suggested(".wav")
        load_plugins()
        self.filter_glob = ";".join(f"*{suffix}" for suffix in formats.suffixes())  # other add-ons may bring formats
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


class SEE2SOUND_OT_export_plan(Working, bpy.types.Operator):
    """Export sources, trajectories and settings as a plan with copies of the clips, to render it with the shell command"""

    bl_idname = "see2sound.export_plan"
    bl_label = "Export Sound Plan"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="File", description="Path of the plan", subtype="FILE_PATH", options=PATH)
    filter_glob: StringProperty(default="*.json", options={"HIDDEN", "SKIP_SAVE"})
    check_existing: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.has_listener(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = _suggested(".json")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        path = target_path(self.filepath, (".json",), "plan")
        folder = Path(tempfile.mkdtemp(prefix="plan_", dir=bpy.app.tempdir))
        notes = yield from plan_of_scene(context, seconds, folder, path, carry=True)
        self.report({"INFO"}, f"{path.name} is written.")
        return notes


class Export(Working):
    """Base class of operators that write a plan in another format: sample the scene, then write it in the worker."""

    filepath = ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.has_listener(cls, context)

    def export(
        self, context: bpy.types.Context, seconds: float, path: Path, output: str, layout: str | None, bake: bool
    ) -> Work:
        """Part of a `work`."""
        from ..see2sound_addon.blender.backends import chosen_backends
        from ..see2sound_addon.blender.units import frame_rate
        from ..see2sound_addon.jobs.requests import Export as Request

        folder = Path(tempfile.mkdtemp(prefix="export_", dir=bpy.app.tempdir))
        notes = yield from plan_of_scene(context, seconds, folder, folder / "plan.json")
        head = head_for(context, layout) if layout is not None else None
        rate, backends = frame_rate(context.scene), chosen_backends(context.scene)
        exported = yield from ask(Request(folder / "plan.json", output, path, layout, head, bake, rate, backends))
        self.report({"INFO"}, f"{path.name} is written.")
        return list(dict.fromkeys(notes + exported.notes))


class SEE2SOUND_OT_export_objects(Export, bpy.types.Operator):
    """Export each source as an audio object that moves, for programs that pan later: an ADM file"""

    bl_idname = "see2sound.export_objects"
    bl_label = "Export Object Audio"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="File", description="Path of the ADM file", subtype="FILE_PATH", options=PATH)
    filter_glob: StringProperty(default="*.wav", options={"HIDDEN", "SKIP_SAVE"})
    check_existing: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    flavour: EnumProperty(name="Flavor", description="Which programs will read the file", items=choices.ADM_ITEMS)
    bake: BoolProperty(
        name="Bake Travel and Room",
        description="Put travel times, Doppler and reflections into the signals, which ADM cannot describe",
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = _suggested("_objects.wav")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        path = target_path(self.filepath, (".wav",), "objects")
        return (yield from self.export(context, seconds, path, self.flavour, None, self.bake))


class SEE2SOUND_OT_export_stems(Export, bpy.types.Operator):
    """Export each source as a sound file of its own, dry and in the layout of the mix, aligned on the timeline"""

    bl_idname = "see2sound.export_stems"
    bl_label = "Export Stems"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="Folder", description="Path of a new folder for the stems", subtype="DIR_PATH", options=PATH)
    check_existing: BoolProperty(default=False, options={"HIDDEN", "SKIP_SAVE"})
    reaper: BoolProperty(name="Reaper Project", description="Add a project for Reaper with a track for each stem")
    panned: BoolProperty(name="Panned Stems", description="Also write stems in the layout of the mix", default=True)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = _suggested("_stems")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        if not self.filepath or (self.filepath.startswith("//") and not bpy.data.filepath):
            raise See2SoundError("blend-unsaved", "There is no folder to write stems to.", "Save the file, or choose one.")
        path = absolute_path(self.filepath.rstrip("/\\"))
        layout = context.scene.see2sound.layout if self.panned else None
        output = "reaper" if self.reaper else "stems"
        return (yield from self.export(context, seconds, path, output, layout, False))


class SEE2SOUND_OT_export_page(Export, bpy.types.Operator):
    """Write a page about the mix to look at in a browser: loudness, levels, directions and the list of sources"""

    bl_idname = "see2sound.export_page"
    bl_label = "Export Sound Report"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="File", description="Path of the page", subtype="FILE_PATH", options=PATH)
    filter_glob: StringProperty(default="*.html", options={"HIDDEN", "SKIP_SAVE"})
    check_existing: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = _suggested("_sound.html")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        path = target_path(self.filepath, (".html",), "report")
        return (yield from self.export(context, seconds, path, "page", context.scene.see2sound.layout, False))


class SEE2SOUND_OT_export_film(Working, bpy.types.Operator):
    """Write a film with the picture of a video, copied as it is, and the mix of this scene as its sound"""

    bl_idname = "see2sound.export_film"
    bl_label = "Export Film With Mix"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="File", description="Path of the film", subtype="FILE_PATH", options=PATH)
    filter_glob: StringProperty(default="*.mp4;*.m4v;*.mov;*.mkv;*.webm", options={"HIDDEN", "SKIP_SAVE"})
    check_existing: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    video: StringProperty(
        name="Video", description="The video whose picture is copied, such as the rendered animation", subtype="FILE_PATH",
        options=PATH,
    )  # fmt: skip
    layout: EnumProperty(name="Layout", description="Loudspeaker layout, binaural or ambisonics", items=choices.LAYOUT_CHOICES)
    codec: EnumProperty(name="Codec", description="How the sound is compressed", items=choices.CODEC_ITEMS)
    sound: EnumProperty(
        name="Own Sound", description="What becomes of the sound that the video has already", items=choices.OWN_SOUND_ITEMS
    )
    spherical: BoolProperty(
        name="360-Degree Picture",
        description="Mark the picture as equirectangular, for players of 360-degree video (.mp4, .mov)",
    )
    language: StringProperty(name="Language", description="Code of three letters for players, such as eng", maxlen=3)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.has_listener(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = _suggested("_film.mp4")
        camera = context.scene.camera
        if camera is not None and camera.type == "CAMERA" and not self.properties.is_property_set("spherical"):
            self.spherical = camera.data.type == "PANO"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.jobs.requests import PutIntoFilm

        path = target_path(self.filepath, (".mp4", ".m4v", ".mov", ".mkv", ".webm"), "film")
        video = Path(bpy.path.abspath(self.video))
        if not self.video or not video.is_file():
            raise See2SoundError("film-unreadable", "No video is chosen.", "Set Video to the file whose picture is copied.")
        layout = context.scene.see2sound.layout if self.layout == choices.AS_SET else self.layout
        folder = Path(tempfile.mkdtemp(prefix="film_", dir=bpy.app.tempdir))
        notes = yield from plan_of_scene(context, seconds, folder, folder / "plan.json")
        mixed = yield from ask(mix_request(context, folder / "plan.json", layout, folder / "mix.wav"))
        codec = "" if self.codec == "AUTO" else self.codec
        request = PutIntoFilm(video, folder / "mix.wav", path, layout, self.language, codec, self.sound, self.spherical)
        done = yield from ask(request)
        self.report({"INFO"}, f"{path.name} is written.")
        return list(dict.fromkeys(notes + mixed.notes + done.notes))


class SEE2SOUND_OT_clear_cache(bpy.types.Operator):
    """Delete the clips of files that were never saved. Clips that the open file uses stay"""

    bl_idname = "see2sound.clear_cache"
    bl_label = "Clear"
    bl_options = {"REGISTER"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)  # type: ignore[return-value]

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, self._clear)

    def _clear(self) -> list[str]:
        from ..see2sound_addon.blender import cache

        self.report({"INFO"}, f"{cache.clear()} clips deleted")
        return []
