"""Translations of the interface, one JSON file for each language."""

import json
from pathlib import Path

import bpy

LOCALES = {"de.json": ("de_DE", "de")}
"""What Blender calls, or has called, the language of a file."""


def register() -> None:
    """Add the translations."""
    tables = {}
    for name, locales in LOCALES.items():
        words = json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
        table = {(context, english): other for context, pairs in words.items() for english, other in pairs.items()}
        tables.update(dict.fromkeys(locales, table))
    bpy.app.translations.register(__package__, tables)


def unregister() -> None:
    """Remove the translations."""
    bpy.app.translations.unregister(__package__)
