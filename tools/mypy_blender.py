"""A plugin for mypy: the property groups that See2Sound adds to Blender's classes at run time, which no stub can know."""

from __future__ import annotations

from collections.abc import Callable

from mypy.plugin import ClassDefContext, Plugin
from mypy.plugins.common import add_attribute_to_class
from mypy.types import AnyType, TypeOfAny

CLASSES = {f"bpy.types.{name}" for name in ("Object", "Scene", "WindowManager", "Material", "Collection")}


class BlenderPlugin(Plugin):
    """Add the attribute `see2sound` to the classes that have it."""

    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """Called by mypy for each class as it is read."""
        return _add if fullname in CLASSES else None


def _add(context: ClassDefContext) -> None:
    add_attribute_to_class(context.api, context.cls, "see2sound", AnyType(TypeOfAny.explicit))


def plugin(version: str) -> type[BlenderPlugin]:
    """The entry point that mypy calls."""
    return BlenderPlugin
