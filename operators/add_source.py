"""Operators: add sources by hand, from a label, a sound file or a Speaker."""

from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, StringProperty
from bpy_extras import view3d_utils

from ..see2sound_addon.blender import sources
from ..see2sound_addon.blender.properties import choices
from ..see2sound_addon.errors import See2SoundError
from . import reporting


def _may_add(cls: Any, context: bpy.types.Context) -> bool:
    if context.mode != "OBJECT":
        cls.poll_message_set("Sources are added in Object Mode")
        return False
    return reporting.is_own_scene(cls, context)


class SEE2SOUND_OT_add_source(bpy.types.Operator):
    """Add a Speaker with a generated sound at the 3D cursor, or attach one to each selected object"""

    bl_idname = "see2sound.add_source"
    bl_label = "Add Sound Source"
    bl_options = {"REGISTER", "UNDO"}

    label: StringProperty(
        name="Label",
        description="Label of the source, such as 'dog'. If empty, the name of the object is used",
        options={"SKIP_SAVE"},
    )
    attach: BoolProperty(
        name="On Selected Objects",
        description="Attach a source to each selected object instead of adding one at the 3D cursor",
        default=True,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _may_add(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon.blender.writing import speakers

        chosen = [obj for obj in context.selected_objects if obj.type not in {"SPEAKER", "CAMERA"}]
        made: list[bpy.types.Object] = []
        for obj in chosen if self.attach and chosen else [None]:
            label = self.label.strip() or (sources.clean_label(obj.name) if obj is not None else "")
            made.append(speakers.add_source(context, context.scene, label or "sound", obj, made[0] if made else None))
        for obj in chosen:
            obj.select_set(obj in made)
        for obj in made:
            obj.select_set(True)
        return []


class SEE2SOUND_OT_add_class(bpy.types.Operator):
    """Add a Speaker with a sound of this class, on the active object if it is selected, else at the 3D cursor"""

    bl_idname = "see2sound.add_class"
    bl_label = "Add Class of Sound"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Class", description="The class, as `see2sound sounds` lists it", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _may_add(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon import pipeline
        from ..see2sound_addon.blender.writing import clips, speakers
        from ..see2sound_addon.lexicon.classes import CLASSES
        from ..see2sound_addon.media.files import check_writable

        known = CLASSES.get(self.name)
        if known is None:
            raise See2SoundError("class-unknown", f"There is no class {self.name!r}.", "`see2sound sounds` lists them.")
        active = context.active_object
        fits = active is not None and active.select_get() and active.type not in {"SPEAKER", "CAMERA"}
        check_writable(sources.clip_folder())
        obj = speakers.add_source(context, context.scene, known.name, active if fits else None)
        obj.see2sound.prompt, obj.see2sound.extent = known.prompt, known.extent
        wanted = clips.wanted_clips(context.scene, [(obj.see2sound.source_id, known.prompt)], sources.clip_folder())
        return clips.attach_clips(context.scene, [obj], pipeline.make_clips(wanted))


class SEE2SOUND_OT_use_speaker(bpy.types.Operator):
    """Add See2Sound's settings (label, prompt, extent) to the selected Speakers. Their sounds and locations stay"""

    bl_idname = "see2sound.use_speaker"
    bl_label = "Use as Source"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _plain_speakers(context):
            return True
        cls.poll_message_set("Select a Speaker of this file that is no source yet")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        for obj in _plain_speakers(context):
            sources.adopt(obj)
        return {"FINISHED"}


def _plain_speakers(context: bpy.types.Context) -> list[bpy.types.Object]:
    chosen = {*context.selected_objects, context.object} - {None}
    return [t for t in chosen if t.type == "SPEAKER" and t.library is None and not sources.is_source(t)]


class SEE2SOUND_OT_add_sound(bpy.types.Operator):
    """Add a Speaker with a sound file, on the selected object, at the drop location, or at the 3D cursor"""

    bl_idname = "see2sound.add_sound"
    bl_label = "Add Sound as Speaker"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="File", description="The sound file", subtype="FILE_PATH", options={"SKIP_SAVE"} | choices.RELATIVE_PATH
    )
    directory: StringProperty(
        name="Folder", description="Folder of the files", subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"}
    )
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"})
    filter_sound: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    attach: BoolProperty(
        name="On Object",
        description="Attach the Speaker to the selected object, or to the object that the file was dropped onto",
        default=True,
    )
    _place = None
    _dropped_on = ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _may_add(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath and not self.files:
            context.window_manager.fileselect_add(self)
            return {"RUNNING_MODAL"}
        if context.region_data is not None:
            self._place, self._dropped_on = _under_mouse(context, (event.mouse_region_x, event.mouse_region_y))
        return self.execute(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon.blender.writing import speakers
        from ..see2sound_addon.media.audio import audio_facts

        if not self.filepath and not self.files:
            raise See2SoundError("clip-missing", "No sound file is chosen.", "Choose one, or drop one onto the viewport.")
        folder = Path(bpy.path.abspath(self.directory))
        paths = [folder / file.name for file in self.files if file.name] or [Path(bpy.path.abspath(self.filepath))]
        lengths = [audio_facts(path).seconds for path in paths]  # all are looked at before anything is made
        follows = self._followed(context) if self.attach else None
        for path, seconds in zip(paths, lengths, strict=True):
            speakers.add_sound(context, context.scene, path, seconds, self._place, follows)
        return []

    def _followed(self, context: bpy.types.Context) -> bpy.types.Object | None:
        """The object that the file was dropped onto, else, from a menu, the active one where it is selected."""
        if self._place is not None:
            return context.scene.objects.get(self._dropped_on)
        active = context.active_object
        fits = active is not None and active.select_get() and active.type not in {"SPEAKER", "CAMERA"}
        return active if fits else None


def _under_mouse(context: bpy.types.Context, mouse: tuple[int, int]):  # type: ignore[no-untyped-def]
    """The place on the surface under the mouse and its object's name; else as deep in the view as the 3D cursor, and ""."""
    region, view = context.region, context.region_data
    origin = view3d_utils.region_2d_to_origin_3d(region, view, mouse)
    along = view3d_utils.region_2d_to_vector_3d(region, view, mouse)
    hit, place, _, _, obj, _ = context.scene.ray_cast(context.evaluated_depsgraph_get(), origin, along)
    if hit:
        return place, obj.name
    return view3d_utils.region_2d_to_location_3d(region, view, mouse, context.scene.cursor.location), ""
