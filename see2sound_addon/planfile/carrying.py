"""Copy the files of a plan beside it, so that both can be moved to another computer."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

from ..media.files import not_writable, whole_file
from ..soundscene import Response, SoundScene, check_clip_exists


def carry_files(scene: SoundScene, path: Path) -> SoundScene:
    """The scene with its clips and its room's response in the folder `NAME_clips` beside the plan at `path`.

    Files that lie below the plan's folder stay where they are. Errors: `clip-missing`, `folder-not-writable`.
    """
    folder = path.parent.absolute()
    home = folder / f"{path.stem}_clips"
    copies: dict[Path, Path] = {}
    for source in scene.sources:
        check_clip_exists(source)
    room = scene.room
    files = [source.clip for source in scene.sources] + ([room.file] if isinstance(room, Response) else [])
    for file in files:
        if file not in copies:
            inside = file.absolute().is_relative_to(folder)
            copies[file] = file.absolute() if inside else _copied(file, home, set(copies.values()))
    if isinstance(room, Response):
        room = replace(room, file=copies[room.file])
    return replace(scene, room=room, sources=[replace(source, clip=copies[source.clip]) for source in scene.sources])


def _copied(file: Path, home: Path, taken: set[Path]) -> Path:
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", file.stem)[:80] or "clip"
    target, number = home / f"{stem}{file.suffix}", 2
    while target in taken:
        target, number = home / f"{stem}_{number}{file.suffix}", number + 1
    try:
        home.mkdir(exist_ok=True)
    except OSError as error:
        raise not_writable(home, error) from error
    with whole_file(target) as partial:
        shutil.copyfile(file, partial)
    return target
