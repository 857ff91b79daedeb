"""Read and write plans as JSON, strictly, because they may come from strangers. docs/plan.md has the format."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import See2SoundError
from ..media.files import write_text
from ..paths import is_file
from ..soundscene import SoundScene, check_clip_exists
from .arrays import ArrayFile, open_arrays, write_arrays
from .bounds import LARGEST_FILE
from .carrying import carry_files
from .parsing import scene_from_dict
from .reader import parse_json
from .writing import scene_to_dict, to_text

__all__ = ["carry_files", "plan_from_json", "plan_to_json", "read_plan", "write_plan"]


def plan_to_json(scene: SoundScene, folder: Path | None = None) -> str:
    """The plan as JSON text, with all its numbers; clips inside `folder` are written relative to it."""
    return to_text(scene_to_dict(scene, folder))


def write_plan(scene: SoundScene, path: Path) -> None:
    """Write a plan to `path`; clips below its folder are written relative to it.

    Long trajectories go to a file of arrays beside it, `NAME.npz`, which is smaller and much faster than JSON.
    Error: `folder-not-writable`.
    """
    arrays: ArrayFile = {}
    data = scene_to_dict(scene, path.parent, arrays)
    if arrays:
        data = {"version": data["version"], "arrays": write_arrays(path.with_suffix(".npz"), arrays), **data}
    write_text(path, to_text(data))


def plan_from_json(text: str, folder: Path = Path()) -> SoundScene:
    """Read a plan; relative clips, and its arrays, lie in `folder`. Errors: `plan-*`, each naming the key that is wrong."""
    data = parse_json(text)
    arrays = None
    if isinstance(data, dict) and "arrays" in data:
        arrays = open_arrays(data.pop("arrays"), folder)
    return scene_from_dict(data, folder, arrays)


def read_plan(path: str | os.PathLike[str], clips: bool = True) -> SoundScene:
    """Read a plan file and, with `clips`, check that every clip exists. Errors: `plan-missing`, `plan-*`, `clip-missing`."""
    path = Path(path)
    if not is_file(path):
        raise See2SoundError("plan-missing", f"There is no plan at {str(path)[:300]}.", "Check the path.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise See2SoundError(
                "plan-too-large",
                f"{path.name} is larger than {LARGEST_FILE >> 20} MiB.",
                "Let See2Sound write it: long trajectories then go to a file of arrays beside it.",
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise See2SoundError("plan-unreadable", f"{path.name} cannot be read: {error}.", "It must be UTF-8 text.") from error
    scene = plan_from_json(text, path.parent)
    for source in scene.sources if clips else ():
        check_clip_exists(source)
    return scene
