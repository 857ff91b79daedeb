"""The preferences of the extension."""

from __future__ import annotations

from typing import Any

import bpy

from ..sources import PACKAGE


def preferences(context: bpy.types.Context) -> Any:
    """The extension's preferences, or None where it is not an extension."""
    addon: Any = context.preferences.addons.get(PACKAGE)
    return None if addon is None else addon.preferences
