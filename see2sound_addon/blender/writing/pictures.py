"""Put the findings of a picture into a scene: its camera, its Speakers and their clips."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import bpy

from ...clips import MadeClip
from ...errors import See2SoundError
from ...findings import Findings, FoundSource
from ...media.moving import ANIMATIONS
from .. import sources
from . import camera, clips, footage, speakers


def put_picture(
    context: bpy.types.Context,
    scene: bpy.types.Scene,
    picture: str,
    found: Findings,
    made: list[MadeClip] | None,
    own_camera: bool = True,
    replace: bool = False,
    earlier: Sequence[tuple[FoundSource, str]] = (),
) -> tuple[list[bpy.types.Object], list[str]]:
    """Make or update what a picture has in a scene; return the Speakers that were set, and notes.

    `picture`: its path as Blender keeps it. `made`: None to leave the sounds as they are.
    `own_camera`: whether the picture gets a camera of its own where the scene has
    one already. `replace`: whether unchanged sources and cameras of other pictures are removed. `earlier`:
    the sources with the ids that `made` was made for.
    """
    matches = speakers.match(scene, found, picture)
    made = made and _renamed(made, earlier, matches)
    before = speakers.other_pictures(scene, picture)
    if replace:
        camera.remove_own(scene, picture)
    own = own_camera or scene.camera is None
    if own:
        scene.camera = _own_camera(scene, picture, found)
    notes = []
    if found.footage is not None:
        footage.fit_frames(scene, found.footage)
        if own and camera.is_as_made(scene.camera):
            footage.turn_camera(scene.camera, scene, found.footage)
    try:
        camera.show_picture(scene.camera, scene, bpy.path.abspath(picture), found.footage, before, replace)
        if found.footage is not None and Path(picture).suffix.lower() in ANIMATIONS:
            notes.append("Blender shows the animation as a still behind the scene.")
    except See2SoundError as error:
        notes.append(f"The camera has no background: {error.message}")
    objects = speakers.apply(context, scene, found, matches, picture, replace)
    scene.see2sound.picture = picture
    notes += _kept_of_others(scene, picture) if replace else []
    if made is not None:
        notes += clips.attach_clips(scene, [obj for obj in objects if not sources.has_own_sound(obj)], made)
    return objects, notes


def _renamed(made: list[MadeClip], earlier: Sequence[tuple[FoundSource, str]], now: list[speakers.Match]) -> list[MadeClip]:
    """Clips by the ids that their sources have now: another job may have taken the earlier ones meanwhile."""
    ids = {id(match.source): match.source_id for match in now}
    new = {name: ids.get(id(source), name) for source, name in earlier}
    return [dataclasses.replace(clip, source_id=new.get(clip.source_id, clip.source_id)) for clip in made]


def _own_camera(scene: bpy.types.Scene, picture: str, found: Findings) -> bpy.types.Object:
    own = camera.own_camera(scene, picture)
    if own is None:
        return camera.make_camera(scene, found.camera, found.size, picture)
    if camera.is_as_made(own):
        camera.set_camera(own, scene, found.camera, picture)
    return own


def _kept_of_others(scene: bpy.types.Scene, picture: str) -> list[str]:
    """A note on sources of other pictures that were changed by hand, and so were kept."""
    kept = [obj for obj in sources.sources(scene) if obj.see2sound.picture]
    names = [obj.name for obj in kept if not sources.same_file(obj.see2sound.picture, picture)]
    if not names:
        return []
    return [f"Kept from pictures before, because they were changed: {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}"]
