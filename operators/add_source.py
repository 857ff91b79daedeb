"""Sources by hand: from nothing, from a sound file, from a Speaker that is there already."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, CollectionProperty, StringProperty
from bpy_extras import view3d_utils

from ..see2sound_addon.blender import properties, sources
from ..see2sound_addon.errors import See2SoundError
from . import reporting


def _may_add(cls: type, context: bpy.types.Context) -> bool:
    if context.mode != "OBJECT":
        cls.poll_message_set("Sources are added in Object Mode")
        return False
    return reporting.is_own_scene(cls, context)


class SEE2SOUND_OT_add_source(bpy.types.Operator):
    """Add a Speaker whose sound See2Sound makes, at the 3D cursor or on each selected object, which it then follows"""

    bl_idname = "see2sound.add_source"
    bl_label = "Add Sound Source"
    bl_options = {"REGISTER", "UNDO"}

    label: StringProperty(
        name="Label", description="What it is, such as 'dog'; empty takes the object's name", options={"SKIP_SAVE"}
    )
    attach: BoolProperty(
        name="On Selected Objects",
        description="One for each selected object, which it follows, instead of one at the 3D cursor",
        default=True,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _may_add(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon.blender import speakers

        chosen = [thing for thing in context.selected_objects if thing.type not in {"SPEAKER", "CAMERA"}]
        made: list[bpy.types.Object] = []
        for thing in chosen if self.attach and chosen else [None]:
            label = self.label.strip() or (sources.clean_label(thing.name) if thing is not None else "")
            made.append(speakers.add_source(context, context.scene, label or "sound", thing, made[0] if made else None))
        for thing in chosen:
            thing.select_set(thing in made)
        for thing in made:
            thing.select_set(True)
        return []


class SEE2SOUND_OT_use_speaker(bpy.types.Operator):
    """Give the selected Speakers settings of See2Sound: a label, a prompt, an extent. Their sounds and places stay"""

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
        for thing in _plain_speakers(context):
            sources.adopt(thing)
        return {"FINISHED"}


def _plain_speakers(context: bpy.types.Context) -> list[bpy.types.Object]:
    chosen = {*context.selected_objects, context.object} - {None}
    return [t for t in chosen if t.type == "SPEAKER" and t.library is None and not sources.is_source(t)]


class SEE2SOUND_OT_add_sound(bpy.types.Operator):
    """Add a Speaker with a sound file of your own, on the selected object, where it was dropped, or at the 3D cursor"""

    bl_idname = "see2sound.add_sound"
    bl_label = "Add Sound as Speaker"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="File", description="The sound file", subtype="FILE_PATH", options={"SKIP_SAVE"} | properties.RELATIVE_PATH
    )
    directory: StringProperty(
        name="Folder", description="Of several files", subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"}
    )
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"})
    filter_sound: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    attach: BoolProperty(
        name="On Object",
        description="Follow the selected object, or the one that the file was dropped onto, instead of standing at one place",
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
        from ..see2sound_addon.blender import speakers
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
    hit, place, _, _, thing, _ = context.scene.ray_cast(context.evaluated_depsgraph_get(), origin, along)
    if hit:
        return place, thing.name
    return view3d_utils.region_2d_to_location_3d(region, view, mouse, context.scene.cursor.location), ""
