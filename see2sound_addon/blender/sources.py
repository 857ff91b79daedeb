"""Our Speakers in a scene: listed, chosen, removed. Light, for panels draw with it and the extension starts with it."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..errors import See2SoundError


def is_source(thing: bpy.types.Object) -> bool:
    """Whether an object is a Speaker of ours."""
    return thing.type == "SPEAKER" and bool(thing.see2sound.source_id)


def sources(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Our Speakers in a scene, by name."""
    return sorted((thing for thing in scene.objects if is_source(thing)), key=lambda thing: thing.name)


def settle_ids() -> None:
    """Give duplicates of a Speaker source ids of their own, over the whole file; the older one, by name, keeps it."""
    taken: set[str] = set()
    ours = sorted((t for t in bpy.data.objects if is_source(t)), key=lambda t: (len(t.name), t.name))
    for thing in ours:
        name = thing.see2sound.source_id
        if name in taken and thing.library is None:
            old, name = name, free_id(name, taken)
            thing.see2sound.source_id = name
            if f"({old})" in thing.name:
                thing.name = f"{thing.name.split(' (')[0]} ({name})"
        taken.add(name)


def free_id(name: str, taken: set[str]) -> str:
    """The name itself, or with the next number that is free."""
    while name in taken:
        stem, _, number = name.rpartition("_")
        name = f"{stem}_{int(number) + 1}" if stem and number.isdigit() else f"{name}_2"
    return name


def row_of(scene: bpy.types.Scene, source_id: str) -> int:
    """Where a source is in the scene's list of objects, -1 if it is not there."""
    if not source_id:
        return -1
    return next((i for i, t in enumerate(scene.objects) if is_source(t) and t.see2sound.source_id == source_id), -1)


def active_source(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The chosen source of a scene."""
    row = row_of(scene, scene.see2sound.active_id)
    return scene.objects[row] if row >= 0 else None


def choose_row(scene: bpy.types.Scene, row: int) -> None:
    """Choosing a row of the list selects its Speaker and nothing else."""
    context = bpy.context
    if not 0 <= row < len(scene.objects) or not is_source(scene.objects[row]):
        return
    thing = scene.objects[row]
    scene.see2sound.active_id = thing.see2sound.source_id
    if context.mode != "OBJECT" or thing.name not in context.view_layer.objects:
        return
    for other in context.view_layer.objects:
        other.select_set(other == thing)
    context.view_layer.objects.active = thing


def sound_strips(thing: bpy.types.Object) -> list[bpy.types.NlaStrip]:
    """The NLA strips that make a Speaker sound, muted ones left out; Blender plays those of muted tracks too."""
    if thing.animation_data is None:
        return []
    tracks = thing.animation_data.nla_tracks
    return [strip for track in tracks for strip in track.strips if strip.type == "SOUND" and not strip.mute]


def remove(thing: bpy.types.Object) -> None:
    """Delete a Speaker and the data that only it used; its clip's file stays, for undo to find it."""
    speaker = thing.data
    sound = speaker.sound
    bpy.data.objects.remove(thing)
    if speaker.users == 0:
        bpy.data.speakers.remove(speaker)
    if sound is not None and sound.users == 0:
        bpy.data.sounds.remove(sound)


def clip_folder(package: str) -> Path:
    """Where clips go: beside a saved .blend, else in the extension's own folder."""
    if bpy.data.filepath:
        return Path(bpy.data.filepath).parent / "clips"
    if package.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(package, path="clips", create=True))
    raise See2SoundError("blend-unsaved", "The .blend file has not been saved.", "Save it first; clips lie beside it.")
