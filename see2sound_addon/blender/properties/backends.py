"""Property group of backends: which of those that other add-ons bring a scene uses."""

from __future__ import annotations

from collections.abc import Callable

import bpy
from bpy.props import StringProperty

from ..backends import names_of


def _names(step: str) -> Callable[[BackendProperties, bpy.types.Context, str], list[str]]:
    return lambda settings, context, text: names_of(step)


def _backend(name: str, step: str, description: str) -> object:
    return StringProperty(
        name=name, description=f"{description}. Empty: the built-in one", search=_names(step), search_options={"SUGGESTION"}
    )


class BackendProperties(bpy.types.PropertyGroup):
    """Part of the Scene's settings: the backend of each step, by name."""

    detector: _backend("Detector", "detector", "What finds objects by name")
    segmenter: _backend("Segmenter", "segmenter", "What outlines objects")
    labeller: _backend("Labeller", "labeller", "What names an outlined object")
    depth: _backend("Depth", "depth", "What estimates distances")
    generator: _backend("Generator", "generator", "What makes sounds")
    separator: _backend("Separator", "separator", "What splits soundtracks")
