"""Where the neural environment and its models lie, and which of them a scene uses. Light: panels draw with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import See2SoundError
from ..weights.cards import TASKS
from .properties.neural import EMBEDDED, FOLDER
from .properties.preferences import preferences
from .sources import PACKAGE

if TYPE_CHECKING:
    from ..jobs.requests import Models
    from ..neural.requests import EnvironmentFacts


def folder() -> Path:
    """Where the environment and downloaded models lie: the extension's own folder."""
    if not PACKAGE.startswith("bl_ext."):
        raise See2SoundError("no-extension", "See2Sound is not installed as an extension.", "Install its zip.")
    return Path(bpy.utils.extension_path_user(PACKAGE, path="neural", create=True))


def chosen_python(context: bpy.types.Context) -> Path | None:
    """The Python that an artist has chosen for models, or None for that of the environment."""
    own = preferences(context)
    return Path(bpy.path.abspath(own.neural_python)) if own is not None and own.neural_python else None


def models_folder(context: bpy.types.Context) -> Path:
    """Where models lie: a folder that an artist has chosen, or our own."""
    own = preferences(context)
    return Path(bpy.path.abspath(own.models_folder)) if own is not None and own.models_folder else folder() / "models"


def chosen_models(context: bpy.types.Context, scene: bpy.types.Scene) -> Models | None:
    """The neural models that a scene uses, or None. Errors: `model-missing`, `neural-missing`."""
    settings = scene.see2sound.neural
    chosen = {task: getattr(settings, task) for task in TASKS}
    ranks = settings.takes > 1 and chosen["ranking"] != EMBEDDED
    if not ranks and all(value == EMBEDDED for task, value in chosen.items() if task != "ranking"):
        return None
    models, folders = models_folder(context), {}
    for task, value in chosen.items():
        if value == EMBEDDED:
            continue
        own = getattr(settings, f"{task}_folder") if value == FOLDER else ""
        path = Path(bpy.path.abspath(own)) if value == FOLDER else models / value
        if value == FOLDER and not own:
            raise See2SoundError("model-missing", f"No folder is chosen for the model for {task}.", "Choose its folder.")
        if not path.is_dir():
            raise See2SoundError(
                "model-missing", f"The model for {task} is not at {path}.", "Download it, or choose its folder."
            )
        folders[task] = str(path)
    from ..jobs.requests import Models
    from ..neural.choice import Choice
    from ..neural.environment import Place, probe

    place = Place(folder(), chosen_python(context))
    if not place.executable.is_file():
        probe(place.executable)  # says what is missing
    more: dict[str, Any] = {**folders, "steps": settings.steps, "guidance": settings.guidance or None, "takes": settings.takes}
    return Models(place.executable, Choice(**more, negative=settings.negative))


def remember(context: bpy.types.Context, found: EnvironmentFacts | None) -> None:
    """Keep what `describe` said, for the panel."""
    context.window_manager.see2sound.neural = "" if found is None else summary(found) or found.problem


def summary(found: EnvironmentFacts) -> str:
    """One line; empty if the environment is not ready."""
    status = found.status
    return "" if status is None else f"torch {status.torch} on {status.device_name}, {status.memory / 2**30:.0f} GiB"
