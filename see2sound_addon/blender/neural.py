"""Settings of neural models, and where models lie. Light: panels draw with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from ..errors import See2SoundError
from ..neural.catalogue import CARDS, TASKS, Card
from .preferences import preferences
from .roomproperties import RELATIVE_PATH
from .sources import PACKAGE

EMBEDDED, FOLDER = "embedded", "folder"


def _items(task: str, without: str) -> tuple[tuple[str, str, str], ...]:
    cards = tuple((card.id, card.id, _terms(card)) for card in CARDS.values() if card.task == task)
    return ((EMBEDDED, without, "Without weights"), *cards, (FOLDER, "Folder", "A model of your own, from the folder below"))


def _terms(card: Card) -> str:
    use = "" if card.commercial else ", not for commercial work"
    return f"{card.repository}: {card.size:g} GB, {card.licence}{use}"


MODEL_ITEMS = tuple((card.id, f"{card.id} ({card.task})", _terms(card)) for card in CARDS.values())


def _choice(name: str, task: str, description: str, without: str) -> object:
    return EnumProperty(name=name, description=description, items=_items(task, without))


def _folder(name: str) -> object:
    description = f"The folder of a model of your own, for {name}"
    return StringProperty(name="Folder", description=description, subtype="DIR_PATH", options=RELATIVE_PATH)


class NeuralProperties(bpy.types.PropertyGroup):
    """Part of the Scene's settings: which model each step uses."""

    regions: _choice("Outlines", "regions", "The model that outlines objects", "Saliency")
    detection: _choice("Object Detection", "detection", "The model that finds objects by name", "None")
    depth: _choice("Depth", "depth", "The model that estimates distances", "Ground plane")
    names: _choice("Labels", "names", "The model that labels what was found", "Measures")
    captions: _choice("Captions", "captions", "The model that describes what was found, if no model labels it", "None")
    voice: _choice("Sounds", "voice", "The model that generates sounds", "Procedural")
    ranking: _choice("Best Take", "ranking", "The model that chooses among several takes of a sound", "First take")
    regions_folder: _folder("outlines")
    detection_folder: _folder("object detection")
    depth_folder: _folder("depth")
    names_folder: _folder("labels")
    captions_folder: _folder("captions")
    voice_folder: _folder("sounds")
    ranking_folder: _folder("choosing takes")
    steps: IntProperty(
        name="Steps", description="Steps of diffusion. More steps are slower and give finer results", default=50, min=1, max=500
    )
    guidance: FloatProperty(
        name="Guidance",
        description="How closely a sound follows its prompt. 0 uses the default of the model",
        default=0.0,
        min=0.0,
        max=20.0,
    )
    takes: IntProperty(
        name="Takes", description="Number of takes of each sound. The best one is kept", default=1, min=1, max=16
    )
    negative: StringProperty(
        name="Avoid", description="Negative prompt: what the sounds should not contain", default="low quality, music"
    )


def folder() -> Path:
    """Where the environment and downloaded models lie: the extension's own folder."""
    if not PACKAGE.startswith("bl_ext."):
        raise See2SoundError("no-extension", "See2Sound is not installed as an extension.", "Install its zip.")
    return Path(bpy.utils.extension_path_user(PACKAGE, path="neural", create=True))


def chosen_python(context: bpy.types.Context) -> str:
    """The Python that an artist has chosen for models, or ""."""
    own = preferences(context)
    return bpy.path.abspath(own.neural_python) if own is not None and own.neural_python else ""


def models_folder(context: bpy.types.Context) -> Path:
    """Where models lie: a folder that an artist has chosen, or our own."""
    own = preferences(context)
    return Path(bpy.path.abspath(own.models_folder)) if own is not None and own.models_folder else folder() / "models"


def asked(context: bpy.types.Context, scene: bpy.types.Scene) -> dict[str, Any] | None:
    """What a job must be told, or None where a scene uses nothing neural. Error: `model-missing`."""
    settings = scene.see2sound.neural
    chosen = {task: getattr(settings, task) for task in TASKS}
    if all(value == EMBEDDED for task, value in chosen.items() if task != "ranking"):
        return None
    models, choice = models_folder(context), {}
    for task, value in chosen.items():
        if value == EMBEDDED:
            continue
        path = Path(bpy.path.abspath(getattr(settings, f"{task}_folder"))) if value == FOLDER else models / value
        if not path.is_dir():
            raise See2SoundError(
                "model-missing", f"The model for {task} is not at {path}.", "Download it, or choose its folder."
            )
        choice[task] = str(path)
    from ..neural.environment import Place, probe

    place = Place(folder(), Path(chosen_python(context)) if chosen_python(context) else None)
    if not place.executable.is_file():
        probe(place.executable)  # says what is missing
    guidance = settings.guidance or None
    choice.update(steps=settings.steps, guidance=guidance, takes=settings.takes, negative=settings.negative)  # type: ignore[arg-type]
    return {"python": str(place.executable), "choice": choice}


def remember(context: bpy.types.Context, found: dict[str, Any]) -> None:
    """Keep what `describe` said, for the panel."""
    context.window_manager.see2sound.neural = "" if not found else summary(found) if found["ready"] else str(found["problem"])


def summary(found: dict[str, Any]) -> str:
    """One line."""
    return f"torch {found['torch']} on {found['device_name']}, {found['memory'] / 2**30:.0f} GiB"
