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


def select_row(context: bpy.types.Context, index: int) -> None:
    """Choosing a row of the list selects its Speaker."""
    scene = context.scene
    if not 0 <= index < len(scene.objects):
        return
    thing = scene.objects[index]
    if not is_source(thing) or context.mode != "OBJECT" or thing.name not in context.view_layer.objects:
        return
    for other in context.view_layer.objects:
        other.select_set(other == thing)
    context.view_layer.objects.active = thing


def sound_strips(thing: bpy.types.Object) -> list[bpy.types.NlaStrip]:
    """The NLA strips that make a Speaker sound, muted ones left out."""
    if thing.animation_data is None:
        return []
    tracks = [track for track in thing.animation_data.nla_tracks if not track.mute]
    return [strip for track in tracks for strip in track.strips if strip.type == "SOUND" and not strip.mute]


def remove(thing: bpy.types.Object) -> None:
    """Delete a Speaker and the data that only it used; its clip's file stays."""
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
