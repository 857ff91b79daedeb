"""Find, list, select and remove the sources of a scene. Light: panels draw with it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import bpy

from ..clips import is_clip_of
from ..errors import See2SoundError

PACKAGE = __package__.rpartition(".see2sound_addon")[0] or __package__
"""The package of the extension."""


NO_SOUND = "has no sound"


def is_source(obj: bpy.types.Object) -> bool:
    """Whether an object is a Speaker with See2Sound's settings."""
    return obj.type == "SPEAKER" and bool(obj.see2sound.source_id)


def sources(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The sources of a scene, sorted by name."""
    return sorted((obj for obj in scene.objects if is_source(obj)), key=lambda obj: obj.name)


def is_muted(obj: bpy.types.Object) -> bool:
    """Whether a Speaker was muted by the user, and not because a mix in the sequencer contains it."""
    return bool(obj.data.muted) and not obj.see2sound.carried


def mute(obj: bpy.types.Object, muted: bool) -> None:
    """Mute or unmute a Speaker. While a mix in the sequencer contains its sound, it stays muted in Blender."""
    carried = not muted and any(scene.see2sound.carried for scene in obj.users_scene)
    for other in sharing(obj):
        other.see2sound.carried = carried
    obj.data.muted = muted or carried


def sharing(obj: bpy.types.Object) -> list[bpy.types.Object]:
    """The objects that share the Speaker data, including this one. Blender mutes them together."""
    if obj.data.users == 1:
        return [obj]
    return [other for other in bpy.data.objects if other.data == obj.data and other.library is None]


def heard_and_unheard(
    scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer
) -> tuple[list[bpy.types.Object], dict[bpy.types.Object, str]]:
    """The Speakers of a scene that are mixed, and those that are not, with the reason as the end of a sentence."""
    speakers = [obj for obj in scene.objects if obj.type == "SPEAKER"]
    solo = any(obj.see2sound.solo for obj in speakers)
    unheard = {obj: why for obj in speakers if (why := _why_unheard(obj, view_layer, solo))}
    return [obj for obj in speakers if obj not in unheard], unheard


def _why_unheard(obj: bpy.types.Object, view_layer: bpy.types.ViewLayer, solo: bool) -> str:
    """As in Blender, what the dependency graph leaves out does not sound; the eye in the outliner only hides it."""
    if is_muted(obj):
        return "is muted"
    if solo and not obj.see2sound.solo:
        return "is not solo, others are"
    if obj.data.sound is None:
        return NO_SOUND
    enabled = not obj.hide_viewport and _is_in(obj, view_layer.layer_collection)
    return "" if enabled else "is disabled"


def _is_in(obj: bpy.types.Object, layer: bpy.types.LayerCollection) -> bool:
    """Whether a part of a view layer has an object, and is not switched off. Its eyes only hide."""
    if layer.collection.hide_viewport:
        return False
    own = not layer.exclude and layer.collection.objects.get(obj.name) == obj
    return own or any(_is_in(obj, child) for child in layer.children)


def beside_blend(path: Path) -> str:
    """A path as Blender keeps it: relative to a saved .blend, absolute where there is none or it is on another drive."""
    near = bpy.data.filepath and path.drive == Path(bpy.data.filepath).drive
    return str(bpy.path.relpath(str(path))) if near else str(path)


def same_file(first: str, second: str) -> bool:
    """Whether two paths, as Blender keeps them, name the same file."""
    first, second = (os.path.normcase(os.path.realpath(bpy.path.abspath(path))) for path in (first, second))
    return first == second


def settle_ids() -> None:
    """Give duplicated Speakers new source ids, in the whole file. The older one, by name, keeps its id."""
    taken: set[str] = set()
    ours = sorted((t for t in bpy.data.objects if is_source(t)), key=lambda t: (len(t.name), t.name))
    for obj in ours:
        name = obj.see2sound.source_id
        if name in taken and obj.library is None:
            old, name = name, free_id(name, taken)
            obj.see2sound.source_id = name
            if f"({old})" in obj.name:
                obj.name = f"{obj.name.split(' (')[0]} ({name})"
        taken.add(name)


def free_id(name: str, taken: set[str]) -> str:
    """The name, with the next free number if it is taken."""
    while name in taken:
        stem, _, number = name.rpartition("_")
        name = f"{stem}_{int(number) + 1}" if stem and number.isdigit() else f"{name}_2"
    return name


def new_id(stem: str) -> str:
    """An id that no source of the file has: the stem with a number."""
    return free_id(f"{stem}_1", {obj.see2sound.source_id for obj in bpy.data.objects if is_source(obj)})


def adopt(obj: bpy.types.Object) -> None:
    """Make a plain Speaker a source: an id, and a label and a prompt from its name. It plays once, as before."""
    describe(obj, clean_label(obj.name) or "sound")
    obj.see2sound.loop = False


def describe(obj: bpy.types.Object, label: str) -> None:
    """An id, a label and a prompt for a source that was found in no picture."""
    facts, taken = obj.see2sound, {other.see2sound.source_id for other in bpy.data.objects if other != obj}
    stem = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40] or "sound"
    facts.source_id = free_id(f"{stem}_1", taken)
    facts.guessed_label = facts.label = label
    facts.guessed_prompt = facts.prompt = label


def clean_label(name: str) -> str:
    """A label from the name of an object: 'Dog.001' gives dog, 'Street_Lamp' and 'StreetLamp' give street lamp."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"\.\d+$", "", name))
    return re.sub(r"[\W_]+", " ", words).strip().lower()


def row_of(scene: bpy.types.Scene, source_id: str) -> int:
    """Where a source is in the scene's list of objects, -1 if it is not there."""
    if not source_id:
        return -1
    return next((i for i, t in enumerate(scene.objects) if is_source(t) and t.see2sound.source_id == source_id), -1)


def active_source(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The active source: the active object if it is a source, else the one selected last in the list."""
    row = active_row(scene)
    return scene.objects[row] if row >= 0 else None


def active_row(scene: bpy.types.Scene) -> int:
    """Where the chosen source is in the scene's list of objects, -1 if there is none."""
    layer = bpy.context.view_layer
    active = layer.objects.active if layer is not None else None
    if active is not None and is_source(active) and scene.objects.get(active.name) == active:
        return int(scene.objects.find(active.name))
    return row_of(scene, scene.see2sound.active_id)


def choose_row(scene: bpy.types.Scene, row: int) -> None:
    """Select the Speaker of a row of the list, and nothing else."""
    context = bpy.context
    if not 0 <= row < len(scene.objects) or not is_source(scene.objects[row]):
        return
    obj = scene.objects[row]
    scene.see2sound.active_id = obj.see2sound.source_id
    if context.mode != "OBJECT" or obj.name not in context.view_layer.objects:
        return
    for other in context.view_layer.objects:
        other.select_set(other == obj)
    context.view_layer.objects.active = obj


def has_own_sound(obj: bpy.types.Object) -> bool:
    """Whether the sound of a Speaker was set by the user rather than generated."""
    sound = obj.data.sound
    ours = sound is not None and bpy.path.basename(sound.filepath) == bpy.path.basename(obj.see2sound.clip)
    return sound is not None and (not ours or obj.see2sound.replaced)


def has_foreign_reference(obj: bpy.types.Object) -> bool:
    """Whether a sound set by the user still has the distance reference of the generated sound before it."""
    set_by_us = bool(obj.see2sound.clip) and abs(obj.data.distance_reference - obj.see2sound.set_reference) < 1e-5
    return (
        is_source(obj)
        and not obj.see2sound.replaced
        and set_by_us
        and abs(obj.see2sound.set_reference - 1.0) > 0.1
        and has_own_sound(obj)
    )


def may_get_sound(obj: bpy.types.Object) -> bool:
    """Whether a source may get another sound: it is not locked, and neither it nor its Speaker data is linked."""
    return obj.library is None and obj.data.library is None and not obj.see2sound.locked


def sound_strips(obj: bpy.types.Object) -> list[bpy.types.NlaStrip]:
    """The NLA strips that make a Speaker sound, muted ones left out; Blender plays those of muted tracks too."""
    if obj.animation_data is None:
        return []
    tracks = obj.animation_data.nla_tracks
    return [strip for track in tracks for strip in track.strips if strip.type == "SOUND" and not strip.mute]


def remove(obj: bpy.types.Object, clip: bool = False) -> None:
    """Delete a Speaker and the data that only it used. `clip`: the file of a sound that we made for it alone, too.

    Else the file stays, for undo to find it.
    """
    speaker = obj.data
    source_id = obj.see2sound.source_id
    sounds = {sound for sound in (speaker.sound, *(take.sound for take in obj.see2sound.takes)) if sound is not None}
    bpy.data.objects.remove(obj)
    if speaker.users == 0:
        bpy.data.speakers.remove(speaker)  # type: ignore[arg-type]
    unused = [sound for sound in sounds if sound.users == 0]
    if unused:
        bpy.context.view_layer.update()  # Blender must stop playing them first
    for sound in unused:
        path = Path(bpy.path.abspath(sound.filepath, library=sound.library))
        ours = sound.library is None and _is_clip_of(path, source_id)
        bpy.data.sounds.remove(sound)
        if clip and ours and not any(bpy.path.abspath(other.filepath) == str(path) for other in bpy.data.sounds):
            path.unlink(missing_ok=True)


def _is_clip_of(path: Path, source_id: str) -> bool:
    """Whether a file is a generated clip of this source, by its folder and name. A .blend may name any file as its sound."""
    homes = [Path(bpy.data.filepath).parent / "clips"] if bpy.data.filepath else []
    if PACKAGE.startswith("bl_ext."):
        homes.append(Path(bpy.utils.extension_path_user(PACKAGE, path="clips")))
    return any(path.parent.resolve() == home.resolve() for home in homes) and is_clip_of(path.name, source_id)


def clip_folder() -> Path:
    """The folder of generated clips: beside a saved .blend, else in the extension's folder."""
    if bpy.data.filepath:
        return Path(bpy.data.filepath).parent / "clips"
    if PACKAGE.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(PACKAGE, path="clips", create=True))
    raise See2SoundError("blend-unsaved", "The .blend file has not been saved.", "Save it first; clips lie beside it.")
