"""Operator: render the mix, and what all operators that render a mix share."""

import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..see2sound_addon.blender import freshness, preferences, properties, sources
from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .working import Progress, Step, Working, in_thread

MOST_NOTES = 3
"""Shown while a mix is made; all are reported at its end."""
SILENT = -200.0
"""dB; lower levels are reported as silence."""


def head_file(context: bpy.types.Context) -> str:
    """The measured ears that binaural sound is made with: the scene's, else those of the preferences; "" for KEMAR."""
    own = preferences.preferences(context)
    chosen = context.scene.see2sound.sofa or (own.sofa if own is not None else "")
    return str(bpy.path.abspath(chosen)) if chosen else ""


def plan_of_scene(
    context: bpy.types.Context, seconds: float, folder: Path, path: Path, shown: range | None = None, carry: bool = False
) -> Generator[Progress, None, list[str]]:
    """Part of a `prepare`: the scene, as it is heard in the frames `shown` (None for all), as a plan at `path`; notes.

    `folder`: for sounds that are packed into the .blend. `carry`: whether the plan takes copies of its files along.
    """
    from ..see2sound_addon.blender import sampling
    from ..see2sound_addon.planfile import carry_files, write_plan

    slices = sampling.sample_in_slices(context, context.scene, folder, seconds, shown)
    plan, notes = yield from reporting.labelled(slices, sampling.READING)
    work = (lambda: write_plan(carry_files(plan, path), path)) if carry else (lambda: write_plan(plan, path))
    yield from in_thread(work, label="Writing the plan")
    return notes


class RenderMix:
    """Base class of operators that render a mix: sample the scene, then render it in the worker."""

    filepath = ""
    _reading: freshness.Reading | None = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.has_listener(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def prepare(self, context: bpy.types.Context, seconds: float) -> Iterator[Progress]:
        scene = context.scene
        self._scene, self._path = scene.session_uid, target_path(self.filepath or scene.see2sound.mix_path)
        folder = Path(tempfile.mkdtemp(prefix="mix_", dir=bpy.app.tempdir))  # Blender removes it; jobs may wait in a queue
        self._plan = folder / "plan.json"
        self._notes = yield from plan_of_scene(context, seconds, folder, self._plan)
        self._reading = freshness.begin(scene)  # what changes from here on is not in the mix

    def first_step(self, context: bpy.types.Context) -> Step:
        context.window_manager.see2sound.notice = "\n".join(self._notes[:MOST_NOTES])  # before the mix, which may take long
        settings = context.scene.see2sound
        layout = self.chosen_layout(context.scene)
        bits = 24 if self._path.suffix.lower() == ".flac" and settings.bits == "32" else int(settings.bits)
        loudness = settings.loudness if settings.use_loudness else None
        return Step("mix", {
            "plan": str(self._plan), "layout": layout, "out": str(self._path),
            "delivery": {"bits": bits, "loudness": loudness, "ceiling": settings.ceiling},
            "sofa": head_file(context) or None if layout == "binaural" else None,
        })  # fmt: skip

    def take(self, context: bpy.types.Context, result: dict) -> list[str]:
        peak = result["true_peak"]
        level = f"true peak {peak:.1f} dB" if peak > SILENT else "silence"
        self.report({"INFO"}, f"{self._path.name}: {result['seconds']:.2f} s, {level}")
        scene = next((scene for scene in bpy.data.scenes if scene.session_uid == self._scene), None)
        if scene is not None:
            freshness.remember(scene, sources.beside_blend(self._path), self._reading)
        return list(dict.fromkeys(self._notes + result["notes"]))

    def ended(self) -> None:
        freshness.forget(self._reading)

    def chosen_layout(self, scene: bpy.types.Scene) -> str:
        """The operator's own, where it has such a property, or the scene's."""
        return scene.see2sound.layout if self.layout == properties.AS_SET else self.layout


OTHER_FORMATS = {
    ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".wma", ".ac3", ".mp4", ".mov", ".mkv", ".webm", ".avi", ".wav",
    ".flac", ".json", ".txt", ".blend",
}  # fmt: skip
"""Suffixes of known formats. Other suffixes are part of the name, as in "take 1.2"."""


def target_path(target: str, suffixes: tuple[str, ...] = (".wav", ".flac"), stem: str = "mix") -> Path:
    """The absolute path of an output file with one of the suffixes. In a folder, the file is called `stem`.

    Errors: `blend-unsaved`, `not-a-file`, `format-unknown`, `folder-missing`.
    """
    if target.startswith("//") and not bpy.data.filepath:
        raise See2SoundError(
            "blend-unsaved", "The .blend file has not been saved, so a path beside it leads nowhere.",
            "Save it first, or choose another folder.",
        )  # fmt: skip
    from ..see2sound_addon.media.files import check_place

    path = Path(bpy.path.abspath(target))
    try:
        path = path / stem if target and (path.is_dir() or target.endswith(("/", "\\"))) else path
        if path.suffix.lower() in OTHER_FORMATS - set(suffixes):
            raise See2SoundError(
                "format-unknown", f"{path.name}: {path.suffix} files are not written.", f"Use {' or '.join(suffixes)}."
            )
        path = path if path.suffix.lower() in suffixes else path.with_name(f"{path.name}{suffixes[0]}")
        path.exists()
    except (OSError, ValueError) as error:  # no name, or one that no file could have
        raise See2SoundError(
            "not-a-file", f"{target!r} is no place for a file.", "Give the name of a file to write."
        ) from error
    check_place(path)
    return path


class SEE2SOUND_OT_render_mix(RenderMix, Working, bpy.types.Operator):
    """Render what the active camera hears over the frame range as a sound file"""

    bl_idname = "see2sound.render_mix"
    bl_label = "Render Mix"
    bl_options = {"REGISTER", "UNDO"}  # the scene remembers its mix

    filepath: StringProperty(
        name="File", description="Path of the mix. If empty, the path set in the scene is used", subtype="FILE_PATH",
        options={"SKIP_SAVE"} | properties.RELATIVE_PATH,
    )  # fmt: skip
    layout: EnumProperty(
        name="Layout",
        description="Loudspeaker layout, binaural or ambisonics",
        items=properties.LAYOUT_CHOICES,
        options={"SKIP_SAVE"},
    )
