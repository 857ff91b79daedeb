"""Property group of neural models: which model each step uses."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from ...weights.cards import CARDS, Card
from .choices import RELATIVE_PATH

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
    return StringProperty(name="Folder", description=description, subtype="DIR_PATH", options=RELATIVE_PATH)  # type: ignore[arg-type]


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
