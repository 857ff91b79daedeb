"""The interface in German: nothing that is shown has been forgotten."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = re.compile(r"^(AMD|Apple|NVIDIA|Python|See2Sound|ITU-R .*|AmbiX, .*|[\w.-]+/[\w.-]+:.*|[a-z0-9-]+( \(\w+\))?)$")
"""The same in all languages: makers, standards, models."""


class Shown:
    """Whatever Blender would show of ours, by its translation context."""

    def __init__(self):
        self.words = {"*": set(), "Operator": set()}

    def add(self, text, context="*"):
        if text and re.search("[A-Za-z]{2}", text):
            self.words[context].add(text)

    def properties(self, rna):
        for item in rna.properties:
            if item.identifier in ("rna_type", "name", "bl_idname") or item.is_hidden:
                continue
            self.add(item.name)
            self.add(item.description)
            for choice in getattr(item, "enum_items", ()):
                self.add(choice.name)
                self.add(choice.description)

    def group(self, rna):
        """A property group with the groups that it holds."""
        self.properties(rna)
        for item in rna.properties:
            if (
                item.type in ("POINTER", "COLLECTION")
                and item.fixed_type.base
                and item.fixed_type.base.identifier == "PropertyGroup"
            ):
                self.group(item.fixed_type)

    def source(self, path):
        """Texts that panels and dialogs write themselves."""
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "iface":
                self.add(node.args[0].value)
            context = "Operator" if getattr(node.func, "attr", "") == "operator" else "*"
            for option in node.keywords:
                if option.arg in ("text", "heading") and isinstance(option.value, ast.Constant):
                    self.add(option.value.value, context)


@pytest.fixture
def shown(bpy, extension):
    found = Shown()
    for kind in ("Object", "Scene", "WindowManager"):
        group = getattr(bpy.types, kind).bl_rna.properties["see2sound"].fixed_type
        found.group(group)
    for preferences in bpy.types.AddonPreferences.__subclasses__():
        if "see2sound" in preferences.__module__:
            found.properties(preferences.bl_rna)
    for name in dir(bpy.ops.see2sound):
        rna = getattr(bpy.ops.see2sound, name).get_rna_type()
        found.add(rna.name, "Operator")
        found.add(rna.description)
        found.properties(rna)
    for name in dir(bpy.types):
        if name.startswith("SEE2SOUND_"):
            found.add(getattr(getattr(bpy.types, name), "bl_label", ""))
    for path in [*ROOT.glob("panels/*.py"), *ROOT.glob("operators/*.py")]:
        found.source(path)
    return found.words


GERMAN = json.loads((ROOT / "panels" / "de.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("context", ["*", "Operator"])
def test_german_is_complete(shown, context):
    known = GERMAN[context] if context == "Operator" else {**GERMAN["*"], **GERMAN["Operator"]}
    assert {text for text in shown[context] if text not in known and not NAMES.match(text)} == set()
    assert len(shown[context]) > 20


def test_german_translates_only_what_is_shown(shown):
    """A text that was changed in the code leaves its old translation behind."""
    written = {
        node.value
        for folder in ("see2sound_addon", "operators", "panels")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    translated = {text for pairs in GERMAN.values() for text in pairs}
    stale = sorted(translated - shown["*"] - shown["Operator"] - written)
    assert not stale, stale


def test_placeholders_survive_translation():
    for pairs in GERMAN.values():
        for english, german in pairs.items():
            assert german and re.findall(r"{.*?}", english) == re.findall(r"{.*?}", german), english
