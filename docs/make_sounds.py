"""Make docs/classes.md, the table of all classes of sounds: `.venv/bin/python docs/make_sounds.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from see2sound_addon.lexicon.classes import CLASSES
from see2sound_addon.sound.models import MODELS


def text() -> str:
    """The page."""
    lines = [
        "# Classes of sounds",
        "",
        f"The {len(MODELS)} procedural classes, made by `docs/make_sounds.py` from `see2sound_addon/lexicon/classes.tsv`.",
        "[sounds.md](sounds.md) describes how they are used and compared. The level is dB SPL at 1 m while the class sounds.",
        "",
        "| class | AudioSet | level, from | parameters | events | how real it is, and what it lacks |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, model in sorted(MODELS.items()):
        known = CLASSES[name]
        parameters = ", ".join(key.replace("_", " ") for key in model.parameters)
        source = f"{known.level:g}, {known.level_source}"
        lines.append(f"| {name} | {known.audioset} | {source} | {parameters} | {model.events} | {known.lacks} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "classes.md").write_text(text(), encoding="utf-8")
