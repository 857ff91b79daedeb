"""Operator: render the mix, and what all operators that render a mix share."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import EnumProperty, StringProperty

from ..see2sound_addon.blender import sources
from ..see2sound_addon.blender.backends import load_plugins
from ..see2sound_addon.blender.properties import choices, preferences
from ..see2sound_addon.blender.soundtrack import freshness
from ..see2sound_addon.errors import See2SoundError
from . import reporting
from .traced_plan import scene_folder, traced_plan
from .working import Work, Working, ask, in_thread

if TYPE_CHECKING:
    from ..see2sound_addon.jobs.requests import Mix, Mixed

MOST_NOTES = 3
"""Shown while a mix is made; all are reported at its end."""
INAUDIBLE = -200.0
"""dB; lower levels are reported as silence."""


def head_file(context: bpy.types.Context) -> str:
    """The measured ears that binaural sound is made with: the scene's, else those of the preferences; "" for KEMAR."""
    own = preferences.preferences(context)
    chosen = context.scene.see2sound.sofa or (own.sofa if own is not None else "")
    return str(bpy.path.abspath(chosen)) if chosen else ""


def plan_of_scene(
    context: bpy.types.Context, seconds: float, folder: Path, path: Path, shown: range | None = None, carry: bool = False
) -> Generator[Any, Any, list[str]]:
    """Part of a `work`: the scene, as it is heard in the frames `shown` (None for all), as a plan at `path`; notes.

    `folder`: for sounds that are packed into the .blend. `carry`: whether the plan takes copies of its files along.
    """
    from ..see2sound_addon.blender.reading import sampling
    from ..see2sound_addon.blender.room import tracing
    from ..see2sound_addon.planfile import carry_files, write_plan

    scene = context.scene
    slices = sampling.sample_in_slices(context, scene, folder, seconds, shown)
    plan, notes = yield from reporting.labelled(slices, sampling.READING)
    if scene.see2sound.room.kind == "scene" and plan.sources:
        try:
            plan, more = yield from traced_plan(context, scene, plan, seconds, shown)
            notes += more
        except See2SoundError as error:
            if error.code not in tracing.WITHOUT:
                raise
            notes.append(f"The mix is without acoustics. {error}")
    work = (lambda: write_plan(carry_files(plan, path), path)) if carry else (lambda: write_plan(plan, path))
    yield from in_thread(work, "Writing the plan")
    return notes


def mix_request(context: bpy.types.Context, plan: Path, layout: str, out: Path) -> "Mix":
    """The request for a mix of a plan, with the scene's settings."""
    from ..see2sound_addon.blender.backends import chosen_backends
    from ..see2sound_addon.delivery.formats import Delivery, find_format
    from ..see2sound_addon.jobs.requests import Mix

    settings, form = context.scene.see2sound, find_format(out)
    bits = int(settings.bits) if int(settings.bits) in form.bits else form.bits[0]
    delivery = Delivery(bits, settings.loudness if settings.use_loudness else None, settings.ceiling)
    return Mix(plan, layout, out, delivery, head_for(context, layout), chosen_backends(context.scene))


def head_for(context: bpy.types.Context, layout: str) -> Path | None:
    """The measured ears for a mix, or None for KEMAR's and for layouts without ears."""
    file = head_file(context)
    return Path(file) if file and layout == "binaural" else None


class RenderMix(Working):
    """Base class of operators that render a mix: sample the scene, then render it in the worker."""

    filepath = ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return reporting.has_listener(cls, context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.begin(context)

    def work(self, context: bpy.types.Context, seconds: float) -> Work:
        scene, uid = context.scene, context.scene.session_uid
        path = target_path(self.filepath or scene.see2sound.mix_path)
        folder = scene_folder("mix_")
        notes = yield from plan_of_scene(context, seconds, folder, folder / "plan.json")
        reading = freshness.begin(scene)  # what changes from here on is not in the mix
        try:
            context.window_manager.see2sound.notice = "\n".join(notes[:MOST_NOTES])  # before the mix, which may take long
            request = mix_request(context, folder / "plan.json", self.chosen_layout(scene), path)
            mixed = yield from ask(request)
            self._tell(path, mixed)
            scene = next((scene for scene in bpy.data.scenes if scene.session_uid == uid), None)
            if scene is not None:
                freshness.remember(scene, sources.beside_blend(path), reading)
        finally:
            freshness.forget(reading)
        return list(dict.fromkeys(notes + mixed.notes))

    def _tell(self, path: Path, mixed: "Mixed") -> None:
        level = f"true peak {mixed.true_peak:.1f} dB" if mixed.true_peak > INAUDIBLE else "silence"
        self.report({"INFO"}, f"{path.name}: {mixed.seconds:.2f} s, {level}")

    def chosen_layout(self, scene: bpy.types.Scene) -> str:
        """The operator's own, where it has such a property, or the scene's."""
        return scene.see2sound.layout if self.layout == choices.AS_SET else self.layout  # type: ignore[comparison-overlap, return-value]


OTHER_FORMATS = {
    ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".wma", ".ac3", ".mp4", ".mov", ".mkv", ".webm", ".avi", ".wav",
    ".flac", ".json", ".txt", ".blend",
}  # fmt: skip
"""Suffixes of known formats. Other suffixes are part of the name, as in "take 1.2"."""


def absolute_path(path: str) -> Path:
    """A path as an artist types it: a relative one lies beside the .blend, or in the home folder if there is none."""
    home = Path(bpy.data.filepath).parent if bpy.data.filepath else Path.home()
    return home / bpy.path.abspath(path)


def target_path(target: str, suffixes: tuple[str, ...] = (), stem: str = "mix") -> Path:
    """The absolute path of an output file with one of the suffixes, or of the formats of mixes. In a folder, the file is called
    `stem`.

    Errors: `blend-unsaved`, `not-a-file`, `format-unknown`, `folder-missing`.
    """
    if target.startswith("//") and not bpy.data.filepath:
        raise See2SoundError(
            "blend-unsaved", "The .blend file has not been saved, so a path beside it leads nowhere.",
            "Save it first, or choose another folder.",
        )  # fmt: skip
    from ..see2sound_addon.delivery import formats
    from ..see2sound_addon.media.files import check_place

    load_plugins()  # other add-ons may bring formats
    suffixes = suffixes or formats.suffixes()
    path = absolute_path(target)
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


class SEE2SOUND_OT_render_mix(RenderMix, bpy.types.Operator):
    """Render what the active camera hears over the frame range as a sound file"""

    bl_idname = "see2sound.render_mix"
    bl_label = "Render Mix"
    bl_options = {"REGISTER", "UNDO"}  # the scene remembers its mix

    filepath: StringProperty(
        name="File", description="Path of the mix. If empty, the path set in the scene is used", subtype="FILE_PATH",
        options={"SKIP_SAVE"} | choices.RELATIVE_PATH,
    )  # fmt: skip
    layout: EnumProperty(
        name="Layout",
        description="Loudspeaker layout, binaural or ambisonics",
        items=choices.LAYOUT_CHOICES,
        options={"SKIP_SAVE"},
    )
