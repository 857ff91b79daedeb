"""Operators: the artist's own recordings, and another sound for a source."""

from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..see2sound_addon.blender import library, neural, sources, waves
from ..see2sound_addon.blender.properties import choices
from . import reporting
from .choose_picture import first_folder
from .working import Work, Working, ask, same_scene

MOST = 10
"""Recordings that Replace Sound shows."""
_playing: list[tuple[str, Any]] = []
"""The recording that is heard: its file and its handle."""
_items: list[tuple[str, str, str]] = []
"""The folders as a menu's items: Blender keeps no copy of their texts."""


def _active(cls: Any, context: bpy.types.Context) -> bool:
    obj = sources.active_source(context.scene)
    if obj is None or obj.library is not None or obj.data.library is not None:
        cls.poll_message_set("Choose a source of this file first")
        return False
    if obj.see2sound.locked:
        cls.poll_message_set("The source is locked")
        return False
    return True


class SEE2SOUND_OT_another_take(Working, bpy.types.Operator):
    """Generate another sound of the same kind for the active source"""

    bl_idname = "see2sound.another_take"
    bl_label = "Another Take"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _active(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.blender.backends import chosen_backends
        from ..see2sound_addon.blender.writing import clips
        from ..see2sound_addon.media.files import check_writable

        sources.settle_ids()
        scene, uid = context.scene, context.scene.session_uid
        facts = sources.active_source(scene).see2sound
        source_id, take = facts.source_id, 1 + max([facts.take, *(one.number for one in facts.takes)])
        check_writable(sources.clip_folder())
        backends, models = chosen_backends(scene), neural.chosen_models(context, scene)
        made = yield from ask(clips.request(scene, [(source_id, facts.prompt)], backends, models, {source_id: take}))
        scene = same_scene(context, uid)
        row = sources.row_of(scene, source_id)
        if row < 0:
            return []
        scene.objects[row].see2sound.take = take
        return clips.attach_clips(scene, [scene.objects[row]], made.clips)


class SEE2SOUND_OT_use_take(bpy.types.Operator):
    """Use this take for the active source. Generate Sounds then leaves it"""

    bl_idname = "see2sound.use_take"
    bl_label = "Use Take"
    bl_options = {"REGISTER", "UNDO"}

    row: IntProperty(name="Row", description="Row of the take in the list, the newest is 0", min=0, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _active(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        from ..see2sound_addon.blender.writing import clips

        clips.use_take(context.scene, sources.active_source(context.scene), self.row)
        return []


class SEE2SOUND_OT_add_recordings(Working, bpy.types.Operator):
    """Add a folder of recordings to the library. Its files stay where they are"""

    bl_idname = "see2sound.add_recordings"
    bl_label = "Add Folder of Recordings"
    bl_options = {"REGISTER"}

    directory: StringProperty(
        name="Folder",
        description="The folder, with all in it",
        subtype="DIR_PATH",
        options={"SKIP_SAVE"} | choices.RELATIVE_PATH,
    )
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_sound: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.directory = first_folder("")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        return (yield from _index(self, context, Path(bpy.path.abspath(self.directory)).absolute()))


class SEE2SOUND_OT_update_recordings(Working, bpy.types.Operator):
    """Bring the library up to date with its folders"""

    bl_idname = "see2sound.update_recordings"
    bl_label = "Update Recordings"
    bl_options = {"REGISTER"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        return (yield from _index(self, context, None))


def _index(operator: Working, context: bpy.types.Context, folder: Path | None) -> Work:
    from ..see2sound_addon.jobs.requests import IndexLibrary

    done = yield from ask(IndexLibrary(library.file(), folder))
    context.window_manager.see2sound.library = f"{done.recordings} recordings"
    operator.report({"INFO"}, f"{done.added} files were indexed, {done.removed} are gone; {done.recordings} recordings in all.")
    return done.notes


def _folders(self: bpy.types.Operator, context: bpy.types.Context) -> list[tuple[str, str, str]]:
    found = [(str(path), path.name, f"{path}: {good} recordings") for path, good in library.folders()]
    _items[:] = found or [("NONE", "None", "The library is empty")]
    return _items


class SEE2SOUND_OT_remove_recordings(bpy.types.Operator):
    """Take a folder out of the library. Its files stay where they are"""

    bl_idname = "see2sound.remove_recordings"
    bl_label = "Remove Folder of Recordings"
    bl_options = {"REGISTER"}
    bl_property = "folder"

    folder: EnumProperty(name="Folder", description="The folder to take out", items=_folders, options={"SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, lambda: self._work(context))

    def _work(self, context: bpy.types.Context) -> list[str]:
        if self.folder and self.folder != "NONE":
            library.remove_folder(Path(self.folder))
        context.window_manager.see2sound.library = f"{sum(good for _, good in library.folders())} recordings"
        return []


class SEE2SOUND_OT_replace_sound(Working, bpy.types.Operator):
    """Choose one of the ten recordings of the library that fit the prompt best"""

    bl_idname = "see2sound.replace_sound"
    bl_label = "Replace Sound"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="Recording",
        description="The recording; the best one if it is empty",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"} | choices.RELATIVE_PATH,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _active(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        found = reporting.run(self, lambda: self._search(context))
        if found != {"FINISHED"}:
            return found
        if not context.window_manager.see2sound.hits:
            self.report({"WARNING"}, "No recording fits the prompt. Add folders under Recordings, or change the prompt.")
            return {"CANCELLED"}
        return context.window_manager.invoke_props_dialog(self, width=460)

    def draw(self, context: bpy.types.Context) -> None:
        window = context.window_manager.see2sound
        self.layout.template_list("SEE2SOUND_UL_recordings", "", window, "hits", window, "hit_index", rows=MOST)

    def cancel(self, context: bpy.types.Context) -> None:
        """The dialog or the window was closed."""
        stop_playing()
        super().cancel(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        from ..see2sound_addon.blender.writing import clips
        from ..see2sound_addon.errors import See2SoundError
        from ..see2sound_addon.media.files import check_writable

        stop_playing()
        sources.settle_ids()
        scene, uid = context.scene, context.scene.session_uid
        obj, recording = sources.active_source(scene), self._chosen(context)
        if recording is None:
            raise See2SoundError("clip-missing", "No recording fits the prompt.", "Add folders under Recordings.")
        source_id = obj.see2sound.source_id
        check_writable(sources.clip_folder())
        made = yield from ask(clips.recording_request(scene, obj, recording))
        scene = same_scene(context, uid)
        row = sources.row_of(scene, source_id)
        if row < 0:
            return []
        notes = clips.attach_clips(scene, [scene.objects[row]], made.clips)
        scene.objects[row].see2sound.replaced = True
        return notes

    def _chosen(self, context: bpy.types.Context) -> Path | None:
        if self.filepath:
            return Path(bpy.path.abspath(self.filepath))
        window = context.window_manager.see2sound
        if self.options.is_invoke and window.hits:
            return Path(window.hits[min(window.hit_index, len(window.hits) - 1)].path)
        best = library.search(sources.active_source(context.scene).see2sound.prompt, 1)
        return Path(best[0].path) if best else None

    def _search(self, context: bpy.types.Context) -> list[str]:
        window = context.window_manager.see2sound
        window.hits.clear()
        window.hit_index = 0
        for hit in library.search(sources.active_source(context.scene).see2sound.prompt, MOST):
            item = window.hits.add()
            item.name, item.path, item.seconds = Path(hit.path).name, hit.path, hit.seconds
            item.score, item.licence = hit.score, hit.licence
            waves.draw(Path(hit.path))
        return []


class SEE2SOUND_OT_play_recording(bpy.types.Operator):
    """Play the recording, or stop it"""

    bl_idname = "see2sound.play_recording"
    bl_label = "Play Recording"
    bl_options = {"INTERNAL"}

    filepath: StringProperty(name="File", description="The recording", subtype="FILE_PATH", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not bpy.app.background and reporting.has_audio():
            return True
        cls.poll_message_set("This Blender has no audio device")
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        return reporting.run(self, self._work)

    def _work(self) -> list[str]:
        import aud

        from ..see2sound_addon.media.audio import audio_facts

        playing = _playing[0][0] if _playing else ""
        stop_playing()
        if playing != self.filepath:
            audio_facts(Path(self.filepath))  # what cannot be read is named
            handle = aud.Device().play(aud.Sound(self.filepath).limit(0.0, 30.0))
            _playing.append((self.filepath, handle))
        return []


def stop_playing() -> None:
    """Stop the recording that is heard."""
    while _playing:
        _playing.pop()[1].stop()
